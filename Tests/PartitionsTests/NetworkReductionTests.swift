// Networks reduced on small tiles: the cells are those of exact arithmetic, and of the same tiles without reduction.

import Geometry
import Partitions
import Tensors
import TestSupport
import Testing

@Suite struct NetworkReductionTests {
    /// Images of `side`² pixels through convolutions and maximum pooling, with weights that are multiples of 1/64.
    static func convolutional(
        side: Int, channels: [Int], overlaps: Bool, poolsFirst: Bool = false, slope: Double, _ rng: inout RandomGenerator
    ) throws -> PiecewiseAffineProgram {
        var program = PiecewiseAffineProgram(inputCount: side * side)
        var (size, depth) = (side, 1)
        for (layer, count) in channels.enumerated() {
            // A 2 × 2 kernel, padded by zeros on two sides in the first layer.
            let next = layer == 0 ? size : size - 1
            let kernel = (0..<count).map { _ in (0..<4 * depth).map { _ in Double(rng.integer(below: 129) - 64) / 64 } }
            let shifts = (0..<count).map { _ in Double(rng.integer(below: 33) - 16) / 64 }
            var (rows, offset) = ([[(column: Int, value: Double)]](), [Double]())
            for c in 0..<count {
                for y in 0..<next {
                    for x in 0..<next {
                        var row: [(column: Int, value: Double)] = []
                        for source in 0..<depth {
                            for (dy, dx) in [(0, 0), (0, 1), (1, 0), (1, 1)] where y + dy < size && x + dx < size {
                                row.append((column: (source * size + y + dy) * size + x + dx, value: kernel[c][4 * source + 2 * dy + dx]))
                            }
                        }
                        rows.append(row)
                        offset.append(shifts[c])
                    }
                }
            }
            let matrix = SparseMatrix(rows: rows, columnCount: program.outputCount)
            try program.append(.affine([.init(source: program.last, matrix: matrix)], offset: offset))
            let unit = PiecewiseFunction.leakyRelu(slope: slope)
            func activate() throws {
                try program.append(
                    .pieces(source: program.last, pieces: [PiecewiseFunction](repeating: unit, count: program.outputCount)))
            }
            (size, depth) = (next, count)
            if !(layer == 0 && poolsFirst) { try activate() }
            if layer == 0 {
                // Windows of 2 × 2, side by side or overlapping.
                let step = overlaps ? 1 : 2
                let pooled = (size - 2) / step + 1
                var groups: [PiecewiseAffineProgram.Group] = []
                for c in 0..<count {
                    for y in 0..<pooled {
                        for x in 0..<pooled {
                            let corner = (c * size + step * y) * size + step * x
                            groups.append(.init(members: [corner, corner + 1, corner + size, corner + size + 1]))
                        }
                    }
                }
                try program.append(.maximum(source: program.last, groups: groups))
                size = pooled
            }
            if layer == 0 && poolsFirst { try activate() }
        }
        let rows = (0..<2).map { _ in (0..<program.outputCount).map { _ in Double(rng.integer(below: 129) - 64) / 64 } }
        try program.append(
            .affine([.init(source: program.last, matrix: SparseMatrix(dense: rows, columnCount: program.outputCount))], offset: [0, 0]))
        return program
    }

    /// Three images that agree outside a square in their middle, where the last column repeats the one before it.
    static func images(side: Int, background: Double, _ rng: inout RandomGenerator) -> [[Double]] {
        (0..<3).map { _ in
            var image = [Double](repeating: background, count: side * side)
            for y in 1..<side - 1 {
                for x in 1..<side - 1 {
                    image[y * side + x] = x == side - 2 ? image[y * side + x - 1] : Double(rng.integer(below: 17) - 8) / 8
                }
            }
            return image
        }
    }

    /// The codes of a program at an input, in Double; `nil` where a unit is so near a knot or a tie that they might be others. Units exactly at
    /// a knot are constants here.
    static func codes(_ program: PiecewiseAffineProgram, at input: [Double]) -> [[Int]]? {
        var codes: [[Int]] = []
        for index in program.nonlinearSteps {
            switch program.steps[index] {
            case .affine: break
            case .pieces(let source, let pieces, _):
                let values = source == 0 ? input : program.prefix(steps: source).value(at: input)
                for (function, value) in zip(pieces, values)
                where function.knots.contains(where: { value != $0 && abs(value - $0) < 1e-11 }) {
                    return nil
                }
                codes.append(zip(pieces, values).map { $0.code(at: $1) })
            case .maximum(let source, let groups):
                let values = source == 0 ? input : program.prefix(steps: source).value(at: input)
                var winners: [Int] = []
                for group in groups {
                    let members = group.members.map { values[$0] }
                    let best = members.max()!
                    // Equal members are the same function here.
                    if members.contains(where: { $0 != best && best - $0 < 1e-11 }) { return nil }
                    winners.append(group.codes[members.firstIndex(of: best)!])
                }
                codes.append(winners)
            }
        }
        return codes
    }

