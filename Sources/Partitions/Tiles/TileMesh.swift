// The cells of one tile: half-edges with twins, and for every vertex a row of numbers. Cutting is edge by edge and touches nothing else.
//
// A row is [columns … | candidates …]: first the functions that the network is affine in on every cell, 1, x, y and hinges, then the
// units that may cut, as many as fit the bits of a word. All of them are affine on every edge, so a new vertex's row is interpolated.

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
    /// Rows, `stride` numbers each.
    var rows = Pool<Double>()
    var stride = 8
    /// How far each vertex may be from where it is exactly.
    var displacement = Pool<Double>()
    /// How far each vertex may be from the lines that cross in it: less than its displacement, where they cross at a small angle.
    var offset = Pool<Double>()
    /// How many interpolations, one after the other, made each row.
    var generation = Pool<Int32>()
    /// The candidates that are positive at each vertex.
    var positive = Pool<UInt64>()

    // Only while candidates cut:
    /// For each candidate the edges it crosses, as chains through `queue`.
    private var heads = [Int32](repeating: -1, count: 64)
    private var queue = Pool<(halfEdge: Int32, next: Int32)>()
    /// For each cell the half-edge that ends where the present candidate has entered it, or −1.
    private var pending = Pool<Int32>()

    init() {}

    var vertexCount: Int { displacement.count }

    mutating func appendVertex(displacement d: Double, offset o: Double, generation g: Int32) {
        displacement.append(d)
        offset.append(o)
        generation.append(g)
    }
    var cellCount: Int { first.count }

    @inline(__always) func end(_ h: Int) -> Int { Int(halfEdges[Int(halfEdges[h].next)].origin) }

    /// What bounds the errors of a batch.
    ///
    /// Candidate c at a vertex is off by at most base[c] from the value, at the place where the vertex was put, of the function that it is
    /// on any cell there; at the vertex's exact place by at most base[c] + slope[c] · displacement.
    struct Bounds {
        /// Where candidates begin, and how many numbers they take (a multiple of 8).
        let first: Int
        let width: Int
        let base: UnsafePointer<Double>
        let slope: UnsafePointer<Double>
        /// The rounding of a coordinate.
        let grain: Double
    }

    /// More interpolations than `base` allows for.
    static let generationLimit: Int32 = 1 << 10

    /// Cuts all cells by the candidates in `crossing`, whose signs at the vertices are certain.
    ///
    /// - Returns: `false` where a sign could not be certified; the mesh is then of no use.
    mutating func cut(candidates count: Int, crossing: UInt64, _ bounds: Bounds) -> Bool {
        queue.removeAll()
        for c in 0..<count { heads[c] = -1 }
        for h in 0..<halfEdges.count {
            let twin = halfEdges[h].twin
            if twin >= 0 && twin < Int32(h) { continue }
            enqueue(h, (positive[Int(halfEdges[h].origin)] ^ positive[end(h)]) & crossing)
        }
        pending.resize(to: cellCount)
        for c in 0..<cellCount { pending[c] = -1 }
        for c in 0..<count where crossing >> UInt64(c) & 1 == 1 {
            var entry = heads[c]
            // The candidates that have not cut yet.
            let later = c == 63 ? 0 : crossing & (~0 << UInt64(c + 1))
            while entry >= 0 {
                let (h, following) = queue[Int(entry)]
                entry = following
                let (a, b) = (Int(halfEdges[Int(h)].origin), end(Int(h)))
                if (positive[a] ^ positive[b]) >> UInt64(c) & 1 == 0 { continue }
                if !cross(Int(h), a, b, candidate: c, later: later, bounds) { return false }
            }
        }
        return true
    }

    @inline(__always) private mutating func enqueue(_ h: Int, _ candidates: UInt64) {
        var rest = candidates
        while rest != 0 {
            let c = rest.trailingZeroBitCount
            rest &= rest - 1
            queue.append((halfEdge: Int32(h), next: heads[c]))
            heads[c] = Int32(queue.count - 1)
        }
    }

    /// Puts a vertex where a candidate crosses an edge, and divides the cells on its sides that it leaves there.
    private mutating func cross(_ h: Int, _ a: Int, _ b: Int, candidate: Int, later: UInt64, _ bounds: Bounds) -> Bool {
        let w = vertexCount
        rows.resize(to: (w + 1) * stride)
        let (p, q, row) = (rows.start + a * stride, rows.start + b * stride, rows.start + w * stride)
        let entry = bounds.first + candidate
        let (valueP, valueQ) = (p[entry], q[entry])
        let (spread, base) = (abs(valueP) + abs(valueQ), bounds.base[candidate])
        guard 4 * base < spread else { return false }
        maso_partition_interpolate(p, q, row, stride, valueP / (valueP - valueQ))
        row[entry] = 0
        // Along the edge the candidate's slope is spread / |q − p|, here taken smaller by its own error. The new vertex is off the edge's
        // line by no more than its ends are; its candidate, 0, is off by at most base: so it is off the candidate's line by at most
        // base / slope, and off the crossing of the two by what (base + |∇| · offset) / slope along the edge and offset across it make.
        let length = abs(q[1] - p[1]) + abs(q[2] - p[2])
        let inverse = (length + bounds.grain) / (spread - 2 * base) * (1 + 0x1p-30)
        let across = max(offset[a], offset[b]) + bounds.grain
        let moved = (base + bounds.slope[candidate] * across) * inverse + across
        let g = max(generation[a], generation[b]) + 1
        guard g < TileMesh.generationLimit else { return false }
        appendVertex(displacement: moved, offset: max(across, base * inverse), generation: g)
        var doubtful: UInt64 = 0
        let bits = maso_partition_signs(row + bounds.first, bounds.width, bounds.base, bounds.slope, moved, &doubtful)
        if doubtful & later != 0 { return false }
        // What both ends agree on, the new vertex has too; what an earlier candidate's zero leaves to one end, that end decides.
        let settled = ~later & ~(1 << UInt64(candidate))
        positive.append((bits & later) | ((positive[a] | positive[b]) & settled))

        // h: a → w, rest: w → b; on the other side t: b → w, back: w → a.
        let rest = halfEdges.count
        let t = Int(halfEdges[h].twin)
        halfEdges.append(HalfEdge(origin: Int32(w), next: halfEdges[h].next, twin: Int32(t), cell: halfEdges[h].cell))
        halfEdges.start[h].next = Int32(rest)
        if t >= 0 {
            let back = rest + 1
            halfEdges.append(HalfEdge(origin: Int32(w), next: halfEdges[t].next, twin: Int32(h), cell: halfEdges[t].cell))
            halfEdges.start[t].next = Int32(back)
            halfEdges.start[t].twin = Int32(rest)
            halfEdges.start[h].twin = Int32(back)
            enqueue(rest, (positive[w] ^ positive[b]) & later)
            enter(Int(halfEdges[h].cell), h, later)
            enter(Int(halfEdges[t].cell), t, later)
        } else {
            enqueue(rest, (positive[w] ^ positive[b]) & later)
            enter(Int(halfEdges[h].cell), h, later)
        }
        return true
    }

    /// Notes that the candidate meets a cell's border at the end of half-edge `h`; the second time, divides the cell.
    private mutating func enter(_ cell: Int, _ h: Int, _ later: UInt64) {
        let before = pending[cell]
        if before < 0 {
            pending[cell] = Int32(h)
            return
        }
        pending[cell] = -1
        // Half-edges `before` and h end in u and w. The loop from u to w becomes a new cell, closed by w → u.
        let (after, afterBefore) = (halfEdges[h].next, halfEdges[Int(before)].next)
        let (u, w) = (halfEdges[Int(afterBefore)].origin, halfEdges[Int(after)].origin)
        let (closing, opening) = (Int32(halfEdges.count), Int32(halfEdges.count + 1))
        let new = Int32(cellCount)
        halfEdges.append(HalfEdge(origin: w, next: afterBefore, twin: opening, cell: new))
        halfEdges.append(HalfEdge(origin: u, next: after, twin: closing, cell: Int32(cell)))
        halfEdges.start[h].next = closing
        halfEdges.start[Int(before)].next = opening
        first.append(closing)
        first[cell] = opening
        pending.append(-1)
        var walk = afterBefore
        while walk != closing {
            halfEdges.start[Int(walk)].cell = new
            walk = halfEdges[Int(walk)].next
        }
        enqueue(Int(closing), (positive[Int(u)] ^ positive[Int(w)]) & later)
    }
}
