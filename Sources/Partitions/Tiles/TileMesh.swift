// The cells of one tile: half-edges with twins, and for every vertex a row of numbers. Cutting is edge by edge and touches nothing else.
//
// A row is [columns … | candidates …]: first the functions that the network is affine in on every cell, 1, x, y and hinges, then the
// units that cut, as many as fit the bits of a word. All of them are affine on every edge, so a new vertex's row is interpolated.
//
// Errors. A vertex is put at its row's x and y; where it is exactly, it lies on the zero sets of the units (or the borders) that cross in
// it. Three bounds follow it:
//   displacement ≥ |put − exact|,   offset ≥ the distance of where it is put from every line that crosses in it,
//   generation = how many interpolations made its row, one after the other.
// Candidate c has an error bound base[c] and a gradient bound slope[c] ≥ |∂f/∂x| + |∂f/∂y| for the exact function f it is on any cell of
// the tile: |entry − f(put)| ≤ base[c], whence |entry| > base[c] + slope[c] · displacement has the sign of f at the exact vertex.
//
// Interpolation keeps this. With u = 2⁻⁵³ an entry a + τ(b − a), 0 ≤ τ ≤ 1, is rounded by at most 3u · max(|a|, |b|), whatever τ is, and f
// is affine on the edge, so |entry − f(put)| grows by that and by |∇f| times the rounding of put, 3u of its coordinates: together at most
// 6u · Σ_j |w_j| size_j a generation. `base` allows for `generationLimit` of them from the start.
//
// A new vertex w is put on the segment between a and b, as these are put, rounded by `grain`: its distance from their exact line is at
// most `across` = max(offset a, offset b) + grain. Candidate f is 0 in its row, so |f(w)| ≤ base, and at the point of the line nearest to
// w at most base + slope · across. Along the line f changes by at least gap = |z_a| + |z_b| − 2 (base + slope · across) between the points
// nearest to a and b, over at most |b − a|: so its zero is within (base + slope · across) · |b − a| / gap of there. The distance of w
// from f's zero line is at most |f(w)| / |∇f| ≤ base · |b − a| / gap.

import CKernels

struct TileMesh: ~Copyable {
    struct HalfEdge: BitwiseCopyable {
        var origin: Int32
        var next: Int32
        /// The same edge from the other side; −1 on the tile's border.
        var twin: Int32
        var cell: Int32
    }

    var halfEdges = Pool<HalfEdge>()
    /// A half-edge of each cell.
    var first = Pool<Int32>()
    /// Rows, `stride` numbers each, a multiple of 8.
    var rows = Pool<Double>()
    var stride = 8
    var vertices = Pool<maso_partition_vertex>()

    init() {}

    var vertexCount: Int { vertices.count }
    var cellCount: Int { first.count }

    @inline(__always) func end(_ h: Int) -> Int { Int(halfEdges[Int(halfEdges[h].next)].origin) }

    /// What cuts: candidates in the columns from `first` on, with the errors of every column.
    struct Cut {
        let first: Int
        let count: Int
        let base: UnsafePointer<Double>
        let slope: UnsafePointer<Double>
        /// The rounding of a coordinate.
        let grain: Double
        /// Whether nothing reads the rows after this cut, so that new ones may lack columns.
        let isLast: Bool
    }

    /// What cutting needs only while it lasts, used again by every tile.
    struct Scratch: ~Copyable {
        /// For each candidate the edges it crosses, as chains through `queue`.
        var heads = Pool<Int32>(repeating: -1, count: 64)
        var queue = Pool<(halfEdge: Int32, next: Int32)>()
        /// For each cell the half-edge that ends where the present candidate has entered it, or −1.
        var pending = Pool<Int32>()
        /// Values of candidates at vertices, and memory for the next tile's rows.
        var values = Pool<Double>()
        var rows = Pool<Double>()

        @inline(__always) mutating func enqueue(_ h: Int, _ candidates: UInt64) {
            var rest = candidates
            while rest != 0 {
                let c = rest.trailingZeroBitCount
                rest &= rest &- 1
                let place = queue.count
                queue.append((halfEdge: Int32(truncatingIfNeeded: h), next: heads[c]))
                heads[c] = Int32(truncatingIfNeeded: place)
            }
        }
    }

    /// More interpolations than `base` allows for.
    static let generationLimit = 512

    /// Cuts all cells by candidates whose signs at the vertices are certain.
    ///
    /// - Returns: `false` where a sign could not be certified; the mesh is then of no use.
    mutating func cut(_ cut: Cut, _ scratch: inout Scratch) -> Bool {
        scratch.queue.removeAll()
        for c in 0..<cut.count { scratch.heads[c] = -1 }
        for h in 0..<halfEdges.count {
            let edge = halfEdges[h]
            if edge.twin >= 0 && edge.twin < Int32(truncatingIfNeeded: h) { continue }
            scratch.enqueue(h, vertices.start[Int(edge.origin)].positive ^ vertices.start[end(h)].positive)
        }
        scratch.pending.resize(to: cellCount)
        for c in 0..<cellCount { scratch.pending[c] = -1 }
        for c in 0..<cut.count {
            var entry = scratch.heads[c]
            // The candidates that have not cut yet.
            let all: UInt64 = cut.count == 64 ? ~0 : (1 << UInt64(cut.count)) &- 1
            let later = c == 63 ? 0 : all & (~0 << UInt64(c + 1))
            while entry >= 0 {
                let (h, following) = scratch.queue[Int(entry)]
                entry = following
                // An edge that an earlier candidate has divided may no longer be crossed.
                let (a, b) = (Int(halfEdges[Int(h)].origin), end(Int(h)))
                if (vertices.start[a].positive ^ vertices.start[b].positive) >> UInt64(c) & 1 == 0 { continue }
                if !cross(Int(h), a, b, candidate: c, later: later, cut, &scratch) { return false }
            }
        }
        return true
    }

