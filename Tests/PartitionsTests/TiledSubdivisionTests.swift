// The tiled path against the reference answers and the planar partition.

import Partitions
import TestSupport
import Tensors
import Testing

@Suite struct TiledSubdivisionTests {
    @Test("Counts by tiles are the reference's, or tiles leave them to exact arithmetic", arguments: PlanarPartitionTests.cases)
    func reference(_ reference: ReferenceCase) throws {
        let counts = try PlanarPartition.tiledCellCounts(of: reference.program(), on: reference.partitionDomain)
        if let counts { #expect(counts == reference.answer.regionsPerLayer) }
    }

    @Test("Counts by tiles are the planar partition's on random networks", arguments: NetworkSampler.allCases)
    func random(_ sampler: NetworkSampler) throws {
        var answered = 0
        for seed in UInt64(0)..<100 {
            var rng = RandomGenerator(seed: seed, purpose: sampler.rawValue)
            let program = try sampler.program(inputs: 2, &rng)
            let domain = Domain.box([-1...1, -1...1])
            guard let counts = try PlanarPartition.tiledCellCounts(of: program, on: domain) else { continue }
            #expect(try counts == PlanarPartition(of: program, on: domain).cellCounts, "seed \(seed)")
            answered += 1
        }
        if sampler == .generic { #expect(answered > 50) }
    }
}
