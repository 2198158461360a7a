// External data lies beside the model and nowhere else: the path, what it leads to, and the range read are checked.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

extension ModelReader {
    /// The bytes that a tensor keeps in another file, `needed` of them.
    func externalBytes(_ proto: Onnx_TensorProto, _ needed: Int, _ place: String) throws(ONNXError) -> [UInt8] {
        var entries: [String: String] = [:]
        for entry in proto.externalData {
            guard ["location", "offset", "length", "checksum", "basepath"].contains(entry.key) else {
                throw unsupported(place, "external data with the entry '\(entry.key)' is not supported")
            }
            guard entries.updateValue(entry.value, forKey: entry.key) == nil else {
                throw malformed(place, "gives '\(entry.key)' of its external data twice")
            }
        }
        guard let location = entries["location"], !location.isEmpty, !location.utf8.contains(0) else {
            throw malformed(place, "does not say where its external data is")
        }
        guard let folder else { throw unsupported(place, "keeps its data in '\(location)', but the model was not read from a file") }
        let parts = location.split(separator: "/", omittingEmptySubsequences: false)
        guard !location.hasPrefix("/"), !parts.contains("..") else {
            throw malformed(place, "keeps its data in '\(location)', outside the model's folder")
        }
        let offset = try number(entries["offset"], "offset", place) ?? 0
        let length = try number(entries["length"], "length", place) ?? needed
        guard length == needed else { throw malformed(place, "needs \(needed) bytes, but claims \(length) in '\(location)'") }

        let root = options.externalDataFolder ?? folder
        guard let rootPath = canonical(root), let path = canonical("\(root)/\(location)") else {
            throw malformed(place, "keeps its data in '\(location)', which is not there")
        }
        guard path.hasPrefix(rootPath == "/" ? "/" : rootPath + "/") else {
            throw malformed(place, "keeps its data in '\(location)', which leads outside the model's folder")
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { throw malformed(place, "keeps its data in '\(location)', which cannot be opened") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw malformed(place, "keeps its data in '\(location)', which is not a regular file")
        }
        guard status.st_nlink == 1 || options.externalDataFolder != nil else {
            throw malformed(place, "keeps its data in '\(location)', which has other names too (a hard link)")
        }
        let size = Int(status.st_size)
        guard offset <= size, needed <= size - offset else {
            throw malformed(
                place, "needs bytes \(offset) to \(offset.addingReportingOverflow(needed).partialValue) of '\(location)', which has \(size)"
            )
        }
        var bytes = [UInt8](repeating: 0, count: needed)
        var done = 0
        while done < needed {
            let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress! + done, needed - done, off_t(offset + done)) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw malformed(place, "keeps its data in '\(location)', which cannot be read") }
            done += count
        }
        return bytes
    }

    private func number(_ text: String?, _ what: String, _ place: String) throws(ONNXError) -> Int? {
        guard let text else { return nil }
        guard let number = Int(text), number >= 0 else {
            throw malformed(place, "gives '\(text)' as the \(what) of its external data")
        }
        return number
    }

    private func canonical(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
