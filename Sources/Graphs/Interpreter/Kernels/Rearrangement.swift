// Loops that move entries: reductions over axes, broadcasts, transposes, slices, pads, gathers.

import Tensors

/// Entry by entry.
func zipped<S: Scalar>(_ u: Tensor<S>, _ v: Tensor<S>, _ combine: (S, S) -> S) -> Tensor<S> {
    Tensor(shape: u.shape, elements: zip(u.elements, v.elements).map(combine))
}

extension Tensor where Element: Scalar {
    /// The offset in the result, for each entry in row-major order, when axis i moves by `strides[i]`.
    private func offsets(_ strides: [Int]) -> [Int] {
        var index = [Int](repeating: 0, count: rank)
        return (0..<count).map { _ in
            let offset = zip(index, strides).reduce(0) { $0 + $1.0 * $1.1 }
            index.advance(in: shape)
            return offset
        }
    }

    /// The strides, under `shape`, of the axes that are not in `axes`; 0 for those that are, all in the order of the larger shape.
    private static func strides(dropping axes: [Int], of larger: Shape) -> [Int] {
        let kept = larger.indices.filter { !axes.contains($0) }
        var strides = [Int](repeating: 0, count: larger.count)
        for (axis, stride) in zip(kept, kept.map { larger[$0] }.rowMajorStrides) { strides[axis] = stride }
        return strides
    }

    func summed(over axes: [Int]) -> Tensor {
        let smaller = shape.indices.filter { !axes.contains($0) }.map { shape[$0] }
        var sums = [Element](repeating: 0, count: smaller.elementCount)
        for (offset, element) in zip(offsets(Tensor.strides(dropping: axes, of: shape)), elements) { sums[offset] += element }
        return Tensor(shape: smaller, elements: sums)
    }

    func broadcast(along axes: [Int], to larger: Shape) -> Tensor {
        let result = Tensor(repeating: 0, shape: larger)
        let source = elements
        return Tensor(shape: larger, elements: result.offsets(Tensor.strides(dropping: axes, of: larger)).map { source[$0] })
    }

    func transposed(_ order: [Int]) -> Tensor {
        let result = Tensor(repeating: 0, shape: order.map { shape[$0] })
        let strides = shape.rowMajorStrides
        let source = elements
        return Tensor(shape: result.shape, elements: result.offsets(order.map { strides[$0] }).map { source[$0] })
    }

    func padded(_ padding: Padding, shape larger: Shape) -> Tensor {
        var padded = [Element](repeating: 0, count: larger.elementCount)
        let strides = larger.rowMajorStrides
        let start = zip(padding.low, strides).reduce(0) { $0 + $1.0 * $1.1 }
        let steps = zip(padding.interior, strides).map { ($0 + 1) * $1 }
        for (offset, element) in zip(offsets(steps), elements) { padded[start + offset] = element }
        return Tensor(shape: larger, elements: padded)
    }

    func sliced(_ slice: Slice) -> Tensor {
        let result = Tensor(repeating: 0, shape: slice.counts)
        let strides = shape.rowMajorStrides
        let start = zip(slice.starts, strides).reduce(0) { $0 + $1.0 * $1.1 }
        let source = elements
        return Tensor(shape: slice.counts, elements: result.offsets(zip(slice.steps, strides).map { $0 * $1 }).map { source[start + $0] })
    }

    /// The sizes before, along and after `axis`.
    func extents(around axis: Int) -> (before: Int, along: Int, after: Int) {
        (Array(shape[..<axis]).elementCount, shape[axis], Array(shape[(axis + 1)...]).elementCount)
    }

    func gathered(axis: Int, _ indices: [Int]) -> Tensor {
        let (before, along, after) = extents(around: axis)
        var shape = shape
        shape[axis] = indices.count
        var gathered: [Element] = []
        gathered.reserveCapacity(shape.elementCount)
        for outer in 0..<before {
            for index in indices { gathered += elements[(outer * along + index) * after..<(outer * along + index + 1) * after] }
        }
        return Tensor(shape: shape, elements: gathered)
    }

    func scattered(axis: Int, _ indices: [Int], shape larger: Shape) -> Tensor {
        let (before, along, after) = extents(around: axis)
        var sums = [Element](repeating: 0, count: larger.elementCount)
        for outer in 0..<before {
            for (position, index) in indices.enumerated() {
                for inner in 0..<after {
                    sums[(outer * larger[axis] + index) * after + inner] += elements[(outer * along + position) * after + inner]
                }
            }
        }
        return Tensor(shape: larger, elements: sums)
    }
}

func join<S: Scalar>(_ tensors: [Tensor<S>], axis: Int, shape: Shape) -> Tensor<S> {
    var joined: [S] = []
    joined.reserveCapacity(shape.elementCount)
    for outer in 0..<Array(shape[..<axis]).elementCount {
        for tensor in tensors {
            let (_, along, after) = tensor.extents(around: axis)
            joined += tensor.elements[outer * along * after..<(outer + 1) * along * after]
        }
    }
    return Tensor(shape: shape, elements: joined)
}
