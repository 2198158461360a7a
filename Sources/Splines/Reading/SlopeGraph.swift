// All rows of A[x], or all its columns, by replaying one affine graph: unit cotangents pulled back where outputs are fewer than
// inputs, unit tangents pushed forward where inputs are fewer.

import Graphs
import Tensors

/// The frozen graph with one derivative pass appended.
struct SlopeGraph: Sendable {
    private static let seedName = "unit"

    private let graph: Graph
    private let seedShape: Shape
    private let derivative: Value?
    private let isPullback: Bool
    private let inputShape: Shape
    private let outputShape: Shape

    /// - Parameter frozen: a graph cut at `source`, affine from there to `output` (or smooth, for a tangent).
    init(_ frozen: Graph, from source: Value, to output: Value) throws(GraphError) {
        var graph = frozen
        (inputShape, outputShape) = (graph.shape(source), graph.shape(output))
        isPullback = outputShape.elementCount <= inputShape.elementCount
        seedShape = isPullback ? outputShape : inputShape
        let seed = try graph.append(.input(Input(SlopeGraph.seedName, .noise, ValueType(seedShape))))
        derivative =
            isPullback
            ? graph.pullback([(of: output, cotangent: seed)], to: [source])[0]
            : graph.pushforward([(of: source, tangent: seed)], to: [output])[0]
        self.graph = graph
    }

    /// A[x] for the codes in `bindings`, `[count, K] + input shape`, for the first `count` samples of the batch.
    func read(_ bindings: Bindings<Double>, count: Int) throws -> Tensor<Double> {
        let (rows, columns) = (outputShape.dropFirst().reduce(1, *), inputShape.dropFirst().reduce(1, *))
        var slopes = Tensor<Double>.zeros([count, rows] + inputShape.dropFirst())
        guard let derivative else { return slopes }
        var bindings = bindings
        let seedCount = isPullback ? rows : columns
        for unit in 0..<seedCount {
            var seed = Tensor<Double>.zeros(seedShape)
            for n in 0..<seedShape[0] { seed.elements[n * seedCount + unit] = 1 }
            bindings[SlopeGraph.seedName] = .scalars(seed)
            let result = try Evaluation.run(graph, [derivative], bindings)[0].scalars.elements
            for n in 0..<count {
                if isPullback {
                    let start = (n * rows + unit) * columns
                    slopes.elements.replaceSubrange(start..<start + columns, with: result[n * columns..<(n + 1) * columns])
                } else {
                    for k in 0..<rows { slopes.elements[(n * rows + k) * columns + unit] = result[n * rows + k] }
                }
            }
        }
        return slopes
    }
}
