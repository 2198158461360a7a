// The partition of a box in any dimension, cell by cell: floating point decides the signs that it can prove, exact arithmetic the others.

public import Geometry

/// The cells of a piecewise-affine program on a bounded domain of any dimension, one after the other.
///
/// The cells are those of `ExactSubdivision`, which decides every sign in fractions. Vertices are exact; memory follows the depth of the
/// network and not the number of cells.
public struct SolidPartition: Sendable {
    /// One cell.
    public struct Cell: Sendable {
        public let polytope: Polytope
        /// A code for each nonlinearity, each with an entry for every unit.
        public let codes: [[Int]]
        let program: PiecewiseAffineProgram

        /// The network on this cell, A x + b, as Doubles. O(weights).
        public var map: AffineMap {
            AffineMap(rows: program.frozenRows(of: program.last, codes: codes), inputCount: program.inputCount)
        }
    }

    /// What is left when all cells have gone by.
    public struct Outcome: Hashable, Sendable {
        /// The number of cells after each nonlinearity, counting the codes up to there.
        public fileprivate(set) var cellCounts: [Int]
        /// How many signs floating point left open.
        public fileprivate(set) var exactSignCount = 0
    }

    /// The program as a function of the domain's coordinates.
    public let program: PiecewiseAffineProgram
    private let start: Polytope

    /// - Throws: `PartitionError` where the domain does not fit the program, or is not bounded.
    public init(of program: PiecewiseAffineProgram, on domain: Domain) throws(PartitionError) {
        self.program = try domain.program(program)
        start = try domain.polytope()
    }

    /// Calls `body` with every cell.
    ///
    /// - Parameter viewer: a direction from which no cell is hidden by one that comes before it: the farthest come first.
    @discardableResult public func forEachCell(from viewer: [Double]? = nil, _ body: (Cell) throws -> Void) rethrows -> Outcome {
        precondition(viewer.map { $0.count == program.inputCount } ?? true, "a direction of \(viewer?.count ?? 0) coordinates")
        let reach = (0..<program.inputCount).map { i in start.vertices.map { abs($0.position[i]) }.max() ?? 0 }
        var walk = Walk(
            program: program, viewer: viewer, reach: reach,
            outcome: Outcome(cellCounts: [Int](repeating: 0, count: program.nonlinearSteps.count)))
        try walk.descend(start, codes: [], values: [.coordinates(reach: reach)], body)
        return walk.outcome
    }

    /// The way through the steps, part by part.
    private struct Walk {
        let program: PiecewiseAffineProgram
        let viewer: [Double]?
        let reach: [Double]
        var outcome: Outcome

        /// Takes the steps from `values.count − 1` on, on one part.
        mutating func descend(_ part: Polytope, codes: [[Int]], values: [CellForms], _ body: (Cell) throws -> Void) rethrows {
            var values = values
            while values.count <= program.steps.count {
                switch program.steps[values.count - 1] {
                case .affine(let terms, let offset):
                    values.append(.affine(terms.map { ($0.matrix, values[$0.source]) }, offset: offset, reach: reach))
                case .pieces(let source, let functions, let shared?):
                    values.append(.pieces(functions, codes[program.depths[shared] - 1], of: values[source]))
                case .pieces(let source, let functions, nil):
                    let forms = values[source]
                    let open = forms.exactSignCount
                    let parts = cut(part, forms, functions)
                    outcome.exactSignCount += forms.exactSignCount - open
                    outcome.cellCounts[codes.count] += parts.count
                    for (part, code) in parts {
                        try descend(part, codes: codes + [code], values: values + [.pieces(functions, code, of: forms)], body)
                    }
                    return
                case .maximum(let source, let groups):
                    let forms = values[source]
                    let open = forms.exactSignCount
                    let parts = cut(part, forms, groups)
                    outcome.exactSignCount += forms.exactSignCount - open
                    outcome.cellCounts[codes.count] += parts.count
                    for (part, code, winners) in parts {
                        try descend(part, codes: codes + [code], values: values + [.winners(winners, of: forms)], body)
                    }
                    return
                }
            }
            try body(Cell(polytope: part, codes: codes, program: program))
        }

        /// How fast a unit grows towards the viewer; 0 without one.
        private func speed(_ forms: CellForms, _ unit: Int) -> Double {
            guard let viewer else { return 0 }
            let row = unit * (viewer.count + 1)
            return viewer.indices.reduce(0) { $0 + forms.rows[row + $1] * viewer[$1] }
        }

        /// The parts on which every unit stays on one piece.
        private func cut(_ part: Polytope, _ forms: CellForms, _ functions: [PiecewiseFunction]) -> [(Polytope, [Int])] {
            var parts: [(part: Polytope, code: [Int])] = [(part, [])]
            for (unit, function) in functions.enumerated() {
                // Without a cut, which is the rule, parts stay as they are.
                var next: [(part: Polytope, code: [Int])] = []
                next.reserveCapacity(parts.count)
                for (part, code) in parts {
                    var (rest, pieces): (Polytope?, [(part: Polytope, code: [Int])]) = (part, [])
                    for (r, knot) in function.knots.enumerated() {
                        guard let above = rest else { break }
                        let signs = above.vertices.map { forms.sign(unit, minus: knot, at: $0) }
                        let cut = above.cut(signs: signs, by: forms.form(unit) - Dyadic(knot), facet: freshFacet(above))
                        if let below = cut.negative { pieces.append((below, code + [r])) }
                        rest = cut.positive
                    }
                    if let rest { pieces.append((rest, code + [function.knots.count])) }
                    next += pieces.count > 1 && speed(forms, unit) < 0 ? pieces.reversed() : pieces
                }
                parts = next
            }
            return parts.map { ($0.part, $0.code) }
        }

        /// The parts on which every group has one winner: each member in turn, cut down to where it beats all others. Of members that are
        /// the same function here, the first stands for all.
        private func cut(
            _ part: Polytope, _ forms: CellForms, _ groups: [PiecewiseAffineProgram.Group]
        ) -> [(Polytope, code: [Int], winners: [Int])] {
            var parts: [(part: Polytope, code: [Int], winners: [Int])] = [(part, [], [])]
            for group in groups {
                var distinct: [(member: Int, code: Int)] = []
                for (member, code) in zip(group.members, group.codes)
                where !distinct.contains(where: { forms.areEqual($0.member, member, on: part) }) {
                    distinct.append((member, code))
                }
                // Of two winners the one that grows faster towards the viewer lies nearer.
                if viewer != nil { distinct = distinct.map { ($0, speed(forms, $0.member)) }.sorted { $0.1 < $1.1 }.map(\.0) }
                var next: [(part: Polytope, code: [Int], winners: [Int])] = []
                for (part, code, winners) in parts {
                    for winner in distinct.indices {
                        var won: Polytope? = part
                        for rival in distinct.indices where rival != winner {
                            guard let still = won else { break }
                            let (a, b) = (distinct[winner].member, distinct[rival].member)
                            let signs = still.vertices.map { forms.sign(a, minusUnit: b, at: $0) }
                            won = still.cut(signs: signs, by: forms.form(a) - forms.form(b), facet: freshFacet(still)).positive
                        }
                        if let won { next.append((won, code + [distinct[winner].code], winners + [distinct[winner].member])) }
                    }
                }
                parts = next
            }
            return parts
        }

        /// A facet number that the part does not have.
        private func freshFacet(_ part: Polytope) -> Int {
            var largest = 0
            for vertex in part.vertices { largest = max(largest, vertex.facets[vertex.facets.count - 1]) }
            return largest + 1
        }
    }
}
