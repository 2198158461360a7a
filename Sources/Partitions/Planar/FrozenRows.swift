// A program with every code frozen is an affine map: its rows, in Doubles.

import Geometry

extension PiecewiseAffineProgram {
    /// The value `value` as an affine map of the input where every nonlinearity has its code: for each unit its slopes and then its offset,
    /// unit after unit. O(weights · inputs).
    func frozenRows(of value: Int, codes: [[Int]]) -> [Double] {
        // Column after column while they are made: that of every input, then the offsets.
        let width = inputCount + 1
        var values = [(0..<width).flatMap { column in (0..<inputCount).map { $0 == column ? 1.0 : 0 } }]
        let depths = depths
        for (index, step) in steps.prefix(value).enumerated() {
            let count = counts[index + 1]
            var columns = [Double](repeating: 0, count: count * width)
            switch step {
            case .affine(let terms, let offset):
                columns.replaceSubrange((width - 1) * count..<width * count, with: offset)
                for term in terms { term.matrix.addProducts(with: values[term.source], to: &columns, columnCount: width) }
            case .pieces(let source, let functions, let shared):
                let (code, from) = (codes[depths[shared ?? index + 1] - 1], values[source])
                for (unit, function) in functions.enumerated() {
                    let (slope, offset) = (function.slopes[code[unit]], function.offsets[code[unit]])
                    if slope != 0 { for i in 0..<width { columns[i * count + unit] = slope * from[i * count + unit] } }
                    columns[(width - 1) * count + unit] += offset
                }
            case .maximum(let source, let groups):
                let (code, from, fromCount) = (codes[depths[index + 1] - 1], values[source], counts[source])
                for (unit, group) in groups.enumerated() {
                    guard let place = group.codes.firstIndex(of: code[unit]) else {
                        preconditionFailure("code \(code[unit]) is no member's")
                    }
                    for i in 0..<width { columns[i * count + unit] = from[i * fromCount + group.members[place]] }
                }
            }
            values.append(columns)
        }
        let count = counts[value]
        return (0..<count).flatMap { unit in (0..<width).map { values[value][$0 * count + unit] } }
    }
}

extension SparseMatrix {
    /// Adds to every column of a matrix, one after the other, this one's product with the column of `source`.
    fileprivate func addProducts(with source: [Double], to sums: inout [Double], columnCount count: Int) {
        sums.withUnsafeMutableBufferPointer { sums in
            source.withUnsafeBufferPointer { source in
                values.withUnsafeBufferPointer { values in
                    for row in 0..<rowCount {
                        let entries = rowStarts[row]..<rowStarts[row + 1]
                        for i in 0..<count {
                            let column = UnsafeBufferPointer(rebasing: source[i * columnCount..<(i + 1) * columnCount])
                            if isFull {
                                sums[i * rowCount + row] += Halfspaces.product(UnsafeBufferPointer(rebasing: values[entries]), column)
                            } else {
                                for entry in entries { sums[i * rowCount + row] += values[entry] * column[Int(columns[entry])] }
                            }
                        }
                    }
                }
            }
        }
    }
}

extension AffineMap {
    /// From rows of slopes and an offset each, one after the other.
    init(rows: [Double], inputCount: Int) {
        let starts = Array(stride(from: 0, to: rows.count, by: inputCount + 1))
        self.init(slopes: starts.map { Array(rows[$0..<$0 + inputCount]) }, offsets: starts.map { rows[$0 + inputCount] })
    }
}
