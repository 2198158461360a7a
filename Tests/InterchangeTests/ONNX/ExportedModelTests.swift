// Models as PyTorch (both exporters) and scikit-learn write them, against PyTorch in float64 and onnxruntime.
// Fixtures/ONNX is written by Tools/onnx_fixtures.py.

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

    /// What the file's own rounding allows: both exporters fold batch normalisation in float32.
    var tolerance: Double {
        name.contains("scikit") || (name.contains("resnet") || name.contains("mobilenet")) ? 2e-6 : 1e-9
    }
}

@Suite struct ExportedModelTests {
    private func distance(_ a: [Double], _ b: [Double]) -> Double {
        zip(a, b).map { abs($0 - $1) }.max()! / max(1, b.map(abs).max()!)
    }

    @Test("Outputs, slopes and codes are PyTorch's", arguments: ExportedModel.all)
    func agreement(model: ExportedModel) throws {
        let answers = try model.answers()
        let x = try #require(answers["x"]), y = try #require(answers["y"])
        let file = try ONNXModel(path: model.path)
        var options = ONNXImportOptions(batchSize: 3)
        if model.name.contains("scikit") { options.outputs = [file.outputs.last!.name] }
        let network = try file.network(options)
        #expect(network.inputs.count == 1)
        let bindings = network.bindings([network.inputs[0].name: x])
        var graph = network.graph
        let output = network.outputs[0].value
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
        if let expected = answers["codes"], expected.count > 0, !model.name.contains("hardnet") {
            let codes = network.graph.codes(for: [output]).filter { value in
                if case .select(.knots(let knots)) = network.graph[value].primitive { knots.positions == [0] } else { false }
            }
            let found = try Interpreter.run(network.graph, codes, bindings).map(\.code)
            let rows = (0..<3).map { sample in
                found.flatMap { code -> [Double] in
                    let size = code.count / 3
                    return code.elements[sample * size..<(sample + 1) * size].map { Double($0) }
                }
            }
            #expect(rows.flatMap { $0 } == expected.elements)
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
