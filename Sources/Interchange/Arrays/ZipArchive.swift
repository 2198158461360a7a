// The zip container of npz files (APPNOTE 6.3): stored and deflated entries, zip64 read and written where sizes ask for it.

/// The entries of a zip file that lies in memory.
struct ZipArchive {
    struct Entry {
        let name: String
        let isDeflated: Bool
        let checksum: UInt32
        let compressedSize: Int
        let size: Int
        let headerOffset: Int
    }

    let entries: [Entry]
    private let bytes: [UInt8]
    private let file: String
    private let budget: MemoryBudget

    private static let endSignature: UInt32 = 0x0605_4b50
    private static let end64Signature: UInt32 = 0x0606_4b50
    private static let locator64Signature: UInt32 = 0x0706_4b50
    private static let centralSignature: UInt32 = 0x0201_4b50
    private static let localSignature: UInt32 = 0x0403_4b50

    /// Reads the central directory. The entries' contents together must fit the budget.
    init(_ bytes: [UInt8], file: String, budget: MemoryBudget) throws(InterchangeError) {
        (self.bytes, self.file, self.budget) = (bytes, file, budget)
        let directory = try ZipArchive.directory(bytes, file: file)
        var reader = ByteReader(bytes, file: file, range: directory.range)
        var entries: [Entry] = []
        var names: Set<String> = []
        var total = 0
        while reader.remaining > 0 {
            let place = reader.position
            let entry = try ZipArchive.centralEntry(&reader)
            guard names.insert(entry.name).inserted else {
                throw reader.malformed(at: place, "zip directory", expected: "each name once", found: "\(quoted(entry.name)) again")
            }
            let (sum, overflow) = total.addingReportingOverflow(entry.size)
            try budget.require(overflow ? nil : sum, for: "the unpacked archive", file: file)
            total = sum
            entries.append(entry)
        }
        guard entries.count == directory.count else {
            throw reader.malformed(
                at: directory.range.lowerBound, "zip directory", expected: "\(directory.count) entries", found: "\(entries.count)")
        }
        self.entries = entries
    }

    /// The unpacked content of an entry, its checksum verified.
    func contents(_ entry: Entry) throws(InterchangeError) -> [UInt8] {
        var reader = ByteReader(bytes, file: file, range: entry.headerOffset..<bytes.count)
        let signature: UInt32 = try reader.integer("local header of \(quoted(entry.name))")
        guard signature == ZipArchive.localSignature else {
            throw reader.malformed(
                at: entry.headerOffset, "entry \(quoted(entry.name))", expected: "a local header, 50 4B 03 04",
                found: hexadecimal(bytes[entry.headerOffset..<entry.headerOffset + 4]))
        }
        _ = try reader.take(22, "local header")
        let nameLength: UInt16 = try reader.integer("length of the name")
        let extraLength: UInt16 = try reader.integer("length of the extra field")
        let name = try reader.take(Int(nameLength), "name")
        guard bytes[name].elementsEqual(entry.name.utf8) else {
            throw reader.malformed(
                at: name.lowerBound, "entry \(quoted(entry.name))", expected: "the directory's name",
                found: quoted(String(decoding: bytes[name], as: UTF8.self)))
        }
        _ = try reader.take(Int(extraLength), "extra field")
        let range = try reader.take(entry.compressedSize, "content of \(quoted(entry.name))")
        let content =
            entry.isDeflated
            ? try Gzip.inflateRaw(bytes, range: range, size: entry.size, file: file, budget: budget) : Array(bytes[range])
        let checksum = content.withUnsafeBytes { Gzip.checksum($0) }
        guard checksum == entry.checksum else {
            throw reader.malformed(
                at: range.lowerBound, "entry \(quoted(entry.name))", expected: "checksum \(String(entry.checksum, radix: 16))",
                found: String(checksum, radix: 16))
        }
        return content
    }

