// From the inequalities of a cell to what is said of it.

import Geometry

/// One cell's inequalities as halfspaces, and the largest ball inside.
struct CellAnalysis<Form: FormArithmetic> {
    let reading: CellReading<Form>
    let point: CellPoint
    let rows: Halfspaces
    let origins: [InequalityOrigin]
    /// The rows exactly.
    let forms: [AffineForm]?
    let ball: InscribedBall?

    init(_ reading: CellReading<Form>, at point: CellPoint, in box: [ClosedRange<Double>]?, _ options: RegionReader.Options) {
        (self.reading, self.point) = (reading, point)
        let d = point.doubles.count
        var rows = Halfspaces(dimension: d)
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
            let row = form.doubles
            rows.append(slope: row[..<d], offset: row[d])
            origins.append(origin)
            if let form = form as? AffineForm { forms.append(form) }
        }
        (self.rows, self.origins) = (rows, origins)
        self.forms = Form.self == AffineForm.self ? forms : nil
        ball = rows.inscribedBall(near: point.doubles, forms: self.forms, seconds: options.seconds)
    }

    /// Whether a ball of positive radius inside is proved.
    var hasInterior: Bool { ball.map { $0.radius > 0 } ?? false }

    func region(
        _ options: RegionReader.Options, isNamedByRule: Bool, tieCount: Int, findsDistances: Bool = true,
        _ progress: (String, Int, Int) -> Void
    ) -> Region {
        let search = hasInterior && options.findsFacets ? facets(options, progress) : nil
        let d = rows.dimension
        let output = reading.output.map(\.doubles)
        let map = AffineMap(slopes: output.map { Array($0[..<d]) }, offsets: output.map { $0[d] })
        let facets = (search?.facets ?? []).map { row in
            Region.Facet(
                origin: origins[row], slope: Array(rows.slope(row)), offset: rows.offsets[row], distance: distance(row).value,
                direction: search?.directions[row] ?? [])
        }
        return Region(
            point: point.doubles, codes: reading.codes, facets: facets, inequalityCount: rows.count,
            undecidedCount: search?.undecided.count ?? rows.count, facetCertificate: certificate(search), ball: hasInterior ? ball : nil,
            distance: borderDistance, boundaryDistance: findsDistances ? boundaryDistance(search) : nil, tieCount: tieCount,
            isNamedByRule: isNamedByRule, map: map,
            powerCells: reading.sums.map { PowerCell(sum: $0.doubles) }, isExact: forms != nil)
    }

    private func certificate(_ search: FacetSearch.Answer?) -> InscribedBall.Certificate {
        guard let search else { return .none }
        return search.isExact ? .exact : .rounded
    }

    private func facets(_ options: RegionReader.Options, _ progress: (String, Int, Int) -> Void) -> FacetSearch.Answer? {
        guard let ball else { return nil }
        var search = FacetSearch(rows, around: ball.center, forms: forms)
        let start = ContinuousClock.now
        return search.run { decided, total in
            progress("inequalities decided", decided, total)
            return start.duration(to: .now) / .seconds(1) > options.seconds
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

    /// Projections onto the part of the cell where each rival has caught up, nearest hyperplane first.
    private func boundaryDistance(_ search: FacetSearch.Answer?) -> Region.Distance? {
        let d = rows.dimension
        let output = reading.output
        let values = output.map { form in
            let row = form.doubles
            return zip(row, point.doubles).reduce(row[d]) { $0 + $1.0 * $1.1 }
        }
        let winner = values.indices.reduce(0) { values[$1] > values[$0] ? $1 : $0 }
        let rivals: [(rival: Int, form: [Double])] =
            output.count == 1
            ? [(values[0] > 0 ? 0 : 1, (values[0] > 0 ? output[0] : -output[0]).doubles)]
            : output.indices.filter { $0 != winner }.map { ($0, (output[winner] - output[$0]).doubles) }
        let ranked = rivals.compactMap { rival, form -> (rival: Int, form: [Double], reach: Double)? in
            var side = Halfspaces(dimension: d)
            side.append(slope: form[..<d], offset: form[d])
            let value = max(side.value(0, at: point.doubles).value, 0)
            if side.norms[0] == 0 { return value == 0 ? (rival, form, 0) : nil }
            return (rival, form, value / side.norms[0])
        }.sorted { $0.reach < $1.reach }
        // Facets alone say what the cell is, where all are known.
        var cell = Halfspaces(dimension: d)
        let members = search.flatMap { $0.isComplete ? $0.facets : nil } ?? Array(0..<rows.count)
        for row in members { cell.append(slope: rows.slope(row), offset: rows.offsets[row]) }
        var best: Region.Distance?
        var lowest = Double.infinity
        for (rival, form, reach) in ranked {
            if reach >= best?.value ?? .infinity { break }
            var part = cell
            part.append(slope: form[..<d].map { -$0 }, offset: -form[d])
            guard let nearest = part.projection(of: point.doubles) else { continue }
            lowest = min(lowest, nearest.lowerBound)
            if nearest.distance < best?.value ?? .infinity {
                best = Region.Distance(
                    value: nearest.distance, lowerBound: 0, unit: rival, layer: -1)
            }
        }
        return best.map { Region.Distance(value: $0.value, lowerBound: min(lowest, $0.value), unit: $0.unit, layer: -1) }
    }
}
