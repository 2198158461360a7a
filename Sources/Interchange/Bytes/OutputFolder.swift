// Commands that write several files write them into one folder, which may exist already (DESIGN §6).

/// A folder for outputs: made if it is not there, and removed again if nothing was put into it.
public struct OutputFolder: ~Copyable {
    public let path: String
    private let isNew: Bool

    /// - Throws: `uncreatable` where `path` is a file, or the folder around it does not exist or may not be written.
    public init(_ path: String) throws(InterchangeError) {
        self.path = path
        isNew = (try? System.status(of: path)) == nil
        try OutputFolder.checkExisting(path)
        if isNew {
            do throws(SystemError) { try System.createFolder(path) } catch {
                throw .uncreatable(file: path, reason: error.isAbsence ? "no such folder" : error.reason)
            }
        }
    }

    /// Finds out before work starts whether files can be written into `path`. Nothing is changed.
    ///
    /// - Throws: `uncreatable`.
    public static func check(_ path: String) throws(InterchangeError) {
        _ = try OutputFolder(path)
    }

    /// A file in the folder, to be committed once all of them are written.
    ///
    /// - Precondition: `name` has no slash.
    public func file(_ name: String) throws(InterchangeError) -> OutputFile {
        precondition(!name.contains("/"), "file name \(name) with a slash")
        return try OutputFile(path.hasSuffix("/") ? path + name : "\(path)/\(name)")
    }

    deinit { if isNew { System.removeFolder(path) } }

    private static func checkExisting(_ path: String) throws(InterchangeError) {
        guard let status = try? System.status(of: path) else { return }
        guard status.kind == .directory else { throw .uncreatable(file: path, reason: "is a file, not a folder") }
        guard System.mayWrite(path) else { throw .uncreatable(file: path, reason: "permission denied") }
    }
}
