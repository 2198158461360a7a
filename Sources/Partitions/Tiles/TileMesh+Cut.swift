// Cutting a tile's cells by candidates, one after the other, edge by edge (the errors are derived in TileMesh.swift).

import CKernels

extension TileMesh {
    /// What cuts: candidates in the columns from `first` on, with the errors of every column.
    struct Cut {
        let first: Int
        let count: Int
        /// How many numbers of a row are in use, a multiple of 8.
        let width: Int
        /// Raised where exact arithmetic has set an entry.
        let base: UnsafeMutablePointer<Double>
        let slope: UnsafePointer<Double>
        /// The lines of the candidates.
        let lines: UnsafePointer<Int32>
        /// The rounding of a coordinate.
        let grain: Double
        /// Whether nothing reads the rows after this cut, so that new ones may lack columns: then no open sign can be decided.
        let isLast: Bool
        /// What the cells' codes are made of.
        let codes: TileCodes
    }

    /// What cutting needs only while it lasts, used again by every tile.
    struct Scratch: ~Copyable {
        /// For each candidate the edges it crosses, as chains through `queue`.
        var heads: Pool<Int32>
        var queue: Pool<Place>
        /// For each cell the half-edge that ends where the present candidate has entered it, or −1.
        var pending: Pool<Int32>
        /// Values of candidates at vertices, and for each vertex a bit for each that is positive there.
        var values: Pool<Double>
        var positive: Pool<UInt64>
        /// The rows before a cut.
        var rows: Pool<Double>
        /// Cells that are divided for being counted only.
        var counted: TileMesh
        /// Whether any candidate is 0 at a vertex; then for each vertex a bit for each that is.
        var hasZeros = false
        var zeros: Pool<UInt64>
        var exact: ExactSigns

        /// A half-edge that is crossed, or ~ of one that begins at a zero, for its cell may be divided from there.
        struct Place: BitwiseCopyable {
            let halfEdge: Int32
            let next: Int32
        }

        init(_ store: BlockStore, _ network: TiledNetwork) {
            heads = Pool(store, repeating: -1, count: 64)
            queue = Pool(store)
            pending = Pool(store)
            values = Pool(store)
            rows = Pool(store)
            positive = Pool(store)
            counted = TileMesh(store)
            zeros = Pool(store)
            exact = ExactSigns(network)
        }

        @inline(__always) mutating func enqueue(_ h: Int, _ candidates: UInt64) {
            var rest = candidates
            while rest != 0 {
                let c = rest.trailingZeroBitCount
                rest &= rest &- 1
                let place = queue.count
                queue.append(Place(halfEdge: Int32(truncatingIfNeeded: h), next: heads[c]))
                heads[c] = Int32(truncatingIfNeeded: place)
            }
        }
    }

    /// Where a function is 0 between two vertices on whose edge it is affine, and that have opposite signs.
    struct Crossing {
        /// Whether there is a place for it at all that has a bound.
        let isCertain: Bool
        /// As TileMesh's header has them, of a vertex put where the function interpolates to 0.
        let displacement: Double
        let offset: Double

        /// Between `a`, with the row p, and `b`, with the row q, where the function has the values `valueA` and `valueB`.
        @inline(__always) init(
            _ p: UnsafePointer<Double>, _ q: UnsafePointer<Double>, _ a: maso_partition_vertex, _ b: maso_partition_vertex,
            _ valueA: Double, _ valueB: Double, base: Double, slope: Double, _ grain: Double
        ) {
            let spread = abs(valueA) + abs(valueB)
            let across = max(a.offset, b.offset) + grain
            let reach = base + slope * across
            let length = abs(q[1] - p[1]) + abs(q[2] - p[2])
            let inverse = (length + grain) / (spread - 2 * reach) * (1 + 0x1p-30)
            isCertain = 4 * reach < spread
            displacement = reach * inverse + across
            offset = max(across, base * inverse)
        }
    }

    /// The interpolations that bases allow for at least: many, for the floor of settled entries goes by them (TileMesh+Exact.swift).
    static let firstAllowedGeneration = 512
    /// The most candidates that cut together: as many as a word has bits.
    static let candidateLimit = 64
    /// The most grains that a vertex may be off: beyond, exact arithmetic places it, lest signs there be open too often.
    static let displacementLimit = 0x1p34

