// The numeric arrays of a MATLAB 5 file (level 5 MAT-file format), as far as SVHN needs them.

import Tensors

/// Reading MATLAB 5 files.
package enum MATLABFile {
    /// The real numeric arrays of a file. MATLAB stores the first index fastest, so each comes with its axes reversed: an array of
    /// MATLAB size 32×32×3×N has shape `[N, 3, 32, 32]` here, its last axis MATLAB's first.
    package static func read(_ bytes: [UInt8], file: String, budget: MemoryBudget = .standard) throws(InterchangeError) -> [NamedTensor] {
        var reader = ByteReader(bytes, file: file)
        let header = try reader.take(128, "MATLAB header")
        guard bytes[header].starts(with: "MATLAB 5.0".utf8), bytes[124..<128] == [0, 1, UInt8(ascii: "I"), UInt8(ascii: "M")] else {
            throw reader.malformed(
                at: 0, "header", expected: "a little-endian MATLAB 5.0 file",
                found: quoted(String(decoding: bytes[header].prefix(20), as: UTF8.self)))
        }
        var result: [NamedTensor] = []
        while reader.remaining > 0 {
            let (type, range) = try element(&reader)
            switch type {
            case 14: if let array = try matrix(bytes, range: range, file: file, budget: budget) { result.append(array) }
            case 15:
                let unpacked = try Gzip.inflateZlib(bytes, range: range, file: file, budget: budget)
                var inner = ByteReader(unpacked, file: "\(file): compressed element at byte \(range.lowerBound)")
                let (type, range) = try element(&inner)
                guard type == 14 else { throw inner.malformed(at: 0, "element", expected: "an array (14)", found: "type \(type)") }
                if let array = try matrix(unpacked, range: range, file: inner.file, budget: budget) { result.append(array) }
            default: continue
            }
        }
        return result
    }

    /// The type and content of the next data element; its padding is passed over.
    private static func element(_ reader: inout ByteReader) throws(InterchangeError) -> (type: Int, range: Range<Int>) {
        let tag: UInt32 = try reader.integer("element type")
        if tag >> 16 != 0 {
            // A small element: size and type share one word, and up to four bytes follow.
            let size = Int(tag >> 16)
            let place = reader.position
            let range = try reader.take(4, "small element")
            guard size <= 4 else { throw reader.malformed(at: place, "small element", expected: "at most 4 bytes", found: "\(size)") }
            return (Int(tag & 0xffff), range.lowerBound..<range.lowerBound + size)
        }
        let size = Int(try reader.integer("element size", as: UInt32.self))
        let range = try reader.take(size, "element")
        if tag != 15 { _ = try reader.take(min((8 - size % 8) % 8, reader.remaining), "padding") }
        return (Int(tag), range)
    }

    /// The array in the content of an element of type 14; `nil` for what is not real numbers.
    private static func matrix(_ bytes: [UInt8], range: Range<Int>, file: String, budget: MemoryBudget) throws(InterchangeError)
        -> NamedTensor?
    {
        var reader = ByteReader(bytes, file: file, range: range)
        let flags = try element(&reader)
        guard flags.type == 6, flags.range.count == 8 else {
            throw reader.malformed(
                at: range.lowerBound, "array flags", expected: "8 bytes of type 6", found: "\(flags.range.count) of type \(flags.type)")
        }
        let (kind, attributes) = (bytes[flags.range.lowerBound], bytes[flags.range.lowerBound + 1])
        guard (6...15).contains(kind), attributes & 0x08 == 0 else { return nil }
        let sizes = try element(&reader)
        guard sizes.type == 5, sizes.range.count % 4 == 0, sizes.range.count <= 4 * 32 else {
            throw reader.malformed(at: sizes.range.lowerBound, "array sizes", expected: "integers of 32 bits", found: "type \(sizes.type)")
        }
        var sizeReader = ByteReader(bytes, file: file, range: sizes.range)
        var shape: Shape = []
        while sizeReader.remaining > 0 { shape.insert(Int(try sizeReader.integer("size", as: Int32.self)), at: 0) }
        let name = try element(&reader)
        let data = try element(&reader)
        let types: [Int: ElementType] = [
            1: .int8, 2: .uint8, 3: .int16, 4: .uint16, 5: .int32, 6: .uint32, 7: .float32, 9: .float64, 12: .int64, 13: .uint64,
        ]
        guard let type = types[data.type] else {
            throw reader.malformed(at: data.range.lowerBound, "array", expected: "numbers", found: "element type \(data.type)")
        }
        guard let size = shape.elementCountFromOutside?.multipliedReportingOverflow(by: type.size), !size.overflow,
            size.partialValue == data.range.count
        else {
            throw reader.malformed(
                at: data.range.lowerBound, "array", expected: "elements of \(type.rawValue) \(shape)", found: "\(data.range.count) bytes")
        }
        try budget.require(data.range.count, for: "the array", file: file)
        let tensor = try bytes.span.bytes.withUnsafeBytes { (raw: UnsafeRawBufferPointer) throws(InterchangeError) -> NumericTensor in
            try NumericTensor(type, shape: shape, bytes: UnsafeRawBufferPointer(rebasing: raw[data.range]), isBigEndian: false, file: file)
        }
        return NamedTensor(name: String(decoding: bytes[name.range], as: UTF8.self), tensor: tensor)
    }
}
