// The partition by tiles against the reference answers, the planar partition and exact arithmetic.

import Geometry
import Partitions
import Tensors
import TestSupport
import Testing

@Suite struct TiledPartitionTests {
    /// What a reader of the stream may see of a cell, for comparing partitions as sets of cells.
    struct Seen: Hashable {
        let codes: [[Int]]
        let area: Rational
    }

    static func cells(_ partition: TiledPartition) -> Set<Seen> {
        var seen = Set<Seen>()
        partition.forEachBlock { block in for cell in block.cells { seen.insert(Seen(codes: cell.codes, area: cell.exactArea())) } }
        return seen
    }

    static func cells(_ partition: PlanarPartition) -> Set<Seen> {
        Set(zip(partition.cells, partition.exactAreas()).map { Seen(codes: $0.codes, area: $1) })
    }

    @Test("Counts are the reference's", arguments: PlanarPartitionTests.cases) func reference(_ reference: ReferenceCase) throws {
        let partition = try TiledPartition(of: reference.program(), on: reference.partitionDomain)
        let outcome = partition.count()
        #expect(outcome.cellCounts == reference.answer.regionsPerLayer)
        #expect(outcome.cellCount == reference.answer.regions)
        #expect(partition.count(threads: 2).cellCounts == reference.answer.regionsPerLayer)
    }

    @Test("Law: blocks have the planar partition's cells, by code and exact area", arguments: PlanarPartitionTests.cases) func cells(
        _ reference: ReferenceCase
    ) throws {
        guard reference.answer.regions < 2000 else { return }
        let (program, domain) = (try reference.program(), reference.partitionDomain)
        let partition = try TiledPartition(of: program, on: domain)
        #expect(try Self.cells(partition) == Self.cells(PlanarPartition(of: program, on: domain)))
        var areas: [Double] = []
        partition.forEachBlock { areas += $0.cells.map(\.area) }
        #expect(areas.count == reference.answer.regions)
        #expect(abs(areas.reduce(0, +) - reference.answer.total) <= 1e-12 * reference.answer.total)
    }

    @Test("Law: areas are the exact ones to 2⁻³², kept and streamed, of slivers too", arguments: NetworkSampler.allCases)
    func areas(_ sampler: NetworkSampler) throws {
        for seed in UInt64(0)..<24 {
            var rng = RandomGenerator(seed: seed, purpose: "areas \(sampler.rawValue)")
            let program = try sampler.program(inputs: 2, &rng)
            // Off the origin, where vertices are known less well.
            let domain = Domain.box([30...31, -8...(-7.5)])
            let partition = try PlanarPartition(of: program, on: domain)
            for (area, exact) in zip(partition.areas, partition.exactAreas()) {
                #expect(abs(area - exact.doubleValue) <= 0x1p-31 * exact.doubleValue, "seed \(seed)")
            }
            try TiledPartition(of: program, on: domain).forEachBlock { block in
                for cell in block.cells {
                    let exact = cell.exactArea().doubleValue
                    #expect(abs(cell.area - exact) <= 0x1p-31 * exact, "seed \(seed)")
                }
            }
        }
    }

