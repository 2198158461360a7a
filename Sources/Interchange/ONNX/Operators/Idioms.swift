// Piecewise-affine functions that were written out in arithmetic, recognised for what they are: they take the code of the
// nonlinearity, not that of the arithmetic (DESIGN §1).

import Graphs
import Tensors

extension Graph {
    /// `u` as slope · base + offset.
    func affineForm(of u: Value) -> (base: Value, slope: Double, offset: Double) {
        var (base, slope, offset) = (u, 1.0, 0.0)
        while case .affine(let innerSlope, let innerOffset) = self[base].primitive {
            (slope, offset) = (slope * innerSlope, slope * innerOffset + offset)
            base = self[base].operands[0]
        }
        return (base, slope, offset)
    }

    /// The number that a value is everywhere.
    func uniform(_ u: Value) -> Double? {
        switch self[u].primitive {
        case .fill(let number, _): number
        case .broadcast, .reshape: uniform(self[u].operands[0])
        default: nil
        }
    }

    /// The pieces applied to `u` with a code of u itself: (u, code, pieces).
    private func ownPieces(_ value: Value) -> (u: Value, code: Value, pieces: Pieces)? {
        guard case .apply(let pieces) = self[value].primitive else { return nil }
        let (u, code) = (self[value].operands[0], self[value].operands[1])
        guard case .select(.knots(Knots([0]))) = self[code].primitive, self[code].operands == [u] else { return nil }
        return (u, code, pieces)
    }

    private static var absolute: Pieces { Pieces(slopes: [-1, 1]) }

    /// (x + |x|) / 2 = max(x, 0), and (x − |x|) / 2 = min(x, 0), of which `u` is the double.
    mutating func rectified(halfOf u: Value, name: String) throws(GraphError) -> Value? {
        let (primitive, operands) = (self[u].primitive, self[u].operands)
        guard primitive == .add || primitive == .subtract else { return nil }
        for (x, y) in primitive == .add ? [(operands[0], operands[1]), (operands[1], operands[0])] : [(operands[0], operands[1])] {
            if let own = ownPieces(y), own.u == x, own.pieces == Graph.absolute {
                return try append(.apply(Pieces(slopes: primitive == .add ? [0, 1] : [1, 0])), [x, own.code], name: name)
            }
        }
        return nil
    }

    /// x/2 + |x|/2 = max(x, 0).
    mutating func rectified(sumOf u: Value, _ v: Value, name: String) throws(GraphError) -> Value? {
        for (half, halfAbsolute) in [(u, v), (v, u)] {
            let (left, right) = (affineForm(of: half), affineForm(of: halfAbsolute))
            guard left.slope == 0.5, left.offset == 0, right.slope == 0.5, right.offset == 0 else { continue }
            if let own = ownPieces(right.base), own.u == left.base, own.pieces == Graph.absolute {
                return try append(.apply(Pieces(slopes: [0, 1])), [left.base, own.code], name: name)
            }
        }
        return nil
    }

    /// max(x, ν x) and min(x, ν x): lines through 0 that change there.
    mutating func leaky(extremeOf parts: [Value], largest: Bool, name: String) throws(GraphError) -> Value? {
        guard parts.count == 2 else { return nil }
        let (a, b) = (affineForm(of: parts[0]), affineForm(of: parts[1]))
        guard a.base == b.base, a.offset == 0, b.offset == 0, a.slope != b.slope else { return nil }
        let slopes = [min(a.slope, b.slope), max(a.slope, b.slope)]
        return try pieces(a.base, Pieces(slopes: largest ? slopes : slopes.reversed()), knots: Knots([0]), name: name)
    }

    /// (1 − σ(z), σ(z)), which is the softmax of (0, z): how scikit-learn ends a network of two classes.
    mutating func twoProbabilities(_ parts: [Value], axis: Int, name: String) throws(GraphError) -> Value? {
        guard parts.count == 2, case .smooth(.sigmoid) = self[parts[1]].primitive, affineForm(of: parts[0]) == (parts[1], -1, 1),
            shape(parts[1]).indices.contains(axis), shape(parts[1])[axis] == 1
        else { return nil }
        return try softmaxOfTwo(self[parts[1]].operands[0], axis: axis, name: name)
    }

    /// The softmax of (0, z), along an axis on which z has one entry.
    mutating func softmaxOfTwo(_ z: Value, axis: Int, name: String) throws(GraphError) -> Value {
        try softmax(concatenate([affine(z, slope: 0), z], axis: axis), axis: axis, name: name)
    }

