// A program prepared for tiles: what all tiles and threads read and none writes.

/// The steps of a planar program through its last nonlinearity, and the lines that edges may lie on.
final class TiledNetwork: Sendable {
    /// A knot of a unit, and the line where the unit is at it.
    struct Knot: Sendable {
        let unit: Int32
        let line: Int32
        let value: Double
    }

    enum Step: Sendable {
        case affine([TileTerm], offset: [Double])
        case pieces(source: Int, functions: [PiecewiseFunction], knots: [Knot])
        /// The pieces that the units of an earlier layer have, with other slopes and offsets.
        case shared(source: Int, functions: [PiecewiseFunction], layer: Int)
        /// Positions a < b of group k tie on line lines[k] + a · (members of k) + b.
        case maximum(source: Int, groups: [PiecewiseAffineProgram.Group], lines: [Int32])
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

    var program: PiecewiseAffineProgram { twinless.program }

    init(of original: PiecewiseAffineProgram, on polygon: [SIMD2<Double>]) {
        (self.original, self.polygon, twinless, depths) = (original, polygon, TwinlessProgram(original), original.depths)
        let program = twinless.program
        var (steps, lastUse) = ([Step](), [Int](repeating: -1, count: program.counts.count))
        var (codeStarts, lines) = ([0], polygon.indices.map { Line.border(from: polygon[$0], to: polygon[($0 + 1) % polygon.count]) })
        let end = program.nonlinearSteps.last.map { $0 + 1 } ?? 0
        for (index, step) in program.steps.prefix(end).enumerated() {
            let level = depths[index]
            switch step {
            case .affine(let terms, let offset):
                steps.append(.affine(terms.map { TileTerm($0) }, offset: offset))
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
                var starts: [Int32] = []
                for group in groups {
                    starts.append(Int32(lines.count))
                    for a in group.members {
                        for b in group.members { lines.append(.tie(value: source, unit: b, other: a, cell: 0, level: level)) }
                    }
                }
                steps.append(.maximum(source: source, groups: groups, lines: starts))
                codeStarts.append(codeStarts[codeStarts.count - 1] + groups.count)
                lastUse[source] = index
            }
        }
        (self.steps, self.lastUse, self.codeStarts, self.lines) = (steps, lastUse, codeStarts, lines)
    }

    var layerCount: Int { codeStarts.count - 1 }
}
