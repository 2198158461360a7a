// Exact fractions for the tests alone: a second implementation, with nothing from Geometry, in the simplest way that can be checked by
// reading. Magnitudes are digits in base 2³², lowest first.

struct SlowInteger: Hashable, Comparable {
    var negative = false
    var digits: [UInt32] = []  // no leading zeros; empty is 0

    init(_ value: Int) {
        negative = value < 0
        var rest = value.magnitude
        while rest != 0 {
            digits.append(UInt32(truncatingIfNeeded: rest))
            rest >>= 32
        }
    }

    init(negative: Bool, digits: [UInt32]) {
        self.digits = digits
        while self.digits.last == 0 { self.digits.removeLast() }
        self.negative = negative && !self.digits.isEmpty
    }

    var isZero: Bool { digits.isEmpty }
    var magnitude: SlowInteger { SlowInteger(negative: false, digits: digits) }

    static prefix func - (a: SlowInteger) -> SlowInteger { SlowInteger(negative: !a.negative, digits: a.digits) }

    private static func compare(_ a: [UInt32], _ b: [UInt32]) -> Int {
        if a.count != b.count { return a.count < b.count ? -1 : 1 }
        for i in a.indices.reversed() where a[i] != b[i] { return a[i] < b[i] ? -1 : 1 }
        return 0
    }

    static func < (a: SlowInteger, b: SlowInteger) -> Bool {
        if a.negative != b.negative { return a.negative }
        let order = compare(a.digits, b.digits)
        return a.negative ? order > 0 : order < 0
    }

    private static func sum(_ a: [UInt32], _ b: [UInt32]) -> [UInt32] {
        var (result, carry): ([UInt32], UInt64) = ([], 0)
        for i in 0..<max(a.count, b.count) {
            let total = UInt64(i < a.count ? a[i] : 0) + UInt64(i < b.count ? b[i] : 0) + carry
            result.append(UInt32(truncatingIfNeeded: total))
            carry = total >> 32
        }
        return result + [UInt32(carry)]
    }

    /// a − b for a ≥ b.
    private static func difference(_ a: [UInt32], _ b: [UInt32]) -> [UInt32] {
        var (result, borrow): ([UInt32], Int64) = ([], 0)
        for i in a.indices {
            var digit = Int64(a[i]) - Int64(i < b.count ? b[i] : 0) - borrow
            borrow = digit < 0 ? 1 : 0
            if digit < 0 { digit += 1 << 32 }
            result.append(UInt32(digit))
        }
        return result
    }

    static func + (a: SlowInteger, b: SlowInteger) -> SlowInteger {
        if a.negative == b.negative { return SlowInteger(negative: a.negative, digits: sum(a.digits, b.digits)) }
        return compare(a.digits, b.digits) >= 0
            ? SlowInteger(negative: a.negative, digits: difference(a.digits, b.digits))
            : SlowInteger(negative: b.negative, digits: difference(b.digits, a.digits))
    }

    static func * (a: SlowInteger, b: SlowInteger) -> SlowInteger {
        var result = [UInt32](repeating: 0, count: a.digits.count + b.digits.count + 1)
        for (i, x) in a.digits.enumerated() {
            var carry: UInt64 = 0
            for (j, y) in b.digits.enumerated() {
                let total = UInt64(x) * UInt64(y) + UInt64(result[i + j]) + carry
                result[i + j] = UInt32(truncatingIfNeeded: total)
                carry = total >> 32
            }
            result[i + b.digits.count] = UInt32(carry)
        }
        return SlowInteger(negative: a.negative != b.negative, digits: result)
    }

    /// Half the value, which is even.
    private var half: SlowInteger {
        var result = digits
        for i in result.indices { result[i] = digits[i] >> 1 | (i + 1 < digits.count ? digits[i + 1] << 31 : 0) }
        return SlowInteger(negative: negative, digits: result)
    }

    private var isEven: Bool { digits.first.map { $0 & 1 == 0 } ?? true }

