// The element types of ONNX tensors: `TensorProto.DataType`.

/// The type of a tensor's elements.
public enum ONNXElementType: Int32, Hashable, Sendable, CaseIterable {
    case float = 1
    case uint8, int8, uint16, int16, int32, int64, string, bool, float16, double, uint32, uint64, complex64, complex128, bfloat16
    case float8e4m3fn, float8e4m3fnuz, float8e5m2, float8e5m2fnuz, uint4, int4, float4e2m1, float8e8m0, uint2, int2

    /// ONNX's own name, such as "FLOAT16".
    public var name: String { "\(self)".uppercased() }

    /// Bits of an element; `nil` for strings.
    var bitCount: Int? {
        switch self {
        case .string: nil
        case .uint2, .int2: 2
        case .uint4, .int4, .float4e2m1: 4
        case .uint8, .int8, .bool, .float8e4m3fn, .float8e4m3fnuz, .float8e5m2, .float8e5m2fnuz, .float8e8m0: 8
        case .uint16, .int16, .float16, .bfloat16: 16
        case .float, .int32, .uint32: 32
        case .double, .int64, .uint64, .complex64: 64
        case .complex128: 128
        }
    }

    /// Whether the elements are floating-point numbers of any width.
    public var isFloatingPoint: Bool { self == .double || self == .float || smallFormat != nil }

    /// Whether data of a network may have this type: the types that are read as Float or Double.
    public var isNetworkData: Bool { [.float, .double, .float16, .bfloat16].contains(self) }

    /// Whether the elements are whole numbers (not truth values).
    var isInteger: Bool { integerRange != nil }

    /// The values of an integer type; those of `uint64` beyond Int are refused where they are read.
    package var integerRange: ClosedRange<Int>? {
        switch self {
        case .uint2: 0...3
        case .int2: -2...1
        case .uint4: 0...15
        case .int4: -8...7
        case .uint8: 0...255
        case .int8: -128...127
        case .uint16: 0...65535
        case .int16: -32768...32767
        case .uint32: 0...4_294_967_295
        case .int32: Int(Int32.min)...Int(Int32.max)
        case .int64: Int.min...Int.max
        case .uint64: 0...Int.max
        default: nil
        }
    }

    /// The format of the types narrower than Float.
    var smallFormat: SmallFloatFormat? {
        switch self {
        case .float16: SmallFloatFormat(exponentBits: 5, fractionBits: 10, bias: 15, special: .ieee)
        case .bfloat16: SmallFloatFormat(exponentBits: 8, fractionBits: 7, bias: 127, special: .ieee)
        case .float8e4m3fn: SmallFloatFormat(exponentBits: 4, fractionBits: 3, bias: 7, special: .allOnesIsNaN)
        case .float8e4m3fnuz: SmallFloatFormat(exponentBits: 4, fractionBits: 3, bias: 8, special: .minusZeroIsNaN)
        case .float8e5m2: SmallFloatFormat(exponentBits: 5, fractionBits: 2, bias: 15, special: .ieee)
        case .float8e5m2fnuz: SmallFloatFormat(exponentBits: 5, fractionBits: 2, bias: 16, special: .minusZeroIsNaN)
        case .float4e2m1: SmallFloatFormat(exponentBits: 2, fractionBits: 1, bias: 1, special: .none)
        case .float8e8m0: SmallFloatFormat(exponentBits: 8, fractionBits: 0, bias: 127, special: .powersOfTwo)
        default: nil
        }
    }

    /// `x` rounded to a value of this type.
    func rounded(_ x: Double) -> Double {
        switch self {
        case .double: x
        case .float: Double(Float(x))
        default: smallFormat?.rounded(x) ?? x
        }
    }

    /// `x` brought into an integer type's range by dropping high bits, as C does.
    func wrapped(_ x: Int) -> Int {
        guard self != .int64, self != .uint64, let range = integerRange else { return x }
        if range.contains(x) { return x }
        let count = range.upperBound - range.lowerBound + 1
        let remainder = (x &- range.lowerBound) % count
        return range.lowerBound + (remainder < 0 ? remainder + count : remainder)
    }
}

/// A floating-point format narrower than Float, of which every value is a Float.
struct SmallFloatFormat {
    /// What the extreme bit patterns mean.
    enum Special { case ieee, allOnesIsNaN, minusZeroIsNaN, powersOfTwo, none }

    let exponentBits: Int
    let fractionBits: Int
    let bias: Int
    let special: Special

    /// The value of a bit pattern.
    func value(_ bits: UInt16) -> Float {
        let pattern = Int(bits)
        if special == .powersOfTwo { return pattern == 255 ? .nan : Float(sign: .plus, exponent: pattern - bias, significand: 1) }
        let fraction = pattern & ((1 << fractionBits) - 1)
        let exponent = (pattern >> fractionBits) & ((1 << exponentBits) - 1)
        let isNegative = (pattern >> (fractionBits + exponentBits)) & 1 == 1
        let (lastExponent, lastFraction) = ((1 << exponentBits) - 1, (1 << fractionBits) - 1)
        switch special {
        case .ieee where exponent == lastExponent: return fraction != 0 ? .nan : (isNegative ? -.infinity : .infinity)
        case .allOnesIsNaN where exponent == lastExponent && fraction == lastFraction: return .nan
        case .minusZeroIsNaN where isNegative && exponent == 0 && fraction == 0: return .nan
        default: break
        }
        let significand = exponent == 0 ? Float(fraction) : Float(fraction + (1 << fractionBits))
        let magnitude = Float(sign: .plus, exponent: max(exponent, 1) - bias - fractionBits, significand: significand)
        return isNegative ? -magnitude : magnitude
    }

    /// The largest finite value.
    var largest: Double {
        switch special {
        case .ieee: Double(value(UInt16(((1 << exponentBits) - 1) << fractionBits - 1)))
        case .allOnesIsNaN: Double(value(UInt16((1 << (exponentBits + fractionBits)) - 2)))
        case .minusZeroIsNaN, .none: Double(value(UInt16((1 << (exponentBits + fractionBits)) - 1)))
        case .powersOfTwo: 0x1p127
        }
    }

    /// The nearest value, ties to even; beyond the largest: infinity where the format has it, else the largest.
    func rounded(_ x: Double) -> Double {
        guard x.isFinite, x != 0 else { return x.isInfinite && special != .ieee ? (x < 0 ? -largest : largest) : x }
        let quantum = Double(sign: .plus, exponent: max(Int(x.exponent), 1 - bias) - fractionBits, significand: 1)
        let result = (x / quantum).rounded(.toNearestOrEven) * quantum
        if abs(result) <= largest { return result }
        return (special == .ieee ? .infinity : largest) * (x < 0 ? -1 : 1)
    }
}
