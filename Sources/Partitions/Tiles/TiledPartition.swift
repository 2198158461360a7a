// The partition of a planar domain depth first over tiles (DESIGN §5): as exact as the planar partition, and fast, and of any size, for no
// cell is kept.

import Execution
import Synchronization

/// The cells of a piecewise-affine program on a box or convex polygon of two coordinates, handed out as they are finished.
///
/// The cells are those of `PlanarPartition` (which see). Floating point decides signs that it can prove, exact arithmetic the
/// others. Memory follows the depth of the network and not the number of cells.
///
///     let partition = try TiledPartition(of: program, on: .box([-1...1, -1...1]))
///     let counts = partition.count(threads: 2).cellCounts
public struct TiledPartition: Sendable {
    /// What is left when all cells have gone by.
    public struct Outcome: Hashable, Sendable {
        /// The number of cells after each nonlinearity, counting the codes up to there.
        public fileprivate(set) var cellCounts: [Int]
        public fileprivate(set) var statistics = FilterStatistics()
        /// The number of cells.
        public var cellCount: Int { cellCounts.last ?? 1 }

        fileprivate mutating func add(_ worker: borrowing TileWorker) {
            for (layer, count) in worker.counts.enumerated() { cellCounts[layer] += count }
            statistics += worker.statistics
            statistics.add(worker.exact)
        }
    }

    /// Into how many items the work is divided at least when several threads may share it.
    private static let itemCount = 64

    /// Where the cells are.
    public let domain: Domain
    let network: TiledNetwork

    /// - Throws: as `PlanarPartition.init(of:on:)`.
    public init(of program: PiecewiseAffineProgram, on domain: Domain) throws(PartitionError) {
        try self.init(of: program, on: domain, reductionLimit: nil)
    }

    /// - Parameter reductionLimit: a tile goes on with a reduced network where at most so many units of the first nonlinearity may change
    ///   their piece on it; 0: never. By default that of large networks.
    package init(of program: PiecewiseAffineProgram, on domain: Domain, reductionLimit: Int?) throws(PartitionError) {
        try PlanarPartition.requirePlanarity(domain)
        self.domain = domain
        let program = try domain.program(program)
        try PlanarPartition.requireContinuity(program)
        network = TiledNetwork(of: program, on: try domain.polygon(), reductionLimit: reductionLimit)
    }

    /// Whether tiles may go on with reduced networks.
    package var isReducible: Bool { network.reductionLimit > 0 }

    private init(_ network: TiledNetwork, on domain: Domain) { (self.network, self.domain) = (network, domain) }

    /// The same cells divided by class, as by one more nonlinearity.
    var dividedByClass: TiledPartition {
        do {
            return TiledPartition(
                TiledNetwork(
                    of: try network.original.withClass(), on: network.polygon, reductionLimit: isReducible ? network.reductionLimit : nil),
                on: domain)
        } catch {
            preconditionFailure("\(error)")
        }
    }

    /// The program as a function of the domain's two coordinates.
    public var program: PiecewiseAffineProgram { network.original }

    /// Counts the cells; the same for any number of threads.
    public func count(threads: Int = 1) -> Outcome {
        if threads > 1 { return parts(into: (), threads: threads, keepsColumns: false) { _, _ in }.outcome }
        return BlockStore.lend { store in
            var outcome = Outcome(cellCounts: [Int](repeating: 0, count: network.layerCount))
            var worker = TileWorker(network, store, keepsColumns: false)
            worker.process(worker.root()) { _ in }
            outcome.add(worker)
            return outcome
        }
    }

    /// Calls `body` with all cells, block by block, in the order of the subdivision.
    @discardableResult public func forEachBlock(_ body: (CellBlock) throws -> Void) rethrows -> Outcome {
        try BlockStore.lend { store in
            var outcome = Outcome(cellCounts: [Int](repeating: 0, count: network.layerCount))
            var worker = TileWorker(network, store, keepsColumns: true)
            try worker.process(worker.root(), body)
            outcome.add(worker)
            return outcome
        }
    }

    /// Sums up all cells on several threads: `add` takes a block into a part's result, `merge` the parts' results together in their order.
    ///
    /// The parts do not depend on the number of threads, so neither does the result, to the last bit.
    public func reduce<Result: Sendable>(
        into initial: Result, threads: Int, _ add: @escaping @Sendable (inout Result, CellBlock) -> Void,
        _ merge: (inout Result, Result) -> Void
    ) -> (result: Result, outcome: Outcome) {
        let (results, outcome) = parts(into: initial, threads: threads, add)
        var total = initial
        for result in results { merge(&total, result!) }
        return (total, outcome)
    }

    /// Sums up the cells of each of the parts that `reduce` merges by itself; `nil` for those that are not wanted, which takes no time.
    func parts<Result: Sendable>(
        into initial: Result, threads: Int, keepsColumns: Bool = true, where isWanted: @escaping @Sendable (Int) -> Bool = { _ in true },
        _ add: @escaping @Sendable (inout Result, CellBlock) -> Void
    ) -> (results: [Result?], outcome: Outcome) {
        BlockStore.lend { store in
            var first = TileWorker(network, store, keepsColumns: keepsColumns)
            let items = first.items(atLeast: TiledPartition.itemCount)
            let outcome = Mutex(Outcome(cellCounts: [Int](repeating: 0, count: network.layerCount)))
            let results = Mutex([Result?](repeating: nil, count: items.count))
            let next = Atomic(0)
            let shares = { @Sendable [network] () -> Void in
                BlockStore.lend { store in
                    var worker = TileWorker(network, store, keepsColumns: keepsColumns)
                    while true {
                        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
                        guard index < items.count else { break }
                        guard isWanted(index) else { continue }
                        var result = initial
                        worker.process(items[index]) { add(&result, $0) }
                        results.withLock { $0[index] = result }
                    }
                    outcome.withLock { $0.add(worker) }
                }
            }
            let pool = WorkerPool(count: max(1, min(threads, items.count)))
            pool.run { _ in shares() }
            pool.close()
            outcome.withLock { $0.add(first) }
            return (results.withLock { $0 }, outcome.withLock { $0 })
        }
    }
}
