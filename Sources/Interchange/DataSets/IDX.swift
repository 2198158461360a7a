// IDX, the format of MNIST: 0, 0, type, rank, the sizes and the elements, all big-endian.

import Tensors

/// Reading IDX files, gzip-compressed or not.
public enum IDX {
    /// The array in an IDX file.
    public static func read(path: String, budget: MemoryBudget = .standard) throws(InterchangeError) -> NumericTensor {
        try read(try InputFile(path: path, budget: budget))
    }

    /// The array in a file that has been read.
    public static func read(_ file: InputFile) throws(InterchangeError) -> NumericTensor {
        let start = try file.prefix(4 + 4 * 255)
        var reader = ByteReader(start, file: file.name)
        let magic = try reader.take(4, "IDX signature")
        let types: [UInt8: ElementType] = [0x08: .uint8, 0x09: .int8, 0x0b: .int16, 0x0c: .int32, 0x0d: .float32, 0x0e: .float64]
        guard start[0] == 0, start[1] == 0, let type = types[start[2]] else {
            throw reader.malformed(at: 0, "signature", expected: "that of an IDX file, 00 00 TYPE RANK", found: hexadecimal(start[magic]))
        }
        var shape: Shape = []
        for axis in 0..<Int(start[3]) { shape.append(Int(try reader.integer("size of axis \(axis)", as: UInt32.self, bigEndian: true))) }
        guard shape.count <= 32 else { throw reader.malformed(at: 3, "rank", expected: "at most 32", found: "\(shape.count)") }
        let headerLength = reader.position
        let length = shape.elementCountFromOutside.flatMap { count -> Int? in
            let (size, overflow) = count.multipliedReportingOverflow(by: type.size)
            return overflow || size > Int.max - headerLength ? nil : size + headerLength
        }
        // The array is held twice for a moment: as bytes and as elements.
        try file.budget.require(length.flatMap { $0 > Int.max / 2 ? nil : 2 * $0 }, for: "\(type.rawValue) \(shape)", file: file.name)
        let bytes = try file.contents(limit: length)
        guard bytes.count == length else {
            throw reader.malformed(
                at: headerLength, "elements", expected: "\(length! - headerLength) bytes of \(type.rawValue) \(shape)",
                found: "\(bytes.count - headerLength)")
        }
        return try bytes.span.bytes.withUnsafeBytes { (raw: UnsafeRawBufferPointer) throws(InterchangeError) -> NumericTensor in
            try NumericTensor(
                type, shape: shape, bytes: UnsafeRawBufferPointer(rebasing: raw[headerLength...]), isBigEndian: true, file: file.name)
        }
    }

    /// Images `[N, H, W]`, `[N, C, H, W]` or points `[N, D]` with their labels `[N]`; images without channels get one.
    public static func readDataSet(
        images: String, labels: String, name: String, classCount: Int? = nil, budget: MemoryBudget = .standard
    ) throws(InterchangeError) -> DataSet {
        let samples = try read(path: images, budget: budget)
        let shape = samples.shape
        guard (2...4).contains(shape.count), shape.allSatisfy({ $0 > 0 }) else {
            throw .malformed(file: images, place: "shape", expected: "[N, H, W], [N, C, H, W] or [N, D]", found: "\(shape)")
        }
        let classes = try read(path: labels, budget: budget).labels(count: shape[0], file: labels, classCount: classCount)
        return DataSet(
            name: name, samples: shape.count == 3 ? samples.reshaped([shape[0], 1, shape[1], shape[2]]) : samples, labels: classes,
            classCount: classCount ?? classes.max()! + 1)
    }
}
