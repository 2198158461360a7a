// Where an axis is marked: round numbers that cover the data (Heckbert, «Nice Numbers for Graph Labels», Graphics Gems 1990).

/// A marked value and how it is written.
public struct Tick: Hashable, Sendable {
    public let value: Double
    public let label: String
}

public enum Ticks {
    /// Multiples of 1, 2 or 5 times a power of ten, from the last at or below `low` to the first at or above `high`,
    /// about `count` of them. Equal ends are widened.
    /// - Precondition: `low` and `high` are finite, `low <= high`, magnitudes below 10³⁰⁰, `count >= 2`.
    public static func linear(from low: Double, to high: Double, count: Int = 5) -> [Tick] {
        precondition(low.isFinite && high.isFinite && low <= high && count >= 2, "an axis spans a finite range")
        precondition(low.magnitude < 1e300 && high.magnitude < 1e300, "an axis stays below 10³⁰⁰")
        // Below 10⁻²⁹⁰ the steps' powers of ten would leave the range of Double.
        var (low, high) = max(low.magnitude, high.magnitude) < 1e-290 ? (0, 0) : (low, high)
        let smallest = max(low.magnitude, high.magnitude) * 1e-9
        if high - low <= smallest {
            let half = low == 0 && high == 0 ? 1 : max(low.magnitude, high.magnitude) * 0.05
            (low, high) = (low - half, high + half)
        }
        let raw = Decimal((high - low) / Double(count - 1)).rounded(significant: 3)
        var power = raw.exponent
        let leading = Double(Decimal(digits: raw.digits, exponent: 0).text())!
        var mantissa = leading < 1.5 ? 1 : leading < 3.2 ? 2 : leading < 7.1 ? 5 : 10
        if mantissa == 10 { (mantissa, power) = (1, power + 1) }
        // value = i · mantissa · 10^power, with one rounding whichever sign the power has.
        let scale = Double("1e\(power.magnitude)")!
        func value(_ i: Double) -> Double { power < 0 ? i * Double(mantissa) / scale : i * Double(mantissa) * scale }
        let step = value(1)
        var first = (low / step).rounded(.down)
        while value(first) > low { first -= 1 }
        var ticks: [Tick] = []
        var i = first
        repeat {
            ticks.append(Tick(value: value(i), label: label(value(i), power: power, largest: max(low.magnitude, high.magnitude))))
            i += 1
        } while ticks.last!.value < high
        return ticks
    }

    /// Powers of ten from the last at or below `low` to the first at or above `high`; every k-th where there would be more than `count`.
    /// - Precondition: `0 < low <= high`, finite and normal.
    public static func logarithmic(from low: Double, to high: Double, count: Int = 7) -> [Tick] {
        precondition(low.isNormal && high.isNormal && low > 0 && low <= high, "a logarithmic axis spans positive numbers")
        let first = Decimal(low).exponent
        var last = Decimal(high).exponent
        if Double("1e\(last)")! < high { last += 1 }
        if last == first { last += 1 }
        let step = (last - first + count - 2) / max(1, count - 1)
        return stride(from: first, through: last + (step - (last - first) % step) % step, by: max(1, step)).compactMap { power in
            guard let value = Double("1e\(power)"), value.isFinite, value > 0 else { return nil }
            let short = power >= -3 && power <= 4
            return Tick(value: value, label: short ? NumberText.significant(value) : "10" + NumberText.superscript(power))
        }
    }

    private static func label(_ value: Double, power: Int, largest: Double) -> String {
        if largest >= 1e6 || power < -5 {
            return NumberText.significant(value, digits: max(1, min(12, value == 0 ? 1 : Decimal(value).exponent - power + 1)))
        }
        let text = NumberText.fixed(value, decimals: max(0, -power))
        return power >= 0 && largest >= 1e4 ? (Int(exactly: value).map(NumberText.count) ?? text) : text
    }
}