    /// u · s, where s takes one of some numbers by a code, such as a truth value cast to 0 and 1: the pieces of u that the code names.
    mutating func stepped(_ u: Value, _ v: Value, name: String) throws(GraphError) -> Value? {
        for (factor, step) in [(u, v), (v, u)] {
            let (from, to) = (shape(factor), shape(step))
            let rank = max(from.count, to.count)
            let common = (0..<rank).map { axis in
                max(axis + from.count < rank ? 1 : from[axis + from.count - rank], axis + to.count < rank ? 1 : to[axis + to.count - rank])
            }
            guard !common.contains(0), let found = try self.step(step, spreadTo: common) else { continue }
            return try append(.apply(Pieces(slopes: found.numbers)), [broadcast(factor, to: common), found.code], name: name)
        }
        return nil
    }

    /// The code that a value's number follows, of the shape given, and the numbers; `nil` where it is no step. Repeating a step repeats
    /// what its code is selected from.
    private mutating func step(_ value: Value, spreadTo shape: Shape) throws(GraphError) -> (code: Value, numbers: [Double])? {
        var (base, moves): (Value, [Primitive]) = (value, [])
        var (slope, offset) = (1.0, 0.0)
        while true {
            switch self[base].primitive {
            case .affine(let innerSlope, let innerOffset):
                (slope, offset) = (slope * innerSlope, slope * innerOffset + offset)
            case .reshape, .broadcast, .transpose: moves.append(self[base].primitive)
            case .apply(let pieces) where pieces.slopes.allSatisfy({ $0 == 0 }):
                var code = self[base].operands[1]
                let numbers = pieces.offsets.map { slope * $0 + offset }
                guard numbers.allSatisfy(\.isFinite) else { return nil }
                if !moves.isEmpty || self.shape(code) != shape {
                    guard case .select(.knots) = self[code].primitive else { return nil }
                    let select = self[code]
                    var source = select.operands[0]
                    for move in moves.reversed() { source = try append(move, [source]) }
                    code = try append(select.primitive, [broadcast(source, to: shape)], name: select.name)
                }
                return (code, numbers)
            default: return nil
            }
            base = self[base].operands[0]
        }
    }

    /// Where(x > c, f(x), g(x)) with f and g affine or such functions of x themselves: pieces of x, with the condition's own code where
    /// it is alone.
    mutating func pieces(whenTrue: Value, whenFalse: Value, code: Value, isInverted: Bool, name: String) throws(GraphError) -> Value? {
        guard case .select(.knots(let knots)) = self[code].primitive, knots.positions.count == 1 else { return nil }
        let u = self[code].operands[0]
        let (position, closed) = (knots.positions[0], knots.upperClosed[0])
        guard let below = lines(isInverted ? whenTrue : whenFalse, of: u), let above = lines(isInverted ? whenFalse : whenTrue, of: u)
        else {
            return nil
        }
        if below.knots.positions.isEmpty && above.knots.positions.isEmpty {
            let pieces = Pieces(slopes: below.pieces.slopes + above.pieces.slopes, offsets: below.pieces.offsets + above.pieces.offsets)
            return try append(.apply(pieces), [u, code], name: name)
        }
        // Between two knots at one place only the closed one first leaves a piece: the place itself.
        guard
            below.knots.positions.indices.allSatisfy({
                let (knot, knotClosed) = (below.knots.positions[$0], below.knots.upperClosed[$0])
                return knot < position || knot == position && knotClosed && !closed
            }),
            above.knots.positions.indices.allSatisfy({
                let (knot, knotClosed) = (above.knots.positions[$0], above.knots.upperClosed[$0])
                return knot > position || knot == position && closed && !knotClosed
            })
        else { return nil }
        let all = Knots(
            below.knots.positions + [position] + above.knots.positions,
            upperClosed: below.knots.upperClosed + [closed] + above.knots.upperClosed)
        return try pieces(
            u, Pieces(slopes: below.pieces.slopes + above.pieces.slopes, offsets: below.pieces.offsets + above.pieces.offsets), knots: all,
            name: name)
    }

    /// `v` as lines of `u` between knots.
    private func lines(_ v: Value, of u: Value) -> (pieces: Pieces, knots: Knots)? {
        if let number = uniform(v) { return number.isFinite ? (Pieces(slopes: [0], offsets: [number]), Knots([])) : nil }
        if v == u { return (Pieces(slopes: [1]), Knots([])) }
        switch self[v].primitive {
        case .affine(let slope, let offset) where self[v].operands[0] == u: return (Pieces(slopes: [slope], offsets: [offset]), Knots([]))
        case .apply(let pieces) where self[v].operands[0] == u:
            let code = self[v].operands[1]
            guard case .select(.knots(let knots)) = self[code].primitive, self[code].operands == [u] else { return nil }
            return (pieces, knots)
        default: return nil
        }
    }
}
