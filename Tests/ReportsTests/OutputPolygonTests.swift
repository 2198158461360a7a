// Cells divided by the largest of several affine functions.

import Reports
import TestSupport
import Tensors
import Testing

@Suite struct OutputPolygonTests {
    private let square = [SIMD2(-1.0, -1.0), SIMD2(1, -1), SIMD2(1, 1), SIMD2(-1, 1)]

    private func polygon(_ functions: [SIMD3<Double>]) -> OutputPolygon {
        OutputPolygon(corners: square, values: square.map { p in functions.map { $0.x * p.x + $0.y * p.y + $0.z } })
    }

    private func area(_ corners: [SIMD2<Double>]) -> Double {
        zip(corners, corners.dropFirst() + corners.prefix(1)).reduce(0) { $0 + ($1.0.x * $1.1.y - $1.0.y * $1.1.x) / 2 }
    }

    @Test("A class that wins at no corner may win in the middle")
    func middle() {
        // −x, x and ½ on [−1, 1]²: the third wins where |x| < ½.
        let parts = polygon([SIMD3(-1, 0, 0), SIMD3(1, 0, 0), SIMD3(0, 0, 0.5)]).parts()
        #expect(parts.map(\.classIndex) == [0, 1, 2])
        #expect(parts.map { area($0.polygon.corners) } == [1, 1, 2])
        #expect(parts.map(\.ties.count) == [1, 1, 0])  // each line stands with the smaller class
    }

    @Test("One winner at all corners has the whole cell; of equal functions the first")
    func whole() {
        let parts = polygon([SIMD3(0, 0, 1), SIMD3(0, 0, 1), SIMD3(0.1, 0, 0)]).parts()
        #expect(parts.count == 1 && parts[0].classIndex == 0 && parts[0].polygon.corners == square)
    }

    @Test("Law: the parts cover the cell, and each class wins on its own", arguments: UInt64(0)..<64)
    func cover(seed: UInt64) {
        var rng = RandomGenerator(seed: seed, purpose: "functions")
        let functions = (0..<5).map { _ in SIMD3(rng.normal(), rng.normal(), 0.5 * rng.normal()) }
        let parts = polygon(functions).parts()
        #expect(abs(parts.reduce(0) { $0 + area($1.polygon.corners) } - 4) <= 1e-12)
        for part in parts {
            let corners = part.polygon.corners
            guard area(corners) > 1e-9 else { continue }
            let middle = corners.reduce(SIMD2(0, 0), +) / Double(corners.count)
            let values = functions.map { $0.x * middle.x + $0.y * middle.y + $0.z }
            #expect(values.indices.max { values[$0] < values[$1] } == part.classIndex)
        }
    }
}
