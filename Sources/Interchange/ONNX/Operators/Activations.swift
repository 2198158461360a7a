// Nonlinearities of one number: pieces and knots where they are piecewise affine, smooth primitives where not.

import Graphs
import Tensors

extension NodeContext {
    /// A function of floating-point numbers that is not folded beyond what constants need.
    func activation(_ make: (inout Graph, Value) throws(GraphError) -> Value) throws(InterchangeError) -> [ImportedValue] {
        let a = try operand(0)
        guard a.type.isFloatingPoint else { throw unsupported("is supported for floating-point numbers, not \(a.type.name)") }
        let u = try number(a)
        return [result(try build { g throws(GraphError) in try make(&g, u) }, a.type)]
    }

    func smooth(_ function: SmoothFunction) throws(InterchangeError) -> [ImportedValue] {
        try entrywise(numbers: { function.value($0) }) { g, u throws(GraphError) in try g.smooth(function, u, name: self.name) }
    }

    /// 1 − erf(u): no operator of ONNX, but what Keras' exporter writes for the exact GELU.
    func complementaryError() throws(InterchangeError) -> [ImportedValue] {
        try entrywise(numbers: { 1 - SmoothFunction.errorFunction.value($0) }) { g, u throws(GraphError) in
            try g.affine(g.smooth(.errorFunction, u, name: self.name), slope: -1, offset: 1)
        }
    }

    func absolute() throws(InterchangeError) -> [ImportedValue] {
        try entrywise(integers: { $0 == .min ? $0 : abs($0) }, numbers: { abs($0) }) { g, u throws(GraphError) in
            try g.absoluteValue(u, name: self.name)
        }
    }

    func sign() throws(InterchangeError) -> [ImportedValue] {
        try entrywise(integers: { $0.signum() }, numbers: { $0 > 0 ? 1 : $0 < 0 ? -1 : $0 }) { g, u throws(GraphError) in
            try g.sign(u, name: self.name)
        }
    }

    func rounding(_ rule: FloatingPointRoundingRule) throws(InterchangeError) -> [ImportedValue] {
        try entrywise(integers: { $0 }, numbers: { $0.rounded(rule) }) { g, u throws(GraphError) in
            try g.rounded(u, rule, name: self.name)
        }
    }

    func leakyReLU() throws(InterchangeError) -> [ImportedValue] {
        let slope = try float("alpha", default: 0.01)
        return try activation { g, u throws(GraphError) in try g.leakyReLU(u, slope: slope, name: name) }
    }

    func parametricReLU() throws(InterchangeError) -> [ImportedValue] {
        let (a, slopes) = (try operand(0), try operand(1))
        let u = try number(a)
        if let slope = exactScalar(slopes, beside: a.shape) {
            return [result(try build { g throws(GraphError) in try g.leakyReLU(u, slope: slope, name: name) }, a.type)]
        }
        let alongChannels = opset < 7 && slopes.shape.count == 1 && a.shape.count > 1
        let v = try number(alongChannels ? reshaped(slopes, slopes.shape + [Int](repeating: 1, count: a.shape.count - 2)) : slopes)
        return [
            result(
                try build { g throws(GraphError) in
                    try g.parametricReLU(u, slopes: g.broadcast(v, to: g.shape(u)), name: name)
                }, a.type)
        ]
    }

