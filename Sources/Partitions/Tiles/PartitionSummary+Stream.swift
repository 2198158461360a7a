// The answers about a partition of any size, from its cells as they go by.

extension PartitionSummary {
    /// From how many values on, cells times units, a summary is taken from the stream when nobody asks for the cells themselves: the
    /// planar partition keeps them all, with their errors.
    private static let streamedValueCount = 100_000_000

    /// Whether the cells of this summary of a program are too many to be kept for nothing.
    public func isLarge(for program: PiecewiseAffineProgram) -> Bool {
        cellCount > PartitionSummary.streamedValueCount / max(1, program.counts.reduce(0, +))
    }

    /// The summary of a partition by tiles, which keeps no cell: without the decision boundary.
    public init(streaming partition: TiledPartition, threads: Int) {
        let program = partition.network.program
        let sum = partition.reduce(
            into: (areas: AreaExtremes(program), maps: DistinctMaps(program)), threads: threads,
            { result, block in
                result.areas.add(block)
                result.maps.add(block.history)
            },
            { total, part in
                total.areas.merge(part.areas)
                total.maps.merge(part.maps)
            })
        var extremes = sum.result.areas
        let areas = extremes.range()
        (cellCount, cellCounts, filter) = (sum.outcome.cellCount, sum.outcome.cellCounts, sum.outcome.statistics)
        let (residueCount, contest) = sum.result.maps.settled()
        distinctMapCount =
            contest.isEmpty
            ? residueCount
            : residueCount + partition.reduce(into: contest, threads: threads, { $0.add($1.history) }, { $0.merge($1) }).result.surplus()
        boundaryLength = nil
        (minVolume, maxVolume, unboundedCount) = (areas.lowerBound, areas.upperBound, 0)
    }
}
