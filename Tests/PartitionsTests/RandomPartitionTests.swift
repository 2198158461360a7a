// The exact and the planar partition against linear programs in the tests' own fractions, over families of random networks.

import Geometry
import Partitions
import TestSupport
import Tensors
import Testing

@Suite struct RandomPartitionTests {
    static let families = NetworkSampler.allCases.flatMap { sampler in (1...4).map { (sampler, $0) } }

    @Test("Law: cells and maps are as many as linear programs find", arguments: families)
    func counts(_ sampler: NetworkSampler, _ dimension: Int) throws {
        for seed in UInt64(0)..<(dimension > 2 ? 10 : 24) {
            var rng = RandomGenerator(seed: seed, purpose: "\(sampler.rawValue) \(dimension)")
            let program = try sampler.program(inputs: dimension, &rng)
            let box = [ClosedRange<Double>](repeating: -1...1, count: dimension)
            let expected = SlowPartition(program, box)
            var (maps, volume) = (Set<[AffineForm]>(), Rational.zero)
            let counts = try ExactSubdivision(of: program, on: .box(box)).forEachCell { cell in
                maps.insert(cell.output)
                volume = volume + cell.polytope.volume
            }
            #expect(counts == expected.counts, "seed \(seed)")
            #expect(maps.count == expected.maps.count, "seed \(seed)")
            #expect(volume == Rational(Double(1 << dimension)), "seed \(seed)")
            guard dimension == 2 else { continue }
            let partition = try PlanarPartition(of: program, on: .box(box))
            #expect(partition.cellCounts == expected.counts, "planar, seed \(seed)")
            let tiles = try TiledPartition(of: program, on: .box(box))
            #expect(tiles.count().cellCounts == expected.counts, "tiles, seed \(seed)")
            #expect(partition.distinctMapCount() == expected.maps.count, "planar, seed \(seed)")
            #expect(partition.brokenExactInvariant() == nil, "seed \(seed)")
        }
    }

    @Test("Law: the planar partition agrees with the exact one on larger networks", arguments: NetworkSampler.allCases)
    func planar(_ sampler: NetworkSampler) throws {
        for seed in UInt64(100)..<200 {
            var rng = RandomGenerator(seed: seed, purpose: sampler.rawValue)
            let program = try sampler.program(inputs: 2, &rng)
            let domain = Domain.box([-1...1, -1...1])
            var (maps, areas) = (Set<[AffineForm]>(), [Rational]())
            let counts = try ExactSubdivision(of: program, on: domain).forEachCell { cell in
                maps.insert(cell.output)
                areas.append(cell.polytope.volume)
            }
            let partition = try PlanarPartition(of: program, on: domain)
            #expect(partition.cellCounts == counts, "seed \(seed)")
            #expect(partition.distinctMapCount() == maps.count, "seed \(seed)")
            #expect(partition.exactAreas().sorted() == areas.sorted(), "seed \(seed)")
        }
    }
}
