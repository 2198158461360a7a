// Every kind of domain against the exact subdivision, and by hand.

import Geometry
import Partitions
import TestSupport
import Tensors
import Testing

@Suite struct DomainTests {
    /// Convex polygons with coarse corners, some clockwise.
    static let polygons: [[SIMD2<Double>]] = [
        [SIMD2(-1, -1), SIMD2(1, 0), SIMD2(0, 1)],
        [SIMD2(0, 1), SIMD2(1, 0), SIMD2(-1, -1)],
        [SIMD2(-1, 0), SIMD2(0, -1), SIMD2(1, 0), SIMD2(0, 1)],
        [SIMD2(-1, -0.5), SIMD2(0.25, -1), SIMD2(1, 0), SIMD2(0.5, 1), SIMD2(-0.75, 0.75)],
    ]

    @Test(
        "Law: on a convex polygon the planar partition is the exact one, and areas sum to the polygon's", arguments: NetworkSampler.allCases
    )
    func polygon(_ sampler: NetworkSampler) throws {
        for seed in UInt64(0)..<24 {
            var rng = RandomGenerator(seed: seed, purpose: "polygon \(sampler.rawValue)")
            let program = try sampler.program(inputs: 2, &rng)
            let corners = DomainTests.polygons[Int(seed) % 4]
            let domain = try Domain.polygon(around: corners)
            var areas: [Rational] = []
            let counts = try ExactSubdivision(of: program, on: domain).forEachCell { areas.append($0.polytope.volume) }
            let partition = try PlanarPartition(of: program, on: domain)
            #expect(partition.cellCounts == counts, "seed \(seed)")
            #expect(partition.exactAreas().sorted() == areas.sorted(), "seed \(seed)")
            #expect(partition.brokenInvariant() == nil)
        }
    }

    /// What a refusal says, or nothing.
    private func refusal(_ body: () throws -> Void) -> String {
        do { try body() } catch { return "\(error)" }
        return "accepted"
    }

