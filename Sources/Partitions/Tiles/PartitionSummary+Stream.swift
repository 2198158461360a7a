// The answers about a partition of any size, from its cells as they go by.

extension PartitionSummary {
    /// From how many cells on a summary is taken from the stream, when nobody asks for the cells themselves.
    public static let streamedCellCount = 100_000

    /// The summary of a partition by tiles, which keeps no cell: without the number of different maps and the decision boundary, which
    /// would need all of them.
    public init(streaming partition: TiledPartition, threads: Int) {
        let sum = partition.reduce(into: AreaExtremes(partition.network.program), threads: threads, { $0.add($1) }, { $0.merge($1) })
        var extremes = sum.result
        let areas = extremes.range()
        (cellCount, cellCounts, filter) = (sum.outcome.cellCount, sum.outcome.cellCounts, sum.outcome.statistics)
        (distinctMapCount, boundaryLength) = (nil, nil)
        (minVolume, maxVolume, unboundedCount) = (areas.lowerBound, areas.upperBound, 0)
    }
}
