// A program with every code frozen is an affine map: its rows, in Doubles.

extension PiecewiseAffineProgram {
    /// The value `value` as an affine map of the input where every nonlinearity has its code: for each unit its slopes and then its offset,
    /// unit after unit. O(weights · inputs).
    func frozenRows(of value: Int, codes: [[Int]]) -> [Double] {
        let width = inputCount + 1
        var values: [[Double]] = [
            (0..<inputCount).flatMap { row in (0..<width).map { $0 == row ? 1.0 : 0 } }
        ]
        let depths = depths
        for (index, step) in steps.prefix(value).enumerated() {
            var rows = [Double](repeating: 0, count: counts[index + 1] * width)
            switch step {
            case .affine(let terms, let offset):
                for (unit, shift) in offset.enumerated() { rows[unit * width + width - 1] = shift }
                for term in terms {
                    let (matrix, source) = (term.matrix, values[term.source])
                    rows.withUnsafeMutableBufferPointer { rows in
                        source.withUnsafeBufferPointer { source in
                            for unit in offset.indices {
                                for entry in matrix.rowStarts[unit]..<matrix.rowStarts[unit + 1] {
                                    let (weight, from) = (matrix.values[entry], Int(matrix.columns[entry]) * width)
                                    for i in 0..<width { rows[unit * width + i] = rows[unit * width + i] + weight * source[from + i] }
                                }
                            }
                        }
                    }
                }
            case .pieces(let source, let functions, let shared):
                let code = codes[depths[shared ?? index + 1] - 1]
                for (unit, function) in functions.enumerated() {
                    let (slope, offset) = (function.slopes[code[unit]], function.offsets[code[unit]])
                    if slope != 0 { for i in 0..<width { rows[unit * width + i] = slope * values[source][unit * width + i] } }
                    rows[unit * width + width - 1] = rows[unit * width + width - 1] + offset
                }
            case .maximum(let source, let groups):
                let code = codes[depths[index + 1] - 1]
                for (unit, group) in groups.enumerated() {
                    guard let place = group.codes.firstIndex(of: code[unit]) else {
                        preconditionFailure("code \(code[unit]) is no member's")
                    }
                    for i in 0..<width { rows[unit * width + i] = values[source][group.members[place] * width + i] }
                }
            }
            values.append(rows)
        }
        return values[value]
    }
}

extension AffineMap {
    /// From rows of slopes and an offset each, one after the other.
    init(rows: [Double], inputCount: Int) {
        let starts = Array(stride(from: 0, to: rows.count, by: inputCount + 1))
        self.init(slopes: starts.map { Array(rows[$0..<$0 + inputCount]) }, offsets: starts.map { rows[$0 + inputCount] })
    }
}
