// Which units the output sees on a cell: where the codes of those agree, the affine maps are the same by their form alone.

/// The codes of a cell's units that reach the output; of all others nothing.
struct RelevantCode: Hashable, Sendable {
    private static let none = UInt16.max
    private let codes: [UInt16]

    /// A cell of the history's last level.
    init(of cell: Int, in history: CodeHistory, _ program: PiecewiseAffineProgram) {
        let (depths, level) = (program.depths, history.levels.count)
        var codes = history.levels.map { [UInt16](repeating: RelevantCode.none, count: $0.width) }
        var isSeen = program.counts.map { [Bool](repeating: false, count: $0) }
        for unit in 0..<program.outputCount { isSeen[program.last][unit] = true }
        func code(_ unit: Int, atLevel target: Int) -> Int {
            history.levels[target - 1].code(unit, of: history.ancestor(of: cell, at: level, up: target))
        }
        for (index, step) in program.steps.enumerated().reversed() {
            let units = isSeen[index + 1].indices.filter { isSeen[index + 1][$0] }
            switch step {
            case .affine(let terms, _):
                for term in terms { for unit in units { for (column, _) in term.matrix.row(unit) { isSeen[term.source][column] = true } } }
            case .pieces(let source, let functions, let shared):
                let coded = depths[shared ?? index + 1]
                for unit in units {
                    let piece = code(unit, atLevel: coded)
                    codes[coded - 1][unit] = UInt16(piece)
                    if functions[unit].slopes[piece] != 0 { isSeen[source][unit] = true }
                }
            case .maximum(let source, let groups):
                for unit in units {
                    let winner = code(unit, atLevel: depths[index + 1])
                    codes[depths[index + 1] - 1][unit] = UInt16(winner)
                    isSeen[source][groups[unit].members[groups[unit].codes.firstIndex(of: winner)!]] = true
                }
            }
        }
        self.codes = codes.flatMap { $0 }
    }
}
