// All units of a network on a small rectangle, enclosed: combinations of the two coordinates and of a residual for each unit that may
// change its piece there.
//
// Every unit is Z + error, |error| ≤ eta, where Z = c + a x̂ + b ŷ + Σ_j w_j r_j has numbers c, a, b, w_j that are exact by definition.
// x̂, ŷ ∈ [−1, 1] are the coordinates on the rectangle, and |r_j| ≤ range_j on it. So Z, and the unit, is known within a radius, and units
// that lie on one side of their knots by that are affine there, and affine in the later ones.
//
// A unit f(z) whose z may pass a knot gets the residual r = f(z) − S, S = λ Z + c₀ with the numbers of Z multiplied and rounded, λ the
// slope of the chord of f over [low, high] ∋ z, Z. That r is the residual exactly, and it is small: f(z) − λz lies between its values at the
// ends and at the knots between them. (With the plain hinge in its place every bound would count the unit twice, in Z and in the hinge.)
// A maximum of members a, b, … gets r = max − S, S = (1 − λ) Z_a + λ Z_b + c₀ likewise.
//
// Singh, Gehr, Mirman, Püschel and Vechev, «Fast and effective robustness certification» (NeurIPS 2018), have this for one rectifier.

import CKernels

struct Enclosure {
    /// Where x = center + half · x̂.
    struct Rectangle {
        let center: SIMD2<Double>
        let half: SIMD2<Double>
    }

    /// Eight residuals in all units of a value that have one of them: 8 numbers a unit.
    struct Chunk {
        var units: [Int32] = []
        var numbers: [Double] = []
    }

    /// A value of the network on the rectangle.
    struct Value {
        /// For each unit c, a, b, four zeros and eta.
        var base: [Double]
        var chunks: [Chunk]
        /// For each unit Σ |w_j| range_j.
        var spread: [Double]
        /// Units of one place have the same.
        var places: [Int32]

        var count: Int { spread.count }
        func eta(_ unit: Int) -> Double { base[8 * unit + 7] }
        /// At least the sum of the magnitudes that make up a unit.
        func magnitude(_ unit: Int) -> Double {
            abs(base[8 * unit]) + abs(base[8 * unit + 1]) + abs(base[8 * unit + 2]) + spread[unit]
        }

        /// Bounds of a unit and of its Z.
        func bounds(_ unit: Int) -> (low: Double, high: Double) {
            let c = base[8 * unit]
            let reach = abs(base[8 * unit + 1]) + abs(base[8 * unit + 2]) + spread[unit]
            let radius = reach * (1 + 0x1p-30) + eta(unit) + 0x1p-50 * magnitude(unit)
            return (c - radius, c + radius)
        }
    }

    /// A residual: the S of its unit, c, a, b and the earlier residuals' numbers, and its range. Of padding, nothing.
    struct Column {
        var row: [Double] = []
        var range = 0.0
    }

    /// c, a, b and the residuals' numbers of a unit.
    struct Row {
        var numbers: [Double]
        let eta: Double
    }

    /// A unit over 1, the coordinates themselves and the units that have residuals, and how far from there it may be.
    struct Settled {
        let offset: Double
        let slope: SIMD2<Double>
        let weights: [Double]
        let error: Double
    }

    let rectangle: Rectangle
    /// A multiple of 8 for every nonlinearity.
    private(set) var columns: [Column] = []
    private var ranges: [Double] = []
    // For `combination`, zeros between calls; then what is found there.
    private var rows: [Double] = []
    private var units: [Int32] = []
    private var numbers: [Double] = []

    init(_ rectangle: Rectangle) { self.rectangle = rectangle }

    /// The two coordinates.
    var position: Value {
        var base = [Double](repeating: 0, count: 16)
        (base[0], base[1]) = (rectangle.center.x, rectangle.half.x)
        (base[8], base[10]) = (rectangle.center.y, rectangle.half.y)
        return Value(base: base, chunks: [], spread: [0, 0], places: [0, 0])
    }

    /// The sum of matrices of values, offset and errors.
    mutating func combination(
        _ terms: [ColumnwiseMatrix], of values: [Value?], offset: [Double], errors: [Double] = []
    ) -> Value {
        let count = offset.count
        var value = Value(
            base: [Double](repeating: 0, count: 8 * count), chunks: [], spread: [Double](repeating: 0, count: count),
            places: terms.first?.firstColumns ?? [Int32](repeating: 0, count: count))
        let roundoff = Double(terms.reduce(8) { $0 + $1.length + 1 }) * 0x1p-53
        for term in terms {
            guard let source = values[term.source] else { preconditionFailure("value \(term.source) is gone") }
            var numbers = source.base
            for unit in 0..<source.count {
                numbers[8 * unit + 7] = (source.eta(unit) + roundoff * source.magnitude(unit)) * (1 + 0x1p-30)
            }
            let all = (0..<Int32(truncatingIfNeeded: source.count)).map { $0 }
            term.spread(all, numbers, to: &value.base, magnitudes: true)
        }
        for (unit, shift) in offset.enumerated() {
            value.base[8 * unit] += shift
            value.base[8 * unit + 7] = (value.base[8 * unit + 7] + roundoff * abs(shift)) * (1 + 0x1p-30)
        }
        for (unit, error) in errors.enumerated() { value.base[8 * unit + 7] += error }
        reserve(count)
        for chunk in 0..<ranges.count / 8 {
            var isEmpty = true
            for term in terms {
                guard let source = values[term.source], chunk < source.chunks.count, !source.chunks[chunk].units.isEmpty else { continue }
                let part = source.chunks[chunk]
                term.spread(part.units, part.numbers, to: &rows)
                isEmpty = false
            }
            var part = Chunk()
            if !isEmpty {
                let found = ranges.withUnsafeBufferPointer { ranges in
                    maso_partition_collect(&rows, count, ranges.baseAddress! + 8 * chunk, &value.spread, &units, &numbers)
                }
                part = Chunk(units: Array(units[..<found]), numbers: Array(numbers[..<(8 * found)]))
            }
            value.chunks.append(part)
        }
        return value
    }

