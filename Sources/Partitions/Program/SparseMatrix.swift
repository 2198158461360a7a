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

    /// A matrix by rows of (column, value) where values at one place stay side by side: they mean their exact sum, which may be no Double.
    ///
    /// - Precondition: as above, and no value is 0.
    init(entries rows: [[(column: Int, value: Double)]], columnCount: Int) {
        let sorted = rows.map { row in row.sorted { $0.column < $1.column } }
        (rowCount, self.columnCount) = (rows.count, columnCount)
        rowStarts = sorted.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
        columns = sorted.flatMap { $0.map { Int32($0.column) } }
        values = sorted.flatMap { $0.map(\.value) }
        hasRepeatedPlaces = sorted.contains { row in zip(row, row.dropFirst()).contains { $0.column == $1.column } }
    }

    /// Whether it is better kept by its entries than with its zeros.
    var isSparse: Bool { 4 * values.count <= rowCount * columnCount || hasRepeatedPlaces }

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
