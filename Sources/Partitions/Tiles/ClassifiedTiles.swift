// The cells of a planar domain divided by class, as they go by: what a picture of very many cells is drawn from. The class is cut as one
// more nonlinearity is, so it is exact and costs no evaluation of cells.

/// The parts into which cells and classes divide a box or convex polygon, handed out by tiles: `DecisionBoundary.parts` for partitions of
/// any size.
public struct ClassifiedTiles: Sendable {
    /// One part.
    public struct Part: Sendable {
        /// Its corners, counter-clockwise.
        public let vertices: [SIMD2<Double>]
        public let classIndex: Int
        /// How many units are beyond their first piece.
        public let activity: Int
        /// The same for parts of one cell; as good as different for different cells of one tile.
        public let codeHash: UInt64
        /// For each side, from corner i to the next, whether the class changes there.
        public let isBoundary: [Bool]
    }

    private let tiles: TiledPartition
    /// For each unit of the tiles' codes, how many of the program's units it stands for; without the class.
    private let multiplicities: [Int]

    /// - Throws: as `TiledPartition.init(of:on:)`.
    public init(of program: PiecewiseAffineProgram, on domain: Domain) throws(PartitionError) {
        // The class reads the network's outputs, not the domain's: it is appended before the domain is put in.
        tiles = try TiledPartition(of: program.withClass(), on: domain)
        var multiplicities: [Int] = []
        let starts = tiles.network.codeStarts
        for layer in starts.indices.dropLast(2) {
            var counts = [Int](repeating: 0, count: starts[layer + 1] - starts[layer])
            for unit in tiles.network.twinless.expansions[layer] { counts[Int(unit)] += 1 }
            multiplicities += counts
        }
        self.multiplicities = multiplicities
    }

    /// How many units there are: the largest activity that a part may have.
    public var unitCount: Int { multiplicities.reduce(0, +) }

    /// Calls `body` with the parts of every block, from several threads at a time and in no particular order.
    public func forEachBlock(threads: Int, _ body: @escaping @Sendable ([Part]) -> Void) {
        _ = tiles.reduce(into: (), threads: threads, { _, block in body(parts(of: block)) }, { _, _ in })
    }

    private func parts(of block: CellBlock) -> [Part] {
        let width = multiplicities.count
        let classLevel = tiles.network.codeStarts.count - 2
        // What the block's cells share is looked at once.
        let codes = block.codes
        let active = (0..<width).reduce(0) { $0 + (codes.shared[$1] > 0 ? multiplicities[$1] : 0) }
        return block.cells.map { cell in
            var (activity, hash, classIndex, last) = (active, UInt64(0), Int(codes.shared[width]), -1)
            for (i, entry) in codes.units.enumerated() where codes.has(i, cell: cell.index) {
                if entry.unit == width {
                    classIndex += entry.delta
                    continue
                }
                hash &+= mixedBits(entry.unit, i)
                if codes.shared[entry.unit] == 0, entry.unit != last { activity += multiplicities[entry.unit] }
                last = entry.unit
            }
            return Part(
                vertices: cell.vertices, classIndex: classIndex, activity: activity, codeHash: hash,
                isBoundary: cell.sideLines.map { $0.level == classLevel })
        }
    }
}
