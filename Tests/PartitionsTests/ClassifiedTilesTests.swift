// Cells by class as they go by, against the decision boundary of the planar partition.

import Partitions
import Synchronization
import Tensors
import TestSupport
import Testing

@Suite struct ClassifiedTilesTests {
    static func parts(_ tiles: ClassifiedTiles, threads: Int) -> [ClassifiedTiles.Part] {
        let all = Mutex<[ClassifiedTiles.Part]>([])
        tiles.forEachBlock(threads: threads) { parts in all.withLock { $0 += parts } }
        return all.withLock { $0 }
    }

    static func area(_ corners: [SIMD2<Double>]) -> Double {
        zip(corners, corners.dropFirst() + corners.prefix(1)).reduce(0) { $0 + ($1.0.x * $1.1.y - $1.1.x * $1.0.y) / 2 }
    }

    @Test(
        "Law: as many parts as the decision boundary has, with the classes' areas and the boundary's length",
        arguments: NetworkSampler.allCases)
    func boundary(_ sampler: NetworkSampler) throws {
        for seed in UInt64(0)..<30 {
            var rng = RandomGenerator(seed: seed, purpose: "classified")
            let program = try sampler.program(inputs: 2, &rng)
            let domain = Domain.box([-1...1, -1...1])
            let boundary = try PlanarPartition(of: program, on: domain).decisionBoundary()
            let parts = Self.parts(try ClassifiedTiles(of: program, on: domain), threads: 1 + Int(seed % 2))
            #expect(parts.count == boundary.parts.count, "seed \(seed)")
            for region in boundary.regions {
                let area = parts.filter { $0.classIndex == region.label }.reduce(0) { $0 + Self.area($1.vertices) }
                #expect(abs(area - region.area) <= 1e-12, "seed \(seed), class \(region.label)")
            }
            // Where a unit's line is the boundary too, the side is the unit's.
            guard sampler == .generic, !boundary.isAmbiguous else { continue }
            var length = 0.0
            for part in parts {
                for (i, isBoundary) in part.isBoundary.enumerated() where isBoundary {
                    let side = part.vertices[(i + 1) % part.vertices.count] - part.vertices[i]
                    length += (side * side).sum().squareRoot() / 2
                }
            }
            #expect(abs(length - boundary.length) <= 1e-9 * (1 + length), "seed \(seed)")
        }
    }

    @Test("Law: a part's activity counts the units beyond their first piece", arguments: NetworkSampler.allCases)
    func activity(_ sampler: NetworkSampler) throws {
        for seed in UInt64(0)..<20 {
            var rng = RandomGenerator(seed: seed, purpose: "activity")
            let program = try sampler.program(inputs: 2, &rng)
            let domain = Domain.box([-1...1, -1...1])
            let partition = try PlanarPartition(of: program, on: domain)
            let expected = partition.decisionBoundary().parts.map { part in
                partition.cell(part.cell).codes.joined().count { $0 > 0 }
            }
            let tiles = try ClassifiedTiles(of: program, on: domain)
            #expect(Self.parts(tiles, threads: 1).map(\.activity).sorted() == expected.sorted(), "seed \(seed)")
            #expect(tiles.unitCount == program.nonlinearSteps.reduce(0) { $0 + program.counts[$1 + 1] })
        }
    }
}