    @Test("Law: counts and cells are exact arithmetic's on random and degenerate networks", arguments: NetworkSampler.allCases) func random(
        _ sampler: NetworkSampler
    ) throws {
        var certain = 0
        for seed in UInt64(0)..<100 {
            var rng = RandomGenerator(seed: seed, purpose: sampler.rawValue)
            let program = try sampler.program(inputs: 2, &rng)
            let domain = Domain.box([-1...1, -1...1])
            var expected = Set<Seen>()
            let counts = try ExactSubdivision(of: program, on: domain).forEachCell { cell in
                expected.insert(Seen(codes: cell.codes, area: cell.polytope.volume))
            }
            let partition = try TiledPartition(of: program, on: domain)
            let outcome = partition.count()
            #expect(outcome.cellCounts == counts, "seed \(seed)")
            #expect(Self.cells(partition) == expected, "seed \(seed)")
            if outcome.statistics.longSignCount + outcome.statistics.exactSignCount == 0 { certain += 1 }
        }
        if sampler == .generic { #expect(certain > 50) }
    }

    @Test("Law: a cell's map is the network at its centroid") func maps() throws {
        for seed in UInt64(0)..<20 {
            var rng = RandomGenerator(seed: seed, purpose: "maps")
            let program = try NetworkSampler.generic.program(inputs: 2, &rng)
            let partition = try TiledPartition(of: program, on: .box([-1...1, -1...1]))
            partition.forEachBlock { block in
                for cell in block.cells {
                    let x = [cell.centroid.x, cell.centroid.y]
                    for (got, expected) in zip(cell.map(x), program.value(at: x)) { #expect(abs(got - expected) <= 1e-9) }
                }
            }
        }
    }

    @Test("Law: the result does not depend on the number of threads, to the last bit") func threads() throws {
        let reference = try #require(PlanarPartitionTests.cases.max { $0.answer.regions < $1.answer.regions })
        let partition = try TiledPartition(of: reference.program(), on: reference.partitionDomain)
        func areas(_ threads: Int) -> ([Double], [Int]) {
            let sum = partition.reduce(into: [Double](), threads: threads, { $0 += $1.cells.map(\.area) }, { $0 += $1 })
            return (sum.result, sum.outcome.cellCounts)
        }
        var serial: [Double] = []
        partition.forEachBlock { serial += $0.cells.map(\.area) }
        for threads in 1...4 {
            #expect(areas(threads).0 == serial)
            #expect(areas(threads).1 == reference.answer.regionsPerLayer)
        }
    }

    @Test("Law: tiles divide and halve without changing the cells, on networks of thousands of cells") func divided() throws {
        for (seed, width) in [(UInt64(1), 40), (2, 32), (3, 24)] {
            var rng = RandomGenerator(seed: seed, purpose: "divided")
            for scale in [1, 4.0] {
                var program = PiecewiseAffineProgram(inputCount: 2)
                for _ in 0..<3 {
                    // Multiples of 1/1024, or with a coarser scale of 1/4: then many lines meet in one point.
                    let rows = (0..<width).map { _ in
                        (0...program.outputCount).map { _ in
                            scale == 1 ? Double(rng.integer(below: 2049) - 1024) / 1024 : Double(rng.integer(below: 9) - 4) / scale
                        }
                    }
                    let inputs = program.outputCount
                    let matrix = SparseMatrix(dense: rows.map { Array($0.dropLast()) }, columnCount: inputs)
                    try program.append(.affine([.init(source: program.last, matrix: matrix)], offset: rows.map { $0[inputs] / 4 }))
                    try program.append(.pieces(source: program.last, pieces: [PiecewiseFunction](repeating: .relu, count: width)))
                }
                let domain = Domain.box([-1...1, -1...1])
                #expect(
                    try TiledPartition(of: program, on: domain).count().cellCounts == PlanarPartition(of: program, on: domain).cellCounts,
                    "width \(width), scale \(scale)")
            }
        }
    }
}

@Suite struct DegenerateTileTests {
    static let square = Domain.box([-1...1, -1...1])

    /// Fully connected ReLU layers of such widths with the rows [weights, offset] given.
    static func program(
        _ widths: [Int], rows: (_ count: Int, _ inputs: Int, _ layer: Int) -> [[Double]]
    ) throws -> PiecewiseAffineProgram {
        var program = PiecewiseAffineProgram(inputCount: 2)
        for (layer, width) in widths.enumerated() {
            let inputs = program.outputCount
            let rows = rows(width, inputs, layer)
            let matrix = SparseMatrix(dense: rows.map { Array($0.dropLast()) }, columnCount: inputs)
            try program.append(.affine([.init(source: program.last, matrix: matrix)], offset: rows.map { $0[inputs] }))
            try program.append(.pieces(source: program.last, pieces: [PiecewiseFunction](repeating: .relu, count: width)))
        }
        return program
    }

