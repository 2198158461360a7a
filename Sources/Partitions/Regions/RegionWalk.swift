// From cell to cell across facets, breadth first: the cells around a point in any dimension, without the whole partition.

import Geometry

/// The cells reached from a point by crossing facets.
public struct RegionWalk: Sendable {
    /// How far a walk goes. What comes first ends it.
    public struct Limits: Sendable {
        /// How many cells at most.
        public var cells: Int
        public var seconds: Double
        /// How many facets are crossed at most on the way to a cell.
        public var steps: Int
        /// Only facets nearer to the point than this are crossed: the cells that the open ball meets.
        public var radius: Double

        public init(cells: Int = 1000, seconds: Double = 60, steps: Int = .max, radius: Double = .infinity) {
            (self.cells, self.seconds, self.steps, self.radius) = (cells, seconds, steps, radius)
        }
    }

    /// One cell met.
    public struct Cell: Sendable {
        public let codes: [[Int]]
        /// How many facets were crossed to reach it.
        public let steps: Int
        public let facetCount: Int
        /// The radius of the largest ball inside; ∞ where balls of every size fit. Of the point's own cell 0 where none was found: others
        /// are not listed then.
        public let inRadius: Double
        /// Whether the cell is unbounded; `nil` where that was not decided.
        public let isUnbounded: Bool?
        /// The largest output at the ball's centre; of a single output 1 where it is positive.
        public let classIndex: Int
        /// The cells beyond its facets that were met too, ascending.
        public fileprivate(set) var neighbors: [Int]
        /// Whether every inequality was decided, and every neighbour that the limits allow was read.
        public let isComplete: Bool
    }

    /// Why a walk ended.
    public enum End: String, Sendable {
        /// Every cell within the steps, the radius and the box was met.
        case complete
        /// The same, but for what lies beyond inequalities that were left open.
        case undecided
        case cells
        case seconds
    }

    /// In the order met; the first is the point's own.
    public let cells: [Cell]
    public let end: End
    /// Whether every cell was read in exact arithmetic.
    public let isExact: Bool
}

extension RegionReader {
    /// The cells around a point.
    ///
    /// Two cells are neighbours where they share a facet. Beyond a facet there is one cell: since the network is continuous, no unit changes
    /// its piece only on the far side of a facet's inside.
    /// - Parameter progress: told how many cells are read and how many are known.
    /// - Throws: `PartitionError` as `region(at:)` does.
    public func walk(
        from point: [Double], limits: RegionWalk.Limits = RegionWalk.Limits(), progress: (Int, Int) -> Void = { _, _ in }
    ) throws(PartitionError) -> RegionWalk {
        let start = ContinuousClock.now
        let first = try region(at: point, options: Options(seconds: limits.seconds, findsFacets: false))
        return isExact
            ? walk(from: first, AffineForm.self, limits, start, progress) : walk(from: first, RoundedForm.self, limits, start, progress)
    }

    private func walk<Form: FormArithmetic>(
        from first: Region, _: Form.Type, _ limits: RegionWalk.Limits, _ start: ContinuousClock.Instant, _ progress: (Int, Int) -> Void
    ) -> RegionWalk {
        func seconds() -> Double { start.duration(to: .now) / .seconds(1) }
        func isOver() -> Bool { seconds() > limits.seconds }
        // A point inside each cell, at which it is read; the first cell's own point may lie on its border.
        var open: [(point: CellPoint, ties: CellReading<Form>.Ties, steps: Int)] = []
        var numbers: [[[Int]]: Int] = [first.codes: 0]
        var (cells, end): ([RegionWalk.Cell], RegionWalk.End) = ([], .complete)
        open.append((CellPoint(first.ball?.center ?? first.point), .first, 0))
        while cells.count < open.count {
            if cells.count >= limits.cells { end = .cells }
            if isOver() { end = .seconds }
            if end != .complete { break }
            progress(cells.count, open.count)
            let (at, ties, steps) = open[cells.count]
            let options = Options(seconds: limits.seconds - seconds())
            var cell = CellAnalysis(
                CellReading<Form>(program, at: at, ties: ties), at: at, in: box, ties: ties, near: first.point, options)
            let region = cell.region(isNamedByRule: true, tieCount: 0, findsDistances: false) { _, _, _ in }
            var (neighbors, isComplete) = ([Int](), region.undecidedCount == 0)
            if let ball = cell.ball {
                for facet in region.facets where facet.origin.layer >= 0 && steps < limits.steps {
                    let isMet =
                        limits.radius == .infinity
                        || cell.hasPoint(on: facet, of: region, nearer: limits.radius, to: first.point, until: isOver)
                    if isOver() {
                        (isComplete, end) = (false, .seconds)
                        break
                    }
                    guard isMet else { continue }
                    let beyond = cell.crossing(of: facet, from: ball.center)
                    let reading = CellReading<Form>(program, at: beyond, ties: .toward(facet.direction))
                    if let known = numbers[reading.codes] {
                        neighbors.append(known)
                    } else {
                        numbers[reading.codes] = open.count
                        neighbors.append(open.count)
                        open.append((beyond, .toward(facet.direction), steps + 1))
                    }
                }
            } else {
                isComplete = false
            }
            cells.append(
                RegionWalk.Cell(
                    codes: region.codes, steps: steps, facetCount: region.facets.count, inRadius: region.ball?.radius ?? 0,
                    isUnbounded: region.isUnbounded, classIndex: region.classIndex(at: cell.ball?.center ?? at.doubles),
                    neighbors: neighbors, isComplete: isComplete))
        }
        if end == .complete, cells.contains(where: { !$0.isComplete }) { end = .undecided }
        // What was met, with interior, by its new number.
        let met = cells.indices.filter { $0 == 0 || cells[$0].inRadius > 0 }
        let places = Dictionary(uniqueKeysWithValues: met.enumerated().map { ($1, $0) })
        cells = met.map { cells[$0] }
        for i in cells.indices { cells[i].neighbors = Set(cells[i].neighbors.compactMap { places[$0] }).sorted() }
        return RegionWalk(cells: cells, end: end, isExact: isExact)
    }

}

