// Sparse matrices by columns: what a few units of a value add to the next one is then found without looking at any other weight.

/// A sparse matrix by its columns.
struct ColumnwiseMatrix: Sendable {
    let source: Int
    /// Column c is the entries `starts[c] ..< starts[c + 1]`.
    let starts: [Int]
    let rows: [Int32]
    let weights: [Double]
    /// The most products that are added up in a row.
    let length: Int
    /// For each row its first column, or none: rows of a convolution that begin alike are neighbours.
    let firstColumns: [Int32]

    init(_ term: PiecewiseAffineProgram.Term) {
        let matrix = term.matrix
        var starts = [Int](repeating: 0, count: matrix.columnCount + 1)
        for column in matrix.columns { starts[Int(column) + 1] += 1 }
        for column in 0..<matrix.columnCount { starts[column + 1] += starts[column] }
        var place = starts
        var rows = [Int32](repeating: 0, count: matrix.columns.count)
        var weights = [Double](repeating: 0, count: matrix.columns.count)
        var length = 0
        var firstColumns = [Int32](repeating: -1, count: matrix.rowCount)
        for row in 0..<matrix.rowCount {
            length = max(length, matrix.rowStarts[row + 1] - matrix.rowStarts[row])
            if let first = matrix.row(row).first { firstColumns[row] = Int32(truncatingIfNeeded: first.column) }
            for i in matrix.rowStarts[row]..<matrix.rowStarts[row + 1] {
                let column = Int(matrix.columns[i])
                (rows[place[column]], weights[place[column]]) = (Int32(truncatingIfNeeded: row), matrix.values[i])
                place[column] += 1
            }
        }
        (source, self.starts, self.rows, self.weights, self.length) = (term.source, starts, rows, weights, length)
        self.firstColumns = firstColumns
    }

    /// A matrix of few entries: at most two in a row, and no two in one place.
    init(source: Int, rowCount: Int, columnCount: Int, entries: [(row: Int, column: Int, weight: Double)]) {
        var starts = [Int](repeating: 0, count: columnCount + 1)
        for entry in entries { starts[entry.column + 1] += 1 }
        for column in 0..<columnCount { starts[column + 1] += starts[column] }
        var place = starts
        var rows = [Int32](repeating: 0, count: entries.count)
        var weights = [Double](repeating: 0, count: entries.count)
        for entry in entries {
            (rows[place[entry.column]], weights[place[entry.column]]) = (Int32(truncatingIfNeeded: entry.row), entry.weight)
            place[entry.column] += 1
        }
        (self.source, self.starts, self.rows, self.weights, length) = (source, starts, rows, weights, 2)
        var firstColumns = [Int32](repeating: -1, count: rowCount)
        for entry in entries where firstColumns[entry.row] < 0 { firstColumns[entry.row] = Int32(truncatingIfNeeded: entry.column) }
        self.firstColumns = firstColumns
    }
}
