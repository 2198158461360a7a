// A value of the program on one tile: every unit as a combination of the tile's columns.

import CKernels

/// Units over the columns 1, x, y and hinges, column after column: a dense part, and hinges of a unit's own beside it.
///
/// `eta[k]` bounds |combination k of the exact columns − exact unit k| over the tile. Columns that the tile gets later have weight 0.
final class ColumnMatrix {
    struct HingeTerm {
        var unit: Int
        var column: Int
        var coefficient: Double
    }

    let unitCount: Int
    /// The numbers in a column of `data`: a multiple of 8.
    let stride: Int
    let columnCount: Int
    let data: UnsafeMutablePointer<Double>
    let eta: UnsafeMutablePointer<Double>
    /// The units that are not all zero in `data`, each once.
    var dense: [Int32]
    /// What is added to `data`.
    var hinges: [HingeTerm] = []

    /// All zero.
    init(unitCount: Int, columnCount: Int, dense: [Int32]) {
        (self.unitCount, self.columnCount, self.dense) = (unitCount, columnCount, dense)
        stride = padded(unitCount)
        data = .allocate(capacity: (columnCount + 1) * stride)
        data.initialize(repeating: 0, count: (columnCount + 1) * stride)
        eta = data + columnCount * stride
    }

    deinit { data.deallocate() }

    @inline(__always) func column(_ j: Int) -> UnsafeMutablePointer<Double> { data + j * stride }

    /// The same units with the hinge terms among the dense ones.
    func settled(columnCount: Int) -> ColumnMatrix {
        if hinges.isEmpty { return self }
        let result = ColumnMatrix(unitCount: unitCount, columnCount: columnCount, dense: dense)
        result.data.update(from: data, count: self.columnCount * stride)
        result.eta.update(from: eta, count: stride)
        for term in hinges { result.column(term.column)[term.unit] += term.coefficient }
        result.dense = Array(Set(dense).union(hinges.map { Int32($0.unit) })).sorted()
        return result
    }
}

/// An affine term with its weights in full, transposed, for the tiles' products.
struct DenseTerm: Sendable {
    let source: Int
    let columnCount: Int
    /// The numbers that the weights of one source unit take: the rows, padded.
    let stride: Int
    let weights: [Double]

    init(_ term: PiecewiseAffineProgram.Term) {
        let matrix = term.matrix
        let stride = padded(matrix.rowCount)
        (source, columnCount, self.stride) = (term.source, matrix.columnCount, stride)
        weights = [Double](unsafeUninitializedCapacity: matrix.columnCount * stride) { weights, count in
            weights.initialize(repeating: 0)
            count = weights.count
            matrix.columns.withUnsafeBufferPointer { columns in
                matrix.values.withUnsafeBufferPointer { values in
                    for row in 0..<matrix.rowCount {
                        for i in matrix.rowStarts[row]..<matrix.rowStarts[row + 1] { weights[Int(columns[i]) * stride + row] = values[i] }
                    }
                }
            }
        }
    }

    /// out += weights · source, with what that adds to the errors: those of the source, and `roundoff` of the sum's magnitude.
    func add(_ source: ColumnMatrix, to out: ColumnMatrix, sizes: [Double], roundoff: Double) {
        let reach = Pool<Double>(repeating: 0, count: source.stride)
        for j in 0..<source.columnCount { maso_partition_add_magnitude(reach.start, source.column(j), source.stride, sizes[j]) }
        for term in source.hinges { reach[term.unit] += abs(term.coefficient) * sizes[term.column] }
        weights.withUnsafeBufferPointer { weights in
            let weights = weights.baseAddress!
            maso_partition_multiply(
                out.data, weights, source.data, source.stride, source.dense, source.dense.count, source.columnCount, stride)
            for term in source.hinges {
                maso_partition_add(out.column(term.column), weights + term.unit * stride, stride, term.coefficient)
            }
            for k in 0..<columnCount {
                let error = (source.eta[k] + roundoff * reach[k]) * (1 + 0x1p-30)
                if error != 0 { maso_partition_add_magnitude(out.eta, weights + k * stride, stride, error) }
            }
        }
    }
}
