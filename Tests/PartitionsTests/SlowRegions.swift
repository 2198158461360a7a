// Regions of labels in the plane from exact polygons alone, every pair compared with every other: no mesh, no shared vertices.

import Geometry
import Partitions

/// What labelled convex polygons that tile a box say of their labels.
struct SlowRegions {
    /// b₀ of each label: polygons belong together that share a segment.
    private(set) var componentCounts: [Int: Int] = [:]
    /// b₁ of each label: the connected parts of everything else, the outside among them, less one (Alexander duality).
    private(set) var holeCounts: [Int: Int] = [:]
    /// The dividing curve: connected pieces, independent loops, length.
    private(set) var pieceCount = 0
    private(set) var loopCount = 0
    private(set) var length = 0.0
    /// Pairs of polygons that share a segment.
    private(set) var adjacentPairCount = 0
    /// The number of corners of each polygon, sorted.
    let cornerCounts: [Int]

    private struct Point: Hashable {
        let x: Rational
        let y: Rational

        /// Twice the area of the triangle self, b, c: positive counter-clockwise.
        func turn(_ b: Point, _ c: Point) -> Int { ((b.x - x) * (c.y - y) - (b.y - y) * (c.x - x)).signum }
    }

    private struct Polygon {
        let corners: [Point]
        let low: SIMD2<Double>
        let high: SIMD2<Double>

        /// Corners in order round, by gift wrapping.
        init(_ points: [Point]) {
            var corners = [points.min { ($0.x, $0.y) < ($1.x, $1.y) }!]
            while true {
                let last = corners[corners.count - 1]
                var following = points.first { $0 != last }!
                for point in points where point != last && last.turn(following, point) < 0 { following = point }
                if following == corners[0] { break }
                corners.append(following)
            }
            self.corners = corners
            let positions = corners.map { SIMD2($0.x.doubleValue, $0.y.doubleValue) }
            low = positions.reduce(SIMD2(repeating: .infinity)) { SIMD2(min($0.x, $1.x), min($0.y, $1.y)) } - 1e-9
            high = positions.reduce(SIMD2(repeating: -.infinity)) { SIMD2(max($0.x, $1.x), max($0.y, $1.y)) } + 1e-9
        }

        func mayMeet(_ other: Polygon) -> Bool {
            low.x <= other.high.x && other.low.x <= high.x && low.y <= other.high.y && other.low.y <= high.y
        }

        var sides: [(Point, Point)] { corners.indices.map { (corners[$0], corners[($0 + 1) % corners.count]) } }

        func holds(_ point: Point) -> Bool { sides.allSatisfy { $0.0.turn($0.1, point) >= 0 } }

        func touches(_ other: Polygon) -> Bool { corners.contains(where: other.holds) || other.corners.contains(where: holds) }

        /// The segment that two polygons without common interior share, or `nil`.
        func commonSegment(_ other: Polygon) -> (Point, Point)? {
            for (a, b) in sides {
                for (c, d) in other.sides where a.turn(b, c) == 0 && a.turn(b, d) == 0 {
                    func key(_ p: Point) -> Rational { a.x == b.x ? p.y : p.x }
                    let (p, q) = key(a) < key(b) ? (a, b) : (b, a)
                    let (r, s) = key(c) < key(d) ? (c, d) : (d, c)
                    let (start, end) = (key(p) < key(r) ? r : p, key(q) < key(s) ? q : s)
                    if key(start) < key(end) { return (start, end) }
                }
            }
            return nil
        }
    }

    /// - Parameter box: both coordinates from −1 to 1.
    init(_ parts: [(polytope: Polytope, label: Int)]) {
        let polygons = parts.map { part in Polygon(part.polytope.vertices.map { Point(x: $0.point[0], y: $0.point[1]) }) }
        cornerCounts = polygons.map(\.corners.count).sorted()
        let labels = parts.map(\.label)
        let n = parts.count
        var same = Groups(n)
        var touching: [(Int, Int)] = []
        var ends: [Point: Int] = [:]
        var segments: [(Int, Int)] = []
        for i in 0..<n {
            for j in 0..<i where polygons[i].mayMeet(polygons[j]) {
                guard polygons[i].touches(polygons[j]) else { continue }
                touching.append((i, j))
                guard let (p, q) = polygons[i].commonSegment(polygons[j]) else { continue }
                adjacentPairCount += 1
                if labels[i] == labels[j] {
                    same.unite(i, j)
                } else {
                    let places = [p, q].map { point in
                        let fresh = ends.count
                        return ends[point]
                            ?? {
                                ends[point] = fresh; return fresh
                            }()
                    }
                    segments.append((places[0], places[1]))
                    let (dx, dy) = ((q.x - p.x).doubleValue, (q.y - p.y).doubleValue)
                    length += (dx * dx + dy * dy).squareRoot()
                }
            }
        }
        var lines = Groups(ends.count)
        for (a, b) in segments { lines.unite(a, b) }
        pieceCount = lines.count
        loopCount = segments.count - ends.count + pieceCount
        let one = Rational(1.0)
        for label in Set(labels) {
            componentCounts[label] = Set((0..<n).filter { labels[$0] == label }.map { same.root($0) }).count
            var others = Groups(n + 1)  // n is the outside
            for (i, j) in touching where labels[i] != label && labels[j] != label { others.unite(i, j) }
            for i in 0..<n where labels[i] != label {
                if polygons[i].corners.contains(where: { $0.x.magnitude == one || $0.y.magnitude == one }) { others.unite(i, n) }
            }
            holeCounts[label] = Set(([n] + (0..<n).filter { labels[$0] != label }).map { others.root($0) }).count - 1
        }
    }

    private struct Groups {
        var parents: [Int]
        init(_ count: Int) { parents = Array(0..<count) }
        func root(_ i: Int) -> Int { parents[i] == i ? i : root(parents[i]) }
        mutating func unite(_ a: Int, _ b: Int) { parents[root(a)] = root(b) }
        var count: Int { parents.indices.count { parents[$0] == $0 } }
    }
}

extension SlowRegions {
    /// The parts of a cell on which each output is the first largest, or the one output is not positive (0) and positive (1).
    static func classParts(_ cell: ExactSubdivision.Cell) -> [(polytope: Polytope, label: Int)] {
        let forms = cell.output.count == 1 ? [AffineForm.constant(0, dimension: 2), cell.output[0]] : cell.output
        return forms.indices.compactMap { c in
            var part: Polytope? = cell.polytope
            for rival in forms.indices where rival != c {
                let difference = forms[c] - forms[rival]
                if difference.isZero {
                    if rival < c { return nil }
                } else {
                    part = part?.cut(by: difference, facet: 1_000 + rival).positive
                }
            }
            return part.map { ($0, c) }
        }
    }
}
