// The way back from exact arithmetic to tiles: a cell that a step has been taken on, as a tile of one cell with all that step's units
// decided.

import CKernels
import Geometry

struct ExactPiece: Sendable {
    let corners: [SIMD2<Double>]
    let errors: [Double]
    let sides: [Int32]
    /// The code of the step's nonlinearity.
    let code: [UInt16]

    /// A cell of a subdivision that began with one cell and has taken nonlinearity `layer` as its last.
    init(_ subdivision: PlanarSubdivision, cell: Int, layer: Int, _ network: TiledNetwork) {
        let vertices = subdivision.mesh.vertices(of: cell)
        let edges = subdivision.mesh.halfEdges(of: cell).map { Int(subdivision.mesh.edgeLabels[$0 / 2]) }
        let n = vertices.count
        let kept = (0..<n).filter { subdivision.lines[edges[($0 + n - 1) % n]] != subdivision.lines[edges[$0]] }
        corners = kept.map { subdivision.position(vertices[$0]) }
        errors = kept.map { max(subdivision.positions.bound(0, at: vertices[$0]), subdivision.positions.bound(1, at: vertices[$0])) }
        sides = kept.map { network.number(of: subdivision.lines[edges[$0]].onSingleCell) }
        let width = subdivision.history.levels[layer].width
        code = (0..<width).map { UInt16(subdivision.history.levels[layer].code($0, of: cell)) }
    }

    /// The cell as a tile, from the tile of one cell that it was cut out of.
    func tile(_ whole: consuming Tile) -> Tile {
        var tile = whole
        let count = corners.count
        tile.mesh = TileMesh(tile.store)
        tile.mesh.rows.resize(to: 8 * count)
        for i in 0..<8 * count { tile.mesh.rows[i] = 0 }
        for (v, corner) in corners.enumerated() {
            (tile.mesh.rows[8 * v], tile.mesh.rows[8 * v + 1], tile.mesh.rows[8 * v + 2]) = (1, corner.x, corner.y)
            tile.mesh.vertices.append(.init(positive: 0, displacement: 2 * errors[v], offset: 2 * errors[v], generation: 0))
            tile.mesh.halfEdges.append(.init(origin: Int32(v), next: Int32((v + 1) % count), twin: -1, cell: 0, line: sides[v]))
        }
        tile.mesh.first.append(0)
        tile.decided = code
        tile.open = []
        return tile
    }
}
