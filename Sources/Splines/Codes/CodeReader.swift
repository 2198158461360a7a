// The codes of a network's layers (ICML18 (14)), pieces numbered from 0, and their distance (15).

import Execution
public import Graphs
public import Tensors

/// Reads the code of every layer, batch after batch. One thread at a time.
public final class CodeReader {
    public let batch: Int
    /// The layers that have a code, first to last.
    public let layers: [SplineLayer]
    private let readable: ReadableGraph
    /// For each layer, how many entries of its code in sequence are one sample's; `nil` where it depends on no sample.
    private let strides: [Int?]
    private let evaluation: PlannedGraph

    /// - Parameter batch: the most samples at once; fewer where memory is short.
    /// - Throws: `ExecutionError.memory` where one sample needs more than `network.memoryLimit`; what building the graph throws.
    public init(_ network: ReadableNetwork, batch: Int) throws {
        (self.batch, readable, layers, strides, evaluation) = try network.fitting(batch: batch) { batch, memory in
            let readable = try network.graph(batch: batch)
            let layers = readable.layers().filter { $0.code != nil }
            let samples = readable.graph.sampleDependences(of: readable.input)
            let parameters = try ParameterBuffers(for: readable.graph, network.parameters)
            let evaluation = try PlannedGraph(
                readable.graph, [readable.output] + layers.map { $0.code! }, parameters: parameters, memory: &memory)
            return (batch, readable, layers, layers.map { samples[$0.code!.index].stride }, evaluation)
        }
    }

    /// The code of each layer and the outputs, for `x` of shape `[N] + sample shape` with N at most `batch`.
    public func read(_ x: Tensor<Double>) throws -> (codes: [Code], outputs: Tensor<Double>) {
        evaluation.bind(readable.inputName, try readable.padded(x))
        evaluation.run()
        let rows = 0..<x.shape[0]
        let codes = layers.indices.map { evaluation.code($0 + 1).bySample(batch, stride: strides[$0]).rows(rows) }
        return (codes, evaluation.tensor(0).rows(rows))
    }
}

extension Code {
    /// The entries with those of one sample together, `[batch, …]`, where entry i is of sample (i / stride) mod batch.
    fileprivate func bySample(_ batch: Int, stride: Int?) -> Code {
        if shape.first == batch, stride == nil || stride! * batch == count { return self }
        guard let stride else { return Code(shape: [batch] + shape, elements: (0..<batch).flatMap { _ in elements }) }
        if batch == 1 { return reshaped([1] + shape) }
        let perSample = count / batch
        var entries = [Int32](repeating: 0, count: count)
        for i in 0..<count {
            let (outer, sample) = (i / stride / batch, i / stride % batch)
            entries[sample * perSample + outer * stride + i % stride] = elements[i]
        }
        return Code(shape: [batch, perSample], elements: entries)
    }
}

extension ReadableGraph {
    /// The name of the data input.
    var inputName: String {
        guard case .input(let input) = graph[self.input].primitive else { preconditionFailure("the input is not an input") }
        return input.name
    }

    /// `x` with zeros behind it up to the graph's batch.
    func padded(_ x: Tensor<Double>) throws(ReadingError) -> Tensor<Double> {
        let shape = graph.shape(input)
        guard x.rank == shape.count, x.shape.dropFirst() == shape.dropFirst(), x.shape[0] <= shape[0] else {
            throw ReadingError.wrongSamples(expected: Array(shape.dropFirst()), got: x.shape)
        }
        return Tensor(shape: shape, elements: x.elements + [Double](repeating: 0, count: shape.elementCount - x.count))
    }
}

/// The distance of two codes of a layer.
public enum CodeDistance {
    /// The fraction of units whose pieces differ (ICML18 (15)); units with one piece are no units of a code.
    /// - Precondition: equally many units.
    public static func between(_ a: ArraySlice<Int32>, _ b: ArraySlice<Int32>) -> Double {
        precondition(a.count == b.count, "codes of \(a.count) and \(b.count) units")
        if a.isEmpty { return 0 }
        // Concrete and over buffers, so that it becomes vector code: a generic form took as long as the network itself.
        let different = a.withUnsafeBufferPointer { a in
            b.withUnsafeBufferPointer { b in
                var different: Int32 = 0
                for i in 0..<a.count { different &+= a[i] != b[i] ? 1 : 0 }
                return different
            }
        }
        return Double(different) / Double(a.count)
    }
}
