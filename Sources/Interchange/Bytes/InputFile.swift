// Reading whole files within a budget. Files are read, not mapped: a mapped file that shrinks would end the program.

/// The bytes of a file as they lie on the disk; `contents` decompresses those that are gzip.
public struct InputFile: Sendable {
    /// The name used in errors, usually the path.
    public let name: String
    /// As stored, perhaps compressed.
    public let stored: [UInt8]
    public let budget: MemoryBudget

    /// Bytes that are in memory already, under the name that errors shall give.
    public init(name: String, bytes: [UInt8], budget: MemoryBudget = .standard) {
        (self.name, self.stored, self.budget) = (name, bytes, budget)
    }

    /// Reads a regular file, a pipe or a device such as `/dev/stdin` to its end.
    ///
    /// - Throws: `absent` where there is no file that can be opened, or it is a folder or a device without end; `unsupported` where it is larger than the
    ///   budget; `failed` where reading fails.
    public init(path: String, budget: MemoryBudget = .standard) throws(InterchangeError) {
        try self.init(path: path, budget: budget) { _ in nil }
    }

    /// Reads a file whose kind shows in its first bytes.
    ///
    /// - Parameter refusal: says of the first bytes why the rest need not be read, however long; `nil` where they may be what is expected.
    /// - Throws: as the reading of any file; `invalid` for what is refused.
    init(path: String, budget: MemoryBudget, refusal: (_ beginning: [UInt8]) -> String?) throws(InterchangeError) {
        let descriptor: Int32
        var reason: String?
        func isWanted(_ beginning: [UInt8]) -> Bool {
            reason = refusal(beginning)
            return reason == nil
        }
        do throws(SystemError) { descriptor = try System.openForReading(path) } catch {
            throw .absent(file: path, reason: error.isAbsence ? "no such file" : error.reason)
        }
        defer { try? System.close(descriptor) }
        do throws(SystemError) {
            let status = try System.status(descriptor)
            if status.kind == .directory { throw SystemError(code: SystemError.isFolder) }
            // The length of a pipe or device is unknown, that of a file under /proc is said to be 0.
            let length = status.kind == .regular ? status.length : 0
            if status.kind == .device && budget.limit > InputFile.deviceLimit {
                do throws(SystemError) {
                    stored = try InputFile.read(descriptor, expecting: length, limit: InputFile.deviceLimit, isWanted)
                } catch { throw error.code == SystemError.tooLarge ? SystemError(code: SystemError.isEndless) : error }
            } else {
                stored = try InputFile.read(descriptor, expecting: length, limit: budget.limit, isWanted)
            }
        } catch {
            switch error.code {
            case SystemError.isFolder: throw .absent(file: path, reason: "is a folder, not a file")
            case SystemError.isEndless: throw .absent(file: path, reason: "is a device without end, not a file")
            case SystemError.isUnwanted: throw .invalid(file: path, place: "", reason: reason ?? "")
            case SystemError.tooLarge:
                throw .unsupported(
                    file: path, what: "is larger than the memory allowed, \(MemoryBudget.text(budget.limit)) (--max-memory)")
            default: throw .failed(file: path, operation: "reading", reason: error.reason)
            }
        }
        (self.name, self.budget) = (path, budget)
    }

    /// What a device may give before it counts as endless, bytes.
    private static let deviceLimit = 1 << 26

    /// How many bytes show what a file is.
    private static let beginningLength = 64

    /// Everything up to the end; `tooLarge` beyond `limit` bytes, `isUnwanted` where the first ones are not.
    private static func read(
        _ descriptor: Int32, expecting length: Int, limit: Int, _ isWanted: (_ beginning: [UInt8]) -> Bool
    ) throws(SystemError) -> [UInt8] {
        if length > limit { throw SystemError(code: SystemError.tooLarge) }
        var bytes: [UInt8] = []
        var room = beginningLength
        while true {
            let start = bytes.count
            bytes.reserveCapacity(start + room)
            var failure: SystemError?
            var added = 0
            bytes.append(addingCapacity: room) { rest in
                while added < rest.count {
                    do throws(SystemError) {
                        let count = try System.read(descriptor, into: UnsafeMutableRawBufferPointer(rebasing: rest[added...]))
                        if count == 0 { break }
                        added += count
                    } catch {
                        failure = error
                        break
                    }
                }
                return added
            }
            if let failure { throw failure }
            if bytes.count > limit { throw SystemError(code: SystemError.tooLarge) }
            if start == 0 && !isWanted(bytes) { throw SystemError(code: SystemError.isUnwanted) }
            if added < room { return bytes }
            // One byte more than a regular file should have, so that its end is found without growing.
            room = length >= bytes.count ? length + 1 - bytes.count : min(max(bytes.count, 1 << 16), 1 << 26)
        }
    }

    /// Whether the bytes are those of a gzip file.
    public var isCompressed: Bool { stored.starts(with: [0x1f, 0x8b]) }

    /// The first bytes of the content, at most `count` of them: enough to learn from a header how large the rest must be.
    package func prefix(_ count: Int) throws(InterchangeError) -> [UInt8] {
        isCompressed ? try Gzip.decompress(stored, file: name, stopAfter: count) : Array(stored.prefix(count))
    }

    /// The content, decompressed.
    ///
    /// - Parameter limit: the most that it may come to, where a header told; a stream that goes on beyond it is refused.
    /// - Throws: `malformed` where the stream is broken or followed by other bytes, `unsupported` beyond the budget.
    public func contents(limit: Int? = nil) throws(InterchangeError) -> [UInt8] {
        isCompressed ? try Gzip.decompress(stored, file: name, limit: limit, budget: budget) : stored
    }
}

extension SystemError {
    fileprivate static let isFolder: Int32 = -1
    fileprivate static let tooLarge: Int32 = -2
    fileprivate static let isEndless: Int32 = -3
    fileprivate static let isUnwanted: Int32 = -4
}

extension [UInt8] {
    /// Appends what `body` writes to uninitialised room for `count` bytes; it returns how many it wrote.
    mutating func append(addingCapacity count: Int, _ body: (UnsafeMutableRawBufferPointer) -> Int) {
        let start = self.count
        append(contentsOf: repeatElement(0, count: count))
        let written = withUnsafeMutableBytes { body(UnsafeMutableRawBufferPointer(rebasing: $0[start...])) }
        removeLast(count - written)
    }
}
