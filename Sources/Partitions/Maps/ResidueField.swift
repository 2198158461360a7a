// Numbers modulo a prime. Every Double has a residue, and sums and products go over into it: so affine maps with different residues are
// different, without a rounding anywhere.

/// The field of residues modulo the prime p = 2^bits − gap, small enough that 240 products add up in 64 bits.
package struct ResidueField: Sendable {
    /// The largest primes below 2²⁸ and 2²⁷.
    package static let fields = [ResidueField(bits: 28, gap: 57), ResidueField(bits: 27, gap: 39)]

    package let bits: UInt64
    let gap: UInt64
    package var prime: UInt64 { (1 << bits) - gap }
    /// 2^(i − 1074) for the exponents of all Doubles.
    private let powers: [UInt64]

    init(bits: UInt64, gap: UInt64) {
        (self.bits, self.gap) = (bits, gap)
        let prime = (1 << bits) - gap
        // ½ is (p + 1)/2.
        var power: UInt64 = 1
        for _ in 0..<1074 { power = power * ((prime + 1) / 2) % prime }
        powers = (0..<2046).map { _ in
            defer { power = power * 2 % prime }
            return power
        }
    }

    /// - Precondition: `value` is finite.
    package func residue(_ value: Double) -> UInt32 {
        let significand = value.significandBitPattern | (value.isNormal ? 1 << 52 : 0)
        let exponent = max(Int(value.exponentBitPattern), 1) - 1
        let magnitude = significand % prime * powers[exponent] % prime
        return UInt32(value < 0 && magnitude != 0 ? prime - magnitude : magnitude)
    }

    /// The residue of a number: 2^bits is `gap`, which makes it less than 2⁴³, then than 2²⁹, then than 2p.
    package func reduce(_ number: UInt64) -> UInt32 {
        var rest = number
        for _ in 0..<3 { rest = (rest & ((1 << bits) - 1)) + (rest >> bits) * gap }
        return UInt32(truncatingIfNeeded: rest < prime ? rest : rest - prime)
    }

    package func add(_ a: UInt32, _ b: UInt32) -> UInt32 {
        let sum = UInt64(a) + UInt64(b)
        return UInt32(sum < prime ? sum : sum - prime)
    }

    package func multiply(_ a: UInt32, _ b: UInt32) -> UInt32 { UInt32(UInt64(a) * UInt64(b) % prime) }
}
