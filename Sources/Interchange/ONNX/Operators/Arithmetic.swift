// Sums, products, extremes and powers, entry by entry, with broadcasting.

import Graphs
import Tensors

extension NodeContext {
    enum Operation { case add, subtract, multiply, divide }

    /// Add, Sub, Mul, Div.
    func arithmetic(_ operation: Operation) throws(InterchangeError) -> [ImportedValue] {
        let (a, b) = try pair()
        return [try arithmetic(operation, a, b)]
    }

    /// The two operands. Before operator set 7 the second was laid along the first from an axis on.
    func pair() throws(InterchangeError) -> (ImportedValue, ImportedValue) {
        let (a, b) = (try operand(0), try operand(1))
        guard opset < 7 else { return (a, b) }
        let (broadcasts, axis) = (try flag("broadcast"), try integer("axis"))
        guard broadcasts, let axis, a.shape != b.shape else { return (a, b) }
        let start = try self.axis(axis, rank: a.shape.count)
        let after = a.shape.count - start - b.shape.count
        try require(after >= 0, "shape \(b.shape) does not lie along shape \(a.shape) from axis \(axis) on")
        return (a, try reshaped(b, b.shape + [Int](repeating: 1, count: after)))
    }

    func arithmetic(_ operation: Operation, _ a: ImportedValue, _ b: ImportedValue) throws(InterchangeError) -> ImportedValue {
        guard a.type == b.type else { throw malformed("its inputs are of types \(a.type.name) and \(b.type.name)") }
        let shape = try commonShape([a.shape, b.shape])
        var divisorIsZero = false
        let folded = try folded(
            [a, b], type: a.type, shape: shape,
            integers: { (x: [Int]) -> Int in
                switch operation {
                case .add: return x[0] &+ x[1]
                case .subtract: return x[0] &- x[1]
                case .multiply: return x[0] &* x[1]
                case .divide:
                    if x[1] == 0 { divisorIsZero = true }
                    return x[1] == 0 || (x[0] == .min && x[1] == -1) ? 0 : x[0] / x[1]
                }
            },
            numbers: { x in
                switch operation {
                case .add: x[0] + x[1]
                case .subtract: x[0] - x[1]
                case .multiply: x[0] * x[1]
                case .divide: x[0] / x[1]
                }
            })
        if divisorIsZero { throw malformed("divides a whole number by zero") }
        if let folded, !a.type.isFloatingPoint || (folded.isExact && a.number == nil && b.number == nil) { return folded }
        let number = try number(operation, a, b)
        return result(folded, number, a.type)
    }

    /// The operation in the graph. A constant factor or term becomes an affine function of the other operand, so that what it
    /// does to a nonlinearity's pieces is seen.
    private func number(_ operation: Operation, _ a: ImportedValue, _ b: ImportedValue) throws(InterchangeError) -> Value {
        if let c = exactScalar(b, beside: a.shape), c.isFinite {
            let u = try number(a)
            switch operation {
            case .add: return try affine(u, 1, c)
            case .subtract: return try affine(u, 1, -c)
            case .multiply: return try affine(u, c, 0)
            // 1 / c is exact for powers of two only
            case .divide where c != 0 && c.isNormal && (1 / c).isNormal && c.significand == 1: return try affine(u, 1 / c, 0)
            case .divide: break
            }
        } else if let c = exactScalar(a, beside: b.shape), c.isFinite {
            let u = try number(b)
            switch operation {
            case .add: return try affine(u, 1, c)
            case .subtract: return try affine(u, -1, c)
            case .multiply: return try affine(u, c, 0)
            case .divide: if c == 1 { return try build { g throws(GraphError) in try g.smooth(.reciprocal, u, name: name) } }
            }
        }
        let (u, v) = (try number(a), try number(b))
        return try build { g throws(GraphError) in
            switch operation {
            case .add:
                if let idiom = try g.rectified(sumOf: u, v, name: self.name) { return idiom }
                return try g.add(u, v, name: self.name)
            case .subtract: return try g.subtract(u, v, name: self.name)
            case .multiply:
                if let idiom = try g.stepped(u, v, name: self.name) { return idiom }
                return try g.multiply(u, v, name: self.name)
            case .divide: return try g.divide(u, v, name: self.name)
            }
        }
    }

    private func affine(_ u: Value, _ slope: Double, _ offset: Double) throws(InterchangeError) -> Value {
        try build { g throws(GraphError) in
            if slope == 0.5 && offset == 0, let idiom = try g.rectified(halfOf: u, name: name) { return idiom }
            return try g.affine(u, slope: slope, offset: offset, name: name)
        }
    }

    /// Sum and Mean of any number of values.
    func sum(mean: Bool) throws(InterchangeError) -> [ImportedValue] {
        let values = try operands()
        guard var total = values.first else { throw malformed("has no inputs") }
        for value in values.dropFirst() { total = try arithmetic(.add, total, value) }
        if mean && values.count > 1 {
            let u = try number(total)
            return [result(try build { g throws(GraphError) in try g.divide(u, g.fill(Double(values.count), []), name: name) }, total.type)]
        }
        return [total]
    }

    /// Neg.
    func negate() throws(InterchangeError) -> [ImportedValue] {
        try entrywise(integers: { 0 &- $0 }, numbers: { -$0 }) { g, u throws(GraphError) in try g.negate(u) }
    }

