// A dense row-major array. It owns its elements, has value semantics, and knows nothing of networks.

/// A dense array of `elements` in row-major order.
public struct Tensor<Element: Sendable>: Sendable {
    /// Sizes of the axes, outermost first.
    public let shape: Shape
    @usableFromInline var storage: [Element]

    /// Row-major; `shape.elementCount` of them. Mutated in place; their number must stay. For loops, take a span of it once.
    @inlinable public var elements: [Element] {
        get { storage }
        _modify {
            let count = storage.count
            yield &storage
            precondition(storage.count == count, "\(storage.count) elements, expected \(count)")
        }
    }

    /// - Precondition: `elements` holds exactly `shape.elementCount` elements.
    @inlinable public init(shape: Shape, elements: [Element]) {
        precondition(elements.count == shape.elementCount, "\(elements.count) elements for shape \(shape)")
        self.shape = shape
        self.storage = elements
    }

    /// A tensor filled with one value.
    @inlinable public init(repeating element: Element, shape: Shape) {
        self.init(shape: shape, elements: [Element](repeating: element, count: shape.elementCount))
    }

    /// The number of elements.
    @inlinable public var count: Int { storage.count }
    /// The number of axes.
    @inlinable public var rank: Int { shape.count }

    /// The element at a multi-index, one entry for each axis. O(rank).
    public subscript(index: Int...) -> Element {
        get { elements[offset(of: index)] }
        set { elements[offset(of: index)] = newValue }
    }

    private func offset(of index: [Int]) -> Int {
        precondition(index.count == rank, "\(index.count) indices for rank \(rank)")
        var offset = 0
        for (i, size) in zip(index, shape) {
            precondition(0 <= i && i < size, "index \(index) outside \(shape)")
            offset = offset * size + i
        }
        return offset
    }

    /// The same elements under another shape of equal size.
    public func reshaped(_ shape: Shape) -> Tensor { Tensor(shape: shape, elements: elements) }

    /// Each element transformed.
    @inlinable public func map<T>(_ transform: (Element) throws -> T) rethrows -> Tensor<T> {
        Tensor<T>(shape: shape, elements: try elements.map(transform))
    }

    /// Rows `range` of the first axis. O(size of the result).
    public func rows(_ range: Range<Int>) -> Tensor {
        precondition(rank > 0 && range.lowerBound >= 0 && range.upperBound <= shape[0], "rows \(range) of \(shape)")
        let stride = count == 0 ? 0 : count / shape[0]
        return Tensor(
            shape: [range.count] + shape.dropFirst(), elements: Array(elements[range.lowerBound * stride..<range.upperBound * stride]))
    }

    /// Chosen rows of the first axis, in the order given. O(size of the result).
    public func rows(_ indices: some Collection<Int>) -> Tensor {
        precondition(rank > 0, "rows of a single number")
        let stride = count == 0 ? 0 : count / shape[0]
        var chosen: [Element] = []
        chosen.reserveCapacity(indices.count * stride)
        for row in indices {
            precondition(row >= 0 && row < shape[0], "row \(row) of \(shape)")
            chosen.append(contentsOf: elements[row * stride..<(row + 1) * stride])
        }
        return Tensor(shape: [indices.count] + shape.dropFirst(), elements: chosen)
    }
}

extension Tensor: Equatable where Element: Equatable {}
extension Tensor: Hashable where Element: Hashable {}

extension Tensor where Element: Scalar {
    /// All zeros.
    public static func zeros(_ shape: Shape) -> Tensor { Tensor(repeating: 0, shape: shape) }

    /// Every element converted. Float to Double is exact; Double to Float rounds to nearest.
    public func converted<Other: Scalar>(to _: Other.Type = Other.self) -> Tensor<Other> {
        if let same = self as? Tensor<Other> { return same }
        // The two conversions that there are, on concrete types: some fifty times faster than between type parameters.
        if let floats = self as? Tensor<Float>, let doubles = floats.map(Double.init) as? Tensor<Other> { return doubles }
        if let doubles = self as? Tensor<Double>, let floats = doubles.map(Float.init) as? Tensor<Other> { return floats }
        return map { Other($0) }
    }
}
