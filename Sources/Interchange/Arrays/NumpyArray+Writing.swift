// Writing npy, format version 1.0, little-endian, C order; whole, or row by row where the array is larger than memory.

import Tensors

extension NumpyArray {
    /// Writes an array; 16-bit floating point as float32.
    public static func write(_ tensor: NumericTensor, to path: String) throws(InterchangeError) {
        var file = try OutputFile(path)
        try write(tensor, to: &file)
        try file.commit()
    }

    /// Writes an array of Float or Double.
    public static func write<S: Scalar>(_ tensor: Tensor<S>, to path: String) throws(InterchangeError) {
        try write(NumericTensor(tensor), to: path)
    }

    /// Writes an array into a file that the caller commits.
    public static func write(_ tensor: NumericTensor, to file: inout OutputFile) throws(InterchangeError) {
        try file.write(header(tensor.writable.elementType, shape: tensor.shape))
        try tensor.writable.withLittleEndianBytes { (raw: UnsafeRawBufferPointer) throws(InterchangeError) -> Void in try file.write(raw) }
    }

    /// Everything before the elements, padded so that they begin at a multiple of 64 bytes.
    static func header(_ type: ElementType, shape: Shape) -> [UInt8] {
        let code =
            switch type {
            case .bool: "|b1"
            case .int8: "|i1"
            case .uint8: "|u1"
            case .int16: "<i2"
            case .int32: "<i4"
            case .int64: "<i8"
            case .uint16: "<u2"
            case .uint32: "<u4"
            case .uint64: "<u8"
            case .float16, .bfloat16: preconditionFailure("16-bit floating point is written as float32")
            case .float32: "<f4"
            case .float64: "<f8"
            }
        let sizes = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
        let text = "{'descr': '\(code)', 'fortran_order': False, 'shape': (\(sizes)), }"
        let unpadded = magic.count + 4 + text.utf8.count + 1
        let padding = (64 - unpadded % 64) % 64
        let length = UInt16(text.utf8.count + padding + 1)
        return magic + [1, 0, UInt8(length & 0xff), UInt8(length >> 8)] + Array(text.utf8) + Array(repeating: 0x20, count: padding) + [0x0a]
    }
}

extension NumericTensor {
    /// A tensor of Float or Double as it is.
    public init<S: Scalar>(_ tensor: Tensor<S>) {
        switch tensor {
        case let floats as Tensor<Float>: self = .float32(floats)
        default: self = .float64(tensor.converted())
        }
    }
}

/// An npy file whose rows are appended one after the other; its header is known in advance.
public struct NumpyWriter<S: Scalar>: ~Copyable {
    /// The whole array's, the first axis included.
    public let shape: Shape
    private var file: OutputFile
    private var missing: Int

    /// - Parameter shape: of the whole array, rows on the first axis.
    public init(_ path: String, shape: Shape) throws(InterchangeError) {
        try self.init(OutputFile(path), shape: shape)
    }

    /// Into a file that is open already, such as one of an `OutputFolder`.
    public init(_ file: consuming OutputFile, shape: Shape) throws(InterchangeError) {
        self.shape = shape
        self.missing = shape.elementCount
        self.file = file
        try self.file.write(NumpyArray.header(S.self == Float.self ? .float32 : .float64, shape: shape))
    }

    /// Appends elements, row-major.
    ///
    /// - Precondition: not more than `shape` holds.
    public mutating func append(_ elements: [S]) throws(InterchangeError) {
        precondition(elements.count <= missing, "\(elements.count) more elements for shape \(shape), expected at most \(missing)")
        missing -= elements.count
        try elements.span.bytes.withUnsafeBytes { (raw: UnsafeRawBufferPointer) throws(InterchangeError) -> Void in try file.write(raw) }
    }

    /// Sees that all that was appended is on the disk, so that `commit` only gives it its name: for arrays that belong together.
    public mutating func synchronise() throws(InterchangeError) { try file.synchronise() }

    /// Puts the finished file in its place.
    ///
    /// - Precondition: all elements have been appended.
    public consuming func commit() throws(InterchangeError) {
        precondition(missing == 0, "\(missing) elements of shape \(shape) were not appended")
        try file.commit()
    }
}