    /// Clip: bounds are attributes before operator set 11, then inputs.
    func clip() throws(InterchangeError) -> [ImportedValue] {
        let a = try operand(0)
        var (low, high): (ImportedValue?, ImportedValue?)
        if opset < 11 {
            func bound(_ name: String) throws(InterchangeError) -> ImportedValue? {
                try float(name).map { ImportedValue(a.type, [], constant: .numbers([Double($0)])) }
            }
            (low, high) = (try bound("min"), try bound("max"))
        } else {
            (low, high) = (optional(1), optional(2))
        }
        for bound in [low, high] {
            try require(
                bound == nil || bound!.type == a.type && bound!.shape.elementCount == 1, "a bound is not one number of type \(a.type.name)")
        }
        let bounds = [low, high].compactMap { $0 }
        let folded = try folded(
            [a] + bounds, type: a.type, shape: a.shape,
            integers: { (x: [Int]) -> Int in
                let lower = low == nil ? x[0] : max(x[0], x[1])
                return high == nil ? lower : min(lower, x[x.count - 1])
            },
            numbers: { x in
                let lower = low == nil ? x[0] : max(x[0], x[1])
                return high == nil ? lower : min(lower, x[x.count - 1])
            })
        if let folded, !a.type.isFloatingPoint || (folded.isExact && a.number == nil) { return [folded] }
        if bounds.isEmpty { return [a] }
        let u = try number(a)
        if let number = try constantClip(u, a, low, high) { return [result(folded, number, a.type)] }
        let (lowest, highest) = (
            try low.map { b throws(InterchangeError) in try number(b) }, try high.map { b throws(InterchangeError) in try number(b) }
        )
        return [
            result(
                folded,
                try build { g throws(GraphError) in
                    func spread(_ bound: Value) throws(GraphError) -> Value { try g.broadcast(g.reshape(bound, []), to: a.shape) }
                    var v = u
                    if let lowest { v = try g.maximum([spread(lowest), v], name: self.name) }
                    if let highest { v = try g.minimum([v, spread(highest)], name: self.name) }
                    return v
                }, a.type)
        ]
    }

    /// The clip between constants: three pieces, or two where a bound is beyond all numbers of the type.
    private func constantClip(_ u: Value, _ a: ImportedValue, _ low: ImportedValue?, _ high: ImportedValue?) throws(InterchangeError)
        -> Value?
    {
        func bound(_ value: ImportedValue?, _ none: Double) -> Double?? {
            guard let value else { return .some(nil) }
            guard let number = exactScalar(value, beside: [1]) else { return nil }
            if number.isNaN { return nil }
            return .some(abs(number) >= Double(Float.greatestFiniteMagnitude) && (number < 0) == (none < 0) ? nil : number)
        }
        guard let low = bound(low, -1), let high = bound(high, 1) else { return nil }
        if low?.isFinite == false || high?.isFinite == false { return nil }
        return try build { g throws(GraphError) in
            switch (low, high) {
            case (nil, nil): u
            case (let low?, nil): try g.pieces(u, Pieces(slopes: [0, 1], offsets: [low, 0]), knots: Knots([low]), name: name)
            case (nil, let high?): try g.pieces(u, Pieces(slopes: [1, 0], offsets: [0, high]), knots: Knots([high]), name: name)
            case (let low?, let high?): low <= high ? try g.clip(u, low: low, high: high, name: name) : try g.fill(high, a.shape)
            }
        }
    }

    func hardSigmoid() throws(InterchangeError) -> [ImportedValue] {
        let (slope, offset) = (try float("alpha", default: 0.2), try float("beta", default: 0.5))
        return try activation { g, u throws(GraphError) in try g.hardSigmoid(u, slope: slope, offset: offset, name: name) }
    }

    func hardSwish() throws(InterchangeError) -> [ImportedValue] {
        try activation { g, u throws(GraphError) in try g.multiply(u, g.hardSigmoid(u), name: name) }
    }

    /// Elu, Selu and Celu: scale · (max(u, 0) + slope · (exp(min(u, 0) / width) − 1)).
    func exponentialUnit(scale: Double, slope: Double, width: Double) throws(InterchangeError) -> [ImportedValue] {
        try activation { g, u throws(GraphError) in try g.exponentialUnit(u, scale: scale, slope: slope, width: width, name: name) }
    }

    func elu() throws(InterchangeError) -> [ImportedValue] {
        try exponentialUnit(scale: 1, slope: try float("alpha", default: 1), width: 1)
    }

