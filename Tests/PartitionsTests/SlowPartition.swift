// A second way to count cells, for the tests alone: no vertices, no polytopes, nothing from Geometry. A code's set has interior if and
// only if its strict inequalities have a solution, which a linear program in exact fractions decides (Bland's rule).

import Partitions

/// Counts of a program's cells on a box, by linear programs.
struct SlowPartition {
    typealias Row = [SlowRational]  // d slopes, then the offset

    let program: PiecewiseAffineProgram
    let box: [ClosedRange<Double>]
    private(set) var counts: [Int]
    private(set) var maps = Set<[Row]>()
    private(set) var cellCount = 0

    init(_ program: PiecewiseAffineProgram, _ box: [ClosedRange<Double>]) {
        (self.program, self.box) = (program, box)
        counts = [Int](repeating: 0, count: program.nonlinearSteps.count)
        let d = box.count
        let inputs = (0..<d).map { i in (0...d).map { SlowRational($0 == i ? 1 : 0) } }
        descend([], values: [inputs], codes: [])
    }

    private mutating func descend(_ positive: [Row], values: [[Row]], codes: [[Int]]) {
        let index = values.count - 1
        guard index < program.steps.count else {
            cellCount += 1
            maps.insert(values[index])
            return
        }
        switch program.steps[index] {
        case .affine(let terms, let offset):
            let rows = offset.indices.map { r -> Row in
                var sum = [SlowRational](repeating: SlowRational(0), count: box.count) + [SlowRational(offset[r])]
                for term in terms {
                    for (column, weight) in term.matrix.row(r) {
                        for i in sum.indices { sum[i] = sum[i] + SlowRational(weight) * values[term.source][column][i] }
                    }
                }
                return sum
            }
            descend(positive, values: values + [rows], codes: codes)
        case .pieces(let source, let functions, let shared?):
            // The same pieces as at an earlier step: no choice of its own.
            let code = codes[program.nonlinearSteps.firstIndex(of: shared - 1)!]
            let rows = functions.indices.map { k -> Row in
                var value = values[source][k].map { SlowRational(functions[k].slopes[code[k]]) * $0 }
                value[box.count] = value[box.count] + SlowRational(functions[k].offsets[code[k]])
                return value
            }
            descend(positive, values: values + [rows], codes: codes)
        case .pieces(let source, let functions, nil):
            let options = zip(values[source], functions).map { row, function in
                (0..<function.count).map { r -> (conditions: [Row], value: Row) in
                    var conditions: [Row] = []
                    if r > 0 { conditions.append(shifted(row, by: function.knots[r - 1])) }
                    if r < function.knots.count { conditions.append(shifted(row, by: function.knots[r]).map { -$0 }) }
                    // A constant is in the piece that the tie rule names, if its conditions hold weakly below.
                    if row.dropLast().allSatisfy({ $0.sign == 0 }) {
                        let value = row[box.count]
                        let above = r == 0 || (value - SlowRational(function.knots[r - 1])).sign > 0
                        let below = r == function.knots.count || (value - SlowRational(function.knots[r])).sign <= 0
                        conditions = above && below ? [] : [constant(-1)]
                    }
                    var value = row.map { SlowRational(function.slopes[r]) * $0 }
                    value[box.count] = value[box.count] + SlowRational(function.offsets[r])
                    return (conditions, value)
                }
            }
            choose(options, 0, positive, [], [], values, codes)
        case .maximum(let source, let groups):
            let options = groups.map { group in
                group.members.indices.map { winner -> (conditions: [Row], value: Row) in
                    let row = values[source][group.members[winner]]
                    var conditions: [Row] = []
                    for rival in group.members.indices where rival != winner {
                        let difference = zip(row, values[source][group.members[rival]]).map { $0 - $1 }
                        let identical = difference.allSatisfy { $0.sign == 0 }
                        if identical { if rival < winner { conditions.append(constant(-1)) } } else { conditions.append(difference) }
                    }
                    return (conditions, row)
                }
            }
            choose(options, 0, positive, [], [], values, codes)
        }
    }

