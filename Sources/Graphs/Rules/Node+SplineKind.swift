// Table 6: what kind of spline each node is in its own operands (THEORY §2).

/// How a function is a spline, from the narrowest kind to the widest.
public enum SplineKind: Int, Comparable, Sendable, CaseIterable {
    /// One piece.
    case affine
    /// A maximum of affine pieces, unit by unit: convex (ICML18 (4)).
    case maxAffine
    /// Continuous and piecewise affine, not convex.
    case piecewiseAffine
    /// Piecewise affine with jumps, or with a code that comes from elsewhere (sign, `Where`).
    case discontinuous
    /// Not piecewise affine.
    case smooth

    public static func < (left: SplineKind, right: SplineKind) -> Bool { left.rawValue < right.rawValue }

    /// As the JSON spells it.
    public var name: String {
        switch self {
        case .affine: "affine"
        case .maxAffine: "max-affine"
        case .piecewiseAffine: "piecewise affine"
        case .discontinuous: "discontinuous"
        case .smooth: "smooth"
        }
    }
}

extension Graph {
    /// The kind of `value` as a function of its operands, those alone varying that depend on the data.
    ///
    /// A code has no kind of its own (`affine`, as a constant); what applies it has.
    public func kind(of value: Value, depends: [Bool]) -> SplineKind {
        let node = self[value]
        let dependent = node.operands.map { depends[$0.index] }
        guard dependent.contains(true) else { return .affine }
        switch node.primitive {
        case .apply(let pieces):
            guard dependent[1] else { return .affine }
            guard case .select(.knots(let knots)) = self[node.operands[1]].primitive, isSelection(node.operands[1], of: node.operands[0])
            else { return .discontinuous }
            return pieces.kind(between: knots)
        case .pick(let choice, let transposed):
            guard dependent[1] else { return .affine }
            let ownCode =
                self[node.operands[1]].primitive == .select(.largest(choice)) && isSelection(node.operands[1], of: node.operands[0])
            if ownCode && !transposed { return .maxAffine }
            return isNextLargest(value) ? .piecewiseAffine : .discontinuous
        case .input, .constant, .fill, .matrixProduct, .convolution, .windowSum, .sum, .broadcast, .reshape, .transpose, .pad, .slice,
            .concatenate, .gather, .scatter, .add, .subtract, .affine, .multiply, .divide, .select, .smooth, .softmax, .logSumExp:
            return node.primitive.isAffine(whenDepending: dependent) ? .affine : .smooth
        }
    }

    /// Whether `value` is the entry of its operand that comes next after some largest ones: entries in descending order are continuous,
    /// the i-th being the difference of two maxima, of the sums of i and of i − 1 entries.
    func isNextLargest(_ value: Value) -> Bool {
        guard case .pick(.axis(let axis, let count), false) = self[value].primitive else { return false }
        let (u, code) = (self[value].operands[0], self[value].operands[1])
        guard self[code].primitive == .select(.largest(.axis(axis, count: count))),
            let rest = lackingWinners(self[code].operands[0])
        else { return false }
        return rest.u == u && rest.axis == axis
    }

    /// Whether `code` is selected from `u` itself.
    private func isSelection(_ code: Value, of u: Value) -> Bool { self[code].operands == [u] }
}

extension Pieces {
    /// The kind of the entrywise function whose piece changes at `knots`.
    public func kind(between knots: Knots) -> SplineKind {
        var kind = SplineKind.affine
        for (r, knot) in knots.positions.enumerated() {
            let jump = (slopes[r + 1] * knot + offsets[r + 1]) - (slopes[r] * knot + offsets[r])
            if jump != 0 { return .discontinuous }
            // A leaky ReLU of slope 1 still has two pieces: max-affine, of which affine is a special case.
            kind = max(kind, slopes[r] <= slopes[r + 1] ? .maxAffine : .piecewiseAffine)
        }
        return kind
    }
}
