// Quantisation as far as a network of floating-point numbers needs it: rounding to few values is piecewise constant.

import Graphs
import Tensors

extension NodeContext {
    /// A scale or zero point spread over `shape`: one for all, one along an axis, or one a block of it.
    private func spreadFactor(_ value: ImportedValue, _ shape: Shape, axis: Int, block: Int) throws(InterchangeError) -> ImportedValue {
        if value.shape.elementCount == 1 { return try spread(reshaped(value, []), to: shape) }
        if value.shape == shape { return value }
        if value.shape.count == 1 {
            try require(
                shape.indices.contains(axis) && value.shape[0] == shape[axis],
                "a scale of shape \(value.shape) does not fit axis \(axis) of shape \(shape)")
            var column = [Int](repeating: 1, count: shape.count)
            column[axis] = shape[axis]
            return try spread(reshaped(value, column), to: shape)
        }
        try require(
            block >= 1 && value.shape.count == shape.count
                && shape.indices.allSatisfy {
                    $0 == axis ? value.shape[$0] == (shape[$0] + block - 1) / block : value.shape[$0] == shape[$0]
                },
            "a scale of shape \(value.shape) does not fit blocks of \(block) along axis \(axis) of shape \(shape)")
        return try moved([value]) { g, u throws(GraphError) in
            try g.append(.gather(axis: axis, indices: (0..<shape[axis]).map { $0 / block }), u)
        }
    }

    func dequantize() throws(InterchangeError) -> [ImportedValue] {
        let (a, scale) = (try operand(0), try operand(1))
        let axisGiven = try integer("axis", default: 1)
        let block = try integer("block_size", default: 0)
        let outputType = try integer("output_dtype", default: 0)
        let axis = a.shape.count < 2 ? 0 : try axis(axisGiven, rank: a.shape.count)
        let type = outputType == 0 ? scale.type : Int32(exactly: outputType).flatMap(ONNXElementType.init(rawValue:))
        guard let type, type.isNetworkData else { throw unsupported("makes elements of type \(outputType)") }
        let factors = try number(spreadFactor(scale, a.shape, axis: axis, block: block))
        let u = try number(a)
        let zero = try optional(2).map { z throws(InterchangeError) in try number(spreadFactor(z, a.shape, axis: axis, block: block)) }
        return [
            result(
                try build { g throws(GraphError) in
                    try g.multiply(zero.map { z throws(GraphError) in try g.subtract(u, z) } ?? u, factors, name: name)
                }, type)
        ]
    }

    /// round(x / scale) + zero, kept in the type's range: a step at every half, ties to even.
    func quantize() throws(InterchangeError) -> [ImportedValue] {
        let (a, scale) = (try operand(0), try operand(1))
        let axisGiven = try integer("axis", default: 1)
        let block = try integer("block_size", default: 0)
        let outputType = try integer("output_dtype", default: 0)
        acknowledge("saturate", "precision")
        let axis = a.shape.count < 2 ? 0 : try axis(axisGiven, rank: a.shape.count)
        let type =
            optional(2)?.type ?? (outputType == 0 ? .uint8 : Int32(exactly: outputType).flatMap(ONNXElementType.init(rawValue:)) ?? .string)
        guard let range = type.integerRange, type.bitCount! <= 16 else { throw unsupported("quantises to \(type.name)") }
        let factors = try number(spreadFactor(scale, a.shape, axis: axis, block: block))
        let u = try number(a)
        let zeroValue = try optional(2).map { z throws(InterchangeError) in try spreadFactor(z, a.shape, axis: axis, block: block) }
        let zero = try zeroValue.map { z throws(InterchangeError) in try number(z) }
        return [
            result(
                try build { g throws(GraphError) in
                    let steps = try g.divide(u, factors)
                    var shifted = try g.rounded(steps, .toNearestOrEven, name: name)
                    if let zero { shifted = try g.add(shifted, zero) }
                    return try g.clip(shifted, low: Double(range.lowerBound), high: Double(range.upperBound), name: name)
                }, type)
        ]
    }
}
