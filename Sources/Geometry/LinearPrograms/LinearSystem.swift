// Exact solutions of small linear systems: the multipliers of a certificate, from the rows that a numerical solver chose.

/// Numbers λ_j with Σ λ_j columns[j] = target, exactly; `nil` where there are none, or the columns are dependent.
public func exactCombination(of columns: [[Rational]], equal target: [Rational]) -> [Rational]? {
    let n = columns.count
    // Rows of the system, one an entry, with the right side last.
    var rows = target.indices.map { i in columns.map { $0[i] } + [target[i]] }
    var pivots: [Int] = []
    for column in 0..<n {
        guard let r = (pivots.count..<max(rows.count, pivots.count)).first(where: { rows[$0][column].signum != 0 }) else { return nil }
        rows.swapAt(r, pivots.count)
        let pivot = rows[pivots.count]
        for other in rows.indices where other != pivots.count && rows[other][column].signum != 0 {
            let factor = rows[other][column] / pivot[column]
            for k in column...n where pivot[k].signum != 0 { rows[other][k] = rows[other][k] - factor * pivot[k] }
        }
        pivots.append(column)
    }
    guard rows[n...].allSatisfy({ $0[n].signum == 0 }) else { return nil }
    return (0..<n).map { rows[$0][n] / rows[$0][$0] }
}