    /// A function of one number, folded where the operand is.
    func entrywise(
        type: ONNXElementType? = nil, integers: ((Int) -> Int)? = nil, numbers: ((Double) -> Double)?,
        _ make: (inout Graph, Value) throws(GraphError) -> Value
    ) throws(InterchangeError) -> [ImportedValue] {
        let a = try operand(0)
        let type = type ?? a.type
        let folded = try folded(
            [a], type: type, shape: a.shape,
            integers: integers.map { f in { (x: [Int]) -> Int in f(x[0]) } }, numbers: numbers.map { f in { f($0[0]) } })
        if let folded, !a.type.isFloatingPoint || (folded.isExact && a.number == nil) { return [folded] }
        let u = try number(a)
        return [result(folded, try build { g throws(GraphError) in try make(&g, u) }, type)]
    }

    /// Max and Min of any number of values.
    func extreme(largest: Bool) throws(InterchangeError) -> [ImportedValue] {
        let values = try operands()
        guard let first = values.first else { throw malformed("has no inputs") }
        if values.count == 1 { return [first] }
        let shape = try commonShape(values.map(\.shape))
        let folded = try folded(
            values, type: first.type, shape: shape,
            integers: { (x: [Int]) -> Int in largest ? x.max()! : x.min()! },
            numbers: { x in x.contains(where: \.isNaN) ? .nan : (largest ? x.max()! : x.min()!) })
        if let folded, !first.type.isFloatingPoint || folded.isExact { return [folded] }
        if values.count == 2, first.type.isFloatingPoint {
            for (u, bound) in [(values[0], values[1]), (values[1], values[0])] {
                // max(x, c): the code of a ReLU, or of one side of a clip
                if let c = exactScalar(bound, beside: u.shape), c.isFinite, !u.isConstant {
                    let v = try number(u)
                    return [
                        result(
                            folded,
                            try build { g throws(GraphError) in
                                try g.pieces(
                                    v, largest ? Pieces(slopes: [0, 1], offsets: [c, 0]) : Pieces(slopes: [1, 0], offsets: [0, c]),
                                    knots: Knots([c]), name: name)
                            }, first.type)
                    ]
                }
            }
        }
        var parts: [Value] = []
        for value in values { parts.append(try number(value)) }
        return [
            result(
                folded,
                try build { g throws(GraphError) in
                    if let idiom = try g.leaky(extremeOf: parts, largest: largest, name: self.name) { return idiom }
                    let spread = try parts.map { part throws(GraphError) in try g.broadcast(part, to: shape) }
                    return try largest ? g.maximum(spread, name: self.name) : g.minimum(spread, name: self.name)
                }, first.type)
        ]
    }

    /// Pow.
    func power() throws(InterchangeError) -> [ImportedValue] {
        let (base, exponent) = try pair()
        let shape = try commonShape([base.shape, exponent.shape])
        let integerPower = base.type.isInteger && exponent.type.isInteger
        let folded = try folded(
            [base, exponent], type: base.type, shape: shape,
            integers: integerPower
                ? { (x: [Int]) -> Int in Int(exactly: Double.power(Double(x[0]), Double(x[1]))) ?? 0 } : nil,
            numbers: { Double.power($0[0], $0[1]) })
        if let folded, !base.type.isFloatingPoint || (folded.isExact && base.number == nil) { return [folded] }
        let u = try number(base)
        if let constant = exponent.constant, exponent.isExact || constant.uniform != nil {
            let exponents = repeated(exponent, to: shape)!.doubles
            let distinct = Array(Set(exponents.map(\.bitPattern))).map(Double.init(bitPattern:)).sorted()
            if distinct.count == 1 || distinct.count <= 16 && shape.elementCount > 0 {
                let number = try build { g throws(GraphError) in
                    let spread = try g.broadcast(u, to: shape)
                    var parts: [Value] = []
                    for p in distinct { parts.append(try g.power(spread, p, name: distinct.count == 1 ? name : "")) }
                    if parts.count == 1 { return parts[0] }
                    let places = exponents.map { p in Double(distinct.firstIndex(of: p)!) }
                    let code = try g.append(
                        .select(.knots(Knots((1..<distinct.count).map { Double($0) - 0.5 }))),
                        [g.constant(Tensor(shape: shape, elements: places))])
                    return try g.choose(parts, code: code, name: name)
                }
                return [result(folded, number, base.type)]
            }
        }
        // u^v = exp(v log u), for positive u
        let v = try number(exponent)
        let number = try build { g throws(GraphError) in
            try g.smooth(.exponential, g.multiply(v, g.smooth(.logarithm, u)), name: name)
        }
        return [result(folded, number, base.type)]
    }

    /// Mod of whole numbers.
    func modulo() throws(InterchangeError) -> [ImportedValue] {
        let (a, b) = (try operand(0), try operand(1))
        let truncated = try flag("fmod")
        let shape = try commonShape([a.shape, b.shape])
        var divisorIsZero = false
        let folded = try folded(
            [a, b], type: a.type, shape: shape,
            integers: { (x: [Int]) -> Int in
                if x[1] == 0 { divisorIsZero = true }
                if x[1] == 0 || x[1] == -1 { return 0 }
                let rest = x[0] % x[1]
                return !truncated && rest != 0 && (rest < 0) != (x[1] < 0) ? rest + x[1] : rest
            }, numbers: truncated ? { $0[0].truncatingRemainder(dividingBy: $0[1]) } : nil)
        if divisorIsZero { throw malformed("divides a whole number by zero") }
        guard let folded else { throw unsupported("is supported for constants only") }
        return [folded]
    }
}

extension Graph {
    /// u to a constant power, in the plainest form.
    mutating func power(_ u: Value, _ exponent: Double, name: String = "") throws(GraphError) -> Value {
        switch exponent {
        case 0: try fill(1, shape(u))
        case 1: u
        case 2: try multiply(u, u, name: name)
        case 0.5: try smooth(.squareRoot, u, name: name)
        case -1: try smooth(.reciprocal, u, name: name)
        default: try smooth(.power(exponent), u, name: name)
        }
    }
}
