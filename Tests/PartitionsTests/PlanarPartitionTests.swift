// The planar partition against the shared reference answers, all fields.

import Foundation
import Geometry
import Partitions
import Testing

@Suite struct PlanarPartitionTests {
    static let cases = ReferenceCase.all.filter { $0.domain.box.count == 2 }

    @Test("Every field is the reference's", arguments: cases)
    func reference(_ reference: ReferenceCase) throws {
        let start = Date()
        let partition = try PlanarPartition(of: reference.program(), on: reference.partitionDomain)
        let elapsed = Date().timeIntervalSince(start)
        if elapsed > 0.02 { print(reference.name, elapsed) }
        let answer = reference.answer
        #expect(partition.brokenInvariant() == nil)
        #expect(partition.cellCount == answer.regions)
        #expect(partition.cellCounts == answer.regionsPerLayer)
        #expect(partition.distinctMapCount() == answer.distinctAffineMaps)
        let boundary = partition.decisionBoundary()
        #expect(boundary.isAmbiguous == (answer.boundaryLength == nil))
        if let length = answer.boundaryLength { #expect(abs(boundary.length - length) <= 1e-12 * max(1, length)) }
        let areas = partition.areaRange()
        #expect(areas.lowerBound == answer.minVolume)
        #expect(areas.upperBound == answer.maxVolume)
        if partition.cellCount < 2000 { #expect(partition.exactAreas().reduce(Rational.zero, +) == Rational(answer.total)) }
    }
}
