// The refusals that the type rules share.

import Tensors

/// The operands of a node being built, and the checks on them.
struct OperandCheck {
    let node: String
    let operands: [ValueType]

    func require(_ condition: Bool, _ what: String, _ expected: @autoclosure () -> String, _ got: @autoclosure () -> String)
        throws(GraphError)
    {
        guard condition else { throw GraphError(node: node, what: what, expected: expected(), got: got()) }
    }

    func count(_ expected: Int) throws(GraphError) {
        try require(operands.count == expected, "operands", "\(expected)", "\(operands.count)")
    }

    /// The shapes of `expected` operands (at least one where `nil`), all of them numbers.
    func scalars(_ expected: Int?) throws(GraphError) -> [Shape] {
        if let expected { try count(expected) } else { try require(!operands.isEmpty, "operands", "at least one", "0") }
        for (position, operand) in operands.enumerated() {
            try require(operand.element == .scalar, "operand \(position)", "numbers", "\(operand)")
        }
        return operands.map(\.shape)
    }

    func valueAndCode() throws(GraphError) -> (Shape, ValueType) {
        try count(2)
        try require(operands[0].element == .scalar, "operand 0", "numbers", "\(operands[0])")
        try require(operands[1].element != .scalar, "operand 1", "a code", "numbers of shape \(operands[1])")
        return (operands[0].shape, operands[1])
    }

    func size(_ shape: Shape) throws(GraphError) {
        try require(shape.checkedElementCount != nil, "shape", "sizes of a possible array", "\(shape)")
    }

    func axes(_ axes: [Int], rank: Int) throws(GraphError) {
        let fits = axes.allSatisfy { $0 >= 0 && $0 < rank } && Set(axes).count == axes.count
        try require(fits, "axes", "different axes below \(rank)", "\(axes)")
    }

    func indices(_ indices: [Int], below bound: Int) throws(GraphError) {
        if let wrong = indices.first(where: { $0 < 0 || $0 >= bound }) {
            try require(false, "indices", "from 0 to \(bound - 1)", "\(wrong)")
        }
    }

    func spatial(_ shape: Shape, _ size: [Int]) throws(GraphError) {
        try require(shape.count == size.count + 2 && Array(shape.dropFirst(2)) == size, "shape", "[N, C] + \(size)", "\(shape)")
    }

    func matrixProduct(_ transposeLeft: Bool, _ transposeRight: Bool) throws(GraphError) -> ValueType {
        let shapes = try scalars(2)
        let (left, right) = (shapes[0], shapes[1])
        try require(left.count >= 2 && right.count == left.count, "operands", "two matrices, or stacks of them", "\(left), \(right)")
        try require(left.dropLast(2) == right.dropLast(2), "operand 1", "leading axes \(Array(left.dropLast(2)))", "\(right)")
        let rank = left.count
        let (rows, inner) = transposeLeft ? (left[rank - 1], left[rank - 2]) : (left[rank - 2], left[rank - 1])
        let (innerRight, columns) = transposeRight ? (right[rank - 1], right[rank - 2]) : (right[rank - 2], right[rank - 1])
        try require(inner == innerRight, "operand 1", "\(inner) along the summed axis", "\(innerRight) (\(left), \(right))")
        return ValueType(left.dropLast(2) + [rows, columns])
    }

    func convolution(_ convolution: Convolution) throws(GraphError) -> ValueType {
        let shapes = try scalars(2)
        let (window, groups) = (convolution.window, convolution.groups)
        try require(groups >= 1, "groups", "at least 1", "\(groups)")
        func weight(_ shape: Shape) throws(GraphError) {
            try spatial(shape, window.kernelSize)
            try require(shape[0] % groups == 0, "weight", "a multiple of \(groups) outputs", "\(shape)")
        }
        switch convolution.role {
        case .output:
            try spatial(shapes[0], window.inputSize)
            try weight(shapes[1])
            try require(
                shapes[1][1] * groups == shapes[0][1], "weight", "\(shapes[0][1]) input channels in \(groups) groups", "\(shapes[1])")
            return ValueType([shapes[0][0], shapes[1][0]] + window.outputSize)
        case .input:
            try weight(shapes[0])
            try spatial(shapes[1], window.outputSize)
            try require(shapes[1][1] == shapes[0][0], "operand 1", "\(shapes[0][0]) channels", "\(shapes[1])")
            return ValueType([shapes[1][0], shapes[0][1] * groups] + window.inputSize)
        case .weight:
            try spatial(shapes[0], window.inputSize)
            try spatial(shapes[1], window.outputSize)
            try require(shapes[0][0] == shapes[1][0], "operand 1", "\(shapes[0][0]) samples", "\(shapes[1])")
            try require(
                shapes[0][1] % groups == 0 && shapes[1][1] % groups == 0, "channels", "multiples of \(groups)", "\(shapes[0]), \(shapes[1])"
            )
            return ValueType([shapes[1][1], shapes[0][1] / groups] + window.kernelSize)
        }
    }

    func select(_ selector: Selector) throws(GraphError) -> ValueType {
        let u = try scalars(1)[0]
        switch selector {
        case .knots(let knots):
            let ascending = zip(knots.positions, knots.positions.dropFirst()).allSatisfy { $0 <= $1 }
            try require(
                ascending && knots.positions.allSatisfy(\.isFinite) && knots.upperClosed.count == knots.positions.count, "knots",
                "finite and ascending", "\(knots.positions)")
            return ValueType(u, .code(pieceCount: knots.positions.count + 1))
        case .largest(let choice):
            return ValueType(try grouped(u, choice), .code(pieceCount: choice.pieceCount))
        case .winners(let axis, let count):
            try axes([axis], rank: u.count)
            try require(count >= 0 && count <= u[axis], "winners", "from 0 to \(u[axis])", "\(count)")
            return ValueType(u, .code(pieceCount: 2))
        }
    }

    /// The shape after a choice.
    func grouped(_ u: Shape, _ choice: Choice) throws(GraphError) -> Shape {
        switch choice {
        case .window(let window):
            try spatial(u, window.inputSize)
            try require(window.everyWindowMeetsInput, "window", "an entry of the input in every window", "a window of padding")
            return u.prefix(2) + window.outputSize
        case .axis(let axis, let count):
            try axes([axis], rank: u.count)
            try require(u[axis] == count && count > 0, "axis \(axis)", "\(max(count, 1)) entries", "\(u)")
            var shape = u
            shape.remove(at: axis)
            return shape
        }
    }

    /// The shape before a choice.
    func ungrouped(_ v: Shape, _ choice: Choice) throws(GraphError) -> Shape {
        switch choice {
        case .window(let window):
            try spatial(v, window.outputSize)
            return v.prefix(2) + window.inputSize
        case .axis(let axis, let count):
            try axes([axis], rank: v.count + 1)
            var shape = v
            shape.insert(count, at: axis)
            return shape
        }
    }
}