    /// Tries every option of every unit, one unit after the other.
    private mutating func choose(
        _ options: [[(conditions: [Row], value: Row)]], _ unit: Int, _ positive: [Row], _ chosen: [Row], _ code: [Int], _ values: [[Row]],
        _ codes: [[Int]]
    ) {
        guard unit < options.count else {
            counts[codes.count] += 1
            descend(positive, values: values + [chosen], codes: codes + [code])
            return
        }
        for (piece, option) in options[unit].enumerated() {
            let conditions = positive + option.conditions
            if option.conditions.isEmpty || hasInterior(conditions) {
                choose(options, unit + 1, conditions, chosen + [option.value], code + [piece], values, codes)
            }
        }
    }

    private func shifted(_ row: Row, by knot: Double) -> Row {
        var row = row
        row[box.count] = row[box.count] - SlowRational(knot)
        return row
    }

    private func constant(_ value: Int) -> Row { box.map { _ in SlowRational(0) } + [SlowRational(value)] }

    /// Whether some point inside the box makes every row positive: the largest t with row(x) ≥ t, t ≤ 1, x in the box, is positive.
    private func hasInterior(_ rows: [Row]) -> Bool {
        let d = box.count
        // Variables y = x − low ≥ 0 and s = t + shift ≥ 0; constraints as slack = constant + Σ coefficient · variable ≥ 0.
        let lows = box.map { SlowRational($0.lowerBound) }
        var constraints: [Row] = []  // d coefficients of y, one of s, constant
        var atLow: [SlowRational] = []
        for row in rows { atLow.append(zip(row, lows).reduce(row[d]) { $0 + $1.0 * $1.1 }) }
        let shift = atLow.map { -$0 }.max().map { max($0, SlowRational(0)) } ?? SlowRational(0)  // s = 0 is feasible at y = 0
        for (row, value) in zip(rows, atLow) { constraints.append(row[..<d] + [SlowRational(-1), value + shift]) }
        for i in 0..<d {
            var row = [SlowRational](repeating: SlowRational(0), count: d + 2)
            row[i] = SlowRational(-1)
            row[d + 1] = SlowRational(box[i].upperBound) - lows[i]
            constraints.append(row)
        }
        constraints.append([SlowRational](repeating: SlowRational(0), count: d) + [SlowRational(-1), SlowRational(1) + shift])
        let objective = [SlowRational](repeating: SlowRational(0), count: d) + [SlowRational(1), SlowRational(0)]
        return (SlowPartition.maximum(of: objective, subjectTo: constraints) - shift).sign > 0
    }

    /// The simplex method on a dictionary whose origin is feasible, by Bland's rule.
    private static func maximum(of objective: Row, subjectTo constraints: [Row]) -> SlowRational {
        var (goal, rows) = (objective, constraints)
        let n = goal.count - 1
        var outside = Array(0..<n)  // variable numbers of the columns; slacks are n + row
        var inside = constraints.indices.map { n + $0 }
        while let column = (0..<n).filter({ goal[$0].sign > 0 }).min(by: { outside[$0] < outside[$1] }) {
            var leaving: (row: Int, ratio: SlowRational)?
            for r in rows.indices where rows[r][column].sign < 0 {
                let ratio = rows[r][n] / -rows[r][column]
                if leaving == nil || ratio < leaving!.ratio || (ratio == leaving!.ratio && inside[r] < inside[leaving!.row]) {
                    leaving = (r, ratio)
                }
            }
            guard let (row, _) = leaving else { preconditionFailure("unbounded") }
            // slack = … + a·x + …  ⇒  x = (slack − rest) / a
            let pivot = rows[row][column]
            var solved = rows[row].map { -$0 / pivot }
            solved[column] = SlowRational(1) / pivot
            func substitute(_ target: Row) -> Row {
                let factor = target[column]
                if factor.sign == 0 { return target }
                var result = zip(target, solved).map { $0 + factor * $1 }
                result[column] = factor * solved[column]
                return result
            }
            for r in rows.indices where r != row { rows[r] = substitute(rows[r]) }
            goal = substitute(goal)
            rows[row] = solved
            (outside[column], inside[row]) = (inside[row], outside[column])
        }
        return goal[n]
    }
}
