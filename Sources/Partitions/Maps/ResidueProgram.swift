// The frozen program at one point whose coordinates are residues: what tells affine maps apart.

import Tensors

/// A program over one of the two residue fields, evaluated at a fixed point.
///
/// Maps whose values there differ are different. Different maps have equal values where their difference, an affine form,
/// happens to be 0 at the point in both fields, one time in 2⁵⁵.
struct ResidueProgram: Sendable {
    enum Step: Sendable {
        case affine([Term], offset: [UInt32])
        /// The slopes and offsets of unit u's pieces from `starts[u]` on; the codes are those of nonlinearity `layer`.
        case pieces(source: Int, starts: [Int], slopes: [UInt32], offsets: [UInt32], layer: Int)
        case maximum(source: Int, groups: [PiecewiseAffineProgram.Group], layer: Int)
    }

    struct Term: Sendable {
        let source: Int
        private let matrix: SparseMatrix
        private let columns: ColumnwiseMatrix
        /// One for each of the matrix's values, and as `columns` has them.
        private let weights: [UInt32]
        private let columnWeights: [UInt32]

        init(_ term: PiecewiseAffineProgram.Term, _ columns: ColumnwiseMatrix, over field: ResidueField) {
            (source, matrix, self.columns) = (term.source, term.matrix, columns)
            weights = matrix.values.map { field.residue($0) }
            columnWeights = columns.residues(in: field)
        }

        /// sums += weights · values.
        func add(_ values: [UInt32], to sums: inout [UInt32], _ field: ResidueField) {
            values.withUnsafeBufferPointer { values in
                matrix.columns.withUnsafeBufferPointer { columns in
                    weights.withUnsafeBufferPointer { weights in
                        for r in sums.indices {
                            // Products are below 2⁵⁶: 240 of them and the sum so far stay below 2⁶⁴.
                            let (begin, end) = (matrix.rowStarts[r], matrix.rowStarts[r + 1])
                            for start in stride(from: begin, to: end, by: 240) {
                                var sum = UInt64(sums[r])
                                for i in start..<min(start + 240, end) { sum &+= UInt64(weights[i]) &* UInt64(values[Int(columns[i])]) }
                                sums[r] = field.reduce(sum)
                            }
                        }
                    }
                }
            }
        }

        /// Rows of 8 numbers: out += weights · the rows of `units`, not reduced.
        func spread(_ units: [Int32], _ numbers: [UInt32], to out: inout [UInt64], _ field: ResidueField) {
            columns.spread(units, numbers, to: &out, columnWeights, in: field)
        }
    }

    let field: ResidueField
    /// Where it is evaluated: any residues do.
    let point: [UInt32]
    let steps: [Step]

    /// - Parameter matrices: those of every affine step.
    init(_ program: PiecewiseAffineProgram, _ matrices: [[ColumnwiseMatrix]], over field: ResidueField) {
        self.field = field
        var digits = RandomGenerator(seed: 0, purpose: "point")
        point = (0..<program.inputCount).map { _ in UInt32(digits.integer(below: Int(field.prime))) }
        let depths = program.depths
        steps = program.steps.enumerated().map { index, step in
            switch step {
            case .affine(let terms, let offset):
                return .affine(
                    zip(terms, matrices[index]).map { Term($0, $1, over: field) }, offset: offset.map { field.residue($0) })
            case .pieces(let source, let functions, let shared):
                return .pieces(
                    source: source, starts: functions.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) },
                    slopes: functions.flatMap { $0.slopes.map { field.residue($0) } },
                    offsets: functions.flatMap { $0.offsets.map { field.residue($0) } }, layer: depths[shared ?? index + 1] - 1)
            case .maximum(let source, let groups): return .maximum(source: source, groups: groups, layer: depths[index + 1] - 1)
            }
        }
    }
}
