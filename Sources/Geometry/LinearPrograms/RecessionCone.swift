// The directions in which a convex set goes on for ever (Rockafellar 1970, §8): {u : ⟨a_i, u⟩ ≥ 0}, and whether there is one but 0.

extension Halfspaces {
    /// Whether the set is unbounded, if it has a point; `nil` where that was not decided.
    ///
    /// Where the slopes span the space, s = Σ w_i a_i with w > 0 is positive on every direction u ≠ 0 of the cone. So the set is unbounded
    /// where some u of the cone has ⟨s, u⟩ ≥ 1, and bounded where multipliers prove that there is none (Stiemke 1915).
    /// - Parameters:
    ///   - forms: the same rows exactly; without them the answer holds to rounding.
    ///   - isDone: asked between steps; `true` stops the search.
    public func isUnbounded(forms: [AffineForm]? = nil, until isDone: () -> Bool = { false }) -> Bool? {
        if dimension == 0 { return false }
        let rows = (0..<count).filter { norms[$0] > 0 }
        guard rows.allSatisfy({ norms[$0].isFinite }) else { return nil }
        // A row whose norm is none of Doubles bounds the set where its form varies.
        if let forms, rows.count < count, forms.indices.contains(where: { norms[$0] == 0 && !forms[$0].isConstant }) { return nil }
        let weights = rows.map { min(1 / norms[$0], Double.greatestFiniteMagnitude) }
        let directions = forms.map { forms in rows.map { forms[$0].linearPart } }
        guard spans(rows, directions) else { return true }
        var cone = Halfspaces(dimension: dimension)
        cone.reserveCapacity(rows.count + 1)
        var sum = [Double](repeating: 0, count: dimension)
        for (row, weight) in zip(rows, weights) {
            let unit = slope(row).map { $0 * weight }
            cone.append(slope: unit, offset: 0)
            for (i, x) in unit.enumerated() { sum[i] += x }
        }
        // Where s is 0, its summands are 0 on the cone.
        if directions == nil, Halfspaces.norm(sum) <= 1e-12 * Double(rows.count) { return false }
        cone.append(slope: sum, offset: -1)
        let answer = cone.nearest(to: [Double](repeating: 0, count: dimension), until: isDone)
        guard let directions else {
            switch answer {
            case .found(let far):
                // `nearest` leaves rows below 0 by more than rounding: such a direction is none of the cone.
                let reach = Double(dimension + 16) * 0x1p-52 * Halfspaces.norm(far.point)
                return (0..<rows.count).allSatisfy { cone.product($0, far.point) >= -reach * cone.norms[$0] } ? true : nil
            case .empty: return false
            case .beyond: return nil
            }
        }
        var goal = AffineForm.constant(0, dimension: dimension)
        for (direction, weight) in zip(directions, weights) { goal.add(Dyadic(weight), times: direction) }
        switch answer {
        case .found(let far) where far.point.allSatisfy(\.isFinite):
            let u = ExactPoint(far.point)
            if goal.sign(at: u) > 0, directions.allSatisfy({ $0.sign(at: u) >= 0 }) { return true }
        case .empty(let held, let row):
            // The row is a combination of the others with multipliers ≤ 0, so all are 0 on the cone, and s is one of them.
            let all = directions + [goal]
            let multipliers = exactCombination(of: held.map { all[$0].slope }, equal: all[row].slope)
            if let multipliers, multipliers.allSatisfy({ $0.signum <= 0 }),
                row == rows.count || zip(held, multipliers).contains(where: { $0 == rows.count && $1.signum < 0 })
            {
                return false
            }
        case .found, .beyond: break
        }
        guard rows.count * dimension <= 5000, !isDone() else { return nil }
        guard case .optimal = ExactProgram.maximum(rows: directions.map { $0.slope + [.zero] }, objective: goal.slope) else { return true }
        return false
    }

    /// Whether the slopes of rows span the space.
    private func spans(_ rows: [Int], _ directions: [AffineForm]?) -> Bool {
        var active = ActiveRows(dimension: dimension)
        // Where every rest was this large, what rounding leaves of a dependent row is far smaller.
        let least = directions == nil ? 1e-10 : 1e-5
        for row in rows where active.count < dimension {
            let (_, rest, parts) = active.split(slope(row))
            if Halfspaces.norm(rest) > least * norms[row] { active.append(row, parts, rest: rest) }
        }
        if active.count == dimension { return true }
        return directions.map { ExactPoint(commonZeroOf: $0, dimension: dimension) != nil } ?? false
    }
}

extension AffineForm {
    /// The same slopes, without an offset.
    fileprivate var linearPart: AffineForm { AffineForm(coefficients: coefficients.dropLast() + [.zero]) }
}
