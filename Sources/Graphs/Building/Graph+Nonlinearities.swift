// Building with nonlinearities: select, then apply (THEORY §2), and the smooth ones. The select node and the node that applies its
// code share the layer's name.

import Tensors

extension Graph {
    // MARK: Entry by entry, piecewise affine

    /// The function that is piece r between knots r − 1 and r.
    public mutating func pieces(_ u: Value, _ pieces: Pieces, knots: Knots, name: String = "") throws(GraphError) -> Value {
        let code = try append(.select(.knots(knots)), [u], name: name)
        return try append(.apply(pieces), [u, code], name: name)
    }

    /// max(0, u)
    public mutating func relu(_ u: Value, name: String = "") throws(GraphError) -> Value {
        try pieces(u, Pieces(slopes: [0, 1]), knots: Knots([0]), name: name)
    }

    /// u above 0, ν u elsewhere (THEORY E1), for any ν.
    public mutating func leakyReLU(_ u: Value, slope: Double, name: String = "") throws(GraphError) -> Value {
        try pieces(u, Pieces(slopes: [slope, 1]), knots: Knots([0]), name: name)
    }

    /// u above 0, ν u elsewhere, ν a value of shape `[C]` along axis 1, or of the shape of u.
    public mutating func parametricReLU(_ u: Value, slopes: Value, name: String = "") throws(GraphError) -> Value {
        let spread = shape(slopes) == shape(u) ? slopes : try broadcast(slopes, alongAxis: 1, of: u)
        let code = try append(.select(.knots(Knots([0]))), [u], name: name)
        let positive = try append(.apply(Pieces(slopes: [0, 1])), [u, code])
        let negative = try append(.apply(Pieces(slopes: [1, 0])), [u, code])
        return try append(.add, [positive, append(.multiply, [negative, spread])], name: name)
    }

    /// |u|
    public mutating func absoluteValue(_ u: Value, name: String = "") throws(GraphError) -> Value {
        try pieces(u, Pieces(slopes: [-1, 1]), knots: Knots([0]), name: name)
    }

    /// u kept between `low` and `high` (ReLU6 for 0 and 6).
    public mutating func clip(_ u: Value, low: Double, high: Double, name: String = "") throws(GraphError) -> Value {
        guard low <= high else {
            throw GraphError(node: name.isEmpty ? "clip" : name, what: "bounds", expected: "low at most high", got: "\(low), \(high)")
        }
        return try pieces(u, Pieces(slopes: [0, 1, 0], offsets: [low, 0, high]), knots: Knots([low, high]), name: name)
    }

    /// u kept in [−1, 1].
    public mutating func hardTangent(_ u: Value, name: String = "") throws(GraphError) -> Value {
        try clip(u, low: -1, high: 1, name: name)
    }

    /// `slope` · u + `offset` kept in [0, 1].
    public mutating func hardSigmoid(_ u: Value, slope: Double = 1.0 / 6, offset: Double = 0.5, name: String = "") throws(GraphError)
        -> Value
    {
        try clip(affine(u, slope: slope, offset: offset), low: 0, high: 1, name: name)
    }

    /// u beyond ±`threshold`, shrunk towards 0 by it; 0 between.
    public mutating func softThreshold(_ u: Value, _ threshold: Double, name: String = "") throws(GraphError) -> Value {
        try pieces(u, Pieces(slopes: [1, 0, 1], offsets: [threshold, 0, -threshold]), knots: Knots([-threshold, threshold]), name: name)
    }

    /// −1, 0 or 1.
    public mutating func sign(_ u: Value, name: String = "") throws(GraphError) -> Value {
        try pieces(
            u, Pieces(slopes: [0, 0, 0], offsets: [-1, 0, 1]), knots: Knots([0, 0], upperClosed: [true, false]), name: name)
    }

    // MARK: Choosing among entries

    /// The first largest of each group.
    public mutating func largest(_ u: Value, _ choice: Choice, name: String = "") throws(GraphError) -> Value {
        let code = try append(.select(.largest(choice)), [u], name: name)
        return try append(.pick(choice, transposed: false), [u, code], name: name)
    }

    /// The maximum over windows, `[N, C, input…]` to `[N, C, output…]`; padding never wins.
    public mutating func maximumPooling(_ u: Value, window: SlidingWindow, name: String = "") throws(GraphError) -> Value {
        try largest(u, .window(window), name: name)
    }

    /// The maximum over all spatial axes, `[N, C, input…]` to `[N, C]`.
    public mutating func globalMaximumPooling(_ u: Value, name: String = "") throws(GraphError) -> Value {
        let shape = shape(u)
        let joined = try reshape(u, shape.prefix(2) + [shape.dropFirst(2).reduce(1, *)])
        return try largest(joined, .axis(2, count: self.shape(joined)[2]), name: name)
    }

