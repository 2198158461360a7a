// The exact subdivision against the shared reference answers.

import Geometry
import Partitions
import Testing

@Suite struct ExactSubdivisionTests {
    @Test("All reference cases are there")
    func allCases() { #expect(ReferenceCase.all.count == 69) }

    @Test("Counts, maps and volumes are the reference's", arguments: ReferenceCase.all)
    func reference(_ reference: ReferenceCase) throws {
        let subdivision = try ExactSubdivision(of: reference.program(), on: reference.partitionDomain)
        var (regions, maps, volumes) = (0, Set<[AffineForm]>(), [Rational]())
        let counts = subdivision.forEachCell { cell in
            regions += 1
            maps.insert(cell.output)
            volumes.append(cell.polytope.volume)
        }
        #expect(regions == reference.answer.regions)
        #expect(counts == reference.answer.regionsPerLayer)
        #expect(maps.count == reference.answer.distinctAffineMaps)
        #expect(volumes.reduce(Rational.zero) { $0 + $1 } == Rational(reference.answer.total))
        if let smallest = reference.answer.minVolume { #expect(volumes.min()!.doubleValue == smallest) }
        if let largest = reference.answer.maxVolume { #expect(volumes.max()!.doubleValue == largest) }
    }
}
