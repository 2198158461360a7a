// Bytes within text (RFC 4648, §4).

/// Base64 with padding.
public enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    public static func text(_ bytes: some Collection<UInt8>) -> String {
        let bytes = Array(bytes)
        return String(unsafeUninitializedCapacity: (bytes.count + 2) / 3 * 4) { output in
            var o = 0
            for i in stride(from: 0, to: bytes.count, by: 3) {
                let rest = bytes.count - i
                let group = UInt32(bytes[i]) << 16 | (rest > 1 ? UInt32(bytes[i + 1]) << 8 : 0) | (rest > 2 ? UInt32(bytes[i + 2]) : 0)
                output[o] = alphabet[Int(group >> 18)]
                output[o + 1] = alphabet[Int(group >> 12 & 63)]
                output[o + 2] = rest > 1 ? alphabet[Int(group >> 6 & 63)] : UInt8(ascii: "=")
                output[o + 3] = rest > 2 ? alphabet[Int(group & 63)] : UInt8(ascii: "=")
                o += 4
            }
            return o
        }
    }

    /// The `data:` address of a PNG.
    public static func dataAddress(_ png: [UInt8]) -> String { "data:image/png;base64," + text(png) }
}
