// The numbers m · 2^e. Every finite Double is one, and sums and products of them are again: so the affine pieces of a network with Double
// weights are exact here, without a single division.

/// An exact number `mantissa · 2^exponent`.
public struct Dyadic: Sendable {
    public let mantissa: BigInteger
    public let exponent: Int

    /// `mantissa · 2^exponent`; the pair need not be reduced.
    public init(_ mantissa: BigInteger, exponent: Int = 0) {
        self.mantissa = mantissa
        self.exponent = mantissa.isZero ? 0 : exponent
    }

    /// A finite Double, exactly.
    ///
    /// - Precondition: `value` is finite.
    public init(_ value: Double) {
        precondition(value.isFinite, "\(value) has no exact value")
        guard value != 0 else {
            self.init(BigInteger(0))
            return
        }
        let bits = Int(value.significandBitPattern) | (value.isNormal ? 1 << 52 : 0)
        let zeros = bits.trailingZeroBitCount
        let scale = (value.isNormal ? Int(value.exponentBitPattern) : 1) - 1075
        self.init(BigInteger(value < 0 ? -(bits >> zeros) : bits >> zeros), exponent: scale + zeros)
    }

    public static let zero = Dyadic(BigInteger(0))
    public static let one = Dyadic(BigInteger(1))

    public var isZero: Bool { mantissa.isZero }
    public var signum: Int { mantissa.signum }

    /// The same value with an odd mantissa; 0 is 0 · 2⁰.
    public var reduced: Dyadic {
        let zeros = mantissa.trailingZeroBitCount
        return zeros == 0 ? self : Dyadic(mantissa.shifted(by: -zeros), exponent: exponent + zeros)
    }

    public static func * (a: Dyadic, b: Dyadic) -> Dyadic { Dyadic(a.mantissa * b.mantissa, exponent: a.exponent + b.exponent) }

    public static func + (a: Dyadic, b: Dyadic) -> Dyadic {
        if a.isZero { return b }
        if b.isZero { return a }
        let exponent = min(a.exponent, b.exponent)
        return Dyadic(a.mantissa.shifted(by: a.exponent - exponent) + b.mantissa.shifted(by: b.exponent - exponent), exponent: exponent)
    }

    public static prefix func - (a: Dyadic) -> Dyadic { Dyadic(-a.mantissa, exponent: a.exponent) }
    public static func - (a: Dyadic, b: Dyadic) -> Dyadic { a + (-b) }

    /// The quotient, off by less than 2^−bits of itself.
    ///
    /// - Precondition: the divisor is not 0.
    package func divided(by divisor: Dyadic, bits: Int) -> Dyadic {
        precondition(!divisor.isZero, "division of \(self) by 0")
        if isZero { return self }
        let shift = max(0, bits + 1 + divisor.mantissa.bitWidth - mantissa.bitWidth)
        let (quotient, _) = mantissa.magnitude.shifted(by: shift).quotientAndRemainder(dividingBy: divisor.mantissa.magnitude)
        return Dyadic(signum == divisor.signum ? quotient : -quotient, exponent: exponent - divisor.exponent - shift)
    }

    /// The nearest Double, ties to even.
    public var doubleValue: Double { Rational(self).doubleValue }
}

extension Dyadic: Hashable, Comparable {
    public static func == (a: Dyadic, b: Dyadic) -> Bool {
        let (a, b) = (a.reduced, b.reduced)
        return a.exponent == b.exponent && a.mantissa == b.mantissa
    }

    public static func < (a: Dyadic, b: Dyadic) -> Bool { (a - b).signum < 0 }

    public func hash(into hasher: inout Hasher) {
        let reduced = reduced
        hasher.combine(reduced.mantissa)
        hasher.combine(reduced.exponent)
    }
}