    /// Counted, cut and shared among threads, the cells are the planar partition's.
    static func check(_ program: PiecewiseAffineProgram, _ name: Comment) throws -> FilterStatistics {
        let expected = try PlanarPartition(of: program, on: square).cellCounts
        let partition = try TiledPartition(of: program, on: square)
        let outcome = partition.count()
        #expect(outcome.cellCounts == expected, name)
        #expect(partition.count(threads: 2).cellCounts == expected, name)
        var cells = 0
        #expect(partition.forEachBlock { cells += $0.count }.cellCounts == expected, name)
        #expect(cells == expected.last, name)
        return outcome.statistics
    }

    @Test("Hand-worked: three lines through a point make six cells, and a line through their corner of the next layer no new vertex")
    func threeLines() throws {
        // x, y and x + y; then relu(x) − relu(y), which is 0 at the origin, on the diagonal of the first quadrant and in all of the third.
        let rows = [[[1.0, 0, 0], [0, 1, 0], [1, 1, 0]], [[1.0, -1, 0, 0]]]
        let program = try Self.program([3, 1]) { _, _, layer in rows[layer] }
        let partition = try TiledPartition(of: program, on: Self.square)
        #expect(partition.count().cellCounts == [6, 7])
        var corners = Set<SIMD2<Double>>()
        partition.forEachBlock { for cell in $0.cells { corners.formUnion(cell.vertices) } }
        #expect(corners.filter { abs($0.x) < 0.5 && abs($0.y) < 0.5 } == [SIMD2(0, 0)])
    }

    @Test("Hand-worked: chords of one cell, of which three meet in a point, two end on one side in either order, or none cross")
    func chords() throws {
        // Through (¼, ¼): three lines; parallel to the side y = −1: none crosses another; both ends of two lines on the same two sides.
        for (rows, cells) in [
            ([[1.0, 0, -0.25], [0, 1, -0.25], [1, 1, -0.5]], 6), ([[1.0, 0, -0.25], [0, 1, -0.25], [1, 1, -0.25]], 7),
            ([[0.0, 1, -0.25], [0, 1, 0.25], [0, 1, 0.5]], 4), ([[0.5, 1, 0], [-0.5, 1, 0]], 4), ([[0.5, 1, 0.25], [0.25, 1, -0.25]], 3),
        ] {
            let program = try Self.program([rows.count]) { _, _, _ in rows }
            #expect(try TiledPartition(of: program, on: Self.square).count().cellCount == cells, "\(rows)")
        }
    }

    static let biasFreeWidths = [[16, 16], [64, 64, 64], [128, 128, 128], [256, 256, 256, 256]]

    @Test("Law: networks without biases have the planar partition's cells, whatever their size", arguments: biasFreeWidths)
    func biasFree(_ widths: [Int]) throws {
        var rng = RandomGenerator(seed: 1, purpose: "bias-free")
        let program = try Self.program(widths) { count, inputs, _ in
            (0..<count).map { _ in (0..<inputs).map { _ in Double(Float(rng.uniform(-1, 1))) } + [0] }
        }
        let statistics = try Self.check(program, "\(widths)")
        #expect(statistics.zeroSignCount > 0)
    }

    @Test("Law: cells are the planar partition's on wider networks made of coincidences", arguments: NetworkSampler.allCases)
    func wide(_ sampler: NetworkSampler) throws {
        for seed in UInt64(0)..<6 {
            var rng = RandomGenerator(seed: seed, purpose: "wide \(sampler.rawValue)")
            let width = 8 + 8 * Int(seed % 3)
            let program = try Self.program([width, width, width]) { count, inputs, layer in
                sampler.rows(count, inputs: inputs, first: layer == 0, &rng)
            }
            _ = try Self.check(program, "seed \(seed)")
        }
    }

