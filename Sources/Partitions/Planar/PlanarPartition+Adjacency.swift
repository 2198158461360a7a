// Which cells lie side by side: the dual graph of the partition.

extension PlanarPartition {
    /// Two cells with a common side, as an edge of the dual graph.
    public struct Adjacency: Hashable, Sendable {
        /// The smaller index first.
        public let cells: SIMD2<Int>
        /// The length of the common side.
        public let length: Double
        /// The nonlinearity and the unit whose piece changes there first.
        public let origin: Edge.Origin?
    }

    /// Every pair of cells that share a side, once, in order of the cells; cells that touch in a point only are not adjacent.
    public var adjacencies: [Adjacency] {
        let inner = edges.compactMap { edge -> Adjacency? in
            guard let left = edge.left, let right = edge.right else { return nil }
            let side = edge.end - edge.start
            return Adjacency(
                cells: SIMD2(min(left, right), max(left, right)), length: (side * side).sum().squareRoot(), origin: edge.origin)
        }
        // A common side may still be several edges of the mesh.
        return inner.sorted { ($0.cells.x, $0.cells.y) < ($1.cells.x, $1.cells.y) }.reduce(into: []) { pairs, next in
            if let last = pairs.last, last.cells == next.cells {
                pairs[pairs.count - 1] = Adjacency(cells: last.cells, length: last.length + next.length, origin: last.origin)
            } else {
                pairs.append(next)
            }
        }
    }

    /// The cells beside each cell, ascending as the pairs are.
    public var neighbors: [[Int]] {
        adjacencies.reduce(into: [[Int]](repeating: [], count: cellCount)) { lists, pair in
            lists[pair.cells.x].append(pair.cells.y)
            lists[pair.cells.y].append(pair.cells.x)
        }
    }
}
