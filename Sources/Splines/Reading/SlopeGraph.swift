// All rows of A[x], or all its columns, by replaying one affine graph: unit cotangents pulled back where outputs are fewer than
// inputs, unit tangents pushed forward where inputs are fewer.

import Execution
import Graphs
import Tensors

/// The frozen graph with one derivative pass appended.
final class SlopeGraph {
    private static let seedName = "unit"

    /// `nil` where the output does not depend on the source.
    private let evaluation: Evaluation?
    private let seedShape: Shape
    private let isPullback: Bool
    private let inputShape: Shape
    private let outputShape: Shape

    /// - Parameter frozen: a graph cut at `source`, affine from there to `output` (or smooth, for a tangent).
    init(_ frozen: Graph, from source: Value, to output: Value, parameters: ParameterBuffers<Double>) throws {
        var graph = frozen
        (inputShape, outputShape) = (graph.shape(source), graph.shape(output))
        isPullback = outputShape.elementCount <= inputShape.elementCount
        seedShape = isPullback ? outputShape : inputShape
        let seed = try graph.append(.input(Input(SlopeGraph.seedName, .noise, ValueType(seedShape))))
        let derivative =
            isPullback
            ? graph.pullback([(of: output, cotangent: seed)], to: [source])[0]
            : graph.pushforward([(of: source, tangent: seed)], to: [output])[0]
        evaluation = try derivative.map { try Evaluation(graph, [$0], parameters: parameters) }
    }

    /// A[x] for the codes in `bindings`, `[count, K] + input shape`, for the first `count` samples of the batch.
    func read(_ bindings: Bindings<Double>, count: Int) -> Tensor<Double> {
        let (rows, columns) = (outputShape.dropFirst().reduce(1, *), inputShape.dropFirst().reduce(1, *))
        let shape = [count, rows] + inputShape.dropFirst()
        guard let evaluation else { return Tensor.zeros(shape) }
        evaluation.bind(bindings)
        let seedCount = isPullback ? rows : columns
        var slopes = [Double](repeating: 0, count: shape.elementCount)
        for unit in 0..<seedCount {
            var seed = Tensor<Double>.zeros(seedShape)
            for n in 0..<seedShape[0] { seed.elements[n * seedCount + unit] = 1 }
            evaluation.bind(SlopeGraph.seedName, seed)
            evaluation.run()
            evaluation.withTarget(0) { result in
                for n in 0..<count {
                    if isPullback {
                        let start = (n * rows + unit) * columns
                        for d in 0..<columns { slopes[start + d] = result[n * columns + d] }
                    } else {
                        for k in 0..<rows { slopes[(n * rows + k) * columns + unit] = result[n * rows + k] }
                    }
                }
            }
        }
        return Tensor(shape: shape, elements: slopes)
    }
}