    /// Where the central directory lies and how many entries it should have.
    private static func directory(_ bytes: [UInt8], file: String) throws(InterchangeError) -> (range: Range<Int>, count: Int) {
        // The end record may be followed by a comment of up to 65 535 bytes, whose length it states.
        let last = bytes.count - 22
        guard last >= 0,
            let place = stride(from: last, through: max(0, last - 0xffff), by: -1).first(where: { place in
                load(bytes, place, UInt32.self) == endSignature && Int(load(bytes, place + 20, UInt16.self)) == last - place
            })
        else {
            throw .malformed(file: file, place: "end", expected: "the directory of a zip file", found: "none")
        }
        var (count, size, offset) = (
            Int(load(bytes, place + 10, UInt16.self)), Int(load(bytes, place + 12, UInt32.self)), Int(load(bytes, place + 16, UInt32.self))
        )
        var end = place
        if place >= 20, load(bytes, place - 20, UInt32.self) == locator64Signature {
            let place64 = load(bytes, place - 12, UInt64.self)
            guard place64 <= place - 20 - 56, load(bytes, Int(place64), UInt32.self) == end64Signature else {
                throw .malformed(
                    file: file, place: "byte \(place - 20): zip64", expected: "the offset of an end record", found: "\(place64)")
            }
            end = Int(place64)
            let (count64, size64, offset64) = (
                load(bytes, end + 32, UInt64.self), load(bytes, end + 40, UInt64.self), load(bytes, end + 48, UInt64.self)
            )
            guard count64 <= end, size64 <= end, offset64 <= end else {
                throw .malformed(
                    file: file, place: "byte \(end): zip64", expected: "a directory before byte \(end)",
                    found: "\(size64) bytes from byte \(offset64)")
            }
            (count, size, offset) = (Int(count64), Int(size64), Int(offset64))
        }
        guard offset + size == end else {
            throw .malformed(
                file: file, place: "byte \(end): zip directory", expected: "an end at byte \(end)",
                found: "\(size) bytes from byte \(offset)")
        }
        return (offset..<end, count)
    }

    private static func centralEntry(_ reader: inout ByteReader) throws(InterchangeError) -> Entry {
        let place = reader.position
        let signature: UInt32 = try reader.integer("zip directory entry")
        guard signature == centralSignature else {
            throw reader.malformed(
                at: place, "zip directory", expected: "an entry, 50 4B 01 02", found: hexadecimal(reader.bytes[place..<place + 4]))
        }
        _ = try reader.take(4, "versions")
        let flags: UInt16 = try reader.integer("flags")
        let method: UInt16 = try reader.integer("method")
        _ = try reader.take(4, "time")
        let checksum: UInt32 = try reader.integer("checksum")
        var compressedSize = UInt64(try reader.integer("compressed size", as: UInt32.self))
        var size = UInt64(try reader.integer("size", as: UInt32.self))
        let nameLength: UInt16 = try reader.integer("length of the name")
        let extraLength: UInt16 = try reader.integer("length of the extra field")
        let commentLength: UInt16 = try reader.integer("length of the comment")
        _ = try reader.take(8, "attributes")
        var offset = UInt64(try reader.integer("offset", as: UInt32.self))
        let nameRange = try reader.take(Int(nameLength), "name")
        let extra = try reader.take(Int(extraLength), "extra field")
        _ = try reader.take(Int(commentLength), "comment")

        guard let name = String(validating: reader.bytes[nameRange], as: UTF8.self) else {
            throw reader.malformed(at: nameRange.lowerBound, "name of an entry", expected: "UTF-8", found: "other bytes")
        }
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard !name.isEmpty, !name.contains("\\"), !name.contains("\0"), !parts.contains(".."), !name.hasPrefix("/") else {
            throw reader.malformed(
                at: nameRange.lowerBound, "name of an entry", expected: "a path within the archive", found: quoted(name))
        }
        guard flags & 0x41 == 0 else { throw .unsupported(file: reader.file, what: "entry \(quoted(name)) is encrypted") }
        guard method == 0 || method == 8 else {
            throw .unsupported(
                file: reader.file, what: "entry \(quoted(name)) has compression method \(method) (stored and deflated are supported)")
        }
        // zip64: the values that are all ones stand in an extra field of kind 1, in this order.
        var fields = ByteReader(reader.bytes, file: reader.file, range: extra)
        while fields.remaining >= 4 {
            let kind: UInt16 = try fields.integer("kind of an extra field")
            let length: UInt16 = try fields.integer("length of an extra field")
            let range = try fields.take(Int(length), "extra field")
            guard kind == 1 else { continue }
            var wide = ByteReader(reader.bytes, file: reader.file, range: range)
            if size == 0xffff_ffff { size = try wide.integer("zip64 size") }
            if compressedSize == 0xffff_ffff { compressedSize = try wide.integer("zip64 compressed size") }
            if offset == 0xffff_ffff { offset = try wide.integer("zip64 offset") }
        }
        let length = UInt64(reader.bytes.count)
        guard offset <= length, compressedSize <= length, size <= Int.max, method == 8 || size == compressedSize else {
            throw reader.malformed(
                at: place, "entry \(quoted(name))", expected: "sizes and an offset within \(length) bytes",
                found: "\(size), \(compressedSize) and \(offset)")
        }
        return Entry(
            name: name, isDeflated: method == 8, checksum: checksum, compressedSize: Int(compressedSize), size: Int(size),
            headerOffset: Int(offset))
    }