    @Test("Corners that do not go round a convex polygon are refused")
    func badPolygons() {
        func refused(_ corners: [SIMD2<Double>]) -> String { refusal { _ = try Domain.polygon(around: corners) } }
        #expect(refused([SIMD2(0, 0), SIMD2(1, 0)]) == "polygon: corners 2, expected at least 3, finite")
        #expect(
            refused([SIMD2(0, 0), SIMD2(2, 0), SIMD2(1, 0.5), SIMD2(0, 2)]).hasPrefix("polygon: corner (0.0, 2.0)")
                || refused([SIMD2(0, 0), SIMD2(2, 0), SIMD2(0.5, 0.5), SIMD2(0, 2)]).hasPrefix("polygon: corner"), "a dent")
        #expect(refused([SIMD2(0, 0), SIMD2(1, 0), SIMD2(1, 0), SIMD2(0, 1)]).hasPrefix("polygon: corner"), "a corner twice")
        #expect(refused([SIMD2(0, 0), SIMD2(1, 0), SIMD2(2, 0), SIMD2(0, 1)]).hasPrefix("polygon: corner"), "a corner on a side")
        #expect(refused([SIMD2(0, 0), SIMD2(1, 1), SIMD2(2, 2)]).hasPrefix("polygon: corner"), "no interior")
        let star = [0, 2, 4, 1, 3].map { [SIMD2(1, 0), SIMD2(0.3, 0.95), SIMD2(-0.8, 0.6), SIMD2(-0.8, -0.6), SIMD2(0.3, -0.95)][$0] }
        #expect(refused(star).hasPrefix("polygon: corner"), "twice round")
        #expect(refused([SIMD2(0, 0), SIMD2(.nan, 0), SIMD2(0, 1)]) == "polygon: number nan, expected at most 1e100 in magnitude")
    }

    @Test("Law: a polyline is cut where the exact subdivision cuts its segments", arguments: NetworkSampler.allCases, 1...4)
    func polyline(_ sampler: NetworkSampler, _ inputs: Int) throws {
        for seed in UInt64(0)..<12 {
            var rng = RandomGenerator(seed: seed, purpose: "polyline \(sampler.rawValue) \(inputs)")
            let program = try sampler.program(inputs: inputs, &rng)
            // Tenths: their differences round, the partition must not.
            let points = (0..<4).map { _ in (0..<inputs).map { _ in Double(rng.integer(below: 41) - 20) / 10 } }
            guard zip(points, points.dropFirst()).allSatisfy({ $0 != $1 }) else { continue }
            let partition = try LinearPartition(of: program, through: points)
            var cells = Set<[[Int]]>()
            var pieces: [[[Int]]] = []
            for segment in 0..<3 {
                let domain = Domain(.box([0...1]), embedding: Domain.Embedding(through: Array(points[segment...segment + 1])))
                var expected: [(low: Rational, high: Rational, codes: [[Int]])] = []
                try ExactSubdivision(of: program, on: domain).forEachCell { cell in
                    let ends = cell.polytope.vertices.map { $0.point[0] }.sorted()
                    expected.append((ends[0], ends[1], cell.codes))
                }
                expected.sort { $0.low < $1.low }
                let found = partition.intervals.filter { $0.segment == segment }
                #expect(found.map(\.codes) == expected.map(\.codes), "seed \(seed)")
                for (interval, exact) in zip(found, expected) {
                    #expect(abs(interval.range.lowerBound - exact.low.doubleValue) <= 1e-13)
                    #expect(abs(interval.range.upperBound - exact.high.doubleValue) <= 1e-13)
                }
                for cell in expected {
                    cells.insert(cell.codes)
                    if pieces.last != cell.codes { pieces.append(cell.codes) }
                }
            }
            #expect(partition.cellCount == cells.count && partition.pieceCount == pieces.count, "seed \(seed)")
        }
    }

    /// x ↦ (relu(x), relu(y)).
    static func quadrants() throws -> PiecewiseAffineProgram {
        var program = PiecewiseAffineProgram(inputCount: 2)
        try program.append(.pieces(source: 0, pieces: [.relu, .relu]))
        return program
    }

    @Test("A polyline that comes back has fewer cells than pieces, and a corner divides no piece")
    func corners() throws {
        // x > 0, then x < 0 round a corner, then x > 0 again; y > 0 throughout.
        let partition = try LinearPartition(of: DomainTests.quadrants(), through: [[1, 2], [-1, 2], [1, 1]])
        #expect(partition.cellCount == 2 && partition.pieceCount == 3 && partition.intervals.count == 4)
        #expect(partition.intervals.map(\.cell) == [0, 1, 1, 0])
        #expect(partition.intervals.map(\.range) == [0...0.5, 0.5...1, 0...0.5, 0.5...1])
        #expect(partition.intervals[0].length == 1 && partition.distinctMapCount == nil)
        // The larger of x and y (positive parts): y − x = 0 only at the end of the way, where x = y = 1.
        #expect(partition.boundaryPoints.isEmpty)
        #expect(
            refusal { _ = try LinearPartition(of: DomainTests.quadrants(), through: [[1, 2], [1, 2]]) }
                == "polyline: point 1 the same, expected another than the point before")
        #expect(
            refusal { _ = try LinearPartition(of: DomainTests.quadrants(), through: [[1, 2, 3], [1, 2, 4]]) }
                == "embedding: vector 3, expected 2 numbers")
    }

    @Test("A class that changes at a corner of a polyline changes there once") func boundaryAtCorner() throws {
        // Outputs x and −x.
        var program = PiecewiseAffineProgram(inputCount: 1)
        try program.append(.affine([.init(source: 0, matrix: SparseMatrix(dense: [[1], [-1]], columnCount: 1))], offset: [0, 0]))
        func changes(_ points: [Double]) throws -> [[Double]] {
            try LinearPartition(of: program, through: points.map { [$0] }).boundaryPoints.map { [Double($0.segment), $0.coordinate] }
        }
        #expect(try changes([-1, 1]) == [[0, 0.5]])
        #expect(try changes([-1, 0, 1]) == [[1, 0]])
        #expect(try changes([-1, 0, -1]) == [])
        #expect(try changes([-1, 1, -3]) == [[0, 0.5], [1, 0.25]])
    }

    @Test("The plane through three points keeps lengths, and exactly what they agree in")
    func plane() throws {
        let points = [[1.0, 0.1, 5], [4, 0.1, 5], [1, 0.1, 9]]
        let domain = try Domain.plane(through: points, margin: 0.5)
        // A triangle with sides 3 and 4: the box [0, 3] × [0, 4], 2 more on each side.
        #expect(domain.region == .box([-2...5, -2...6]))
        let embedding = try #require(domain.embedding)
        #expect(embedding([3, 0]) == points[1] && embedding([0, 4]) == points[2])
        #expect(embedding.directions.map { $0[1] } == [0, 0])
        #expect(
            refusal { _ = try Domain.plane(through: [[0, 0, 0], [0.1, 0.1, 0.1], [0.2, 0.2, 0.2]]) }
                == "plane: points three on a line, expected three that span a plane")
        #expect(refusal { _ = try Domain.plane(through: [[0, 0, 0], [0.1, 0.2, 0.3], [0.3, 0.6, 0.9]]) }.hasSuffix("that span a plane"))
        #expect(try Domain.plane(through: [[0, 0], [1, 1], [1, 1 + 1e-12]]).dimension == 2)
        #expect(refusal { _ = try Domain.plane(through: [[0, 0], [1, 1], [1, 1]]) }.hasSuffix("expected three that span a plane"))
    }

    @Test("Law: what an input lacks of its nearest point of a slice is orthogonal to it") func nearestPlace() {
        for seed in UInt64(0)..<20 {
            var rng = RandomGenerator(seed: seed, purpose: "nearest place")
            func vector() -> [Double] { (0..<5).map { _ in rng.uniform(-2, 2) } }
            let slice = Domain.Embedding(origin: vector(), directions: [vector(), vector()])
            let input = vector()
            let rest = zip(input, slice(slice.coordinates(nearest: input))).map { $0 - $1 }
            for direction in slice.directions { #expect(abs(zip(rest, direction).reduce(0) { $0 + $1.0 * $1.1 }) < 1e-12) }
            let place = [rng.uniform(-3, 3), rng.uniform(-3, 3)]
            #expect(zip(slice.coordinates(nearest: slice(place)), place).allSatisfy { abs($0 - $1) < 1e-10 })
        }
    }

    @Test("Inputs that agree in two of a plane's points keep their value on all of the line through these, however it is rounded")
    func planeThroughPoints() throws {
        for seed in UInt64(0)..<20 {
            var rng = RandomGenerator(seed: seed, purpose: "plane through points")
            // Eight inputs are 0 in all but the one point, and a ninth makes the angles odd.
            let special = Int(seed % 3)
            let points = (0..<3).map { k -> [Double] in
                (0..<8).map { _ in k == special ? 0.1 + rng.uniform() : 0 } + [rng.uniform(), rng.uniform()]
            }
            let program = try DomainTests.lines((0..<8).map { unit in (0..<10).map { $0 == unit ? 1 : 0 } + [0] })
            let domain = try Domain.plane(through: points, margin: 0.25)
            // One line, eight times.
            #expect(try TiledPartition(of: program, on: domain).count(threads: 1).cellCount == 2, "\(seed)")
        }
    }

    /// Lines in general position, as ReLUs: x ↦ relu(⟨a, x⟩ + b).
    static func lines(_ rows: [[Double]]) throws -> PiecewiseAffineProgram {
        var program = PiecewiseAffineProgram(inputCount: rows[0].count - 1)
        let matrix = SparseMatrix(dense: rows.map { Array($0.dropLast()) }, columnCount: program.inputCount)
        try program.append(.affine([.init(source: 0, matrix: matrix)], offset: rows.map { $0[$0.count - 1] }))
        try program.append(.pieces(source: 1, pieces: rows.map { _ in .relu }))
        return program
    }

    @Test("The whole plane: n lines in general position make 1 + n + n(n−1)/2 cells, (n−1)(n−2)/2 of them bounded")
    func generalPosition() throws {
        // Tangents of a parabola: y = 2 k x − k².
        for n in 1...9 {
            let slopes = (0..<n).map { Double($0) - 3.5 }
            let program = try DomainTests.lines(slopes.map { [2 * $0, -1, -$0 * $0] })
            let partition = try PlanarPartition(of: program, on: Domain(.whole(dimension: 2)))
            let boundedCount = partition.cells.filter { !$0.isUnbounded }.count
            #expect(partition.cellCount == 1 + n + n * (n - 1) / 2, "\(n)")
            #expect(boundedCount == (n - 1) * (n - 2) / 2, "\(n)")
            for cell in partition.cells { #expect(cell.isUnbounded == !cell.area.isFinite) }
        }
        // x > 0, y > 0, x + y < 1: the only bounded cell has area ½.
        let triangle = try PlanarPartition(of: DomainTests.lines([[1, 0, 0], [0, 1, 0], [1, 1, -1]]), on: Domain(.whole(dimension: 2)))
        let summary = PartitionSummary(triangle)
        #expect(summary.cellCount == 7 && summary.unboundedCount == 6 && summary.minVolume == 0.5 && summary.maxVolume == .infinity)
    }

    @Test("The whole plane without a crossing: none, one, and parallel lines far away")
    func noCrossing() throws {
        func whole(_ rows: [[Double]]) throws -> PartitionSummary {
            PartitionSummary(try PlanarPartition(of: DomainTests.lines(rows), on: Domain(.whole(dimension: 2))))
        }
        let nothing = try whole([[0, 0, 1]])
        #expect(nothing.cellCount == 1 && nothing.unboundedCount == 1 && nothing.minVolume == .infinity)
        let far = try whole([[1, 0, -1e6], [1, 0, 1e9], [0, 0, 0], [2, 0, -2e6]])
        #expect(far.cellCount == 3 && far.unboundedCount == 3)
    }

    @Test(
        "Law: on the whole line and plane, the cells are those of a far larger box, and unbounded ones reach its border",
        arguments: NetworkSampler.allCases, 1...2)
    func whole(_ sampler: NetworkSampler, _ inputs: Int) throws {
        for seed in UInt64(0)..<24 {
            var rng = RandomGenerator(seed: seed, purpose: "whole \(sampler.rawValue) \(inputs)")
            let program = try sampler.program(inputs: inputs, &rng)
            let domain = Domain(.whole(dimension: inputs))
            let (counts, unbounded): ([Int], Int)
            if inputs == 1 {
                let partition = try LinearPartition(of: program, on: domain)
                (counts, unbounded) = (partition.cellCounts, partition.unboundedCount)
            } else {
                let partition = try PlanarPartition(of: program, on: domain)
                (counts, unbounded) = (partition.cellCounts, PartitionSummary(partition).unboundedCount)
            }
            var reaching = 0
            let box = [ClosedRange<Double>](repeating: -0x1p300...0x1p300, count: inputs)
            let expected = try ExactSubdivision(of: program, on: .box(box)).forEachCell { cell in
                if cell.polytope.facets.contains(where: { $0 < 0 }) { reaching += 1 }
            }
            #expect(counts == expected && unbounded == reaching, "seed \(seed)")
        }
    }

    @Test("Weights whose products are no Doubles are refused, others that are far from 1 are not") func largeValues() throws {
        func network(_ scale: Double) throws -> PiecewiseAffineProgram {
            var program = PiecewiseAffineProgram(inputCount: 2)
            for inputs in [2, 3, 3] {
                func weight(_ row: Int, _ column: Int) -> Double { scale * (Double((5 * row + 3 * column + inputs) % 7) - 3.25) }
                let rows = (0..<3).map { row in (0..<inputs).map { weight(row, $0) } }
                let matrix = SparseMatrix(dense: rows, columnCount: inputs)
                // A layer's offsets grow as its values do.
                let size = program.nonlinearSteps.reduce(scale) { size, _ in size * scale }
                try program.append(.affine([.init(source: program.last, matrix: matrix)], offset: [size, -0.5 * size, 0.25 * size]))
                try program.append(.pieces(source: program.last, pieces: [PiecewiseFunction](repeating: .relu, count: 3)))
            }
            return program
        }
        let box = Domain.box([-1...1, -1...1])
        let expected = try PlanarPartition(of: try network(1), on: box).cellCounts
        #expect(expected.last! > 5)
        func facetCount(_ scale: Double) throws -> Int { try RegionReader(try network(scale)).region(at: [0.25, -0.5]).facets.count }
        #expect(try facetCount(1) > 1)
        // Powers of two, which change no cell.
        for scale in [0x1p100, 0x1p-100, 0x1p-200, 0x1p-300] {
            #expect(try PlanarPartition(of: try network(scale), on: box).cellCounts == expected)
            #expect(try TiledPartition(of: try network(scale), on: box).count().cellCounts == expected)
            #expect(try facetCount(scale) == facetCount(1))
        }
        for scale in [0x1p200, 0x1p600, 0x1p1000, 0x1p-330, 0x1p-600] {
            for make in [
                { _ = try PlanarPartition(of: $0, on: $1) }, { _ = try TiledPartition(of: $0, on: $1) },
                { program, _ in _ = try RegionReader(program).region(at: [0.25, -0.5]) },
            ] as [(PiecewiseAffineProgram, Domain) throws -> Void] {
                #expect(throws: PartitionError.self) { try make(try network(scale), box) }
            }
        }
    }

    @Test("Boxes and polygons whose areas are no Doubles are refused") func smallSides() throws {
        let program = PiecewiseAffineProgram(inputCount: 2)
        for range in [0...0x1p-1040, -0x1p-400...0x1p-400] {
            let domains = [Domain.box([range, -1...1]), Domain(.polygon([[0, 0], [1, 0], [0, range.upperBound]]))]
            for domain in domains { #expect(throws: PartitionError.self) { try TiledPartition(of: program, on: domain) } }
        }
        #expect(try TiledPartition(of: program, on: .box([0...0x1p-300, 0x1p-1040...1])).count().cellCounts.isEmpty)
    }

    @Test("Directions that depend on one another are told, however long they are") func dependentDirections() {
        func isIndependent(_ directions: [[Double]]) -> Bool {
            Domain.Embedding(origin: [0, 1, 2], directions: directions).hasIndependentDirections
        }
        for second in [[0.0, 0, 0], [0.2, 0.4, 0.6], [-1e90, -2e90, -3e90]] { #expect(!isIndependent([[1, 2, 3], second])) }
        #expect(isIndependent([[1, 2, 3], [1, 2, 3 + 0x1p-30]]) && isIndependent([[1e-80, 0, 0], [1e60, 1e50, 0]]))
        #expect(!isIndependent([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1]]))
    }
}
