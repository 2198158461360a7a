// What every cell remembers: its code at each nonlinearity, and which cell it was part of before. From this alone the exact affine form
// of any unit on any cell can be had at any time.

import Geometry

/// The cells after each nonlinearity as a forest: level 0 is the whole domain, level n + 1 the cells after nonlinearity n.
struct CodeHistory: Sendable {
    struct Level: Sendable {
        /// For each cell, the cell of the level before that it lies in.
        private(set) var parents: [Int32]
        /// Row by row, `width` codes for each cell.
        private(set) var codes: [UInt16]
        let width: Int

        init(parents: [Int32], codes: [UInt16], width: Int) { (self.parents, self.codes, self.width) = (parents, codes, width) }

        /// Adds a cell.
        mutating func append(_ code: [UInt16], parent: Int) {
            precondition(code.count == width, "\(code.count) codes, expected \(width)")
            parents.append(Int32(parent))
            codes += code
        }

        func code(_ unit: Int, of cell: Int) -> Int { Int(codes[cell * width + unit]) }
    }

    var levels: [Level] = []

    /// The cell of level `target` that holds a cell of level `level`.
    func ancestor(of cell: Int, at level: Int, up target: Int) -> Int {
        var cell = cell
        for l in stride(from: level, to: target, by: -1) { cell = Int(levels[l - 1].parents[cell]) }
        return cell
    }
}

/// Exact affine forms of a program's units on the cells of a history, made on demand and remembered.
struct ExactForms: Sendable {
    private struct Key: Hashable {
        let value: Int
        let unit: Int
        let cell: Int
    }

    let program: PiecewiseAffineProgram
    /// The number of nonlinear steps among the steps that make each value and come before it: the level its forms depend on at most.
    private let depths: [Int]
    private var memory: [Key: AffineForm] = [:]
    /// How many are remembered.
    var count: Int { memory.count }

    init(program: PiecewiseAffineProgram) {
        self.program = program
        depths = program.depths
    }

    /// Unit `unit` of `value` as an affine form on cell `cell` of level `level`, which is at least the value's own.
    mutating func form(of value: Int, unit: Int, on cell: Int, at level: Int, in history: CodeHistory) -> AffineForm {
        if value == 0 { return AffineForm.coordinate(unit, dimension: program.inputCount) }
        let depth = depths[value]
        let cell = history.ancestor(of: cell, at: level, up: depth)
        let key = Key(value: value, unit: unit, cell: cell)
        if let known = memory[key] { return known }
        let form: AffineForm
        switch program.steps[value - 1] {
        case .affine(let terms, let offset):
            var sum = AffineForm.constant(offset[unit], dimension: program.inputCount)
            for term in terms {
                for (column, weight) in term.matrix.row(unit) {
                    sum.add(Dyadic(weight), times: self.form(of: term.source, unit: column, on: cell, at: depth, in: history))
                }
            }
            form = sum
        case .pieces(let source, let pieces, let shared):
            let coded = depths[shared ?? value]
            let code = history.levels[coded - 1].code(unit, of: history.ancestor(of: cell, at: depth, up: coded))
            let (slope, offset) = (pieces[unit].slopes[code], pieces[unit].offsets[code])
            if slope == 0 {
                form = AffineForm.constant(offset, dimension: program.inputCount)
            } else {
                form = Dyadic(slope) * self.form(of: source, unit: unit, on: cell, at: depth, in: history) - Dyadic(-offset)
            }
        case .maximum(let source, let groups):
            let code = history.levels[depth - 1].code(unit, of: cell)
            guard let winner = groups[unit].codes.firstIndex(of: code) else { preconditionFailure("code \(code) is no member's") }
            form = self.form(of: source, unit: groups[unit].members[winner], on: cell, at: depth, in: history)
        }
        memory[key] = form
        return form
    }
}
