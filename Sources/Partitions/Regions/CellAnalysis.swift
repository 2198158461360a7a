// From the inequalities of a cell to what is said of it.

import Geometry

/// One cell's inequalities as halfspaces, and the largest ball inside.
struct CellAnalysis<Form: FormArithmetic> {
    private(set) var reading: CellReading<Form>
    let point: CellPoint
    private(set) var rows: Halfspaces
    let origins: [InequalityOrigin]
    /// The rows exactly.
    let forms: [AffineForm]?
    let ball: InscribedBall?
    /// Whether it is proved, for rounded forms to rounding, that the cell has no interior.
    let isFlat: Bool
    private let options: RegionReader.Options
    private let start = ContinuousClock.now

    /// - Parameters:
    ///   - ties: how the reading settled ties at the point.
    ///   - origin: where the ball is sought from, at the nearest point of the cell: a walk's places would run away from cell to cell along
    ///     directions in which cells are unbounded.
    init(
        _ reading: CellReading<Form>, at point: CellPoint, in box: [ClosedRange<Double>]?, ties: CellReading<Form>.Ties,
        near origin: [Double]? = nil, _ options: RegionReader.Options
    ) {
        (self.reading, self.point, self.options) = (reading, point, options)
        let d = point.doubles.count
        var rows = Halfspaces(dimension: d)
        // One more, for a rival of the class.
        rows.reserveCapacity(reading.inequalities.count + 2 * (box?.count ?? 0) + 1)
        var origins: [InequalityOrigin] = []
        var forms: [AffineForm] = []
        // The box first: what coincides with a side of it is not crossed.
        for (i, range) in (box ?? []).enumerated() {
            for (side, sign) in [(0, 1.0), (1, -1.0)] {
                let bound = side == 0 ? -range.lowerBound : range.upperBound
                let slope = (0..<d).map { $0 == i ? sign : 0 }
                rows.append(slope: slope, offset: bound)
                origins.append(InequalityOrigin(layer: -1, unit: i, other: side))
                forms.append(AffineForm(slope: slope, offset: bound))
            }
        }
        for (form, origin) in reading.inequalities {
            let (row, exponent) = CellAnalysis.scaled(form.doubles)
            rows.append(slope: row[..<d], offset: row[d])
            origins.append(origin)
            guard let form = form as? AffineForm else { continue }
            forms.append(exponent == 0 ? form : Dyadic(BigInteger(1), exponent: exponent) * form)
        }
        self.reading.releaseInequalities()
        (self.rows, self.origins) = (rows, origins)
        let (begin, seconds) = (start, options.seconds / 3)
        func secondsLeft() -> Double { seconds - begin.duration(to: .now) / .seconds(1) }
        self.forms = Form.self == AffineForm.self ? forms : nil
        if let origin, case .found(let nearest) = rows.nearest(to: origin, until: { secondsLeft() < 0 }),
            let found = rows.inscribedBall(near: nearest.point, forms: self.forms, seconds: secondsLeft()), found.radius > 0
        {
            (ball, isFlat) = (found, false)
            return
        }
        guard self.forms == nil else {
            ball = rows.inscribedBall(near: point.doubles, forms: forms, seconds: secondsLeft())
            isFlat = ball.map { $0.upperBound <= 0 } ?? false
            return
        }
        let (place, isFlat) = CellAnalysis.inner(rows, point.doubles, ties, until: { secondsLeft() < 0 })
        ball = place.flatMap { rows.inscribedBall(near: $0, seconds: secondsLeft()) }
        self.isFlat = isFlat
    }

    /// A row times a power of two where squares of its slopes may be no Doubles, and the exponent: the same inequality.
    private static func scaled(_ row: [Double]) -> (row: [Double], exponent: Int) {
        let largest = row.dropLast().reduce(0) { max($0, abs($1)) }
        guard largest > 0, !(1e-100...1e100).contains(largest), row.allSatisfy(\.isFinite) else { return (row, 0) }
        let exponent = min(-largest.exponent, 1000 - max(row[row.count - 1].magnitude, 1).exponent)
        return (row.map { Double(sign: .plus, exponent: Int(exponent), significand: $0) }, Int(exponent))
    }

