// Dividing a tile by position.

import CKernels

/// The cells of a tile in an order in which parts are consecutive, and their half-edges and corners in that order.
struct TileDivision: ~Copyable {
    /// Part p has the cells order[ends[p − 1] ..< ends[p]].
    private(set) var ends: [Int] = []
    private var order: Pool<PlacedCell>
    /// Where the half-edges of each cell in order begin, and their number in all.
    private(set) var starts: Pool<Int32>
    /// Half-edges by their new numbers, with origins and twins as the tile numbers them, and new numbers by old.
    private(set) var halves: Pool<TileMesh.HalfEdge>
    private(set) var number: Pool<Int32>
    /// For every 64 columns and each vertex a bit for each column that is positive there.
    private var positive: Pool<UInt64>
    private let vertexCount: Int

    struct PlacedCell: BitwiseCopyable {
        let place: SIMD2<Double>
        let cell: Int32
    }

    /// Parts of at most `limit` cells.
    init(_ tile: borrowing Tile, limit: Int) {
        let (count, edgeCount, store) = (tile.mesh.cellCount, tile.mesh.halfEdges.count, tile.store)
        order = Pool(store, capacity: count)
        starts = Pool(store, capacity: count + 1)
        halves = Pool(store, capacity: edgeCount)
        number = Pool(store, capacity: edgeCount)
        vertexCount = tile.mesh.vertexCount
        positive = Pool(store, capacity: vertexCount * ((tile.columnCount + 63) / 64))
        for j in stride(from: 0, to: tile.columnCount, by: 64) {
            maso_partition_positive(
                tile.mesh.rows.start + j, vertexCount, tile.mesh.stride, min(64, padded(tile.columnCount - j)),
                positive.start + j / 64 * vertexCount)
        }
        order.resize(to: count)
        for cell in 0..<count {
            // The middle of two corners: near enough.
            let h = Int(tile.mesh.first[cell])
            let opposite = Int(tile.mesh.halfEdges[Int(tile.mesh.halfEdges[h].next)].next)
            let (a, b) = (Int(tile.mesh.halfEdges[h].origin), Int(tile.mesh.halfEdges[opposite].origin))
            order[cell] = PlacedCell(place: tile.mesh.position(a) + tile.mesh.position(b), cell: Int32(truncatingIfNeeded: cell))
        }
        divide(0, count, parts: (count + limit - 1) / limit)
        halves.resize(to: edgeCount)
        number.resize(to: edgeCount)
        starts.resize(to: count + 1)
        var place = 0
        for i in 0..<count {
            starts[i] = Int32(truncatingIfNeeded: place)
            let start = Int(tile.mesh.first[Int(order[i].cell)])
            var h = start
            repeat {
                let edge = tile.mesh.halfEdges[h]
                halves[place] = edge
                number[h] = Int32(truncatingIfNeeded: place)
                place &+= 1
                h = Int(edge.next)
            } while h != start
        }
        starts[count] = Int32(truncatingIfNeeded: place)
    }

    /// For 64 columns, from 64 `word` on, those that are positive at a corner of some of the cells in order, and of every one.
    func states(of cells: Range<Int>, word: Int) -> (some: UInt64, every: UInt64) {
        let positive = positive.start + word * vertexCount
        var (some, every) = (0 as UInt64, ~0 as UInt64)
        var place = Int(starts[cells.lowerBound])
        for cell in cells {
            let end = Int(starts[cell + 1])
            var bits: UInt64 = 0
            while place < end {
                bits |= positive[Int(halves[place].origin)]
                place &+= 1
            }
            some |= bits
            every &= bits
        }
        return (some, every)
    }

    /// Halves order[from ..< to] across its longer side until it is in so many parts.
    private mutating func divide(_ from: Int, _ to: Int, parts: Int) {
        guard parts > 1 else { return ends.append(to) }
        let order = order.start
        var (low, high) = (SIMD2<Double>(repeating: .infinity), SIMD2<Double>(repeating: -.infinity))
        for i in from..<to { (low, high) = (pointwiseMin(low, order[i].place), pointwiseMax(high, order[i].place)) }
        let axis = high.x - low.x >= high.y - low.y ? 0 : 1
        let middle = from + (to - from) * (parts / 2) / parts
        // Quickselect: what lies below the middle's place comes before it.
        var (left, right) = (from, to - 1)
        while left < right {
            let pivot = order[(left + right) / 2].place[axis]
            var (i, j) = (left, right)
            while i <= j {
                while order[i].place[axis] < pivot { i &+= 1 }
                while order[j].place[axis] > pivot { j &-= 1 }
                if i <= j {
                    (order[i], order[j]) = (order[j], order[i])
                    (i, j) = (i &+ 1, j &- 1)
                }
            }
            if middle <= j { right = j } else if middle >= i { left = i } else { break }
        }
        divide(from, middle, parts: parts / 2)
        divide(middle, to, parts: parts - parts / 2)
    }
}
