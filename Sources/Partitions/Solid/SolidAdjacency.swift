// Which cells of a box lie side by side: the dual graph of a partition in any dimension, from its cells as they go by.
//
// Neighbours share whole facets: what divides the cells on one side of a facet changes its sign on the facet, and since the network is
// continuous it divides those on the other side there too. So a facet's exact vertices tell which two cells it belongs to.

public import Geometry

/// The pairs of cells with a common facet.
public struct SolidAdjacency: Sendable {
    /// An edge of the dual graph.
    public struct Pair: Hashable, Sendable {
        /// Numbers of cells in the order in which they went by, the smaller first.
        public let cells: SIMD2<Int>
        /// The nonlinearity and the unit whose piece changes there first.
        public let layer: Int
        public let unit: Int
    }

    /// The most vertices that are remembered.
    private static let vertexLimit = 1_000_000

    /// Those found so far, `nil` where there were too many vertices to remember, or a cell came twice.
    public private(set) var pairs: [Pair]? = []
    private var numbers: [ExactPoint: Int] = [:]
    /// By their vertices the facets that one cell has been met with.
    private var open: [[Int]: (cell: Int, codes: [[Int]])] = [:]
    private var cellCount = 0

    public init() {}

    /// How many cells lie beside each; `nil` as `pairs` is.
    public var neighborCounts: [Int]? {
        pairs.map { pairs in
            var counts = [Int](repeating: 0, count: cellCount)
            for pair in pairs {
                counts[pair.cells.x] += 1
                counts[pair.cells.y] += 1
            }
            return counts
        }
    }

    /// Takes the next cell.
    ///
    /// - Parameter polytope: the cell's own.
    public mutating func add(_ polytope: Polytope, codes: [[Int]]) {
        defer { cellCount += 1 }
        guard var found = pairs else { return }
        pairs = nil
        var vertices: [Int] = []
        for vertex in polytope.vertices {
            let fresh = numbers.count
            let number = numbers[vertex.point] ?? fresh
            if number == fresh { numbers[vertex.point] = fresh }
            vertices.append(number)
        }
        for facet in polytope.facetVertices {
            let key = facet.map { vertices[$0] }.sorted()
            guard let (cell, others) = open.removeValue(forKey: key) else {
                open[key] = (cellCount, codes)
                continue
            }
            guard let layer = codes.indices.first(where: { codes[$0] != others[$0] }),
                let unit = codes[layer].indices.first(where: { codes[layer][$0] != others[layer][$0] })
            else { return forget() }
            found.append(Pair(cells: SIMD2(cell, cellCount), layer: layer, unit: unit))
        }
        if numbers.count <= SolidAdjacency.vertexLimit { pairs = found } else { forget() }
    }

    /// Gives up: there are too many vertices, or a cell came twice.
    private mutating func forget() { (numbers, open) = ([:], [:]) }
}
