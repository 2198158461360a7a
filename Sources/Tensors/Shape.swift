// Shapes are plain arrays of sizes, row-major; the functions here are the index arithmetic that every chapter shares.

/// The sizes of an array's axes, outermost first. `[]` is the shape of a single number.
public typealias Shape = [Int]

extension Array where Element == Int {
    /// The number of elements, 1 for `[]`. Traps on overflow; see `checkedElementCount` for shapes from outside.
    @inlinable public var elementCount: Int { reduce(1, *) }

    /// The number of elements, or `nil` where an axis is negative or the product overflows.
    public var checkedElementCount: Int? {
        var count = 1
        for size in self {
            let (product, overflow) = count.multipliedReportingOverflow(by: size)
            if size < 0 || overflow { return nil }
            count = product
        }
        return count
    }

    /// Row-major strides: `strides[i]` elements lie between neighbours along axis `i`.
    @inlinable public var rowMajorStrides: [Int] {
        var strides = [Int](repeating: 1, count: count)
        for axis in indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * self[axis + 1] }
        return strides
    }
}
