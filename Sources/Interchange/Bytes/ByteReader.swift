// A cursor over bytes from outside: every read is checked, and a failed one says where and what was missing.

/// Reads integers and ranges from the front of some bytes, never beyond their end.
struct ByteReader {
    let bytes: [UInt8]
    let file: String
    /// The next byte to read.
    private(set) var position: Int
    /// The end of what may be read.
    let end: Int

    init(_ bytes: [UInt8], file: String, range: Range<Int>? = nil) {
        (self.bytes, self.file) = (bytes, file)
        (position, end) = (range?.lowerBound ?? 0, range?.upperBound ?? bytes.count)
    }

    var remaining: Int { end - position }

    /// The range of the next `count` bytes, which are passed over.
    mutating func take(_ count: Int, _ what: String) throws(InterchangeError) -> Range<Int> {
        guard count >= 0, count <= remaining else {
            throw .malformed(
                file: file, place: "byte \(position)", expected: "\(what) of \(count) bytes",
                found: remaining == 0 ? "the end" : "\(remaining) bytes and the end")
        }
        defer { position += count }
        return position..<position + count
    }

    /// The next integer, little-endian unless said otherwise.
    mutating func integer<T: FixedWidthInteger>(_ what: String, as _: T.Type = T.self, bigEndian: Bool = false) throws(InterchangeError)
        -> T
    {
        let range = try take(T.bitWidth / 8, what)
        let value = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: range.lowerBound, as: T.self) }
        return bigEndian ? T(bigEndian: value) : T(littleEndian: value)
    }

    /// The error of a value just read.
    func malformed(at place: Int, _ what: String, expected: String, found: String) -> InterchangeError {
        .malformed(file: file, place: "byte \(place): \(what)", expected: expected, found: found)
    }
}
