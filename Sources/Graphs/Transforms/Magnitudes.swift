// How large the numbers were that made a value, and how far rounding may have moved it: what tells a tie that rounding has decided
// from a fact (DESIGN §3).
//
// Worst-case bounds multiply the magnitudes of all weights along all paths, which for fifty layers says nothing. So rounding errors
// are followed as independent random ones, whose variances add (Higham & Mary, «A new approach to probabilistic rounding error
// analysis», SIAM J. Sci. Comput. 41, 2019): |computed − exact| ≤ λ u √variance but with probability 2 exp(−λ²/2).

import Tensors

/// The size and rounding of a value of a frozen graph, in its shape.
public struct Magnitude: Sendable {
    /// The sum of magnitudes that made it since the last nonlinearity: |W| |z| + |b|.
    public let sum: Value
    /// The variance of its rounding error in units of (u / `unit`)², u = 2⁻⁵³; 0 for what is exact.
    public let variance: Value
}

extension Graph {
    /// Appends the magnitudes of `targets`, values of a frozen graph; `nil` for a value that is not affine in the data.
    ///
    /// - Parameter unit: a factor of sizes before they are squared, so that the variances of very large numbers stay finite.
    public mutating func magnitudes(of targets: [Value], unit: Double = 1) -> [Magnitude?] {
        let (needed, depends) = (ancestors(of: targets), dataDependence)
        var magnitudes = [Magnitude?](repeating: nil, count: nodes.count)
        for value in values where needed[value.index] {
            guard depends[value.index] else { continue }
            let operands = self[value].operands
            let dependent = operands.map { depends[$0.index] }
            let known = zip(dependent, operands).allSatisfy { !$0 || magnitudes[$1.index] != nil }
            guard known, self[value].primitive.isAffine(whenDepending: dependent) else { continue }
            magnitudes[value.index] = magnitude(of: value, operands.map { magnitudes[$0.index] }, unit)
        }
        return targets.map { depends[$0.index] ? magnitudes[$0.index] : constantMagnitude($0, unit) }
    }

    /// Appends, for each of `targets`, Σ over paths of |coefficients|: 0 where the value does not depend on the data inside the cell.
    public mutating func dependences(of targets: [Value]) -> [Value?] {
        let (needed, depends) = (ancestors(of: targets), dataDependence)
        var sums = [Value?](repeating: nil, count: nodes.count)
        for value in values where needed[value.index] && depends[value.index] {
            let node = self[value]
            let incoming = node.operands.map { sums[$0.index] }
            switch node.primitive {
            case .input: sums[value.index] = emit(.fill(1, node.type.shape))
            case .matrixProduct, .convolution, .multiply, .divide:
                sums[value.index] = emit(
                    node.primitive, incoming[0] ?? absolute(node.operands[0]), incoming[1] ?? absolute(node.operands[1]))
            case .windowSum, .sum, .broadcast, .reshape, .transpose, .pad, .slice, .gather, .scatter, .smooth, .softmax:
                sums[value.index] = incoming[0].map { emit(node.primitive.isLinear ? node.primitive : .affine(slope: 1, offset: 0), $0) }
            case .concatenate:
                let filled = zip(incoming, node.operands).map { sum, operand in sum ?? emit(.fill(0, shape(operand))) }
                sums[value.index] = emitting(node.primitive, filled)
            case .add, .subtract: sums[value.index] = sum(incoming[0], incoming[1])
            case .affine(let slope, _): sums[value.index] = incoming[0].map { emit(.affine(slope: abs(slope), offset: 0), $0) }
            case .apply(let pieces):
                let slopes = Pieces(slopes: pieces.slopes.map(abs))
                sums[value.index] = incoming[0].map { emit(.apply(slopes), $0, node.operands[1]) }
            case .pick: sums[value.index] = incoming[0].map { emit(node.primitive, $0, node.operands[1]) }
            case .logSumExp(let axis): sums[value.index] = incoming[0].map { emit(.sum(axes: [axis]), $0) }
            case .constant, .fill, .select: break
            }
        }
        return targets.map { depends[$0.index] ? sums[$0.index] : emit(.fill(0, shape($0))) }
    }

    private mutating func absolute(_ value: Value) -> Value {
        let code = emit(.select(.knots(Knots([0]))), value)
        return emit(.apply(Pieces(slopes: [-1, 1])), value, code)
    }

    private mutating func square(_ value: Value) -> Value { emit(.multiply, value, value) }

    /// What parameters make on their own (a batch norm's slope) has a few roundings; a parameter itself has none.
    private mutating func constantMagnitude(_ value: Value, _ unit: Double) -> Magnitude {
        let size = absolute(value)
        return Magnitude(sum: size, variance: variance(of: size, roundings: self[value].operands.isEmpty ? 0 : 16, unit))
    }

