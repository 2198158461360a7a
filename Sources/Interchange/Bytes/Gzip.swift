// gzip (RFC 1952), zlib (RFC 1950) and raw deflate (RFC 1951) through zlib, with the output bounded before it grows.

import CZlib

/// A stream being inflated.
private struct Inflater: ~Copyable {
    // zlib keeps a pointer to the stream in its state, so the stream must not move.
    let stream: UnsafeMutablePointer<z_stream>

    /// - Parameter windowBits: of `inflateInit2`: 31 gzip, 15 zlib, −15 raw.
    init(windowBits: Int32) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let code = inflateInit2_(stream, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        precondition(code == Z_OK, "zlib cannot start: code \(code)")  // only for want of memory or another zlib's header
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }
}

enum Gzip {
    /// Everything in a gzip file of one or more members, or at most its first `stopAfter` bytes.
    static func decompress(
        _ bytes: [UInt8], file: String, limit: Int? = nil, stopAfter: Int? = nil, budget: MemoryBudget = .standard
    ) throws(InterchangeError) -> [UInt8] {
        try inflate(
            bytes, range: 0..<bytes.count, windowBits: 31, file: file, limit: limit, stopAfter: stopAfter, budget: budget
        ).bytes
    }

    /// A raw deflate stream that must give exactly `size` bytes and use all of `range`.
    static func inflateRaw(_ bytes: [UInt8], range: Range<Int>, size: Int, file: String, budget: MemoryBudget) throws(InterchangeError)
        -> [UInt8]
    {
        let (result, end) = try inflate(bytes, range: range, windowBits: -15, file: file, limit: size, stopAfter: nil, budget: budget)
        guard result.count == size, end == range.upperBound else {
            throw .malformed(
                file: file, place: "byte \(range.lowerBound): deflate stream", expected: "\(size) bytes from \(range.count)",
                found: "\(result.count) bytes from \(end - range.lowerBound)")
        }
        return result
    }

    /// A zlib stream (with header and Adler-32), which must use all of `range`.
    static func inflateZlib(_ bytes: [UInt8], range: Range<Int>, file: String, budget: MemoryBudget) throws(InterchangeError) -> [UInt8] {
        let (result, end) = try inflate(bytes, range: range, windowBits: 15, file: file, limit: nil, stopAfter: nil, budget: budget)
        guard end == range.upperBound else {
            throw .malformed(
                file: file, place: "byte \(end)", expected: "the end of the zlib stream", found: "\(range.upperBound - end) more bytes")
        }
        return result
    }

    private static func inflate(
        _ bytes: [UInt8], range: Range<Int>, windowBits: Int32, file: String, limit: Int?, stopAfter: Int?, budget: MemoryBudget
    ) throws(InterchangeError) -> (bytes: [UInt8], end: Int) {
        let inflater = Inflater(windowBits: windowBits)
        let most = min(stopAfter ?? .max, limit ?? .max, budget.limit, .max - 1)
        var output: [UInt8] = []
        var consumed = range.lowerBound
        // Deflate gives at most 1 032 bytes for one, so a stream that claims more is stopped by the budget, not by this guess.
        var room = min(max(stopAfter ?? limit ?? 4 * range.count, 256), 1 << 26)
        var code = Z_OK
        while code != Z_STREAM_END || consumed < range.upperBound {
            if let stopAfter, output.count >= stopAfter { break }
            if code == Z_STREAM_END {
                guard windowBits == 31 else { break }
                guard bytes[consumed] == 0x1f else {
                    throw .malformed(
                        file: file, place: "byte \(consumed)", expected: "the end or another gzip member",
                        found: "\(range.upperBound - consumed) more bytes")
                }
                inflateReset(inflater.stream)
            }
            room = min(room, most - output.count + 1)
            let step = min(range.upperBound - consumed, 1 << 30)
            let before = output.count
            bytes.withUnsafeBytes { (source: UnsafeRawBufferPointer) in
                output.append(addingCapacity: room) { target in
                    inflater.stream.pointee.next_in = UnsafeMutablePointer(
                        mutating: source.baseAddress!.assumingMemoryBound(to: UInt8.self) + consumed)
                    inflater.stream.pointee.avail_in = UInt32(step)
                    inflater.stream.pointee.next_out = target.baseAddress!.assumingMemoryBound(to: UInt8.self)
                    inflater.stream.pointee.avail_out = UInt32(target.count)
                    code = CZlib.inflate(inflater.stream, Z_NO_FLUSH)
                    consumed += step - Int(inflater.stream.pointee.avail_in)
                    return target.count - Int(inflater.stream.pointee.avail_out)
                }
            }
            if let stopAfter, output.count >= stopAfter { break }
            if let limit, output.count > limit {
                throw .malformed(file: file, place: "compressed stream", expected: "\(limit) bytes", found: "more")
            }
            try budget.require(output.count, for: "what it decompresses to", file: file)
            switch code {
            case Z_OK, Z_STREAM_END: break
            case Z_BUF_ERROR where output.count - before == room: break  // the room was used up
            case Z_BUF_ERROR:
                throw .malformed(
                    file: file, place: "byte \(range.upperBound)", expected: "more of the compressed stream", found: "the end")
            case Z_NEED_DICT: throw .unsupported(file: file, what: "a zlib stream with a preset dictionary is not supported")
            default:
                let detail = inflater.stream.pointee.msg.map { String(cString: $0) } ?? "code \(code)"
                throw .malformed(file: file, place: "byte \(consumed)", expected: "a valid compressed stream", found: detail)
            }
            if code == Z_OK && consumed == range.upperBound && output.count - before < room {
                throw .malformed(
                    file: file, place: "byte \(range.upperBound)", expected: "more of the compressed stream", found: "the end")
            }
            room = min(max(output.count, 1 << 16), 1 << 26)
        }
        if let stopAfter, output.count > stopAfter { output.removeLast(output.count - stopAfter) }
        return (output, consumed)
    }

    /// `bytes` as a raw deflate stream. Level 6, as zlib's own default.
    static func deflateRaw(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        defer { stream.deallocate() }
        let code = deflateInit2_(
            stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        precondition(code == Z_OK, "zlib cannot start: code \(code)")
        defer { deflateEnd(stream) }
        var output: [UInt8] = []
        var consumed = 0
        var finished = false
        while !finished {
            let step = min(bytes.count - consumed, 1 << 26)
            let isLast = consumed + step == bytes.count
            output.append(addingCapacity: Int(deflateBound(stream, UInt(step))) + 64) { target in
                let source = bytes.baseAddress.map { $0.assumingMemoryBound(to: UInt8.self) + consumed }
                stream.pointee.next_in = source.map { UnsafeMutablePointer(mutating: $0) }
                stream.pointee.avail_in = UInt32(step)
                stream.pointee.next_out = target.baseAddress!.assumingMemoryBound(to: UInt8.self)
                stream.pointee.avail_out = UInt32(target.count)
                finished = CZlib.deflate(stream, isLast ? Z_FINISH : Z_NO_FLUSH) == Z_STREAM_END
                consumed += step - Int(stream.pointee.avail_in)
                return target.count - Int(stream.pointee.avail_out)
            }
        }
        return output
    }

    /// The CRC-32 of `bytes`.
    static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        var (crc, rest) = (UInt(0), bytes[...])
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
            crc = crc32(crc, part.baseAddress!.assumingMemoryBound(to: UInt8.self), UInt32(part.count))
            rest = rest.dropFirst(part.count)
        }
        return UInt32(truncatingIfNeeded: crc)
    }
}