    private mutating func reserve(_ count: Int) {
        guard units.count < count else { return }
        rows = [Double](repeating: 0, count: 8 * count)
        units = [Int32](repeating: 0, count: count)
        numbers = [Double](repeating: 0, count: 8 * count)
    }

    /// Units of a value over all columns so far.
    func rows(of chosen: [Int], in value: Value) -> [Row] {
        var place = [Int32](repeating: -1, count: value.count)
        for (i, unit) in chosen.enumerated() { place[unit] = Int32(truncatingIfNeeded: i) }
        var rows = chosen.map { unit in
            Row(
                numbers: Array(value.base[8 * unit..<8 * unit + 3]) + [Double](repeating: 0, count: columns.count), eta: value.eta(unit))
        }
        for (chunk, part) in value.chunks.enumerated() {
            for (n, unit) in part.units.enumerated() where place[Int(unit)] >= 0 {
                let row = Int(place[Int(unit)])
                for lane in 0..<8 { rows[row].numbers[3 + 8 * chunk + lane] = part.numbers[8 * n + lane] }
            }
        }
        return rows
    }

    /// Gives units of a value, already without what they add to S, a residual each.
    mutating func addResiduals(_ residuals: [(unit: Int, range: Double)], to value: inout Value) {
        let rows = rows(of: residuals.map(\.unit), in: value)
        for start in stride(from: 0, to: residuals.count, by: 8) {
            var part = Chunk()
            for lane in 0..<8 where start + lane < residuals.count {
                let unit = residuals[start + lane].unit
                part.units.append(Int32(truncatingIfNeeded: unit))
                part.numbers += (0..<8).map { $0 == lane ? 1 : 0 }
            }
            while value.chunks.count < (columns.count + start) / 8 { value.chunks.append(Chunk()) }
            value.chunks.append(part)
        }
        for (residual, row) in zip(residuals, rows) {
            columns.append(Column(row: row.numbers, range: residual.range))
            value.spread[residual.unit] += residual.range
        }
        while columns.count % 8 != 0 { columns.append(Column()) }
        ranges = columns.map(\.range)
    }

    /// The residual's column where a row is exactly the unit that has it: its S and the residual.
    func column(equalTo row: Row) -> Int? {
        guard row.eta == 0, let j = row.numbers.dropFirst(3).lastIndex(where: { $0 != 0 }).map({ $0 - 3 }), row.numbers[3 + j] == 1 else {
            return nil
        }
        let own = columns[j].row
        return own.count <= 3 + j && row.numbers[..<own.count].elementsEqual(own) && !row.numbers[own.count..<3 + j].contains { $0 != 0 }
            ? j : nil
    }

    /// A row over 1, the coordinates themselves and the units that have residuals, instead of these.
    ///
    /// Replacing each r_j, last first, by its unit less S_j multiplies and adds once for every number of S_j: an entry that ends with the
    /// magnitudes m_j added up, cancelled or not, is off by at most (columns + 4) · 2⁻⁵² m_j.
    func settled(_ row: Row) -> Settled {
        var (numbers, sizes) = (row.numbers, row.numbers.map { abs($0) })
        for j in (0..<numbers.count - 3).reversed() where numbers[3 + j] != 0 {
            let weight = numbers[3 + j]
            columns[j].row.withUnsafeBufferPointer { s in
                for i in s.indices where s[i] != 0 {
                    numbers[i] -= weight * s[i]
                    sizes[i] += abs(weight * s[i])
                }
            }
        }
        var size = sizes[0] + sizes[1] + sizes[2]
        for j in 0..<numbers.count - 3 { size += sizes[3 + j] * columns[j].range }
        let (center, half) = (rectangle.center, rectangle.half)
        let slope = SIMD2(numbers[1], numbers[2]) / half
        let moved = slope * center
        let reach = abs(slope.x) * (abs(center.x) + half.x) + abs(slope.y) * (abs(center.y) + half.y)
        let error = row.eta + Double(numbers.count + 4) * 0x1p-51 * size + 0x1p-49 * (abs(numbers[0]) + reach)
        return Settled(offset: numbers[0] - moved.x - moved.y, slope: slope, weights: Array(numbers[3...]), error: error)
    }
}
