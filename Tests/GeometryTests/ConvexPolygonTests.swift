// In-radii by hand, by the formula for triangles, and by trying every three sides.

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
