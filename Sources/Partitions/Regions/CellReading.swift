// The cell of a point: every code frozen there, and what keeps it frozen, as affine forms of the input (THEORY §8).

import Geometry

/// Where an inequality of a cell comes from.
public struct InequalityOrigin: Hashable, Sendable {
    /// The nonlinearity, from 0; −1 for a side of the box that the region is taken in.
    public let layer: Int
    /// The unit whose piece changes there; of a box the coordinate.
    public let unit: Int
    /// The piece or the group's member on the other side; of a box 0 for the low side, 1 for the high one.
    public let other: Int
}

/// What is read at a point.
struct CellReading<Form: FormArithmetic> {
    /// How ties at the point are settled.
    enum Ties {
        /// By THEORY §2: the first piece.
        case first
        /// As a little further in this direction.
        case toward([Double])
    }

    /// form ≥ 0 on the cell. Forms that are constant there are left out.
    private(set) var inequalities: [(form: Form, origin: InequalityOrigin)] = []
    private(set) var codes: [[Int]] = []
    /// How many pre-activations are at a tie, or within rounding of one.
    private(set) var tieCount = 0
    private(set) var output: [Form] = []
    /// For each nonlinearity whose units are maxima of their pieces the sum of their values: slope and offset of the joint piece (THEORY §8,
    /// power diagrams).
    private(set) var sums: [Form?] = []

    init(_ program: PiecewiseAffineProgram, at point: CellPoint, ties: Ties) {
        let d = program.inputCount
        var values: [[Form]] = [(0..<d).map { Form.coordinate($0, dimension: d) }]
        var table = VertexTable(unitCount: d, capacity: 1)
        for i in 0..<d { table.set(i, at: 0, point.doubles[i], bound: point.errors[i]) }
        var tables: [VertexTable?] = [table]
        let lastUse = program.lastUses
        let depths = program.depths
        for (index, step) in program.steps.enumerated() {
            switch step {
            case .affine(let terms, let offset):
                values.append(
                    offset.indices.map { r in
                        var sum = Form.constant(offset[r], dimension: d)
                        for term in terms {
                            for entry in term.matrix.rowStarts[r]..<term.matrix.rowStarts[r + 1] {
                                sum.add(term.matrix.values[entry], times: values[term.source][Int(term.matrix.columns[entry])])
                            }
                        }
                        return sum
                    })
                let sources = terms.map { (matrix: $0.matrix, source: tables[$0.source]!) }
                tables.append(VertexTable.affine(sources, offset: offset, count: 1, capacity: 1))
            case .pieces(let source, let pieces, let shared):
                if shared == nil { take(pieces, values[source], tables[source]!, at: point, ties) }
                let code = codes[depths[shared ?? index + 1] - 1]
                values.append(
                    pieces.indices.map { k in
                        var value = Form.constant(pieces[k].offsets[code[k]], dimension: d)
                        if pieces[k].slopes[code[k]] != 0 { value.add(pieces[k].slopes[code[k]], times: values[source][k]) }
                        return value
                    })
                tables.append(tables[source]!.applying(pieces, count: 1))
            case .maximum(let source, let groups):
                let winners = take(groups, values[source], tables[source]!, at: point, ties)
                values.append(winners.map { values[source][$0] })
                tables.append(tables[source]!.maxima(of: groups, count: 1))
            }
            if step.isNonlinear {
                sums.append(
                    program.isMaxAffine(layer: sums.count)
                        ? values[index + 1].reduce(into: .constant(0, dimension: d)) { $0.add(1, times: $1) } : nil)
            }
            for value in values.indices where lastUse[value] <= index { (values[value], tables[value]) = ([], nil) }
        }
        output = values[program.last]
    }

    /// Drops the inequalities, which of large networks take most of the memory.
    mutating func releaseInequalities() { inequalities = [] }

    private mutating func sign(_ form: Form, _ value: Double, _ bound: Double, at point: CellPoint, _ ties: Ties) -> Int {
        if form.isConstant { return form.sign(at: point, value: form.doubles.last ?? 0, bound: 0) }
        let sign = form.sign(at: point, value: value, bound: bound)
        if sign != 0 { return sign }
        tieCount += 1
        switch ties {
        // Within rounding of a tie the value decides, as it does wherever codes are read.
        case .first: return Form.self == RoundedForm.self && value != 0 ? (value > 0 ? 1 : -1) : 0
        case .toward(let direction): return form.sign(along: direction)
        }
    }

    private mutating func take(_ pieces: [PiecewiseFunction], _ forms: [Form], _ table: VertexTable, at point: CellPoint, _ ties: Ties) {
        let layer = codes.count
        var code: [Int] = []
        for (unit, function) in pieces.enumerated() {
            var piece = 0
            var (below, above): (Form?, Form?)
            for (r, knot) in function.knots.enumerated() {
                var form = forms[unit]
                if knot != 0 { form.shift(by: -knot) }
                let value = table.value(unit, at: 0) - knot
                let bound = table.bound(unit, at: 0) + abs(value) * 0x1p-52
                if sign(form, value, bound, at: point, ties) > 0 {
                    (piece, below) = (r + 1, form)
                } else if above == nil {
                    above = -form
                }
            }
            code.append(piece)
            for (form, other) in [(below, piece - 1), (above, piece + 1)] {
                if let form, !form.isConstant { inequalities.append((form, InequalityOrigin(layer: layer, unit: unit, other: other))) }
            }
        }
        codes.append(code)
    }

    private mutating func take(
        _ groups: [PiecewiseAffineProgram.Group], _ forms: [Form], _ table: VertexTable, at point: CellPoint, _ ties: Ties
    ) -> [Int] {
        let layer = codes.count
        var (code, winners): ([Int], [Int]) = ([], [])
        for (unit, group) in groups.enumerated() {
            var best = 0
            let before = tieCount
            for challenger in group.members.indices.dropFirst() {
                let (a, b) = (group.members[challenger], group.members[best])
                let value = table.value(a, at: 0) - table.value(b, at: 0)
                let bound = (table.bound(a, at: 0) + table.bound(b, at: 0)) * (1 + 0x1p-50) + abs(value) * 0x1p-52
                let tied = tieCount
                guard sign(forms[a] - forms[b], value, bound, at: point, ties) > 0 else { continue }
                best = challenger
                // Ties below the largest are none.
                if tieCount == tied { tieCount = before }
            }
            for rival in group.members.indices where rival != best {
                let form = forms[group.members[best]] - forms[group.members[rival]]
                if !form.isConstant {
                    inequalities.append((form, InequalityOrigin(layer: layer, unit: unit, other: group.codes[rival])))
                }
            }
            code.append(group.codes[best])
            winners.append(group.members[best])
        }
        codes.append(code)
        return winners
    }
}

extension ExactPoint {
    /// Whether a coordinate is a Double, that one.
    func isDyadic(_ index: Int, _ rounded: Double) -> Bool {
        let value = self[index]
        // A denominator that is a power of two.
        let zeros = value.denominator.trailingZeroBitCount
        return value.denominator.shifted(by: -zeros) == BigInteger(1) && Dyadic(value.numerator, exponent: -zeros) == Dyadic(rounded)
    }
}

extension PiecewiseAffineProgram {
    /// For every value the last step that reads it; the output is always needed.
    var lastUses: [Int] {
        var uses = [Int](repeating: -1, count: counts.count)
        for (index, step) in steps.enumerated() {
            switch step {
            case .affine(let terms, _): for term in terms { uses[term.source] = index }
            case .pieces(let source, _, _), .maximum(let source, _): uses[source] = index
            }
        }
        uses[last] = Int.max
        return uses
    }
}
