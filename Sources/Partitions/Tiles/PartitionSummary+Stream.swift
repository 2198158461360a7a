// The answers about a partition of any size, from its cells as they go by.

extension PartitionSummary {
    /// From how many values on, cells times units, a summary is taken from the stream when nobody asks for the cells themselves: the
    /// planar partition keeps them all, with their errors.
    private static let streamedValueCount = 100_000_000

    /// Whether the cells of this summary of a program are too many to be kept for nothing.
    public func isLarge(for program: PiecewiseAffineProgram) -> Bool {
        cellCount > PartitionSummary.streamedValueCount / max(1, program.counts.reduce(0, +))
    }

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
