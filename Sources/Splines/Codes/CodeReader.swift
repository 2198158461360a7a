// The codes of a network's layers (ICML18 (14)), pieces numbered from 0, and their distance (15).

public import Graphs
public import Tensors

/// Reads the code of every layer, batch after batch.
public struct CodeReader: Sendable {
    public let batch: Int
    /// The layers that have a code, first to last.
    public let layers: [SplineLayer]
    private let readable: ReadableGraph
    private let parameters: Bindings<Double>

    public init(_ network: ReadableNetwork, batch: Int) throws {
        readable = try network.graph(batch: network.fixedBatch ?? batch)
        self.batch = network.fixedBatch ?? batch
        layers = readable.layers().filter { $0.code != nil }
        parameters = network.parameters
    }

    /// The code of each layer and the outputs, for `x` of shape `[N] + sample shape` with N at most `batch`.
    public func read(_ x: Tensor<Double>) throws -> (codes: [Code], outputs: Tensor<Double>) {
        let padded = try readable.padded(x)
        let bindings = parameters.merging([readable.inputName: .scalars(padded)]) { $1 }
        let data = try Evaluation.run(readable.graph, [readable.output] + layers.map { $0.code! }, bindings)
        return (data.dropFirst().map { $0.code.rows(0..<x.shape[0]) }, data[0].scalars.rows(0..<x.shape[0]))
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
    @inlinable public static func between(_ a: some RandomAccessCollection<Int32>, _ b: some RandomAccessCollection<Int32>) -> Double {
        precondition(a.count == b.count, "codes of \(a.count) and \(b.count) units")
        return a.isEmpty ? 0 : Double(zip(a, b).count { $0 != $1 }) / Double(a.count)
    }
}
