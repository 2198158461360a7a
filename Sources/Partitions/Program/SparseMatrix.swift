// The linear parts of a network as the partition sees them: rows of (column, weight), since convolutions and skips are mostly zeros.

/// A matrix of Doubles by its non-zero entries, row after row, columns ascending in a row.
public struct SparseMatrix: Hashable, Sendable {
    public let rowCount: Int
    public let columnCount: Int
    /// Row r is the entries `rowStarts[r] ..< rowStarts[r + 1]`.
    public let rowStarts: [Int]
    public let columns: [Int32]
    public let values: [Double]
    /// Whether several values stand at one place.
    let hasRepeatedPlaces: Bool
    /// Whether every place has one value: then they stand row after row.
    var isFull: Bool { !hasRepeatedPlaces && values.count == rowCount * columnCount }

    /// A matrix by rows of (column, value); values at one place add up, zeros are dropped.
    ///
    /// - Precondition: every column is in 0 ..< `columnCount`.
    public init(rows: [[(column: Int, value: Double)]], columnCount: Int) {
        var starts = [0]
        var columns: [Int32] = []
        var values: [Double] = []
        let entryCount = rows.reduce(0) { $0 + $1.count }
        columns.reserveCapacity(entryCount)
        values.reserveCapacity(entryCount)
        for row in rows {
            for entry in row.sorted(by: { $0.column < $1.column }) where entry.value != 0 {
                precondition(0 <= entry.column && entry.column < columnCount, "column \(entry.column) of \(columnCount)")
                if columns.count > starts[starts.count - 1], columns[columns.count - 1] == Int32(entry.column) {
                    values[values.count - 1] += entry.value
                } else {
                    columns.append(Int32(entry.column))
                    values.append(entry.value)
                }
            }
            starts.append(columns.count)
        }
        (rowCount, self.columnCount, rowStarts, self.columns, self.values) = (rows.count, columnCount, starts, columns, values)
        hasRepeatedPlaces = false
    }

    /// A matrix by its rows of (column, value), made one after the other, where values at one place stay side by side: they mean their exact
    /// sum, which may be no Double.
    ///
    /// - Parameter entryCount: how many values there are at most.
    /// - Precondition: as above, and no value is 0.
    init(rowCount: Int, columnCount: Int, entryCount: Int, row: (Int) -> [(column: Int32, value: Double)]) {
        var (starts, columns, values) = ([0], [Int32](), [Double]())
        columns.reserveCapacity(entryCount)
        values.reserveCapacity(entryCount)
        var hasRepeatedPlaces = false
        for r in 0..<rowCount {
            for entry in row(r).sorted(by: { $0.column < $1.column }) {
                if columns.count > starts[r], columns[columns.count - 1] == entry.column { hasRepeatedPlaces = true }
                columns.append(entry.column)
                values.append(entry.value)
            }
            starts.append(columns.count)
        }
        (self.rowCount, self.columnCount, rowStarts, self.columns, self.values) = (rowCount, columnCount, starts, columns, values)
        self.hasRepeatedPlaces = hasRepeatedPlaces
    }

    /// Whether it is better kept by its entries than with its zeros.
    var isSparse: Bool { 4 * values.count <= rowCount * columnCount || hasRepeatedPlaces }

    /// The most entries of a row.
    var longestRow: Int { (0..<rowCount).reduce(0) { max($0, rowStarts[$1 + 1] - rowStarts[$1]) } }

    /// A matrix by all its entries, shape `[rows][columns]`.
    public init(dense: [[Double]], columnCount: Int) {
        self.init(rows: dense.map { row in row.enumerated().map { (column: $0.offset, value: $0.element) } }, columnCount: columnCount)
    }

    public static func identity(_ count: Int) -> SparseMatrix {
        SparseMatrix(rows: (0..<count).map { [(column: $0, value: 1)] }, columnCount: count)
    }

    /// The entries of row `r`.
    public func row(_ r: Int) -> some RandomAccessCollection<(column: Int, value: Double)> {
        (rowStarts[r]..<rowStarts[r + 1]).lazy.map { (column: Int(columns[$0]), value: values[$0]) }
    }
}
