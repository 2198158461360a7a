// The answers about a partition that every dimension has: counts, maps, volumes (the reference cases' `answer`).

import Geometry

/// Counts and measures of the cells of a program on a domain.
///
/// A cell is a set of the domain with interior on which every unit has one code (THEORY §8).
public struct PartitionSummary: Hashable, Sendable {
    public let cellCount: Int
    /// The number of cells of the code up to and with each nonlinearity.
    public let cellCounts: [Int]
    /// How many different (A, b) there are, as functions of the domain's coordinates, compared exactly; `nil` of a polyline, or where
    /// there are too many to compare.
    public let distinctMapCount: Int?
    /// In two dimensions: the length of the set where the largest output changes, or of the zero set of a single output; `nil` where
    /// that is ambiguous.
    public let boundaryLength: Double?
    /// Of a stream of cells of a planar domain the boundary and the classes' regions; `nil` where there are too many tiles.
    public let boundary: StreamedBoundary?
    /// The volumes of the smallest and the largest cell; ∞ where no cell, or not every cell, is bounded.
    public let minVolume: Double
    public let maxVolume: Double
    /// How many cells have points however far away.
    public let unboundedCount: Int
    /// How often floating point decided on the tiles of a planar domain, and what it cost where it did not.
    public let filter: FilterStatistics?

    /// The summary of a planar partition; its boundary, where it is known already, is not made again.
    public init(_ partition: PlanarPartition, _ boundary: DecisionBoundary? = nil) {
        let (known, areas) = (boundary ?? partition.decisionBoundary(), partition.areaRange())
        cellCount = partition.cellCount
        cellCounts = partition.cellCounts
        distinctMapCount = partition.distinctMapCount()
        boundaryLength = known.isAmbiguous ? nil : known.length
        (minVolume, maxVolume) = (areas.lowerBound, areas.upperBound)
        (self.boundary, filter) = (nil, nil)
        unboundedCount = partition.horizon == nil ? 0 : partition.cells.reduce(0) { $0 + ($1.isUnbounded ? 1 : 0) }
    }

    /// The summary of a partition of a line or polyline.
    public init(_ partition: LinearPartition) {
        (cellCount, cellCounts, distinctMapCount) = (partition.cellCount, partition.cellCounts, partition.distinctMapCount)
        (boundaryLength, boundary, filter) = (nil, nil, nil)
        let lengths = partition.lengthRange
        (minVolume, maxVolume, unboundedCount) = (lengths.lowerBound, lengths.upperBound, partition.unboundedCount)
    }
}
