// Exact quotients, for what needs division: coordinates of crossings, areas and volumes.

/// An exact fraction in lowest terms, its denominator positive.
public struct Rational: Hashable, Sendable {
    public let numerator: BigInteger
    public let denominator: BigInteger

    /// - Precondition: `denominator` is not 0.
    public init(_ numerator: BigInteger, _ denominator: BigInteger = BigInteger(1)) {
        precondition(!denominator.isZero, "\(numerator) / 0")
        let divisor = BigInteger.greatestCommonDivisor(numerator, denominator)
        let signed = denominator.signum < 0 ? -divisor : divisor
        self.numerator = numerator.dividedExactly(by: signed)
        self.denominator = denominator.dividedExactly(by: signed)
    }

    public init(_ value: Dyadic) {
        let (m, e) = (value.mantissa, value.exponent)
        self = e >= 0 ? Rational(m.shifted(by: e)) : Rational(m, BigInteger(1).shifted(by: -e))
    }

    /// A finite Double, exactly.
    public init(_ value: Double) { self.init(Dyadic(value)) }

    public static let zero = Rational(BigInteger(0))

    public var signum: Int { numerator.signum }

    public static func + (a: Rational, b: Rational) -> Rational {
        Rational(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator)
    }
    public static func - (a: Rational, b: Rational) -> Rational { a + (-b) }
    public static prefix func - (a: Rational) -> Rational { Rational(-a.numerator, a.denominator) }
    public static func * (a: Rational, b: Rational) -> Rational { Rational(a.numerator * b.numerator, a.denominator * b.denominator) }
    /// - Precondition: `b` is not 0.
    public static func / (a: Rational, b: Rational) -> Rational { Rational(a.numerator * b.denominator, a.denominator * b.numerator) }

    public var magnitude: Rational { signum < 0 ? -self : self }

    /// The nearest Double, ties to even; ±∞ beyond the range, subnormal results rounded once.
    public var doubleValue: Double {
        guard signum != 0 else { return 0 }
        // A quotient of at least 62 bits; its last bit is made odd when something remains below it («sticky»), so that rounding that
        // quotient to 53 bits or fewer is rounding the exact value.
        let shift = 63 - (numerator.bitWidth - denominator.bitWidth)
        let dividend = numerator.magnitude.shifted(by: max(shift, 0))
        let divisor = denominator.shifted(by: max(-shift, 0))
        let (quotient, remainder) = dividend.quotientAndRemainder(dividingBy: divisor)
        // quotient < 2⁶⁴; keep 62 bits and the sticky one in a machine word
        let low = quotient.shifted(by: -2)
        let lost = !(remainder.isZero && low.shifted(by: 2) == quotient)
        guard let word = low.asInt else { preconditionFailure("a quotient of \(quotient.bitWidth) bits, expected at most 64") }
        let significand = UInt64(word) | (lost ? 1 : 0)
        let exponent = 2 - shift
        let value = Rational.scaled(significand, by: exponent)
        return signum < 0 ? -value : value
    }

    /// significand · 2^exponent rounded once; the significand's lowest bit is sticky.
    private static func scaled(_ significand: UInt64, by exponent: Int) -> Double {
        // The weight of the last bit a Double of this size has: 52 below its top, but never below 2⁻¹⁰⁷⁴.
        let top = 63 - significand.leadingZeroBitCount + exponent
        let last = max(top - 52, -1074)
        let drop = last - exponent
        guard drop > 0 else { return Double(sign: .plus, exponent: exponent, significand: Double(significand)) }
        guard drop < 64 else { return 0 }
        let kept = significand >> UInt64(drop)
        let rest = significand & ((1 << UInt64(drop)) - 1)
        let half: UInt64 = 1 << UInt64(drop - 1)
        let rounded = rest > half || (rest == half && kept & 1 == 1) ? kept + 1 : kept
        return Double(sign: .plus, exponent: last, significand: Double(rounded))
    }
}

extension Rational: Comparable {
    public static func < (a: Rational, b: Rational) -> Bool { a.numerator * b.denominator < b.numerator * a.denominator }
}
