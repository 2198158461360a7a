// The cell of a point against the exact subdivision, in every dimension that it can do.

import Geometry
import Partitions
import TestSupport
import Tensors
import Testing

@Suite struct PointRegionTests {
    /// A program, and a point of the box [−1, 1]ᵈ: coarse, so that it may lie on borders, or not.
    static func sample(_ sampler: NetworkSampler, _ inputs: Int, _ seed: UInt64) throws -> (PiecewiseAffineProgram, [Double]) {
        var rng = RandomGenerator(seed: seed, purpose: "region \(sampler.rawValue) \(inputs)")
        let program = try sampler.program(inputs: inputs, &rng)
        let point = (0..<inputs).map { _ in seed % 3 == 0 ? Double(rng.integer(below: 5) - 2) / 2 : rng.uniform(-1, 1) }
        return (program, point)
    }

    /// The supporting hyperplanes of a polytope's facets, each as the vertices on it.
    static func facetCount(_ polytope: Polytope) -> Int {
        var sets = Set<[Int]>()
        for facet in polytope.facets {
            let on = polytope.vertices.indices.filter { polytope.vertices[$0].facets.contains(facet) }
            let points = on.map { v in (0..<polytope.dimension).map { polytope.vertices[v].point[$0] } }
            if let apex = points.first, rank(points.dropFirst().map { zip($0, apex).map { $0 - $1 } }) == polytope.dimension - 1 {
                sets.insert(on)
            }
        }
        return sets.count
    }

    static func rank(_ vectors: [[Rational]]) -> Int {
        var (rows, rank) = (vectors, 0)
        for column in 0..<(vectors.first?.count ?? 0) {
            guard let r = rows.indices.dropFirst(rank).first(where: { rows[$0][column].signum != 0 }) else { continue }
            rows.swapAt(r, rank)
            for other in rows.indices.dropFirst(rank + 1) where rows[other][column].signum != 0 {
                let factor = rows[other][column] / rows[rank][column]
                rows[other] = zip(rows[other], rows[rank]).map { $0 - factor * $1 }
            }
            rank += 1
        }
        return rank
    }

    static func box(_ inputs: Int) -> [ClosedRange<Double>] { [ClosedRange<Double>](repeating: -1...1, count: inputs) }

