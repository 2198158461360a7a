// The answers about a partition of any size, from its cells as they go by.

import Synchronization

extension PartitionSummary {
    /// How many cells of a program the planar partition keeps at most, with their errors: of more cells a summary, a picture or a file is
    /// made while they go by. Fewer are kept where only their number is asked for.
    public static func keptCellCount(of program: PiecewiseAffineProgram, isDrawn: Bool) -> Int {
        (isDrawn ? 50_000_000 : 2_000_000) / max(1, program.counts.reduce(0, +))
    }

    /// The summary of a partition by tiles, which keeps no cell. Where outputs may tie other than along the decision boundary, its length
    /// is left open (`nil`) though it may not be ambiguous; so it is, and the number of maps, where these are too many to
    /// compare.
    ///
    /// - Parameter progress: told by one thread or another how many cells have gone by.
    public init(streaming partition: TiledPartition, threads: Int, progress: @escaping @Sendable (Int) -> Void = { _ in }) {
        let program = partition.network.program
        let count = Atomic(0)
        let comparesMaps = partition.hasAtMost(DistinctMaps.comparedCellCount(of: program))
        let initial = (areas: AreaExtremes(program), maps: comparesMaps ? DistinctMaps(program) : nil)
        let sum = partition.reduce(into: initial, threads: threads) { result, block in
            result.areas.add(block)
            result.maps?.add(block.history)
            progress(count.wrappingAdd(block.count, ordering: .relaxed).newValue)
        } _: { total, part in
            total.areas.merge(part.areas)
            if let maps = part.maps { total.maps?.merge(maps) }
        }
        var extremes = sum.result.areas
        let areas = extremes.range()
        (cellCount, cellCounts, filter) = (sum.outcome.cellCount, sum.outcome.cellCounts, sum.outcome.statistics)
        (minVolume, maxVolume, unboundedCount) = (areas.lowerBound, areas.upperBound, 0)
        guard let maps = sum.result.maps else {
            (distinctMapCount, boundaryLength) = (nil, nil)
            return
        }
        boundaryLength = maps.mayHaveTies ? nil : PartitionSummary.boundaryLength(of: partition, beside: sum.outcome, threads: threads)
        let (residueCount, contest) = maps.settled()
        distinctMapCount =
            contest.isEmpty
            ? residueCount
            : residueCount + partition.reduce(into: contest, threads: threads, { $0.add($1.history) }, { $0.merge($1) }).result.surplus()
    }

    /// - Parameter outcome: that of the partition itself.
    private static func boundaryLength(of partition: TiledPartition, beside outcome: TiledPartition.Outcome, threads: Int) -> Double? {
        let divided = partition.dividedByClass.reduce(into: BoundaryLength(), threads: threads, { $0.add($1) }, { $0.merge($1) })
        // Sides at 0 that are not the network's own are such along which outputs tie.
        guard divided.result.isCertain, divided.outcome.statistics.zeroSideCount == outcome.statistics.zeroSideCount else { return nil }
        return divided.result.length
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
