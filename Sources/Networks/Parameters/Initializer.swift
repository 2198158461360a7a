// How weights start. Each parameter has its own stream, split off by its name: adding a layer does not shift another's draw.

import Tensors

/// A distribution of initial weights.
public enum Initializer: String, CaseIterable, Hashable, Sendable, Codable {
    /// Uniform in ±√(6 / (fanIn + fanOut)) (Glorot & Bengio 2010).
    case glorotUniform
    /// Normal of variance 2 / (fanIn + fanOut).
    case glorotNormal
    /// Uniform in ±√(6 / fanIn) (He et al. 2015).
    case heUniform
    /// Normal of variance 2 / fanIn.
    case heNormal
    /// Orthonormal rows of `[outputs, inputs · places]` from a normal matrix, QR with positive diagonal (Saxe et al. 2014);
    /// orthonormal columns where there are more rows than columns (THEORY E9).
    case orthogonal

    /// The initial value of a declared parameter. Biases and running means are 0, scales and running variances 1; weights that
    /// are kept non-negative take the magnitude of their draw.
    public func draw(_ declaration: ParameterDeclaration, seed: UInt64) -> Tensor<Double> {
        let shape = declaration.shape
        switch declaration.role {
        case .bias, .runningMean: return .zeros(shape)
        case .scale, .runningVariance: return Tensor(repeating: 1, shape: shape)
        case .slope(let initial): return Tensor(repeating: initial, shape: shape)
        case .weight(let fanIn, let fanOut):
            var generator = RandomGenerator(seed: seed, purpose: "initialization of \(declaration.name)")
            let drawn = drawWeight(shape, fanIn: Double(fanIn), fanOut: Double(fanOut), &generator)
            return declaration.isNonNegative ? drawn.map(abs) : drawn
        }
    }

    private func drawWeight(_ shape: Shape, fanIn: Double, fanOut: Double, _ generator: inout RandomGenerator) -> Tensor<Double> {
        let count = shape.elementCount
        func uniform(_ limit: Double) -> Tensor<Double> {
            Tensor(shape: shape, elements: (0..<count).map { _ in generator.uniform(-limit, limit) })
        }
        func normal(_ deviation: Double) -> Tensor<Double> {
            Tensor(shape: shape, elements: (0..<count).map { _ in deviation * generator.normal() })
        }
        switch self {
        case .glorotUniform: return uniform((6 / (fanIn + fanOut)).squareRoot())
        case .glorotNormal: return normal((2 / (fanIn + fanOut)).squareRoot())
        case .heUniform: return uniform((6 / fanIn).squareRoot())
        case .heNormal: return normal((2 / fanIn).squareRoot())
        case .orthogonal:
            let rows = shape[0]
            return Tensor(shape: shape, elements: orthonormalized(normal(1).elements, rows: rows, columns: count / rows))
        }
    }
}

/// The matrix (row-major) with its rows made orthonormal, or its columns where there are more rows than columns.
///
/// Gram–Schmidt, each projection done twice, which keeps the rows orthogonal to rounding (Giraud et al. 2005). The result is Q
/// of the QR decomposition with positive diagonal. O(count · min(rows, columns)).
///
/// - Precondition: of full rank, as a normal matrix is with probability 1.
public func orthonormalized(_ matrix: [Double], rows: Int, columns: Int) -> [Double] {
    precondition(matrix.count == rows * columns, "\(matrix.count) numbers, expected \(rows) · \(columns)")
    if rows > columns {
        let transposed = (0..<columns * rows).map { matrix[$0 % rows * columns + $0 / rows] }
        let result = orthonormalized(transposed, rows: columns, columns: rows)
        return (0..<rows * columns).map { result[$0 % columns * rows + $0 / columns] }
    }
    var result = matrix
    for row in 0..<rows {
        let start = row * columns
        for _ in 0..<2 {
            for other in 0..<row {
                var product = 0.0
                for j in 0..<columns { product += result[start + j] * result[other * columns + j] }
                for j in 0..<columns { result[start + j] -= product * result[other * columns + j] }
            }
        }
        var square = 0.0
        for j in 0..<columns { square += result[start + j] * result[start + j] }
        let length = square.squareRoot()
        precondition(length > 0, "row \(row) depends on the rows before it")
        for j in 0..<columns { result[start + j] /= length }
    }
    return result
}
