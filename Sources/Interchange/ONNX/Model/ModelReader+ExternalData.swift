// External data lies beside the model and nowhere else: the path, what it leads to, and the range read are checked.

extension ModelReader {
    /// The bytes that a tensor keeps in another file, `needed` of them.
    func externalBytes(_ proto: Onnx_TensorProto, _ needed: Int, _ place: String) throws(InterchangeError) -> [UInt8] {
        var entries: [String: String] = [:]
        for entry in proto.externalData {
            guard ["location", "offset", "length", "checksum", "basepath"].contains(entry.key) else {
                throw unsupported(place, "external data with the entry \(quoted(entry.key)) is not supported")
            }
            guard entries.updateValue(entry.value, forKey: entry.key) == nil else {
                throw malformed(place, "gives \(quoted(entry.key)) of its external data twice")
            }
        }
        guard let location = entries["location"], !location.isEmpty, !location.utf8.contains(0) else {
            throw malformed(place, "does not say where its external data is")
        }
        guard let folder else { throw unsupported(place, "keeps its data in \(quoted(location)), but the model was not read from a file") }
        let parts = location.split(separator: "/", omittingEmptySubsequences: false)
        guard !location.hasPrefix("/"), !parts.contains("..") else {
            throw malformed(place, "keeps its data in \(quoted(location)), outside the model's folder")
        }
        let offset = try number(entries["offset"], "offset", place) ?? 0
        let length = try number(entries["length"], "length", place) ?? needed
        guard length == needed else { throw malformed(place, "needs \(needed) bytes, but claims \(length) in \(quoted(location))") }

        // Beside the model as it was named, then in the folder that was allowed; links are followed, and what they lead to has to lie in
        // one of the two. So a model that is itself a link, as caches of downloads have them, finds its data by the link beside it.
        let folders = [folder] + [externalDataFolder].compactMap(\.self)
        let roots = folders.map { System.resolved($0) }
        let found = folders.compactMap { System.resolved("\($0)/\(location)") }
        guard !found.isEmpty else { throw malformed(place, "keeps its data in \(quoted(location)), which is not there") }
        func lies(_ path: String, in root: String?) -> Bool { root.map { path.hasPrefix($0 == "/" ? "/" : $0 + "/") } ?? false }
        guard let path = found.first(where: { path in roots.contains { lies(path, in: $0) } }) else {
            throw malformed(place, "keeps its data in \(quoted(location)), which leads outside the model's folder")
        }
        let isAllowed = externalDataFolder != nil && lies(path, in: roots[1])
        do throws(SystemError) {
            let descriptor = try System.openForReading(path, waiting: false)
            defer { try? System.close(descriptor) }
            let status = try System.status(descriptor)
            guard status.kind == .regular else {
                throw SystemError(code: ModelReader.isSpecial)
            }
            guard status.linkCount == 1 || isAllowed else { throw SystemError(code: ModelReader.isShared) }
            guard offset <= status.length, needed <= status.length - offset else { throw SystemError(code: ModelReader.isShort) }
            try System.seek(descriptor, to: offset)
            var bytes = [UInt8](repeating: 0, count: needed)
            var done = 0
            while done < needed {
                let count = try bytes.withUnsafeMutableBytes { buffer in
                    Result { () throws(SystemError) in
                        try System.read(descriptor, into: UnsafeMutableRawBufferPointer(rebasing: buffer[done...]))
                    }
                }.get()
                guard count > 0 else { throw SystemError(code: ModelReader.isShort) }
                done += count
            }
            return bytes
        } catch {
            switch error.code {
            case ModelReader.isSpecial: throw malformed(place, "keeps its data in \(quoted(location)), which is not a regular file")
            case ModelReader.isShared:
                throw malformed(place, "keeps its data in \(quoted(location)), which has other names too (a hard link)")
            case ModelReader.isShort:
                throw malformed(place, "needs \(needed) bytes from byte \(offset) of \(quoted(location)), which ends before")
            default: throw malformed(place, "keeps its data in \(quoted(location)): \(error.reason)")
            }
        }
    }

    private static let isSpecial: Int32 = -1
    private static let isShared: Int32 = -2
    private static let isShort: Int32 = -3

    private func number(_ text: String?, _ what: String, _ place: String) throws(InterchangeError) -> Int? {
        guard let text else { return nil }
        guard let number = Int(text), number >= 0 else {
            throw malformed(place, "gives \(quoted(text)) as the \(what) of its external data")
        }
        return number
    }
}
