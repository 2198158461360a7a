// In-radii by hand, by the formula for triangles, and by trying every three sides.

import Foundation
import Geometry
import TestSupport
import Tensors
import Testing

@Suite struct ConvexPolygonTests {
    @Test("A 3-4-5 triangle has in-radius 1, area 6 and centroid (4/3, 1)")
    func triangle() {
        let triangle = ConvexPolygon([SIMD2(0, 0), SIMD2(4, 0), SIMD2(0, 3)])
        #expect(abs(triangle.inRadius - 1) <= 1e-15)  // (3 + 4 − 5) / 2
        #expect(triangle.area == 6)
        #expect(abs(triangle.centroid.x - 4.0 / 3) <= 1e-15 && abs(triangle.centroid.y - 1) <= 1e-15)
    }

    @Test("A rectangle's in-radius is half its shorter side")
    func rectangle() {
        #expect(ConvexPolygon([SIMD2(0, 0), SIMD2(8, 0), SIMD2(8, 1), SIMD2(0, 1)]).inRadius == 0.5)
        #expect(ConvexPolygon([SIMD2(-1, -1), SIMD2(1, -1), SIMD2(1, 1), SIMD2(-1, 1)]).inRadius == 1)
        #expect(ConvexPolygon([SIMD2(0, 0), SIMD2(0x1p-40, 0), SIMD2(0x1p-40, 1), SIMD2(0, 1)]).inRadius == 0x1p-41)
    }

    @Test("Corners on a side, equal corners and no width change nothing")
    func degenerate() {
        #expect(ConvexPolygon([SIMD2(0, 0), SIMD2(1, 0), SIMD2(2, 0), SIMD2(2, 2), SIMD2(2, 2), SIMD2(0, 2)]).inRadius == 1)
        #expect(ConvexPolygon([SIMD2(0, 0), SIMD2(1, 0), SIMD2(2, 0)]).inRadius == 0)
        #expect(ConvexPolygon([SIMD2(1, 1), SIMD2(1, 1), SIMD2(1, 1)]).inRadius == 0)
    }

    @Test("Law: an area's bound holds for all corners that errors allow, exactly", arguments: UInt64(0)..<256)
    func areaBounds(seed: UInt64) {
        var rng = RandomGenerator(seed: seed, purpose: "area bounds")
        // Ellipses of up to a million times as long as wide, some far from the origin, with corners off by up to their width.
        let (count, width) = (3 + Int(seed % 6), exp2(-20 * rng.uniform()))
        let center = SIMD2(rng.uniform(-1, 1), rng.uniform(-1, 1)) * (seed % 3 == 0 ? 1000 : 1)
        let turns = (0..<count).map { _ in 2 * Double.pi * rng.uniform() }.sorted()
        let corners = turns.map { center + SIMD2(cos($0) + 0.3 * width * sin($0), width * sin($0)) }
        let errors = corners.map { _ in width * exp2(-40 * rng.uniform()) }
        let (area, bound) = ConvexPolygon(corners).areaWithBound(errors: errors)
        for _ in 0..<16 {
            let exact = zip(corners, errors).map { corner, error in
                // The ends of what is allowed, most of the time.
                let (x, y) = (max(-1, min(1, rng.uniform(-3, 3))), max(-1, min(1, rng.uniform(-3, 3))))
                return [Rational(corner.x) + Rational(x * error), Rational(corner.y) + Rational(y * error)]
            }
            var twice = Rational.zero
            for i in exact.indices {
                let (p, q) = (exact[i], exact[(i + 1) % count])
                twice = twice + (p[0] * q[1] - p[1] * q[0])
            }
            #expect((twice * Rational(0.5) - Rational(area)).magnitude <= Rational(bound))
        }
    }

    @Test("A corner that is open along two nearly parallel sides leaves the area known")
    func sliver() {
        let (area, bound) = ConvexPolygon([SIMD2(0, 0), SIMD2(1, 0), SIMD2(1, 0x1p-30)]).areaWithBound(errors: [0x1p-20, 0, 0])
        #expect(area == 0x1p-31)
        #expect(bound < 0x1p-49)
    }

    @Test("Law: a triangle's in-radius is its area over half its perimeter", arguments: UInt64(0)..<64)
    func triangles(seed: UInt64) {
        var rng = RandomGenerator(seed: seed, purpose: "triangles")
        let p = (0..<3).map { _ in SIMD2(rng.uniform(), rng.uniform()) }
        let edges: [SIMD2<Double>] = [p[1] - p[0], p[2] - p[1], p[0] - p[2]]
        let sides = edges.map { ($0 * $0).sum().squareRoot() }
        let cross = edges[0].x * edges[1].y - edges[0].y * edges[1].x
        let corners = cross > 0 ? p : [p[0], p[2], p[1]]
        #expect(abs(ConvexPolygon(corners).inRadius - abs(cross) / sides.reduce(0, +)) <= 1e-12)
    }

    /// The largest r with ⟨n, x⟩ + r ≤ ⟨n, p⟩ for every side is attained where three of the constraints hold with equality.
    @Test("Law: the in-radius is the best of the vertices of its linear program", arguments: UInt64(0)..<64)
    func linearProgram(seed: UInt64) {
        var rng = RandomGenerator(seed: seed, purpose: "polygons")
        // A box cut by random lines, some of them nearly parallel to one before.
        var corners = [SIMD2(-1.0, -1.0), SIMD2(1, -1), SIMD2(1, 1), SIMD2(-1, 1)]
        var direction = SIMD2(1.0, 0)
        for _ in 0..<1 + rng.integer(below: 9) {
            if rng.integer(below: 4) > 0 {
                direction = SIMD2(rng.uniform() - 0.5, rng.uniform() - 0.5)
            } else {
                direction += SIMD2(1e-6 * rng.uniform(), 0)
            }
            let offset = 0.3 * rng.uniform() * (direction * direction).sum().squareRoot()
            let values = corners.map { (direction * $0).sum() - offset }
            var kept: [SIMD2<Double>] = []
            for i in corners.indices {
                let j = (i + 1) % corners.count
                if values[i] <= 0 { kept.append(corners[i]) }
                if values[i] * values[j] < 0 {
                    kept.append(corners[i] + values[i] / (values[i] - values[j]) * (corners[j] - corners[i]))
                }
            }
            corners = kept
        }
        let sides = corners.indices.map { i -> (normal: SIMD2<Double>, level: Double) in
            let side = corners[(i + 1) % corners.count] - corners[i]
            let normal = SIMD2(side.y, -side.x) / (side * side).sum().squareRoot()
            return (normal, (normal * corners[i]).sum())
        }
        func slack(_ x: SIMD2<Double>) -> Double { sides.map { $0.level - ($0.normal * x).sum() }.min()! }
        var best = 0.0
        for i in sides.indices {
            for j in sides.indices where j > i {
                for k in sides.indices where k > j {
                    // Subtracting the first equation leaves two for x.
                    let (a, b) = (sides[j].normal - sides[i].normal, sides[k].normal - sides[i].normal)
                    let (c, d) = (sides[j].level - sides[i].level, sides[k].level - sides[i].level)
                    let determinant = a.x * b.y - a.y * b.x
                    guard abs(determinant) > 1e-14 else { continue }
                    best = max(best, slack(SIMD2((c * b.y - d * a.y) / determinant, (a.x * d - b.x * c) / determinant)))
                }
            }
        }
        #expect(abs(ConvexPolygon(corners).inRadius - best) <= 1e-9)
    }
}
