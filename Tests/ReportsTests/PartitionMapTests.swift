// The pictures of a partition against the partition.

import Figures
import Interchange
import Partitions
import Reports
import TestSupport
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

    @Test("Maps that are compared share a scale and a rectangle; dots of classes that cells have not are named") func compared() throws {
        var map = try map()
        map.coloring = .slope
        (map.range, map.shown) = (0...5, Window(low: SIMD2(-2, -2), high: SIMD2(2, 2)))
        let drawn = map.map(title: "Cells")
        #expect(drawn.scale?.mapping.low == 0 && drawn.scale?.mapping.high == 5 && drawn.window == map.shown)
        map.coloring = .class
        map.samples = ["high", "third"].map { .init($0, points: [.zero], color: .black) }
        #expect(map.map(title: "Cells").keys.filter { $0.shape == .dot }.map(\.name) == ["third"])
    }

    @Test("A solid's description names its colours by the network's classes") func solid() throws {
        var program = PiecewiseAffineProgram(inputCount: 3)
        try program.append(.pieces(source: 0, pieces: [.relu, .relu, .relu]))
        let map = try SolidMap(of: program, on: [-1...1, -1...1, -2...2], embedding: nil, coloring: .class, classNames: [])
        let description = map.plot(title: "Cells", cellCount: 8).description
        #expect(description.contains("the class whose output is largest") && description.contains("different scales"))
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

    @Test("A pixel of a streamed map counts the parts of the exact partition that have some of it, on any number of threads")
    func streamedCounts() throws {
        var rng = seededGenerator(5)
        var program = PiecewiseAffineProgram(inputCount: 2)
        for (inputs, outputs) in [(2, 12), (12, 12), (12, 3)] {
            let weights = (0..<outputs).map { _ in (0..<inputs).map { _ in Double.random(in: -1...1, using: &rng) } }
            let matrix = SparseMatrix(dense: weights, columnCount: inputs)
            let offset = (0..<outputs).map { _ in Double.random(in: -0.5...0.5, using: &rng) }
            try program.append(.affine([.init(source: program.last, matrix: matrix)], offset: offset))
            if outputs != 3 {
                try program.append(.pieces(source: program.last, pieces: [PiecewiseFunction](repeating: .relu, count: outputs)))
            }
        }
        let domain = Domain.box([-1...1, -1...1])
        let parts = try PlanarPartition(of: program, on: domain).decisionBoundary().parts.map(\.vertices)
        let streamed = try StreamedMap(of: program, on: domain, coloring: .class, classNames: [], title: "Cells")
        let counts = try #require(streamed.drawn(isDense: true, threads: 1).counts)
        #expect(streamed.drawn(isDense: true, threads: 2).counts?.counts == counts.counts)
        #expect(streamed.drawn(isDense: false, threads: 1).counts == nil)
        let pixels = StreamedMap.pixels
        #expect(counts.grid.width == pixels && counts.grid.height == pixels && parts.count > 50)
        // Pixels anywhere, and round the corners of cells, where many meet.
        let side = 2 / Double(pixels)
        var places = (0..<1000).map { _ in SIMD2(Int.random(in: 0..<pixels, using: &rng), Int.random(in: 0..<pixels, using: &rng)) }
        places += parts.flatMap { $0 }.map { corner in
            let at = (SIMD2(corner.x + 1, 1 - corner.y) / side).rounded(.down)
            return SIMD2(min(max(Int(at.x), 0), pixels - 1), min(max(Int(at.y), 0), pixels - 1))
        }
        var largest = 0
        for place in places {
            let low = SIMD2(-1 + side * Double(place.x), 1 - side * Double(place.y + 1))
            let met = parts.map { Window(low: low, high: low + side).clip($0) }
            let areas = met.map { corners in
                zip(corners, corners.dropFirst() + corners.prefix(1)).reduce(0.0) {
                    let (p, q) = ($1.0 - low, $1.1 - low)
                    return $0 + (p.x * q.y - p.y * q.x) / 2
                }
            }
            // A part that only touches the pixel, but for rounding, may count or not.
            let (least, most) = (areas.count { $0 > 1e-9 * side * side }, met.count { !$0.isEmpty })
            let count = Int(counts.counts[place.y * pixels + place.x])
            #expect((least...most).contains(count), "pixel \(place)")
            largest = max(largest, count)
        }
        #expect(largest >= 4)
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
        let json = map.partition.json(map.boundary, CellMeasures(map.partition), units: [.init(layer: 1, unit: 0)])
        #expect(json["cells"]?.array?.count == map.partition.cellCount)
        #expect(json["adjacency"]?.array?.count == map.partition.adjacencies.count)
        let line = try #require(json["boundary"]?["polylines"]?.array?.first)
        #expect(line["classes"]?.array?.compactMap(\.int) == [0, 1] && line["borderEnds"]?.int == 2)
        #expect(json["classes"]?.array?.compactMap { $0["components"]?.int } == [1, 1])
        #expect(json["units"]?.array?.first?["polylines"]?.array?.first?["codes"]?.array?.compactMap(\.int) == [0, 1])
        #expect(json["distributions"]?["volume"]?["mean"]?.double == 4 / Double(map.partition.cellCount))
        let centers = map.partition.json(map.boundary, CellMeasures(map.partition), centersOfLayer: 0)["powerCells"]?.array
        #expect(centers?.count == map.partition.cellCounts[0] && json["powerCells"] == nil)
        #expect(centers?.first?["squaredRadius"]?.double == map.partition.powerCells(ofLayer: 0)[0].cell.squaredRadius)
        let arrays = Dictionary(
            uniqueKeysWithValues: map.partition.arrays(map.boundary, CellMeasures(map.partition)).map { ($0.name, $0.tensor) })
        #expect(arrays["adjacency"]?.shape == [map.partition.adjacencies.count, 2])
        #expect(arrays["boundaryClasses"]?.shape == [1, 2])
    }
}
