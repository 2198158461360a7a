// The hyperplanes that divide a domain: zero sets of forms, in Doubles with a bound and exactly.

import Geometry

/// The hyperplane where a unit is at a knot, or where two units are equal: the zero set of h.
///
/// At a point x of the domain known as x̂ to the displacement δ in each coordinate, the form ĥ in Doubles obeys
///
///     |h(x) − ĥ(x̂)| ≤ base + steepness · δ,    base = error + (d + 5) 2⁻⁵³ size
///
/// for the form's error on the domain, the roundings of its own difference, of d + 1 products and their sum, and the way from x̂ to x.
struct SolidFacet {
    private let forms: CellForms
    private let unit: Int
    /// −1 for none.
    private let other: Int
    private let knot: Double
    let base: Double
    let steepness: Double

    /// Where a unit is at a knot.
    init(_ forms: CellForms, unit: Int, knot: Double) {
        let bound = forms.bounds[unit]
        self.init(forms, unit, -1, knot, error: bound.error, size: bound.size + abs(knot), steepness: bound.steepness)
    }

    /// Where two units are equal; h is the first less the other.
    init(_ forms: CellForms, unit: Int, other: Int) {
        let (a, b) = (forms.bounds[unit], forms.bounds[other])
        self.init(forms, unit, other, 0, error: a.error + b.error, size: a.size + b.size, steepness: a.steepness + b.steepness)
    }

    private init(_ forms: CellForms, _ unit: Int, _ other: Int, _ knot: Double, error: Double, size: Double, steepness: Double) {
        (self.forms, self.unit, self.other, self.knot) = (forms, unit, other, knot)
        let base = (error + Double(forms.reach.dimension + 5) * CellForms.roundoff * size) * CellForms.slack + 0x1p-1060
        // Where sums may overflow nothing is known.
        self.base = base < 1e300 && steepness < 1e300 ? base : .infinity
        self.steepness = steepness * CellForms.slack
    }

    /// How far ĥ may be off at a point with this displacement.
    func reach(_ displacement: Double) -> Double { (base + steepness * displacement) * CellForms.slack }

    /// The offset of ĥ, `index` 0, or a slope.
    func coefficient(_ index: Int) -> Double {
        let own = forms.coefficient(unit, index)
        return other >= 0 ? own - forms.coefficient(other, index) : index == 0 ? own - knot : own
    }

    /// h itself.
    var form: AffineForm { other >= 0 ? forms.form(unit) - forms.form(other) : forms.form(unit) - Dyadic(knot) }
}

/// The point where d hyperplanes meet, in Doubles, and a proof of how close it is.
///
/// Let e be the way from the exact point x to x̂, Â the slopes of the forms ĥ, and B close to Â⁻¹. Every ĥ_k is off at x by its base at
/// most and evaluated at x̂ to its base for each domain that x̂ lies in; hence |Â e|_k ≤ |ĥ_k(x̂)| + 3 base_k in twice the domain. From
/// e = (I − BÂ) e + B Â e,
///
///     ‖e‖∞ ≤ max_i Σ_k |B_ik| (|ĥ_k(x̂)| + 3 base_k) / (1 − ‖I − BÂ‖∞)
///
/// where the norm is below 1 (Rump 2010, §10), and is computed with its own roundings.
struct SolidMeeting {
    private let dimension: Int
    private let reach: CellForms.Reach
    private var slopes: [Double] = []
    private var offsets: [Double] = []
    private var bases: [Double] = []
    private var matrix: [Double] = []
    private var inverse: [Double] = []
    private var residuals: [Double]

    init(in reach: CellForms.Reach) {
        (dimension, self.reach) = (reach.dimension, reach)
        residuals = [Double](repeating: 0, count: reach.dimension)
    }

    /// Forgets the facets.
    mutating func begin() {
        slopes.removeAll(keepingCapacity: true)
        offsets.removeAll(keepingCapacity: true)
        bases.removeAll(keepingCapacity: true)
    }

    mutating func add(_ facet: SolidFacet) {
        for i in 0..<dimension { slopes.append(facet.coefficient(i + 1)) }
        offsets.append(facet.coefficient(0))
        bases.append(facet.base)
    }

    /// Moves the position, d coordinates, to where the facets meet.
    ///
    /// - Returns: its displacement then; ∞ where nothing is proved.
    mutating func settle(_ position: UnsafeMutablePointer<Double>) -> Double {
        let d = dimension
        guard offsets.count == d, invert() else { return .infinity }
        takeResiduals(position)
        for i in 0..<d {
            for k in 0..<d { position[i] -= inverse[i * d + k] * residuals[k] }
            guard abs(position[i]) <= 2 * reach[i] else { return .infinity }
        }
        takeResiduals(position)
        var (norm, distance) = (0.0, 0.0)
        for i in 0..<d {
            var (sum, off) = (0.0, 0.0)
            for j in 0..<d {
                var (entry, size) = (i == j ? -1.0 : 0, 1.0)
                for k in 0..<d {
                    let product = inverse[i * d + k] * slopes[k * d + j]
                    entry += product
                    size += abs(product)
                }
                sum += abs(entry) + Double(d + 3) * CellForms.roundoff * size
            }
            for k in 0..<d { off += abs(inverse[i * d + k]) * (abs(residuals[k]) + 3 * bases[k]) }
            norm = max(norm, sum)
            distance = max(distance, off)
        }
        return norm * CellForms.slack < 0.5 ? distance / (1 - norm * CellForms.slack) * CellForms.slack : .infinity
    }

    private mutating func takeResiduals(_ position: UnsafeMutablePointer<Double>) {
        for k in 0..<dimension {
            var sum = offsets[k]
            for i in 0..<dimension { sum += slopes[k * dimension + i] * position[i] }
            residuals[k] = sum
        }
    }

    /// The inverse of the slopes, by Gauss and Jordan with pivots; whatever it is, the proof tells how good.
    private mutating func invert() -> Bool {
        let d = dimension
        matrix.removeAll(keepingCapacity: true)
        matrix.append(contentsOf: slopes)
        inverse.removeAll(keepingCapacity: true)
        for i in 0..<d { for k in 0..<d { inverse.append(i == k ? 1 : 0) } }
        for column in 0..<d {
            var pivot = column
            for row in column..<d where abs(matrix[row * d + column]) > abs(matrix[pivot * d + column]) { pivot = row }
            let top = matrix[pivot * d + column]
            guard top != 0 else { return false }
            for k in 0..<d {
                if pivot != column {
                    matrix.swapAt(pivot * d + k, column * d + k)
                    inverse.swapAt(pivot * d + k, column * d + k)
                }
                matrix[column * d + k] /= top
                inverse[column * d + k] /= top
            }
            for row in 0..<d where row != column {
                let factor = matrix[row * d + column]
                guard factor != 0 else { continue }
                for k in 0..<d {
                    matrix[row * d + k] -= factor * matrix[column * d + k]
                    inverse[row * d + k] -= factor * inverse[column * d + k]
                }
            }
        }
        return true
    }
}
