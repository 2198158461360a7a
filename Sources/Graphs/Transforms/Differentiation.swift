// Derivatives as graphs (DESIGN §1): a pass appends nodes to the graph that it differentiates, so passes can follow one another.
// Codes have zero derivative, and what they name is affine: no second-order term of a nonlinearity is ever dropped.

import Tensors

extension Graph {
    /// Appends the cotangents of `inputs` for the cotangents given of some values: Aᵀu for a frozen graph.
    ///
    /// - Returns: for each of `inputs` its cotangent, or `nil` where it is zero.
    /// - Precondition: each cotangent has its value's shape.
    public mutating func pullback(_ seeds: [(of: Value, cotangent: Value)], to inputs: [Value]) -> [Value?] {
        let last = nodes.count
        let depends = dependents(of: inputs)
        var cotangents = [Value?](repeating: nil, count: last)
        for (value, cotangent) in seeds {
            precondition(shape(value) == shape(cotangent), "cotangent \(shape(cotangent)) of a value \(shape(value))")
            if depends[value.index] { cotangents[value.index] = sum(cotangents[value.index], cotangent) }
        }
        for index in (0..<last).reversed() {
            guard let cotangent = cotangents[index] else { continue }
            let operands = nodes[index].operands
            let wanted = operands.map { depends[$0.index] }
            guard wanted.contains(true) else { continue }
            let contributions = nodes[index].primitive.pullback(cotangent, of: Value(index), wanted: wanted, in: &self)
            for (operand, contribution) in zip(operands, contributions) {
                cotangents[operand.index] = sum(cotangents[operand.index], contribution)
            }
        }
        return inputs.map { cotangents[$0.index] }
    }

    /// Appends the gradients of a single number with respect to `inputs`.
    /// - Precondition: `value` has one element.
    public mutating func gradients(of value: Value, to inputs: [Value]) -> [Value?] {
        precondition(shape(value).elementCount == 1, "gradient of a value of shape \(shape(value))")
        return pullback([(of: value, cotangent: emit(.fill(1, shape(value))))], to: inputs)
    }

    /// Appends the tangents of `outputs` for the tangents given of some values: A v for a frozen graph.
    ///
    /// - Returns: for each of `outputs` its tangent, or `nil` where it is zero.
    /// - Precondition: each tangent has its value's shape.
    public mutating func pushforward(_ seeds: [(of: Value, tangent: Value)], to outputs: [Value]) -> [Value?] {
        let needed = ancestors(of: outputs)
        var tangents = [Value?](repeating: nil, count: nodes.count)
        for (value, tangent) in seeds {
            precondition(shape(value) == shape(tangent), "tangent \(shape(tangent)) of a value \(shape(value))")
            tangents[value.index] = sum(tangents[value.index], tangent)
        }
        let seeded = Set(seeds.map(\.of))
        for index in tangents.indices where needed[index] && !seeded.contains(Value(index)) {
            let incoming = nodes[index].operands.map { tangents[$0.index] }
            tangents[index] = nodes[index].primitive.pushforward(incoming, of: Value(index), in: &self)
        }
        return outputs.map { tangents[$0.index] }
    }
}
