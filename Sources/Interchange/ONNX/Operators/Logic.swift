// Comparisons, logic, `Where` and `Cast`. A truth value that depends on the data is a code of two pieces.

import Graphs
import Tensors

extension NodeContext {
    enum Comparison { case equal, greater, greaterOrEqual, less, lessOrEqual }

    func compare(_ comparison: Comparison) throws(InterchangeError) -> [ImportedValue] {
        let (a, b) = try pair()
        guard a.type == b.type else { throw malformed("its inputs are of types \(a.type.name) and \(b.type.name)") }
        let shape = try commonShape([a.shape, b.shape])
        func holds<T: Comparable>(_ x: T, _ y: T) -> Bool {
            switch comparison {
            case .equal: x == y
            case .greater: x > y
            case .greaterOrEqual: x >= y
            case .less: x < y
            case .lessOrEqual: x <= y
            }
        }
        if let folded = try folded(
            [a, b], type: .bool, shape: shape, integers: { (x: [Int]) -> Int in holds(x[0], x[1]) ? 1 : 0 },
            numbers: { holds($0[0], $0[1]) ? 1 : 0 })
        {
            return [folded]
        }
        // x against a number has its own knot; otherwise the difference is compared with 0.
        var (u, knot, order): (Value, Double, Comparison) = (Value(0), 0, comparison)
        if let c = exactScalar(b, beside: a.shape), c.isFinite {
            (u, knot) = (try number(a), c)
        } else if let c = exactScalar(a, beside: b.shape), c.isFinite {
            let mirrored: [Comparison: Comparison] = [
                .greater: .less, .greaterOrEqual: .lessOrEqual, .less: .greater, .lessOrEqual: .greaterOrEqual,
            ]
            (u, knot, order) = (try number(b), c, mirrored[comparison] ?? comparison)
        } else {
            let (left, right) = (try number(a), try number(b))
            u = try build { g throws(GraphError) in try g.subtract(left, right) }
        }
        let condition = try build { g throws(GraphError) -> Condition in
            func above(_ closed: Bool) throws(GraphError) -> Value {
                try g.append(.select(.knots(Knots([knot], upperClosed: [closed]))), [u], name: self.name)
            }
            switch order {
            case .greater: return Condition(code: try above(false), isInverted: false)
            case .greaterOrEqual: return Condition(code: try above(true), isInverted: false)
            case .less: return Condition(code: try above(true), isInverted: true)
            case .lessOrEqual: return Condition(code: try above(false), isInverted: true)
            case .equal:
                let at = try g.pieces(
                    u, Pieces(slopes: [0, 0, 0], offsets: [0, 1, 0]), knots: Knots([knot, knot], upperClosed: [true, false]),
                    name: self.name)
                return Condition(code: try g.append(.select(.knots(Knots([0.5]))), [at], name: self.name), isInverted: false)
            }
        }
        return [ImportedValue(.bool, shape, condition: condition)]
    }

    /// The condition of truth values that depend on the data, repeated to a shape.
    func condition(_ value: ImportedValue, _ shape: Shape) throws(InterchangeError) -> Condition {
        if let condition = value.condition, value.shape == shape { return condition }
        let u = try number(value)
        return try build { g throws(GraphError) in
            Condition(code: try g.append(.select(.knots(Knots([0.5]))), [g.broadcast(u, to: shape)], name: name), isInverted: false)
        }
    }

    enum Connective { case and, or, xor }

    func connect(_ connective: Connective) throws(InterchangeError) -> [ImportedValue] {
        let (a, b) = try pair()
        try require(a.type == .bool && b.type == .bool, "its inputs are not truth values")
        let shape = try commonShape([a.shape, b.shape])
        if let folded = try folded(
            [a, b], type: .bool, shape: shape,
            integers: { (x: [Int]) -> Int in
                switch connective {
                case .and: x[0] & x[1]
                case .or: x[0] | x[1]
                case .xor: x[0] ^ x[1]
                }
            }, numbers: nil)
        {
            return [folded]
        }
        let (u, v) = (try number(a), try number(b))
        return [
            result(
                try build { g throws(GraphError) in
                    let total = try g.add(u, v)
                    return switch connective {
                    case .and: try g.pieces(total, Pieces(slopes: [0, 0], offsets: [0, 1]), knots: Knots([1.5]), name: self.name)
                    case .or: try g.pieces(total, Pieces(slopes: [0, 0], offsets: [0, 1]), knots: Knots([0.5]), name: self.name)
                    case .xor:
                        try g.pieces(total, Pieces(slopes: [0, 0, 0], offsets: [0, 1, 0]), knots: Knots([0.5, 1.5]), name: self.name)
                    }
                }, .bool)
        ]
    }

