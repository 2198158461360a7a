// The frozen program at one point whose coordinates are residues: what tells affine maps apart, for a product a weight.

import CKernels
import Tensors

/// A program over one of the two residue fields, evaluated at a fixed point on the cells of a history.
///
/// Maps whose values there differ are different. Different maps have equal values where their difference, an affine form,
/// happens to be 0 at the point in both fields, one time in 2⁵⁵.
struct ResidueProgram: Sendable {
    private enum Step: Sendable {
        case affine([Term], offset: [UInt32])
        /// The slopes and offsets of unit u's pieces from `starts[u]` on; the codes are those of nonlinearity `layer`.
        case pieces(source: Int, starts: [Int], slopes: [UInt32], offsets: [UInt32], layer: Int)
        case maximum(source: Int, groups: [PiecewiseAffineProgram.Group], layer: Int)
    }

    fileprivate struct Term: Sendable {
        let source: Int
        let weights: Weights

        enum Weights: Sendable {
            /// The weights of one source unit after the other, each `stride` numbers.
            case dense([UInt32], stride: Int)
            /// One for each of the matrix's values.
            case sparse(SparseMatrix, [UInt32])
        }
    }

    private let field: ResidueField
    /// Where it is evaluated: any residues do.
    private let point: [UInt32]
    private let steps: [Step]
    private let depths: [Int]
    private let counts: [Int]

    /// The programs over both fields.
    static func programs(_ program: PiecewiseAffineProgram) -> [ResidueProgram] {
        ResidueField.fields.map { ResidueProgram(program, over: $0) }
    }

    private init(_ program: PiecewiseAffineProgram, over field: ResidueField) {
        (self.field, depths, counts) = (field, program.depths, program.counts)
        var digits = RandomGenerator(seed: 0, purpose: "point")
        point = (0..<program.inputCount).map { _ in UInt32(digits.integer(below: Int(field.prime))) }
        let depths = program.depths
        steps = program.steps.enumerated().map { index, step in
            switch step {
            case .affine(let terms, let offset):
                return .affine(terms.map { Term($0, over: field) }, offset: offset.map { field.residue($0) })
            case .pieces(let source, let functions, let shared):
                return .pieces(
                    source: source, starts: functions.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) },
                    slopes: functions.flatMap { $0.slopes.map { field.residue($0) } },
                    offsets: functions.flatMap { $0.offsets.map { field.residue($0) } }, layer: depths[shared ?? index + 1] - 1)
            case .maximum(let source, let groups): return .maximum(source: source, groups: groups, layer: depths[index + 1] - 1)
            }
        }
    }

    /// The outputs on every cell of the history's last level, cell by cell.
    func outputs(on history: CodeHistory) -> [UInt32] {
        let levels = history.levels
        // A value's rows are kept for the cells of the level at which it is made.
        var values: [[UInt32]] = [point]
        func cellCount(_ level: Int) -> Int { level == 0 ? 1 : levels[level - 1].parents.count }
        for (index, step) in steps.enumerated() {
            let (level, count) = (depths[index + 1], counts[index + 1])
            let cells = cellCount(level)
            func first(_ source: Int, _ cell: Int) -> Int {
                history.ancestor(of: cell, at: level, up: depths[source]) * counts[source]
            }
            var rows = [UInt32](repeating: 0, count: cells * count)
            switch step {
            case .affine(let terms, let offset):
                var sums = offset
                for cell in 0..<cells {
                    for r in 0..<count { sums[r] = offset[r] }
                    for term in terms { term.add(values[term.source], first(term.source, cell), to: &sums, field) }
                    for r in 0..<count { rows[cell * count + r] = sums[r] }
                }
            case .pieces(let source, let starts, let slopes, let offsets, let layer):
                let from = values[source]
                for cell in 0..<cells {
                    let (row, code) = (first(source, cell), history.ancestor(of: cell, at: level, up: layer + 1) * count)
                    for unit in 0..<count {
                        let piece = starts[unit] + Int(levels[layer].codes[code + unit])
                        let (slope, offset) = (slopes[piece], offsets[piece])
                        let product = slope == 0 ? 0 : slope == 1 ? from[row + unit] : field.multiply(slope, from[row + unit])
                        rows[cell * count + unit] = offset == 0 ? product : field.add(product, offset)
                    }
                }
            case .maximum(let source, let groups, let layer):
                for cell in 0..<cells {
                    let row = first(source, cell)
                    for (unit, group) in groups.enumerated() {
                        let code = levels[layer].code(unit, of: cell)
                        rows[cell * count + unit] = values[source][row + group.members[group.codes.firstIndex(of: code)!]]
                    }
                }
            }
            values.append(rows)
        }
        let (level, count, last) = (levels.count, counts[counts.count - 1], values[values.count - 1])
        if depths[depths.count - 1] == level { return last }
        return (0..<cellCount(level)).flatMap { cell in
            let row = history.ancestor(of: cell, at: level, up: depths[depths.count - 1]) * count
            return last[row..<row + count]
        }
    }
}

extension ResidueProgram.Term {
    init(_ term: PiecewiseAffineProgram.Term, over field: ResidueField) {
        let matrix = term.matrix
        source = term.source
        guard !matrix.isSparse else {
            weights = .sparse(matrix, matrix.values.map { field.residue($0) })
            return
        }
        let stride = padded(matrix.rowCount)
        var numbers = [UInt32](repeating: 0, count: matrix.columnCount * stride)
        for row in 0..<matrix.rowCount { for (column, value) in matrix.row(row) { numbers[column * stride + row] = field.residue(value) } }
        weights = .dense(numbers, stride: stride)
    }

    /// sums += weights · the row of `values` from `first` on.
    func add(_ values: [UInt32], _ first: Int, to sums: inout [UInt32], _ field: ResidueField) {
        switch weights {
        case .dense(let weights, let stride):
            values.withUnsafeBufferPointer { values in
                let row = values.baseAddress! + first
                let columns = weights.count / max(stride, 1)
                withUnsafeTemporaryAllocation(of: Int32.self, capacity: columns) { which in
                    var active = 0
                    for column in 0..<columns where row[column] != 0 {
                        which[active] = Int32(truncatingIfNeeded: column)
                        active += 1
                    }
                    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: stride) { products in
                        maso_partition_residues(
                            products.baseAddress!, weights, stride, row, which.baseAddress!, active, field.bits, field.gap)
                        for r in sums.indices { sums[r] = field.reduce(UInt64(sums[r]) + products[r]) }
                    }
                }
            }
        case .sparse(let matrix, let weights):
            for r in sums.indices {
                // Products are below 2⁵⁶: 240 of them and the sum so far stay below 2⁶⁴.
                let entries = matrix.rowStarts[r]..<matrix.rowStarts[r + 1]
                for start in stride(from: entries.lowerBound, to: entries.upperBound, by: 240) {
                    var sum = UInt64(sums[r])
                    for i in start..<min(start + 240, entries.upperBound) {
                        sum &+= UInt64(weights[i]) &* UInt64(values[first + Int(matrix.columns[i])])
                    }
                    sums[r] = field.reduce(sum)
                }
            }
        }
    }
}
