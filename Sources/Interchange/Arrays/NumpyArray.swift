// npy files of NumPy (format versions 1.0, 2.0 and 3.0): numbers and truth values in either byte order and either axis order.

import Tensors

/// Reading and writing npy files.
public enum NumpyArray {
    static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

    /// The array in an npy file, gzip-compressed or not.
    ///
    /// - Throws: `InterchangeError`; structured, text, complex and object arrays are `unsupported` and named.
    public static func read(path: String, budget: MemoryBudget = .standard) throws(InterchangeError) -> NumericTensor {
        let file = try InputFile(path: path, budget: budget)
        return try read(bytes: try file.contents(), file: path, budget: budget)
    }

    /// The array in the bytes of an npy file, whose name errors give as `file`.
    public static func read(bytes: [UInt8], file: String, budget: MemoryBudget = .standard) throws(InterchangeError) -> NumericTensor {
        let header = try Header(bytes, file: file)
        let shape = header.shape
        let size = shape.elementCountFromOutside.flatMap { count in
            let (size, overflow) = count.multipliedReportingOverflow(by: header.type.size)
            return overflow ? nil : size
        }
        guard let size, size == bytes.count - header.length else {
            throw .malformed(
                file: file, place: "byte \(header.length): elements",
                expected: "\(size.map(String.init) ?? "2⁶³ or more") bytes of \(header.type.rawValue) \(shape)",
                found: "\(bytes.count - header.length)")
        }
        // Fortran order is C order of the reversed shape, transposed, for which a second copy is made.
        let turns = header.isFortranOrder && shape.count > 1
        let needed = size.multipliedReportingOverflow(by: 2 + (turns ? 2 : 0))
        try budget.require(needed.overflow ? nil : needed.partialValue, for: "the array", file: file)
        let stored = turns ? Shape(shape.reversed()) : shape
        let tensor = try bytes.span.bytes.withUnsafeBytes { (raw: UnsafeRawBufferPointer) throws(InterchangeError) -> NumericTensor in
            try NumericTensor(
                header.type, shape: stored, bytes: UnsafeRawBufferPointer(rebasing: raw[header.length...]), isBigEndian: header.isBigEndian,
                file: file)
        }
        return turns ? tensor.transposed() : tensor
    }

    /// The shape that the first bytes of an npy file tell, where they are enough and it is not compressed.
    public static func shape(beginning bytes: [UInt8]) -> Shape? { (try? Header(bytes, file: ""))?.shape }

    /// What stands before the elements.
    struct Header {
        let type: ElementType
        let isBigEndian: Bool
        let isFortranOrder: Bool
        let shape: Shape
        /// Where the elements begin.
        let length: Int

        init(_ bytes: [UInt8], file: String) throws(InterchangeError) {
            var reader = ByteReader(bytes, file: file)
            let magic = try reader.take(NumpyArray.magic.count, "npy signature")
            guard bytes[magic] == NumpyArray.magic[...] else {
                throw reader.malformed(
                    at: 0, "signature", expected: "that of an npy file, 93 4E 55 4D 50 59", found: hexadecimal(bytes[magic]))
            }
            let major: UInt8 = try reader.integer("format version")
            let minor: UInt8 = try reader.integer("format version")
            guard (1...3).contains(major), minor == 0 else {
                throw .unsupported(file: file, what: "npy format version \(major).\(minor) is not supported (1.0, 2.0 and 3.0 are)")
            }
            let count =
                major == 1
                ? Int(try reader.integer("header length", as: UInt16.self)) : Int(try reader.integer("header length", as: UInt32.self))
            guard count <= 1 << 20 else {
                throw reader.malformed(at: 8, "header length", expected: "at most 1048576", found: "\(count)")
            }
            let range = try reader.take(count, "header")
            var parser = PythonParser(bytes[range], file: file, offset: range.lowerBound)
            let fields = try parser.dictionary()
            func wrong(_ expected: String, _ found: String) -> InterchangeError {
                reader.malformed(at: range.lowerBound, "header", expected: expected, found: found)
            }
            guard Set(fields.keys) == ["descr", "fortran_order", "shape"] else {
                throw wrong("descr, fortran_order and shape", fields.keys.sorted().map { quoted($0) }.joined(separator: ", "))
            }
            switch fields["descr"] {
            case .string(let code): (type, isBigEndian) = try Header.elementType(code, file: file)
            case .list, .tuple: throw .unsupported(file: file, what: "a structured array is not supported")
            default: throw wrong("a text as descr", "another literal")
            }
            guard case .bool(let isFortranOrder) = fields["fortran_order"] else {
                throw wrong("True or False as fortran_order", "another literal")
            }
            guard case .tuple(let sizes) = fields["shape"] else { throw wrong("a tuple as shape", "another literal") }
            guard sizes.count <= 32 else { throw wrong("at most 32 axes", "\(sizes.count)") }
            var shape: Shape = []
            for size in sizes {
                guard case .integer(let size) = size, size >= 0 else { throw wrong("sizes of at least 0 in shape", "another literal") }
                shape.append(size)
            }
            (self.isFortranOrder, self.shape, length) = (isFortranOrder, shape, range.upperBound)
        }

        private static func elementType(_ code: String, file: String) throws(InterchangeError) -> (ElementType, Bool) {
            let types: [String: ElementType] = [
                "b1": .bool, "i1": .int8, "i2": .int16, "i4": .int32, "i8": .int64, "u1": .uint8, "u2": .uint16, "u4": .uint32,
                "u8": .uint64,
                "f2": .float16, "f4": .float32, "f8": .float64,
            ]
            if let order = code.first, "<>|=".contains(order), let type = types[String(code.dropFirst())] {
                // '=' is the writer's own order; all machines of today that write it are little-endian.
                return (type, order == ">")
            }
            let kind =
                switch code.dropFirst().first ?? code.first {
                case "O": "an array of Python objects"
                case "S", "U", "a": "an array of text"
                case "c": "an array of complex numbers"
                case "V": "a structured array"
                case "M", "m": "an array of times"
                default: "an array of type"
                }
            throw .unsupported(file: file, what: "\(kind) (\(quoted(code))) is not supported")
        }
    }
}

/// Bytes as people compare them: `93 4E …`.
func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined(separator: " ")
}
