// The values of a network on one cell: affine forms in Doubles with a bound on their errors, and exactly where a sign asks for that.

import Geometry

/// One value of a program on a cell whose codes so far are known.
///
/// A row holds f(x) = b + ⟨a, x⟩ rounded. Over the domain |x_i| ≤ X_i it is off by at most its bound's `error`:
///
///     f_r = Σ_j w_rj f_j + o_r:    error_r ≤ Σ_j |w_rj| (error_j + γ size_j) + γ |o_r|,    size_j = Σ_i |a_ji| X_i + |b_j|
///
/// with γ = (n + 4) 2⁻⁵³ for n terms (Higham 2002, §3.1), since every coefficient is such a sum.
final class CellForms {
    typealias Quad = SIMD4<Double>

    /// What is known of a unit's row: its `error` on the domain, its `size` there, and its steepness Σ_i |a_i|.
    struct Bound {
        fileprivate var numbers: Quad
        var error: Double { numbers.x }
        var size: Double { numbers.y }
        var steepness: Double { numbers.z }
    }

    /// A box that the domain lies in, |x_i| ≤ X_i.
    struct Reach {
        let dimension: Int
        /// How many quads a row takes.
        let quadCount: Int
        /// 1, X_1 … X_d, then zeros.
        fileprivate let row: [Quad]

        subscript(coordinate: Int) -> Double { row[(coordinate + 1) / 4][(coordinate + 1) % 4] }

        init(_ reach: [Double]) {
            dimension = reach.count
            quadCount = reach.count / 4 + 1
            row = Reach.quads([1] + reach, quadCount)
        }

        fileprivate static func quads(_ numbers: [Double], _ count: Int) -> [Quad] {
            (0..<count).map { q in Quad((0..<4).map { 4 * q + $0 < numbers.count ? numbers[4 * q + $0] : 0 }) }
        }
    }

    let reach: Reach
    /// Unit by unit the offset, the d slopes and zeros.
    let rows: [Quad]
    let bounds: [Bound]
    private let exactly: (Int) -> AffineForm
    private var known: [AffineForm?]

    private init(_ reach: Reach, rows: [Quad], errors: [Double], exactly: @escaping (Int) -> AffineForm) {
        (self.reach, self.rows, self.exactly) = (reach, rows, exactly)
        bounds = CellForms.bounds(reach, rows, errors)
        known = [AffineForm?](repeating: nil, count: errors.count)
    }

    var unitCount: Int { bounds.count }

    static let roundoff = 0x1p-53
    /// For the roundings of the bounds themselves.
    static let slack = 1 + 0x1p-40

    private static func bounds(_ reach: Reach, _ rows: [Quad], _ errors: [Double]) -> [Bound] {
        let quads = reach.quadCount
        return rows.withUnsafeBufferPointer { rows in
            reach.row.withUnsafeBufferPointer { reach in
                errors.indices.map { unit in
                    var (size, steepness) = (Quad.zero, Quad.zero)
                    for q in 0..<quads {
                        let magnitude = pointwiseMax(rows[unit * quads + q], -rows[unit * quads + q])
                        size += magnitude * reach[q]
                        steepness += magnitude
                    }
                    return Bound(numbers: Quad(errors[unit], size.sum(), steepness.sum(), 0))
                }
            }
        }
    }

    /// The coordinates of a domain.
    static func coordinates(_ reach: Reach) -> CellForms {
        let d = reach.dimension
        let rows = (0..<d).flatMap { i in Reach.quads((0...d).map { $0 == i + 1 ? 1 : 0 }, reach.quadCount) }
        return CellForms(reach, rows: rows, errors: [Double](repeating: 0, count: d)) { AffineForm.coordinate($0, dimension: d) }
    }

    /// Forms that are known exactly, rounded.
    static func exact(_ forms: [AffineForm], _ reach: Reach) -> CellForms {
        let rows = forms.flatMap { form in
            Reach.quads([form.coefficients[reach.dimension].doubleValue] + form.coefficients.dropLast().map(\.doubleValue), reach.quadCount)
        }
        let rounded = CellForms(reach, rows: rows, errors: [Double](repeating: 0, count: forms.count)) { forms[$0] }
        let errors = rounded.bounds.map { roundoff * $0.size * slack + 0x1p-1060 }
        return CellForms(reach, rows: rows, errors: errors) { forms[$0] }
    }

