// The partition in exact arithmetic, cell by cell, in any dimension (THEORY §8): slow, plain, and the judge of everything faster.

import Geometry

/// The cells of a piecewise-affine program on a bounded domain, one after the other, without a rounding anywhere.
///
/// A cell is a set with interior on which every unit has one code. Each step is taken on one cell at a time, so memory follows the
/// depth and not the number of cells. Costs the exact affine map of every unit on every cell.
public struct ExactSubdivision: Sendable {
    /// One cell: its polytope, the codes of every nonlinearity, and the output as exact affine forms of the domain's coordinates.
    public struct Cell: Sendable {
        public let polytope: Polytope
        /// A code for each nonlinearity, each with an entry for every unit.
        public let codes: [[Int]]
        public let output: [AffineForm]
    }

    private let program: PiecewiseAffineProgram
    private let start: Polytope

    /// - Throws: `PartitionError` where the domain does not fit the program, or is not bounded.
    public init(of program: PiecewiseAffineProgram, on domain: Domain) throws(PartitionError) {
        self.program = try domain.program(program)
        start = try domain.polytope()
    }

    /// Calls `body` with every cell.
    ///
    /// - Returns: the number of cells after each nonlinearity.
    @discardableResult public func forEachCell(_ body: (Cell) throws -> Void) rethrows -> [Int] {
        var counts = [Int](repeating: 0, count: program.nonlinearSteps.count)
        let inputs = (0..<program.inputCount).map { AffineForm.coordinate($0, dimension: program.inputCount) }
        try descend(start, codes: [], values: [inputs], counts: &counts, body)
        return counts
    }

    /// Takes the steps from `values.count − 1` on, on one part.
    private func descend(
        _ part: Polytope, codes: [[Int]], values: [[AffineForm]], counts: inout [Int], _ body: (Cell) throws -> Void
    ) rethrows {
        var values = values
        while values.count <= program.steps.count {
            switch program.steps[values.count - 1] {
            case .affine(let terms, let offset):
                values.append(affine(terms, offset, values))
            case .pieces(let source, let pieces, let shared?):
                let code = codes[program.depths[shared] - 1]
                values.append(
                    pieces.indices.map { ExactSubdivision.applied(pieces[$0], code[$0], to: values[source][$0]) })
            case .pieces(let source, let pieces, nil):
                for (part, code) in ExactSubdivision.cut(part, values[source], pieces) {
                    let value = pieces.indices.map { ExactSubdivision.applied(pieces[$0], code[$0], to: values[source][$0]) }
                    counts[codes.count] += 1
                    try descend(part, codes: codes + [code], values: values + [value], counts: &counts, body)
                }
                return
            case .maximum(let source, let groups):
                for (part, code, value) in ExactSubdivision.cut(part, values[source], groups) {
                    counts[codes.count] += 1
                    try descend(part, codes: codes + [code], values: values + [value], counts: &counts, body)
                }
                return
            }
        }
        try body(Cell(polytope: part, codes: codes, output: values[program.last]))
    }

    private func affine(_ terms: [PiecewiseAffineProgram.Term], _ offset: [Double], _ values: [[AffineForm]]) -> [AffineForm] {
        offset.indices.map { r in
            var sum = AffineForm.constant(offset[r], dimension: program.inputCount)
            for term in terms {
                for (column, weight) in term.matrix.row(r) { sum.add(Dyadic(weight), times: values[term.source][column]) }
            }
            return sum
        }
    }

    static func applied(_ pieces: PiecewiseFunction, _ code: Int, to form: AffineForm) -> AffineForm {
        Dyadic(pieces.slopes[code]) * form - Dyadic(-pieces.offsets[code])
    }

    /// The parts on which every unit stays on one piece.
    private static func cut(_ part: Polytope, _ forms: [AffineForm], _ pieces: [PiecewiseFunction]) -> [(Polytope, [Int])] {
        var parts: [(part: Polytope, code: [Int])] = [(part, [])]
        for (form, pieces) in zip(forms, pieces) {
            var next: [(part: Polytope, code: [Int])] = []
            for (part, code) in parts {
                var rest: Polytope? = part
                for (r, knot) in pieces.knots.enumerated() {
                    guard let above = rest else { break }
                    let cut = above.cut(by: form - Dyadic(knot), facet: freshFacet(above))
                    if let below = cut.negative { next.append((below, code + [r])) }
                    rest = cut.positive
                }
                if let rest { next.append((rest, code + [pieces.knots.count])) }
            }
            parts = next
        }
        return parts.map { ($0.part, $0.code) }
    }

    /// The parts on which every group has one winner: each member in turn, cut down to where it beats all others. Of members that are
    /// the same function here, the first stands for all.
    private static func cut(
        _ part: Polytope, _ forms: [AffineForm], _ groups: [PiecewiseAffineProgram.Group]
    ) -> [(Polytope, [Int], [AffineForm])] {
        var parts: [(part: Polytope, code: [Int], value: [AffineForm])] = [(part, [], [])]
        for group in groups {
            var distinct: [(form: AffineForm, code: Int)] = []
            for (member, code) in zip(group.members, group.codes) where !distinct.contains(where: { ($0.form - forms[member]).isZero }) {
                distinct.append((forms[member], code))
            }
            var next: [(part: Polytope, code: [Int], value: [AffineForm])] = []
            for (part, code, value) in parts {
                for winner in distinct.indices {
                    var won: Polytope? = part
                    for rival in distinct.indices where rival != winner {
                        guard let still = won else { break }
                        won = still.cut(by: distinct[winner].form - distinct[rival].form, facet: freshFacet(still)).positive
                    }
                    if let won { next.append((won, code + [distinct[winner].code], value + [distinct[winner].form])) }
                }
            }
            parts = next
        }
        return parts.map { ($0.part, $0.code, $0.value) }
    }

    /// A facet number that the part does not have.
    private static func freshFacet(_ part: Polytope) -> Int { max(part.facets.last ?? 0, 0) + 1 }
}