    /// Puts a vertex where a candidate crosses an edge, and divides the cells on its sides that it leaves there.
    @inline(__always) private mutating func cross(
        _ h: Int, _ a: Int, _ b: Int, candidate: Int, later: UInt64, _ cut: Cut, _ scratch: inout Scratch
    ) -> Bool {
        let w = vertexCount
        rows.resize(to: (w + 1) * stride)
        let (p, q, row) = (rows.start + a * stride, rows.start + b * stride, rows.start + w * stride)
        let (start, end) = (vertices[a], vertices[b])
        let column = cut.first + candidate
        let (valueP, valueQ) = (p[column], q[column])
        let (spread, base) = (abs(valueP) + abs(valueQ), cut.base[column])
        let across = max(start.offset, end.offset) + cut.grain
        let reach = base + cut.slope[column] * across
        guard 4 * reach < spread else { return false }
        let length = abs(q[1] - p[1]) + abs(q[2] - p[2])
        let inverse = (length + cut.grain) / (spread - 2 * reach) * (1 + 0x1p-30)
        let moved = reach * inverse + across
        let generation = max(start.generation, end.generation) + 1
        guard generation < TileMesh.generationLimit else { return false }
        var doubtful: UInt64 = 0
        let bits = maso_partition_cross(
            p, q, row, stride, cut.isLast ? column & ~7 : 0, cut.first, valueP / (valueP - valueQ), cut.base, cut.slope, moved,
            &doubtful)
        if doubtful & later != 0 { return false }
        row[column] = 0
        // What both ends agree on, the new vertex has too; what an earlier candidate's zero leaves to one end, that end decides.
        let settled = ~later & ~(1 << UInt64(candidate))
        let positive = (bits & later) | ((start.positive | end.positive) & settled)
        vertices.append(
            .init(positive: positive, displacement: moved, offset: max(across, base * inverse), generation: generation))

        // h: a → w, rest: w → b; on the other side t: b → w, back: w → a.
        let rest = halfEdges.count
        let edge = halfEdges[h]
        let t = Int(edge.twin)
        let vertex = Int32(truncatingIfNeeded: w)
        halfEdges.append(HalfEdge(origin: vertex, next: edge.next, twin: edge.twin, cell: edge.cell))
        halfEdges.start[h].next = Int32(truncatingIfNeeded: rest)
        scratch.enqueue(rest, (positive ^ end.positive) & later)
        if t >= 0 {
            let back = Int32(truncatingIfNeeded: rest + 1)
            let other = halfEdges[t]
            halfEdges.append(HalfEdge(origin: vertex, next: other.next, twin: Int32(truncatingIfNeeded: h), cell: other.cell))
            halfEdges.start[t].next = back
            halfEdges.start[t].twin = Int32(truncatingIfNeeded: rest)
            halfEdges.start[h].twin = back
            enter(Int(edge.cell), h, later, &scratch)
            enter(Int(other.cell), t, later, &scratch)
        } else {
            enter(Int(edge.cell), h, later, &scratch)
        }
        return true
    }

    /// Notes that the candidate meets a cell's border at the end of half-edge `h`; the second time, divides the cell.
    @inline(__always) private mutating func enter(_ cell: Int, _ h: Int, _ later: UInt64, _ scratch: inout Scratch) {
        let before = Int(scratch.pending[cell])
        if before < 0 {
            scratch.pending[cell] = Int32(truncatingIfNeeded: h)
            return
        }
        scratch.pending[cell] = -1
        // Half-edges `before` and h end in u and w. The loop from u to w becomes a new cell, closed by w → u.
        let (after, afterBefore) = (halfEdges[h].next, halfEdges[before].next)
        let (u, w) = (halfEdges[Int(afterBefore)].origin, halfEdges[Int(after)].origin)
        let closing = Int32(truncatingIfNeeded: halfEdges.count)
        let opening = closing + 1
        let new = Int32(truncatingIfNeeded: cellCount)
        halfEdges.append(HalfEdge(origin: w, next: afterBefore, twin: opening, cell: new))
        halfEdges.append(HalfEdge(origin: u, next: after, twin: closing, cell: Int32(truncatingIfNeeded: cell)))
        halfEdges.start[h].next = closing
        halfEdges.start[before].next = opening
        first.append(closing)
        first[cell] = opening
        scratch.pending.append(-1)
        var walk = Int(afterBefore)
        while walk != Int(closing) {
            halfEdges.start[walk].cell = new
            walk = Int(halfEdges[walk].next)
        }
        scratch.enqueue(Int(closing), (vertices.start[Int(u)].positive ^ vertices.start[Int(w)].positive) & later)
    }
}
