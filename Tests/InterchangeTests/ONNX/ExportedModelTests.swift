// Models as PyTorch (both exporters), Keras (both its backends) and scikit-learn write them, against PyTorch and TensorFlow in float64
// and onnxruntime. Fixtures/ONNX is written by Tools/onnx_fixtures.py and Tools/keras_fixtures.py.

import Foundation
import Graphs
import Interchange
import Tensors
import Testing

/// A model of the fixtures, with its answers.
struct ExportedModel: CustomTestStringConvertible {
    let name: String
    var testDescription: String { name }

    static let folder = URL(filePath: fixture("ONNX"))
    static let all: [ExportedModel] = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
        .filter { $0.hasSuffix(".onnx") }.map { ExportedModel(name: String($0.dropLast(5))) }

    var path: String { ExportedModel.folder.appending(path: name + ".onnx").path }

    func answers() throws -> [String: Tensor<Double>] {
        let base = name.split(separator: "-script")[0].split(separator: "-dynamo")[0]
        let archive = try NumpyArchive.read(path: ExportedModel.folder.appending(path: base + ".npz").path)
        return Dictionary(uniqueKeysWithValues: archive.map { ($0.name, $0.tensor.converted(to: Double.self)) })
    }

    /// What the file's own rounding allows: exporters fold batch normalisation in float32, and Keras's torch backend multiplies in it.
    var tolerance: Double {
        let isRounded = name.hasPrefix("keras") && name.hasSuffix("torch")
        return isRounded || ["scikit", "resnet", "mobile", "keras-cnn"].contains { name.contains($0) } ? 2e-6 : 1e-9
    }

    /// The network for three samples, and the output that the answers are of: Keras's are before a final softmax, of the first output
    /// and the first input, others being 0.5.
    func network() throws -> (ImportedNetwork, output: Value) {
        let file = try ONNXModel(path: path)
        var options = ONNXImportOptions(batchSize: 3)
        if name.contains("scikit") { options.outputs = [file.outputs.last!.name] }
        if name.contains("keras") {
            options.outputs = [file.outputs[0].name]
            for input in file.inputs.dropFirst() {
                let shape = try [3] + #require(input.dimensions).dropFirst().map { if case .size(let size) = $0 { size } else { 0 } }
                let halves = [Float](repeating: 0.5, count: shape.elementCount)
                options.constants[input.name] = ONNXTensor(name: input.name, type: .float, shape: shape, elements: .floats(halves))
            }
        }
        let network = try file.network(options)
        let output = network.outputs[0].value
        if name.contains("keras"), case .softmax = network.graph[output].primitive {
            return (network, network.graph[output].operands[0])
        }
        return (network, output)
    }
}

@Suite struct ExportedModelTests {
    private func distance(_ a: [Double], _ b: [Double]) -> Double {
        zip(a, b).map { abs($0 - $1) }.max()! / max(1, b.map(abs).max()!)
    }

    @Test("Outputs, slopes, signs and argmaxes are PyTorch's", arguments: ExportedModel.all.filter { !$0.name.hasPrefix("fixed") })
    func agreement(model: ExportedModel) throws {
        let answers = try model.answers()
        let x = try #require(answers["x"]), y = try #require(answers["y"])
        let (network, output) = try model.network()
        #expect(network.inputs.count == 1)
        let bindings = network.bindings([network.inputs[0].name: x])
        var graph = network.graph
        let value = try Interpreter.run(graph, [output], bindings)[0].scalars
        #expect(value.count == y.count)
        #expect(distance(value.elements, y.elements) < model.tolerance)

        if let jacobian = answers["jacobian"] {
            let (outputs, inputs) = (jacobian.shape[1], jacobian.shape[2])
            let cotangent = try graph.data("cotangent", graph.shape(output))
            let slope = try #require(graph.pullback([(of: output, cotangent: cotangent)], to: [network.inputs[0].value])[0])
            for k in 0..<outputs {
                var bound = bindings
                let unit = (0..<3 * outputs).map { $0 % outputs == k ? 1.0 : 0 }
                bound["cotangent"] = .scalars(Tensor(shape: graph.shape(output), elements: unit))
                let row = try Interpreter.run(graph, [slope], bound)[0].scalars.elements
                for sample in 0..<3 {
                    let start = (sample * outputs + k) * inputs
                    #expect(
                        distance(Array(row[sample * inputs..<(sample + 1) * inputs]), Array(jacobian.elements[start..<start + inputs]))
                            < model.tolerance)
                }
            }
        }
        /// The codes that a selector makes, sample by sample in the order of execution.
        func codes(_ isWanted: (Selector) -> Bool) throws -> [Double] {
            let codes = network.graph.codes(for: [output]).filter { value in
                if case .select(let selector) = network.graph[value].primitive { isWanted(selector) } else { false }
            }
            let found = try Interpreter.run(network.graph, codes, bindings).map(\.code)
            return (0..<3).flatMap { sample in
                found.flatMap { code -> [Double] in
                    let size = code.count / 3
                    return code.elements[sample * size..<(sample + 1) * size].map { Double($0) }
                }
            }
        }
        if let expected = answers["codes"], expected.count > 0, !model.name.contains("hardnet") {
            #expect(try codes { if case .knots(let knots) = $0 { knots.positions == [0] } else { false } } == expected.elements)
        }
        if let expected = answers["windows"], expected.count > 0 {
            #expect(try codes { if case .largest(.window) = $0 { true } else { false } } == expected.elements)
        }
    }

    @Test("Idioms written out in arithmetic take the codes of what they are")
    func idioms() throws {
        for kind in ["script-17", "dynamo-20"] {
            let network = try ONNXModel(path: ExportedModel(name: "idioms-\(kind)").path).network()
            let kinds = network.graph.codes(for: [network.outputs[0].value]).map { network.graph[$0].primitive }
            let (zero, sixth) = (Primitive.select(.knots(Knots([0]))), Primitive.select(.knots(Knots([0, 6]))))
            // max(u, 0), Where(u > 0, u, 0.2 u) and (u + |u|) / 2 have one code between them, and clip has its own.
            #expect(kinds == [zero, sixth])
            #expect(network.graph.kind(of: [network.outputs[0].value]) == .piecewiseAffine)
        }
        let maxout = try ONNXModel(path: ExportedModel(name: "maxout-dynamo-20").path).network()
        #expect(maxout.graph.kind(of: [maxout.outputs[0].value]) == .maxAffine)
    }

    @Test("The reference partition networks are piecewise affine", .enabled(if: LargeData.folder != nil, LargeData.reason))
    func referencePartitions() throws {
        let folder = URL(filePath: LargeData.folder!).deletingLastPathComponent().appending(path: "reference/partitions")
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() where name.hasSuffix(".onnx") {
            let network = try ONNXModel(path: folder.appending(path: name).path).network()
            #expect(network.graph.kind(of: network.outputs.map(\.value)) <= .piecewiseAffine, "\(name)")
            for parameter in network.parameters.values { if case .float = parameter { Issue.record("\(name) is a Double model") } }
        }
    }
}
