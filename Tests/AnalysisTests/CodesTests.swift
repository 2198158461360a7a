import Analysis
import Graphs
import Splines
import TestSupport
import Tensors
import Testing

@Suite struct CodesTests {
    private func codes(seed: UInt64, samples: Int, units: Int) -> Code {
        var generator = RandomGenerator(seed: seed)
        return Code(shape: [samples, units], elements: (0..<samples * units).map { _ in Int32(generator.integer(below: 2)) })
    }

    @Test("Code distance: the fraction of units that differ")
    func distance() {
        #expect(CodeDistance.between([0, 1, 2, 3], [0, 1, 0, 0]) == 0.5)
        #expect(CodeDistance.between([], []) == 0)
    }

    @Test(
        "Law: neighbours are those of a full sort by distance, then index, however the data is cut into batches", arguments: UInt64(0)..<24)
    func neighbors(seed: UInt64) {
        let (all, query) = (codes(seed: seed, samples: 40, units: 6), codes(seed: seed + 1, samples: 1, units: 6))
        var search = CodeNeighborSearch(query: query, count: 7, excluding: 3)
        for first in stride(from: 0, to: 40, by: 9) { search.add(all.rows(first..<min(first + 9, 40)), first: first) }
        let sorted = (0..<40).filter { $0 != 3 }
            .map { CodeNeighbor(index: $0, distance: CodeDistance.between(query.elements[...], all.rows($0..<$0 + 1).elements[...])) }
            .sorted { ($0.distance, $0.index) < ($1.distance, $1.index) }
        #expect(search.neighbors == Array(sorted.prefix(7)))
    }

    @Test("Law: occupancy counts distinct rows, their sizes and the units that never switch", arguments: UInt64(0)..<24)
    func occupancy(seed: UInt64) {
        var all = codes(seed: seed, samples: 50, units: 5)
        for row in 0..<50 { all.elements[row * 5 + 2] = 7 }
        var occupancy = Occupancy()
        for first in stride(from: 0, to: 50, by: 8) { occupancy.add(all.rows(first..<min(first + 8, 50))) }
        let counts = Dictionary(grouping: (0..<50).map { all.rows($0..<$0 + 1).elements }, by: { $0 }).mapValues(\.count)
        #expect(occupancy.distinctCodeCount == counts.count)
        #expect(occupancy.samplesPerRegion == counts.values.sorted(by: >))
        #expect(occupancy.sampleCount == 50)
        #expect(occupancy.constantUnitCount == (0..<5).count { unit in Set((0..<50).map { all.elements[$0 * 5 + unit] }).count == 1 })
    }

    @Test("Templates: outputs are inner products plus offsets, and the Gram matrix is theirs")
    func templates() {
        let maps = LocalAffineMaps(
            slopes: Tensor(shape: [1, 2, 2], elements: [3, 4, -4, 3]), offsets: Tensor(shape: [1, 2], elements: [1, -1]),
            outputs: Tensor(shape: [1, 2], elements: [12, 1]), residuals: [0], margins: [1], isOnBoundary: [false], isFinite: [true])
        let templates = Templates(maps, sample: 0, x: Tensor(shape: [1, 2], elements: [1, 2]))
        #expect(templates.innerProducts == [11, 2])
        #expect(templates.predictedClass == 0)
        #expect(templates.gramMatrix.elements == [25, 0, 0, 25])
        #expect(templates.cosines.elements == [1, 0, 0, 1])
        #expect(templates.cosines(to: [1, 2]) == [11 / (5 * 5.0.squareRoot()), 2 / (5 * 5.0.squareRoot())])
    }
}
