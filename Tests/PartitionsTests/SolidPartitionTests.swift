// The partition of boxes in any dimension against exact arithmetic throughout, by its invariants, and by hand.

import Foundation
import Geometry
import Partitions
import TestSupport
import Tensors
import Testing

@Suite struct SolidPartitionTests {
    struct Seen: Hashable {
        let codes: [[Int]]
        let vertices: Set<ExactPoint>
    }

    @Test("Law: cells are those of exact arithmetic, by code and exact vertices", arguments: NetworkSampler.allCases, 1...4)
    func cells(_ sampler: NetworkSampler, _ inputs: Int) throws {
        for seed in UInt64(0)..<(inputs > 2 ? 12 : 24) {
            var rng = RandomGenerator(seed: seed, purpose: "solid \(sampler.rawValue) \(inputs)")
            let program = try sampler.program(inputs: inputs, &rng)
            let domain = Domain.box([ClosedRange<Double>](repeating: -1...1, count: inputs))
            var (expected, maps, volumes) = (Set<Seen>(), Set<[AffineForm]>(), [Rational]())
            let counts = try ExactSubdivision(of: program, on: domain).forEachCell { cell in
                expected.insert(Seen(codes: cell.codes, vertices: Set(cell.polytope.vertices.map(\.point))))
                maps.insert(cell.output)
                volumes.append(cell.polytope.volume)
            }
            let partition = try SolidPartition(of: program, on: domain)
            var found = Set<Seen>()
            let outcome = partition.forEachCell { cell in
                found.insert(Seen(codes: cell.codes, vertices: Set(cell.polytope.vertices.map(\.point))))
                #expect(cell.polytope.brokenInvariant() == nil, "seed \(seed)")
                let (volume, bound) = cell.roundedVolume
                #expect(abs(volume - cell.polytope.volume.doubleValue) <= bound, "seed \(seed)")
            }
            #expect(found == expected && outcome.cellCounts == counts, "seed \(seed)")
            let summary = PartitionSummary(partition)
            #expect(summary.cellCounts == counts && summary.distinctMapCount == maps.count, "seed \(seed)")
            #expect(summary.minVolume == volumes.min()?.doubleValue && summary.maxVolume == volumes.max()?.doubleValue, "seed \(seed)")
            #expect(volumes.reduce(Rational.zero, +) == Rational(Double(1 << inputs)), "seed \(seed)")
        }
    }

    @Test(
        "Law: cells of wider networks are those of exact arithmetic; vertices are as near, and volumes as close, as bounds say",
        arguments: [NetworkSampler.generic, .coarse, .biasFree, .concurrent, .nearlyEqual],
        [[2, 16, 12], [3, 16, 6], [4, 9, 5], [5, 8], [6, 7]])
    func bounds(_ sampler: NetworkSampler, _ widths: [Int]) throws {
        var rng = RandomGenerator(seed: 1, purpose: "solid bounds \(sampler.rawValue) \(widths)")
        var program = PiecewiseAffineProgram(inputCount: widths[0])
        for (inputs, count) in zip(widths, widths.dropFirst()) {
            let rows = sampler.rows(count, inputs: inputs, first: inputs == widths[0], &rng)
            let matrix = SparseMatrix(dense: rows.map { Array($0.dropLast()) }, columnCount: inputs)
            try program.append(.affine([.init(source: program.last, matrix: matrix)], offset: rows.map { $0[inputs] }))
            try program.append(.pieces(source: program.last, pieces: [PiecewiseFunction](repeating: .relu, count: count)))
        }
        let domain = Domain.box([ClosedRange<Double>](repeating: -1...1, count: widths[0]))
        var expected = Set<Seen>()
        try ExactSubdivision(of: program, on: domain).forEachCell { cell in
            expected.insert(Seen(codes: cell.codes, vertices: Set(cell.polytope.vertices.map(\.point))))
        }
        var (found, total) = (Set<Seen>(), Rational.zero)
        try SolidPartition(of: program, on: domain).forEachCell { cell in
            let polytope = cell.polytope
            found.insert(Seen(codes: cell.codes, vertices: Set(polytope.vertices.map(\.point))))
            for (vertex, rounded) in zip(polytope.vertices, cell.roundedVertices) {
                for i in 0..<widths[0] {
                    #expect((vertex.point[i] - Rational(rounded.position[i])).magnitude <= Rational(rounded.bound))
                }
            }
            let (volume, rounded) = (polytope.volume, cell.roundedVolume)
            #expect((volume - Rational(rounded.volume)).magnitude <= Rational(rounded.bound))
            total = total + volume
        }
        #expect(found == expected && total == Rational(Double(1 << widths[0])))
    }

