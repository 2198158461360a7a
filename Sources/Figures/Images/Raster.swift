// Images made of pixels: what templates, samples and heavy partitions become before they are PNG.

/// A grid of opaque sRGB pixels, rows from the top.
public struct Raster: Hashable, Sendable {
    public let width: Int
    public let height: Int
    /// Three bytes a pixel, red, green, blue; `width * height * 3` of them, row-major.
    public internal(set) var bytes: [UInt8]

    /// - Precondition: width and height are positive and the pixels' count fits.
    public init(width: Int, height: Int, fill: Color = .white) {
        precondition(width > 0 && height > 0 && width <= 1 << 15 && height <= 1 << 15, "a raster has 1 to 32768 pixels a side")
        (self.width, self.height) = (width, height)
        bytes = [UInt8](repeating: 0, count: width * height * 3)
        for i in 0..<width * height { (bytes[3 * i], bytes[3 * i + 1], bytes[3 * i + 2]) = (fill.red, fill.green, fill.blue) }
    }

    /// The pixel in column `x`, row `y`.
    public subscript(x: Int, y: Int) -> Color {
        get {
            let i = offset(x, y)
            return Color(red: bytes[i], green: bytes[i + 1], blue: bytes[i + 2])
        }
        set {
            let i = offset(x, y)
            (bytes[i], bytes[i + 1], bytes[i + 2]) = (newValue.red, newValue.green, newValue.blue)
        }
    }

    private func offset(_ x: Int, _ y: Int) -> Int {
        precondition(x >= 0 && x < width && y >= 0 && y < height, "pixel (\(x), \(y)) is outside \(width) × \(height)")
        return 3 * (y * width + x)
    }

    /// Every pixel as a square of `factor` × `factor` pixels.
    public func enlarged(by factor: Int) -> Raster {
        precondition(factor >= 1, "an image is enlarged by a whole factor")
        var output = Raster(width: width * factor, height: height * factor)
        for y in 0..<output.height {
            for x in 0..<output.width { output[x, y] = self[x / factor, y / factor] }
        }
        return output
    }

    /// Each square of `factor` × `factor` pixels as its mean in linear light; drawing large and reducing smooths edges.
    /// - Precondition: `factor` divides width and height.
    public func reduced(by factor: Int) -> Raster {
        precondition(factor >= 1 && width % factor == 0 && height % factor == 0, "the factor divides both sides")
        guard factor > 1 else { return self }
        let light = (0...255).map { byte in Color(red: UInt8(byte), green: 0, blue: 0).linear.red }
        var output = Raster(width: width / factor, height: height / factor)
        for y in 0..<output.height {
            for x in 0..<output.width {
                for channel in 0..<3 {
                    var sum = 0.0
                    for row in y * factor..<(y + 1) * factor {
                        for column in x * factor..<(x + 1) * factor { sum += light[Int(bytes[3 * (row * width + column) + channel])] }
                    }
                    let mean = sum / Double(factor * factor)
                    let value = mean <= 0.0031308 ? 12.92 * mean : 1.055 * power(mean, 1 / 2.4) - 0.055
                    output.bytes[3 * (y * output.width + x) + channel] = UInt8((value * 255).rounded())
                }
            }
        }
        return output
    }
}
