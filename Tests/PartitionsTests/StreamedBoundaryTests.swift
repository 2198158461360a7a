// The boundary's and the regions' shape from streamed cells, against the planar partition's.

import Geometry
import Partitions
import Tensors
import TestSupport
import Testing

@Suite struct StreamedBoundaryTests {
    /// The stream's boundary against the kept one's; whether there is more than one class.
    @discardableResult
    static func check(_ program: PiecewiseAffineProgram, _ domain: Domain, threads: Int = 1, _ name: String) throws -> Bool {
        let expected = try PlanarPartition(of: program, on: domain).decisionBoundary()
        let summary = PartitionSummary(streaming: try TiledPartition(of: program, on: domain), threads: threads)
        let boundary = try #require(summary.boundary, "\(name)")
        #expect(boundary.pieceCount == expected.curve.pieceCount, "pieces, \(name)")
        #expect(boundary.loopCount == expected.curve.loopCount, "loops, \(name)")
        #expect(boundary.isAmbiguous == expected.isAmbiguous, "ties, \(name)")
        #expect(abs(boundary.length - expected.length) <= 1e-12 * (1 + expected.length), "length, \(name)")
        #expect(summary.boundaryLength == (expected.isAmbiguous ? nil : boundary.length))
        #expect(boundary.regions.count == expected.regions.count)
        for (region, known) in zip(boundary.regions, expected.regions) {
            #expect(region.label == known.label)
            #expect(region.componentCount == known.componentCount, "parts of \(region.label), \(name)")
            #expect(region.holeCount == known.holeCount, "holes of \(region.label), \(name)")
            #expect(abs(region.area - known.area) <= 1e-12, "area of \(region.label), \(name)")
        }
        return expected.curve.pieceCount > 0
    }

    @Test("Law: pieces, loops, parts and holes are the planar partition's, ties and all", arguments: NetworkSampler.allCases)
    func sampled(_ sampler: NetworkSampler) throws {
        var dividedCount = 0
        for seed in UInt64(0)..<150 {
            var rng = RandomGenerator(seed: seed, purpose: sampler.rawValue)
            let program = try sampler.program(inputs: 2, &rng)
            if try Self.check(program, .box([-1...1, -1...1]), threads: 1 + Int(seed % 2), "seed \(seed)") { dividedCount += 1 }
        }
        #expect(dividedCount > 40)
    }

    /// A dense network of rectifiers.
    static func network(_ widths: [Int], biasFree: Bool, _ rng: inout RandomGenerator) throws
        -> PiecewiseAffineProgram
    {
        var program = PiecewiseAffineProgram(inputCount: 2)
        for (layer, width) in widths.enumerated() {
            let inputs = program.outputCount
            let rows = (0..<width).map { _ in (0..<inputs).map { _ in Double(Float(rng.uniform(-1, 1))) } }
            let offset = (0..<width).map { _ in biasFree ? 0 : Double(Float(rng.uniform(-0.5, 0.5))) }
            let term = PiecewiseAffineProgram.Term(source: program.last, matrix: SparseMatrix(dense: rows, columnCount: inputs))
            if layer == widths.count - 1, !biasFree {
                // All outputs are near 0 at one point, so that classes meet there.
                var centered = program
                try centered.append(.affine([term], offset: [Double](repeating: 0, count: width)))
                try program.append(.affine([term], offset: centered.value(at: [0.3, -0.2]).map { -Double(Float($0)) }))
            } else {
                try program.append(.affine([term], offset: offset))
            }
            if layer < widths.count - 1 {
                try program.append(.pieces(source: program.last, pieces: [PiecewiseFunction](repeating: .relu, count: width)))
            }
        }
        return program
    }

    @Test(
        "Law: lengths and areas are the exact ones where outputs nearly tie, and hidden units nearly coincide",
        arguments: [1e-6, 1e-8, 1e-9, 1e-10, 1e-12], [[0.0, 0], [300, -360]])
    func nearTies(_ distance: Double, around center: [Double]) throws {
        let domain = Domain.box(center.map { $0 - 1...$0 + 1 })
        var dividedCount = 0
        for seed in UInt64(0)..<40 {
            var rng = RandomGenerator(seed: seed, purpose: "near ties")
            var program = PiecewiseAffineProgram(inputCount: 2)
            let (hidden, outputs) = (4 + 2 * Int(seed % 2), 2 + Int(seed % 3))
            for width in [hidden, outputs] {
                let inputs = program.outputCount
                var rows = (0..<width).map { _ in (0...inputs).map { _ in rng.uniform(-1, 1) } }
                for row in [1, 3] where row < width && (row == 1 || seed % 4 == 0) {
                    rows[row] = rows[row - 1].map { $0 + distance * rng.uniform(-1, 1) }
                }
                // Lines of the first layer go through the box, wherever that is.
                if width == hidden { for k in rows.indices { rows[k][2] -= rows[k][0] * center[0] + rows[k][1] * center[1] } }
                let matrix = SparseMatrix(dense: rows.map { Array($0.dropLast()) }, columnCount: inputs)
                try program.append(.affine([.init(source: program.last, matrix: matrix)], offset: rows.map { $0[inputs] }))
                guard width == hidden else { continue }
                if seed % 2 == 0 {
                    try program.append(.pieces(source: program.last, pieces: [PiecewiseFunction](repeating: .relu, count: width)))
                } else {
                    try program.append(.maximum(source: program.last, groups: (0..<3).map { .init(members: [2 * $0, 2 * $0 + 1]) }))
                }
            }
            var parts: [(polytope: Polytope, label: Int)] = []
            _ = try ExactSubdivision(of: program, on: domain).forEachCell { parts += SlowRegions.classParts($0) }
            let slow = SlowRegions(parts)
            let (planar, streamed) = (
                try PlanarPartition(of: program, on: domain).decisionBoundary(),
                try #require(PartitionSummary(streaming: try TiledPartition(of: program, on: domain), threads: 1).boundary)
            )
            #expect(abs(planar.length - slow.length) <= 1e-10 * (1 + slow.length), "length \(slow.length), kept, seed \(seed)")
            #expect(abs(streamed.length - slow.length) <= 1e-10 * (1 + slow.length), "length \(slow.length), streamed, seed \(seed)")
            for label in 0..<outputs {
                let area = parts.filter { $0.label == label }.reduce(Rational.zero) { $0 + $1.polytope.volume }.doubleValue
                #expect(abs(planar.regions[label].area - area) <= 1e-10, "area of \(label), kept, seed \(seed)")
                #expect(abs(streamed.regions[label].area - area) <= 1e-10, "area of \(label), streamed, seed \(seed)")
            }
            if slow.length > 0 { dividedCount += 1 }
        }
        #expect(dividedCount > 10)
    }

