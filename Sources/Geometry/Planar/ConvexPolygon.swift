// Measures of one convex polygon in Doubles: constructions, not predicates.

/// A convex polygon by its corners, counter-clockwise.
public struct ConvexPolygon: Hashable, Sendable {
    public let corners: [SIMD2<Double>]

    /// - Precondition: there are at least three corners.
    public init(_ corners: [SIMD2<Double>]) {
        precondition(corners.count >= 3, "\(corners.count) corners")
        self.corners = corners
    }

    /// The smallest box around it.
    public var bounds: (low: SIMD2<Double>, high: SIMD2<Double>) {
        (corners.reduce(corners[0]) { pointwiseMin($0, $1) }, corners.reduce(corners[0]) { pointwiseMax($0, $1) })
    }

    public var area: Double { moments.area }
    public var centroid: SIMD2<Double> { moments.centroid }

    /// Area and centroid from the triangles that the first corner spans with every side; however thin the polygon, the centroid lies inside to
    /// a rounding.
    public var moments: (area: Double, centroid: SIMD2<Double>) {
        let apex = corners[0]
        var (twice, sum) = (0.0, SIMD2<Double>(0, 0))
        for (p, q) in zip(corners.dropFirst(), corners.dropFirst(2)) {
            let (u, v) = (p - apex, q - apex)
            // Below 0 by rounding only.
            let cross = max(u.x * v.y - u.y * v.x, 0)
            twice += cross
            sum += cross * (u + v)
        }
        return twice > 0 ? (twice / 2, apex + sum / (3 * twice)) : (0, corners.reduce(SIMD2(0, 0), +) / Double(corners.count))
    }

    /// The signed area, and a bound on how far it is from that of exact corners, of which each coordinate may be off by `errors` (one a
    /// corner).
    ///
    /// With p_i put and p_i + δ_i exact, twice the area Σ p_i × p_{i+1} changes by Σ δ_i × (p_{i+1} − p_{i−1}) + Σ δ_i × δ_{i+1}: where two
    /// sides are nearly parallel, a corner that may be far off along them counts little. Each of n − 2 cross products u_x v_y − u_y v_x rounds
    /// u, v, its products and its difference.
    package func areaWithBound(errors: [Double]) -> (area: Double, bound: Double) {
        let (n, apex) = (corners.count, corners[0])
        var (twice, size, moved) = (0.0, 0.0, 0.0)
        for i in 1..<n - 1 {
            let (u, v) = (corners[i] - apex, corners[i + 1] - apex)
            twice += u.x * v.y - u.y * v.x
            size += abs(u.x * v.y) + abs(u.y * v.x)
        }
        var (previous, i) = (n - 1, 0)
        while i < n {
            let next = i + 1 < n ? i + 1 : 0
            let way = corners[next] - corners[previous]
            moved += errors[i] * (abs(way.x) + abs(way.y) + 2 * errors[next])
            (previous, i) = (i, i + 1)
        }
        return (twice / 2, (moved + Double(n + 8) * 0x1p-53 * size) / 2 * (1 + 0x1p-40) + 0x1p-1000)
    }

    /// The radius of the largest circle inside.
    ///
    /// All sides move inwards at speed 1. A side between exterior angles α and β shrinks at the rate tan(α/2) + tan(β/2); when it
    /// vanishes its neighbours meet at the exterior angle α + β, and when that is π or more, or three sides were left, the polygon has
    /// vanished at the time r. Errors: a few roundings of the corners' differences for each vanished side. O(n²).
    public var inRadius: Double {
        let sides = corners.indices.map { corners[($0 + 1) % corners.count] - corners[$0] }.filter { $0 != SIMD2(0, 0) }
        let n = sides.count
        guard n >= 3 else { return 0 }
        let magnitudes = sides.map { ($0 * $0).sum().squareRoot() }
        let units = zip(sides, magnitudes).map { $0 / $1 }
        // turns[i]: tan(α/2) at the corner where side i begins; lengths at time 0 as if sides had always had their present neighbours.
        var turns = units.indices.map { ConvexPolygon.halfTurn(units[($0 + n - 1) % n], units[$0]) }
        var lengths = magnitudes
        var (next, previous) = (units.indices.map { ($0 + 1) % n }, units.indices.map { ($0 + n - 1) % n })
        var left = Array(units.indices)
        while true {
            var (first, time) = (left[0], Double.infinity)
            for side in left {
                let rate = turns[side] + turns[next[side]]
                let vanishing = rate > 0 ? max(lengths[side] / rate, 0) : .infinity
                if vanishing < time { (first, time) = (side, vanishing) }
            }
            let (a, b) = (turns[first], turns[next[first]])
            guard time.isFinite, left.count > 3, a * b < 1 else { return time.isFinite ? time : 0 }
            let (before, after) = (previous[first], next[first])
            let turn = (a + b) / (1 - a * b)  // tan of the sum of half angles
            lengths[before] += time * (turn - a)
            lengths[after] += time * (turn - b)
            turns[after] = turn
            (next[before], previous[after]) = (after, before)
            left.removeAll { $0 == first }
        }
    }

    /// tan(α/2) of the angle α, 0 to π, by which a direction turns left into another.
    private static func halfTurn(_ u: SIMD2<Double>, _ v: SIMD2<Double>) -> Double {
        let (cross, dot) = (max(u.x * v.y - u.y * v.x, 0), (u * v).sum())
        return dot >= 0 ? cross / (1 + dot) : cross > 0 ? (1 - dot) / cross : .infinity
    }
}
