// Sparse matrices by columns: what a few units of a value add to the next one is then found without looking at any other weight.

import CKernels

/// A sparse matrix by its columns. Columns with the same weights, or the same rows but for a shift, share them: a convolution's weights are
/// then few enough to stay in the processor's caches.
struct ColumnwiseMatrix: Sendable {
    let source: Int
    private let columns: [maso_partition_column]
    private let rows: [Int32]
    private let weights: [Double]
    /// The most products that are added up in a row.
    let length: Int
    /// For each row its first column, or −1: rows of a convolution that begin alike are neighbours.
    let firstColumns: [Int32]

    init(_ term: PiecewiseAffineProgram.Term) {
        let matrix = term.matrix
        self.init(source: term.source, rowCount: matrix.rowCount, columnCount: matrix.columnCount, entryCount: matrix.columns.count) {
            body in
            for row in 0..<matrix.rowCount { for (column, weight) in matrix.row(row) { body(row, column, weight) } }
        }
    }

    init(source: Int, rowCount: Int, columnCount: Int, entries: [(row: Int, column: Int, weight: Double)]) {
        self.init(source: source, rowCount: rowCount, columnCount: columnCount, entryCount: entries.count) { body in
            for entry in entries { body(entry.row, entry.column, entry.weight) }
        }
    }

    private init(
        source: Int, rowCount: Int, columnCount: Int, entryCount: Int,
        forEachEntry: ((_ row: Int, _ column: Int, _ weight: Double) -> Void) -> Void
    ) {
        var (starts, lengths) = ([Int](repeating: 0, count: columnCount + 1), [Int](repeating: 0, count: rowCount))
        var firstColumns = [Int32](repeating: -1, count: rowCount)
        forEachEntry { row, column, _ in
            starts[column + 1] += 1
            lengths[row] += 1
            if firstColumns[row] < 0 { firstColumns[row] = Int32(truncatingIfNeeded: column) }
        }
        for column in 0..<columnCount { starts[column + 1] += starts[column] }
        var place = starts
        var (rows, weights) = ([Int32](repeating: 0, count: entryCount), [Double](repeating: 0, count: entryCount))
        forEachEntry { row, column, weight in
            (rows[place[column]], weights[place[column]]) = (Int32(truncatingIfNeeded: row), weight)
            place[column] += 1
        }
        var (sharedRows, sharedWeights) = (SharedRuns<Int32>(), SharedRuns<Double>())
        columns = (0..<columnCount).map { column in
            let range = starts[column]..<starts[column + 1]
            let first = rows[range].first ?? 0
            return maso_partition_column(
                count: Int64(range.count), first: Int64(first), rows: Int64(sharedRows.place(rows[range].map { $0 - first })),
                weights: Int64(sharedWeights.place(Array(weights[range]))))
        }
        (self.source, self.rows, self.weights) = (source, sharedRows.elements, sharedWeights.elements)
        (length, self.firstColumns) = (lengths.max() ?? 0, firstColumns)
    }

    /// Rows of 8 numbers: out += this · the rows of `units`; with `magnitudes` the last of the 8 goes with the weights' magnitudes.
    func spread(_ units: [Int32], _ numbers: [Double], to out: inout [Double], magnitudes: Bool = false) {
        maso_partition_add_columns(&out, columns, rows, weights, units, numbers, units.count, magnitudes ? 1 : 0)
    }

    /// The weights as residues, for `spread`.
    func residues(in field: ResidueField) -> [UInt32] { weights.map { field.residue($0) } }

    /// The same in a field, not reduced.
    func spread(_ units: [Int32], _ numbers: [UInt32], to out: inout [UInt64], _ residues: [UInt32], in field: ResidueField) {
        maso_partition_add_residue_columns(&out, columns, rows, residues, units, numbers, units.count, field.bits, field.gap)
    }
}

/// Runs of elements, each kept once.
private struct SharedRuns<Element: Hashable> {
    private(set) var elements: [Element] = []
    private var places: [[Element]: Int] = [:]

    /// Where a run begins in `elements`.
    mutating func place(_ run: [Element]) -> Int {
        if let known = places[run] { return known }
        let place = elements.count
        elements += run
        places[run] = place
        return place
    }
}
