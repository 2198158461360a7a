// All rows of A[x], or all its columns, by replaying one affine graph: unit cotangents pulled back where outputs are fewer than
// inputs, unit tangents pushed forward where inputs are fewer.

import Execution
import Graphs
import Tensors

/// From which side a linear map is read.
enum SlopeDirection {
    /// Unit cotangents pulled back.
    case rows
    /// Unit tangents pushed forward.
    case columns
    /// Whichever are fewer.
    case fewer
}

/// The frozen graph with one derivative pass appended.
final class SlopeGraph {
    private static let seedName = "unit"

    /// `nil` where the output does not depend on the source.
    private let evaluation: PlannedGraph?
    private let seedShape: Shape
    private let isPullback: Bool
    private let inputShape: Shape
    private let outputShape: Shape

    /// - Parameters:
    ///   - frozen: a graph cut at `source`, affine from there to `output` (or smooth, for a tangent).
    init(
        _ frozen: Graph, from source: Value, to output: Value, _ direction: SlopeDirection = .fewer, parameters: ParameterBuffers<Double>,
        memory: inout MemoryAllowance
    ) throws {
        var graph = frozen
        (inputShape, outputShape) = (graph.shape(source), graph.shape(output))
        isPullback =
            switch direction {
            case .rows: true
            case .columns: false
            case .fewer: outputShape.elementCount <= inputShape.elementCount
            }
        seedShape = isPullback ? outputShape : inputShape
        let seed = try graph.append(.input(Input(SlopeGraph.seedName, .noise, ValueType(seedShape))))
        let derivative =
            isPullback
            ? graph.pullback([(of: output, cotangent: seed)], to: [source])[0]
            : graph.pushforward([(of: source, tangent: seed)], to: [output])[0]
        // The codes are fixed: a few more ulp in the slopes move none of them.
        let options = ExecutionOptions(usesWinogradInDouble: true)
        evaluation = try derivative.map { try PlannedGraph(graph, [$0], parameters: parameters, options: options, memory: &memory) }
    }

    /// Takes the codes at which the slopes are read.
    func bind(_ bindings: Bindings<Double>) { evaluation?.bind(bindings) }

    /// A[x]ᵀu for cotangents u of the whole batch where made for `rows`, A[x]v for tangents v where made for `columns`.
    func product(_ seed: Tensor<Double>) -> Tensor<Double> {
        let shape = isPullback ? inputShape : outputShape
        guard let evaluation else { return .zeros(shape) }
        evaluation.bind(SlopeGraph.seedName, seed.reshaped(seedShape))
        evaluation.run()
        return evaluation.tensor(0)
    }

    /// Rows of A[x] at the bound codes, `[count, rows] + input shape`, for the first `count` samples of the batch.
    /// - Precondition: all rows, unless made for `rows`.
    func read(rows: Range<Int>, count: Int) -> Tensor<Double> {
        let (outputs, columns) = (outputShape.dropFirst().reduce(1, *), inputShape.dropFirst().reduce(1, *))
        precondition(isPullback || rows == 0..<outputs, "rows \(rows) of columns")
        let shape = [count, rows.count] + inputShape.dropFirst()
        guard let evaluation else { return Tensor.zeros(shape) }
        let seedCount = isPullback ? outputs : columns
        var slopes = [Double](repeating: 0, count: shape.elementCount)
        for unit in isPullback ? rows : 0..<columns {
            var seed = Tensor<Double>.zeros(seedShape)
            for n in 0..<seedShape[0] { seed.elements[n * seedCount + unit] = 1 }
            evaluation.bind(SlopeGraph.seedName, seed)
            evaluation.run()
            evaluation.withTarget(0) { result in
                for n in 0..<count {
                    if isPullback {
                        let start = (n * rows.count + unit - rows.lowerBound) * columns
                        for d in 0..<columns { slopes[start + d] = result[n * columns + d] }
                    } else {
                        for k in rows { slopes[(n * outputs + k) * columns + unit] = result[n * outputs + k] }
                    }
                }
            }
        }
        return Tensor(shape: shape, elements: slopes)
    }
}
