// The outputs alone, in Double, batch after batch.

import Execution
import Graphs
public import Tensors

/// Computes a network's outputs. One thread at a time.
public final class OutputReader {
    public let batch: Int
    private let readable: ReadableGraph
    private let evaluation: PlannedGraph

    /// - Parameter batch: the most samples at once; fewer where memory is short.
    /// - Throws: `ExecutionError.memory` where one sample needs more than `network.memoryLimit`; what building the graph throws.
    public init(_ network: ReadableNetwork, batch: Int) throws {
        (self.batch, readable, evaluation) = try network.fitting(batch: batch) { batch, memory in
            let readable = try network.graph(batch: batch)
            let parameters = try ParameterBuffers(for: readable.graph, network.parameters)
            return (batch, readable, try PlannedGraph(readable.graph, [readable.output], parameters: parameters, memory: &memory))
        }
    }

    /// The outputs, `[N, K]`, of any number of samples `[N] + sample shape`.
    public func read(_ x: Tensor<Double>) throws -> Tensor<Double> {
        var outputs: [Double] = []
        for first in stride(from: 0, to: x.shape[0], by: batch) {
            let rows = first..<min(first + batch, x.shape[0])
            evaluation.bind(readable.inputName, try readable.padded(x.rows(rows)))
            evaluation.run()
            outputs += evaluation.tensor(0).rows(0..<rows.count).elements
        }
        let width = readable.graph.shape(readable.output).dropFirst().reduce(1, *)
        return Tensor(shape: [x.shape[0], width], elements: outputs)
    }
}