    /// A point inside, if one is found, and whether it is proved that there is none; from one that may lie on the border: along a direction
    /// in which all rows grow that are 0 there.
    private static func inner(
        _ rows: Halfspaces, _ point: [Double], _ ties: CellReading<Form>.Ties, until isDone: () -> Bool
    ) -> (place: [Double]?, isFlat: Bool) {
        let values = (0..<rows.count).map { rows.value($0, at: point) }
        let tight = values.indices.filter { rows.norms[$0] > 0 && values[$0].value <= values[$0].bound }
        if tight.isEmpty { return (point, false) }
        let direction: [Double]
        switch ties {
        case .toward(let given): direction = given
        case .first:
            // The shortest u with ⟨a_i, u⟩ ≥ ‖a_i‖ for all of them.
            var cone = Halfspaces(dimension: rows.dimension)
            cone.reserveCapacity(tight.count)
            for row in tight { cone.append(slope: rows.slope(row).map { $0 / rows.norms[row] }, offset: -1) }
            switch cone.nearest(to: [Double](repeating: 0, count: rows.dimension), until: isDone) {
            case .found(let step): direction = step.point
            case .empty: return (nil, true)
            case .beyond: return (nil, false)
            }
        }
        // How far all rows hold, and where on the way the nearest of them is furthest.
        let speeds = (0..<rows.count).map { rows.product($0, direction) }
        let isTight = Set(tight)
        var far = Double.infinity
        for row in values.indices where speeds[row] < 0 && !isTight.contains(row) { far = min(far, values[row].value / -speeds[row]) }
        func radius(_ t: Double) -> Double {
            var least = Double.infinity
            for row in values.indices where rows.norms[row] > 0 {
                least = min(least, ((isTight.contains(row) ? 0 : values[row].value) + t * speeds[row]) / rows.norms[row])
            }
            return least
        }
        if far == .infinity { far = 1 }
        var (low, high) = (0.0, far)
        for _ in 0..<48 {
            let (a, b) = (low + (high - low) / 3, high - (high - low) / 3)
            if radius(a) < radius(b) { low = a } else { high = b }
        }
        return (zip(point, direction).map { $0 + (low + high) / 2 * $1 }, false)
    }

    /// Whether a share of the time that searches may take is over.
    private func isOver(_ share: Double) -> Bool { start.duration(to: .now) / .seconds(1) > options.seconds * share }

    /// Whether a ball of positive radius inside is proved.
    var hasInterior: Bool { ball.map { $0.radius > 0 } ?? false }

    mutating func region(
        isNamedByRule: Bool, isNamedCellFlat: Bool = false, tieCount: Int, findsDistances: Bool = true,
        _ progress: (String, Int, Int) -> Void
    ) -> Region {
        let boundary = findsDistances ? boundaryDistance(progress) : nil
        let search = hasInterior && options.findsFacets ? facets(progress) : nil
        let d = rows.dimension
        let output = reading.output.map(\.doubles)
        let map = AffineMap(slopes: output.map { Array($0[..<d]) }, offsets: output.map { $0[d] })
        let facets = (search?.facets ?? []).map { row in
            Region.Facet(
                origin: origins[row], slope: Array(rows.slope(row)), offset: rows.offsets[row], distance: distance(row).value,
                direction: search?.directions[row] ?? [], row: row)
        }
        return Region(
            point: point.doubles, codes: reading.codes, facets: facets, inequalityCount: rows.count,
            undecidedCount: search?.undecided.count ?? rows.count, facetCertificate: certificate(search), ball: hasInterior ? ball : nil,
            isUnbounded: isUnbounded(search), distance: borderDistance, boundaryDistance: boundary, tieCount: tieCount,
            isNamedByRule: isNamedByRule, isNamedCellFlat: isNamedCellFlat, map: map,
            powerCells: reading.sums.map { $0.map { PowerCell(sum: $0.doubles) } }, isExact: forms != nil)
    }

    /// Whether the cell is unbounded. Facets tell it, where all are known, and else all inequalities.
    private func isUnbounded(_ search: FacetSearch.Answer?) -> Bool? {
        guard hasInterior, let ball else { return nil }
        // The sides of a box come first.
        if origins.first?.layer == -1 { return false }
        if ball.isUnbounded { return true }
        guard let search, search.isComplete else { return rows.isUnbounded(forms: forms, until: { isOver(1) }) }
        var bounding = Halfspaces(dimension: rows.dimension)
        for row in search.facets { bounding.append(slope: rows.slope(row), offset: rows.offsets[row]) }
        return bounding.isUnbounded(forms: forms.map { forms in search.facets.map { forms[$0] } }, until: { isOver(1) })
    }

    private func certificate(_ search: FacetSearch.Answer?) -> InscribedBall.Certificate {
        guard let search else { return .none }
        return search.isExact ? .exact : .rounded
    }