    @Test("Law: reduced at once, or on tiles, networks have exact arithmetic's cells", arguments: NetworkSampler.allCases) func random(
        _ sampler: NetworkSampler
    ) throws {
        var reducedCount = 0
        for seed in UInt64(700)..<760 {
            var rng = RandomGenerator(seed: seed, purpose: sampler.rawValue)
            let program = try sampler.program(inputs: 2, &rng)
            let domain = Domain.box([-1...1, -1...1])
            var expected = Set<TiledPartitionTests.Seen>()
            let counts = try ExactSubdivision(of: program, on: domain).forEachCell { cell in
                expected.insert(.init(codes: cell.codes, area: cell.polytope.volume))
            }
            let partition = try TiledPartition(of: program, on: domain, reductionLimit: 1000)
            if partition.isReducible { reducedCount += 1 }
            #expect(partition.count().cellCounts == counts, "seed \(seed)")
            #expect(TiledPartitionTests.cells(partition) == expected, "seed \(seed)")
        }
        #expect(reducedCount > 30)
    }

    @Test("Law: a slice of a convolutional network with a constant background has exact arithmetic's cells", arguments: [false, true])
    func slices(_ overlaps: Bool) throws {
        for seed in UInt64(0)..<24 {
            var rng = RandomGenerator(seed: seed, purpose: "slices")
            let slope = [0, 0.25, -0.5][rng.integer(below: 3)]
            let program = try Self.convolutional(
                side: 5, channels: [2, 2], overlaps: overlaps, poolsFirst: seed % 3 == 0, slope: slope, &rng)
            let images = Self.images(side: 5, background: [0, -0.125][rng.integer(below: 2)], &rng)
            let domain = Domain.init(.box([0...1, 0...1]), embedding: .init(through: images))
            var (expected, maps) = (Set<TiledPartitionTests.Seen>(), Set<[AffineForm]>())
            let counts = try ExactSubdivision(of: program, on: domain).forEachCell { cell in
                expected.insert(.init(codes: cell.codes, area: cell.polytope.volume))
                maps.insert(cell.output)
            }
            try StreamedBoundaryTests.check(program, domain, "slice \(seed)")
            for limit in [0, 6, 1000] {
                let partition = try TiledPartition(of: program, on: domain, reductionLimit: limit)
                #expect(partition.isReducible == (limit > 0))
                #expect(partition.count().cellCounts == counts, "seed \(seed), limit \(limit)")
                #expect(TiledPartitionTests.cells(partition) == expected, "seed \(seed), limit \(limit)")
                #expect(PartitionSummary(streaming: partition, threads: 1).distinctMapCount == maps.count, "seed \(seed), limit \(limit)")
            }
        }
    }

