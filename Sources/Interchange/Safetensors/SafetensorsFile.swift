// safetensors: a JSON header with the place of every tensor, then the tensors. The container of native models (DESIGN §7).

import Tensors

/// The content of a safetensors file: some texts and some named tensors.
///
///     8 bytes: N, the header's length · N bytes of JSON · the tensors, without gaps
public struct SafetensorsFile: Hashable, Sendable {
    /// The texts of `__metadata__`, in order, no name twice.
    public var metadata: [(name: String, value: String)] {
        get { metadataMembers.map { ($0.name, $0.value.string ?? "") } }
        set { metadataMembers = newValue.map { JSONMember(name: $0.name, value: .string($0.value)) } }
    }
    private var metadataMembers: [JSONMember]
    /// In the order of the header, no name twice.
    public var tensors: [NamedTensor]

    public init(metadata: [(name: String, value: String)] = [], tensors: [NamedTensor]) {
        metadataMembers = metadata.map { JSONMember(name: $0.name, value: .string($0.value)) }
        self.tensors = tensors
    }

    /// A text of the metadata.
    public func metadata(_ name: String) -> String? { metadataMembers.first { $0.name == name }?.value.string }

    /// The longest header that is read, as in the format's own library.
    static let maximumHeaderLength = 100_000_000

    /// Reads a file.
    public init(path: String, budget: MemoryBudget = .standard) throws(InterchangeError) {
        try self.init(bytes: try InputFile(path: path, budget: budget).stored, file: path, budget: budget)
    }

    /// Reads the bytes of a file, whose name errors give as `file`.
    public init(bytes: [UInt8], file: String, budget: MemoryBudget = .standard) throws(InterchangeError) {
        var reader = ByteReader(bytes, file: file)
        let length: UInt64 = try reader.integer("header length")
        guard length <= min(SafetensorsFile.maximumHeaderLength, reader.remaining) else {
            throw reader.malformed(
                at: 0, "header length", expected: "at most \(min(SafetensorsFile.maximumHeaderLength, reader.remaining))",
                found: "\(length)")
        }
        let header = try reader.take(Int(length), "header")
        guard header.isEmpty || bytes[header.lowerBound] == UInt8(ascii: "{") else {
            throw reader.malformed(at: 8, "header", expected: "a JSON object", found: hexadecimal(bytes[header.prefix(4)]))
        }
        var parser = JSONParser(bytes: bytes, file: file, range: header)
        guard let members = try parser.document().members else {
            throw reader.malformed(at: 8, "header", expected: "a JSON object", found: "another value")
        }
        let (data, count) = (reader.position, reader.remaining)
        try budget.require(count.multipliedReportingOverflow(by: 2).partialValue, for: "the tensors", file: file)

        var metadata: [JSONMember] = []
        var entries: [Entry] = []
        for member in members {
            if member.name == "__metadata__" {
                guard let texts = member.value.members, texts.allSatisfy({ $0.value.string != nil }) else {
                    throw .malformed(file: file, place: "__metadata__", expected: "an object of strings", found: "other values")
                }
                metadata = texts
            } else {
                entries.append(try Entry(member, file: file))
            }
        }
        // The tensors must fill the rest of the file, one after the other.
        var end = 0
        for entry in entries.sorted(by: { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }) {
            guard entry.range.lowerBound == end else {
                throw .malformed(
                    file: file, place: "tensor \(quoted(entry.name))", expected: "data_offsets from \(end), where the one before ends",
                    found: "from \(entry.range.lowerBound)")
            }
            end = entry.range.upperBound
        }
        guard end == count else {
            throw .malformed(file: file, place: "byte \(data): tensors", expected: "\(end) bytes", found: "\(count)")
        }
        tensors = []
        for entry in entries {
            let tensor = try bytes.span.bytes.withUnsafeBytes { (raw: UnsafeRawBufferPointer) throws(InterchangeError) -> NumericTensor in
                let part = raw[(data + entry.range.lowerBound)..<(data + entry.range.upperBound)]
                return try NumericTensor(
                    entry.type, shape: entry.shape, bytes: UnsafeRawBufferPointer(rebasing: part), isBigEndian: false,
                    file: "\(file): tensor \(quoted(entry.name))")
            }
            tensors.append(NamedTensor(name: entry.name, tensor: tensor))
        }
        metadataMembers = metadata
    }

    /// A tensor of the header.
    private struct Entry {
        let name: String
        let type: ElementType
        let shape: Shape
        /// Within the data.
        let range: Range<Int>

