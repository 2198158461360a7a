// Colours for numbers: sequential for magnitudes, diverging for signed values with zero in the middle.

/// A colour scale: stops at equal distances over 0…1, straight lines in sRGB between them.
public struct ColorScale: Hashable, Sendable {
    public let stops: [Color]

    public init(stops: [Color]) {
        precondition(stops.count >= 2, "a scale has at least two stops")
        self.stops = stops
    }

    /// The colour at `t`, clamped to 0…1; nil when `t` is not a number.
    public func color(at t: Double) -> Color? {
        guard !t.isNaN else { return nil }
        let position = min(max(t, 0), 1) * Double(stops.count - 1)
        let lower = min(Int(position), stops.count - 2)
        return stops[lower].mixed(with: stops[lower + 1], position - Double(lower))
    }

    /// Viridis (van der Walt and Smith 2015, CC0): every fifth of the 256 entries of Matplotlib's `_viridis_data`, bytes rounded.
    /// Straight lines between them stay within one of 255 levels of the table.
    public static let viridis = ColorScale(
        stops: [
            0x440154, 0x46085C, 0x471063, 0x481769, 0x481D6F, 0x482475, 0x472A7A, 0x46307E, 0x453781, 0x433D84,
            0x414287, 0x3F4889, 0x3D4E8A, 0x3A538B, 0x38598C, 0x355E8D, 0x33638D, 0x31688E, 0x2E6D8E, 0x2C718E,
            0x2A768E, 0x297B8E, 0x27808E, 0x25848E, 0x23898E, 0x218E8D, 0x20928C, 0x1F978B, 0x1E9C89, 0x1FA188,
            0x21A585, 0x24AA83, 0x28AE80, 0x2EB37C, 0x35B779, 0x3DBC74, 0x46C06F, 0x50C46A, 0x5AC864, 0x65CB5E,
            0x70CF57, 0x7CD250, 0x89D548, 0x95D840, 0xA2DA37, 0xB0DD2F, 0xBDDF26, 0xCAE11F, 0xD8E219, 0xE5E419,
            0xF1E51D, 0xFDE725,
        ].map { Color($0) })

    /// Viridis with white, on which dark lines stand out.
    public static let paleViridis = ColorScale(stops: viridis.stops.map { $0.mixed(with: .white, 0.4) })

    /// Blue for −1, near-white for 0, orange for +1: lightness falls evenly to both sides, and blue against orange
    /// is kept apart by every common kind of colour vision.
    public static let blueOrange = ColorScale(
        stops: [
            0x0B3C66, 0x16599A, 0x3E83C2, 0x7DB1DC, 0xBCD9EE, 0xF6F6F4, 0xFADBB4, 0xF3B368, 0xDD8322, 0xAE5A0C, 0x6E3508,
        ].map { Color($0) })

    /// White to dark blue, the lower half of `blueOrange` turned round: for counts, where nothing should look like nothing.
    public static let blues = ColorScale(stops: Array(blueOrange.stops.prefix(6).reversed()))

    /// The light end of `blues`, on which dark lines stand out.
    public static let paleBlues = ColorScale(stops: Array(blues.stops.prefix(4)))
}

/// How numbers map to colours: a scale together with the range it spans.
public struct ColorMapping: Hashable, Sendable {
    public let scale: ColorScale
    public let low: Double
    public let high: Double

    /// - Precondition: `low` and `high` are finite and `low <= high`.
    public init(scale: ColorScale, low: Double, high: Double) {
        precondition(low.isFinite && high.isFinite && low <= high, "a colour mapping spans a finite range")
        (self.scale, self.low, self.high) = (scale, low, high)
    }

    /// Viridis from the smallest to the largest finite value.
    public static func sequential(_ values: some Sequence<Double>) -> ColorMapping {
        var (low, high) = (Double.infinity, -Double.infinity)
        for value in values where value.isFinite { (low, high) = (min(low, value), max(high, value)) }
        return low <= high ? ColorMapping(scale: .viridis, low: low, high: high) : ColorMapping(scale: .viridis, low: 0, high: 1)
    }

    /// Blue–white–orange over −m…m, m the largest finite magnitude, so that 0 is exactly the middle colour.
    public static func diverging(_ values: some Sequence<Double>) -> ColorMapping {
        var largest = 0.0
        for value in values where value.isFinite { largest = max(largest, value.magnitude) }
        return ColorMapping(scale: .blueOrange, low: -largest, high: largest)
    }

    /// The colour of `value`, clamped to the range; grey for what is not a number. An empty range maps to the middle colour.
    public func color(_ value: Double) -> Color {
        guard !value.isNaN else { return ColorMapping.missing }
        // Halves first: high − low overflows for the largest ranges.
        let width = high / 2 - low / 2
        let t = width > 0 ? (max(low, min(high, value)) / 2 - low / 2) / width : 0.5
        return scale.color(at: t) ?? ColorMapping.missing
    }

    static let missing = Color(0x9A9A9A)
}
