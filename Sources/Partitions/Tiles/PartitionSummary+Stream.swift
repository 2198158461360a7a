// The answers about a partition of any size, from its cells as they go by.

extension PartitionSummary {
    /// From how many values on, cells times units, a summary is taken from the stream when nobody asks for the cells themselves: the
    /// planar partition keeps them all, with their errors.
    private static let streamedValueCount = 2_000_000

    /// Whether the cells of this summary of a program are too many to be kept for nothing.
    public func isLarge(for program: PiecewiseAffineProgram) -> Bool {
        cellCount > PartitionSummary.streamedValueCount / max(1, program.counts.reduce(0, +))
    }

    /// The summary of a partition by tiles, which keeps no cell. Where outputs may tie other than along the decision boundary, its length
    /// is left open (`nil`) though it may not be ambiguous.
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
        let maps = sum.result.maps
        let areas = extremes.range()
        (cellCount, cellCounts, filter) = (sum.outcome.cellCount, sum.outcome.cellCounts, sum.outcome.statistics)
        boundaryLength = maps.mayHaveTies ? nil : PartitionSummary.boundaryLength(of: partition, beside: sum.outcome, threads: threads)
        let (residueCount, contest) = maps.settled()
        distinctMapCount =
            contest.isEmpty
            ? residueCount
            : residueCount + partition.reduce(into: contest, threads: threads, { $0.add($1.history) }, { $0.merge($1) }).result.surplus()
        (minVolume, maxVolume, unboundedCount) = (areas.lowerBound, areas.upperBound, 0)
    }

    /// - Parameter outcome: that of the partition itself.
    private static func boundaryLength(of partition: TiledPartition, beside outcome: TiledPartition.Outcome, threads: Int) -> Double? {
        let divided = partition.dividedByClass.reduce(into: BoundaryLength(), threads: threads, { $0.add($1) }, { $0.merge($1) })
        // Zeros that are not the network's own are ties of outputs in a corner.
        guard divided.result.isCertain, divided.outcome.statistics.zeroSignCount == outcome.statistics.zeroSignCount else { return nil }
        return divided.result.length
    }
}