    func not() throws(InterchangeError) -> [ImportedValue] {
        let a = try operand(0)
        try require(a.type == .bool, "its input is not a truth value")
        if let folded = try folded([a], type: .bool, shape: a.shape, integers: { (x: [Int]) -> Int in 1 - x[0] }, numbers: nil) {
            return [folded]
        }
        if let condition = a.condition {
            return [ImportedValue(.bool, a.shape, condition: Condition(code: condition.code, isInverted: !condition.isInverted))]
        }
        let u = try number(a)
        return [result(try build { g throws(GraphError) in try g.affine(u, slope: -1, offset: 1, name: name) }, .bool)]
    }

    func choose() throws(InterchangeError) -> [ImportedValue] {
        let (which, a, b) = (try operand(0), try operand(1), try operand(2))
        try require(which.type == .bool, "its condition is not a truth value")
        guard a.type == b.type else { throw malformed("its inputs are of types \(a.type.name) and \(b.type.name)") }
        let shape = try commonShape([which.shape, a.shape, b.shape])
        if case .integers(let truths)? = which.constant {
            if let uniform = which.constant?.uniform { return [try spread(uniform == 1 ? a : b, to: shape)] }
            let mask = which.shape == shape ? truths : broadcastIndices(which.shape, to: shape).map { truths[$0] }
            let count = shape.elementCount
            let both = [try spread(a, to: shape), try spread(b, to: shape)]
            let indices = mask.enumerated().map { $1 == 1 ? $0 : $0 + count }
            return [try gatheredFlat(both, indices, shape: shape)]
        }
        guard a.type.isFloatingPoint || a.type.isInteger || a.type == .bool else {
            throw unsupported("is not supported for \(a.type.name)")
        }
        let condition = try condition(which, shape)
        let (u, v) = (try branch(a, shape), try branch(b, shape))
        return [
            result(
                try build { g throws(GraphError) in
                    if let idiom = try g.pieces(
                        whenTrue: u, whenFalse: v, code: condition.code, isInverted: condition.isInverted, name: self.name),
                        g.shape(idiom) == shape
                    {
                        return idiom
                    }
                    let (whenTrue, whenFalse) = (try g.broadcast(u, to: shape), try g.broadcast(v, to: shape))
                    return try g.choose(
                        condition.isInverted ? [whenTrue, whenFalse] : [whenFalse, whenTrue], code: condition.code, name: self.name)
                }, a.type)
        ]
    }

    /// A branch in the graph: a constant number as such and not as a parameter, so that it is seen to be a line.
    private func branch(_ value: ImportedValue, _ shape: Shape) throws(InterchangeError) -> Value {
        guard let number = exactScalar(value, beside: shape), number.isFinite else { return try self.number(value) }
        return try build { g throws(GraphError) in try g.fill(number, value.shape) }
    }

    // MARK: Types

    func cast(to target: ONNXElementType) throws(InterchangeError) -> [ImportedValue] {
        let a = try operand(0)
        guard target != .string, a.type != .string else { throw unsupported("texts are not supported") }
        if target == a.type { return [a] }
        var folded = try folded(
            [a], type: target, shape: a.shape,
            integers: { (x: [Int]) -> Int in target == .bool ? (x[0] == 0 ? 0 : 1) : x[0] },
            numbers: { target == .bool ? ($0[0] == 0 ? 0 : 1) : target.isFloatingPoint ? $0[0] : $0[0].rounded(.towardZero) })
        if target.isFloatingPoint, !a.type.isFloatingPoint, var whole = folded, let constant = whole.constant {
            let (narrow, exact) = rounded(constant.doubles, target)
            (whole.constant, whole.isExact) = (narrow, exact)
            folded = whole
        }
        if let folded, !target.isFloatingPoint || !a.type.isFloatingPoint || folded.isExact && a.number == nil && a.initializer == nil {
            return [folded]
        }
        let u = try number(a)
        if target.isFloatingPoint {
            // The readings do not round to narrower types: DESIGN §3.
            return [result(folded, u, target)]
        }
        if a.type.isFloatingPoint || target == .bool {
            return [
                result(
                    try build { g throws(GraphError) in
                        if target == .bool {
                            return try g.pieces(
                                u, Pieces(slopes: [0, 0, 0], offsets: [1, 0, 1]), knots: Knots([0, 0], upperClosed: [true, false]),
                                name: self.name)
                        }
                        return try g.rounded(u, .towardZero, name: self.name)
                    }, target)
            ]
        }
        return [result(u, target)]
    }

    func cast() throws(InterchangeError) -> [ImportedValue] {
        acknowledge("saturate", "round_mode")
        guard let code = try integer("to") else { throw malformed("attribute 'to' is missing") }
        guard let target = Int32(exactly: code).flatMap(ONNXElementType.init(rawValue:)) else {
            throw malformed("attribute 'to': type \(code) is not known")
        }
        return try cast(to: target)
    }

    func castLike() throws(InterchangeError) -> [ImportedValue] {
        acknowledge("saturate", "round_mode")
        return try cast(to: operand(1).type)
    }
}