    private func facets(_ progress: (String, Int, Int) -> Void) -> FacetSearch.Answer? {
        guard let ball else { return nil }
        var search = FacetSearch(rows, around: ball.center, forms: forms)
        return search.run(secondsLeft: { options.seconds - start.duration(to: .now) / .seconds(1) }) { decided, total in
            progress("inequalities decided", decided, total)
            return isOver(1)
        }
    }

    // MARK: Distances

    /// From the point to a row's hyperplane, and the bound on its error.
    private func distance(_ row: Int) -> (value: Double, bound: Double) {
        let (value, bound): (Double, Double)
        if let forms {
            let exact = forms[row].value(at: point.exact).doubleValue
            (value, bound) = (exact, abs(exact) * 0x1p-52)
        } else {
            (value, bound) = rows.value(row, at: point.doubles)
        }
        let distance = max(value, 0) / rows.norms[row]
        return (distance, bound / rows.norms[row] + distance * Double(rows.dimension + 16) * 0x1p-53)
    }

    private var borderDistance: Region.Distance? {
        var nearest: Region.Distance?
        var lowest = Double.infinity
        for row in 0..<rows.count where origins[row].layer >= 0 {
            let (value, bound) = distance(row)
            lowest = min(lowest, max(value - bound, 0))
            if value < nearest?.value ?? .infinity {
                nearest = Region.Distance(value: value, lowerBound: 0, unit: origins[row].unit, layer: origins[row].layer)
            }
        }
        return nearest.map { Region.Distance(value: $0.value, lowerBound: lowest, unit: $0.unit, layer: $0.layer) }
    }

    /// The nearest point of the cell at which the class changes: for each rival, nearest hyperplane first, the projection onto the part of
    /// the cell where it has caught up. A projection ends where it is proved to be further than the best so far, or than the hyperplane of
    /// the rival alone shows.
    private mutating func boundaryDistance(_ progress: (String, Int, Int) -> Void) -> Region.Distance? {
        let ranked = rivals()
        var best: Region.Distance?
        var lowest = Double.infinity
        for (index, (rival, form, reach)) in ranked.enumerated() {
            if reach >= best?.value ?? .infinity { break }
            progress("rivals", index, ranked.count)
            rows.append(slope: form[..<rows.dimension].map { -$0 }, offset: -form[rows.dimension])
            defer { rows.removeLast() }
            switch rows.nearest(to: point.doubles, within: best?.value ?? .infinity, until: { isOver(2.0 / 3) }) {
            case .empty: break
            case .beyond(let bound): lowest = min(lowest, max(bound, reach))
            case .found(let nearest):
                lowest = min(lowest, nearest.lowerBound)
                if nearest.distance < best?.value ?? .infinity {
                    best = Region.Distance(value: nearest.distance, lowerBound: 0, unit: rival, layer: -1)
                }
            }
        }
        guard lowest < .infinity else { return nil }
        let value = best?.value ?? .infinity
        return Region.Distance(value: value, lowerBound: min(lowest, value), unit: best?.unit ?? -1, layer: -1)
    }

    /// The classes that the point's could give way to, by a bound on the distance to where they tie with it.
    private func rivals() -> [(rival: Int, form: [Double], reach: Double)] {
        let (d, output) = (rows.dimension, reading.output)
        let values = output.map { form in
            let row = form.doubles
            return zip(row, point.doubles).reduce(row[d]) { $0 + $1.0 * $1.1 }
        }
        let winner = values.indices.reduce(0) { values[$1] > values[$0] ? $1 : $0 }
        let rivals: [(rival: Int, form: [Double])] =
            output.count == 1
            ? [(values[0] > 0 ? 0 : 1, (values[0] > 0 ? output[0] : -output[0]).doubles)]
            : output.indices.filter { $0 != winner }.map { ($0, (output[winner] - output[$0]).doubles) }
        return rivals.compactMap { rival, form -> (rival: Int, form: [Double], reach: Double)? in
            var side = Halfspaces(dimension: d)
            side.append(slope: form[..<d], offset: form[d])
            let (value, bound) = side.value(0, at: point.doubles)
            // One that equals the winner on the whole cell never takes its place there.
            if side.norms[0] == 0 { return value < 0 ? (rival, form, 0) : nil }
            return (rival, form, max(value - bound, 0) / side.norms[0] * (1 - 0x1p-40))
        }.sorted { $0.reach < $1.reach }
    }
}