    func selu() throws(InterchangeError) -> [ImportedValue] {
        let alpha = try float("alpha", default: 1.67326319217681884765625)
        return try exponentialUnit(scale: try float("gamma", default: 1.05070102214813232421875), slope: alpha, width: 1)
    }

    func celu() throws(InterchangeError) -> [ImportedValue] {
        let alpha = try float("alpha", default: 1)
        return try exponentialUnit(scale: 1, slope: alpha, width: alpha)
    }

    func gelu() throws(InterchangeError) -> [ImportedValue] {
        let approximate = try string("approximate", default: "none")
        guard ["none", "tanh"].contains(approximate) else {
            throw malformed("attribute 'approximate': \(quoted(approximate)) is not known")
        }
        return try activation { g, u throws(GraphError) in try g.gelu(u, approximate: approximate == "tanh", name: name) }
    }

    func softsign() throws(InterchangeError) -> [ImportedValue] {
        try activation { g, u throws(GraphError) in try g.divide(u, g.affine(g.absoluteValue(u), slope: 1, offset: 1), name: name) }
    }

    func swish() throws(InterchangeError) -> [ImportedValue] {
        let sharpness = try float("alpha", default: 1)
        return try activation { g, u throws(GraphError) in try g.swish(u, sharpness: sharpness, name: name) }
    }

    func mish() throws(InterchangeError) -> [ImportedValue] {
        try activation { g, u throws(GraphError) in
            try g.multiply(u, g.smooth(.hyperbolicTangent, g.smooth(.softplus, u)), name: name)
        }
    }

    func thresholdedReLU() throws(InterchangeError) -> [ImportedValue] {
        let threshold = try float("alpha", default: 1)
        return try activation { g, u throws(GraphError) in
            try g.pieces(u, Pieces(slopes: [0, 1]), knots: Knots([threshold]), name: name)
        }
    }

    func shrink() throws(InterchangeError) -> [ImportedValue] {
        let (bias, threshold) = (try float("bias", default: 0), try float("lambd", default: 0.5))
        try require(threshold >= 0, "attribute 'lambd': \(threshold) is negative")
        return try activation { g, u throws(GraphError) in
            try g.pieces(
                u, Pieces(slopes: [1, 0, 1], offsets: [bias, 0, -bias]),
                knots: Knots([-threshold, threshold], upperClosed: [true, false]),
                name: name)
        }
    }

    /// Softmax, LogSoftmax and Hardmax: along one axis since operator set 13, over all axes from one on before.
    func softmax(_ kind: SoftmaxKind) throws(InterchangeError) -> [ImportedValue] {
        let a = try operand(0)
        let axis = try axis(integer("axis", default: opset < 13 ? 1 : -1), rank: max(a.shape.count, 1))
        return try activation { g, u throws(GraphError) in
            if a.shape.isEmpty { return try g.reshape(g.normalised(g.reshape(u, [1]), axis: 0, kind, name: name), []) }
            if opset >= 13 { return try g.normalised(u, axis: axis, kind, name: name) }
            let rows = a.shape[..<axis].reduce(1, *)
            let flat = try g.reshape(u, [rows, a.shape[axis...].reduce(1, *)])
            return try g.reshape(g.normalised(flat, axis: 1, kind, name: name), a.shape)
        }
    }

    enum SoftmaxKind { case softmax, logarithm, hard }
}

extension Graph {
    mutating func exponentialUnit(_ u: Value, scale: Double, slope: Double, width: Double, name: String = "") throws(GraphError) -> Value {
        let code = try append(.select(.knots(Knots([0]))), [u], name: name)
        let positive = try append(.apply(Pieces(slopes: [0, scale])), [u, code])
        let negative = try append(.apply(Pieces(slopes: [1 / width, 0])), [u, code])
        let decay = try affine(smooth(.exponential, negative), slope: scale * slope, offset: -scale * slope)
        return try append(.add, [positive, decay], name: name)
    }

