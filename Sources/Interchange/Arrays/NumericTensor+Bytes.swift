// Elements from and to bytes, in either byte order. 16-bit floating point is widened exactly (IEEE 754 binary16, and bfloat16).

import Tensors

extension NumericTensor {
    /// The elements in `bytes`, row-major.
    ///
    /// - Precondition: `bytes` holds `shape.elementCount` of them and no more.
    /// - Throws: `malformed` where a truth value is neither 0 nor 1.
    init(_ type: ElementType, shape: Shape, bytes: UnsafeRawBufferPointer, isBigEndian: Bool, file: String) throws(InterchangeError) {
        precondition(bytes.count == shape.elementCount * type.size, "\(bytes.count) bytes for shape \(shape)")
        func integers<T: FixedWidthInteger & BitwiseCopyable & Sendable>(_: T.Type) -> Tensor<T> {
            var elements = [T](unsafeUninitializedCapacity: shape.elementCount) { buffer, count in
                UnsafeMutableRawBufferPointer(buffer).copyMemory(from: bytes)
                count = shape.elementCount
            }
            if T.bitWidth > 8 && (isBigEndian != (T(1).bigEndian == 1)) {
                for i in elements.indices { elements[i] = elements[i].byteSwapped }
            }
            return Tensor(shape: shape, elements: elements)
        }
        switch type {
        case .bool:
            if let wrong = bytes.firstIndex(where: { $0 > 1 }) {
                throw .malformed(file: file, place: "element \(wrong)", expected: "a truth value, 0 or 1", found: "\(bytes[wrong])")
            }
            self = .bool(integers(UInt8.self).map { $0 != 0 })
        case .int8: self = .int8(integers(Int8.self))
        case .int16: self = .int16(integers(Int16.self))
        case .int32: self = .int32(integers(Int32.self))
        case .int64: self = .int64(integers(Int64.self))
        case .uint8: self = .uint8(integers(UInt8.self))
        case .uint16: self = .uint16(integers(UInt16.self))
        case .uint32: self = .uint32(integers(UInt32.self))
        case .uint64: self = .uint64(integers(UInt64.self))
        case .float16: self = .float16(integers(UInt16.self).map { widened(halfPrecision: $0) })
        case .bfloat16: self = .bfloat16(integers(UInt16.self).map { Float(bitPattern: UInt32($0) << 16) })
        case .float32: self = .float32(integers(UInt32.self).map { Float(bitPattern: $0) })
        case .float64: self = .float64(integers(UInt64.self).map { Double(bitPattern: $0) })
        }
    }

    /// Calls `body` with the elements as little-endian bytes.
    ///
    /// - Precondition: the type is not a 16-bit floating-point one, which are read only.
    func withLittleEndianBytes<Result, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> Result) throws(E) -> Result {
        func raw<T: BitwiseCopyable>(_ elements: [T]) throws(E) -> Result {
            precondition(UInt16(1).littleEndian == 1, "a big-endian machine")
            return try elements.span.bytes.withUnsafeBytes(body)
        }
        switch self {
        case .bool(let tensor): return try raw(tensor.elements.map { $0 ? 1 : 0 } as [UInt8])
        case .int8(let tensor): return try raw(tensor.elements)
        case .int16(let tensor): return try raw(tensor.elements)
        case .int32(let tensor): return try raw(tensor.elements)
        case .int64(let tensor): return try raw(tensor.elements)
        case .uint8(let tensor): return try raw(tensor.elements)
        case .uint16(let tensor): return try raw(tensor.elements)
        case .uint32(let tensor): return try raw(tensor.elements)
        case .uint64(let tensor): return try raw(tensor.elements)
        case .float16, .bfloat16: preconditionFailure("16-bit floating point is written as float32")
        case .float32(let tensor): return try raw(tensor.elements)
        case .float64(let tensor): return try raw(tensor.elements)
        }
    }

    /// This with 16-bit floating point as float32: what can be written.
    var writable: NumericTensor {
        switch self {
        case .float16(let tensor), .bfloat16(let tensor): .float32(tensor)
        default: self
        }
    }
}

/// An IEEE 754 binary16 as a Float, exactly: sign, 5 bits of exponent (bias 15), 10 bits of fraction.
private func widened(halfPrecision bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10) & 0x1f
    let fraction = UInt32(bits & 0x3ff)
    switch exponent {
    case 0: return Float(sign: sign == 0 ? .plus : .minus, exponent: -24, significand: Float(fraction))  // subnormal: fraction · 2⁻²⁴
    case 0x1f: return Float(bitPattern: sign | 0x7f80_0000 | fraction << 13)
    default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
}
