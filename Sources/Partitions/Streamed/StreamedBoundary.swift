// The decision boundary and the classes' regions of cells that nobody keeps.

import Synchronization

/// What `DecisionBoundary` tells of the boundary's length and shape, and of the classes' regions, without its lines and parts.
public struct StreamedBoundary: Hashable, Sendable {
    /// The length of the set where the class changes.
    public let length: Double
    /// Whether outputs tie elsewhere too: on a whole cell, along a line without changing sides, or along the domain's border.
    public let isAmbiguous: Bool
    /// Connected pieces of the boundary, whether open or closed: its Betti number b₀.
    public let pieceCount: Int
    /// Independent closed ways along the boundary: its Betti number b₁.
    public let loopCount: Int
    /// Every class's region, also of those that win nowhere.
    public let regions: [LabelledRegion]
}

extension StreamedBoundary {
    /// Vertices are not made exact where they are more than the first, and together with the weights that each takes more than the second.
    private static let (exactPlaceCount, exactWeights) = (100, 200_000_000)

    /// That of a partition by tiles, `nil` where there are too many tiles to keep their borders; and the number of the partition's cells.
    ///
    /// - Parameter progress: told by one thread or another how many cells, divided by class, have gone by.
    static func streamed(_ partition: TiledPartition, threads: Int, progress: @escaping @Sendable (Int) -> Void) -> (
        boundary: StreamedBoundary?, cellCount: Int
    ) {
        let divided = partition.dividedByClass
        let classCount = max(partition.program.outputCount, 2)
        let units = divided.network.twinless.classes[partition.program.last]
        let sharers = Dictionary(grouping: units.indices, by: { units[$0] }).values
        let twins = Set(sharers.filter { $0.count > 1 }.joined())
        let extent = partition.network.polygon.reduce(0) { max($0, abs($1.x), abs($1.y)) }
        var (precisions, cellCount) = ([SIMD2<Double>: ClassPatches.Precision](), 0)
        // Vertices that Doubles cannot tell apart are put better, the few there are: most boundaries have none.
        for _ in 0..<6 {
            let initial = ClassPatches(classCount: classCount, twins: twins, extent: extent, precisions: precisions)
            let count = Atomic(0)
            let (patches, outcome) = divided.reduce(into: initial, threads: threads) { patches, block in
                patches.add(block)
                progress(count.wrappingAdd(block.count, ordering: .relaxed).newValue)
            } _: {
                $0.merge($1)
            }
            cellCount = outcome.cellCounts.dropLast().last ?? 1
            switch patches.joined() {
            case .boundary(let boundary): return (boundary, cellCount)
            case .open(let places):
                for place in places { precisions[place] = precisions[place] == nil ? .pairOfDoubles : .exact }
                let exactCount = precisions.values.count { $0 == .exact }
                if exactCount > exactPlaceCount, exactCount * partition.program.weightCount > exactWeights { return (nil, cellCount) }
            case .tooMany: return (nil, cellCount)
            }
        }
        return (nil, cellCount)
    }
}