    @Test("Law: a cell of more than 64 facets divides as in exact arithmetic")
    func manyFacets() throws {
        let count = 70
        // Tangents of a circle: no three meet, and all are sides of the cell in the middle.
        let rows = (0..<count).map { k in
            let angle = 2 * Double.pi * Double(k) / Double(count)
            return [(cos(angle) * 1024).rounded() / 1024, (sin(angle) * 1024).rounded() / 1024, -0.5]
        }
        var rng = RandomGenerator(seed: 3, purpose: "many facets")
        var program = PiecewiseAffineProgram(inputCount: 2)
        for rows in [rows, NetworkSampler.generic.rows(3, inputs: count, first: false, &rng)] {
            let matrix = SparseMatrix(dense: rows.map { Array($0.dropLast()) }, columnCount: program.outputCount)
            try program.append(.affine([.init(source: program.last, matrix: matrix)], offset: rows.map { $0[$0.count - 1] }))
            try program.append(.pieces(source: program.last, pieces: [PiecewiseFunction](repeating: .absoluteValue, count: rows.count)))
        }
        let domain = Domain.box([-1...1, -1...1])
        var (expected, found) = (Set<Seen>(), Set<Seen>())
        try ExactSubdivision(of: program, on: domain).forEachCell { cell in
            expected.insert(Seen(codes: cell.codes, vertices: Set(cell.polytope.vertices.map(\.point))))
        }
        let counts = try SolidPartition(of: program, on: domain).forEachCell { cell in
            found.insert(Seen(codes: cell.codes, vertices: Set(cell.polytope.vertices.map(\.point))))
        }.cellCounts
        #expect(found == expected && counts[1] > counts[0])
    }

    @Test("Law: seen from a direction, no cell stands before one that comes later", arguments: NetworkSampler.allCases, 2...3)
    func order(_ sampler: NetworkSampler, _ inputs: Int) throws {
        for seed in UInt64(0)..<6 {
            var rng = RandomGenerator(seed: seed, purpose: "solid order")
            let program = try sampler.program(inputs: inputs, &rng)
            let partition = try SolidPartition(of: program, on: .box([ClosedRange<Double>](repeating: -1...1, count: inputs)))
            let viewer = (0..<inputs).map { _ in rng.uniform(-1, 1) }
            var order: [[[Int]]: Int] = [:]
            var middles: [(codes: [[Int]], point: [Double])] = []
            let counts = partition.forEachCell { _ in }.cellCounts
            let seen = partition.forEachCell(from: viewer) { cell in
                order[cell.codes] = order.count
                let vertices = cell.polytope.vertices
                middles.append((cell.codes, (0..<inputs).map { i in vertices.reduce(0) { $0 + $1.position[i] } / Double(vertices.count) }))
            }
            #expect(seen.cellCounts == counts)
            // Walking towards the viewer from the middle of a cell, cells come in the order in which they are painted.
            let reader = try RegionReader(program)
            for (codes, point) in middles {
                var last = try #require(order[codes])
                for step in 1...40 {
                    let x = zip(point, viewer).map { $0 + Double(step) / 10 * $1 }
                    guard x.allSatisfy({ abs($0) < 1 }), let beyond = try? reader.region(at: x, options: .init(findsFacets: false)),
                        beyond.tieCount == 0, let place = order[beyond.codes]
                    else { continue }
                    #expect(place >= last, "seed \(seed)")
                    last = place
                }
            }
        }
    }

    @Test(
        "Law: cells are adjacent where a walk crosses facets, and single facets lie on the box", arguments: NetworkSampler.allCases, 2...4)
    func adjacency(_ sampler: NetworkSampler, _ inputs: Int) throws {
        for seed in UInt64(0)..<(inputs == 4 ? 2 : 6) {
            var rng = RandomGenerator(seed: seed, purpose: "solid adjacency \(sampler.rawValue) \(inputs)")
            let program = try sampler.program(inputs: inputs, &rng)
            let box = [ClosedRange<Double>](repeating: -1...1, count: inputs)
            var (adjacency, cells, facetCount, borderCount) = (SolidAdjacency(), [[[Int]]](), 0, 0)
            try SolidPartition(of: program, on: .box(box)).forEachCell { cell in
                let polytope = cell.polytope
                adjacency.add(polytope, codes: cell.codes)
                cells.append(cell.codes)
                for facet in polytope.facetVertices {
                    facetCount += 1
                    let positions = facet.map { polytope.vertices[$0].position }
                    let isOnBox = (0..<inputs).contains { i in
                        positions.allSatisfy { $0[i] == -1 } || positions.allSatisfy { $0[i] == 1 }
                    }
                    if isOnBox { borderCount += 1 }
                }
            }
            let pairs = try #require(adjacency.pairs)
            #expect(facetCount == 2 * pairs.count + borderCount, "seed \(seed)")
            let found = Set(pairs.map { Set([cells[$0.cells.x], cells[$0.cells.y]]) })
            #expect(found.count == pairs.count, "seed \(seed)")
            for pair in pairs {
                let (a, b) = (cells[pair.cells.x], cells[pair.cells.y])
                #expect(a[..<pair.layer] == b[..<pair.layer] && a[pair.layer][pair.unit] != b[pair.layer][pair.unit], "seed \(seed)")
            }
            let point = (0..<inputs).map { _ in rng.uniform(-1, 1) }
            let walk = try RegionReader(program, in: box).walk(from: point, limits: .init(cells: 100_000, seconds: 600))
            try #require(walk.end == .complete)
            let expected = walk.cells.flatMap { cell in cell.neighbors.map { Set([cell.codes, walk.cells[$0].codes]) } }
            #expect(found == Set(expected), "seed \(seed)")
        }
    }

