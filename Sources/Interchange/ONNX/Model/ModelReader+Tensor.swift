// The elements of a tensor: from raw bytes, from a typed field, or from a file beside the model.

import Tensors

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension ModelReader {
    /// A tensor; its size is checked before anything of that size is allocated.
    mutating func tensor(_ proto: Onnx_TensorProto, place: String) throws(InterchangeError) -> ONNXTensor {
        guard let type = ONNXElementType(rawValue: proto.dataType) else {
            throw unsupported(place, "element type \(proto.dataType) is not known")
        }
        guard proto.dims.count > ModelReader.axisLimit || proto.dims.allSatisfy({ $0 >= 0 }) else {
            throw malformed(place, "shape \(proto.dims) has a negative size")
        }
        guard proto.dims.count <= ModelReader.axisLimit else {
            throw malformed(place, "has \(proto.dims.count) axes, more than \(ModelReader.axisLimit)")
        }
        let shape = proto.dims.map { Int($0) }
        guard let count = shape.map({ max($0, 1) }).checkedElementCount.map({ shape.contains(0) ? 0 : $0 }) else {
            throw malformed(place, "shape \(shape) has more elements than can be counted")
        }
        guard !proto.hasSegment else { throw unsupported(place, "is cut into segments, which are not supported") }
        guard type != .complex64, type != .complex128 else { throw unsupported(place, "complex numbers are not supported") }
        let typed = typedCount(proto)
        let external = proto.dataLocation == .external
        guard [proto.hasRawData && !proto.rawData.isEmpty, external, typed.total > 0].count(where: { $0 }) <= 1 else {
            throw malformed(place, "has its data in more than one place")
        }
        guard let bits = type.bitCount else {
            guard proto.stringData.count == count else {
                throw malformed(place, "shape \(shape) needs \(count) texts, \(proto.stringData.count) are given")
            }
            return ONNXTensor(name: proto.name, type: type, shape: shape, elements: .strings)
        }
        let byteCount = count.multipliedReportingOverflow(by: bits)
        guard !byteCount.overflow, byteCount.partialValue < Int.max - 7 else {
            throw malformed(place, "shape \(shape) has more bytes than can be counted")
        }
        let needed = (byteCount.partialValue + 7) / 8
        if typed.total > 0 {
            let expected = bits < 8 ? needed : count
            guard typed.total == typed.fitting(type) else {
                throw malformed(place, "holds its \(type.name) elements in a field for another type")
            }
            guard typed.total == expected else {
                throw malformed(place, "shape \(shape) needs \(expected) elements, \(typed.total) are given")
            }
            try reserve(count, type, place)
            return ONNXTensor(name: proto.name, type: type, shape: shape, elements: try typedElements(proto, type, count, place))
        }
        if external {
            try reserve(count, type, place)
            let bytes = try externalBytes(proto, needed, place)
            return ONNXTensor(name: proto.name, type: type, shape: shape, elements: try rawElements(bytes, type, count, place))
        }
        guard proto.rawData.count == needed else {
            throw malformed(place, "shape \(shape) of \(type.name) needs \(needed) bytes, \(proto.rawData.count) are given")
        }
        try reserve(count, type, place)
        // Weights, without a copy in between.
        if type == .float {
            let floats = proto.rawData.withUnsafeBytes { ModelReader.load($0, count) { Float(bitPattern: $0) } }
            return ONNXTensor(name: proto.name, type: type, shape: shape, elements: .floats(floats))
        }
        return ONNXTensor(name: proto.name, type: type, shape: shape, elements: try rawElements([UInt8](proto.rawData), type, count, place))
    }

    private mutating func reserve(_ count: Int, _ type: ONNXElementType, _ place: String) throws(InterchangeError) {
        let size = type.isFloatingPoint && type != .double ? 4 : 8
        let bytes = count.multipliedReportingOverflow(by: size)
        let total = bytes.partialValue.addingReportingOverflow(bytesUsed)
        try budget.require(bytes.overflow || total.overflow ? nil : total.partialValue, for: place, file: file)
        bytesUsed = total.partialValue
    }

    /// How many elements the typed fields hold.
    private func typedCount(_ proto: Onnx_TensorProto) -> TypedCount {
        TypedCount(
            float: proto.floatData.count, double: proto.doubleData.count, int32: proto.int32Data.count, int64: proto.int64Data.count,
            uint64: proto.uint64Data.count, text: proto.stringData.count)
    }

    private func typedElements(_ proto: Onnx_TensorProto, _ type: ONNXElementType, _ count: Int, _ place: String) throws(InterchangeError)
        -> ONNXTensor.Elements
    {
        switch type {
        case .float: return .floats(proto.floatData)
        case .double: return .doubles(proto.doubleData)
        case .int64: return .integers(proto.int64Data.map { Int($0) })
        case .uint32, .uint64:
            guard proto.uint64Data.allSatisfy({ $0 <= (type == .uint32 ? UInt64(UInt32.max) : UInt64(Int.max)) }) else {
                throw unsupported(place, "holds numbers beyond the range of \(type == .uint32 ? "UINT32" : "INT64")")
            }
            return .integers(proto.uint64Data.map { Int($0) })
        default: break
        }
        if type.bitCount! < 8 {
            return try rawElements(proto.int32Data.map { UInt8(truncatingIfNeeded: $0) }, type, count, place)
        }
        if let format = type.smallFormat {
            let mask: Int32 = type.bitCount == 16 ? 0xffff : 0xff
            guard proto.int32Data.allSatisfy({ $0 & ~mask == 0 }) else {
                throw malformed(place, "holds bit patterns wider than \(type.name)")
            }
            return .floats(proto.int32Data.map { format.value(UInt16($0)) })
        }
        let range = type == .bool ? 0...1 : type.integerRange!
        guard proto.int32Data.allSatisfy({ range.contains(Int($0)) }) else {
            throw malformed(place, "holds numbers beyond the range of \(type.name)")
        }
        return .integers(proto.int32Data.map { Int($0) })
    }

    /// Little-endian elements. The bytes have been counted.
    private func rawElements(_ bytes: [UInt8], _ type: ONNXElementType, _ count: Int, _ place: String) throws(InterchangeError)
        -> ONNXTensor.Elements
    {
        func load<T: FixedWidthInteger, Element>(_: T.Type, _ make: (T) -> Element) -> [Element] {
            bytes.withUnsafeBytes { ModelReader.load($0, count, make) }
        }
        /// Elements of fewer than 8 bits, the first in the lowest bits.
        func packed(_ bits: Int) -> [UInt8] {
            let perByte = 8 / bits
            return (0..<count).map { (bytes[$0 / perByte] >> UInt8($0 % perByte * bits)) & UInt8((1 << bits) - 1) }
        }
        switch type {
        case .float: return .floats(load(UInt32.self) { Float(bitPattern: $0) })
        case .double: return .doubles(load(UInt64.self) { Double(bitPattern: $0) })
        case .float16, .bfloat16: return .floats(load(UInt16.self, type.smallFormat!.value))
        case .float8e4m3fn, .float8e4m3fnuz, .float8e5m2, .float8e5m2fnuz, .float8e8m0:
            let format = type.smallFormat!
            return .floats(bytes.map { format.value(UInt16($0)) })
        case .float4e2m1:
            let format = type.smallFormat!
            return .floats(packed(4).map { format.value(UInt16($0)) })
        case .bool:
            guard bytes.allSatisfy({ $0 <= 1 }) else { throw malformed(place, "holds truth values other than 0 and 1") }
            return .integers(bytes.map { Int($0) })
        case .uint8: return .integers(bytes.map { Int($0) })
        case .int8: return .integers(bytes.map { Int(Int8(bitPattern: $0)) })
        case .uint16: return .integers(load(UInt16.self) { Int($0) })
        case .int16: return .integers(load(Int16.self) { Int($0) })
        case .uint32: return .integers(load(UInt32.self) { Int($0) })
        case .int32: return .integers(load(Int32.self) { Int($0) })
        case .int64: return .integers(load(Int64.self) { Int($0) })
        case .uint64:
            let numbers = load(UInt64.self) { $0 }
            guard numbers.allSatisfy({ $0 <= UInt64(Int.max) }) else {
                throw unsupported(place, "holds numbers beyond the range of INT64")
            }
            return .integers(numbers.map { Int($0) })
        case .uint2: return .integers(packed(2).map { Int($0) })
        case .uint4: return .integers(packed(4).map { Int($0) })
        case .int2: return .integers(packed(2).map { Int($0) - ($0 > 1 ? 4 : 0) })
        case .int4: return .integers(packed(4).map { Int($0) - ($0 > 7 ? 16 : 0) })
        case .string, .complex64, .complex128: preconditionFailure("refused before")
        }
    }

    /// `count` little-endian integers that lie one after the other, each made an element.
    private static func load<T: FixedWidthInteger, Element>(_ bytes: UnsafeRawBufferPointer, _ count: Int, _ make: (T) -> Element)
        -> [Element]
    {
        [Element](unsafeUninitializedCapacity: count) { elements, initialized in
            for index in 0..<count {
                let bits = bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<T>.size, as: T.self)
                elements.initializeElement(at: index, to: make(T(littleEndian: bits)))
            }
            initialized = count
        }
    }
}

/// How many elements each typed field of a tensor holds.
private struct TypedCount {
    let float: Int
    let double: Int
    let int32: Int
    let int64: Int
    let uint64: Int
    let text: Int

    var total: Int { float + double + int32 + int64 + uint64 + text }

    /// The count of the field that elements of `type` belong in.
    func fitting(_ type: ONNXElementType) -> Int {
        switch type {
        case .float: float
        case .double: double
        case .int64: int64
        case .uint32, .uint64: uint64
        case .string: text
        default: int32
        }
    }
}
