// npz files: a zip of npy files, each named after its array.

/// A named array of an npz or safetensors file.
public struct NamedTensor: Hashable, Sendable {
    public let name: String
    public let tensor: NumericTensor

    public init(name: String, tensor: NumericTensor) { (self.name, self.tensor) = (name, tensor) }
}

/// Reading and writing npz files.
public enum NumpyArchive {
    /// All arrays of an npz file, in the file's order.
    public static func read(path: String, budget: MemoryBudget = .standard) throws(InterchangeError) -> [NamedTensor] {
        try read(bytes: try InputFile(path: path, budget: budget).stored, file: path, budget: budget)
    }

    /// All arrays in the bytes of an npz file, whose name errors give as `file`.
    public static func read(bytes: [UInt8], file: String, budget: MemoryBudget = .standard) throws(InterchangeError) -> [NamedTensor] {
        let archive = try ZipArchive(bytes, file: file, budget: budget)
        var arrays: [NamedTensor] = []
        for entry in archive.entries {
            guard entry.name.hasSuffix(".npy") else {
                throw .malformed(file: file, place: "entry \(quoted(entry.name))", expected: "an array, NAME.npy", found: "another name")
            }
            let tensor = try NumpyArray.read(bytes: try archive.contents(entry), file: "\(file): \(entry.name)", budget: budget)
            arrays.append(NamedTensor(name: String(entry.name.dropLast(4)), tensor: tensor))
        }
        return arrays
    }

    /// Names for arrays that are called as something in a file of others: each one once, and safe to unpack.
    ///
    /// Parts between slashes that are empty, `.` or `..`, and so a slash at the beginning, are left out; control characters, `\` and `:`
    /// become `_`, and what is longer than 200 characters is cut. Names that need none of this stay; another that would be equal to one
    /// before it ends in `#2`, `#3` and so on.
    public static func safeNames(_ names: [String]) -> [String] {
        let safe = names.map { name in
            let parts = name.unicodeScalars.split(separator: "/").map { part in
                part.map { $0 == "\\" || $0 == ":" || printable(String($0)) != String($0) ? "_" : String($0) }.joined()
            }
            let joined = parts.filter { $0 != "." && $0 != ".." }.joined(separator: "/")
            return joined.isEmpty ? "array" : String(String.UnicodeScalarView(joined.unicodeScalars.prefix(200)))
        }
        var taken = Set(zip(names, safe).filter { $0 == $1 }.map(\.1))
        return zip(names, safe).map { name, base in
            if name == base { return base }
            var (unique, suffix) = (base, 2)
            while !taken.insert(unique).inserted {
                unique = "\(base)#\(suffix)"
                suffix += 1
            }
            return unique
        }
    }

    /// Writes arrays, deflated, in the order given.
    ///
    /// - Precondition: no two have one name.
    public static func write(_ arrays: [NamedTensor], to path: String) throws(InterchangeError) {
        precondition(Set(arrays.map(\.name)).count == arrays.count, "two arrays of one name")
        var archive = try ZipWriter(path)
        for array in arrays {
            let tensor = array.tensor.writable
            var content = NumpyArray.header(tensor.elementType, shape: tensor.shape)
            try tensor.withLittleEndianBytes { (raw: UnsafeRawBufferPointer) throws(InterchangeError) -> Void in content += raw }
            try archive.append(array.name + ".npy", content)
        }
        try archive.commit()
    }
}
