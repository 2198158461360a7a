// Colours as they are written into SVG, HTML and PNG: three bytes of sRGB.

/// An opaque sRGB colour.
public struct Color: Hashable, Sendable {
    public var red: UInt8
    public var green: UInt8
    public var blue: UInt8

    public init(red: UInt8, green: UInt8, blue: UInt8) {
        (self.red, self.green, self.blue) = (red, green, blue)
    }

    /// The colour `0xRRGGBB`; higher bits are a caller's mistake.
    public init(_ rgb: UInt32) {
        precondition(rgb <= 0xFF_FFFF, "a colour has 24 bits")
        self.init(red: UInt8(rgb >> 16), green: UInt8(rgb >> 8 & 0xFF), blue: UInt8(rgb & 0xFF))
    }

    public static let black = Color(0x000000)
    public static let white = Color(0xFFFFFF)

    /// The colour as `#rrggbb`.
    public var hexadecimal: String {
        let digits = Array("0123456789abcdef")
        return [red, green, blue].reduce(into: "#") { $0 += String([digits[Int($1 >> 4)], digits[Int($1 & 15)]]) }
    }

    /// The colour at `fraction` of the way to `other`, straight in sRGB, each channel rounded; fractions are clamped to 0…1.
    public func mixed(with other: Color, _ fraction: Double) -> Color {
        let t = fraction.isNaN ? 0 : min(max(fraction, 0), 1)
        func channel(_ a: UInt8, _ b: UInt8) -> UInt8 { UInt8((Double(a) + (Double(b) - Double(a)) * t).rounded()) }
        return Color(red: channel(red, other.red), green: channel(green, other.green), blue: channel(blue, other.blue))
    }

    /// The channels in linear light, 0…1 (IEC 61966-2-1).
    var linear: (red: Double, green: Double, blue: Double) {
        func light(_ byte: UInt8) -> Double {
            let c = Double(byte) / 255
            return c <= 0.04045 ? c / 12.92 : power((c + 0.055) / 1.055, 2.4)
        }
        return (light(red), light(green), light(blue))
    }

    /// Relative luminance, 0 for black to 1 for white (WCAG 2.2).
    public var luminance: Double {
        let (r, g, b) = linear
        return 0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    /// Contrast ratio (L₁ + 0.05)/(L₂ + 0.05), 1 to 21 (WCAG 2.2).
    public func contrast(with other: Color) -> Double {
        let (a, b) = (luminance, other.luminance)
        return (max(a, b) + 0.05) / (min(a, b) + 0.05)
    }

    /// Black or white, whichever reads better on this colour: the contrast is at least √21 = 4.58, since the two multiply to 21.
    public var readableInk: Color { contrast(with: .black) >= contrast(with: .white) ? .black : .white }

    /// Lightness and two opponent axes of Ottosson's OKLab (2020), in which distances are roughly perceived differences.
    public var perceptual: SIMD3<Double> {
        let (r, g, b) = linear
        let l = cubeRoot(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
        let m = cubeRoot(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
        let s = cubeRoot(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
        return SIMD3(
            0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
            1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
            0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s)
    }

    /// Euclidean distance in OKLab: 0.02 is barely visible, black to white is 1.
    public func distance(to other: Color) -> Double {
        let d = perceptual - other.perceptual
        return (d * d).sum().squareRoot()
    }
}
