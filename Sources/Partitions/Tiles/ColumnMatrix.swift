// A value of the program on one tile: every unit as a combination of the tile's columns.

import CKernels

/// Units as rows over the columns 1, x, y and hinges: dense rows, and hinges of a unit's own beside them.
///
/// `eta[k]` bounds |row k of exact columns − exact unit k| over the tile.
struct ColumnMatrix {
    struct HingeTerm {
        var row: Int
        var column: Int
        var coefficient: Double
    }

    let rowCount: Int
    /// The numbers in a row: a multiple of 8, at least the columns.
    private(set) var width: Int
    var data: [Double]
    var eta: [Double]
    /// The rows that are not all zero in `data`.
    var denseRows: [Int32]
    /// What is added to `data`.
    var hinges: [HingeTerm] = []

    init(rowCount: Int, width: Int) {
        (self.rowCount, self.width) = (rowCount, width)
        data = [Double](repeating: 0, count: rowCount * width)
        eta = [Double](repeating: 0, count: rowCount)
        denseRows = []
    }

    /// Room for more columns.
    mutating func widen(to newWidth: Int) {
        guard newWidth > width else { return }
        var wider = [Double](repeating: 0, count: rowCount * newWidth)
        for row in denseRows { for j in 0..<width { wider[Int(row) * newWidth + j] = data[Int(row) * width + j] } }
        (data, width) = (wider, newWidth)
    }

    /// Puts the hinge terms into the rows.
    mutating func settle() {
        guard !hinges.isEmpty else { return }
        for term in hinges { data[term.row * width + term.column] += term.coefficient }
        denseRows = Array(Set(denseRows).union(hinges.map { Int32($0.row) })).sorted()
        hinges = []
    }

    /// Σ over columns of |entry| · size, for a row.
    func magnitude(_ row: Int, _ sizes: [Double]) -> Double {
        var sum = 0.0
        for j in 0..<sizes.count { sum += abs(data[row * width + j]) * sizes[j] }
        return sum
    }
}

/// An affine term with its weights in full, for the tiles' products.
struct DenseTerm: Sendable {
    let source: Int
    let rowCount: Int
    let columnCount: Int
    let weights: [Double]

    init(_ term: PiecewiseAffineProgram.Term) {
        source = term.source
        (rowCount, columnCount) = (term.matrix.rowCount, term.matrix.columnCount)
        var weights = [Double](repeating: 0, count: rowCount * columnCount)
        for r in 0..<rowCount { for (column, value) in term.matrix.row(r) { weights[r * columnCount + column] = value } }
        self.weights = weights
    }

    /// out += weights · source, with what that adds to the errors.
    func add(_ source: ColumnMatrix, to out: inout ColumnMatrix, sizes: [Double], roundoff: Double) {
        let width = out.width
        var reach = [Double](repeating: 0, count: columnCount)
        for row in source.denseRows { reach[Int(row)] = source.magnitude(Int(row), sizes) }
        for term in source.hinges { reach[term.row] += abs(term.coefficient) * sizes[term.column] }
        for k in 0..<columnCount { reach[k] = source.eta[k] + roundoff * reach[k] }
        out.data.withUnsafeMutableBufferPointer { out in
            maso_partition_multiply(
                out.baseAddress, weights, columnCount, source.data, source.denseRows, rowCount, source.denseRows.count, width)
            for term in source.hinges {
                for r in 0..<rowCount { out[r * width + term.column] += weights[r * columnCount + term.row] * term.coefficient }
            }
        }
        out.eta.withUnsafeMutableBufferPointer { eta in
            for r in 0..<rowCount {
                var sum = 0.0
                for k in 0..<columnCount { sum += abs(weights[r * columnCount + k]) * reach[k] }
                eta[r] += sum * (1 + 0x1p-30)
            }
        }
    }
}
