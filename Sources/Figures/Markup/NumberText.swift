// Numbers as text, the same on every machine: no locale, no C formatting, correctly rounded decimal digits.

/// Numbers written for readers and for attributes.
public enum NumberText {
    /// `value` rounded to `digits` significant digits, trailing zeros dropped: "0.00123", "12 300" as "12300", "1.2 × 10⁻¹⁶".
    ///
    /// Powers of ten are used below 10⁻⁴ and from 10⁶ on. Minus is U+2212. Not a number is "n/a", infinity "∞".
    public static func significant(_ value: Double, digits: Int = 3) -> String {
        precondition(digits >= 1, "at least one digit")
        guard let sign = sign(value) else { return "n/a" }
        guard value.isFinite else { return sign + "∞" }
        guard value != 0 else { return "0" }
        let rounded = Decimal(value).rounded(significant: digits)
        if rounded.exponent < -4 || rounded.exponent >= 6 {
            let mantissa = Decimal(digits: rounded.digits, exponent: 0).text()
            let power = "10" + superscript(rounded.exponent)
            return sign + (mantissa == "1" ? power : "\(mantissa) × \(power)")
        }
        return sign + rounded.text()
    }

    /// How many significant digits, three at least, tell two numbers apart.
    public static func digits(between low: Double, _ high: Double) -> Int {
        (3..<17).first { significant(low, digits: $0) != significant(high, digits: $0) } ?? 17
    }

    /// `value` with exactly `decimals` digits after the point; minus is U+2212, and a rounded zero has no sign.
    public static func fixed(_ value: Double, decimals: Int) -> String {
        precondition(decimals >= 0, "no negative number of decimals")
        guard let sign = sign(value) else { return "n/a" }
        guard value.isFinite else { return sign + "∞" }
        let rounded = Decimal(value).rounded(decimals: decimals)
        return (rounded.isZero ? "" : sign) + rounded.text(decimals: decimals)
    }

    /// All values with the same number of decimals, so many that the largest finite magnitude shows `digits` significant ones.
    public static func aligned(_ values: [Double], digits: Int = 3) -> [String] {
        let largest = values.lazy.filter(\.isFinite).map(\.magnitude).max() ?? 0
        let exponent = Decimal(largest).rounded(significant: digits).exponent
        guard (-3...7).contains(exponent) else { return values.map { significant($0, digits: digits) } }
        // Whole numbers, as counts are, need no decimals at all.
        let isWhole = values.allSatisfy { !$0.isFinite || $0 == $0.rounded() }
        return values.map { fixed($0, decimals: isWhole ? 0 : max(0, digits - 1 - exponent)) }
    }

    /// The affine function Σ slopes[i]·names[i] + offset as a reader writes it: "−2.197 x₁ + 0.689 x₂ − 0.870".
    /// - Precondition: one name a slope.
    public static func affine(slopes: [Double], names: [String], offset: Double, decimals: Int = 3) -> String {
        precondition(slopes.count == names.count, "one name a slope")
        let terms = zip(slopes, names).map { fixed($0, decimals: decimals) + " " + $1 } + [fixed(offset, decimals: decimals)]
        return terms.dropFirst().reduce(terms[0]) { $1.hasPrefix("−") ? "\($0) − \($1.dropFirst())" : "\($0) + \($1)" }
    }

    /// A share as per cent: "12.5 %" with a no-break space.
    public static func percent(_ share: Double, decimals: Int = 1) -> String {
        fixed(share * 100, decimals: decimals) + "\u{00A0}%"
    }

    /// A count with narrow no-break spaces between groups of three from five digits on: "12 345".
    public static func count(_ value: Int) -> String {
        let digits = Array(String(value.magnitude))
        let sign = value < 0 ? "−" : ""
        guard digits.count > 4 else { return sign + String(digits) }
        var text = ""
        for (i, digit) in digits.enumerated() {
            if i > 0, (digits.count - i).isMultiple(of: 3) { text.append("\u{202F}") }
            text.append(digit)
        }
        return sign + text
    }

    /// A length or position for an attribute: at most two decimals, hyphen for minus, no exponent.
    /// - Precondition: finite and below 10⁹ in magnitude; charts drop what is not finite before they place it.
    public static func coordinate(_ value: Double) -> String {
        precondition(value.isFinite && value.magnitude < 1e9, "a coordinate is finite")
        let hundredths = Int((value * 100).rounded())
        let (whole, part) = (hundredths.magnitude / 100, hundredths.magnitude % 100)
        let sign = hundredths < 0 ? "-" : ""
        if part == 0 { return "\(sign)\(whole)" }
        if part % 10 == 0 { return "\(sign)\(whole).\(part / 10)" }
        return "\(sign)\(whole).\(part < 10 ? "0" : "")\(part)"
    }

    private static func sign(_ value: Double) -> String? { value.isNaN ? nil : value < 0 ? "−" : "" }

    static func superscript(_ value: Int) -> String {
        let digits = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
        return (value < 0 ? "⁻" : "") + String(String(value.magnitude).map { digits[$0.wholeNumberValue!] })
    }
}

/// The magnitude of a finite number in decimal: d₀.d₁d₂… × 10^exponent, taken from Swift's shortest round-trip description.
struct Decimal {
    var digits: [UInt8]  // no leading zero unless the number is zero
    var exponent: Int

    init(digits: [UInt8], exponent: Int) { (self.digits, self.exponent) = (digits, exponent) }

    init(_ value: Double) {
        let parts = value.magnitude.description.split(separator: "e")
        let point = parts[0].split(separator: ".")
        exponent = point[0].count - 1 + (parts.count > 1 ? Int(parts[1])! : 0)
        digits = point.joined().utf8.map { $0 - UInt8(ascii: "0") }
        while digits.count > 1, digits[0] == 0 { (digits, exponent) = (Array(digits.dropFirst()), exponent - 1) }
        if isZero { exponent = 0 }
    }

    var isZero: Bool { digits.allSatisfy { $0 == 0 } }

    /// The first `count` digits, half rounded up; `count` may be 0 or negative, where only a carry is left.
    func rounded(significant count: Int) -> Decimal {
        guard count < digits.count else { return self }
        guard count >= 0 else { return Decimal(digits: [0], exponent: 0) }
        var kept = Array(digits.prefix(count))
        guard digits[count] >= 5 else {
            return kept.isEmpty ? Decimal(digits: [0], exponent: 0) : Decimal(digits: kept, exponent: exponent)
        }
        var i = count - 1
        while i >= 0, kept[i] == 9 { (kept[i], i) = (0, i - 1) }
        if i >= 0 {
            kept[i] += 1
            return Decimal(digits: kept, exponent: exponent)
        }
        return Decimal(digits: [1] + kept, exponent: exponent + 1)
    }

    func rounded(decimals: Int) -> Decimal { rounded(significant: exponent + 1 + decimals) }

    /// Plain decimal text; exactly `decimals` places, or as many as are not zero.
    func text(decimals: Int? = nil) -> String {
        func digit(at power: Int) -> String {
            let i = exponent - power
            return digits.indices.contains(i) ? String(digits[i]) : "0"
        }
        let last = digits.lastIndex { $0 != 0 } ?? 0
        let places = decimals ?? max(0, last - exponent)
        let whole = (0...max(exponent, 0)).reversed().map(digit).joined()
        return places == 0 ? whole : whole + "." + (1...places).map { digit(at: -$0) }.joined()
    }
}
