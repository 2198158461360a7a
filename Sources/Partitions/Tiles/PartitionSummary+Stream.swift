// The answers about a partition of any size, from its cells as they go by.

import Synchronization

extension PartitionSummary {
    /// How many cells of a program the planar partition keeps at most, with their errors: of more cells a summary, a picture or a file is
    /// made while they go by. Fewer are kept where only their number is asked for.
    public static func keptCellCount(of program: PiecewiseAffineProgram, isDrawn: Bool) -> Int {
        (isDrawn ? 50_000_000 : 2_000_000) / max(1, program.counts.reduce(0, +))
    }

    /// The summary of a partition by tiles, which keeps no cell. The number of maps is left open (`nil`) where there are too many to compare,
    /// and what there is to know of the boundary where there are too many tiles.
    ///
    /// - Parameters:
    ///   - boundary: the boundary, where it is known already.
    ///   - progress: told by one thread or another how many cells have gone by.
    public init(
        streaming partition: TiledPartition, boundary: DecisionBoundary? = nil, threads: Int,
        progress: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        let network = partition.network
        let program = network.program
        let count = Atomic(0)
        let limit = DistinctMaps.comparedCellCount(of: program)
        let initial = (areas: AreaExtremes(program), maps: Optional(DistinctMaps(program, matrices: network.matrices)))
        let sum = partition.reduce(into: initial, threads: threads) { result, block in
            result.areas.add(block)
            let number = count.wrappingAdd(block.count, ordering: .relaxed).newValue
            if number > limit { result.maps = nil } else { result.maps?.add(CodeBatch(block)) }
            progress(number)
        } _: { total, part in
            total.areas.merge(part.areas)
            if let maps = part.maps { total.maps?.merge(maps) } else { total.maps = nil }
        }
        var extremes = sum.result.areas
        let areas = extremes.range()
        (cellCount, cellCounts, filter) = (sum.outcome.cellCount, sum.outcome.cellCounts, sum.outcome.statistics)
        (minVolume, maxVolume, unboundedCount) = (areas.lowerBound, areas.upperBound, 0)
        if let boundary {
            self.boundary = nil
            boundaryLength = boundary.isAmbiguous ? nil : boundary.length
        } else {
            let streamed = StreamedBoundary(of: partition, threads: threads)
            self.boundary = streamed
            boundaryLength = streamed.flatMap { $0.isAmbiguous ? nil : $0.length }
        }
        guard let maps = sum.result.maps else {
            distinctMapCount = nil
            return
        }
        var (mapCount, contest) = maps.settled()
        if !contest.isEmpty {
            contest = partition.reduce(into: contest, threads: threads, { $0.add(CodeBatch($1)) }, { $0.merge($1) }).result
            if contest.isTolerable { mapCount += contest.surplus() }
        }
        distinctMapCount = contest.isTolerable ? mapCount : nil
    }
}

extension TiledPartition {
    /// Whether there are at most `limit` cells; goes no further than that.
    public func hasAtMost(_ limit: Int) -> Bool {
        struct TooMany: Error {}
        var count = 0
        do {
            try forEachBlock { block in
                count += block.count
                if count > limit { throw TooMany() }
            }
            return true
        } catch { return false }
    }
}
