// The answers about a partition of any size, from its cells as they go by.

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
    ///   - progress: told by one thread or another how many cells have gone by, divided by class, while the boundary is sought.
    public init(
        streaming partition: TiledPartition, boundary: DecisionBoundary? = nil, threads: Int,
        progress: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        let network = partition.network
        let cellCount: Int
        if let boundary {
            (self.boundary, boundaryLength) = (nil, boundary.isAmbiguous ? nil : boundary.length)
            cellCount = partition.count(threads: threads).cellCount
        } else {
            let streamed = StreamedBoundary.streamed(partition, threads: threads, progress: progress)
            (self.boundary, cellCount) = streamed
            boundaryLength = streamed.boundary.flatMap { $0.isAmbiguous ? nil : $0.length }
        }
        // Comparing maps takes longer than cutting cells, and is of no use unless it comes to an end.
        let isCompared = cellCount <= DistinctMaps.comparedCellCount(of: network.program)
        let initial = (
            areas: AreaExtremes(network.program),
            maps: isCompared ? DistinctMaps(network.program, matrices: network.matrices) : nil
        )
        let sum = partition.reduce(into: initial, threads: threads) { result, block in
            result.areas.add(block)
            result.maps?.add(CodeBatch(block))
        } _: { total, part in
            total.areas.merge(part.areas)
            if let maps = part.maps { total.maps?.merge(maps) }
        }
        var extremes = sum.result.areas
        let areas = extremes.range()
        (self.cellCount, cellCounts, filter) = (sum.outcome.cellCount, sum.outcome.cellCounts, sum.outcome.statistics)
        (minVolume, maxVolume, unboundedCount) = (areas.lowerBound, areas.upperBound, 0)
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
