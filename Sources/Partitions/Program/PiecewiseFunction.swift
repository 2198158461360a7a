// One elementwise nonlinearity as an affine spline of one variable (THEORY §2): knots, slopes, offsets.

/// A piecewise-affine function of one number; piece r holds where knots[r−1] < u ≤ knots[r], so a tie takes the lower piece.
public struct PiecewiseFunction: Hashable, Sendable {
    /// Strictly ascending; one fewer than there are pieces.
    public let knots: [Double]
    public let slopes: [Double]
    public let offsets: [Double]

    /// - Precondition: knots ascend strictly, all numbers are finite, and there is one slope and one offset more than knots.
    public init(knots: [Double], slopes: [Double], offsets: [Double]) {
        precondition(slopes.count == knots.count + 1 && offsets.count == slopes.count, "\(knots.count) knots, \(slopes.count) slopes")
        precondition(zip(knots, knots.dropFirst()).allSatisfy { $0 < $1 }, "knots \(knots) do not ascend")
        precondition((knots + slopes + offsets).allSatisfy(\.isFinite), "numbers are not finite")
        (self.knots, self.slopes, self.offsets) = (knots, slopes, offsets)
    }

    public static let relu = PiecewiseFunction(knots: [0], slopes: [0, 1], offsets: [0, 0])
    public static let absoluteValue = PiecewiseFunction(knots: [0], slopes: [-1, 1], offsets: [0, 0])
    /// u where u > 0, `slope`·u elsewhere; any slope (THEORY E1).
    public static func leakyRelu(slope: Double) -> PiecewiseFunction {
        PiecewiseFunction(knots: [0], slopes: [slope, 1], offsets: [0, 0])
    }
    /// u between `low` and `high`, which hold beyond them.
    public static func clip(low: Double, high: Double) -> PiecewiseFunction {
        PiecewiseFunction(knots: [low, high], slopes: [0, 1, 0], offsets: [low, 0, high])
    }

    public var count: Int { slopes.count }

    /// The piece that holds at `u`.
    public func code(at u: Double) -> Int { knots.firstIndex { u <= $0 } ?? knots.count }

    /// The value at `u`.
    public func callAsFunction(_ u: Double) -> Double {
        let r = code(at: u)
        return slopes[r] == 0 ? offsets[r] : slopes[r] * u + offsets[r]
    }
}
