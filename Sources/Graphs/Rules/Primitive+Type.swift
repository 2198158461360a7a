// Table 1: the type of each primitive's value, and what it refuses.

import Tensors

extension Primitive {
    /// The value's type for operands of the types given.
    func type(of operands: [ValueType], node: String) throws(GraphError) -> ValueType {
        let check = OperandCheck(node: node, operands: operands)
        switch self {
        case .input(let input):
            try check.count(0)
            try check.size(input.type.shape)
            return input.type
        case .constant(let tensor):
            try check.count(0)
            return ValueType(tensor.shape)
        case .fill(_, let shape):
            try check.count(0)
            try check.size(shape)
            return ValueType(shape)
        case .matrixProduct(let transposeLeft, let transposeRight):
            return try check.matrixProduct(transposeLeft, transposeRight)
        case .convolution(let convolution):
            return try check.convolution(convolution)
        case .windowSum(let window, let transposed):
            let u = try check.scalars(1)[0]
            let (from, to) = transposed ? (window.outputSize, window.inputSize) : (window.inputSize, window.outputSize)
            try check.spatial(u, from)
            return ValueType(u.prefix(2) + to)
        case .sum(let axes):
            let u = try check.scalars(1)[0]
            try check.axes(axes, rank: u.count)
            return ValueType(u.indices.filter { !axes.contains($0) }.map { u[$0] })
        case .broadcast(let axes, let shape):
            let u = try check.scalars(1)[0]
            try check.axes(axes, rank: shape.count)
            try check.size(shape)
            let kept = shape.indices.filter { !axes.contains($0) }.map { shape[$0] }
            try check.require(kept == u, "shape", "\(kept), to become \(shape) by inserting axes \(axes)", "\(u)")
            return ValueType(shape)
        case .reshape(let shape):
            let u = try check.scalars(1)[0]
            try check.require(shape.checkedElementCount == u.elementCount, "shape", "\(u.elementCount) elements", "\(shape)")
            return ValueType(shape)
        case .transpose(let order):
            let u = try check.scalars(1)[0]
            try check.require(order.sorted() == Array(u.indices), "order", "each of \(u.count) axes once", "\(order)")
            return ValueType(order.map { u[$0] })
        case .pad(let padding):
            let u = try check.scalars(1)[0]
            for numbers in [padding.low, padding.high, padding.interior] {
                try check.require(
                    numbers.count == u.count && numbers.allSatisfy { $0 >= 0 }, "padding", "\(u.count) numbers, none negative",
                    "\(numbers)")
            }
            let shape = u.indices.map { padding.low[$0] + u[$0] + max(u[$0] - 1, 0) * padding.interior[$0] + padding.high[$0] }
            try check.size(shape)
            return ValueType(shape)
        case .slice(let slice):
            let u = try check.scalars(1)[0]
            for axis in u.indices {
                let fits =
                    [slice.starts.count, slice.counts.count, slice.steps.count] == [u.count, u.count, u.count]
                    && slice.starts[axis] >= 0 && slice.counts[axis] >= 0 && slice.steps[axis] >= 1
                    && (slice.counts[axis] == 0 || slice.starts[axis] + (slice.counts[axis] - 1) * slice.steps[axis] < u[axis])
                try check.require(
                    fits, "slice along axis \(axis)", "entries of \(u)",
                    "starts \(slice.starts), counts \(slice.counts), steps \(slice.steps)")
            }
            return ValueType(slice.counts)
        case .concatenate(let axis):
            let shapes = try check.scalars(nil)
            try check.axes([axis], rank: shapes[0].count)
            var shape = shapes[0]
            for (position, other) in shapes.enumerated().dropFirst() {
                let fits = other.count == shape.count && other.indices.allSatisfy { $0 == axis || other[$0] == shape[$0] }
                try check.require(fits, "operand \(position)", "the sizes of \(shapes[0]) but along axis \(axis)", "\(other)")
                shape[axis] += other[axis]
            }
            return ValueType(shape)
        case .gather(let axis, let indices):
            var u = try check.scalars(1)[0]
            try check.axes([axis], rank: u.count)
            try check.indices(indices, below: u[axis])
            u[axis] = indices.count
            return ValueType(u)
        case .scatter(let axis, let indices, let size):
            var u = try check.scalars(1)[0]
            try check.axes([axis], rank: u.count)
            try check.indices(indices, below: size)
            try check.require(indices.count == u[axis], "indices", "\(u[axis]) of them", "\(indices.count)")
            u[axis] = size
            return ValueType(u)
        case .add, .subtract, .multiply, .divide:
            let shapes = try check.scalars(2)
            try check.require(shapes[0] == shapes[1], "operand 1", "\(shapes[0])", "\(shapes[1])")
            return ValueType(shapes[0])
        case .affine, .smooth:
            return ValueType(try check.scalars(1)[0])
        case .select(let selector):
            return try check.select(selector)
        case .apply(let pieces):
            let (u, code) = try check.valueAndCode()
            try check.require(u == code.shape, "code", "\(u)", "\(code.shape)")
            try check.require(code.pieceCount == pieces.slopes.count, "code", "\(pieces.slopes.count) pieces", "\(code)")
            return ValueType(u)
        case .pick(let choice, let transposed):
            let (u, code) = try check.valueAndCode()
            try check.require(code.pieceCount == choice.pieceCount, "code", "\(choice.pieceCount) pieces", "\(code)")
            if transposed {
                try check.require(u == code.shape, "code", "\(u)", "\(code.shape)")
                return ValueType(try check.ungrouped(u, choice))
            }
            let grouped = try check.grouped(u, choice)
            try check.require(grouped == code.shape, "code", "\(grouped)", "\(code.shape)")
            return ValueType(grouped)
        case .softmax(let axis):
            let u = try check.scalars(1)[0]
            try check.axes([axis], rank: u.count)
            return ValueType(u)
        case .logSumExp(let axis):
            var u = try check.scalars(1)[0]
            try check.axes([axis], rank: u.count)
            u.remove(at: axis)
            return ValueType(u)
        }
    }
}
