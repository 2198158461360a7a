// An axis: the range it shows, its marks, and where a value lies on it.

/// A labelled axis that covers its data.
public struct Axis: Hashable, Sendable {
    public enum Scale: Hashable, Sendable { case linear, logarithmic }

    public let label: String
    public let scale: Scale
    public let ticks: [Tick]
    public let low: Double
    public let high: Double

    /// An axis over the finite values, on a logarithmic one the positive finite values; 0…1 when there are none.
    ///
    /// `tight` ends the axis at the data instead of at the next marks. Beyond 10³⁰⁰ a linear axis stops.
    public init(_ label: String, covering values: some Sequence<Double>, scale: Scale = .linear, tight: Bool = false, count: Int = 5) {
        var (least, greatest) = (Double.infinity, -Double.infinity)
        for value in values where Axis.shows(value, scale) { (least, greatest) = (min(least, value), max(greatest, value)) }
        if least > greatest { (least, greatest) = scale == .linear ? (0, 1) : (0.1, 1) }
        let ticks = scale == .linear ? Ticks.linear(from: least, to: greatest, count: count) : Ticks.logarithmic(from: least, to: greatest)
        let isTight = tight && least < greatest
        (self.label, self.scale) = (label, scale)
        (low, high) = isTight ? (least, greatest) : (ticks.first!.value, ticks.last!.value)
        self.ticks = isTight ? ticks.filter { $0.value >= least && $0.value <= greatest } : ticks
    }

    /// A linear axis for amounts, which has 0 on it: 0…1 where there is nothing but zeros.
    public init(_ label: String, amounts: some Sequence<Double>, count: Int = 5) {
        let values = Array(amounts)
        self.init(label, covering: values.contains { $0 != 0 && Axis.shows($0, .linear) } ? values + [0] : [0, 1], count: count)
    }

    /// Whether the axis can show `value`.
    public func shows(_ value: Double) -> Bool { Axis.shows(value, scale) }

    private static func shows(_ value: Double, _ scale: Scale) -> Bool {
        scale == .linear ? value.magnitude < 1e300 : value.isNormal && value > 0
    }

    /// The place of a value that the axis shows: 0 at `low`, 1 at `high`.
    public func fraction(_ value: Double) -> Double {
        switch scale {
        case .linear: (value - low) / (high - low)
        case .logarithmic:
            (decimalLogarithm(value) - decimalLogarithm(low)) / (decimalLogarithm(high) - decimalLogarithm(low))
        }
    }
}
