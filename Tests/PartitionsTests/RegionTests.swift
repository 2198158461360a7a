// Boundaries, zero sets and regions of the plane: hand-worked breaking cases, and random networks against exact polygons compared
// pair by pair.

import Geometry
import Partitions
import TestSupport
import Tensors
import Testing

@Suite struct RegionTests {
    static let box = Domain.box([-1...1, -1...1])

    /// The outputs `rows` [weights…, offset] of the hidden units |u| or max(u, 0) of `hidden` [a, b, offset].
    private func partition(
        _ hidden: [[Double]], _ function: PiecewiseFunction = .relu, outputs rows: [[Double]]
    ) throws -> PlanarPartition {
        var program = PiecewiseAffineProgram(inputCount: 2)
        func dense(_ rows: [[Double]]) throws {
            let count = program.outputCount
            let matrix = SparseMatrix(dense: rows.map { Array($0.dropLast()) }, columnCount: count)
            try program.append(.affine([.init(source: program.last, matrix: matrix)], offset: rows.map { $0[count] }))
        }
        if !hidden.isEmpty {
            try dense(hidden)
            let pieces = [PiecewiseFunction](repeating: function, count: hidden.count)
            try program.append(.pieces(source: program.last, pieces: pieces))
        }
        try dense(rows)
        return try PlanarPartition(of: program, on: Self.box)
    }

    private func betti(_ boundary: DecisionBoundary) -> [[Int]] { boundary.regions.map { [$0.componentCount, $0.holeCount] } }

    @Test("A line: one open polyline from border to border, the smaller class to its left")
    func line() throws {
        let boundary = try partition([], outputs: [[1, 0, 0]]).decisionBoundary()  // f = x: class 0 where x ≤ 0
        let line = try #require(boundary.curve.polylines.first)
        #expect(boundary.curve.polylines.count == 1 && !boundary.isAmbiguous)
        #expect(line.points == [SIMD2(0, -1), SIMD2(0, 1)])  // going up, x < 0 is to the left
        #expect([line.left, line.right, line.borderEndCount] == [0, 1, 2])
        #expect(!line.isClosed && line.length == 2)
        #expect([boundary.curve.pieceCount, boundary.curve.loopCount] == [1, 0])
        #expect(betti(boundary) == [[1, 0], [1, 0]])
        #expect(boundary.regions.map(\.area) == [2, 2])
    }