    /// The variance of so many roundings of numbers of some size.
    private mutating func variance(of size: Value, roundings: Int, _ unit: Double) -> Value {
        let scaled = unit == 1 ? size : emit(.affine(slope: unit, offset: 0), size)
        return emit(.affine(slope: Double(roundings), offset: 0), square(scaled))
    }

    /// Table 7: the rule of each primitive; `incoming` is `nil` for an operand that does not depend on the data.
    private mutating func magnitude(of value: Value, _ incoming: [Magnitude?], _ unit: Double) -> Magnitude? {
        let node = self[value]
        /// The variance that came in, and `roundings` of numbers of size `sum`.
        func rounded(_ sum: Value, _ variance: Value, _ roundings: Int, _ graph: inout Graph) -> Magnitude {
            let own = graph.variance(of: sum, roundings: roundings, unit)
            return Magnitude(sum: sum, variance: graph.emit(.add, variance, own))
        }
        switch node.primitive {
        case .input: return Magnitude(sum: absolute(value), variance: emit(.fill(0, node.type.shape)))
        case .constant, .fill, .select, .smooth, .softmax, .logSumExp: return nil
        case .matrixProduct, .convolution, .multiply, .divide:
            let isLeft = incoming[0] != nil
            let moving = incoming[isLeft ? 0 : 1]!
            let factor = absolute(node.operands[isLeft ? 1 : 0])
            func applied(_ moving: Value, _ factor: Value) -> Value {
                isLeft ? emit(node.primitive, moving, factor) : emit(node.primitive, factor, moving)
            }
            let sum = applied(moving.sum, factor)
            return rounded(sum, applied(moving.variance, square(factor)), node.primitive.termCount(node.operands.map { shape($0) }), &self)
        case .windowSum, .sum, .scatter:
            let sum = emit(node.primitive, incoming[0]!.sum)
            let variance = emit(node.primitive, incoming[0]!.variance)
            return rounded(sum, variance, node.primitive.termCount(node.operands.map { shape($0) }), &self)
        case .broadcast, .reshape, .transpose, .pad, .slice, .gather:
            return Magnitude(sum: emit(node.primitive, incoming[0]!.sum), variance: emit(node.primitive, incoming[0]!.variance))
        case .concatenate:
            let parts = zip(incoming, node.operands).map { $0 ?? constantMagnitude($1, unit) }
            return Magnitude(sum: emitting(node.primitive, parts.map(\.sum)), variance: emitting(node.primitive, parts.map(\.variance)))
        case .add, .subtract:
            let (left, right) = (
                incoming[0] ?? constantMagnitude(node.operands[0], unit), incoming[1] ?? constantMagnitude(node.operands[1], unit)
            )
            return rounded(emit(.add, left.sum, right.sum), emit(.add, left.variance, right.variance), 1, &self)
        case .affine(let slope, let offset):
            let sum = emit(.affine(slope: abs(slope), offset: abs(offset)), incoming[0]!.sum)
            return rounded(sum, emit(.affine(slope: slope * slope, offset: 0), incoming[0]!.variance), 2, &self)
        case .apply(let pieces):
            // A new layer begins: its sizes are those of the values themselves.
            let squares = Pieces(slopes: pieces.slopes.map { $0 * $0 })
            let moving = incoming[0] ?? constantMagnitude(node.operands[0], unit)
            return rounded(absolute(value), emit(.apply(squares), moving.variance, node.operands[1]), 2, &self)
        case .pick:
            let moving = incoming[0] ?? constantMagnitude(node.operands[0], unit)
            return Magnitude(sum: absolute(value), variance: emit(node.primitive, moving.variance, node.operands[1]))
        }
    }
}

extension Primitive {
    /// Whether the same primitive on tangents is its derivative.
    fileprivate var isLinear: Bool {
        switch self {
        case .windowSum, .sum, .broadcast, .reshape, .transpose, .pad, .slice, .gather, .scatter, .concatenate, .add, .subtract: true
        default: false
        }
    }

    /// How many products or terms are summed for one entry, and so how often it is rounded, from above.
    fileprivate func termCount(_ operands: [Shape]) -> Int {
        switch self {
        case .matrixProduct(let transposeLeft, _): operands[0].dropLast(transposeLeft ? 1 : 0).last! + 1
        case .convolution(let form):
            switch form.role {
            case .output: operands[1].dropFirst().reduce(1, *) + 1
            case .input: operands[0].reduce(1, *) / max(operands[0][1], 1) + 1
            case .weight: operands[1].reduce(1, *) / max(operands[1][1], 1) + 1
            }
        case .windowSum(let window, _): window.placeCount
        case .sum(let axes): axes.map { operands[0][$0] }.elementCount
        case .scatter(_, let indices, _): indices.count
        default: 16  // a product with a number that parameters make: its own roundings are counted here
        }
    }
}
