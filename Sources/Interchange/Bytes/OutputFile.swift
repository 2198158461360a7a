// An output file appears whole or not at all (DESIGN §6): written beside, synced, renamed. Devices and pipes are written directly.

/// A file being written. What is not committed leaves nothing behind, be it dropped by an error or by cancellation.
///
/// On Linux the unfinished file has no name, so even a killed process leaves none; elsewhere it lies beside the target as
/// `.NAME.PROCESS.partial` and goes when the value goes.
public struct OutputFile: ~Copyable {
    /// As the user gave it.
    public let path: String
    private let descriptor: Int32
    /// Where the finished file goes; `nil` for devices and pipes.
    private let target: String?
    /// The unfinished file's name, where it has one.
    private var temporary: String?
    private var buffer: [UInt8] = []
    private var isClosed = false

    private static let bufferSize = 1 << 20

    /// Opens `path` for writing; an existing file stays as it is until `commit`.
    ///
    /// - Throws: `uncreatable` where the folder does not exist or may not be written, or `path` is a folder.
    public init(_ path: String) throws(InterchangeError) {
        self.path = path
        do throws(SystemError) {
            if let standard = OutputFile.standardStream(path) {
                (descriptor, target) = (try System.duplicate(standard), nil)
                return
            }
            let existing = try? System.status(of: path)
            switch existing?.kind {
            case .directory: throw SystemError(code: SystemError.folder)
            case .device, .other:
                (descriptor, target) = (try System.openForWriting(path), nil)
                return
            case .regular where !System.mayWrite(path): throw SystemError(code: SystemError.readOnly)
            case .regular, nil: break
            }
            if path.isEmpty || path.hasSuffix("/") { throw SystemError(code: SystemError.folder) }
            // A link stays a link: what it leads to is replaced, or made where it leads nowhere yet.
            let final: String
            if let resolved = System.resolved(path) { final = resolved } else { final = try OutputFile.end(ofLinks: path) }
            let (folder, name) = OutputFile.split(final)
            do throws(SystemError) { descriptor = try System.createNameless(in: folder) } catch {
                let beside = "\(folder)/.\(name).\(System.processNumber).partial"
                System.remove(beside)
                descriptor = try System.create(beside)
                temporary = beside
            }
            if let existing { System.setPermissions(descriptor, existing.permissions) }
            target = final
        } catch {
            let reason =
                switch error.code {
                case SystemError.folder: "is a folder"
                case SystemError.readOnly: "permission denied"
                case SystemError.loop: "too many symbolic links"
                default: error.isAbsence ? "no such folder" : error.reason
                }
            throw .uncreatable(file: path, reason: reason)
        }
    }

    /// Finds out before work starts whether `path` can be written. Nothing is changed.
    ///
    /// - Throws: `uncreatable`.
    public static func check(_ path: String) throws(InterchangeError) {
        if standardStream(path) != nil { return }
        // Opening a pipe would wait for its reader, so what is no file is only asked for its permission.
        if let status = try? System.status(of: path), status.kind == .other || status.kind == .device {
            if !System.mayWrite(path) { throw .uncreatable(file: path, reason: "permission denied") }
            return
        }
        _ = try OutputFile(path)
    }

    /// Writes a whole file.
    public static func write(_ bytes: [UInt8], to path: String) throws(InterchangeError) {
        var file = try OutputFile(path)
        try file.write(bytes)
        try file.commit()
    }

    /// Writes a whole text file as UTF-8.
    public static func write(_ text: String, to path: String) throws(InterchangeError) { try write(Array(text.utf8), to: path) }

    /// Appends `bytes`.
    ///
    /// - Throws: `failed`, as on a full disk.
    public mutating func write(_ bytes: [UInt8]) throws(InterchangeError) {
        try bytes.span.bytes.withUnsafeBytes { (raw: UnsafeRawBufferPointer) throws(InterchangeError) -> Void in try write(raw) }
    }

    /// Appends `bytes`.
    ///
    /// - Throws: `failed`, as on a full disk.
    public mutating func write(_ bytes: UnsafeRawBufferPointer) throws(InterchangeError) {
        if buffer.count + bytes.count > OutputFile.bufferSize { try flush() }
        if bytes.count >= OutputFile.bufferSize {
            try writing { () throws(SystemError) in try System.write(descriptor, bytes) }
        } else {
            buffer.append(contentsOf: bytes)
        }
    }

    /// Sees that all that was written is on the disk, so that `commit` only gives it its name: for files that belong together.
    ///
    /// - Throws: `failed`, as on a full disk.
    public mutating func synchronise() throws(InterchangeError) {
        try flush()
        let descriptor = descriptor
        if target != nil { try writing { () throws(SystemError) in try System.synchronise(descriptor) } }
    }

    /// Puts the finished file in its place, replacing an older one.
    ///
    /// - Throws: `failed`; nothing is left behind then.
    public consuming func commit() throws(InterchangeError) {
        try flush()
        let (descriptor, unnamed) = (self.descriptor, temporary == nil)
        if let target {
            try writing { () throws(SystemError) in try System.synchronise(descriptor) }
            if unnamed {
                let (folder, name) = OutputFile.split(target)
                let beside = "\(folder)/.\(name).\(System.processNumber).partial"
                System.remove(beside)
                try writing { () throws(SystemError) in try System.name(descriptor, beside) }
                temporary = beside
            }
        }
        isClosed = true
        try writing { () throws(SystemError) in try System.close(descriptor) }
        if let target, let beside = temporary {
            try writing { () throws(SystemError) in try System.rename(beside, target) }
            temporary = nil
        }
    }

    deinit {
        if !isClosed { try? System.close(descriptor) }
        if let temporary { System.remove(temporary) }
    }

    private mutating func flush() throws(InterchangeError) {
        let full = buffer
        buffer.removeAll(keepingCapacity: true)
        if full.isEmpty { return }
        let descriptor = descriptor
        try writing { () throws(SystemError) in
            try full.span.bytes.withUnsafeBytes { (raw: UnsafeRawBufferPointer) throws(SystemError) -> Void in
                try System.write(descriptor, raw)
            }
        }
    }

    private func writing(_ body: () throws(SystemError) -> Void) throws(InterchangeError) {
        do throws(SystemError) { try body() } catch { throw .failed(file: path, operation: "writing", reason: error.reason) }
    }

    /// The descriptor that `/dev/stdout` and its like stand for: they may lead to a file, which must then not be replaced.
    private static func standardStream(_ path: String) -> Int32? {
        switch path {
        case "/dev/stdout": 1
        case "/dev/stderr": 2
        default: path.hasPrefix("/dev/fd/") ? Int32(path.dropFirst(8)) : nil
        }
    }

    /// Where a chain of links that leads to no file yet ends.
    private static func end(ofLinks path: String) throws(SystemError) -> String {
        var path = path
        for _ in 0..<40 {
            guard let next = System.destination(ofLink: path) else { return path }
            path = next.hasPrefix("/") ? next : "\(split(path).folder)/\(next)"
        }
        throw SystemError(code: SystemError.loop)
    }

    private static func split(_ path: String) -> (folder: String, name: String) {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return (".", path) }
        let name = String(path[path.utf8.index(after: slash)...])
        return (slash == path.startIndex ? "/" : String(path[..<slash]), name)
    }
}

extension SystemError {
    fileprivate static let folder: Int32 = -1
    fileprivate static let readOnly: Int32 = -2
    fileprivate static let loop: Int32 = -3
}
