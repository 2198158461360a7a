// A program prepared for tiles: what all tiles and threads read and none writes.

/// The steps of a planar program through its last nonlinearity, and the lines that edges may lie on.
final class TiledNetwork: Sendable {
    /// A knot of a unit, and the line where the unit is at it.
    struct Knot: Sendable {
        let unit: Int32
        let line: Int32
        let value: Double
    }

    /// The lines where members of a group tie: of the group as the program has it, or of some of its members.
    struct Ties: Sendable {
        let start: Int32
        let width: Int32
        /// The members' positions in the program's group.
        let positions: [Int32]

        /// Where the members at positions a and b tie, as the zeros of the second less the first.
        func line(_ a: Int, _ b: Int) -> Int32 { start + positions[a] * width + positions[b] }
    }

    /// A row of an affine step that is exactly a unit of an earlier value.
    struct Copy: Sendable {
        let row: Int
        let source: Int
        let unit: Int
    }

    enum Step: Sendable {
        /// With what is to be added to the units' errors, where that is not 0, and the rows that are units as they are.
        case affine([TileTerm], offset: [Double], errors: [Double], copies: [Copy])
        case pieces(source: Int, functions: [PiecewiseFunction], knots: [Knot])
        /// The pieces that the units of an earlier layer have, with other slopes and offsets.
        case shared(source: Int, functions: [PiecewiseFunction], layer: Int)
        case maximum(source: Int, groups: [PiecewiseAffineProgram.Group], ties: [Ties])
    }

    /// The program as a function of the domain's two coordinates.
    let original: PiecewiseAffineProgram
    /// The same with one unit for all that are the same function there; what tiles know.
    let twinless: TwinlessProgram
    let polygon: [SIMD2<Double>]
    let steps: [Step]
    let lastUse: [Int]
    /// For each value the number of nonlinearities up to its own.
    let depths: [Int]
    /// The places where the codes of each nonlinearity begin, one after the other; then how many there are.
    let codeStarts: [Int]
    /// The polygon's sides, then where units are at knots, then where members of groups tie; on the one cell of a level.
    let lines: [Line]
    /// Of a network that is reduced on small tiles, the matrices of every affine step.
    let matrices: [[ColumnwiseMatrix]]
    /// Where at most so many units of the first nonlinearity may change their piece on a tile, it goes on with a reduced network; 0: never.
    let reductionLimit: Int
    /// Of a reduced network.
    let expansion: CodeExpansion?

    var program: PiecewiseAffineProgram { twinless.program }

    /// - Parameter reductionLimit: that of large networks, by default.
    init(of original: PiecewiseAffineProgram, on polygon: [SIMD2<Double>], reductionLimit: Int? = nil) {
        (self.original, self.polygon, twinless, depths) = (original, polygon, TwinlessProgram(original), original.depths)
        let program = twinless.program
        var (steps, lastUse) = ([Step](), [Int](repeating: -1, count: program.counts.count))
        var (codeStarts, lines) = ([0], polygon.indices.map { Line.border(from: polygon[$0], to: polygon[($0 + 1) % polygon.count]) })
        let end = program.nonlinearSteps.last.map { $0 + 1 } ?? 0
        for (index, step) in program.steps.prefix(end).enumerated() {
            let level = depths[index]
            switch step {
            case .affine(let terms, let offset):
                steps.append(.affine(terms.map { TileTerm($0) }, offset: offset, errors: [], copies: []))
                for term in terms { lastUse[term.source] = index }
            case .pieces(let source, let functions, nil):
                var knots: [Knot] = []
                for (unit, function) in functions.enumerated() {
                    for knot in function.knots {
                        knots.append(Knot(unit: Int32(unit), line: Int32(lines.count), value: knot))
                        lines.append(.knot(value: source, unit: unit, knot: knot, cell: 0, level: level))
                    }
                }
                steps.append(.pieces(source: source, functions: functions, knots: knots))
                codeStarts.append(codeStarts[codeStarts.count - 1] + functions.count)
                lastUse[source] = index
            case .pieces(let source, let functions, let owner?):
                steps.append(.shared(source: source, functions: functions, layer: depths[owner] - 1))
                lastUse[source] = index
            case .maximum(let source, let groups):
                var ties: [Ties] = []
                for group in groups {
                    let width = Int32(group.members.count)
                    ties.append(Ties(start: Int32(lines.count), width: width, positions: Array(0..<width)))
                    for a in group.members {
                        for b in group.members { lines.append(.tie(value: source, unit: b, other: a, cell: 0, level: level)) }
                    }
                }
                steps.append(.maximum(source: source, groups: groups, ties: ties))
                codeStarts.append(codeStarts[codeStarts.count - 1] + groups.count)
                lastUse[source] = index
            }
        }
        (self.steps, self.lastUse, self.codeStarts, self.lines) = (steps, lastUse, codeStarts, lines)
        self.reductionLimit = NetworkReduction.canReduce(steps) ? reductionLimit ?? (program.isLarge ? NetworkReduction.lineLimit : 0) : 0
        matrices =
            self.reductionLimit == 0
            ? []
            : program.steps.prefix(end).map { step in
                if case .affine(let terms, _) = step { terms.map { ColumnwiseMatrix($0) } } else { [] }
            }
        expansion = nil
    }

    /// A network with some of the units of another one, on part of the domain: see `NetworkReduction`.
    init(
        reducing other: TiledNetwork, steps: [Step], matrices: [[ColumnwiseMatrix]], lastUse: [Int], codeStarts: [Int],
        expansion: CodeExpansion, reductionLimit: Int
    ) {
        (original, polygon, twinless, lines) = (other.original, other.polygon, other.twinless, other.lines)
        (self.steps, self.matrices, self.lastUse, self.codeStarts) = (steps, matrices, lastUse, codeStarts)
        (self.expansion, self.reductionLimit) = (expansion, reductionLimit)
        depths = steps.reduce(into: [0]) { depths, step in
            if case .affine = step { depths.append(depths[depths.count - 1]) } else { depths.append(depths[depths.count - 1] + 1) }
        }
    }

    var layerCount: Int { codeStarts.count - 1 }
}
