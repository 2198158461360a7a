// Building with arithmetic: what a reader of a formula writes, with numpy's broadcasting made explicit.

public import Tensors

extension Graph {
    // MARK: Sources

    public mutating func data(_ name: String, _ shape: Shape) throws(GraphError) -> Value {
        try append(.input(Input(name, .data, ValueType(shape))), name: name)
    }

    public mutating func parameter(_ name: String, _ shape: Shape) throws(GraphError) -> Value {
        try append(.input(Input(name, .parameter, ValueType(shape))), name: name)
    }

    public mutating func noise(_ name: String, _ shape: Shape) throws(GraphError) -> Value {
        try append(.input(Input(name, .noise, ValueType(shape))), name: name)
    }

    public mutating func constant(_ tensor: Tensor<Double>, name: String = "") throws(GraphError) -> Value {
        try append(.constant(tensor), name: name)
    }

    public mutating func fill(_ number: Double, _ shape: Shape) throws(GraphError) -> Value { try append(.fill(number, shape)) }

    // MARK: Broadcasting

    /// `u` repeated to `shape`: axes align at the right, and axes of size 1 or missing ones repeat.
    public mutating func broadcast(_ u: Value, to shape: Shape, name: String = "") throws(GraphError) -> Value {
        let from = self.shape(u)
        if from == shape { return u }
        let missing = shape.count - from.count
        let fits = missing >= 0 && from.indices.allSatisfy { from[$0] == shape[$0 + missing] || from[$0] == 1 }
        guard fits else {
            throw GraphError(
                node: name.isEmpty ? "broadcast" : name, what: "shape", expected: "one that repeats to \(shape)", got: "\(from)")
        }
        let repeated = from.indices.filter { from[$0] != shape[$0 + missing] }
        let kept = from.indices.filter { !repeated.contains($0) }.map { from[$0] }
        let squeezed = repeated.isEmpty ? u : try append(.reshape(kept), [u])
        return try append(.broadcast(axes: Array(0..<missing) + repeated.map { $0 + missing }, shape: shape), [squeezed], name: name)
    }

    /// A value of shape `[C]` repeated along every axis of `like` but axis `axis`.
    public mutating func broadcast(_ u: Value, alongAxis axis: Int, of like: Value) throws(GraphError) -> Value {
        let shape = shape(like)
        return try append(.broadcast(axes: shape.indices.filter { $0 != axis }, shape: shape), [u])
    }

    /// The common shape of two values under broadcasting.
    private func commonShape(_ u: Value, _ v: Value, _ node: String) throws(GraphError) -> Shape {
        let (a, b) = (shape(u), shape(v))
        let rank = max(a.count, b.count)
        var common: Shape = []
        for axis in 0..<rank {
            let (left, right) = (axis + a.count - rank, axis + b.count - rank)
            let (sizeA, sizeB) = (left < 0 ? 1 : a[left], right < 0 ? 1 : b[right])
            guard sizeA == sizeB || sizeA == 1 || sizeB == 1 else {
                throw GraphError(node: node, what: "operand 1", expected: "a shape that broadcasts with \(a)", got: "\(b)")
            }
            common.append(sizeA == 1 ? sizeB : sizeA)
        }
        return common
    }

    private mutating func binary(_ primitive: Primitive, _ u: Value, _ v: Value, _ name: String) throws(GraphError) -> Value {
        let shape = try commonShape(u, v, name.isEmpty ? primitive.label : name)
        return try append(primitive, [broadcast(u, to: shape), broadcast(v, to: shape)], name: name)
    }

    // MARK: Arithmetic

    public mutating func add(_ u: Value, _ v: Value, name: String = "") throws(GraphError) -> Value { try binary(.add, u, v, name) }

    public mutating func subtract(_ u: Value, _ v: Value, name: String = "") throws(GraphError) -> Value {
        try binary(.subtract, u, v, name)
    }

    public mutating func multiply(_ u: Value, _ v: Value, name: String = "") throws(GraphError) -> Value {
        try binary(.multiply, u, v, name)
    }

    public mutating func divide(_ u: Value, _ v: Value, name: String = "") throws(GraphError) -> Value { try binary(.divide, u, v, name) }

    public mutating func negate(_ u: Value) throws(GraphError) -> Value { try append(.affine(slope: -1, offset: 0), [u]) }

    /// `slope` · u + `offset`.
    public mutating func affine(_ u: Value, slope: Double, offset: Double = 0, name: String = "") throws(GraphError) -> Value {
        try append(.affine(slope: slope, offset: offset), [u], name: name)
    }

    // MARK: Shape

    public mutating func reshape(_ u: Value, _ shape: Shape, name: String = "") throws(GraphError) -> Value {
        self.shape(u) == shape ? u : try append(.reshape(shape), [u], name: name)
    }

    /// All axes but the first joined into one.
    public mutating func flatten(_ u: Value, name: String = "") throws(GraphError) -> Value {
        let shape = shape(u)
        guard let batch = shape.first else {
            throw GraphError(node: name.isEmpty ? "flatten" : name, what: "shape", expected: "a batch axis", got: "[]")
        }
        return try reshape(u, [batch, shape.dropFirst().reduce(1, *)], name: name)
    }

    public mutating func concatenate(_ parts: [Value], axis: Int = 1, name: String = "") throws(GraphError) -> Value {
        parts.count == 1 ? parts[0] : try append(.concatenate(axis: axis), parts, name: name)
    }

    /// Values of one shape laid along a new axis.
    public mutating func stack(_ parts: [Value], axis: Int) throws(GraphError) -> Value {
        var slices: [Value] = []
        for part in parts {
            var shape = shape(part)
            shape.insert(1, at: min(axis, shape.count))
            slices.append(try reshape(part, shape))
        }
        return try concatenate(slices, axis: axis)
    }

    /// The sum over `axes`, which are dropped.
    public mutating func sum(_ u: Value, over axes: [Int]) throws(GraphError) -> Value {
        axes.isEmpty ? u : try append(.sum(axes: axes), [u])
    }

    /// The mean over `axes`, which are dropped.
    public mutating func mean(_ u: Value, over axes: [Int], name: String = "") throws(GraphError) -> Value {
        let shape = shape(u)
        let total = try sum(u, over: axes)
        return try affine(total, slope: 1 / Double(axes.map { shape[$0] }.elementCount), name: name)
    }
}
