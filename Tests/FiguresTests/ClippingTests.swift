// Shapes cut off at a window.

import Figures
import TestSupport
import Testing

@Suite struct ClippingTests {
    private let window = Window(low: SIMD2(0, 0), high: SIMD2(2, 1))

    @Test("A polygon keeps what is inside, also where no corner is, and nothing where it is outside")
    func polygons() {
        #expect(window.clip([SIMD2(0.5, 0.25), SIMD2(1, 0.25), SIMD2(1, 0.75)]) == [SIMD2(0.5, 0.25), SIMD2(1, 0.25), SIMD2(1, 0.75)])
        #expect(area(window.clip([SIMD2(-8, -8), SIMD2(8, -8), SIMD2(8, 8), SIMD2(-8, 8)])) == 2)
        // The half below y = x holds all of the window but the triangle (0, 0), (1, 1), (0, 1).
        #expect(area(window.clip([SIMD2(-8, -8), SIMD2(8, -8), SIMD2(8, 8)])) == 1.5)
        #expect(window.clip([SIMD2(3, 0), SIMD2(4, 0), SIMD2(4, 1)]).count < 3)
    }

    @Test("Law: parts of a subdivision cover the window", arguments: UInt64(0)..<16)
    func areas(seed: UInt64) {
        var rng = seededGenerator(seed)
        let small = Window(low: SIMD2(-0.4, -0.3), high: SIMD2(0.5, 0.2))
        let total = subdivision(lines: 12, &rng).reduce(0) { $0 + area(small.clip($1)) }
        #expect(abs(total - 0.45) <= 1e-12)
    }

    @Test("A polyline is cut into the parts inside")
    func lines() {
        let parts = window.clip(line: [SIMD2(-1, 0.5), SIMD2(1, 0.5), SIMD2(1, 2), SIMD2(1.5, 2), SIMD2(1.5, -1)])
        #expect(parts == [[SIMD2(0, 0.5), SIMD2(1, 0.5), SIMD2(1, 1)], [SIMD2(1.5, 1), SIMD2(1.5, 0)]])
        #expect(window.clip(line: [SIMD2(-1, 3), SIMD2(3, 2)]).isEmpty)
    }
}
