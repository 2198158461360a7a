// How large the numbers were that made a value: the sum of magnitudes over all paths of an affine graph. The rounding error of a
// value is at most γ_k times it, k roundings along the longest path (Higham, Accuracy and Stability, §3.1), which is what tells a
// tie that rounding has decided from a fact (DESIGN §3).

import Tensors

/// Bounds on the rounding error of a value: |computed − exact| ≤ γ_k · `sum`, γ_k = k u / (1 − k u), u half an ulp of 1.
public struct Magnitude: Sendable {
    /// Σ over paths of |coefficients| · |data|, plus |offsets| where they are counted; in the shape of the value.
    public let sum: Value
    /// The number of roundings along the longest path.
    public let roundingCount: Int
}

extension Graph {
    /// Appends the magnitudes of `targets`, values of a frozen graph.
    ///
    /// - Parameter slopesOnly: data of magnitude 1 and no offsets, so that 0 means: does not depend on the data inside the cell.
    /// - Returns: `nil` for a value that is not affine in the data.
    public mutating func magnitudes(of targets: [Value], slopesOnly: Bool = false) -> [Magnitude?] {
        let (needed, depends) = (ancestors(of: targets), dataDependence)
        var magnitudes = [Magnitude?](repeating: nil, count: nodes.count)
        for index in magnitudes.indices where needed[index] && depends[index] {
            let node = nodes[index]
            let dependent = node.operands.map { depends[$0.index] }
            let incoming = node.operands.map { magnitudes[$0.index] }
            let known = zip(dependent, incoming).allSatisfy { !$0 || $1 != nil }
            guard known, node.primitive.isAffine(whenDepending: dependent) else { continue }
            guard let sum = magnitude(of: Value(index), incoming.map { $0?.sum }, slopesOnly: slopesOnly) else { continue }
            let before = incoming.compactMap { $0?.roundingCount }.max() ?? 0
            magnitudes[index] = Magnitude(sum: sum, roundingCount: before + roundingCount(of: Value(index)))
        }
        return targets.map { target in
            if depends[target.index] { return magnitudes[target.index] }
            let zero = emit(.fill(0, shape(target)))
            return Magnitude(sum: slopesOnly ? zero : absolute(target), roundingCount: 8)
        }
    }

    private mutating func absolute(_ value: Value) -> Value {
        let code = emit(.select(.knots(Knots([0]))), value)
        return emit(.apply(Pieces(slopes: [-1, 1])), value, code)
    }

    /// Table 7: the rule of each primitive; `incoming` is `nil` for an operand that does not depend on the data.
    private mutating func magnitude(of value: Value, _ incoming: [Value?], slopesOnly: Bool) -> Value? {
        let node = self[value]
        /// An operand's magnitude as a factor, or as a term: constants are no term of the slopes.
        func factor(_ i: Int, _ graph: inout Graph) -> Value { incoming[i] ?? graph.absolute(node.operands[i]) }
        func term(_ i: Int, _ graph: inout Graph) -> Value {
            incoming[i] ?? (slopesOnly ? graph.emit(.fill(0, graph.shape(node.operands[i]))) : graph.absolute(node.operands[i]))
        }
        switch node.primitive {
        case .input: return slopesOnly ? emit(.fill(1, node.type.shape)) : absolute(value)
        case .constant, .fill, .select, .smooth(.power(0)): return nil
        case .matrixProduct, .convolution, .multiply, .divide: return emit(node.primitive, factor(0, &self), factor(1, &self))
        case .windowSum, .sum, .broadcast, .reshape, .transpose, .pad, .slice, .gather, .scatter, .smooth(.power(1)):
            return emit(node.primitive, incoming[0]!)
        case .concatenate: return emitting(node.primitive, node.operands.indices.map { term($0, &self) })
        case .add, .subtract: return emit(.add, term(0, &self), term(1, &self))
        case .affine(let slope, let offset): return emit(.affine(slope: abs(slope), offset: slopesOnly ? 0 : abs(offset)), incoming[0]!)
        case .apply(let pieces):
            let offsets = pieces.offsets.map { slopesOnly ? 0 : abs($0) }
            return emit(.apply(Pieces(slopes: pieces.slopes.map(abs), offsets: offsets)), factor(0, &self), node.operands[1])
        case .pick: return emit(node.primitive, factor(0, &self), node.operands[1])
        case .smooth, .softmax, .logSumExp: return nil
        }
    }

    /// The roundings that a primitive adds to a path, from above. Constants that parameters make (a batch norm's slope) count 8.
    private func roundingCount(of value: Value) -> Int {
        let node = self[value]
        switch node.primitive {
        case .input, .constant, .fill, .broadcast, .reshape, .transpose, .pad, .slice, .concatenate, .gather, .select, .pick: return 0
        case .matrixProduct(let transposeLeft, _): return shape(node.operands[0]).dropLast(transposeLeft ? 1 : 0).last! + 9
        case .convolution(let form):
            let operands = node.operands.map { shape($0) }
            switch form.role {
            case .output: return operands[1].dropFirst().reduce(1, *) + 9
            case .input: return operands[0].reduce(1, *) / max(operands[0][1], 1) + 9
            case .weight: return operands[1].reduce(1, *) / max(operands[1][1], 1) + 9
            }
        case .windowSum(let window, _): return window.placeCount
        case .sum(let axes): return axes.map { shape(node.operands[0])[$0] }.elementCount
        case .scatter(_, let indices, _): return indices.count
        case .add, .subtract: return 9
        case .affine, .apply: return 2
        case .multiply, .divide: return 9
        case .smooth, .softmax, .logSumExp: return 0
        }
    }
}