    @Test("A ring: two closed polylines; ring (1, 1), inside and outside together (2, 1)")
    func ring() throws {
        // | |x| + |y| − ½ | − ¼ ≤ 0 is the ring ¼ ≤ |x| + |y| ≤ ¾.
        var program = PiecewiseAffineProgram(inputCount: 2)
        try program.append(.pieces(source: 0, pieces: [.absoluteValue, .absoluteValue]))
        try program.append(.affine([.init(source: 1, matrix: SparseMatrix(dense: [[1, 1]], columnCount: 2))], offset: [-0.5]))
        try program.append(.pieces(source: 2, pieces: [.absoluteValue]))
        try program.append(.affine([.init(source: 3, matrix: .identity(1))], offset: [-0.25]))
        let boundary = try PlanarPartition(of: program, on: Self.box).decisionBoundary()
        #expect(boundary.curve.polylines.map(\.isClosed) == [true, true])
        for line in boundary.curve.polylines { #expect(line.points.first == line.points.last && line.points.count == 5) }
        #expect([boundary.curve.pieceCount, boundary.curve.loopCount] == [2, 2])
        #expect(betti(boundary) == [[1, 1], [2, 1]])
        #expect(abs(boundary.length - 4 * 2.0.squareRoot()) <= 1e-15)  // 4√2 (¼ + ¾)
        #expect(boundary.regions.map(\.area) == [1, 3])  // 2 (9/16 − 1/16)
    }

    @Test("A crossing: four polylines end at it; parts that touch only there are apart")
    func crossing() throws {
        // Outputs |x| and |y|: class 0 left and right, class 1 above and below.
        let boundary = try partition([[1, 0, 0], [0, 1, 0]], .absoluteValue, outputs: [[1, 0, 0], [0, 1, 0]]).decisionBoundary()
        #expect(boundary.curve.polylines.map(\.borderEndCount) == [1, 1, 1, 1])
        #expect(boundary.curve.polylines.allSatisfy { $0.points.contains(SIMD2(0, 0)) && $0.points.count == 2 })
        #expect([boundary.curve.pieceCount, boundary.curve.loopCount] == [1, 0])
        #expect(betti(boundary) == [[2, 0], [2, 0]])
        #expect(!boundary.isAmbiguous)
    }

    @Test("Three classes meet in a point: three polylines, one for each pair")
    func triple() throws {
        let boundary = try partition([], outputs: [[1, 0, 0], [0, 1, 0], [-1, -1, 0]]).decisionBoundary()
        #expect(Set(boundary.curve.polylines.map { [$0.left, $0.right] }) == [[0, 1], [0, 2], [1, 2]])
        #expect(boundary.curve.polylines.count == 3 && boundary.curve.pieceCount == 1)
        #expect(betti(boundary) == [[1, 0], [1, 0], [1, 0]])
    }

    @Test("A boundary along cell edges, through a vertex of the partition, is one polyline")
    func throughVertices() throws {
        // f = relu(x) − relu(−x) + relu(y) − relu(−y) = x + y on the four quadrants.
        let quadrants = [[1.0, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0]]
        let diagonal = try partition(quadrants, outputs: [[1, -1, 1, -1, 0]]).decisionBoundary()
        #expect(diagonal.curve.polylines.count == 1 && diagonal.curve.polylines[0].borderEndCount == 2 && !diagonal.isAmbiguous)
        #expect(Set(diagonal.curve.polylines[0].points) == [SIMD2(-1, 1), SIMD2(0, 0), SIMD2(1, -1)])
        #expect(abs(diagonal.length - 2 * 2.0.squareRoot()) <= 1e-15)
        // f = relu(x) − relu(−x) = x is 0 along the cells' own edges.
        let edge = try partition(quadrants, outputs: [[1, -1, 0, 0, 0]]).decisionBoundary()
        #expect(edge.curve.polylines.map(\.points) == [[SIMD2(0, -1), SIMD2(0, 0), SIMD2(0, 1)]] && !edge.isAmbiguous)
    }

    @Test("Equal outputs on a cell: the first class has it, and the answer says that it is ambiguous")
    func equalOutputs() throws {
        // Outputs 0 and relu(x) are equal where x ≤ 0.
        let bounded = try partition([[1, 0, 0]], outputs: [[0, 0], [1, 0]]).decisionBoundary()
        #expect(bounded.isAmbiguous && bounded.regions.map(\.area) == [2, 2] && bounded.length == 2)
        // The other way round class 0 has everything, and class 1 nothing.
        let empty = try partition([[1, 0, 0]], outputs: [[1, 0], [0, 0]]).decisionBoundary()
        #expect(empty.isAmbiguous && empty.curve.polylines.isEmpty && betti(empty) == [[1, 0], [0, 0]])
        #expect([empty.curve.pieceCount, empty.curve.loopCount] == [0, 0])
    }

    @Test("One output that touches 0 without a change of sign has no boundary, and is ambiguous")
    func touching() throws {
        let line = try partition([[1, 0, 0]], .absoluteValue, outputs: [[1, 0]]).decisionBoundary()  // |x|
        #expect(line.isAmbiguous && line.curve.polylines.isEmpty && betti(line) == [[0, 0], [1, 0]])
        let zero = try partition([], outputs: [[0, 0, 0]]).decisionBoundary()
        #expect(zero.isAmbiguous && betti(zero) == [[1, 0], [0, 0]])
        let one = try partition([], outputs: [[0, 0, 1]]).decisionBoundary()
        #expect(!one.isAmbiguous && betti(one) == [[0, 0], [1, 0]])
    }

    @Test("A unit's zero set bends at the units before it, and stops where the unit is 0 on a cell")
    func zeroSet() throws {
        // Layer 0: relu(x), relu(y). Layer 1: unit 0 is relu(x) + relu(y) − ½, unit 1 is relu(x) − relu(y).
        var program = PiecewiseAffineProgram(inputCount: 2)
        try program.append(.pieces(source: 0, pieces: [.relu, .relu]))
        let matrix = SparseMatrix(dense: [[1, 1], [1, -1]], columnCount: 2)
        try program.append(.affine([.init(source: 1, matrix: matrix)], offset: [-0.5, 0]))
        try program.append(.pieces(source: 2, pieces: [.relu, .relu]))
        let partition = try PlanarPartition(of: program, on: Self.box)
        #expect(partition.unitCounts == [2, 2])
        let bent = partition.zeroSet(layer: 1, unit: 0)
        #expect(bent.polylines.count == 1 && bent.polylines[0].borderEndCount == 2)
        // Down from (½, −1) to (½, 0), to (0, ½), to (−1, ½), but also where unit 1 crosses it, at (¼, ¼).
        let bends = [SIMD2(0.5, -1), SIMD2(0.5, 0), SIMD2(0.25, 0.25), SIMD2(0, 0.5), SIMD2(-1, 0.5)]
        #expect(bent.polylines[0].points == bends.reversed() || bent.polylines[0].points == bends)
        #expect(abs(bent.length - (2 + 0.5.squareRoot())) <= 1e-15)
        // Unit 1 is positive where x > 0 and x > y; it is 0 on the third quadrant and there inactive.
        let active = partition.zeroSet(layer: 1, unit: 1)
        #expect(active.polylines.count == 1)
        #expect(abs(active.length - (1 + 2.0.squareRoot())) <= 1e-15)  // (0, −1) to 0, to (1, 1)
        #expect(partition.regions(layer: 1, unit: 1).map(\.area) == [2.5, 1.5])
    }

    @Test("Law: regions, curves and neighbours are those of exact polygons compared pair by pair", arguments: NetworkSampler.allCases)
    func pairs(_ sampler: NetworkSampler) throws {
        for seed in UInt64(200)..<224 {
            var rng = RandomGenerator(seed: seed, purpose: sampler.rawValue)
            let program = try sampler.program(inputs: 2, &rng)
            let partition = try PlanarPartition(of: program, on: Self.box)
            guard partition.cellCount < 80 else { continue }
            var cells: [ExactSubdivision.Cell] = []
            try ExactSubdivision(of: program, on: Self.box).forEachCell { cells.append($0) }

            let boundary = partition.decisionBoundary()
            let expected = SlowRegions(cells.flatMap { SlowRegions.classParts($0) })
            expect(boundary.curve, boundary.regions, expected, "classes, seed \(seed)")

            let layer = rng.integer(below: partition.unitCounts.count)
            let unit = rng.integer(below: partition.unitCounts[layer])
            let coded = SlowRegions(cells.map { ($0.polytope, $0.codes[layer][unit]) })
            let regions = partition.regions(layer: layer, unit: unit)
            expect(partition.zeroSet(layer: layer, unit: unit), regions, coded, "unit \(layer):\(unit), seed \(seed)")

            #expect(partition.adjacencies.count == coded.adjacentPairCount, "seed \(seed)")
            #expect(partition.cells.map(\.facetCount).sorted() == coded.cornerCounts, "seed \(seed)")
        }
    }

    private func expect(_ curve: DividingCurve, _ regions: [LabelledRegion], _ expected: SlowRegions, _ comment: Comment) {
        for region in regions {
            #expect(region.componentCount == expected.componentCounts[region.label] ?? 0, comment)
            #expect(region.holeCount == expected.holeCounts[region.label] ?? 0, comment)
        }
        #expect(curve.pieceCount == expected.pieceCount, comment)
        #expect(curve.loopCount == expected.loopCount, comment)
        #expect(abs(curve.length - expected.length) <= 1e-12 * max(1, expected.length), comment)
        #expect(abs(regions.reduce(0) { $0 + $1.area } - 4) <= 1e-12, comment)
        // Every edge of the curve stands in one polyline; ends at the border come in pairs with what they bound.
        for line in curve.polylines {
            #expect(line.left < line.right && line.points.count >= 2, comment)
            #expect(!line.isClosed || line.points.first == line.points.last, comment)
        }
    }

    @Test("Law: pixels of a coarse network, filled from neighbour to neighbour, hang together as its classes do")
    func flood() throws {
        // ¾ − |2|2x| − 1| − |2|2y| − 1| is positive in four diamonds. (Where regions touch in points no grid of pixels is right.)
        let hidden = [[2.0, 0, 0], [0, 2, 0]]
        var program = PiecewiseAffineProgram(inputCount: 2)
        for _ in 0..<2 {
            let matrix = SparseMatrix(dense: program.last == 0 ? hidden.map { Array($0.dropLast()) } : [[2, 0], [0, 2]], columnCount: 2)
            let offset = program.last == 0 ? [0.0, 0] : [-1.0, -1]
            try program.append(.affine([.init(source: program.last, matrix: matrix)], offset: offset))
            try program.append(.pieces(source: program.last, pieces: [.absoluteValue, .absoluteValue]))
        }
        try program.append(.affine([.init(source: program.last, matrix: SparseMatrix(dense: [[-1, -1]], columnCount: 2))], offset: [0.75]))
        let regions = try PlanarPartition(of: program, on: Self.box).decisionBoundary().regions
        let n = 250
        let labels = (0..<n * n).map { i -> Int in
            let point = [Double(i % n), Double(i / n)].map { ($0 + 0.5) * 2 / Double(n) - 1 }
            return program.value(at: point)[0] > 0 ? 1 : 0
        }
        for region in regions {
            let wanted = labels.map { $0 == region.label }
            #expect(region.componentCount == components(wanted, n, diagonals: false))
            // What is left, with its diagonals and a frame round the picture: one part is the outside, the others fill holes.
            var framed = [Bool](repeating: true, count: (n + 2) * (n + 2))
            for i in 0..<n * n { framed[(i / n + 1) * (n + 2) + i % n + 1] = !wanted[i] }
            #expect(region.holeCount == components(framed, n + 2, diagonals: true) - 1)
        }
    }

    private func components(_ pixels: [Bool], _ n: Int, diagonals: Bool) -> Int {
        var (open, count) = (pixels, 0)
        for start in open.indices where open[start] {
            count += 1
            var stack = [start]
            open[start] = false
            while let pixel = stack.popLast() {
                for (dx, dy) in [(1, 0), (-1, 0), (0, 1), (0, -1)] + (diagonals ? [(1, 1), (1, -1), (-1, 1), (-1, -1)] : []) {
                    let (x, y) = (pixel % n + dx, pixel / n + dy)
                    guard x >= 0, y >= 0, x < n, y < n, open[y * n + x] else { continue }
                    open[y * n + x] = false
                    stack.append(y * n + x)
                }
            }
        }
        return count
    }

    @Test("Law: the mean number of neighbours is twice the pairs over the cells, and in-radii fit the areas", arguments: UInt64(0)..<8)
    func measures(seed: UInt64) throws {
        var rng = RandomGenerator(seed: seed, purpose: "measures")
        let partition = try PlanarPartition(of: NetworkSampler.generic.program(inputs: 2, &rng), on: Self.box)
        let measures = CellMeasures(partition)
        #expect(measures.neighborCounts.reduce(0, +) == 2 * partition.adjacencies.count)
        #expect(abs(measures.volumes.reduce(0, +) - 4) <= 1e-12)
        for (area, radius) in zip(measures.volumes, measures.inRadii) { #expect(Double.pi * radius * radius <= area * (1 + 1e-12)) }
        #expect(measures.facetCounts.allSatisfy { $0 >= 3 })
    }

    @Test("Quartiles of 1 … 5 are 2, 3, 4; of one number that number")
    func distribution() {
        let five = Distribution([5, 3, 1, 4, 2])
        #expect([five.minimum, five.lowerQuartile, five.median, five.upperQuartile, five.maximum, five.mean] == [1, 2, 3, 4, 5, 3])
        let four = Distribution([0, 1, 2, 3])
        #expect([four.lowerQuartile, four.median, four.upperQuartile] == [0.75, 1.5, 2.25])
        #expect(Distribution([7]).median == 7)
    }
}