    @Test(
        "Law: sectors between units that are nearly opposite, or nearly equal, have their codes", arguments: [1e-10, 1e-12, 1e-14, 1e-16])
    func nearlyOpposite(_ distance: Double) throws {
        for seed in UInt64(0)..<150 {
            var rng = RandomGenerator(seed: seed, purpose: "nearly opposite")
            let program = try Self.program([5, 4]) { count, inputs, layer in
                var rows = (0..<count).map { _ in (0..<inputs).map { _ in rng.uniform(-1.5, 1.5) } + [0] }
                let factor = layer == 1 ? 1.0 : seed % 2 == 0 ? -1 : 0.5
                if layer == 0 { rows[3] = rows[1].map { factor * $0 * (1 + distance * rng.uniform(-1, 1)) } }
                return rows
            }
            let expected = Set(try PlanarPartition(of: program, on: Self.square).cells.map(\.codes))
            var found = Set<[[Int]]>()
            _ = try TiledPartition(of: program, on: Self.square).forEachBlock { block in
                for cell in block.cells { found.insert(cell.codes) }
            }
            #expect(found == expected, "seed \(seed)")
        }
    }

    @Test("Law: lines that nearly meet in one point, to 10⁻¹⁶, are told apart", arguments: [1e-8, 1e-10, 1e-12, 1e-14, 1e-16])
    func nearlyConcurrent(_ distance: Double) throws {
        var rng = RandomGenerator(seed: 7, purpose: "nearly concurrent")
        let program = try Self.program([16, 16, 16]) { count, inputs, layer in
            (0..<count).map { _ in
                let weights = (0..<inputs).map { _ in rng.uniform(-1, 1) }
                return weights
                    + [layer == 0 ? -(0.3 * weights[0] + 0.2 * weights[1]) + distance * rng.uniform(-1, 1) : 0.1 * rng.uniform(-1, 1)]
            }
        }
        _ = try Self.check(program, "\(distance)")
    }

    @Test("Law: units that are 0 on a whole line of symmetry cut on one side of it and not on the other") func symmetric() throws {
        var rng = RandomGenerator(seed: 3, purpose: "symmetric")
        var first: [[Double]] = []
        for _ in 0..<8 {
            let (a, b, c) = (Double(Float(rng.uniform(-1, 1))), Double(Float(rng.uniform(-1, 1))), Double(Float(rng.uniform(-1, 1))))
            first += [[a, b, c], [-a, b, c]]
        }
        let program = try Self.program([16, 12, 8]) { count, inputs, layer in
            if layer == 0 { return first }
            return (0..<count).map { unit in
                let weights = (0..<inputs / 2).map { _ in Double(Float(rng.uniform(-1, 1))) }
                // Odd in x: the difference of mirrored units.
                return layer == 1 && unit < 8 ? weights.flatMap { [$0, -$0] } + [0] : weights.flatMap { [$0, $0] } + [0.25]
            }
        }
        #expect(try Self.check(program, "symmetric").zeroSignCount > 0)
    }
}

@Suite struct StreamedSummaryTests {
    @Test("The smallest and the largest cell of a stream are the reference's, exactly", arguments: PlanarPartitionTests.cases) func areas(
        _ reference: ReferenceCase
    ) throws {
        let partition = try TiledPartition(of: reference.program(), on: reference.partitionDomain)
        for threads in 1...2 {
            let summary = PartitionSummary(streaming: partition, threads: threads)
            #expect(summary.cellCounts == reference.answer.regionsPerLayer)
            #expect(summary.minVolume == reference.answer.minVolume)
            #expect(summary.maxVolume == reference.answer.maxVolume)
            #expect(summary.distinctMapCount == reference.answer.distinctAffineMaps)
            #expect((summary.boundaryLength == nil) == (reference.answer.boundaryLength == nil))
            if let length = summary.boundaryLength, let expected = reference.answer.boundaryLength {
                #expect(abs(length - expected) <= 1e-12 * (1 + expected))
            }
        }
    }