    @Test(
        "Law: reduced on tiles again and again, the cells are as many and have the codes of the network inside them",
        arguments: UInt64(0)..<4)
    func tiles(_ seed: UInt64) throws {
        var rng = RandomGenerator(seed: seed, purpose: "tiles")
        // Rectifiers before a maximum, in the third, tie wherever they are dead together.
        let program = try Self.convolutional(
            side: seed < 2 ? 10 : 8, channels: seed < 2 ? [4, 4, 4] : [4, 4], overlaps: seed == 1, poolsFirst: seed == 3,
            slope: seed == 2 ? 0 : 0.25, &rng)
        let embedding = Domain.Embedding(through: Self.images(side: seed < 2 ? 10 : 8, background: 0, &rng))
        let domain = Domain(.box([0...1, 0...1]), embedding: embedding)
        let whole = try TiledPartition(of: program, on: domain, reductionLimit: 0)
        let (expected, known) = (whole.count().cellCounts, PartitionSummary(streaming: whole, threads: 2))
        // Some hundreds of cells are looked into.
        let every = max(1, known.cellCount / 300)
        for limit in [40, 90, 1000] {
            let partition = try TiledPartition(of: program, on: domain, reductionLimit: limit)
            #expect(partition.count().cellCounts == expected, "limit \(limit)")
            #expect(partition.count(threads: 2).cellCounts == expected, "limit \(limit)")
            var (seen, compared, area) = (0, 0, 0.0)
            partition.forEachBlock { block in
                for cell in block.cells {
                    seen += 1
                    area += cell.area
                    guard seen % every == 0, cell.area > 1e-9 else { continue }
                    let centroid = cell.centroid
                    guard let codes = Self.codes(program, at: embedding([centroid.x, centroid.y])) else { continue }
                    compared += 1
                    #expect(cell.codes == codes, "limit \(limit), at \(centroid)")
                }
            }
            #expect(seen == expected.last && abs(area - 1) < 1e-9)
            #expect(compared > 100)
            let summary = PartitionSummary(streaming: partition, threads: 1)
            #expect(summary.distinctMapCount != nil && summary.distinctMapCount == known.distinctMapCount, "limit \(limit)")
            let (boundary, other) = (try #require(summary.boundary), try #require(known.boundary))
            #expect((boundary.pieceCount, boundary.loopCount) == (other.pieceCount, other.loopCount), "limit \(limit)")
            #expect(boundary.regions.map(\.componentCount) == other.regions.map(\.componentCount), "limit \(limit)")
            #expect(boundary.regions.map(\.holeCount) == other.regions.map(\.holeCount), "limit \(limit)")
            #expect(abs(boundary.length - other.length) < 1e-9, "limit \(limit)")
        }
    }

    /// The program with every elementwise step made a parametric one: two sets of pieces under one code, scaled and added.
    static func parametric(_ program: PiecewiseAffineProgram, _ rng: inout RandomGenerator) throws -> PiecewiseAffineProgram {
        var (result, values) = (PiecewiseAffineProgram(inputCount: program.inputCount), [0])
        for step in program.steps {
            switch step {
            case .affine(let terms, let offset):
                let moved = terms.map { PiecewiseAffineProgram.Term(source: values[$0.source], matrix: $0.matrix) }
                values.append(try result.append(.affine(moved, offset: offset)))
            case .maximum(let source, let groups): values.append(try result.append(.maximum(source: values[source], groups: groups)))
            case .pieces(let source, let pieces, _):
                let count = pieces.count
                let positive = try result.append(
                    .pieces(source: values[source], pieces: [PiecewiseFunction](repeating: .relu, count: count)))
                let below = PiecewiseFunction(knots: [0], slopes: [1, 0], offsets: [0, 0])
                let negative = try result.append(
                    .pieces(source: values[source], pieces: [PiecewiseFunction](repeating: below, count: count), code: positive))
                let slopes = (0..<count).map { i in [(column: i, value: Double(rng.integer(below: 13) - 4) / 8)] }
                let terms = [
                    PiecewiseAffineProgram.Term(source: positive, matrix: .identity(count)),
                    PiecewiseAffineProgram.Term(source: negative, matrix: SparseMatrix(rows: slopes, columnCount: count)),
                ]
                values.append(try result.append(.affine(terms, offset: [Double](repeating: 0, count: count))))
            }
        }
        return result
    }

    @Test("Law: a parametric ReLU's two sets of pieces are one, of the same cells, and are reduced") func parametric() throws {
        for seed in UInt64(0)..<12 {
            var rng = RandomGenerator(seed: seed, purpose: "parametric")
            let program = try Self.parametric(
                try Self.convolutional(side: 5, channels: [2, 2], overlaps: false, poolsFirst: seed % 2 == 0, slope: 0, &rng), &rng)
            let joined = try program.joiningSharedPieces()
            #expect(joined.steps.count == program.steps.count - 4)
            let input = (0..<25).map { _ in rng.uniform(-1, 1) }
            #expect(zip(joined.value(at: input), program.value(at: input)).allSatisfy { abs($0 - $1) < 1e-12 })
            let domain = Domain(.box([0...1, 0...1]), embedding: .init(through: Self.images(side: 5, background: 0, &rng)))
            var expected = Set<TiledPartitionTests.Seen>()
            let counts = try ExactSubdivision(of: program, on: domain).forEachCell { cell in
                expected.insert(.init(codes: cell.codes, area: cell.polytope.volume))
            }
            #expect(try TiledPartition(of: program, on: domain, reductionLimit: 6).isReducible == false)
            let partition = try TiledPartition(of: joined, on: domain, reductionLimit: 6)
            #expect(partition.isReducible)
            #expect(partition.count().cellCounts == counts, "seed \(seed)")
            #expect(TiledPartitionTests.cells(partition) == expected, "seed \(seed)")
        }
    }

    @Test("Sums that would round, other readers and sums across units keep shared pieces apart") func apart() throws {
        func program(_ factors: [[Double]], scale: Double = 1, readsTwice: Bool = false) throws -> PiecewiseAffineProgram {
            var program = PiecewiseAffineProgram(inputCount: 2)
            let above = PiecewiseFunction(knots: [0], slopes: [1, scale], offsets: [0, 0])
            let owner = try program.append(.pieces(source: 0, pieces: [above, above]))
            let shared = try program.append(.pieces(source: 0, pieces: [above, above], code: owner))
            let matrix = SparseMatrix(dense: factors, columnCount: 2)
            let sum = try program.append(
                .affine([.init(source: owner, matrix: .identity(2)), .init(source: shared, matrix: matrix)], offset: [0, 0]))
            if readsTwice {
                try program.append(
                    .affine([.init(source: sum, matrix: .identity(2)), .init(source: shared, matrix: .identity(2))], offset: [0, 0]))
            }
            return program
        }
        #expect(try program([[0.5, 0], [0, 2]], scale: 3).joiningSharedPieces().steps.count == 1)
        #expect(try program([[0.5, 1], [0, 2]]).joiningSharedPieces().steps.count == 3)
        #expect(try program([[0.1, 0], [0, 2]], scale: 3).joiningSharedPieces().steps.count == 3)
        #expect(try program([[0.5, 0], [0, 2]], readsTwice: true).joiningSharedPieces().steps.count == 4)
    }
}
