// Table 4: tangents, graph to graph. Linear primitives repeat themselves on the tangent; codes have none.

import Tensors

extension Primitive {
    /// The tangent of `y`, which this primitive makes, for tangents of its operands (`nil` is zero); `nil` where it is always zero.
    func pushforward(_ tangents: [Value?], of y: Value, in graph: inout Graph) -> Value? {
        let operands = graph[y].operands
        guard tangents.contains(where: { $0 != nil }) else { return nil }
        switch self {
        case .input, .constant, .fill, .select: return nil
        case .matrixProduct, .convolution, .multiply:
            let left = tangents[0].map { graph.emit(self, $0, operands[1]) }
            let right = tangents[1].map { graph.emit(self, operands[0], $0) }
            return graph.sum(left, right)
        case .windowSum, .sum, .broadcast, .reshape, .transpose, .pad, .slice, .gather, .scatter:
            return graph.emit(self, tangents[0]!)
        case .concatenate:
            let filled = zip(tangents, operands).map { tangent, operand in tangent ?? graph.emit(.fill(0, graph.shape(operand))) }
            return graph.emitting(self, filled)
        case .add: return graph.sum(tangents[0], tangents[1])
        case .subtract:
            guard let right = tangents[1] else { return tangents[0] }
            guard let left = tangents[0] else { return graph.emit(.affine(slope: -1, offset: 0), right) }
            return graph.emit(.subtract, left, right)
        case .affine(let slope, _): return slope == 0 ? nil : graph.emit(.affine(slope: slope, offset: 0), tangents[0]!)
        case .divide:
            // d(u/v) = (du − y dv) / v
            let change = tangents[1].map { graph.emit(.affine(slope: -1, offset: 0), graph.emit(.multiply, y, $0)) }
            return graph.emit(.divide, graph.sum(tangents[0], change)!, operands[1])
        case .apply(let pieces):
            guard let tangent = tangents[0], let linear = pieces.linearPart else { return nil }
            return graph.emit(.apply(linear), tangent, operands[1])
        case .pick: return tangents[0].map { graph.emit(self, $0, operands[1]) }
        case .smooth(let function):
            return function.slope(at: operands[0], value: y, in: &graph).map { graph.emit(.multiply, tangents[0]!, $0) }
        case .softmax(let axis): return graph.softmaxDerivative(tangents[0]!, softmax: y, axis: axis)
        case .logSumExp(let axis):
            let weights = graph.emit(.softmax(axis: axis), operands[0])
            return graph.emit(.sum(axes: [axis]), graph.emit(.multiply, tangents[0]!, weights))
        }
    }
}

extension Graph {
    /// The sum of two values, `nil` standing for zero.
    mutating func sum(_ left: Value?, _ right: Value?) -> Value? {
        guard let left, let right else { return left ?? right }
        return emit(.add, left, right)
    }

    /// `emit` for operands in an array.
    mutating func emitting(_ primitive: Primitive, _ operands: [Value]) -> Value {
        do { return try append(primitive, operands) } catch { preconditionFailure("\(error)") }
    }
}