    @Test(
        "Law: maps are as many as exact arithmetic finds, and a boundary's length is the planar partition's",
        arguments: NetworkSampler.allCases)
    func maps(_ sampler: NetworkSampler) throws {
        for seed in UInt64(300)..<400 {
            var rng = RandomGenerator(seed: seed, purpose: sampler.rawValue)
            let program = try sampler.program(inputs: 2, &rng)
            let domain = Domain.box([-1...1, -1...1])
            var maps = Set<[AffineForm]>()
            try ExactSubdivision(of: program, on: domain).forEachCell { maps.insert($0.output) }
            let summary = PartitionSummary(streaming: try TiledPartition(of: program, on: domain), threads: 1 + Int(seed % 2))
            #expect(summary.distinctMapCount == maps.count, "seed \(seed)")
            let boundary = try PlanarPartition(of: program, on: domain).decisionBoundary()
            #expect((summary.boundaryLength == nil) == boundary.isAmbiguous, "seed \(seed)")
            guard let length = summary.boundaryLength else { continue }
            #expect(abs(length - boundary.length) <= 1e-12 * (1 + length), "seed \(seed)")
        }
    }

    @Test("Law: without offsets all outputs tie at the origin; the boundary's length is the planar partition's all the same")
    func biasFree() throws {
        var told = 0
        for seed in UInt64(0)..<6 {
            var rng = RandomGenerator(seed: seed, purpose: "bias-free")
            var program = PiecewiseAffineProgram(inputCount: 2)
            for width in [12, 10, 5] {
                let inputs = program.outputCount
                let rows = (0..<width).map { _ in (0..<inputs).map { _ in Double(Float(rng.uniform(-1, 1))) } }
                try program.append(
                    .affine(
                        [.init(source: program.last, matrix: SparseMatrix(dense: rows, columnCount: inputs))],
                        offset: [Double](repeating: 0, count: width)))
                if width > 5 {
                    try program.append(.pieces(source: program.last, pieces: [PiecewiseFunction](repeating: .relu, count: width)))
                }
            }
            let domain = Domain.box([-1...1, -1...1])
            let boundary = try PlanarPartition(of: program, on: domain).decisionBoundary()
            let summary = PartitionSummary(streaming: try TiledPartition(of: program, on: domain), threads: 1)
            // A whole cell where every hidden unit is dead ties everywhere.
            #expect((summary.boundaryLength == nil) == boundary.isAmbiguous, "seed \(seed)")
            guard let length = summary.boundaryLength else { continue }
            told += 1
            #expect(abs(length - boundary.length) <= 1e-12 * (1 + length), "seed \(seed)")
        }
        #expect(told > 0)
    }

    @Test("Units that the output does not see, and units that cancel, make no maps") func unseen() throws {
        // Seven lines through one point make 14 cells, and their units' sum 14 maps. Then no weights, equal units with opposite weights,
        // and a second layer that is nowhere positive: one map each time.
        let lines = (0..<7).map { i in [Double(i) - 3, 1 + Double(i * i) / 8] }
        func count(_ weights: [[Double]], _ twice: Bool, second: Double? = nil) throws -> (Int, Int?) {
            var program = PiecewiseAffineProgram(inputCount: 2)
            let rows = twice ? lines + lines : lines
            try program.append(
                .affine(
                    [.init(source: 0, matrix: SparseMatrix(dense: rows, columnCount: 2))], offset: [Double](repeating: 0, count: rows.count)
                ))
            try program.append(.pieces(source: 1, pieces: [PiecewiseFunction](repeating: .relu, count: rows.count)))
            try program.append(
                .affine([.init(source: 2, matrix: SparseMatrix(dense: weights, columnCount: rows.count))], offset: [second ?? 0.5]))
            if second != nil { try program.append(.pieces(source: 3, pieces: [.relu])) }
            let summary = PartitionSummary(streaming: try TiledPartition(of: program, on: .box([-1...1, -1...1])), threads: 1)
            return (summary.cellCounts[0], summary.distinctMapCount)
        }
        let ones = [Double](repeating: 1, count: 7)
        #expect(try count([ones], false) == (14, 14))
        #expect(try count([ones.map { _ in 0 }], false) == (14, 1))
        #expect(try count([ones + ones.map { -$0 }], true) == (14, 1))
        #expect(try count([ones], false, second: -1000) == (14, 1))
    }
}