extension CellAnalysis {
    /// Whether a facet of the cell has a point nearer to another one than `radius`; `false` also where the search was stopped.
    func hasPoint(on facet: Region.Facet, of region: Region, nearer radius: Double, to point: [Double], until isDone: () -> Bool) -> Bool {
        var part = Halfspaces(dimension: point.count)
        // Where rows were left open, all of them, if they are few.
        let isOpen = region.undecidedCount > 0 && rows.slopes.count <= 1_000_000
        if isOpen { part = rows } else { for other in region.facets { part.append(slope: other.slope, offset: other.offset) } }
        part.append(slope: facet.slope.map { -$0 }, offset: -facet.offset)
        // Further than that only where rounding is to be decided exactly.
        guard case .found(let nearest) = part.nearest(to: point, within: radius * (1 + 1e-9), until: isDone) else { return false }
        if !isOpen, abs(nearest.distance - radius) <= 1e-9 * radius, let forms {
            let facets = region.facets.map { forms[$0.row] } + [-forms[facet.row]]
            if let square = squaredDistance(from: point, to: facets, active: nearest.active) {
                return square < Rational(radius) * Rational(radius)
            }
        }
        return nearest.distance < radius
    }

    /// The exact squared distance of the set where forms are at least 0, if these rows hold its nearest point in place.
    ///
    /// With slopes a_j and values s_j at the point, the nearest point is Σ λ_j a_j away where Σ_j ⟨a_i, a_j⟩ λ_j = −s_i; it is so if every
    /// λ_j ≥ 0 and no form is negative there. Then its squared distance is −Σ λ_j s_j.
    private func squaredDistance(from point: [Double], to forms: [AffineForm], active: [Int]) -> Rational? {
        let origin = ExactPoint(point)
        func product(_ a: [Rational], _ b: [Rational]) -> Rational { zip(a, b).reduce(.zero) { $0 + $1.0 * $1.1 } }
        let slopes = active.map { forms[$0].slope }
        let values = active.map { forms[$0].value(at: origin) }
        let gram = slopes.map { a in slopes.map { product(a, $0) } }
        guard let weights = exactCombination(of: gram, equal: values.map { -$0 }), weights.allSatisfy({ $0.signum >= 0 }) else {
            return nil
        }
        let way = point.indices.map { i in zip(weights, slopes).reduce(Rational.zero) { $0 + $1.0 * $1.1[i] } }
        guard forms.allSatisfy({ ($0.value(at: origin) + product($0.slope, way)).signum >= 0 }) else { return nil }
        return product(weights, values.map { -$0 })
    }

    /// Where the facet's ray leaves the cell: exactly on the facet and strictly inside every other inequality.
    func crossing(of facet: Region.Facet, from center: [Double]) -> CellPoint {
        guard let form = forms?[facet.row] else {
            let speed = -zip(facet.slope, facet.direction).reduce(0) { $0 + $1.0 * $1.1 }
            let slack = zip(facet.slope, center).reduce(facet.offset) { $0 + $1.0 * $1.1 }
            let (step, size) = (slack / speed, Halfspaces.norm(facet.slope))
            // Of the sums, of their quotient, and of putting the point.
            let roundoff = Double(center.count + 16) * 0x1p-53
            let reach = size * (Halfspaces.norm(center) + abs(step) * Halfspaces.norm(facet.direction)) + abs(facet.offset)
            let along = roundoff * reach / abs(speed)
            return CellPoint(
                zip(center, facet.direction).map { $0 + step * $1 },
                errors: zip(center, facet.direction).map { abs($1) * along + 0x1p-51 * (abs($0) + abs(step * $1)) })
        }
        let (start, direction) = (ExactPoint(center), facet.direction.map { Dyadic($0) })
        let speed = zip(form.coefficients, direction).reduce(Dyadic.zero) { $0 - $1.0 * $1.1 }
        // x = c + (s / speed) u: in homogeneous numbers speed · c w + s w · u, with weight speed · w.
        let slack = form.scaledValue(at: start)
        let weight = Dyadic(start.weight)
        return CellPoint(
            ExactPoint(
                homogeneous: zip(start.coordinates, direction).map { speed * Dyadic($0) + slack * $1 } + [speed * weight]))
    }
}
