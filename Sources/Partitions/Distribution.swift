// Many numbers of one kind, in brief: cells' volumes, facet counts, in-radii.

import Geometry

/// The extremes, quartiles and mean of some numbers.
public struct Distribution: Hashable, Sendable {
    public let count: Int
    public let minimum: Double
    public let lowerQuartile: Double
    public let median: Double
    public let upperQuartile: Double
    public let maximum: Double
    public let mean: Double

    /// Quantile p lies at (n − 1) p between the sorted numbers, straight between neighbours (Hyndman & Fan 1996, type 7).
    ///
    /// - Precondition: there are numbers; they may be ∞.
    public init(_ values: [Double]) {
        precondition(!values.isEmpty && values.allSatisfy { !$0.isNaN }, "a distribution of \(values.count) numbers")
        let sorted = values.sorted()
        func quantile(_ p: Double) -> Double {
            let place = p * Double(sorted.count - 1)
            let (below, share) = (sorted[Int(place)], place - place.rounded(.down))
            let above = share == 0 ? below : sorted[Int(place) + 1]
            return above == below ? below : below + share * (above - below)
        }
        (count, minimum, maximum) = (values.count, sorted[0], sorted[sorted.count - 1])
        (lowerQuartile, median, upperQuartile) = (quantile(0.25), quantile(0.5), quantile(0.75))
        mean = values.reduce(0, +) / Double(values.count)
    }
}

/// How large and of what shape cells are, cell by cell.
public struct CellMeasures: Hashable, Sendable {
    /// How much of itself an area may be off by.
    private static let looseness = 0x1p-32

    /// An area right to 2⁻³² of itself: in Doubles, or where their bound is too loose for that in pairs of Doubles, or exactly.
    static func area(
        _ area: Double, _ bound: Double, long: @autoclosure () -> (area: Dyadic, bound: Double)?, exact: @autoclosure () -> Rational
    ) -> Double {
        if bound <= looseness * area { return area }
        if let (area, bound) = long(), bound <= looseness * area.doubleValue { return area.doubleValue }
        return exact().doubleValue
    }

    /// Areas in two dimensions.
    public let volumes: [Double]
    public let facetCounts: [Int]
    /// Radii of the largest balls inside, on the whole plane up to the horizon.
    public let inRadii: [Double]
    /// How many cells lie beside each.
    public let neighborCounts: [Int]

    /// - Precondition: they are of the same cells.
    public init(volumes: [Double], facetCounts: [Int], inRadii: [Double], neighborCounts: [Int]) {
        let counts = [volumes.count, facetCounts.count, inRadii.count, neighborCounts.count]
        precondition(Set(counts).count == 1, "measures of \(counts) cells")
        (self.volumes, self.facetCounts, self.inRadii, self.neighborCounts) = (volumes, facetCounts, inRadii, neighborCounts)
    }

    public init(_ partition: PlanarPartition) {
        volumes = partition.areas
        facetCounts = partition.cells.map(\.facetCount)
        inRadii = partition.cells.map(\.inRadius)
        neighborCounts = partition.neighbors.map(\.count)
    }

    public var volume: Distribution { Distribution(volumes) }
    public var facetCount: Distribution { Distribution(facetCounts.map { Double($0) }) }
    public var inRadius: Distribution { Distribution(inRadii) }
    public var neighborCount: Distribution { Distribution(neighborCounts.map { Double($0) }) }
}
