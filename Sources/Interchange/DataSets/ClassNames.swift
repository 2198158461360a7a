// Names of classes from a text file, a line each.

/// Reading the names of classes.
public enum ClassNames {
    /// The lines of a UTF-8 text, gzip or not; empty lines at its end are passed over.
    ///
    /// - Throws: `InterchangeError` where the file is absent, not UTF-8, or has not a name for each of `classCount` classes.
    public static func read(path: String, classCount: Int, budget: MemoryBudget = .standard) throws(InterchangeError) -> [String] {
        try read(bytes: InputFile(path: path, budget: budget).contents(), file: path, classCount: classCount)
    }

    /// The names in the bytes of a file, whose name errors give as `file`.
    package static func read(bytes: [UInt8], file: String, classCount: Int) throws(InterchangeError) -> [String] {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .malformed(file: file, place: "text", expected: "UTF-8", found: "other bytes")
        }
        var names = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
        while names.last == "" { names.removeLast() }
        guard names.count == classCount else {
            throw .malformed(file: file, place: "lines", expected: "a name for each of \(classCount) classes", found: "\(names.count)")
        }
        return names
    }
}
