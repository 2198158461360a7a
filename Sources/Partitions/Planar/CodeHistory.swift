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

extension CodeHistory {
    /// The history of one cell, from its code at each nonlinearity.
    init(codes: [[Int]]) {
        levels = codes.map { Level(parents: [0], codes: $0.map { UInt16($0) }, width: $0.count) }
    }
}

/// Exact affine forms of a program's units on the cells of a history, made on demand and remembered.
struct ExactForms: Sendable {
    private struct Key: Hashable {
        let value: Int
        let cell: Int
        /// Units are kept by 64: of a wide value few may be asked for.
        let block: Int
    }

    let program: PiecewiseAffineProgram
    /// The number of nonlinear steps among the steps that make each value and come before it: the level its forms depend on at most.
    private let depths: [Int]
    /// The 64 units of a block, as far as they were asked for, are `memory[places[key]]`.
    private var places: [Key: Int] = [:]
    private var memory: [[AffineForm?]] = []
    /// How many are remembered.
    private(set) var count = 0

    init(program: PiecewiseAffineProgram) {
        self.program = program
        depths = program.depths
    }

    /// Unit `unit` of `value` as an affine form on cell `cell` of level `level`, which is at least the value's own.
    mutating func form(of value: Int, unit: Int, on cell: Int, at level: Int, in history: CodeHistory) -> AffineForm {
        if value == 0 { return AffineForm.coordinate(unit, dimension: program.inputCount) }
        let cell = history.ancestor(of: cell, at: level, up: depths[value])
        let place = place(of: value, on: cell, block: unit / 64)
        if let known = memory[place][unit % 64] { return known }
        let form = newForm(of: value, unit: unit, on: cell, in: history)
        memory[place][unit % 64] = form
        count += 1
        return form
    }

    /// Forgets the forms that depend on a code.
    mutating func forgetCodes() {
        let kept = places.filter { depths[$0.key.value] == 0 }
        memory = kept.values.map { memory[$0] }
        places = Dictionary(uniqueKeysWithValues: zip(kept.keys, memory.indices))
        count = memory.reduce(0) { $0 + $1.count { $0 != nil } }
    }

    private mutating func place(of value: Int, on cell: Int, block: Int) -> Int {
        let (key, fresh) = (Key(value: value, cell: cell, block: block), memory.count)
        if let known = places[key] { return known }
        places[key] = fresh
        memory.append([AffineForm?](repeating: nil, count: min(64, program.counts[value] - 64 * block)))
        return fresh
    }

    /// A form on a cell of the value's own level.
    private mutating func newForm(of value: Int, unit: Int, on cell: Int, in history: CodeHistory) -> AffineForm {
        let depth = depths[value]
        switch program.steps[value - 1] {
        case .affine(let terms, let offset):
            var summands: [(weight: Double, form: AffineForm)] = []
            for term in terms {
                let ancestor = history.ancestor(of: cell, at: depth, up: depths[term.source])
                var (block, source) = (-1, 0)
                for (column, weight) in term.matrix.row(unit) {
                    if column / 64 != block {
                        block = column / 64
                        source = place(of: term.source, on: ancestor, block: block)
                    }
                    let known = memory[source][column % 64]
                    summands.append((weight, known ?? form(of: term.source, unit: column, on: cell, at: depth, in: history)))
                }
            }
            return .combination(summands, plus: offset[unit], dimension: program.inputCount)
        case .pieces(let source, let pieces, let shared):
            let coded = depths[shared ?? value]
            let code = history.levels[coded - 1].code(unit, of: history.ancestor(of: cell, at: depth, up: coded))
            let (slope, offset) = (pieces[unit].slopes[code], pieces[unit].offsets[code])
            if slope == 0 { return AffineForm.constant(offset, dimension: program.inputCount) }
            let form = form(of: source, unit: unit, on: cell, at: depth, in: history)
            return slope == 1 && offset == 0 ? form : Dyadic(slope) * form - Dyadic(-offset)
        case .maximum(let source, let groups):
            let code = history.levels[depth - 1].code(unit, of: cell)
            guard let winner = groups[unit].codes.firstIndex(of: code) else { preconditionFailure("code \(code) is no member's") }
            return form(of: source, unit: groups[unit].members[winner], on: cell, at: depth, in: history)
        }
    }
}