    @Test(
        "Law: a point's region is a cell of the exact subdivision that holds the point, with as many facets",
        arguments: NetworkSampler.allCases, 1...4)
    func cells(_ sampler: NetworkSampler, _ inputs: Int) throws {
        for seed in UInt64(0)..<(inputs == 4 ? 3 : 9) {
            let (program, point) = try PointRegionTests.sample(sampler, inputs, seed)
            let reader = try RegionReader(program, in: PointRegionTests.box(inputs))
            let region = try reader.region(at: point)
            #expect(reader.isExact && region.isExact && region.undecidedCount == 0 && region.facetCertificate == .exact, "seed \(seed)")
            var found: ExactSubdivision.Cell?
            try ExactSubdivision(of: program, on: .box(PointRegionTests.box(inputs))).forEachCell {
                if $0.codes == region.codes { found = $0 }
            }
            let cell = try #require(found, "seed \(seed)")
            #expect(region.facets.count == PointRegionTests.facetCount(cell.polytope), "seed \(seed)")
            // The point is in the closed cell, and its distance to the border is that to the nearest facet made by the network.
            for facet in region.facets {
                #expect(zip(facet.slope, point).reduce(facet.offset) { $0 + $1.0 * $1.1 } >= -1e-12)
            }
            let everywhere = try RegionReader(program).region(at: point)
            if let nearest = everywhere.facets.map(\.distance).min(), everywhere.codes == region.codes {
                #expect(abs((region.distance?.value ?? -1) - nearest) <= 1e-12 * (1 + nearest), "seed \(seed)")
            }
            // Every vertex of the exact cell is on the inner side of every facet, and the ball's bounds are tight.
            for vertex in cell.polytope.vertices {
                let at = vertex.point.doubles
                for facet in region.facets { #expect(zip(facet.slope, at).reduce(facet.offset) { $0 + $1.0 * $1.1 } >= -1e-9) }
            }
            let ball = try #require(region.ball)
            #expect(ball.certificate == .exact && ball.radius > 0 && ball.upperBound <= ball.radius * (1 + 1e-6), "seed \(seed)")
        }
    }

    @Test("Law: rounded reading finds the same facets, ball and distances as exact reading", arguments: NetworkSampler.allCases)
    func rounded(_ sampler: NetworkSampler) throws {
        for seed in UInt64(0)..<12 where seed % 3 != 0 {
            let (program, point) = try PointRegionTests.sample(sampler, 3, seed)
            let exact = try RegionReader(program, in: PointRegionTests.box(3)).region(at: point)
            let rounded = try RegionReader(program, in: PointRegionTests.box(3), isExact: false).region(at: point)
            #expect(rounded.codes == exact.codes && !rounded.isExact, "seed \(seed)")
            #expect(abs((rounded.distance?.value ?? 0) - (exact.distance?.value ?? 0)) < 1e-9)
            guard sampler != .nearlyEqual else { continue }
            #expect(rounded.facets.count == exact.facets.count, "seed \(seed)")
            #expect(abs((rounded.boundaryDistance?.value ?? 0) - (exact.boundaryDistance?.value ?? 0)) < 1e-6, "seed \(seed)")
            let (a, b) = (try #require(rounded.ball), try #require(exact.ball))
            #expect(abs(a.radius - b.radius) <= 1e-6 * b.radius && a.certificate == .rounded, "seed \(seed)")
        }
    }

    @Test(
        "Law: no sample of the cell nearer than the bound has another class, and the boundary is reached at the distance",
        arguments: NetworkSampler.allCases)
    func boundary(_ sampler: NetworkSampler) throws {
        for seed in UInt64(0)..<12 {
            var rng = RandomGenerator(seed: seed, purpose: "boundary")
            let (program, point) = try PointRegionTests.sample(sampler, 2, seed)
            let region = try RegionReader(program, in: PointRegionTests.box(2)).region(at: point)
            var nearest = Double.infinity
            for _ in 0..<4000 {
                let x = [rng.uniform(-1, 1), rng.uniform(-1, 1)]
                let isInside = region.facets.allSatisfy { zip($0.slope, x).reduce($0.offset) { $0 + $1.0 * $1.1 } >= 0 }
                guard isInside else { continue }
                let outputs = region.map(x)
                let own = outputs.count == 1 ? [outputs[0] > 0 ? 1 : 0] : outputs.indices.filter { outputs[$0] == outputs.max() }
                if !own.contains(region.classIndex) {
                    nearest = min(nearest, zip(x, point).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot())
                }
            }
            if nearest < .infinity {
                let distance = try #require(region.boundaryDistance, "seed \(seed)")
                #expect(distance.lowerBound <= nearest && distance.lowerBound <= distance.value, "seed \(seed)")
                #expect(distance.value - distance.lowerBound < 1e-6, "seed \(seed)")
            }
        }
    }

    /// x ↦ (relu(x + y − 1), relu(x), x − y).
    static func handWorked() throws -> PiecewiseAffineProgram {
        var program = PiecewiseAffineProgram(inputCount: 2)
        let first = SparseMatrix(dense: [[1, 1], [1, 0], [0, 0]], columnCount: 2)
        try program.append(.affine([.init(source: 0, matrix: first)], offset: [-1, 0, 3]))
        try program.append(.pieces(source: 1, pieces: [.relu, .relu, .relu]))
        let second = SparseMatrix(dense: [[1, 1, 0]], columnCount: 3)
        try program.append(.affine([.init(source: 2, matrix: second)], offset: [-0.25]))
        return program
    }

    @Test("By hand: a wedge, its facets, distances, and power cell")
    func wedge() throws {
        let reader = try RegionReader(PointRegionTests.handWorked())
        // At (0.5, 0): x + y < 1, x > 0; the third unit is constant and bounds nothing. Output x − 0.25.
        let region = try reader.region(at: [0.5, 0])
        #expect(region.codes == [[0, 1, 1]] && region.inequalityCount == 2 && region.facets.count == 2)
        #expect(region.ball?.isUnbounded == true && region.isNamedByRule && region.tieCount == 0)
        #expect(abs((region.distance?.value ?? 0) - 0.5 / 2.0.squareRoot()) < 1e-15 && region.distance?.unit == 0)
        #expect(abs((region.boundaryDistance?.value ?? 0) - 0.25) < 1e-15 && region.boundaryDistance?.unit == 0 && region.classIndex == 1)
        // The layer's units sum to x + 3: centre (1, 0), radius² = 1 + 6.
        #expect(region.powerCells == [PowerCell(center: [1, 0], squaredRadius: 7)])
        // (0, 0.5) lies on x = 0; the first piece is x ≤ 0, which has interior. The boundary x = 0.25 is outside it.
        let border = try reader.region(at: [0, 0.5])
        #expect(border.codes == [[0, 0, 1]] && border.tieCount == 1 && border.distance?.value == 0 && border.isNamedByRule)
        #expect(border.boundaryDistance == nil && border.classIndex == 0)
    }

    /// Rectifiers of rows [weights…, offset], one layer after the other, the last without.
    private static func network(_ layers: [[[Double]]]) throws -> PiecewiseAffineProgram {
        var program = PiecewiseAffineProgram(inputCount: layers[0][0].count - 1)
        for (i, rows) in layers.enumerated() {
            let matrix = SparseMatrix(dense: rows.map { Array($0.dropLast()) }, columnCount: program.outputCount)
            try program.append(.affine([.init(source: program.last, matrix: matrix)], offset: rows.map { $0[$0.count - 1] }))
            guard i < layers.count - 1 else { break }
            try program.append(.pieces(source: program.last, pieces: [PiecewiseFunction](repeating: .relu, count: rows.count)))
        }
        return program
    }

    @Test("Units that are multiples of others, by no power of two, bound the cell as these do") func proportional() throws {
        // Second layer: 3, 0.7 and 1.1 times the first.
        let program = try Self.network([
            [[1, 3, 0], [1, -1, 0]], [[3, 0, 0], [0.7, 0, 0], [1.1, 0, 0], [0, 0.3, 0]], [[1, 1, 1, 1, 0]],
        ])
        let reader = try RegionReader(program)
        let region = try reader.region(at: [1, 0.5])
        #expect(region.facets.count == 2 && region.undecidedCount == 0)
        let walk = try reader.walk(from: [1, 0.5])
        #expect(walk.cells.count == 4 && walk.end == .complete)
        // In Doubles too.
        let rounded = try RegionReader(program, isExact: false).walk(from: [1, 0.5])
        #expect(rounded.cells.count == 4 && rounded.end == .complete)
    }

    @Test("Law: a walk meets every cell of networks without offsets, in fractions and in Doubles", arguments: [true, false])
    func withoutOffsets(_ isExact: Bool) throws {
        for seed in UInt64(0)..<60 {
            var rng = RandomGenerator(seed: seed, purpose: "walks without offsets")
            let program = try Self.network(
                zip([3, 2, 2], [2, 3, 2]).map { count, inputs in
                    (0..<count).map { _ in (0..<inputs).map { _ in rng.uniform(-1, 1) } + [0] }
                })
            let expected = try PlanarPartition(of: program, on: .box([-1...1, -1...1])).cellCount
            let walk = try RegionReader(program, in: Self.box(2), isExact: isExact).walk(from: [0.3, 0.2])
            #expect(walk.cells.count == expected && walk.end == .complete, "seed \(seed): \(walk.cells.count) \(expected) \(walk.end)")
        }
    }

    @Test("Law: lines through a point make twice as many cells, of two facets each", arguments: [true, false])
    func cones(_ isExact: Bool) throws {
        for seed in UInt64(0)..<80 {
            var rng = RandomGenerator(seed: seed, purpose: "cones")
            let count = 4 + Int(seed % 5)
            let program = try Self.network([
                (0..<count).map { _ in [rng.uniform(-1, 1), rng.uniform(-1, 1), 0] }, [[Double](repeating: 1, count: count + 1)],
            ])
            let point = [rng.uniform(-1, 1), rng.uniform(-1, 1)].map { ($0 * 8).rounded() / 8 }
            let walk = try RegionReader(program, isExact: isExact).walk(from: point)
            #expect(walk.cells.count == 2 * count && walk.end == .complete, "seed \(seed): \(walk.cells.count) \(walk.end)")
            #expect(walk.cells.allSatisfy { $0.facetCount == 2 && $0.neighbors.count == 2 }, "seed \(seed)")
        }
    }

    @Test(
        "Law: a cell is unbounded where it reaches the border of a huge box, in fractions and in Doubles",
        arguments: NetworkSampler.allCases,
        1...3)
    func unbounded(_ sampler: NetworkSampler, _ inputs: Int) throws {
        for seed in UInt64(0)..<(inputs == 3 ? 8 : 24) {
            var rng = RandomGenerator(seed: seed, purpose: "unbounded \(sampler.rawValue) \(inputs)")
            let program = try sampler.program(inputs: inputs, &rng)
            let point = (0..<inputs).map { _ in rng.uniform(-2, 2) }
            let box = [ClosedRange<Double>](repeating: -0x1p300...0x1p300, count: inputs)
            var reaches: [[[Int]]: Bool] = [:]
            try ExactSubdivision(of: program, on: .box(box)).forEachCell { cell in
                reaches[cell.codes] = cell.polytope.facets.contains { $0 < 0 }
            }
            // Whether rows that nearly coincide meet far away is no question for Doubles.
            for isExact in sampler == .nearlyEqual ? [true] : [true, false] {
                let region = try RegionReader(program, isExact: isExact).region(at: point)
                #expect(region.isUnbounded != nil && region.isUnbounded == reaches[region.codes], "seed \(seed), exact \(isExact)")
            }
        }
    }

    @Test("Law: balls around points of thirteen inputs meet the same cells in fractions and in Doubles") func manyInputs() throws {
        var completeCount = 0
        for seed in UInt64(0)..<16 {
            var rng = RandomGenerator(seed: seed, purpose: "walks in many dimensions")
            let program = try Self.network(
                zip([3, 4], [13, 3]).map { count, inputs in
                    (0..<count).map { _ in (0...inputs).map { _ in rng.uniform(-1, 1) } }
                } + [[[1, -1, 1, -1, 0]]])
            let point = (0..<13).map { _ in rng.uniform(-1, 1) }
            func walk(isExact: Bool) throws -> RegionWalk {
                try RegionReader(program, isExact: isExact).walk(from: point, limits: .init(cells: 10_000, seconds: 600, radius: 2))
            }
            let (exact, rounded) = (try walk(isExact: true), try walk(isExact: false))
            #expect(exact.end == .complete, "seed \(seed)")
            let (expected, found) = (Set(exact.cells.map(\.codes)), Set(rounded.cells.map(\.codes)))
            #expect(found.isSubset(of: expected), "seed \(seed)")
            guard rounded.end == .complete else { continue }
            #expect(found == expected, "seed \(seed)")
            completeCount += 1
        }
        #expect(completeCount > 12)
    }

    @Test("Members that tie below the largest are no ties") func losers() throws {
        var program = PiecewiseAffineProgram(inputCount: 2)
        let rows = SparseMatrix(dense: [[1, 0], [0, 1], [1, 1]], columnCount: 2)
        try program.append(.affine([.init(source: 0, matrix: rows)], offset: [0, 0, 5]))
        try program.append(.maximum(source: 1, groups: [.init(members: [0, 1, 2])]))
        #expect(try RegionReader(program).region(at: [1, 1]).tieCount == 0)
        // x and y are the largest where x + y + 5 is less than both.
        let tied = try RegionReader(program).region(at: [-6, -6])
        #expect(tied.tieCount == 1 && tied.distance?.value == 0)
    }

    @Test("Regions of units that are no maxima of their pieces have no power cell") func noPowerCells() throws {
        var program = PiecewiseAffineProgram(inputCount: 1)
        try program.append(.pieces(source: 0, pieces: [.clip(low: -1, high: 1)]))
        try program.append(.pieces(source: 1, pieces: [.absoluteValue]))
        let cells = try RegionReader(program).region(at: [0.5]).powerCells
        #expect(cells[0] == nil && cells[1] == PowerCell(center: [1], squaredRadius: 1))
    }

    @Test("An output that equals the class's on the whole cell does not take its place") func equalOutputs() throws {
        // Outputs relu(x), relu(x), relu(y) and their order: 0 = 1 everywhere.
        let program = try Self.network([[[1, 0, 0], [0, 1, 0]], [[1, 0, 0], [1, 0, 0], [0, 1, 0]]])
        let region = try RegionReader(program).region(at: [3, 1])
        #expect(region.classIndex == 0 && region.boundaryDistance?.unit == 2)
        #expect(abs((region.boundaryDistance?.value ?? 0) - 2.0.squareRoot()) < 1e-15)
    }

    @Test("An open ball does not meet a cell that it touches in a vertex") func tangentBall() throws {
        // 2x + 3y = 4.5 and −4x + 3y = 0 cross at (3/4, 1), at 5/4 from 0; beyond it lies one cell.
        let reader = try RegionReader(try Self.network([[[2, 3, -4.5], [-4, 3, 0]], [[1, 1, 0]]]))
        func count(_ radius: Double) throws -> Int { try reader.walk(from: [0, 0], limits: .init(radius: radius)).cells.count }
        #expect(try count(1.25) == 3 && count(1.25.nextUp) == 4 && count(1.25.nextDown) == 3)
    }

    @Test("At a point whose first-piece code names a set without interior, a cell beside it is described")
    func flat() throws {
        // relu(x), relu(−x), at x = 0: both first pieces hold at 0 alone.
        var program = PiecewiseAffineProgram(inputCount: 1)
        try program.append(.affine([.init(source: 0, matrix: SparseMatrix(dense: [[1], [-1]], columnCount: 1))], offset: [0, 0]))
        try program.append(.pieces(source: 1, pieces: [.relu, .relu]))
        let region = try RegionReader(program).region(at: [0])
        #expect(!region.isNamedByRule && region.tieCount == 2 && region.facets.count == 1 && region.distance?.value == 0)
        #expect(region.codes == [[1, 0]] || region.codes == [[0, 1]])
    }

    @Test("Points that cannot be are refused")
    func refusals() throws {
        let reader = try RegionReader(PointRegionTests.handWorked(), in: [-1...1, -1...1])
        func refusal(_ body: () throws -> Void) -> String {
            do { try body() } catch { return "\(error)" }
            return "accepted"
        }
        #expect(refusal { _ = try reader.region(at: [0]) } == "region: point 1, expected 2 numbers")
        #expect(refusal { _ = try reader.region(at: [0, .nan]) } == "region: coordinate nan, expected at most 1e100 in magnitude")
        #expect(refusal { _ = try reader.region(at: [0, 2]) } == "region: coordinate 1 2.0, expected one in the box, -1.0 … 1.0")
        #expect(refusal { _ = try RegionReader(PointRegionTests.handWorked(), in: [-1...1]) } == "domain: coordinates 1, expected 2")
    }

    // MARK: Walks

    @Test("Law: a walk meets every cell of the exact subdivision once", arguments: NetworkSampler.allCases, 1...3)
    func walk(_ sampler: NetworkSampler, _ inputs: Int) throws {
        for seed in UInt64(0)..<(inputs == 3 ? 4 : 8) {
            let (program, point) = try PointRegionTests.sample(sampler, inputs, seed)
            var expected = Set<[[Int]]>()
            try ExactSubdivision(of: program, on: .box(PointRegionTests.box(inputs))).forEachCell { expected.insert($0.codes) }
            let walk = try RegionReader(program, in: PointRegionTests.box(inputs)).walk(
                from: point, limits: .init(cells: 100_000, seconds: 600))
            #expect(walk.end == .complete && walk.isExact)
            #expect(walk.cells.count == expected.count && Set(walk.cells.map(\.codes)) == expected, "seed \(seed)")
            for (a, cell) in walk.cells.enumerated() {
                for b in cell.neighbors { #expect(walk.cells[b].neighbors.contains(a), "seed \(seed)") }
            }
            guard inputs == 2 else { continue }
            let partition = try PlanarPartition(of: program, on: .box(PointRegionTests.box(2)))
            var pairs = Set<SIMD2<Int>>()
            for edge in partition.edges { if let l = edge.left, let r = edge.right { pairs.insert(SIMD2(min(l, r), max(l, r))) } }
            #expect(walk.cells.reduce(0) { $0 + $1.neighbors.count } == 2 * pairs.count, "seed \(seed)")
        }
    }

    @Test("Law: a ball meets the cells that come nearer than its radius", arguments: NetworkSampler.allCases, [2, 3])
    func ball(_ sampler: NetworkSampler, _ inputs: Int) throws {
        for seed in UInt64(0)..<4 {
            let (program, point) = try PointRegionTests.sample(sampler, inputs, seed)
            let reader = try RegionReader(program, in: PointRegionTests.box(inputs))
            let (radius, everything) = (0.437, try reader.walk(from: point, limits: .init(cells: 100_000, seconds: 600)))
            let near = try reader.walk(from: point, limits: .init(cells: 100_000, seconds: 600, radius: radius))
            var expected = Set<[[Int]]>()
            try ExactSubdivision(of: program, on: .box(PointRegionTests.box(inputs))).forEachCell { cell in
                // Distance by projection onto the cell's own inequalities, read at a point inside.
                let center = (0..<inputs).map { i in
                    cell.polytope.vertices.reduce(0) { $0 + $1.point.doubles[i] } / Double(cell.polytope.vertices.count)
                }
                guard let region = try? reader.region(at: center), region.codes == cell.codes else { return }
                var halfspaces = Halfspaces(dimension: inputs)
                for facet in region.facets { halfspaces.append(slope: facet.slope, offset: facet.offset) }
                if let nearest = halfspaces.projection(of: point), nearest.distance < radius { expected.insert(cell.codes) }
            }
            #expect(Set(near.cells.map(\.codes)) == expected, "seed \(seed)")
            #expect(near.cells.count <= everything.cells.count && near.end == .complete)
        }
    }

    @Test("A walk stops at its limits and says so")
    func limits() throws {
        let slopes = (0..<8).map { Double($0) - 3.5 }
        let program = try DomainTests.lines(slopes.map { [2 * $0, -1, -$0 * $0] })
        let reader = try RegionReader(program)
        // 8 lines in general position: 37 cells in the whole plane.
        let all = try reader.walk(from: [0, 0])
        #expect(all.cells.count == 37 && all.end == .complete)
        let few = try reader.walk(from: [0, 0], limits: .init(cells: 5))
        #expect(few.cells.count == 5 && few.end == .cells)
        let near = try reader.walk(from: [0, 0], limits: .init(steps: 1))
        #expect(near.end == .complete && near.cells.count == 1 + near.cells[0].facetCount)
        let none = try reader.walk(from: [0, 0], limits: .init(seconds: 0))
        #expect(none.cells.isEmpty && none.end == .seconds)
    }
}
