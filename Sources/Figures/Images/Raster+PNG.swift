// PNG by libpng's simplified interface, which needs neither macros nor long jumps.
import CPNG

/// What libpng says when it refuses.
public struct PNGError: Error, Hashable, CustomStringConvertible {
    public let message: String
    public var description: String { "PNG: \(message)" }
}

extension Raster {
    // png.h: PNG_IMAGE_VERSION, PNG_FORMAT_RGB, PNG_FORMAT_RGB_COLORMAP
    private static let version: UInt32 = 1
    private static let formatRGB: UInt32 = 2
    private static let formatIndexedRGB: UInt32 = 2 | 8

    /// The image as a PNG file; with at most 256 colours an indexed one, which is smaller.
    /// - Throws: `PNGError` when libpng does, as for lack of memory.
    public func png() throws(PNGError) -> [UInt8] {
        if let (palette, indices) = indexed() {
            return try encode(pixels: indices, format: Raster.formatIndexedRGB, palette: palette)
        }
        return try encode(pixels: bytes, format: Raster.formatRGB, palette: [])
    }

    private func encode(pixels: [UInt8], format: UInt32, palette: [UInt8]) throws(PNGError) -> [UInt8] {
        var image = png_image()
        image.version = Raster.version
        (image.width, image.height, image.format) = (UInt32(width), UInt32(height), format)
        image.colormap_entries = UInt32(palette.count / 3)
        defer { png_image_free(&image) }
        // Room for the pixels as they are, zlib's overhead, chunk headers and the palette: compressed data never needs more.
        var size = pixels.count + pixels.count / 64 + 13 * height + 8192
        var file = [UInt8](repeating: 0, count: size)
        guard png_image_write_to_memory(&image, &file, &size, 0, pixels, 0, palette.isEmpty ? nil : palette) != 0 else {
            throw PNGError(message: Raster.message(image))
        }
        return Array(file.prefix(size))
    }

    /// Reads a PNG file of any kind as opaque sRGB, transparency laid on white.
    /// - Throws: `PNGError` when the bytes are not a PNG, are damaged, or the image has more than 2²⁶ pixels.
    public init(png file: [UInt8]) throws(PNGError) {
        var image = png_image()
        image.version = Raster.version
        defer { png_image_free(&image) }
        let pixels: Result<[UInt8], PNGError> = file.withUnsafeBytes { file in
            guard png_image_begin_read_from_memory(&image, file.baseAddress, file.count) != 0 else {
                return .failure(PNGError(message: Raster.message(image)))
            }
            let (width, height) = (Int(image.width), Int(image.height))
            guard width <= 1 << 15, height <= 1 << 15, width * height <= 1 << 26 else {
                return .failure(PNGError(message: "\(width) × \(height) pixels are more than are read here"))
            }
            image.format = Raster.formatRGB
            var pixels = [UInt8](repeating: 0, count: width * height * 3)
            var white = png_color(red: 255, green: 255, blue: 255)
            guard png_image_finish_read(&image, &white, &pixels, 0, nil) != 0 else {
                return .failure(PNGError(message: Raster.message(image)))
            }
            return .success(pixels)
        }
        let bytes = try pixels.get()
        self.init(width: Int(image.width), height: Int(image.height))
        self.bytes = bytes
    }

    /// The distinct colours in order of appearance and each pixel's index, when there are at most 256.
    private func indexed() -> (palette: [UInt8], indices: [UInt8])? {
        var numbers: [Color: UInt8] = [:]
        var (palette, indices) = ([UInt8](), [UInt8]())
        indices.reserveCapacity(width * height)
        for i in stride(from: 0, to: bytes.count, by: 3) {
            let color = Color(red: bytes[i], green: bytes[i + 1], blue: bytes[i + 2])
            if let number = numbers[color] {
                indices.append(number)
            } else {
                guard numbers.count < 256 else { return nil }
                let number = UInt8(numbers.count)
                numbers[color] = number
                palette += bytes[i..<i + 3]
                indices.append(number)
            }
        }
        return (palette, indices)
    }

    private static func message(_ image: png_image) -> String {
        withUnsafeBytes(of: image.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
