// Named samplers (STYLE §2): uniform draws never meet a tie, so some samplers are made of ties.

public import Tensors

/// How test numbers are drawn.
public enum Sampler: String, CaseIterable, Sendable {
    /// Uniform in [−1, 1): ties have probability about 2⁻⁵³.
    case generic
    /// Multiples of ½ in [−2, 2]: sums and small products are exact, and ties are frequent.
    case ties
    /// Within 1e-9 of a multiple of ½.
    case nearKnots
    /// Mostly zeros.
    case degenerate

    /// One number.
    public func draw(_ generator: inout RandomGenerator) -> Double {
        switch self {
        case .generic: generator.uniform(-1, 1)
        case .ties: Double(generator.integer(below: 9) - 4) / 2
        case .nearKnots: Double(generator.integer(below: 5) - 2) / 2 + generator.uniform(-1e-9, 1e-9)
        case .degenerate: generator.integer(below: 4) == 0 ? Double(generator.integer(below: 3) - 1) : 0
        }
    }

    /// A tensor of them.
    public func tensor<S: Scalar>(_ shape: Shape, of _: S.Type = S.self, using generator: inout RandomGenerator) -> Tensor<S> {
        Tensor(shape: shape, elements: (0..<shape.elementCount).map { _ in S(draw(&generator)) })
    }
}
