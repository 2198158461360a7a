// The tiles of a subdivision: depth first on one thread, or some sixty-four of them shared among threads, with the same cells in the same
// order.

import CKernels

/// A tile that has been divided. Nobody writes to it any more: hence Sendable.
final class DividedTile: @unchecked Sendable {
    private let tile: Tile
    private let division: TileDivision

    init(_ tile: consuming Tile, limit: Int) {
        division = TileDivision(tile, limit: limit)
        self.tile = tile
    }

    var parts: [TileItem] { division.ends.indices.map { .part(self, $0) } }

    func part(_ index: Int, _ store: BlockStore) -> Tile { tile.part(index, of: division, store) }
}

/// Work to be done, or cells that are done.
enum TileItem: Sendable {
    case part(DividedTile, Int)
    case block(CellBlock)
}

extension TileWorker {
    /// The whole domain as a tile.
    func root() -> Tile { Tile(store, polygon: network.polygon, valueCount: network.program.counts.count) }

    /// Takes a tile as far as it goes undivided.
    mutating func expand(_ tile: consuming Tile) -> [TileItem] {
        var tile = tile
        let outcome = advance(&tile)
        let limit = sizes(tile).part
        switch outcome {
        case .finished: return keepsColumns ? [.block(CellBlock(tile, network))] : []
        case .full: return DividedTile(tile, limit: limit).parts
        case .open where tile.mesh.cellCount > 1:
            statistics.halvedTileCount += 1
            return DividedTile(tile, limit: (tile.mesh.cellCount + 3) / 4).parts
        case .open: return finishExactly(tile)
        }
    }

    /// Subdivides a tile to the end and hands on its cells in order.
    mutating func process(_ tile: consuming Tile, _ body: (CellBlock) throws -> Void) rethrows {
        for item in expand(tile) { try process(item, body) }
    }

    mutating func process(_ item: TileItem, _ body: (CellBlock) throws -> Void) rethrows {
        switch item {
        case .block(let block): try body(block)
        case .part(let parent, let index): try process(parent.part(index, store), body)
        }
    }

    /// Divides the domain into at least `count` items, if it has so many tiles.
    mutating func items(atLeast count: Int) -> [TileItem] {
        var items = expand(root())
        while items.count < count {
            var isChanged = false
            items = items.flatMap { item in
                guard case .part(let parent, let index) = item else { return [item] }
                isChanged = true
                return expand(parent.part(index, store))
            }
            if !isChanged { break }
        }
        return items
    }

    /// Takes the tile's one cell through the remaining steps in exact arithmetic.
    private mutating func finishExactly(_ tile: borrowing Tile) -> [TileItem] {
        let start = ContinuousClock.now
        var (corners, errors, lines) = ([SIMD2<Double>](), [Double](), [Line]())
        tile.mesh.forEachSide(of: 0) { h in
            let edge = tile.mesh.halfEdges[h]
            corners.append(tile.mesh.position(Int(edge.origin)))
            errors.append(tile.mesh.vertices[Int(edge.origin)].displacement)
            lines.append(network.lines[Int(edge.line)])
        }
        let cell = PlanarCell(
            corners: corners, errors: errors, lines: lines, code: tile.mesh.code(of: 0, tile.codes),
            codeStarts: Array(network.codeStarts[...network.depths[tile.step]]))
        var subdivision = PlanarSubdivision(of: network.program, on: cell)
        subdivision.run(from: tile.step)
        for layer in network.depths[tile.step]..<counts.count { counts[layer] += subdivision.counts[layer] }
        statistics.exactCellCount += 1
        statistics.exactSignCount += subdivision.exactSignCount
        statistics.add(ContinuousClock.now - start)
        return keepsColumns ? [.block(CellBlock(subdivision, network))] : []
    }
}
