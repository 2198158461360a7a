// One tile: a few hundred cells that share almost all codes, with its own reduced network (DESIGN §5). Units that keep their piece on the
// whole tile are folded into the matrices; every other is a column, its hinge max(0, z − knot) at every vertex. A maximum of which two
// members a, b can be largest on the tile is a + max(0, b − a), a hinge too.

import CKernels

/// On which side of a cut a whole tile lies, or the column that holds the cut's hinge.
struct Side: Equatable, BitwiseCopyable {
    /// The column, or negative.
    let column: Int32

    static let unknown = Side(column: -1)
    static let below = Side(column: -2)
    static let above = Side(column: -3)
    static func hinge(_ column: Int) -> Side { Side(column: Int32(truncatingIfNeeded: column)) }
    var isHinge: Bool { column >= 0 }
}

struct Tile: ~Copyable {
    /// The argument of a hinge over the columns before it: `count` weights from `start` on in `hingeWeights`, zeros to
    /// a multiple of 8, and its error.
    struct Hinge {
        var start = 0
        var count = 0
        var eta = 0.0
    }

    /// Room in a part's rows for the columns of the next cut, lest they be copied for it.
    static let spareColumnCount = 16

    let store: BlockStore
    var network: TiledNetwork
    var mesh: TileMesh
    var columnCount: Int
    /// For each column, up to a multiple of 8 at least, a bound on its size, on its error at the places where vertices are put after
    /// `allowedGeneration` interpolations, on its gradient, and on what every interpolation more adds to the error.
    var size: [Double]
    var base: [Double]
    var slope: [Double]
    var growth: [Double]
    var allowedGeneration = TileMesh.firstAllowedGeneration
    /// For each column; those of 1, x, y, and columns of zeros, are empty.
    var hinges: [Hinge]
    var hingeWeights: [Double] = []
    var values: [ColumnMatrix?]
    var step = 0
    /// How many divisions it comes from, one after the other.
    var depth: Int32 = 0
    /// The rounding of a coordinate.
    var grain = 0.0
    var codes = TileCodes()

    // In a nonlinear step:
    /// For each knot of a unit, or for each group of a maximum.
    var sides: [Side] = []
    /// In a maximum, for each group the positions of the members between which its side decides.
    var rivals: [SIMD2<Int32>] = []
    /// The places in `sides` that are still unknown.
    var open: [Int32] = []

    /// Whether in the last nonlinearity a unit may be exactly at a knot, or two members of a group be equal, along a side of a cell.
    var mayTie = false
    var isInLastNonlinearity: Bool { network.depths[step] == network.layerCount - 1 }

    /// The number of its cells after the last candidates, where these were counted and not cut.
    var countedCells: Int?
    var cellCount: Int { countedCells ?? mesh.cellCount }

    /// No cells yet.
    init(_ store: BlockStore, _ network: TiledNetwork, columnCount: Int, values: [ColumnMatrix?]) {
        (self.store, self.network) = (store, network)
        self.values = values
        self.columnCount = columnCount
        mesh = TileMesh(store)
        mesh.stride = padded(columnCount)
        size = [Double](repeating: 0, count: mesh.stride)
        (base, slope, growth) = (size, size, size)
        hinges = [Hinge](repeating: Hinge(), count: columnCount)
    }

    /// The network's convex polygon, counter-clockwise, as one cell; side i lies on line i.
    init(_ store: BlockStore, _ network: TiledNetwork) {
        self.init(store, network, columnCount: 3, values: [ColumnMatrix?](repeating: nil, count: network.program.counts.count))
        let polygon = network.polygon
        mesh.rows.resize(to: 8 * polygon.count)
        for i in 0..<8 * polygon.count { mesh.rows[i] = 0 }
        for (v, corner) in polygon.enumerated() {
            (mesh.rows[8 * v], mesh.rows[8 * v + 1], mesh.rows[8 * v + 2]) = (1, corner.x, corner.y)
            mesh.vertices.append(.init(positive: 0, displacement: 0, offset: 0, generation: 0))
            mesh.halfEdges.append(.init(origin: Int32(v), next: Int32((v + 1) % polygon.count), twin: -1, cell: 0, line: Int32(v)))
        }
        mesh.first.append(0)
        size.replaceSubrange(0..<3, with: [1, polygon.map { abs($0.x) }.max() ?? 0, polygon.map { abs($0.y) }.max() ?? 0])
        slope.replaceSubrange(0..<3, with: [0, 1, 1])
        grain = 0x1p-50 * (size[1] + size[2])
        base.replaceSubrange(0..<3, with: [0, grain, grain])
        values[0] = Tile.position(store)
    }

    /// The two coordinates, which are columns of every tile.
    static func position(_ store: BlockStore) -> ColumnMatrix {
        let position = ColumnMatrix(store, unitCount: 2, columnCount: 3, dense: [0, 1])
        (position.column(1)[0], position.column(2)[1]) = (1, 1)
        return position
    }

    /// Fills the last hinge's weights up with zeros, as far as kernels read.
    mutating func pad(_ hinge: Hinge) -> Hinge {
        for _ in hinge.count..<padded(hinge.count) { hingeWeights.append(0) }
        return hinge
    }

    /// Begins a nonlinear step of so many sides on a value.
    mutating func begin(_ source: Int, sideCount: Int, isMaximum: Bool) {
        sides = [Side](repeating: .unknown, count: sideCount)
        if isMaximum { rivals = [SIMD2<Int32>](repeating: SIMD2(0, 0), count: sideCount) }
        open = (0..<Int32(truncatingIfNeeded: sideCount)).map { $0 }
        values[source] = values[source]!.settled(store, columnCount: columnCount)
    }
}