    fileprivate mutating func normalised(_ u: Value, axis: Int, _ kind: NodeContext.SoftmaxKind, name: String) throws(GraphError) -> Value {
        let shape = shape(u)
        switch kind {
        case .softmax: return try softmax(u, axis: axis, name: name)
        case .logarithm:
            let total = try logSumExp(u, axis: axis)
            return try append(.subtract, [u, append(.broadcast(axes: [axis], shape: shape), [total])], name: name)
        case .hard:
            let choice = Choice.axis(axis, count: shape[axis])
            let code = try append(.select(.largest(choice)), [u], name: name)
            var reduced = shape
            reduced.remove(at: axis)
            return try append(.pick(choice, transposed: true), [fill(1, reduced), code], name: name)
        }
    }

    /// u rounded to a whole number, exactly for |u| < 2⁵³ (beyond it every Double is whole): by binary digits, since a code has
    /// finitely many pieces.
    mutating func rounded(_ u: Value, _ rule: FloatingPointRoundingRule, name: String) throws(GraphError) -> Value {
        // r = u − 2ᵏ, u or u + 2ᵏ, for k from 52 down; each difference is exact. What is left is u's fraction with its sign. The whole part
        // adds up the steps and is not u − r, so that it is seen to be constant on a cell.
        let outside = try append(.select(.knots(Knots([-0x1p53, 0x1p53], upperClosed: [false, true]))), [u], name: name)
        var rest = try append(.apply(Pieces(slopes: [0, 1, 0])), [u, outside])
        var whole = try append(.apply(Pieces(slopes: [1, 0, 1])), [u, outside])
        for k in stride(from: 52, through: 0, by: -1) {
            let step = Double(sign: .plus, exponent: k, significand: 1)
            let code = try append(.select(.knots(Knots([-step, step], upperClosed: [false, true]))), [rest])
            whole = try append(.add, [whole, append(.apply(Pieces(slopes: [0, 0, 0], offsets: [-step, 0, step])), [rest, code])])
            rest = try append(.apply(Pieces(slopes: [1, 1, 1], offsets: [step, 0, -step])), [rest, code])
        }
        let correction: Value
        switch rule {
        case .towardZero: return whole
        case .down:
            correction = try pieces(rest, Pieces(slopes: [0, 0], offsets: [-1, 0]), knots: Knots([0], upperClosed: [true]))
        case .up:
            correction = try pieces(rest, Pieces(slopes: [0, 0], offsets: [0, 1]), knots: Knots([0]))
        case .toNearestOrAwayFromZero:
            correction = try pieces(
                rest, Pieces(slopes: [0, 0, 0], offsets: [-1, 0, 1]), knots: Knots([-0.5, 0.5], upperClosed: [false, true]))
        default:  // ties to even: a half moves away from zero only where the whole part is odd
            let half = try affine(whole, slope: 0.5)
            let fraction = try append(.subtract, [half, rounded(half, .towardZero, name: "")])
            let odd = try pieces(fraction, Pieces(slopes: [0, 0, 0], offsets: [1, 0, 1]), knots: Knots([-0.25, 0.25]))
            let beyond = try pieces(
                rest, Pieces(slopes: [0, 0, 0], offsets: [-1, 0, 1]), knots: Knots([-0.5, 0.5], upperClosed: [true, false]))
            let tie = try pieces(
                rest, Pieces(slopes: [0, 0, 0, 0, 0], offsets: [0, -2, 0, 2, 0]),
                knots: Knots([-0.5, -0.5, 0.5, 0.5], upperClosed: [true, false, true, false]))
            // tie + odd is −1 or 3 where a half moves away from zero
            let moved = try pieces(
                append(.add, [tie, odd]), Pieces(slopes: [0, 0, 0, 0], offsets: [0, -1, 0, 1]), knots: Knots([-1.5, -0.5, 2.5]))
            correction = try append(.add, [beyond, moved])
        }
        return try append(.add, [whole, correction], name: name)
    }
}
