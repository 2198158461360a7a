// A dense array as it was in its file: the type is kept until somebody asks for Float or Double.

import Tensors

/// A tensor of any number type that files hold. The 16-bit floating-point types are held widened to Float, which is exact.
public enum NumericTensor: Hashable, Sendable {
    case bool(Tensor<Bool>)
    case int8(Tensor<Int8>)
    case int16(Tensor<Int16>)
    case int32(Tensor<Int32>)
    case int64(Tensor<Int64>)
    case uint8(Tensor<UInt8>)
    case uint16(Tensor<UInt16>)
    case uint32(Tensor<UInt32>)
    case uint64(Tensor<UInt64>)
    case float16(Tensor<Float>)
    case bfloat16(Tensor<Float>)
    case float32(Tensor<Float>)
    case float64(Tensor<Double>)

    public var elementType: ElementType {
        switch self {
        case .bool: .bool
        case .int8: .int8
        case .int16: .int16
        case .int32: .int32
        case .int64: .int64
        case .uint8: .uint8
        case .uint16: .uint16
        case .uint32: .uint32
        case .uint64: .uint64
        case .float16: .float16
        case .bfloat16: .bfloat16
        case .float32: .float32
        case .float64: .float64
        }
    }

    public var shape: Shape { read(ShapeReader()) }

    /// The number of elements.
    public var count: Int { shape.elementCount }

    /// The first element that is NaN, or infinite as a Float.
    var firstNonFinite: (index: Int, value: Double)? {
        func first<T: BinaryFloatingPoint>(_ tensor: Tensor<T>) -> (index: Int, value: Double)? {
            tensor.elements.firstIndex { !Float($0).isFinite }.map { ($0, Double(tensor.elements[$0])) }
        }
        return switch self {
        case .float16(let tensor), .bfloat16(let tensor), .float32(let tensor): first(tensor)
        case .float64(let tensor): first(tensor)
        default: nil
        }
    }

    /// What the elements take in memory.
    public var byteCount: Int { count * writable.elementType.size }

    /// Every element as a number of type `S`: exact where `S` can hold it, else rounded to nearest. Truth values become 0 and 1.
    @specialized(where S == Float)
    @specialized(where S == Double)
    public func converted<S: Scalar>(to _: S.Type = S.self) -> Tensor<S> {
        switch self {
        case .bool(let tensor): tensor.map { $0 ? 1 : 0 }
        case .int8(let tensor): tensor.map { S($0) }
        case .int16(let tensor): tensor.map { S($0) }
        case .int32(let tensor): tensor.map { S($0) }
        case .int64(let tensor): tensor.map { S($0) }
        case .uint8(let tensor): tensor.map { S($0) }
        case .uint16(let tensor): tensor.map { S($0) }
        case .uint32(let tensor): tensor.map { S($0) }
        case .uint64(let tensor): tensor.map { S($0) }
        case .float16(let tensor), .bfloat16(let tensor), .float32(let tensor): tensor.converted()
        case .float64(let tensor): tensor.converted()
        }
    }

    /// Every element as a Double, or `nil` where a 64-bit integer is no Double.
    public var exactDoubles: Tensor<Double>? {
        switch self {
        case .int64(let tensor) where tensor.elements.contains { Double(exactly: $0) == nil }: nil
        case .uint64(let tensor) where tensor.elements.contains { Double(exactly: $0) == nil }: nil
        default: converted(to: Double.self)
        }
    }

    /// Every element as an Int, or `nil` where this holds other than integers, or one that does not fit.
    public var integers: [Int]? {
        switch self {
        case .int8(let tensor): tensor.elements.map { Int($0) }
        case .int16(let tensor): tensor.elements.map { Int($0) }
        case .int32(let tensor): tensor.elements.map { Int($0) }
        case .int64(let tensor): tensor.elements.map { Int($0) }
        case .uint8(let tensor): tensor.elements.map { Int($0) }
        case .uint16(let tensor): tensor.elements.map { Int($0) }
        case .uint32(let tensor): tensor.elements.map { Int($0) }
        case .uint64(let tensor): tensor.elements.allSatisfy { $0 <= Int.max } ? tensor.elements.map { Int($0) } : nil
        case .bool, .float16, .bfloat16, .float32, .float64: nil
        }
    }

    /// The same elements under another shape of equal size.
    public func reshaped(_ shape: Shape) -> NumericTensor { transformed(Reshaping(shape: shape)) }
    /// Rows of the first axis.
    public func rows(_ range: Range<Int>) -> NumericTensor { transformed(RowChoice(rows: range)) }
    /// Rows of the first axis, in the order given.
    public func rows(_ indices: [Int]) -> NumericTensor { transformed(RowChoice(rows: indices)) }
    /// The axes in reverse order.
    public func transposed() -> NumericTensor { transformed(AxisReversal()) }

