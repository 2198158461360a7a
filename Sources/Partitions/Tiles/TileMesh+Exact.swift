// What exact arithmetic does for a cut: signs that floating point leaves open, vertices that it cannot place, and zeros at vertices.
//
// Errors. An entry of candidate c whose sign s at the exact vertex comes from exact arithmetic is made to have it. |entry − f(put)| ≤ base
// before, and |entry| ≤ base + slope · displacement as it was in doubt. Where s = 0, |f(put)| ≤ slope · displacement, and the entry becomes
// 0. Where s > 0, f(put) ≥ −slope · displacement; if the entry is not positive, f(put) ≤ base too; it becomes at least `floor`. So with
// base′ = (1 + 2⁻⁸) (base + slope · displacement) and floor = 2⁻¹⁰ base′ the new entry is within base′ of f(put), with as much left in it
// for later interpolations as base had. As base allows for 512 interpolations of 6u · size at least, floor ≥ 3u · size: an interpolation on
// an edge where the candidate becomes 0 next to an entry of that floor has 1 − τ ≥ 2u, so that other entries keep their signs there.

import CKernels
import Geometry

/// What makes up the code of a tile's cells.
struct TileCodes {
    /// The codes of the nonlinearities so far, one after the other, where no column adds to them.
    var shared: [UInt16] = []
    var varying: [Varying] = []
    /// How many nonlinearities that is.
    var layerCount = 0
    /// Where these are the codes of a reduced network.
    var expansion: CodeExpansion?

    /// A unit whose code differs between cells: larger by `delta` where the column is positive.
    struct Varying {
        let unit: Int
        var column: Int
        let delta: Int
    }
}

extension TileMesh {
    /// For each vertex a half-edge that begins there.
    func outgoing() -> [Int32] {
        var outgoing = [Int32](repeating: -1, count: vertexCount)
        for h in (0..<halfEdges.count).reversed() { outgoing[Int(halfEdges[h].origin)] = Int32(truncatingIfNeeded: h) }
        return outgoing
    }

    /// A cell's codes of the nonlinearities so far, of all units of the domain's network.
    func code(of cell: Int, _ codes: TileCodes) -> [UInt16] {
        var code = codes.shared
        for entry in codes.varying where isPositive(entry.column, on: cell) {
            code[entry.unit] = UInt16(truncatingIfNeeded: Int(code[entry.unit]) + entry.delta)
        }
        return codes.expansion?.expand(code, layerCount: codes.layerCount) ?? code
    }

    /// Whether a hinge is active on a cell: it is 0 at all corners where not.
    private func isPositive(_ column: Int, on cell: Int) -> Bool {
        var isPositive = false
        forEachSide(of: cell) { h in isPositive = isPositive || rows[Int(halfEdges[h].origin) * stride + column] > 0 }
        return isPositive
    }

    /// The half-edge before one in its cell.
    func previous(_ h: Int) -> Int {
        var walk = h
        while Int(halfEdges[walk].next) != h { walk = Int(halfEdges[walk].next) }
        return walk
    }

    /// The entry that stands for a function of sign `sign` where it was `value`, and the base that covers the change.
    static func settled(_ value: Double, sign: Int, base: Double, slope: Double, displacement: Double) -> (value: Double, base: Double) {
        let raised = (base + slope * displacement) * (1 + 0x1p-8)
        let floor = 0x1p-10 * raised
        return (sign == 0 ? 0 : sign > 0 ? max(value, floor) : min(value, -floor), raised)
    }

    /// Decides the signs of candidates at the new vertex `w`, where `candidate` crosses half-edge h = a → b; puts it exactly first.
    @inline(never) func settle(
        _ h: Int, _ a: Int, _ b: Int, at w: Int, candidate: Int, others: UInt64, _ cut: Cut, _ scratch: inout Scratch
    ) -> (displacement: Double, positive: UInt64, zero: UInt64) {
        let displacement = placeExactly(h, a, b, at: w, candidate: candidate, cut, &scratch)
        let node = ExactSigns.Node(code(of: Int(halfEdges[h].cell), cut.codes))
        var (positive, zero, rest) = (0 as UInt64, 0 as UInt64, others)
        while rest != 0 {
            let other = rest.trailingZeroBitCount
            rest &= rest &- 1
            let (place, column) = (w * stride + cut.first + other, cut.first + other)
            let value = rows[place]
            if abs(value) <= cut.base[column] + cut.slope[column] * displacement {
                let sign = scratch.exact.sign(of: cut.lines[other], at: (halfEdges[h].line, cut.lines[candidate]), under: node)
                (rows[place], cut.base[column]) = TileMesh.settled(
                    value, sign: sign, base: cut.base[column], slope: cut.slope[column], displacement: displacement)
            }
            if rows[place] > 0 { positive |= 1 << UInt64(other) } else if rows[place] == 0 { zero |= 1 << UInt64(other) }
        }
        return (displacement, positive, zero)
    }

    /// Puts the new vertex `w` on half-edge h = a → b next to where `candidate` is 0 exactly.
    ///
    /// - Returns: how far it is from there at most.
    @inline(never) func placeExactly(_ h: Int, _ a: Int, _ b: Int, at w: Int, candidate: Int, _ cut: Cut, _ scratch: inout Scratch)
        -> Double
    {
        scratch.exact.tidy()
        let node = ExactSigns.Node(code(of: Int(halfEdges[h].cell), cut.codes))
        let (point, error) = scratch.exact.place(
            (halfEdges[h].line, cut.lines[candidate]), under: node, tolerance: TileMesh.displacementLimit * 0x1p-10 * cut.grain)
        let (p, q) = (position(a), position(b))
        let way = q - p
        let along = ((point - p) * way).sum() / (way * way).sum()
        // Inside the edge, so that entries keep their signs; any place on it will do.
        let tau = along.isFinite ? min(max(along, 0x1p-60), 1 - 0x1p-53) : 0.5
        maso_partition_interpolate(
            rows.start + a * stride, rows.start + b * stride, rows.start + w * stride, cut.width, 8, tau)
        let gap = position(w) - point
        let moved = (abs(gap.x) + abs(gap.y) + error) * (1 + 0x1p-30) + cut.grain
        // The candidate's entry becomes 0, where |f(put)| ≤ slope · moved.
        let column = cut.first + candidate
        rows[w * stride + column] = 0
        cut.base[column] = (cut.base[column] + cut.slope[column] * moved) * (1 + 0x1p-30)
        return moved
    }

    /// From now on there are zeros.
    @inline(never) func noteZeros(_ scratch: inout Scratch) {
        if scratch.hasZeros { return }
        scratch.hasZeros = true
        scratch.zeros.resize(to: vertexCount - 1)
        for v in 0..<vertexCount - 1 { scratch.zeros[v] = 0 }
    }
}