    @Test("Law: on networks of many tiles too, with boundaries through their corners") func tiles() throws {
        var dividedCount = 0
        for (seed, widths) in [[48, 48, 5], [64, 32, 3], [40, 40, 40, 1], [24, 24, 10]].enumerated() {
            for biasFree in [false, true] {
                var rng = RandomGenerator(seed: UInt64(seed), purpose: "many tiles")
                let program = try Self.network(widths, biasFree: biasFree, &rng)
                if try Self.check(program, .box([-1...1, -1...1]), threads: 2, "\(widths), without offsets: \(biasFree)") {
                    dividedCount += 1
                }
            }
        }
        #expect(dividedCount > 5)
    }

    @Test("A boundary along lines of a grid, through the crossings at which tiles meet") func grid() throws {
        // Lines x, y = k/8 of a first layer, and outputs that change on such lines only.
        var program = PiecewiseAffineProgram(inputCount: 2)
        let knots = (-7...7).map { Double($0) / 8 }
        let rows = knots.map { _ in [1.0, 0] } + knots.map { _ in [0, 1.0] }
        try program.append(
            .affine([.init(source: 0, matrix: SparseMatrix(dense: rows, columnCount: 2))], offset: (knots + knots).map { -$0 }))
        try program.append(.pieces(source: 1, pieces: [PiecewiseFunction](repeating: .relu, count: 30)))
        func output(_ weights: [(Double, Int)], _ offset: Double) throws -> PiecewiseAffineProgram {
            var row = [Double](repeating: 0, count: 30)
            for (weight, unit) in weights { row[unit] += weight }
            var whole = program
            try whole.append(.affine([.init(source: 2, matrix: SparseMatrix(dense: [row], columnCount: 30))], offset: [offset]))
            return whole
        }
        // A hat over x, 0 outside (−1/4, 1/4): nowhere negative, 0 on cells; and one that is 1/4 less, 0 along x = 0 only.
        let hat = [(1.0, 5), (-2.0, 7), (1.0, 9)]
        try Self.check(try output(hat, 0), .box([-1...1, -1...1]), "hat")
        try Self.check(try output(hat, -0.25), .box([-1...1, -1...1]), "ridge")
        // Zero along two lines of the grid, and along a square's sides.
        try Self.check(try output(hat, -0.125), .box([-1...1, -1...1]), "band")
        let pyramid = hat + hat.map { ($0.0, $0.1 + 15) }
        for level in [-0.125, -0.25, -0.375, -0.5] {
            try Self.check(try output(pyramid, level), .box([-1...1, -1...1]), "pyramid \(level)")
        }
    }

    @Test("A ring is one piece with a loop; its hole is told; a second one makes two") func rings() throws {
        // |x| + |y| in a corner's neighbourhood, repeated: max over two centres of 1/4 − |x − c| − |y|, between two levels.
        var program = PiecewiseAffineProgram(inputCount: 2)
        let rows = [[1.0, 0], [0, 1], [1, 0]]
        try program.append(.affine([.init(source: 0, matrix: SparseMatrix(dense: rows, columnCount: 2))], offset: [0.5, 0, -0.5]))
        try program.append(.pieces(source: 1, pieces: [PiecewiseFunction](repeating: .absoluteValue, count: 3)))
        let distances = SparseMatrix(dense: [[-1, -1, 0], [0, -1, -1]], columnCount: 3)
        try program.append(.affine([.init(source: 2, matrix: distances)], offset: [0.25, 0.25]))
        try program.append(.maximum(source: 3, groups: [.init(members: [0, 1])]))
        // Positive in a ring: | f − 1/8 | < 1/16.
        try program.append(.affine([.init(source: 4, matrix: .identity(1))], offset: [-0.125]))
        try program.append(.pieces(source: 5, pieces: [.absoluteValue]))
        try program.append(
            .affine([.init(source: 6, matrix: SparseMatrix(dense: [[-1]], columnCount: 1))], offset: [0.0625]))
        let domain = Domain.box([-1...1, -1...1])
        let boundary = try #require(PartitionSummary(streaming: try TiledPartition(of: program, on: domain), threads: 1).boundary)
        #expect((boundary.pieceCount, boundary.loopCount) == (4, 4))
        #expect(boundary.regions.map(\.componentCount) == [3, 2])
        #expect(boundary.regions.map(\.holeCount) == [2, 2])
        try Self.check(program, domain, "rings")
    }
}
