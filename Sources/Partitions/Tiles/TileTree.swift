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
    /// A tile of one part that is to go on with a reduced network, which takes long to make.
    case unreduced(DividedTile)
    case block(CellBlock)
}

extension TileWorker {
    /// The whole domain as a tile.
    func root() -> Tile { Tile(store, network) }

    /// Takes a tile as far as it goes undivided.
    mutating func expand(_ tile: consuming Tile) -> [TileItem] {
        var tile = tile
        let outcome = advance(&tile)
        let limit = sizes(tile).part
        switch outcome {
        case .finished: return keepsColumns ? [.block(CellBlock(tile, network))] : []
        case .full: return DividedTile(tile, limit: limit).parts
        case .unreduced: return [.unreduced(DividedTile(tile, limit: tile.mesh.cellCount))]
        case .open where tile.mesh.cellCount > 1:
            statistics.halvedTileCount += 1
            return DividedTile(tile, limit: (tile.mesh.cellCount + 3) / 4).parts
        case .open: return winners(tile)
        }
    }

    /// Subdivides a tile to the end and hands on its cells in order.
    mutating func process(_ tile: consuming Tile, _ body: (CellBlock) throws -> Void) rethrows {
        let depth = tile.depth + 1
        for item in expand(tile) {
            try process(item, body)
            finishedDepth = min(finishedDepth, depth)
        }
    }

    mutating func process(_ item: TileItem, _ body: (CellBlock) throws -> Void) rethrows {
        switch item {
        case .block(var block):
            (block.finishedDepth, finishedDepth) = (finishedDepth, Int32.max)
            try body(block)
        case .part(let parent, let index): try process(parent.part(index, store), body)
        case .unreduced(let whole): try process(whole.part(0, store), body)
        }
    }

    /// Divides the domain into at least `count` items, if it has so many tiles.
    mutating func items(atLeast count: Int) -> [TileItem] {
        var items = expand(root())
        leavesReduction = true
        defer { leavesReduction = false }
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

    /// Divides the tile's one cell among the members of a group of which three may be largest.
    ///
    /// - Returns: for each member that is largest somewhere a tile of one cell.
    private mutating func winners(_ tile: consuming Tile) -> [TileItem] {
        var tile = tile
        guard case .maximum(let source, let groups, let ties) = tile.network.steps[tile.step], let first = tile.open.first else {
            preconditionFailure("a unit is open at its knots and has no candidate")
        }
        let (place, matrix) = (Int(first), tile.values[source]!)
        let possible = tile.possible(among: groups[place].members, of: matrix)
        let depth = tile.depth
        let whole = DividedTile(tile, limit: 1)
        var items: [TileItem] = []
        for winner in possible {
            var undivided = whole.part(0, store)
            // The members' tiles border on each other as parts of one division do, however often they are clipped.
            undivided.depth = depth
            var part = Optional(undivided)
            for rival in possible where rival != winner {
                guard let cell = part.take() else { break }
                part = clip(cell, to: winner, above: rival, of: groups[place], at: place, ties[place], source)
            }
            guard var cell = part.take() else { continue }
            (cell.sides[place], cell.rivals[place]) = (.below, SIMD2(repeating: Int32(winner)))
            cell.open.removeAll { $0 == first }
            items.append(.part(DividedTile(cell, limit: 1), 0))
        }
        return items
    }

    /// The part of a cell where one member of a group is above another one, if there is one; of equal ones the first is.
    private mutating func clip(
        _ tile: consuming Tile, to winner: Int, above rival: Int, of group: PiecewiseAffineProgram.Group, at place: Int,
        _ ties: TiledNetwork.Ties, _ source: Int
    ) -> Tile? {
        var tile = tile
        let matrix = tile.values[source]!
        let candidate = tile.difference(winner, minus: rival, of: group, at: place, ties, matrix)
        statistics.signCount += tile.mesh.vertexCount
        let evaluation = tile.evaluate([candidate], of: matrix, &scratch)
        if evaluation.positive != 0 { return tile }
        if evaluation.crossing == 0 {
            let isEqual = (0..<tile.mesh.vertexCount).allSatisfy { scratch.values[$0 * evaluation.width] == 0 }
            if isEqual && winner < rival { return tile }
            return nil
        }
        tile.cut(by: evaluation, &scratch)
        let divided = DividedTile(tile, limit: 1)
        for index in divided.parts.indices {
            var part = divided.part(index, store)
            if part.sides[place] == .above {
                part.depth -= 1
                part.sides[place] = .unknown
                part.open = [Int32(place)] + part.open
                return part
            }
        }
        preconditionFailure("a candidate that is positive at a corner is so on no part")
    }
}
