// The answers about a partition of any size, from its cells as they go by.

import Synchronization

extension PartitionSummary {
    /// Up to how many values, cells times units, the planar partition keeps them all, with their errors; of more cells a summary, a
    /// picture or a file is made while they go by.
    private static let keptValueCount = 50_000_000

    /// How many cells of a program are kept at most.
    public static func keptCellCount(of program: PiecewiseAffineProgram) -> Int { keptValueCount / max(1, program.counts.reduce(0, +)) }

    /// The summary of a partition by tiles, which keeps no cell: without the number of different maps and the decision boundary, which
    /// would need all of them.
    ///
    /// - Parameter progress: told by one thread or another how many cells have gone by.
    public init(streaming partition: TiledPartition, threads: Int, progress: @escaping @Sendable (Int) -> Void = { _ in }) {
        let count = Atomic(0)
        let sum = partition.reduce(into: AreaExtremes(partition.network.program), threads: threads) { extremes, block in
            extremes.add(block)
            progress(count.wrappingAdd(block.count, ordering: .relaxed).newValue)
        } _: {
            $0.merge($1)
        }
        var extremes = sum.result
        let areas = extremes.range()
        (cellCount, cellCounts, filter) = (sum.outcome.cellCount, sum.outcome.cellCounts, sum.outcome.statistics)
        (distinctMapCount, boundaryLength) = (nil, nil)
        (minVolume, maxVolume, unboundedCount) = (areas.lowerBound, areas.upperBound, 0)
    }
}

extension TiledPartition {
    /// What is left when all cells have gone by, if they are at most `limit`; else `nil`, as soon as there are more.
    public func outcome(ofAtMost limit: Int) -> Outcome? {
        struct TooMany: Error {}
        var count = 0
        return try? forEachBlock { block in
            count += block.count
            if count > limit { throw TooMany() }
        }
    }
}
