// How far from 0 anything still happens on the whole line or plane.

import Geometry

enum Horizon {
    /// A power of two, at least 4, such that all crossings of two lines, of cells and of the decision boundary, lie strictly within half of
    /// it, and so do the crossings of every line with the diagonals |x| = |y|.
    ///
    /// Beyond, every line runs straight to infinity without meeting another: so every cell of the plane has interior within, and it is
    /// unbounded exactly where it reaches the border of the box of this radius. Proof: in a chart (`homogeneous`) the part
    /// 0 < w < 1/radius has no vertex, so each cell there is a quadrilateral between w = 0 and w = 1/radius.
    /// - Throws: `PartitionError` where a crossing lies beyond 1e100.
    static func radius(of program: PiecewiseAffineProgram) throws(PartitionError) -> Double {
        let classified = try program.withClass()
        var nearest = 1.0
        for axis in 0..<program.inputCount {
            for sign in [-1.0, 1] {
                let chart = try classified.homogeneous(axis: axis, sign: sign)
                let isLine = program.inputCount == 1
                nearest = min(nearest, smallestWeight(isLine ? try LinearPartition.strip(chart) : chart))
            }
        }
        guard nearest >= 1e-99 else {
            throw PartitionError(what: "crossing", where: "whole plane", expected: "one within 1e99 of 0", got: "one at \(1 / nearest)")
        }
        // 2ⁿ ≥ 2/nearest > 2ⁿ⁻¹, and twice that.
        return Double(sign: .plus, exponent: Int((2 / nearest).exponent) + 2, significand: 1)
    }

    /// A lower bound, good to a factor near 1, on the smallest first coordinate that is not 0 of a vertex of a chart.
    private static func smallestWeight(_ chart: PiecewiseAffineProgram) -> Double {
        var subdivision = PlanarSubdivision(of: chart, on: [SIMD2(0, -1), SIMD2(1, -1), SIMD2(1, 1), SIMD2(0, 1)])
        subdivision.run()
        var nearest = 1.0
        for vertex in 0..<subdivision.mesh.vertexCount {
            let (w, bound) = (subdivision.positions.value(0, at: vertex), subdivision.positions.bound(0, at: vertex))
            if w == 0 && bound == 0 { continue }
            if bound < w / 2 {
                nearest = min(nearest, w - bound)
            } else {
                let exact = subdivision.point(vertex)[0]
                if exact.signum != 0 { nearest = min(nearest, exact.doubleValue) }
            }
        }
        return nearest
    }
}