    /// The maximum over groups of `pieces` neighbours along axis 1: maxout, or channel pooling of images.
    public mutating func maxout(_ u: Value, pieces: Int, name: String = "") throws(GraphError) -> Value {
        let shape = shape(u)
        guard shape.count >= 2, pieces >= 1, shape[1] % pieces == 0 else {
            throw GraphError(node: name.isEmpty ? "maxout" : name, what: "axis 1", expected: "a multiple of \(pieces)", got: "\(shape)")
        }
        let grouped = try reshape(u, [shape[0], shape[1] / pieces, pieces] + shape.dropFirst(2))
        return try largest(grouped, .axis(2, count: pieces), name: name)
    }

    /// The largest of several values, entry by entry; the code is the position in `parts`.
    public mutating func maximum(_ parts: [Value], name: String = "") throws(GraphError) -> Value {
        try largest(stack(parts, axis: 0), .axis(0, count: parts.count), name: name)
    }

    /// The smallest of several values, entry by entry; the code is the position in `parts`.
    public mutating func minimum(_ parts: [Value], name: String = "") throws(GraphError) -> Value {
        let stacked = try negate(stack(parts, axis: 0))
        return try negate(largest(stacked, .axis(0, count: parts.count), name: name))
    }

    /// Entry by entry the part that `code` names: `Where`, with a code of the condition.
    public mutating func choose(_ parts: [Value], code: Value, name: String = "") throws(GraphError) -> Value {
        try append(.pick(.axis(0, count: parts.count), transposed: false), [stack(parts, axis: 0), code], name: name)
    }

    /// The `count` largest entries along an axis, zero elsewhere: κ-winners (R17 §4.3.2).
    public mutating func winners(_ u: Value, count: Int, axis: Int = 1, name: String = "") throws(GraphError) -> Value {
        let code = try append(.select(.winners(axis: axis, count: count)), [u], name: name)
        return try append(.apply(Pieces(slopes: [0, 1])), [u, code], name: name)
    }

    /// Below every number of a network, and far enough from the end of Double that rounding bounds stay finite.
    private static let putAside = Pieces(slopes: [1, 0], offsets: [0, -0x1p1000])

    /// `u` with its `winners` largest entries along an axis put below all others: the code of the largest that is left is the place of
    /// the next.
    package mutating func lacking(_ u: Value, winners: Int, axis: Int) throws(GraphError) -> Value {
        if winners == 0 { return u }
        let code = try append(.select(.winners(axis: axis, count: winners)), [u])
        return try append(.apply(Graph.putAside), [u, code])
    }

    /// What `value` is made from by `lacking`, along which axis, or `nil`.
    func lackingWinners(_ value: Value) -> (u: Value, axis: Int)? {
        guard self[value].primitive == .apply(Graph.putAside) else { return nil }
        let (u, code) = (self[value].operands[0], self[value].operands[1])
        guard case .select(.winners(let axis, _)) = self[code].primitive, self[code].operands == [u] else { return nil }
        return (u, axis)
    }

    // MARK: Smooth

    public mutating func smooth(_ function: SmoothFunction, _ u: Value, name: String = "") throws(GraphError) -> Value {
        try append(.smooth(function), [u], name: name)
    }

    /// u σ(η u): swish; SiLU for η = 1 (THEORY §11).
    public mutating func swish(_ u: Value, sharpness: Double = 1, name: String = "") throws(GraphError) -> Value {
        let gate = try append(.smooth(.sigmoid), [sharpness == 1 ? u : affine(u, slope: sharpness)], name: name)
        return try append(.multiply, [u, gate], name: name)
    }

    /// u Φ(u), Φ the normal distribution; or its tanh approximation.
    public mutating func gelu(_ u: Value, approximate: Bool = false, name: String = "") throws(GraphError) -> Value {
        let bell: Value
        if approximate {
            let cube = try append(.multiply, [append(.multiply, [u, u]), u])
            let inner = try append(.add, [u, affine(cube, slope: 0.044715)])
            bell = try append(.smooth(.hyperbolicTangent), [affine(inner, slope: (2 / Double.pi).squareRoot())], name: name)
        } else {
            bell = try append(.smooth(.errorFunction), [affine(u, slope: 0.5.squareRoot())], name: name)
        }
        return try append(.multiply, [u, affine(bell, slope: 0.5, offset: 0.5)], name: name)
    }

    public mutating func softmax(_ u: Value, axis: Int = 1, name: String = "") throws(GraphError) -> Value {
        try append(.softmax(axis: axis), [u], name: name)
    }

    public mutating func logSumExp(_ u: Value, axis: Int = 1, name: String = "") throws(GraphError) -> Value {
        try append(.logSumExp(axis: axis), [u], name: name)
    }
}