    /// The array whose rows are those of `first`, then those of the others.
    ///
    /// - Precondition: there is one at least, and all have one type and one shape of rows.
    static func concatenated(_ tensors: [NumericTensor]) -> NumericTensor {
        precondition(Set(tensors.map(\.elementType)).count == 1, "tensors of several types")
        return tensors.count == 1 ? tensors[0] : tensors[0].transformed(Concatenation(rest: Array(tensors.dropFirst())))
    }
}

// What is done alike for all types is a value of one of these two protocols: a closure cannot be generic.

/// A tensor made of a tensor of the same type.
private protocol TensorTransformation {
    func apply<Element>(_ tensor: Tensor<Element>) -> Tensor<Element>
}

/// A reading of a tensor of any type.
protocol TensorReading {
    associatedtype Result
    func read<Element: BitwiseCopyable>(_ tensor: Tensor<Element>) -> Result
}

private struct ShapeReader: TensorReading {
    func read<Element: BitwiseCopyable>(_ tensor: Tensor<Element>) -> Shape { tensor.shape }
}

private struct Reshaping: TensorTransformation {
    let shape: Shape
    func apply<Element>(_ tensor: Tensor<Element>) -> Tensor<Element> { tensor.reshaped(shape) }
}

private struct RowChoice<Rows: Collection<Int>>: TensorTransformation {
    let rows: Rows
    func apply<Element>(_ tensor: Tensor<Element>) -> Tensor<Element> { tensor.rows(rows) }
}

private struct AxisReversal: TensorTransformation {
    func apply<Element>(_ tensor: Tensor<Element>) -> Tensor<Element> {
        let shape = Shape(tensor.shape.reversed())
        // Strides of the result's axes in the source; the result is filled in order, its multi-index counted like an odometer.
        let strides = Array(tensor.shape.rowMajorStrides.reversed())
        let source = tensor.elements
        var index = [Int](repeating: 0, count: shape.count)
        var offset = 0
        var elements: [Element] = []
        elements.reserveCapacity(source.count)
        for _ in 0..<source.count {
            elements.append(source[offset])
            var axis = shape.count - 1
            while axis >= 0 {
                index[axis] += 1
                offset += strides[axis]
                if index[axis] < shape[axis] { break }
                offset -= strides[axis] * shape[axis]
                index[axis] = 0
                axis -= 1
            }
        }
        return Tensor(shape: shape, elements: elements)
    }
}

private struct Concatenation: TensorTransformation {
    let rest: [NumericTensor]
    func apply<Element>(_ tensor: Tensor<Element>) -> Tensor<Element> {
        var elements = tensor.elements
        var rows = tensor.shape[0]
        for other in rest {
            guard let other = other.payload as? Tensor<Element>, other.shape.dropFirst() == tensor.shape.dropFirst() else {
                preconditionFailure("rows of other shapes")
            }
            elements += other.elements
            rows += other.shape[0]
        }
        return Tensor(shape: [rows] + tensor.shape.dropFirst(), elements: elements)
    }
}

extension NumericTensor {
    fileprivate var payload: any Sendable { read(Payload()) }
    private struct Payload: TensorReading {
        func read<Element: BitwiseCopyable>(_ tensor: Tensor<Element>) -> any Sendable { tensor }
    }

    private func transformed(_ transformation: some TensorTransformation) -> NumericTensor {
        switch self {
        case .bool(let tensor): .bool(transformation.apply(tensor))
        case .int8(let tensor): .int8(transformation.apply(tensor))
        case .int16(let tensor): .int16(transformation.apply(tensor))
        case .int32(let tensor): .int32(transformation.apply(tensor))
        case .int64(let tensor): .int64(transformation.apply(tensor))
        case .uint8(let tensor): .uint8(transformation.apply(tensor))
        case .uint16(let tensor): .uint16(transformation.apply(tensor))
        case .uint32(let tensor): .uint32(transformation.apply(tensor))
        case .uint64(let tensor): .uint64(transformation.apply(tensor))
        case .float16(let tensor): .float16(transformation.apply(tensor))
        case .bfloat16(let tensor): .bfloat16(transformation.apply(tensor))
        case .float32(let tensor): .float32(transformation.apply(tensor))
        case .float64(let tensor): .float64(transformation.apply(tensor))
        }
    }

    func read<Reading: TensorReading>(_ reading: Reading) -> Reading.Result {
        switch self {
        case .bool(let tensor): reading.read(tensor)
        case .int8(let tensor): reading.read(tensor)
        case .int16(let tensor): reading.read(tensor)
        case .int32(let tensor): reading.read(tensor)
        case .int64(let tensor): reading.read(tensor)
        case .uint8(let tensor): reading.read(tensor)
        case .uint16(let tensor): reading.read(tensor)
        case .uint32(let tensor): reading.read(tensor)
        case .uint64(let tensor): reading.read(tensor)
        case .float16(let tensor), .bfloat16(let tensor), .float32(let tensor): reading.read(tensor)
        case .float64(let tensor): reading.read(tensor)
        }
    }
}
