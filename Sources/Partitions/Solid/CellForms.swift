// The values of a network on one cell: affine forms in Doubles with a bound on their errors, and exactly where a sign asks for that.

import Geometry

/// One value of a program on a cell whose codes so far are known.
///
/// Row u holds f_u(x) = ⟨a, x⟩ + b rounded. Over the domain |x_i| ≤ X_i a row is off by at most `errors[u]`:
///
///     f_r = Σ_j w_rj f_j + o_r:    error_r ≤ Σ_j |w_rj| (error_j + γ size_j) + γ |o_r|,    size_j = Σ_i |a_ji| X_i + |b_j|
///
/// with γ = (n + 4) 2⁻⁵³ for n terms (Higham 2002, §3.1), since every coefficient is such a sum.
final class CellForms {
    let rows: [Double]
    let errors: [Double]
    private let width: Int
    private let reach: [Double]
    private let exactly: (Int) -> AffineForm
    private var known: [AffineForm?]
    /// How many signs floating point has left open.
    private(set) var exactSignCount = 0

    private init(rows: [Double], errors: [Double], reach: [Double], exactly: @escaping (Int) -> AffineForm) {
        (self.rows, self.errors, self.reach, self.exactly) = (rows, errors, reach, exactly)
        width = reach.count + 1
        known = [AffineForm?](repeating: nil, count: errors.count)
    }

    private static let roundoff = 0x1p-53
    /// For the roundings of the bounds themselves.
    private static let slack = 1 + 0x1p-40

    /// The coordinates of a domain in which |x_i| ≤ `reach[i]`.
    static func coordinates(reach: [Double]) -> CellForms {
        let d = reach.count
        return CellForms(
            rows: (0..<d).flatMap { i in (0...d).map { $0 == i ? 1 : 0 } }, errors: [Double](repeating: 0, count: d), reach: reach
        ) { AffineForm.coordinate($0, dimension: d) }
    }

    /// Σ_i |a_i| X_i + |b| of a row.
    private func size(_ unit: Int) -> Double {
        var sum = abs(rows[unit * width + width - 1])
        for i in 0..<width - 1 { sum += abs(rows[unit * width + i]) * reach[i] }
        return sum
    }

    /// The sum of the terms and `offset`.
    static func affine(_ terms: [(matrix: SparseMatrix, source: CellForms)], offset: [Double], reach: [Double]) -> CellForms {
        let width = reach.count + 1
        var rows = [Double](repeating: 0, count: offset.count * width)
        var errors = [Double](repeating: 0, count: offset.count)
        let sizes = terms.map { term in term.source.errors.indices.map { term.source.size($0) } }
        for unit in offset.indices {
            var (error, magnitude, count) = (0.0, abs(offset[unit]), 0)
            rows[unit * width + width - 1] = offset[unit]
            for (term, sizes) in zip(terms, sizes) {
                for entry in term.matrix.rowStarts[unit]..<term.matrix.rowStarts[unit + 1] {
                    let (weight, j) = (term.matrix.values[entry], Int(term.matrix.columns[entry]))
                    for i in 0..<width { rows[unit * width + i] += weight * term.source.rows[j * width + i] }
                    error += abs(weight) * term.source.errors[j]
                    magnitude += abs(weight) * sizes[j]
                    count += 1
                }
            }
            errors[unit] = (error + Double(count + 4) * roundoff * magnitude) * slack
        }
        return CellForms(rows: rows, errors: errors, reach: reach) { unit in
            var sum = AffineForm.constant(offset[unit], dimension: reach.count)
            for term in terms {
                for (column, weight) in term.matrix.row(unit) { sum.add(Dyadic(weight), times: term.source.form(column)) }
            }
            return sum
        }
    }

    /// Every unit on the piece that its code names.
    static func pieces(_ functions: [PiecewiseFunction], _ code: [Int], of source: CellForms) -> CellForms {
        let width = source.width
        var (rows, errors) = (source.rows, source.errors)
        for (unit, function) in functions.enumerated() {
            let (slope, offset) = (function.slopes[code[unit]], function.offsets[code[unit]])
            for i in 0..<width { rows[unit * width + i] = slope == 0 ? 0 : slope * rows[unit * width + i] }
            rows[unit * width + width - 1] += offset
            let isExact = offset == 0 && (slope == 0 || abs(slope) == 1)
            errors[unit] =
                (abs(slope) * errors[unit] + (isExact ? 0 : 4 * roundoff * (abs(slope) * source.size(unit) + abs(offset)))) * slack
        }
        return CellForms(rows: rows, errors: errors, reach: source.reach) { unit in
            let function = functions[unit]
            return Dyadic(function.slopes[code[unit]]) * source.form(unit) - Dyadic(-function.offsets[code[unit]])
        }
    }

    /// Of every group the winning member.
    static func winners(_ members: [Int], of source: CellForms) -> CellForms {
        let width = source.width
        return CellForms(
            rows: members.flatMap { source.rows[$0 * width..<($0 + 1) * width] }, errors: members.map { source.errors[$0] },
            reach: source.reach
        ) { source.form(members[$0]) }
    }

    /// A unit's exact form.
    func form(_ unit: Int) -> AffineForm {
        if let form = known[unit] { return form }
        let form = exactly(unit)
        known[unit] = form
        return form
    }

    // MARK: Signs

    /// The sign of a unit less a knot at a vertex.
    func sign(_ unit: Int, minus knot: Double, at vertex: Polytope.Vertex) -> Int {
        let (value, magnitude) = value(unit, at: vertex)
        let difference = value - knot
        let bound = (errors[unit] + Double(width + 4) * CellForms.roundoff * (magnitude + abs(knot))) * CellForms.slack + 0x1p-1060
        if abs(difference) > bound { return difference > 0 ? 1 : -1 }
        exactSignCount += 1
        return (form(unit) - Dyadic(knot)).sign(at: vertex.point)
    }

    /// The sign of the difference of two units at a vertex.
    func sign(_ unit: Int, minusUnit other: Int, at vertex: Polytope.Vertex) -> Int {
        if let sign = openSign(unit, minusUnit: other, at: vertex) { return sign }
        exactSignCount += 1
        return (form(unit) - form(other)).sign(at: vertex.point)
    }

    /// Whether two units are one function.
    func areEqual(_ unit: Int, _ other: Int, on part: Polytope) -> Bool {
        part.vertices.allSatisfy { openSign(unit, minusUnit: other, at: $0) == nil } && (form(unit) - form(other)).isZero
    }

    /// The sign of a difference where Doubles tell it.
    private func openSign(_ unit: Int, minusUnit other: Int, at vertex: Polytope.Vertex) -> Int? {
        let ((a, sizeA), (b, sizeB)) = (value(unit, at: vertex), value(other, at: vertex))
        let bound =
            (errors[unit] + errors[other] + Double(width + 4) * CellForms.roundoff * (sizeA + sizeB)) * CellForms.slack + 0x1p-1060
        return abs(a - b) > bound ? (a > b ? 1 : -1) : nil
    }

    /// A row at a vertex, whose position is rounded to nearest, and Σ |a_i x_i| + |b|.
    private func value(_ unit: Int, at vertex: Polytope.Vertex) -> (value: Double, magnitude: Double) {
        rows.withUnsafeBufferPointer { rows in
            vertex.position.withUnsafeBufferPointer { x in
                let row = unit * width
                var (value, magnitude) = (rows[row + width - 1], abs(rows[row + width - 1]))
                for i in 0..<x.count {
                    let term = rows[row + i] * x[i]
                    value += term
                    magnitude += abs(term)
                }
                return (value, magnitude)
            }
        }
    }
}
