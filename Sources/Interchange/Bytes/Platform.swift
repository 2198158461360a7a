// The one file of this chapter that differs between platforms: the system calls that reading and writing need.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// What a path leads to.
enum FileKind {
    case regular, directory
    /// A character or block device.
    case device
    /// A pipe or socket.
    case other
}

/// The kind and length of an open file.
struct FileStatus {
    let kind: FileKind
    let length: Int
    let permissions: UInt32
    /// How many names the file has.
    let linkCount: Int
}

/// A system call's failure.
struct SystemError: Error {
    let code: Int32
    var isAbsence: Bool { code == ENOENT || code == ENOTDIR }
    var reason: String {
        switch code {
        case ENOENT: "no such file"
        case ENOTDIR: "no such folder"
        case EISDIR: "is a folder"
        case EACCES, EPERM: "permission denied"
        case ENOSPC: "no space left on the device"
        case EDQUOT: "quota exceeded"
        case EFBIG: "too large for the file system"
        case EROFS: "the file system is read-only"
        case EPIPE: "the reader has gone"
        case EIO: "input or output error"
        case ENAMETOOLONG: "the name is too long"
        case ELOOP: "too many symbolic links"
        case EMFILE, ENFILE: "too many open files"
        default: String(cString: strerror(code))
        }
    }
    static var last: SystemError { SystemError(code: errno) }
}

enum System {
    static func openForReading(_ path: String) throws(SystemError) -> Int32 { try retry { open(path, O_RDONLY | O_CLOEXEC) } }

    /// Opens what is no symbolic link; not `waiting`, a pipe that nobody writes to is opened too.
    static func openForReading(_ path: String, waiting: Bool) throws(SystemError) -> Int32 {
        try retry { open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | (waiting ? 0 : O_NONBLOCK)) }
    }

    static func seek(_ descriptor: Int32, to offset: Int) throws(SystemError) {
        if lseek(descriptor, off_t(offset), SEEK_SET) < 0 { throw .last }
    }

    static func openForWriting(_ path: String) throws(SystemError) -> Int32 { try retry { open(path, O_WRONLY | O_CLOEXEC) } }

    /// A new file that must not exist yet.
    static func create(_ path: String) throws(SystemError) -> Int32 {
        try retry { open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666) }
    }

    /// A nameless file in `folder`, gone with its last descriptor; fails where the system has none.
    static func createNameless(in folder: String) throws(SystemError) -> Int32 {
        #if os(Linux)
            // Without /proc it could not be given a name later.
            guard access("/proc/self/fd", X_OK) == 0 else { throw .last }
            let namelessFile: Int32 = 0o20_000_000 | O_DIRECTORY  // O_TMPFILE, a macro that Swift does not import
            return try retry { open(folder, namelessFile | O_RDWR | O_CLOEXEC, 0o666) }
        #else
            throw SystemError(code: EOPNOTSUPP)
        #endif
    }

    /// Gives a nameless file a name that must not exist yet.
    static func name(_ descriptor: Int32, _ path: String) throws(SystemError) {
        #if os(Linux)
            _ = try retry { linkat(AT_FDCWD, "/proc/self/fd/\(descriptor)", AT_FDCWD, path, AT_SYMLINK_FOLLOW) }
        #else
            throw SystemError(code: EOPNOTSUPP)
        #endif
    }

    static func duplicate(_ descriptor: Int32) throws(SystemError) -> Int32 { try retry { dup(descriptor) } }

    static func status(_ descriptor: Int32) throws(SystemError) -> FileStatus {
        var status = stat()
        _ = try retry { fstat(descriptor, &status) }
        return FileStatus(status)
    }

    /// The status of what `path` leads to, symbolic links followed.
    static func status(of path: String) throws(SystemError) -> FileStatus {
        var status = stat()
        _ = try retry { stat(path, &status) }
        return FileStatus(status)
    }

    /// `path` with its symbolic links resolved, or `nil` where it leads nowhere.
    static func resolved(_ path: String) -> String? {
        guard let result = realpath(path, nil) else { return nil }
        defer { free(result) }
        return String(cString: result)
    }

    /// Where a symbolic link points, or `nil` where `path` is none.
    static func destination(ofLink path: String) -> String? {
        var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(path, &bytes, bytes.count)
        return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
    }

    /// Fills part of `buffer`; 0 at the end.
    static func read(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
        guard let base = buffer.baseAddress, !buffer.isEmpty else { return 0 }
        while true {
            #if canImport(Glibc)
                let count = Glibc.read(descriptor, base, buffer.count)
            #else
                let count = Darwin.read(descriptor, base, buffer.count)
            #endif
            if count >= 0 { return count }
            if errno != EINTR { throw .last }
        }
    }

    /// Writes all of `buffer`.
    static func write(_ descriptor: Int32, _ buffer: UnsafeRawBufferPointer) throws(SystemError) {
        var rest = buffer[...]
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest)
            #if canImport(Glibc)
                let count = Glibc.write(descriptor, part.baseAddress, part.count)
            #else
                let count = Darwin.write(descriptor, part.baseAddress, part.count)
            #endif
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if count == 0 || errno != EINTR {
                throw .last
            }
        }
    }

    /// Flushes a file to its device. Pipes and some devices cannot be, which is no failure.
    static func synchronise(_ descriptor: Int32) throws(SystemError) {
        do throws(SystemError) { _ = try retry { fsync(descriptor) } } catch {
            if error.code != EINVAL && error.code != ENOTSUP && error.code != EROFS { throw error }
        }
    }

    static func setPermissions(_ descriptor: Int32, _ permissions: UInt32) { _ = fchmod(descriptor, mode_t(permissions)) }
    static func close(_ descriptor: Int32) throws(SystemError) {
        #if canImport(Glibc)
            let result = Glibc.close(descriptor)
        #else
            let result = Darwin.close(descriptor)
        #endif
        if result != 0 && errno != EINTR { throw .last }
    }
    static func rename(_ old: String, _ new: String) throws(SystemError) {
        #if canImport(Glibc)
            _ = try retry { Glibc.rename(old, new) }
        #else
            _ = try retry { Darwin.rename(old, new) }
        #endif
    }
    static func remove(_ path: String) { _ = unlink(path) }
    static func createFolder(_ path: String) throws(SystemError) { _ = try retry { mkdir(path, 0o777) } }
    /// Removes a folder if it is empty.
    static func removeFolder(_ path: String) { _ = rmdir(path) }
    static func mayWrite(_ path: String) -> Bool { access(path, W_OK) == 0 }
    static var processNumber: Int32 { getpid() }
    /// The machine's memory in bytes.
    static var memory: Int {
        let (pages, size) = (sysconf(Int32(_SC_PHYS_PAGES)), sysconf(Int32(_SC_PAGESIZE)))
        return pages > 0 && size > 0 ? pages * size : 8 << 30
    }

    private static func retry(_ call: () -> Int32) throws(SystemError) -> Int32 {
        while true {
            let result = call()
            if result >= 0 { return result }
            if errno != EINTR { throw .last }
        }
    }
}

extension FileStatus {
    fileprivate init(_ status: stat) {
        kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .regular
            case S_IFDIR: .directory
            case S_IFCHR, S_IFBLK: .device
            default: .other
            }
        length = Int(status.st_size)
        permissions = UInt32(status.st_mode & 0o7777)
        linkCount = Int(status.st_nlink)
    }
}

func cosine(_ x: Double) -> Double { cos(x) }
func sine(_ x: Double) -> Double { sin(x) }
