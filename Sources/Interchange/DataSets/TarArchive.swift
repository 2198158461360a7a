// Where the files of a tar archive lie (POSIX ustar). Nothing is ever unpacked, so no name in it can lead anywhere.

package enum TarArchive {
    /// The regular files of an archive in memory.
    package static func entries(_ bytes: [UInt8], file: String) throws(InterchangeError) -> [(name: String, range: Range<Int>)] {
        var reader = ByteReader(bytes, file: file)
        var result: [(name: String, range: Range<Int>)] = []
        while reader.remaining > 0 {
            let header = try reader.take(512, "tar header")
            let block = bytes[header]
            // The archive ends with blocks of zeros.
            if block.allSatisfy({ $0 == 0 }) { break }
            func field(_ range: Range<Int>) -> [UInt8] {
                Array(block[(header.lowerBound + range.lowerBound)..<(header.lowerBound + range.upperBound)].prefix { $0 != 0 })
            }
            // The checksum counts its own field as spaces.
            let sum =
                block.reduce(0) { $0 + Int($1) } - block[header.lowerBound + 148..<header.lowerBound + 156].reduce(0) { $0 + Int($1) } + 8
                * 32
            guard octal(field(148..<156)) == sum else {
                throw reader.malformed(
                    at: header.lowerBound, "tar header", expected: "checksum \(String(sum, radix: 8))",
                    found: quoted(String(decoding: field(148..<156), as: UTF8.self)))
            }
            guard let size = octal(field(124..<136)) else {
                throw reader.malformed(
                    at: header.lowerBound + 124, "tar header", expected: "a size in octal",
                    found: quoted(String(decoding: field(124..<136), as: UTF8.self)))
            }
            let range = try reader.take(size, "content of a tar entry")
            _ = try reader.take(min((512 - size % 512) % 512, reader.remaining), "padding")
            let kind = block[header.lowerBound + 156]
            if kind == 0 || kind == UInt8(ascii: "0") { result.append((String(decoding: field(0..<100), as: UTF8.self), range)) }
        }
        return result
    }

    private static func octal(_ digits: [UInt8]) -> Int? {
        let text = String(decoding: digits.drop { $0 == 0x20 }.prefix { $0 != 0x20 }, as: UTF8.self)
        return Int(text, radix: 8).flatMap { $0 < 0 ? nil : $0 }
    }
}
