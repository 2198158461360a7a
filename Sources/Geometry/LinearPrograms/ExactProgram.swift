// Linear programs in exact fractions: slow, plain, and right. Clp's last basis, where there is one, saves it most of the way.

/// The largest value of ⟨objective, x⟩ over the x with ⟨a, x⟩ + b ≥ 0 for all rows, x free, every b ≥ 0: so that 0 is allowed.
public struct ExactProgram {
    public enum Outcome: Sendable {
        case optimal(value: Rational, point: [Rational])
        /// From the point on, along the direction, the value grows for ever and no row falls below 0.
        case unbounded(point: [Rational], direction: [Rational])
    }

    /// Row r: basic variable `inside[r]` = constant (last entry) + Σ coefficient · variable `outside[k]`; the goal likewise.
    private var rows: [[Rational]]
    private var goal: [Rational]
    private var inside: [Int]
    private var outside: [Int]
    private let dimension: Int

    /// - Parameter rows: d slopes and an offset each.
    /// - Precondition: every offset is at least 0.
    public init(rows: [[Rational]], objective: [Rational]) {
        precondition(rows.allSatisfy { $0.count == objective.count + 1 && $0[objective.count].signum >= 0 }, "0 is not allowed")
        dimension = objective.count
        self.rows = rows
        goal = objective + [Rational.zero]
        // Variables 0 ..< d are x, d + r the slack of row r.
        outside = Array(0..<objective.count)
        inside = rows.indices.map { objective.count + $0 }
    }

    /// - Parameter basis: rows that a numerical solver found tight; they are made so first, where that keeps all rows satisfied.
    public static func maximum(rows: [[Rational]], objective: [Rational], basis: [Int] = []) -> Outcome {
        let program = ExactProgram(rows: rows, objective: objective)
        if !basis.isEmpty, var near = program.entering(basis) { return near.run() }
        var plain = program
        return plain.run()
    }

    /// With these rows tight, or `nil` where that violates others.
    private func entering(_ basis: [Int]) -> ExactProgram? {
        var near = self
        for row in basis {
            guard let r = near.inside.firstIndex(of: dimension + row),
                let column = near.outside.indices.first(where: { near.outside[$0] < dimension && near.rows[r][$0].signum != 0 })
            else { continue }
            near.pivot(r, column)
        }
        let isFeasible = near.inside.indices.allSatisfy { near.inside[$0] < dimension || near.rows[$0][dimension].signum >= 0 }
        return isFeasible ? near : nil
    }

    /// The simplex method by Bland's rule: no basis twice. Free variables enter first, in either direction, and never leave.
    private mutating func run() -> Outcome {
        while let column = entering() {
            let isDecreasing = goal[column].signum < 0  // of a free variable only
            var leaving: (row: Int, ratio: Rational)?
            for r in rows.indices where inside[r] >= dimension {
                let slope = isDecreasing ? -rows[r][column] : rows[r][column]
                guard slope.signum < 0 else { continue }
                let ratio = rows[r][dimension] / -slope
                guard let best = leaving else {
                    leaving = (r, ratio)
                    continue
                }
                if ratio < best.ratio || (ratio == best.ratio && inside[r] < inside[best.row]) { leaving = (r, ratio) }
            }
            guard let (row, _) = leaving else {
                var direction = free(column)
                if outside[column] < dimension { direction[outside[column]] = Rational(1.0) }
                return .unbounded(point: free(dimension), direction: isDecreasing ? direction.map { -$0 } : direction)
            }
            pivot(row, column)
        }
        return .optimal(value: goal[dimension], point: free(dimension))
    }

    /// A column's entries of the free variables; the last column is where they are.
    private func free(_ column: Int) -> [Rational] {
        var entries = [Rational](repeating: .zero, count: dimension)
        for r in rows.indices where inside[r] < dimension { entries[inside[r]] = rows[r][column] }
        return entries
    }

    private func entering() -> Int? {
        let free = outside.indices.filter { outside[$0] < dimension && goal[$0].signum != 0 }
        let slack = outside.indices.filter { outside[$0] >= dimension && goal[$0].signum > 0 }
        return (free.isEmpty ? slack : free).min { outside[$0] < outside[$1] }
    }

    /// Solves row `r` for the variable of `column` and puts that everywhere else.
    private mutating func pivot(_ r: Int, _ column: Int) {
        let pivot = rows[r][column]
        var solved = rows[r].map { $0.signum == 0 ? $0 : -$0 / pivot }
        solved[column] = Rational(BigInteger(1)) / pivot
        func substituted(_ target: [Rational]) -> [Rational] {
            let factor = target[column]
            guard factor.signum != 0 else { return target }
            var result = target
            for k in result.indices where k != column && solved[k].signum != 0 { result[k] = result[k] + factor * solved[k] }
            result[column] = factor * solved[column]
            return result
        }
        for other in rows.indices where other != r { rows[other] = substituted(rows[other]) }
        goal = substituted(goal)
        rows[r] = solved
        (outside[column], inside[r]) = (inside[r], outside[column])
    }
}
