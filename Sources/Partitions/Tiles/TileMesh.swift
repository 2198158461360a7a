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
// growth[c] = 6u max(size[c], slope[c] · max(|x|, |y|)) a generation, with the size that c has when it is made: later it may be small where
// the tile is. `base` allows for `allowedGeneration` of them, which is raised, with all bases, before every cut: by it a vertex's generation
// grows by at most `candidateLimit`.
//
// A new vertex w is put on the segment between a and b, as these are put, rounded by `grain`: its distance from their exact line is at
// most `across` = max(offset a, offset b) + grain. Candidate f is 0 in its row, so |f(w)| ≤ base, and at the point of the line nearest to
// w at most base + slope · across. Along the line f changes by at least gap = |z_a| + |z_b| − 2 (base + slope · across) between the points
// nearest to a and b, over at most |b − a|: so its zero is within (base + slope · across) · |b − a| / gap of there. The distance of w
// from f's zero line is at most |f(w)| / |∇f| ≤ base · |b − a| / gap.
//
// Where both ends of an edge have certain equal signs, so has everything between them, and nothing is compared.
//
// A sign that these bounds leave open is decided exactly (TileMesh+Exact.swift). So every sign is that of the exact function at the exact
// vertex, and an entry is 0, positive or negative as its function is: a candidate cuts a cell if it is positive at one corner and negative
// at another, and a corner where it is 0 is an end of its chord, never doubled. Hence every vertex is a true corner of every cell that it
// belongs to, where two sides on different lines meet: what exact arithmetic starts from.

import CKernels

struct TileMesh: ~Copyable {
    struct HalfEdge: BitwiseCopyable {
        var origin: Int32
        var next: Int32
        /// The same edge from the other side; on the tile's border ~d, where the tiles that it divides are parts of depth d, and ~0 on the
        /// domain's border.
        var twin: Int32
        var cell: Int32
        /// The line that it lies on, as numbered by the network's `lines`.
        var line: Int32
    }

    var halfEdges: Pool<HalfEdge>
    /// A half-edge of each cell.
    var first: Pool<Int32>
    /// Rows, `stride` numbers each, a multiple of 8.
    var rows: Pool<Double>
    var stride = 8
    var vertices: Pool<maso_partition_vertex>

    init(_ store: BlockStore) {
        halfEdges = Pool(store)
        first = Pool(store)
        rows = Pool(store)
        vertices = Pool(store)
    }

    mutating func clear() {
        halfEdges.removeAll()
        first.removeAll()
        rows.removeAll()
        vertices.removeAll()
    }

    var vertexCount: Int { vertices.count }
    var cellCount: Int { first.count }
    /// The most interpolations that made a row.
    var generation: Int {
        var generation: Int64 = 0
        for v in 0..<vertices.count { generation = max(generation, vertices.start[v].generation) }
        return Int(generation)
    }

    @inline(__always) func end(_ h: Int) -> Int { Int(halfEdges[Int(halfEdges[h].next)].origin) }

    /// Where a vertex is put.
    @inline(__always) func position(_ vertex: Int) -> SIMD2<Double> {
        let row = rows.start + vertex * stride
        return SIMD2(row[1], row[2])
    }

    /// Calls `body` with the half-edges round a cell, counter-clockwise.
    @inline(__always) func forEachSide(of cell: Int, _ body: (Int) -> Void) {
        let start = Int(first[cell])
        var h = start
        repeat {
            body(h)
            h = Int(halfEdges[h].next)
        } while h != start
    }
}
