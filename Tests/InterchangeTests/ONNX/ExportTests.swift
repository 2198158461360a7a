// Export, as the inverse of import: codes, slopes and outputs come back.

import Graphs
import Interchange
import Networks
import Tensors
import TestSupport
import Testing

@Suite struct ExportTests {
    /// The file of a graph, read again for `batch` samples.
    private func reread(
        _ parameters: [String: ParameterTensor], isDouble: Bool? = nil, fixed: Int? = nil, batch: Int,
        _ build: (Int) throws(InterchangeError) -> ExportableGraph
    ) throws -> ImportedNetwork {
        let bytes = try ONNXExport.bytes(
            name: "x", parameters: parameters, batch: fixed.map(ExportBatch.fixed) ?? .any, isDouble: isDouble, build: build)
        return try ONNXModel(bytes: bytes, file: "x").network(ONNXImportOptions(batchSize: batch))
    }

    /// What a graph says of a sample: its output, its codes in order, and A[x]ᵀu for a cotangent u.
    private func reading(_ graph: Graph, _ input: Value, _ output: Value, _ bindings: Bindings<Double>, slopes: Bool) throws -> (
        output: [Double], codes: [Code], slopes: [Double]
    ) {
        var graph = graph
        let codes = graph.codes(for: [output])
        var generator = RandomGenerator(seed: 9, purpose: "cotangent")
        let shape = graph.shape(output)
        let cotangent = try graph.data("cotangent of the output", shape)
        let slope = slopes ? graph.pullback([(of: output, cotangent: cotangent)], to: [input])[0] : nil
        var bound = bindings
        bound["cotangent of the output"] = .scalars(
            Tensor(shape: shape, elements: (0..<shape.elementCount).map { _ in generator.uniform(-1, 1) }))
        let values = try Interpreter.run(graph, [output] + [slope].compactMap(\.self) + codes, bound)
        return (
            values[0].scalars.elements, values.suffix(codes.count).map(\.code), slope == nil ? [] : values[1].scalars.elements
        )
    }

    private func distance(_ a: [Double], _ b: [Double]) -> Double {
        a.count != b.count ? .infinity : zip(a, b).map { abs($0 - $1) }.max().map { $0 / max(1, b.map(abs).max()!) } ?? 0
    }

    @Test("Law: import after export is the identity on outputs, codes and slopes, for any batch", arguments: UInt64(0)..<96)
    func randomNetworks(seed: UInt64) throws {
        let batch = 1 + Int(seed % 4)
        let original = try RandomNetwork.draw(seed: seed, batch: batch)
        let parameters = original.parameters.mapValues { ParameterTensor.double($0.scalars) }
        let read = try reread(parameters, batch: batch) { batch throws(InterchangeError) in
            do {
                let network = try RandomNetwork.draw(seed: seed, batch: batch)
                return ExportableGraph(graph: network.graph, input: network.input, inputName: "x", outputs: [("y", network.output)])
            } catch { throw .unsupported(file: "x", what: "\(error)") }
        }
        let x = original.data(.generic, seed: seed + 100)
        // Equal codes are shared, as import does.
        let shared = original.graph.simplified(keeping: [original.input, original.output])
        let mine = try reading(shared.graph, shared[original.input], shared[original.output], original.bindings(x), slopes: true)
        let back = try reading(read.graph, read.inputs[0].value, read.outputs[0].value, read.bindings(["x": x]), slopes: true)
        #expect(mine.codes == back.codes)
        // Sums in another order: some hundred terms of order 1 a layer.
        #expect(distance(back.output, mine.output) < 1e-12 && distance(back.slopes, mine.slopes) < 1e-12)
    }

    /// What only derivatives or κ-winners need: no operator gives it.
    private static let refused = [
        "convolution (weight)": "is the weight gradient of a convolution, which ONNX has no operator for",
        "pick (transposed)": "puts entries back where a maximum was, which only a derivative does",
        "winners": "the largest few of a layer have no operator in ONNX that reads back",
    ]