    /// The magnitude where it fits a machine word.
    private var word: UInt64? {
        digits.count > 2 ? nil : digits.reversed().reduce(0 as UInt64) { $0 << 32 | UInt64($1) }
    }

    private init(word: UInt64) {
        self.init(negative: false, digits: [UInt32(truncatingIfNeeded: word), UInt32(word >> 32)])
    }

    /// Stein's algorithm on positive numbers; Euclid's where they fit a word.
    static func commonDivisor(_ a: SlowInteger, _ b: SlowInteger) -> SlowInteger {
        if var x = a.word, var y = b.word {
            while y != 0 { (x, y) = (y, x % y) }
            return SlowInteger(word: x)
        }
        var (a, b, shift) = (a.magnitude, b.magnitude, 0)
        if a.isZero { return b }
        if b.isZero { return a }
        while a.isEven, b.isEven { (a, b, shift) = (a.half, b.half, shift + 1) }
        while !a.isZero {
            while a.isEven { a = a.half }
            while b.isEven { b = b.half }
            if a < b { swap(&a, &b) }
            a = (a + -b).half
        }
        for _ in 0..<shift { b = b + b }
        return b
    }

    /// The quotient by an exact divisor, bit by bit.
    func divided(by divisor: SlowInteger) -> SlowInteger {
        if divisor == SlowInteger(1) { return self }
        if let x = word, let y = divisor.word {
            let quotient = SlowInteger(word: x / y)
            return negative != divisor.negative ? -quotient : quotient
        }
        var (quotient, rest) = (SlowInteger(0), SlowInteger(0))
        for i in digits.indices.reversed() {
            for bit in (0..<32).reversed() {
                rest = rest + rest + SlowInteger(Int(digits[i] >> UInt32(bit) & 1))
                quotient = quotient + quotient
                if !(rest < divisor.magnitude) {
                    rest = rest + -divisor.magnitude
                    quotient = quotient + SlowInteger(1)
                }
            }
        }
        return negative != divisor.negative ? -quotient : quotient
    }
}

struct SlowRational: Hashable, Comparable {
    let numerator: SlowInteger
    let denominator: SlowInteger  // positive, no common divisor

    init(_ numerator: SlowInteger, _ denominator: SlowInteger) {
        let divisor = SlowInteger.commonDivisor(numerator, denominator)
        let signed = denominator.negative ? -divisor : divisor
        self.numerator = numerator.divided(by: signed)
        self.denominator = denominator.divided(by: signed)
    }

    init(_ value: Int) { (numerator, denominator) = (SlowInteger(value), SlowInteger(1)) }

    /// A finite Double, exactly: doubled until whole, or halved until odd.
    init(_ value: Double) {
        var (mantissa, power) = (value, 0)
        while mantissa != mantissa.rounded() { (mantissa, power) = (mantissa * 2, power + 1) }
        var denominator = SlowInteger(1)
        for _ in 0..<power { denominator = denominator + denominator }
        precondition(abs(mantissa) < 0x1p62, "\(value) is too large for the tests' numbers")
        self.init(SlowInteger(Int(mantissa)), denominator)
    }

    var sign: Int { numerator.isZero ? 0 : numerator.negative ? -1 : 1 }

    static func + (a: SlowRational, b: SlowRational) -> SlowRational {
        SlowRational(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator)
    }
    static prefix func - (a: SlowRational) -> SlowRational { SlowRational(-a.numerator, a.denominator) }
    static func - (a: SlowRational, b: SlowRational) -> SlowRational { a + -b }
    static func * (a: SlowRational, b: SlowRational) -> SlowRational {
        if a.sign == 0 || b.sign == 0 { return SlowRational(0) }
        return SlowRational(a.numerator * b.numerator, a.denominator * b.denominator)
    }
    static func / (a: SlowRational, b: SlowRational) -> SlowRational {
        SlowRational(a.numerator * b.denominator, a.denominator * b.numerator)
    }
    static func < (a: SlowRational, b: SlowRational) -> Bool { (a - b).sign < 0 }
}