        init(_ member: JSONMember, file: String) throws(InterchangeError) {
            name = member.name
            let place = "tensor \(quoted(member.name))"
            func wrong(_ expected: String, _ found: String) -> InterchangeError {
                .malformed(file: file, place: place, expected: expected, found: found)
            }
            guard let fields = member.value.members, Set(fields.map(\.name)) == ["dtype", "shape", "data_offsets"] else {
                throw wrong(
                    "dtype, shape and data_offsets",
                    member.value.members.map { $0.map { quoted($0.name) }.joined(separator: ", ") } ?? member.value.kind)
            }
            guard let code = member.value["dtype"]?.string else { throw wrong("a text as dtype", member.value["dtype"]!.kind) }
            guard let type = SafetensorsFile.types[code] else {
                throw .unsupported(file: file, what: "\(place): element type \(quoted(code)) is not supported")
            }
            let sizes = member.value["shape"]!.array?.map { $0.int ?? -1 }
            guard let shape = sizes, shape.count <= 32, shape.allSatisfy({ $0 >= 0 }) else {
                throw wrong("at most 32 sizes of at least 0 as shape", member.value["shape"]!.kind)
            }
            guard let offsets = member.value["data_offsets"]!.array, offsets.count == 2, let lower = offsets[0].int,
                let upper = offsets[1].int,
                0 <= lower, lower <= upper
            else { throw wrong("two ascending integers as data_offsets", member.value["data_offsets"]!.kind) }
            let size = shape.elementCountFromOutside?.multipliedReportingOverflow(by: type.size)
            guard let size, !size.overflow, size.partialValue == upper - lower else {
                let bytes = size.flatMap { $0.overflow ? nil : "\($0.partialValue)" } ?? "2⁶³ or more"
                throw wrong("\(bytes) bytes for \(code) \(shape)", "data_offsets over \(upper - lower)")
            }
            (self.type, self.shape, self.range) = (type, shape, lower..<upper)
        }
    }

    private static let types: [String: ElementType] = [
        "BOOL": .bool, "I8": .int8, "I16": .int16, "I32": .int32, "I64": .int64, "U8": .uint8, "U16": .uint16, "U32": .uint32,
        "U64": .uint64,
        "F16": .float16, "BF16": .bfloat16, "F32": .float32, "F64": .float64,
    ]

    /// Writes the file; 16-bit floating point as F32. The same content gives the same bytes.
    ///
    /// The tensors lie in the file by descending element size, so that each is aligned, and otherwise in order.
    ///
    /// - Precondition: no two tensors have one name, and none is called `__metadata__`.
    public func write(to path: String) throws(InterchangeError) {
        var file = try OutputFile(path)
        try forEachPart { (part: UnsafeRawBufferPointer) throws(InterchangeError) -> Void in try file.write(part) }
        try file.commit()
    }

    /// SHA-256 of the bytes that `write` gives, in hexadecimal.
    package var digest: String {
        var hash = SHA256()
        forEachPart { hash.update($0) }
        return hash.finish()
    }

    /// The metadata's name of the digest of everything else.
    package static let checksumName = "checksum"

    /// The same content with the digest of it among the metadata, so that no changed byte goes unnoticed.
    package var sealed: SafetensorsFile {
        var file = unsealed
        file.metadata.append((SafetensorsFile.checksumName, file.digest))
        return file
    }

    private var unsealed: SafetensorsFile {
        var file = self
        file.metadata.removeAll { $0.name == SafetensorsFile.checksumName }
        return file
    }

    /// - Throws: `malformed` where there is a digest, and the content is not what was written.
    package func requireSeal(name: String) throws(InterchangeError) {
        guard let recorded = metadata(SafetensorsFile.checksumName) else { return }
        let digest = unsealed.digest
        guard recorded == digest else {
            throw .malformed(file: name, place: "checksum of the content", expected: quoted(recorded), found: quoted(digest))
        }
    }

    /// Calls `body` with the parts of the file, one after the other.
    private func forEachPart<E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> Void) throws(E) {
        precondition(Set(tensors.map(\.name)).count == tensors.count, "two tensors of one name")
        precondition(!tensors.contains { $0.name == "__metadata__" }, "a tensor called __metadata__")
        let order = tensors.map { NamedTensor(name: $0.name, tensor: $0.tensor.writable) }.enumerated().sorted {
            (-$0.element.tensor.elementType.size, $0.offset) < (-$1.element.tensor.elementType.size, $1.offset)
        }.map(\.element)
        var members = metadataMembers.isEmpty ? [] : [JSONMember(name: "__metadata__", value: .object(metadataMembers))]
        var offset = 0
        for named in order {
            let type = named.tensor.elementType
            let end = offset + named.tensor.count * type.size
            let code = SafetensorsFile.types.first { $0.value == type }!.key
            members.append(
                JSONMember(
                    name: named.name,
                    value: ["dtype": .string(code), "shape": JSONValue(named.tensor.shape), "data_offsets": JSONValue([offset, end])]))
            offset = end
        }
        var header = Array(JSONValue.object(members).text().utf8)
        header += [UInt8](repeating: 0x20, count: (8 - header.count % 8) % 8)
        let start = littleEndian(UInt64(header.count)) + header
        try start.span.bytes.withUnsafeBytes(body)
        for named in order { try named.tensor.withLittleEndianBytes(body) }
    }
}
