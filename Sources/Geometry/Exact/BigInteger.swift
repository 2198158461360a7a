// Exact arithmetic, ground floor: integers of any size over GMP. Values within a machine word never touch GMP, and most numbers of
// networks with coarse weights stay there.

import CGMP

/// An integer of any size.
///
/// Held in a machine word where it fits, else as an immutable GMP integer; equal values are always held alike.
public struct BigInteger: Sendable {
    /// The value when `large` is `nil`.
    let small: Int
    let large: GMPInteger?

    public init(_ value: Int) {
        small = value
        large = nil
    }

    /// What `body` writes into a fresh GMP integer.
    init(_ body: (UnsafeMutablePointer<__mpz_struct>) -> Void) {
        let result = GMPInteger()
        body(result.pointer)
        let fits = __gmpz_fits_slong_p(result.pointer) != 0
        small = fits ? Int(__gmpz_get_si(result.pointer)) : 0
        large = fits ? nil : result
    }

    /// Lends the value as a GMP integer.
    func withGMP<R>(_ body: (UnsafePointer<__mpz_struct>) -> R) -> R {
        if let large { return withExtendedLifetime(large) { body(UnsafePointer(large.pointer)) } }
        var limb = mp_limb_t(small.magnitude)
        return withUnsafeMutablePointer(to: &limb) { limbs in
            var view = __mpz_struct(_mp_alloc: 1, _mp_size: Int32(small.signum()), _mp_d: limbs)
            return body(&view)
        }
    }

    /// −1, 0 or 1.
    public var signum: Int { large.map { $0.sign } ?? small.signum() }
    public var isZero: Bool { large == nil && small == 0 }

    /// The number of bits of the magnitude; 0 for 0.
    public var bitWidth: Int {
        large.map { Int(__gmpz_sizeinbase($0.pointer, 2)) } ?? (Int.bitWidth - small.magnitude.leadingZeroBitCount)
    }

    /// The number of zero bits below the lowest one bit; 0 for 0.
    public var trailingZeroBitCount: Int {
        large.map { Int(__gmpz_scan1($0.pointer, 0)) } ?? (small == 0 ? 0 : small.trailingZeroBitCount)
    }
}

/// The owner of one GMP integer. It is written only by the initialiser of `BigInteger` that makes it, then never again: hence Sendable.
final class GMPInteger: @unchecked Sendable {
    let pointer: UnsafeMutablePointer<__mpz_struct>

    init() {
        pointer = .allocate(capacity: 1)
        __gmpz_init(pointer)
    }

    deinit {
        __gmpz_clear(pointer)
        pointer.deallocate()
    }

    var sign: Int { Int(pointer.pointee._mp_size).signum() }
}

extension BigInteger: Hashable, Comparable, ExpressibleByIntegerLiteral, CustomStringConvertible {
    public init(integerLiteral value: Int) { self.init(value) }

    public static func == (a: BigInteger, b: BigInteger) -> Bool {
        switch (a.large, b.large) {
        case (nil, nil): a.small == b.small
        case (let x?, let y?): __gmpz_cmp(x.pointer, y.pointer) == 0
        default: false
        }
    }

    public static func < (a: BigInteger, b: BigInteger) -> Bool {
        if a.large == nil, b.large == nil { return a.small < b.small }
        return a.withGMP { x in b.withGMP { y in __gmpz_cmp(x, y) < 0 } }
    }

    public func hash(into hasher: inout Hasher) {
        guard let large else { return hasher.combine(small) }
        let count = Int(large.pointer.pointee._mp_size)
        hasher.combine(count)
        hasher.combine(bytes: UnsafeRawBufferPointer(UnsafeBufferPointer(start: large.pointer.pointee._mp_d, count: abs(count))))
    }

    /// Decimal digits.
    public var description: String {
        guard let large else { return String(small) }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: __gmpz_sizeinbase(large.pointer, 10) + 2) { text in
            String(cString: __gmpz_get_str(text.baseAddress, 10, large.pointer))
        }
    }
}

extension BigInteger {
    public static func + (a: BigInteger, b: BigInteger) -> BigInteger {
        if a.large == nil, b.large == nil {
            let (sum, overflow) = a.small.addingReportingOverflow(b.small)
            if !overflow { return BigInteger(sum) }
        }
        return BigInteger { r in a.withGMP { x in b.withGMP { y in __gmpz_add(r, x, y) } } }
    }

    public static func - (a: BigInteger, b: BigInteger) -> BigInteger {
        if a.large == nil, b.large == nil {
            let (difference, overflow) = a.small.subtractingReportingOverflow(b.small)
            if !overflow { return BigInteger(difference) }
        }
        return BigInteger { r in a.withGMP { x in b.withGMP { y in __gmpz_sub(r, x, y) } } }
    }

    public static func * (a: BigInteger, b: BigInteger) -> BigInteger {
        if a.large == nil, b.large == nil {
            let (product, overflow) = a.small.multipliedReportingOverflow(by: b.small)
            if !overflow { return BigInteger(product) }
        }
        return BigInteger { r in a.withGMP { x in b.withGMP { y in __gmpz_mul(r, x, y) } } }
    }

    public static prefix func - (a: BigInteger) -> BigInteger { BigInteger(0) - a }

    public var magnitude: BigInteger { signum < 0 ? -self : self }

    /// The value times 2 to the power `bits`; a negative power must leave a whole number.
    public func shifted(by bits: Int) -> BigInteger {
        if bits == 0 || isZero { return self }
        if large == nil {
            if bits < 0 { return BigInteger(bits <= -Int.bitWidth ? 0 : small >> -bits) }
            if bits < small.magnitude.leadingZeroBitCount - 1 { return BigInteger(small << bits) }
        }
        return BigInteger { r in
            withGMP { x in bits > 0 ? __gmpz_mul_2exp(r, x, UInt(bits)) : __gmpz_fdiv_q_2exp(r, x, UInt(-bits)) }
        }
    }

    /// The greatest common divisor of the magnitudes; gcd(0, b) = |b|.
    public static func greatestCommonDivisor(_ a: BigInteger, _ b: BigInteger) -> BigInteger {
        BigInteger { r in a.withGMP { x in b.withGMP { y in __gmpz_gcd(r, x, y) } } }
    }

    /// The quotient by a divisor that leaves no remainder.
    public func dividedExactly(by divisor: BigInteger) -> BigInteger {
        precondition(!divisor.isZero, "division of \(self) by 0")
        if divisor.large == nil, divisor.small == 1 { return self }
        if large == nil, divisor.large == nil, divisor.small != -1 { return BigInteger(small / divisor.small) }
        return BigInteger { r in withGMP { x in divisor.withGMP { y in __gmpz_divexact(r, x, y) } } }
    }

    /// The quotient and remainder of two positive numbers.
    func quotientAndRemainder(dividingBy divisor: BigInteger) -> (quotient: BigInteger, remainder: BigInteger) {
        let quotient = BigInteger { r in withGMP { x in divisor.withGMP { y in __gmpz_tdiv_q(r, x, y) } } }
        return (quotient, self - quotient * divisor)
    }

    /// The value as an `Int` where it fits.
    var asInt: Int? { large == nil ? small : nil }
}
