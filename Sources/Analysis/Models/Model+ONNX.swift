// Imported networks, as readings need them: one input, one output, the outputs before a final softmax.

import Graphs
import Interchange
import Splines
import Tensors

extension Model {
    /// A network from an ONNX file.
    ///
    /// - Parameters:
    ///   - input: which data input is read, where there are several.
    ///   - output: which output is read; the first that is numbers by default.
    /// - Throws: `InterchangeError` for a file that is wrong, needs what is not supported, or has several inputs and none chosen.
    init(onnx path: String, input: String?, output: String?, budget: MemoryBudget) throws(InterchangeError) {
        let file = try ONNXModel(path: path, budget: budget)
        let wanted = output.map { [$0] }
        @Sendable func imported(batch: Int) throws(InterchangeError) -> ImportedNetwork {
            try file.network(ONNXImportOptions(batchSize: batch, outputs: wanted, budget: budget))
        }
        let network = try imported(batch: 1)
        let names = network.inputs.map(\.name)
        guard let port = input.map({ name in network.inputs.first { $0.name == name } }) ?? network.inputs.first else {
            throw .unsupported(
                file: path, what: "no input '\(input ?? "")' that the output needs; there are \(names.joined(separator: ", "))")
        }
        guard names.count == 1 else {
            throw .unsupported(file: path, what: "the output needs several inputs, \(names.joined(separator: ", ")); one can be read")
        }
        guard let first = network.outputs.first else { throw .unsupported(file: path, what: "no output is numbers of a network") }
        let shape = network.graph.shape(port.value)
        let output = network.graph.read(first.value, batch: shape[0])
        guard shape.count >= 2, network.graph.shape(output).first == shape[0] else {
            throw .unsupported(
                file: path, what: "an input or output without a batch axis, \(shape) to \(network.graph.shape(first.value))")
        }
        let declared = file.inputs.first { $0.name == port.name }?.dimensions?.first
        var fixedBatch: Int?
        if case .size(let size)? = declared { fixedBatch = size }
        let readable = ReadableNetwork(
            name: path, inputShape: Array(shape.dropFirst()), parameters: network.bindings([:]), fixedBatch: fixedBatch
        ) { batch in
            let built = batch == 1 ? network : try imported(batch: batch)
            let output = built.graph.read(built.outputs[0].value, batch: built.graph.shape(built.inputs[0].value)[0])
            return ReadableGraph(graph: built.graph, input: built.inputs[0].value, output: output)
        }
        self.init(
            name: path, readable: readable, parameterCount: network.parameters.values.reduce(0) { $0 + $1.shape.elementCount },
            outputCount: network.graph.shape(output).dropFirst().reduce(1, *), digest: try SHA256.digest(path: path, budget: budget))
    }
}

extension Graph {
    /// The value that stands for an output: what a final softmax is taken of (`outputs` are before it, DESIGN §6), and what is behind a
    /// final reshape that runs several outputs of a sample along the batch axis, as scikit-learn's regressors end with.
    fileprivate func read(_ value: Value, batch: Int) -> Value {
        switch self[value].primitive {
        case .softmax: return self[value].operands[0]
        case .reshape:
            let before = self[value].operands[0]
            let isSame = shape(before) == shape(value)
            let losesBatch = shape(value).first != batch && shape(before).first == batch
            return isSame || losesBatch ? read(before, batch: batch) : value
        default: return value
        }
    }
}