    @Test("Law: in two dimensions centroids are exact to a rounding, and in-radii the polygons'", arguments: NetworkSampler.allCases)
    func planarMeasures(_ sampler: NetworkSampler) throws {
        for seed in UInt64(0)..<12 {
            var rng = RandomGenerator(seed: seed, purpose: "solid measures \(sampler.rawValue)")
            let program = try sampler.program(inputs: 2, &rng)
            let domain = Domain.box([-1...1, -1...1])
            let planar = try PlanarPartition(of: program, on: domain)
            let numbers = Dictionary(uniqueKeysWithValues: planar.cells.map { ($0.codes, $0.index) })
            try SolidPartition(of: program, on: domain).forEachCell { solid in
                guard let number = numbers[solid.codes] else { return _ = Issue.record("seed \(seed)") }
                let (polygon, corners) = (planar.cell(number), planar.exactVertices(of: number))
                var (twice, sums) = (Rational.zero, [Rational.zero, .zero])
                for (p, q) in zip(corners.dropFirst(), corners.dropFirst(2)) {
                    let apex = corners[0]
                    let cross = (p[0] - apex[0]) * (q[1] - apex[1]) - (p[1] - apex[1]) * (q[0] - apex[0])
                    twice = twice + cross
                    for i in 0..<2 { sums[i] = sums[i] + cross * (apex[i] + p[i] + q[i]) }
                }
                let exact = sums.map { ($0 / twice / Rational(3.0)).doubleValue }
                let polytope = solid.polytope
                let centroid = polytope.moments.centroid
                let isThick = twice.doubleValue > 1e-6
                for (i, other) in [polygon.centroid.x, polygon.centroid.y].enumerated() {
                    #expect(abs(centroid[i] - exact[i]) <= 1e-14, "seed \(seed)")
                    let sides = polygon.vertices.map { $0[i] }
                    #expect(other >= sides.min()! - 1e-15 && other <= sides.max()! + 1e-15, "seed \(seed)")
                    #expect(!isThick || abs(other - exact[i]) <= 1e-9, "seed \(seed)")
                }
                #expect(abs(solid.inRadius(of: polytope, near: centroid) - polygon.inRadius) <= 1e-9, "seed \(seed)")
            }
        }
    }

    @Test("By hand: a cube cut by the plane x + y + z = 0 has two parts of seven facets")
    func cube() throws {
        var program = PiecewiseAffineProgram(inputCount: 3)
        try program.append(.affine([.init(source: 0, matrix: SparseMatrix(dense: [[1, 1, 1]], columnCount: 3))], offset: [0]))
        try program.append(.pieces(source: 1, pieces: [.relu]))
        var (count, adjacency) = (0, SolidAdjacency())
        try SolidPartition(of: program, on: .box([-1...1, -1...1, -1...1])).forEachCell { cell in
            count += 1
            adjacency.add(cell.polytope, codes: cell.codes)
            // A regular hexagon, three triangles cut off squares and three pentagons that are left of them.
            #expect(cell.polytope.facetVertices.map(\.count).sorted() == [3, 3, 3, 5, 5, 5, 6])
            #expect(cell.polytope.volume == Rational(4.0))
            // Of the cube's half where x + y + z ≥ 0: ∫ x = ∫ over the cube of x · [x + y + z ≥ 0] = ½ ∫ x sign(x + y + z) = 13/12 by hand.
            let side = cell.codes[0][0] == 1 ? 1.0 : -1
            for x in cell.polytope.moments.centroid { #expect(abs(x - side * 13 / 48) <= 1e-15) }
            for face in cell.polytope.faces {
                // Corners go round counter-clockwise seen from outside: every other corner lies to the left, the cell's middle below.
                let middle = cell.polytope.vertices.reduce(SIMD3<Double>.zero) {
                    $0 + SIMD3($1.position[0], $1.position[1], $1.position[2]) / Double(cell.polytope.vertices.count)
                }
                func cross(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> SIMD3<Double> {
                    SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
                }
                for i in face.indices {
                    let (p, q, r) = (face[i], face[(i + 1) % face.count], face[(i + 2) % face.count])
                    #expect((cross(q - p, r - q) * (p - middle)).sum() > 0)
                }
            }
        }
        #expect(count == 2)
        #expect(adjacency.pairs?.map(\.cells) == [SIMD2(0, 1)])
    }
}
