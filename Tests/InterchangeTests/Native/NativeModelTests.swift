// Native models: what is written is read, and what is wrong is refused with the place.

import Foundation
import Interchange
import Networks
import Tensors
import TestSupport
import Testing

@Suite struct NativeModelTests {
    private func architecture(convex: Bool = false) throws -> Architecture {
        try Architecture(
            name: "tiny", inputShape: [1, 4, 4], classCount: 3,
            layers: [.convolution(2, kernel: 3), .batchNormalization(), .relu, .flatten, .dense(3), .softmax], isConvex: convex,
            normalization: .perSample, classNames: ["a", "b", "c"])
    }

    @Test("A network survives its file, Double in Double")
    func roundTrip() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/m.safetensors"
            for network in [
                Network(try architecture(), seed: 1, as: Float.self), Network(try architecture(), seed: 2, as: Double.self),
                Network(try architecture(convex: true), seed: 3, as: Float.self),
            ] {
                try network.write(to: path, metadata: [("command", "maso train tiny")])
                #expect(try Network(path: path) == network)
                #expect(try SafetensorsFile(path: path).metadata.map(\.name) == ["format", "version", "architecture", "command"])
            }
        }
    }

    /// The refusal of a good file changed.
    private func text(_ change: (inout SafetensorsFile) -> Void, convex: Bool = false) throws -> String? {
        var file = NativeModel.file(Network(try architecture(convex: convex), seed: 1, as: Float.self))
        change(&file)
        return errorText { _ = try NativeModel.network(in: file, name: "x") }
    }

    private func text(_ name: String, _ value: String?) throws -> String? {
        try text { file in
            file.metadata = file.metadata.compactMap { $0.name == name ? value.map { (name, $0) } : $0 }
        }
    }

    private func text(tensor name: String, _ tensor: NumericTensor?, convex: Bool = false) throws -> String? {
        try text(
            { file in
                file.tensors = file.tensors.compactMap { $0.name == name ? tensor.map { NamedTensor(name: name, tensor: $0) } : $0 }
            }, convex: convex)
    }

    @Test("Metadata that are not a model's are refused")
    func metadata() throws {
        #expect(try text { _ in } == nil)
        #expect(try text("format", nil) == "65 x: __metadata__: format: expected «maso», a native model, found none")
        #expect(try text("format", "pt") == "65 x: __metadata__: format: expected «maso», a native model, found «pt»")
        #expect(try text("version", nil) == "65 x: __metadata__: version: expected a number from 1, found none")
        #expect(try text("version", "one") == "65 x: __metadata__: version: expected a number from 1, found «one»")
        #expect(try text("version", "2") == "69 x: model version 2 is not supported (1 is)")
        #expect(try text("architecture", nil) == "65 x: __metadata__: architecture: expected JSON, found none")
        #expect(
            try text("architecture", "{") == "65 x: architecture: JSON line 1, column 2: expected a name in quotation marks, found the end")
        #expect(try text("architecture", "{}") == "65 x: architecture: version: expected a value, found no such key")
        #expect(try text("architecture", "{\"version\":7}") == "69 x: architecture version 7 is not supported (1 is)")
        #expect(try text("architecture", "{\"version\":0}") == "65 x: architecture: version: expected 1, found 0")
        let deep = String(repeating: "[", count: 200)
        #expect(try text("architecture", deep) == "65 x: architecture: JSON line 1, column 102: expected at most 100 levels, found more")
        let huge = try architecture().json.replacingOccurrences(of: "\"input\":[1,4,4]", with: "\"input\":[1,400000,400000]")
        #expect(
            try text("architecture", huge)
                == "65 x: architecture: input: expected 1 to 8 sizes of at most 268435456 elements, found [1, 400000, 400000]")
    }

    @Test("Tensors that are not the architecture's are refused")
    func tensors() throws {
        let (weight, variance) = ("conv1.weight", try architecture().parameters.first { $0.role == .runningVariance }!.name)
        #expect(try text(tensor: weight, nil) == "65 x: tensor «conv1.weight»: expected shape [2, 1, 3, 3], found no such tensor")
        #expect(
            try text(tensor: weight, .float32(.zeros([2, 9]))) == "65 x: tensor «conv1.weight»: expected shape [2, 1, 3, 3], found [2, 9]")
        #expect(
            try text(tensor: weight, .float64(.zeros([2, 1, 3, 3])))
                == "65 x: tensor «conv1.bias»: expected float64, as others are, found float32")
        #expect(
            try text(tensor: weight, .int8(Tensor(repeating: 0, shape: [2, 1, 3, 3])))
                == "65 x: tensor «conv1.weight»: expected float32, found int8")
        #expect(
            try text(tensor: weight, .float32(Tensor(shape: [2, 1, 3, 3], elements: (0..<18).map { $0 == 4 ? .nan : 0 })))
                == "65 x: tensor «conv1.weight»: element 4: expected a finite number, found nan")
        #expect(
            try text(tensor: variance, .float32(Tensor(shape: [2], elements: [1, -1])))
                == "65 x: tensor «\(variance)»: element 1: expected a finite number of at least 0, found -1.0")
        #expect(
            try text(tensor: "dense1.weight", .float32(Tensor(repeating: -1, shape: [3, 8])), convex: true)
                == "65 x: tensor «dense1.weight»: element 0: expected a finite number of at least 0, found -1.0")
        #expect(
            try text { $0.tensors.append(NamedTensor(name: "extra", tensor: .float32(.zeros([1])))) }
                == "65 x: tensor «extra»: expected a parameter of the architecture, found none of this name")
        #expect(try text { $0.tensors.append(NamedTensor(name: "training/extra", tensor: .int8(Tensor(repeating: 0, shape: [1])))) } == nil)
    }

    @Test("Bytes changed at random are refused in one line or read", arguments: UInt64(0)..<200)
    func mutations(seed: UInt64) throws {
        let whole = try withTemporaryFolder { folder in
            try Network(architecture(), seed: 1, as: Float.self).write(to: "\(folder)/m")
            return try bytes(of: "\(folder)/m")
        }
        var (changed, generator) = (whole, RandomGenerator(seed: seed, purpose: "mutation"))
        for _ in 0...generator.integer(below: 3) {
            // Mostly the header, whose text is the larger part.
            changed[generator.integer(below: seed % 4 == 0 ? whole.count : min(whole.count, 1_000))] = UInt8(
                truncatingIfNeeded: generator.next())
        }
        for reader in Reader.interchange where reader.name == "model" {
            do { try reader.read(changed) } catch { #expect(error is InterchangeError && !"\(error)".contains("\n")) }
        }
    }
}