    /// The sum of the terms and `offset`.
    static func affine(_ terms: [(matrix: SparseMatrix, source: CellForms)], offset: [Double], _ reach: Reach) -> CellForms {
        let quads = reach.quadCount
        // Many units are 0 on a cell: their weights are passed over where a matrix has no zeros of its own.
        let alive = terms.map { term in
            term.matrix.isFull ? term.source.bounds.indices.filter { term.source.bounds[$0].numbers != .zero } : []
        }
        var errors = [Double](repeating: 0, count: offset.count)
        let rows = [Quad](unsafeUninitializedCapacity: offset.count * quads) { rows, count in
            count = offset.count * quads
            for unit in offset.indices {
                let row = rows.baseAddress! + unit * quads
                row.initialize(repeating: .zero, count: quads)
                row[0].x = offset[unit]
                var (sum, termCount) = (Quad.zero, 0)
                for (term, alive) in zip(terms, alive) {
                    term.matrix.add(unit, of: term.source, alive, to: row, &sum)
                    termCount += term.matrix.isFull ? alive.count : term.matrix.rowStarts[unit + 1] - term.matrix.rowStarts[unit]
                }
                errors[unit] = (sum.x + Double(termCount + 4) * roundoff * (sum.y + abs(offset[unit]))) * slack
            }
        }
        return CellForms(reach, rows: rows, errors: errors) { unit in
            var sum = AffineForm.constant(offset[unit], dimension: reach.dimension)
            for term in terms {
                for (column, weight) in term.matrix.row(unit) { sum.add(Dyadic(weight), times: term.source.form(column)) }
            }
            return sum
        }
    }

    /// Every unit on the piece that its code names.
    static func pieces(_ functions: [PiecewiseFunction], _ code: [Int], of source: CellForms) -> CellForms {
        let quads = source.reach.quadCount
        var rows = source.rows
        var errors = source.bounds.map(\.error)
        for (unit, function) in functions.enumerated() {
            let (slope, offset) = (function.slopes[code[unit]], function.offsets[code[unit]])
            if slope == 1 && offset == 0 { continue }
            for q in unit * quads..<(unit + 1) * quads { rows[q] = slope == 0 ? .zero : slope * rows[q] }
            rows[unit * quads].x += offset
            let isExact = offset == 0 && (slope == 0 || abs(slope) == 1)
            let rounding = isExact ? 0 : 4 * roundoff * (abs(slope) * source.bounds[unit].size + abs(offset))
            errors[unit] = (abs(slope) * errors[unit] + rounding) * slack
        }
        return CellForms(source.reach, rows: rows, errors: errors) { unit in
            let function = functions[unit]
            return Dyadic(function.slopes[code[unit]]) * source.form(unit) - Dyadic(-function.offsets[code[unit]])
        }
    }

    /// Of every group the winning member.
    static func winners(_ members: [Int], of source: CellForms) -> CellForms {
        CellForms(source.reach, rows: members.flatMap { source.row($0) }, errors: members.map { source.bounds[$0].error }) {
            source.form(members[$0])
        }
    }

    /// The offset of a unit, `index` 0, or a slope.
    func coefficient(_ unit: Int, _ index: Int) -> Double { rows[unit * reach.quadCount + index / 4][index % 4] }

    func row(_ unit: Int) -> ArraySlice<Quad> { rows[unit * reach.quadCount..<(unit + 1) * reach.quadCount] }

    /// The slope of a unit in a direction.
    func slope(_ unit: Int, along direction: [Double]) -> Double {
        direction.indices.reduce(0) { $0 + coefficient(unit, $1 + 1) * direction[$1] }
    }

    /// A unit's exact form.
    func form(_ unit: Int) -> AffineForm {
        if let form = known[unit] { return form }
        let form = exactly(unit)
        known[unit] = form
        return form
    }
}

extension SparseMatrix {
    /// Adds a row's combination of a source's forms to `row`, and Σ |w| of their bounds to `sum`. Of a full matrix only the columns
    /// `alive` count.
    @inline(__always)
    fileprivate func add(
        _ unit: Int, of source: CellForms, _ alive: [Int], to row: UnsafeMutablePointer<CellForms.Quad>, _ sum: inout CellForms.Quad
    ) {
        let (quads, start) = (source.reach.quadCount, rowStarts[unit])
        source.rows.withUnsafeBufferPointer { forms in
            source.bounds.withUnsafeBufferPointer { bounds in
                values.withUnsafeBufferPointer { values in
                    @inline(__always) func add(_ weight: Double, _ j: Int, _ sum: inout CellForms.Quad) {
                        for q in 0..<quads { row[q] += weight * forms[j * quads + q] }
                        sum += abs(weight) * bounds[j].numbers
                    }
                    if isFull {
                        for j in alive { add(values[start + j], j, &sum) }
                    } else {
                        for entry in start..<rowStarts[unit + 1] { add(values[entry], Int(columns[entry]), &sum) }
                    }
                }
            }
        }
    }
}