    /// The candidates that have opposite signs at two vertices.
    @inline(__always) private func opposite(_ a: Int, _ b: Int, _ scratch: borrowing Scratch) -> UInt64 {
        let differing = vertices.start[a].positive ^ vertices.start[b].positive
        return scratch.hasZeros ? differing & ~(scratch.zeros[a] | scratch.zeros[b]) : differing
    }

    /// Cuts all cells by candidates whose signs at the vertices are certain: where a candidate is positive at one corner and negative at
    /// another. A vertex where it is 0 is a place where it enters or leaves a cell if its neighbours there have opposite signs.
    ///
    /// - Returns: `false` where a sign of the last cut could not be certified; the mesh is then of no use.
    mutating func cut(_ cut: Cut, _ scratch: inout Scratch) -> Bool {
        scratch.queue.removeAll()
        for c in 0..<cut.count { scratch.heads[c] = -1 }
        for h in 0..<halfEdges.count {
            let edge = halfEdges[h]
            // Each edge once: no twin is negative, and so larger than any h here.
            let isSecond = UInt32(bitPattern: edge.twin) < UInt32(truncatingIfNeeded: h)
            let crossing = opposite(Int(edge.origin), end(h), scratch) & (isSecond ? 0 : ~0)
            if crossing != 0 { scratch.enqueue(h, crossing) }
        }
        if scratch.hasZeros {
            for h in 0..<halfEdges.count { scratch.enqueue(~h, scratch.zeros[Int(halfEdges[h].origin)]) }
        }
        // As many vertices at least, and about as many again where candidates cross inside cells.
        let expected = 2 * scratch.queue.count
        rows.reserve((vertexCount + expected) * stride)
        vertices.reserve(vertexCount + expected)
        halfEdges.reserve(halfEdges.count + 4 * expected)
        scratch.queue.reserve(2 * expected)
        first.reserve(cellCount + expected)
        scratch.pending.reserve(cellCount + expected)
        scratch.pending.resize(to: cellCount)
        for c in 0..<cellCount { scratch.pending[c] = -1 }
        let all: UInt64 = cut.count == 64 ? ~0 : (1 << UInt64(cut.count)) &- 1
        for c in 0..<cut.count {
            var entry = scratch.heads[c]
            // The candidates that have not cut yet.
            let later = c == 63 ? 0 : all & (~0 << UInt64(c &+ 1))
            while entry >= 0 {
                let crossing = scratch.queue[Int(entry)]
                let h = Int(crossing.halfEdge)
                entry = crossing.next
                if h < 0 {
                    let before = previous(~h)
                    if opposite(Int(halfEdges[before].origin), end(~h), scratch) >> UInt64(c) & 1 == 1 {
                        enter(Int(halfEdges[before].cell), before, cut.lines[c], later, &scratch)
                    }
                    continue
                }
                // An edge that an earlier candidate has divided may no longer be crossed.
                let (a, b) = (Int(halfEdges[h].origin), end(h))
                if opposite(a, b, scratch) >> UInt64(c) & 1 == 0 { continue }
                if !cross(h, a, b, candidate: c, later: later, cut, &scratch) { return false }
            }
        }
        return true
    }

