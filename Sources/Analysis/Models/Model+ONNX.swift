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
        guard shape.count >= 2, network.graph.shape(first.value).first == shape[0] else {
            throw .unsupported(file: path, what: "an input without a batch axis, \(shape)")
        }
        let declared = file.inputs.first { $0.name == port.name }?.dimensions?.first
        var fixedBatch: Int?
        if case .size(let size)? = declared { fixedBatch = size }
        let readable = ReadableNetwork(
            name: path, inputShape: Array(shape.dropFirst()), parameters: network.bindings([:]), fixedBatch: fixedBatch
        ) { batch in
            let built = batch == 1 ? network : try imported(batch: batch)
            return ReadableGraph(
                graph: built.graph, input: built.inputs[0].value, output: built.graph.beforeSoftmax(built.outputs[0].value))
        }
        self.init(
            name: path, readable: readable, parameterCount: network.parameters.values.reduce(0) { $0 + $1.shape.elementCount },
            outputCount: network.graph.shape(first.value).dropFirst().reduce(1, *), digest: try SHA256.digest(path: path, budget: budget))
    }
}

extension Graph {
    /// What a final softmax is taken of, or the value itself: `outputs` are before a final softmax (DESIGN §6).
    fileprivate func beforeSoftmax(_ value: Value) -> Value {
        switch self[value].primitive {
        case .softmax: self[value].operands[0]
        case .reshape: self[value].type == self[self[value].operands[0]].type ? beforeSoftmax(self[value].operands[0]) : value
        default: value
        }
    }
}
