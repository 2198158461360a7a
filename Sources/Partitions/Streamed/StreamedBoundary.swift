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
        var (precisions, cellCount) = ([SIMD2<Double>: ClassPatches.Precision](), 0)
        let count = Atomic(0)
        var parts: [ClassPatches] = []
        // The parts with vertices to be put better; at first all.
        var isWanted: [Bool]?
        // Vertices that cannot be told apart are put better, the few there are: most boundaries have none.
        for _ in 0..<6 {
            let initial = ClassPatches(classCount: classCount, twins: twins, polygon: partition.network.polygon, precisions: precisions)
            let (results, outcome) = divided.parts(into: initial, threads: threads, where: { [isWanted] in isWanted?[$0] ?? true }) {
                $0.add($1)
                progress(count.wrappingAdd($1.count, ordering: .relaxed).newValue)
            }
            if isWanted == nil { cellCount = outcome.cellCounts.dropLast().last ?? 1 }
            parts = results.enumerated().map { $1 ?? parts[$0] }
            var whole = initial
            for part in parts { whole.merge(part) }
            switch whole.joined() {
            case .boundary(let boundary): return (boundary, cellCount)
            case .open(let places):
                isWanted = parts.map { $0.vertices.contains { places[$0.place] != nil } }
                precisions.merge(places) { $1 }
                let exactCount = precisions.values.count { $0 == .exact }
                if exactCount > exactPlaceCount, exactCount * partition.program.weightCount > exactWeights { return (nil, cellCount) }
            case .tooMany: return (nil, cellCount)
            }
        }
        return (nil, cellCount)
    }
}
