// The pictures of a partition against the partition.

import Figures
import Interchange
import Partitions
import Reports
import Testing

@Suite struct PartitionMapTests {
    /// relu(x), relu(y), then relu of x₊ + y₊ − ½; outputs that unit and ¼.
    private func map() throws -> PartitionMap {
        var program = PiecewiseAffineProgram(inputCount: 2)
        try program.append(.pieces(source: 0, pieces: [.relu, .relu]))
        try program.append(.affine([.init(source: 1, matrix: SparseMatrix(dense: [[1, 1]], columnCount: 2))], offset: [-0.5]))
        try program.append(.pieces(source: 2, pieces: [.relu]))
        try program.append(.affine([.init(source: 3, matrix: SparseMatrix(dense: [[1], [0]], columnCount: 1))], offset: [0, 0.25]))
        return PartitionMap(try PlanarPartition(of: program, on: .box([-1...1, -1...1])), classNames: ["high"])
    }

    @Test("Every colouring draws every cell; classes without a name are numbered")
    func colorings() throws {
        var map = try map()
        #expect(map.classNames == ["high", "class 1"])
        for coloring in PartitionMap.Coloring.allCases {
            map.coloring = coloring
            let polygons = map.map(title: "Cells")
            let count = coloring == .class ? map.boundary.parts.count : map.partition.cellCount
            #expect(polygons.cells.count == count)
            #expect(polygons.scale != nil || coloring == .class || coloring == .code)
            #expect(polygons.lines.count == 1)  // the boundary
        }
    }

    @Test("Sets that share a side differ in colour, and cells of one code do not")
    func codes() throws {
        var map = try map()
        map.coloring = .code
        for sets in [PartitionMap.Sets.cells, .depth(0), .layer(0), .layer(1)] {
            map.sets = sets
            let fills = map.map(title: "Cells").cells.map(\.fill)
            let labels: [Int]
            switch sets {
            case .cells: labels = Array(fills.indices)
            case .depth(let layer): labels = map.partition.cells.map { $0.ancestor(afterLayer: layer) }
            case .layer(let layer): labels = map.partition.regions(ofLayer: layer)
            }
            for pair in map.partition.adjacencies {
                let (a, b) = (pair.cells.x, pair.cells.y)
                #expect((fills[a] == fills[b]) == (labels[a] == labels[b]), "\(sets): cells \(a) and \(b)")
            }
        }
    }

    @Test("The slope of a cell is the spectral norm: 1 along an axis, √2 along the diagonal, 0 where nothing is on")
    func slopes() throws {
        var map = try map()
        map.coloring = .slope
        let scale = try #require(map.map(title: "Cells").scale)
        #expect(scale.mapping.low == 0 && abs(scale.mapping.high - 2.0.squareRoot()) <= 1e-15)
    }

    @Test("A unit's zero set is a line of its own with its name, below which a lighter one parts it from the cells")
    func units() throws {
        var map = try map()
        map.units = [.init(layer: 1, unit: 0)]
        let polygons = map.map(title: "Cells")
        #expect(polygons.lines.count == 3 && polygons.keys.map(\.name).contains("unit 1:0"))
        #expect(
            polygons.lines[2].polylines == [[SIMD2(-1, 0.5), SIMD2(0, 0.5), SIMD2(0.5, 0), SIMD2(0.5, -1)]].map { $0 }
                || polygons.lines[2].polylines == [[SIMD2(0.5, -1), SIMD2(0.5, 0), SIMD2(0, 0.5), SIMD2(-1, 0.5)]])
    }

    @Test("The graph of an output has a facet for every part, at the network's heights")
    func surface() throws {
        let map = try map()
        let surface = map.surface(ofOutput: 0, title: "Output 0")
        #expect(surface.facets.count == map.boundary.parts.count && surface.sides.count == map.boundary.sides.count)
        for facet in surface.facets {
            for corner in facet.corners { #expect(abs(corner.z - map.partition.program.value(at: [corner.x, corner.y])[0]) <= 1e-15) }
        }
        #expect(surface.heights == 0...1.5)
    }

    @Test("JSON holds cells, boundary, classes, units, dual graph and distributions that agree with one another")
    func json() throws {
        let map = try map()
        let json = map.partition.json(map.boundary, units: [.init(layer: 1, unit: 0)])
        #expect(json["cells"]?.array?.count == map.partition.cellCount)
        #expect(json["adjacency"]?.array?.count == map.partition.adjacencies.count)
        let line = try #require(json["boundary"]?["polylines"]?.array?.first)
        #expect(line["classes"]?.array?.compactMap(\.int) == [0, 1] && line["borderEnds"]?.int == 2)
        #expect(json["classes"]?.array?.compactMap { $0["components"]?.int } == [1, 1])
        #expect(json["units"]?.array?.first?["polylines"]?.array?.first?["codes"]?.array?.compactMap(\.int) == [0, 1])
        #expect(json["distributions"]?["volume"]?["mean"]?.double == 4 / Double(map.partition.cellCount))
        let arrays = Dictionary(uniqueKeysWithValues: map.partition.arrays(map.boundary).map { ($0.name, $0.tensor) })
        #expect(arrays["adjacency"]?.shape == [map.partition.adjacencies.count, 2])
        #expect(arrays["boundaryClasses"]?.shape == [1, 2])
    }
}
