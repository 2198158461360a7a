// The two number types of the package: Float to train, Double to read (DESIGN §3).

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A floating-point type with the functions that smooth primitives need.
public protocol Scalar: BinaryFloatingPoint, Sendable, BitwiseCopyable, Codable where Self: SIMDScalar {
    /// e to the power of `x`.
    static func exponential(_ x: Self) -> Self
    /// The natural logarithm of `x`.
    static func logarithm(_ x: Self) -> Self
    /// log(1 + `x`), accurate near 0.
    static func logarithmOfOnePlus(_ x: Self) -> Self
    /// The hyperbolic tangent of `x`.
    static func hyperbolicTangent(_ x: Self) -> Self
    /// 2/√π ∫₀ˣ exp(−t²) dt.
    static func errorFunction(_ x: Self) -> Self
    /// `x` to the power `p`.
    static func power(_ x: Self, _ p: Self) -> Self
    /// "float32" or "float64".
    static var typeName: String { get }
}

extension Double: Scalar {
    @inlinable public static func exponential(_ x: Double) -> Double { exp(x) }
    @inlinable public static func logarithm(_ x: Double) -> Double { log(x) }
    @inlinable public static func logarithmOfOnePlus(_ x: Double) -> Double { log1p(x) }
    @inlinable public static func hyperbolicTangent(_ x: Double) -> Double { tanh(x) }
    @inlinable public static func errorFunction(_ x: Double) -> Double { erf(x) }
    @inlinable public static func power(_ x: Double, _ p: Double) -> Double { pow(x, p) }
    public static var typeName: String { "float64" }
}

extension Float: Scalar {
    @inlinable public static func exponential(_ x: Float) -> Float { expf(x) }
    @inlinable public static func logarithm(_ x: Float) -> Float { logf(x) }
    @inlinable public static func logarithmOfOnePlus(_ x: Float) -> Float { log1pf(x) }
    @inlinable public static func hyperbolicTangent(_ x: Float) -> Float { tanhf(x) }
    @inlinable public static func errorFunction(_ x: Float) -> Float { erff(x) }
    @inlinable public static func power(_ x: Float, _ p: Float) -> Float { powf(x, p) }
    public static var typeName: String { "float32" }
}