    /// Puts a vertex where a candidate crosses an edge, and divides the cells on its sides that it leaves there.
    @inline(__always) private mutating func cross(
        _ h: Int, _ a: Int, _ b: Int, candidate: Int, later: UInt64, _ cut: Cut, _ scratch: inout Scratch
    ) -> Bool {
        let w = vertexCount
        rows.resize(to: (w &+ 1) &* stride)
        let (p, q, row) = (rows.start + a &* stride, rows.start + b &* stride, rows.start + w &* stride)
        let (start, end) = (vertices[a], vertices[b])
        let column = cut.first &+ candidate
        let (valueP, valueQ) = (p[column], q[column])
        let crossing = TileMesh.Crossing(p, q, start, end, valueP, valueQ, base: cut.base[column], slope: cut.slope[column], cut.grain)
        let generation = max(start.generation, end.generation) &+ 1
        var (moved, offset) = (crossing.displacement, crossing.offset)
        if crossing.isCertain && moved < TileMesh.displacementLimit * cut.grain {
            maso_partition_interpolate(p, q, row, cut.width, cut.isLast ? column & ~7 : 8, valueP / (valueP - valueQ))
            row[column] = 0
        } else {
            if cut.isLast { return false }
            moved = placeExactly(h, a, b, at: w, candidate: candidate, cut, &scratch)
            offset = moved
        }
        var positive = start.positive & end.positive
        var differing = (start.positive ^ end.positive) & later
        var zero: UInt64 = 0
        if scratch.hasZeros {
            let (zeroA, zeroB) = (scratch.zeros[a], scratch.zeros[b])
            positive |= (start.positive & zeroB) | (end.positive & zeroA)
            differing &= ~(zeroA | zeroB)
            zero = zeroA & zeroB & later
        }
        var open = differing
        while open != 0 {
            let bit = open & (0 &- open)
            let other = cut.first &+ open.trailingZeroBitCount
            let reach = cut.base[other] + moved * cut.slope[other]
            if row[other] > reach {
                positive |= bit
            } else if row[other] >= -reach {
                if cut.isLast { return false }
                let decided = settle(h, a, b, at: w, candidate: candidate, others: differing, cut, &scratch)
                (moved, offset) = (decided.displacement, decided.displacement)
                positive |= decided.positive
                zero |= decided.zero
                break
            }
            open ^= bit
        }
        vertices.append(.init(positive: positive, displacement: moved, offset: offset, generation: generation))
        if zero != 0 { noteZeros(&scratch) }
        if scratch.hasZeros { scratch.zeros.append(zero) }

        // h: a → w, rest: w → b; on the other side t: b → w, back: w → a.
        let rest = halfEdges.count
        let edge = halfEdges[h]
        let t = Int(edge.twin)
        let vertex = Int32(truncatingIfNeeded: w)
        let line = cut.lines[candidate]
        halfEdges.append(HalfEdge(origin: vertex, next: edge.next, twin: edge.twin, cell: edge.cell, line: edge.line))
        halfEdges.start[h].next = Int32(truncatingIfNeeded: rest)
        scratch.enqueue(rest, opposite(w, b, scratch) & later)
        scratch.enqueue(~rest, zero)
        if t >= 0 {
            let back = Int32(truncatingIfNeeded: rest &+ 1)
            let other = halfEdges[t]
            halfEdges.append(
                HalfEdge(origin: vertex, next: other.next, twin: Int32(truncatingIfNeeded: h), cell: other.cell, line: edge.line))
            halfEdges.start[t].next = back
            halfEdges.start[t].twin = Int32(truncatingIfNeeded: rest)
            halfEdges.start[h].twin = back
            scratch.enqueue(~Int(back), zero)
            enter(Int(edge.cell), h, line, later, &scratch)
            enter(Int(other.cell), t, line, later, &scratch)
        } else {
            enter(Int(edge.cell), h, line, later, &scratch)
        }
        return true
    }

    /// Notes that the candidate meets a cell's border at the end of half-edge `h`; the second time, divides the cell.
    @inline(__always) private mutating func enter(_ cell: Int, _ h: Int, _ line: Int32, _ later: UInt64, _ scratch: inout Scratch) {
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
        let opening = closing &+ 1
        let new = Int32(truncatingIfNeeded: cellCount)
        halfEdges.append(HalfEdge(origin: w, next: afterBefore, twin: opening, cell: new, line: line))
        halfEdges.append(HalfEdge(origin: u, next: after, twin: closing, cell: Int32(truncatingIfNeeded: cell), line: line))
        halfEdges.start[h].next = closing
        halfEdges.start[before].next = opening
        first.append(closing)
        first[cell] = opening
        scratch.pending.append(-1)
        var walk = Int(afterBefore)
        while walk != Int(closing) {
            halfEdges.start[walk].cell = new
            walk = Int(halfEdges[walk].next)
            precondition(walk != Int(afterBefore), "a candidate left cell \(cell) at a vertex of another one")
        }
        scratch.enqueue(Int(closing), opposite(Int(u), Int(w), scratch) & later)
        if scratch.hasZeros {
            scratch.enqueue(~Int(closing), scratch.zeros[Int(w)] & later)
            scratch.enqueue(~Int(opening), scratch.zeros[Int(u)] & later)
        }
    }
}
