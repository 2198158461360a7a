// The rectangle of the plane that a map shows.

/// A rectangle of the plane, x to the right, y up.
public struct Window: Hashable, Sendable {
    public let low: SIMD2<Double>
    public let high: SIMD2<Double>

    /// - Precondition: the corners are finite, and `low` is below `high` in both coordinates.
    public init(low: SIMD2<Double>, high: SIMD2<Double>) {
        precondition(
            low.x.isFinite && low.y.isFinite && high.x.isFinite && high.y.isFinite && low.x < high.x && low.y < high.y,
            "a window has a finite positive size")
        (self.low, self.high) = (low, high)
    }

    public var width: Double { high.x - low.x }
    public var height: Double { high.y - low.y }

    /// Height over width as a map draws it: its own, unless it is so long or flat that nothing could be seen.
    public var shownAspect: Double { min(max(height / width, 0.25), 2.5) }
    /// Whether a map draws the two axes to different scales.
    public var isStretched: Bool { shownAspect != height / width }

    /// The point in units of the window: (0, 0) at `low`, (1, 1) at `high`.
    func unit(_ point: SIMD2<Double>) -> SIMD2<Double> { (point - low) / (high - low) }
}