    /// - Precondition: the value lies within `bytes`.
    private static func load<T: FixedWidthInteger>(_ bytes: [UInt8], _ place: Int, _: T.Type) -> T {
        bytes.withUnsafeBytes { T(littleEndian: $0.loadUnaligned(fromByteOffset: place, as: T.self)) }
    }
}

/// Writes a zip file entry by entry, deflated, all of the same date, so that equal content is an equal file.
struct ZipWriter: ~Copyable {
    private var file: OutputFile
    private var directory: [UInt8] = []
    private var count = 0
    private var offset = 0

    init(_ path: String) throws(InterchangeError) { file = try OutputFile(path) }

    /// - Precondition: `name` has not been used and is shorter than 65 536 bytes.
    mutating func append(_ name: String, _ content: [UInt8]) throws(InterchangeError) {
        let (packed, checksum) = content.withUnsafeBytes { (Gzip.deflateRaw($0), Gzip.checksum($0)) }
        let name = Array(name.utf8)
        let isWide = max(content.count, packed.count, offset) >= 0xffff_ffff
        let sizes = littleEndian(UInt64(content.count)) + littleEndian(UInt64(packed.count))
        let version = littleEndian(UInt16(isWide ? 45 : 20))
        // Flag 11: the name is UTF-8. Method 8: deflate. The first day that the format knows, 1 January 1980.
        let common =
            littleEndian(UInt16(0x0800)) + littleEndian(UInt16(8)) + littleEndian(UInt16(0)) + littleEndian(UInt16(0x21))
            + littleEndian(checksum) + littleEndian(isWide ? 0xffff_ffff : UInt32(packed.count))
            + littleEndian(isWide ? 0xffff_ffff : UInt32(content.count)) + littleEndian(UInt16(name.count))
        let localExtra = isWide ? littleEndian(UInt16(1)) + littleEndian(UInt16(16)) + sizes : []
        let local = littleEndian(UInt32(0x0403_4b50)) + version + common + littleEndian(UInt16(localExtra.count)) + name + localExtra
        try file.write(local)
        try file.write(packed)
        let extra = isWide ? littleEndian(UInt16(1)) + littleEndian(UInt16(24)) + sizes + littleEndian(UInt64(offset)) : []
        directory += littleEndian(UInt32(0x0201_4b50)) + version + version + common + littleEndian(UInt16(extra.count))
        directory += [UInt8](repeating: 0, count: 10) + littleEndian(isWide ? 0xffff_ffff : UInt32(offset)) + name + extra
        offset += local.count + packed.count
        count += 1
    }

    consuming func commit() throws(InterchangeError) {
        try file.write(directory)
        let isWide = offset + directory.count >= 0xffff_ffff || count >= 0xffff
        if isWide {
            let end = offset + directory.count
            var record = littleEndian(UInt32(0x0606_4b50)) + littleEndian(UInt64(44)) + littleEndian(UInt16(45)) + littleEndian(UInt16(45))
            record += [UInt8](repeating: 0, count: 8) + littleEndian(UInt64(count)) + littleEndian(UInt64(count))
            record += littleEndian(UInt64(directory.count)) + littleEndian(UInt64(offset))
            record += littleEndian(UInt32(0x0706_4b50)) + littleEndian(UInt32(0)) + littleEndian(UInt64(end)) + littleEndian(UInt32(1))
            try file.write(record)
        }
        let shortCount = littleEndian(isWide ? 0xffff : UInt16(count))
        try file.write(
            littleEndian(UInt32(0x0605_4b50)) + littleEndian(UInt32(0)) + shortCount + shortCount
                + littleEndian(isWide ? 0xffff_ffff : UInt32(directory.count)) + littleEndian(isWide ? 0xffff_ffff : UInt32(offset))
                + littleEndian(UInt16(0)))
        try file.commit()
    }
}

/// The bytes of an integer, the lowest first.
func littleEndian<T: FixedWidthInteger>(_ value: T) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }
