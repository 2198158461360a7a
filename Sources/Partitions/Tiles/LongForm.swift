// Between Doubles and exact arithmetic: affine forms of units under a code in pairs of Doubles, with proved bounds. A form of a wide
// network takes seconds of big integers and less than a millisecond of these.

import CKernels
import Geometry

/// An affine form of two coordinates, known to within bounds.
package struct LongForm {
    /// The form with the coefficients as they are known.
    package let form: AffineForm
    /// For each coefficient, bounds on its magnitude and on how far it is from the exact one.
    ///
    /// Either is 0, or far enough from the ends of Double's range for products of three to stay in it, or NaN, which leaves everything open.
    let magnitudes: [Double]
    package let errors: [Double]

    private init(_ form: AffineForm, magnitudes: [Double], errors: [Double]) {
        self.form = form
        self.magnitudes = magnitudes.map { $0 == 0 ? 0 : $0 < 0x1p200 ? max($0 * (1 + 0x1p-50), 0x1p-200) : .nan }
        self.errors = errors.map { $0 == 0 ? 0 : $0 < 0x1p200 ? max($0, 0x1p-500) : .nan }
    }

    /// Coefficients hi + lo.
    private init(_ pairs: [(hi: Double, lo: Double)], errors: [Double]) {
        let isFinite = pairs.allSatisfy { ($0.hi + $0.lo).isFinite }
        self.init(
            AffineForm(coefficients: pairs.map { isFinite ? Dyadic($0.hi) + Dyadic($0.lo) : .zero }),
            magnitudes: pairs.map { isFinite ? abs($0.hi) + abs($0.lo) : .nan }, errors: errors)
    }

    /// An exact form.
    package init(_ form: AffineForm) {
        self.init(form, magnitudes: form.coefficients.map { $0.isZero ? 0 : max(abs($0.doubleValue), 0x1p-1000) }, errors: [0, 0, 0])
    }

    /// Less a constant.
    static func - (a: LongForm, constant: Double) -> LongForm {
        let sizes = a.magnitudes
        return LongForm(a.form - Dyadic(constant), magnitudes: [sizes[0], sizes[1], sizes[2] + abs(constant)], errors: a.errors)
    }

    /// Whether coefficient i is exactly 0.
    private func isZero(_ i: Int) -> Bool { magnitudes[i] == 0 && errors[i] == 0 }

    /// A bound on how far the product of one coefficient of each form is from the exact one.
    private static func error(_ factors: (LongForm, Int)...) -> Double {
        var (magnitude, error) = (1.0, 0.0)
        for (form, i) in factors {
            error = error * (form.magnitudes[i] + form.errors[i]) + magnitude * form.errors[i]
            magnitude *= form.magnitudes[i]
        }
        return error * (1 + 0x1p-40)
    }

    /// The minor of two forms' coefficients i and j, and a bound on its error.
    private static func minor(_ f: LongForm, _ g: LongForm, _ i: Int, _ j: Int) -> (value: Dyadic, error: Double) {
        let (a, b) = (f.form.coefficients, g.form.coefficients)
        return (a[i] * b[j] - a[j] * b[i], (error((f, i), (g, j)) + error((f, j), (g, i))) * (1 + 0x1p-40))
    }

    /// Where two lines cross as they are known in pairs.
    package struct Crossing {
        package let place: [Dyadic]
        /// How far from there they may cross in the sum of coordinates.
        package let error: Double

        /// In Doubles, with that roundings are counted too.
        var rounded: (place: SIMD2<Double>, error: Double) {
            let rounded = SIMD2(place[0].doubleValue, place[1].doubleValue)
            return (rounded, error + 0x1p-52 * (abs(rounded.x) + abs(rounded.y)))
        }
    }

    /// Where the lines of two forms cross; `nil` where that is open.
    package static func crossing(_ f: LongForm, _ g: LongForm) -> Crossing? {
        let weight = minor(f, g, 0, 1)
        let size = abs(weight.value.doubleValue) * (1 - 0x1p-50)
        guard size > 2 * weight.error else { return nil }
        let minors = [minor(f, g, 1, 2), minor(f, g, 2, 0)]
        // N/W with N off by n and W by w: off by at most (n + |N/W| w) / (|W| − w). The quotient is cut off at 2⁻¹⁹² of it.
        let place = minors.map { $0.value.divided(by: weight.value, bits: 192) }
        let error = zip(minors, place).reduce(0.0) { sum, x in
            let magnitude = abs(x.1.doubleValue)
            return sum + (x.0.error + magnitude * weight.error) / (size - weight.error) + magnitude * 0x1p-190
        }
        return error.isFinite ? Crossing(place: place, error: error * (1 + 0x1p-40)) : nil
    }

    /// The sign of a form where the lines of two others cross, if it is certain: 0 only where nothing was rounded that counts, as in the
    /// origin of a network without offsets.
    package static func sign(of f: LongForm, at g: LongForm, _ h: LongForm) -> Int? {
        let weight = minor(g, h, 0, 1)
        let a = f.form.coefficients
        let value = a[0] * minor(g, h, 1, 2).value + a[1] * minor(g, h, 2, 0).value + a[2] * weight.value
        let places = [(0, 1, 2), (0, 2, 1), (1, 2, 0), (1, 0, 2), (2, 0, 1), (2, 1, 0)]
        // Products of three bounds on errors alone may be too small for a Double, and have then no part in this.
        let reach = places.reduce(0x1p-1000) { $0 + error((f, $1.0), (g, $1.1), (h, $1.2)) * (1 + 0x1p-40) }
        guard abs(weight.value.doubleValue) > weight.error * (1 + 0x1p-40) else { return nil }
        if places.allSatisfy({ f.isZero($0.0) || g.isZero($0.1) || h.isZero($0.2) }) { return 0 }
        guard abs(value.doubleValue) > reach * (1 + 0x1p-40) else { return nil }
        return value.signum * weight.value.signum
    }
}

extension LongForm {
    /// The function that is 0 on a line of a cell with a code.
    init(of line: Line, in program: PiecewiseAffineProgram, code: (_ layer: Int, _ unit: Int) -> Int) {
        switch line {
        case .border(let p, let q): self.init(.vanishing(onLineThrough: p, q))
        case .knot(let value, let unit, let knot, _, _):
            self = LongForm(of: value, unit: unit, minus: nil, in: program, code: code) - knot
        case .tie(let value, let unit, let other, _, _): self.init(of: value, unit: unit, minus: other, in: program, code: code)
        }
    }

    /// Unit `unit` of a value under a code, or what it has more than another unit: `code` tells the code of a unit at a nonlinearity.
    ///
    /// Backwards, from the unit to the coordinates: row v holds what the form weighs every unit of value v with. Every sum is compensated,
    /// acc + w (h + l) with acc = (hi, lo): p + e = w h exactly, s + d = hi + p exactly, and lo becomes lo + (d + e + w l).
    ///
    /// Errors (u = 2⁻⁵³; after Ogita, Rump and Oishi 2005, algorithm 5.3). Let S bound Σ |w| size, |l| ≤ λ size, and (h, l) be off by
    /// ε size. In a sum of n terms |d|, |e| ≤ u S a term, so that |lo| ≤ ((n + 1) u + λ) S, and each of a term's three roundings in lo is at
    /// most u of that: the sum is off by (ε + n u ((n + 5) u + 2 λ)) S, and λ grows by (n + 1) u. Over all steps, n₁, n₂, … additions at
    /// most to any one sum and L = Σ (nᵢ + 1), λ ≤ L u and ε ≤ 3 L (L + 2) u²; the constant adds to one sum from every step, at most L
    /// terms, and stays below 7 (L + 2)² u². Sizes are rounded by far less than the eighth; what underflows is below 2⁻⁹⁰⁰ of size.
    package init(
        of value: Int, unit: Int, minus other: Int?, in program: PiecewiseAffineProgram, code: (_ layer: Int, _ unit: Int) -> Int
    ) {
        var rows = [LongRow?](repeating: nil, count: value + 1)
        var constant = LongRow(count: 1)
        var additions = 1.0
        func source(_ value: Int) -> LongRow { rows[value] ?? LongRow(count: program.counts[value]) }
        rows[value] = LongRow(count: program.counts[value])
        rows[value]!.add(unit, 1, 1, 0, 1)
        if let other { rows[value]!.add(other, -1, 1, 0, 1) }
        let depths = program.depths
        for v in stride(from: value, to: 0, by: -1) {
            guard let row = rows[v] else { continue }
            rows[v] = nil
            let units = (0..<row.count).filter { row.sizes[$0] != 0 }
            additions += Double(units.count + 1)
            switch program.steps[v - 1] {
            case .affine(let terms, let offset):
                for k in units where offset[k] != 0 { constant.add(0, offset[k], row.hi[k], row.lo[k], row.sizes[k]) }
                for term in terms {
                    var sum = source(term.source)
                    rows[term.source] = nil
                    additions += sum.add(row, units, times: term.matrix)
                    rows[term.source] = sum
                }
            case .pieces(let from, let pieces, let shared):
                var sum = source(from)
                let layer = depths[shared ?? v] - 1
                for k in units {
                    let piece = code(layer, k)
                    let (slope, offset) = (pieces[k].slopes[piece], pieces[k].offsets[piece])
                    if slope != 0 { sum.add(k, slope, row.hi[k], row.lo[k], row.sizes[k]) }
                    if offset != 0 { constant.add(0, offset, row.hi[k], row.lo[k], row.sizes[k]) }
                }
                rows[from] = sum
            case .maximum(let from, let groups):
                var sum = source(from)
                for k in units {
                    let code = code(depths[v] - 1, k)
                    guard let winner = groups[k].codes.firstIndex(of: code) else { preconditionFailure("code \(code) is no member's") }
                    sum.add(groups[k].members[winner], 1, row.hi[k], row.lo[k], row.sizes[k])
                }
                rows[from] = sum
            }
        }
        let input = rows[0] ?? LongRow(count: program.inputCount)
        let relative = 0x1p-103 * (additions + 2) * (additions + 2)
        self.init(
            [(input.hi[0], input.lo[0]), (input.hi[1], input.lo[1]), (constant.hi[0], constant.lo[0])],
            errors: [input.sizes[0], input.sizes[1], constant.sizes[0]].map { relative * $0 })
    }
}

/// Sums in pairs of Doubles, hi + lo, one for each unit of a value, and beside each the sum of its terms' magnitudes.
private struct LongRow {
    private(set) var hi: [Double]
    private(set) var lo: [Double]
    private(set) var sizes: [Double]
    var count: Int { hi.count }

    init(count: Int) {
        hi = [Double](repeating: 0, count: count)
        (lo, sizes) = (hi, hi)
    }

    /// Adds `weight` times a pair of a size to unit k.
    mutating func add(_ k: Int, _ weight: Double, _ high: Double, _ low: Double, _ size: Double) {
        withUnsafePointer(to: weight) { weight in
            withUnsafePointers { hi, lo, sizes in maso_partition_add_long(hi + k, lo + k, sizes + k, weight, 1, high, low, size) }
        }
    }

    /// Adds the rows `units` of a matrix, each times the pair beside it in `row`.
    ///
    /// - Returns: how many additions to one sum that makes at most.
    mutating func add(_ row: LongRow, _ units: [Int], times matrix: SparseMatrix) -> Double {
        var additions = 0
        matrix.values.withUnsafeBufferPointer { values in
            withUnsafePointers { hi, lo, sizes in
                for k in units {
                    let (start, end) = (matrix.rowStarts[k], matrix.rowStarts[k + 1])
                    let (h, l, m) = (row.hi[k], row.lo[k], row.sizes[k])
                    if matrix.isFull {
                        additions += 1
                        maso_partition_add_long(hi, lo, sizes, values.baseAddress! + start, end - start, h, l, m)
                    } else {
                        additions += end - start
                        for i in start..<end {
                            let j = Int(matrix.columns[i])
                            maso_partition_add_long(hi + j, lo + j, sizes + j, values.baseAddress! + i, 1, h, l, m)
                        }
                    }
                }
            }
        }
        return Double(additions)
    }

    private mutating func withUnsafePointers(
        _ body: (UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>) -> Void
    ) {
        hi.withUnsafeMutableBufferPointer { hi in
            lo.withUnsafeMutableBufferPointer { lo in
                sizes.withUnsafeMutableBufferPointer { sizes in
                    if let hi = hi.baseAddress, let lo = lo.baseAddress, let sizes = sizes.baseAddress { body(hi, lo, sizes) }
                }
            }
        }
    }
}