    @Test("Every primitive is exported and read back, or refused by name", arguments: PrimitiveCase.all)
    func primitives(primitive: PrimitiveCase) throws {
        // The first input is the data, the others are parameters.
        var graph = Graph()
        var inputs: [Value] = []
        let numbers: Bindings<Double> = primitive.bindings(.generic, seed: 1)
        for (index, shape) in primitive.shapes.enumerated() {
            inputs.append(try index == 0 ? graph.data("x0", shape) : graph.parameter("x\(index)", shape))
        }
        let output = try primitive.build(&graph, inputs)
        guard graph.dependents(of: [inputs[0]])[output.index], case .scalar = graph[output].type.element else { return }
        let parameters = numbers.filter { $0.key != "x0" }.mapValues { ParameterTensor.double($0.scalars) }
        let exported = ExportableGraph(graph: graph, input: inputs[0], inputName: "x0", outputs: [("y", output)])
        let read: ImportedNetwork
        do {
            read = try reread(parameters, isDouble: true, fixed: 1, batch: 1) { _ throws(InterchangeError) in exported }
        } catch let error as InterchangeError {
            #expect(Self.refused.values.contains { error.description.hasSuffix($0) }, "\(primitive.name): \(error)")
            return
        }
        let x = numbers["x0"]!.scalars
        let mine = try reading(graph, inputs[0], output, numbers, slopes: true)
        let back = try reading(read.graph, read.inputs[0].value, read.outputs[0].value, read.bindings(["x0": x]), slopes: true)
        #expect(distance(back.output, mine.output) < 1e-12, "\(primitive.name)")
        #expect(distance(back.slopes, mine.slopes) < 1e-12, "\(primitive.name)")
    }

    @Test(
        "Every named architecture comes back from ONNX: outputs and codes",
        arguments: [
            "Toy", "MLP:input=1x6x6", "MLP-7-5:input=9", "DigitsCNN", "DigitsCNN:pooling=mean,batchNorm", "SmallCNN",
            "SmallCNN:pooling=mean,batchNorm", "LargeCNN:batchNorm", "largeCNN", "Resnet3:input=3x8x8,batchNorm", "Resnet3:input=3x8x8",
            "RNN:input=4x6",
        ])
    func architectures(name: String) throws {
        let network = Network(try Architecture.named(name), seed: 4)
        guard case .float32(let tensors) = network.parameters.storage else { return }
        let parameters = Dictionary(uniqueKeysWithValues: zip(network.parameters.names, tensors.map(ParameterTensor.float)))
        let read = try reread(parameters, batch: 1) { batch throws(InterchangeError) in
            do throws(GraphError) {
                let built = try network.graph(batch: batch)
                return ExportableGraph(graph: built.graph, input: built.input, inputName: "x", outputs: [("outputs", built.outputs)])
            } catch { throw .unsupported(file: "x", what: "\(error)") }
        }
        let built = try network.graph(batch: 1)
        var generator = RandomGenerator(seed: 2, purpose: name)
        let shape = built.graph.shape(built.input)
        let x = Tensor<Double>(shape: shape, elements: (0..<shape.elementCount).map { _ in generator.uniform(-1, 1) })
        let mine = try reading(
            built.graph, built.input, built.outputs, network.parameters.bindings(as: Double.self).merging(["x": .scalars(x)]) { $1 },
            slopes: shape.elementCount < 1000)
        let back = try reading(
            read.graph, read.inputs[0].value, read.outputs[0].value, read.bindings(["x": x]), slopes: shape.elementCount < 1000)
        #expect(mine.codes == back.codes)
        // The slope 0.01 of leaky ReLUs and the ε of batch normalisation are rounded to Float in the file.
        #expect(distance(back.output, mine.output) < 1e-6 && distance(back.slopes, mine.slopes) < 1e-6)
    }
}
