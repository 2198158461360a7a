// An affine term prepared for the tiles' products: all its weights where they are many, else by its entries.

import CKernels

struct TileTerm: Sendable {
    let source: Int
    let columnCount: Int
    /// The most roundings that a product goes through before it is added to a unit's sum, and the most additions to that.
    private let length: Int
    let additionCount: Int
    private let storage: Storage

    private enum Storage: Sendable {
        /// The weights of one source unit after the other, each `stride` numbers.
        case dense([Double], stride: Int)
        case sparse(SparseMatrix)
    }

    init(_ term: PiecewiseAffineProgram.Term) {
        let matrix = term.matrix
        (source, columnCount) = (term.source, matrix.columnCount)
        guard !matrix.isSparse else {
            length = matrix.longestRow
            additionCount = 1
            storage = .sparse(matrix)
            return
        }
        let chunk = Int(maso_partition_chunk)
        length = min(chunk, matrix.columnCount)
        // Chunks, and a hinge of one unit's own.
        additionCount = (matrix.columnCount + chunk - 1) / chunk + 1
        let stride = padded(matrix.rowCount)
        let weights = [Double](unsafeUninitializedCapacity: matrix.columnCount * stride) { weights, count in
            weights.initialize(repeating: 0)
            count = weights.count
            for row in 0..<matrix.rowCount {
                let entries = matrix.rowStarts[row]..<matrix.rowStarts[row + 1]
                for i in entries { weights[Int(matrix.columns[i]) * stride + row] = matrix.values[i] }
            }
        }
        storage = .dense(weights, stride: stride)
    }

    /// out += weights · source, with what that adds to the errors: those of the source, and the rounding of the sum's magnitude.
    ///
    /// - Parameter additionCount: of all terms of the sum.
    func add(_ source: ColumnMatrix, to out: ColumnMatrix, sizes: [Double], additionCount: Int, _ store: BlockStore) {
        let roundoff = Double(length + additionCount + 8) * 0x1p-53
        let errors = Pool<Double>(store, repeating: 0, count: source.stride)
        for j in 0..<source.columnCount { maso_partition_add_magnitude(errors.start, source.column(j), source.stride, sizes[j]) }
        for term in source.hinges { errors[term.unit] += abs(term.coefficient) * sizes[term.column] }
        for k in 0..<columnCount { errors[k] = (source.eta[k] + roundoff * errors[k]) * (1 + 0x1p-30) }
        switch storage {
        case .dense(let weights, let stride): addDense(weights, stride, source, to: out, errors.start)
        case .sparse(let matrix): addSparse(matrix, source, to: out, errors.start, store)
        }
    }

    private func addDense(_ weights: [Double], _ stride: Int, _ source: ColumnMatrix, to out: ColumnMatrix, _ errors: UnsafePointer<Double>)
    {
        weights.withUnsafeBufferPointer { weights in
            let weights = weights.baseAddress!
            maso_partition_multiply(
                out.data, weights, source.data, source.stride, source.dense, source.dense.count, source.columnCount, stride)
            for term in source.hinges {
                maso_partition_add(out.column(term.column), weights + term.unit * stride, stride, term.coefficient)
            }
            for k in 0..<columnCount where errors[k] != 0 { maso_partition_add_magnitude(out.eta, weights + k * stride, stride, errors[k]) }
        }
    }

    /// By rows of the source, where the weights are few: one multiple of a row for each.
    private func addSparse(
        _ matrix: SparseMatrix, _ source: ColumnMatrix, to out: ColumnMatrix, _ errors: UnsafePointer<Double>, _ store: BlockStore
    ) {
        let width = padded(out.columnCount)
        let rows = Pool<Double>(store, repeating: 0, count: source.unitCount * width)
        maso_partition_transpose(source.data, source.stride, source.columnCount, source.unitCount, rows.start, width)
        for term in source.hinges { rows[term.unit * width + term.column] += term.coefficient }
        matrix.columns.withUnsafeBufferPointer { columns in
            matrix.values.withUnsafeBufferPointer { values in
                matrix.rowStarts.withUnsafeBufferPointer { starts in
                    maso_partition_multiply_sparse(
                        out.data, out.stride, out.columnCount, out.eta, matrix.rowCount, starts.baseAddress!, columns.baseAddress!,
                        values.baseAddress!, rows.start, width, errors)
                }
            }
        }
    }
}
