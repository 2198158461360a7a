// The far field: a piecewise-affine f on ℝᵈ becomes f(x, w) = w f(x / w), which is linear on cones, and the directions at infinity are
// its points of w = 0. So the whole plane is seen in four bounded squares, and where its last crossing lies can be read off.

extension PiecewiseAffineProgram {
    /// The program in the chart of directions in which coordinate `axis` is the largest in magnitude and has the sign `sign`: its inputs are
    /// w = 1/|x_axis| in [0, 1] and then x_k/|x_axis| in [−1, 1] of the other coordinates.
    ///
    /// Every offset b and knot k becomes b w and k w; a unit of several knots becomes a sum of ReLUs, which cuts where it cut. The value
    /// of every unit is w times its own.
    /// - Precondition: pieces join at their knots.
    func homogeneous(axis: Int, sign: Double) throws(PartitionError) -> PiecewiseAffineProgram {
        let d = inputCount
        var chart = PiecewiseAffineProgram(inputCount: d)
        // (x₁ … x_d, w), with w in column d.
        let others = (0..<d).filter { $0 != axis }
        var rows = [[(column: Int, value: Double)]](repeating: [], count: d + 1)
        for (k, other) in others.enumerated() { rows[other] = [(column: k + 1, value: 1)] }
        rows[d] = [(column: 0, value: 1)]
        var offset = [Double](repeating: 0, count: d + 1)
        offset[axis] = sign
        let whole = try chart.append(.affine([Term(source: 0, matrix: SparseMatrix(rows: rows, columnCount: d))], offset: offset))
        /// A column of numbers times w.
        func timesW(_ numbers: [Double]) -> Term {
            Term(source: whole, matrix: SparseMatrix(rows: numbers.map { [(column: d, value: $0)] }, columnCount: d + 1))
        }
        func zeros(_ count: Int) -> [Double] { [Double](repeating: 0, count: count) }
        let position = SparseMatrix(rows: (0..<d).map { [(column: $0, value: 1)] }, columnCount: d + 1)
        // Where each value of the program is in the chart's; for the value of pieces also the ReLUs that made it.
        var places = [try chart.append(.affine([Term(source: whole, matrix: position)], offset: zeros(d)))]
        var hinges: [Int: Int] = [:]
        for (index, step) in steps.enumerated() {
            switch step {
            case .affine(let terms, let offset):
                let moved = terms.map { Term(source: places[$0.source], matrix: $0.matrix) }
                places.append(try chart.append(.affine(moved + [timesW(offset)], offset: zeros(offset.count))))
            case .pieces(let source, let functions, let shared):
                let ends = functions.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.knots.count) }
                let count = ends[functions.count]
                if shared == nil {
                    let units = functions.indices.flatMap { unit in functions[unit].knots.map { _ in [(column: unit, value: 1.0)] } }
                    let knots = functions.flatMap { $0.knots.map { -$0 } }
                    let pick = Term(source: places[source], matrix: SparseMatrix(rows: units, columnCount: functions.count))
                    let shifted = try chart.append(.affine([pick, timesW(knots)], offset: zeros(count)))
                    hinges[index + 1] = try chart.append(
                        .pieces(source: shifted, pieces: [PiecewiseFunction](repeating: .relu, count: count)))
                }
                guard let hinge = hinges[shared ?? index + 1] else { preconditionFailure("a code that no pieces made") }
                // s₀ u + o₀ w + Σ_r (s_r − s_{r−1}) relu(u − k_r w), the two slopes apart so that nothing rounds.
                func slopes(_ select: (PiecewiseFunction, Int) -> Double) -> Term {
                    let rows = functions.enumerated().map { unit, function in
                        function.knots.indices.map { (column: ends[unit] + $0, value: select(function, $0)) }
                    }
                    return Term(source: hinge, matrix: SparseMatrix(rows: rows, columnCount: count))
                }
                let first = functions.enumerated().map { [(column: $0.offset, value: $0.element.slopes[0])] }
                let linear = Term(source: places[source], matrix: SparseMatrix(rows: first, columnCount: functions.count))
                let bends = [slopes { $0.slopes[$1 + 1] }, slopes { -$0.slopes[$1] }]
                places.append(
                    try chart.append(.affine([linear, timesW(functions.map { $0.offsets[0] })] + bends, offset: zeros(functions.count))))
            case .maximum(let source, let groups):
                places.append(try chart.append(.maximum(source: places[source], groups: groups)))
            }
        }
        return chart
    }
}
