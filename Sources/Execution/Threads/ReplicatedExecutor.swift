// Replicas (DESIGN §4): each thread runs the same plan on its own part of the batch in its own arena, and what is a sum over samples
// is added up in the order of the replicas, so that the bits depend on their number and on nothing else.

import Graphs
public import Tensors

/// `count` executors of one plan side by side, over shared parameters.
///
/// The plan is for one part of the batch: build the graph with `batch / count` samples. `BatchPart` says which targets are sums.
public final class ReplicatedExecutor<S: Scalar> {
    public let replicas: [Executor<S>]
    /// The targets that are added up, as positions among the plan's targets.
    public let summed: [Int]
    private let pool: WorkerPool
    private let sums: [UnsafeMutableBufferPointer<S>]

    /// - Parameter summing: targets of numbers that are sums over samples.
    /// - Throws: `ExecutionError.memory` when all replicas together need more than `maximumBytes`.
    public init(
        _ plan: ExecutionPlan, count: Int, parameters: ParameterBuffers<S>? = nil, summing summed: [Int], maximumBytes: Int? = nil
    ) throws(ExecutionError) {
        precondition(count >= 1, "\(count) replicas")
        let types = summed.map { plan.graph[plan.targets[$0]].type }
        precondition(types.allSatisfy { $0.element == .scalar }, "a code cannot be summed")
        let needed = plan.plannedBytes * count + types.reduce(0) { $0 + $1.byteCount(plan.scalar) }
        if let maximumBytes, needed > maximumBytes { throw .memory(needed: needed, allowed: maximumBytes) }
        var replicas: [Executor<S>] = []
        for _ in 0..<count { replicas.append(try Executor(plan, parameters: parameters)) }
        (self.replicas, self.summed, pool) = (replicas, summed, WorkerPool(count: count))
        sums = types.map {
            let buffer = UnsafeMutableBufferPointer<S>.allocate(capacity: $0.shape.elementCount)
            buffer.initialize(repeating: 0)
            return buffer
        }
    }

    deinit {
        pool.close()
        for buffer in sums { buffer.deallocate() }
    }

    /// Replays every replica, then adds up the summed targets, replica 0 first.
    public func replay() {
        let replicas = UncheckedReplicas(replicas)
        pool.run { replicas.list[$0].replay() }
        for (position, index) in summed.enumerated() {
            let total = sums[position]
            replicas.list[0].withTarget(index) { _ = total.update(fromContentsOf: $0) }
            for replica in replicas.list.dropFirst() {
                replica.withTarget(index) { part in for i in total.indices { total[i] += part[i] } }
            }
        }
    }

    /// The sum over replicas of target `summed[position]`, row-major, valid until the next replay.
    public func withSum<R>(_ position: Int, _ body: (UnsafeBufferPointer<S>) throws -> R) rethrows -> R {
        try body(UnsafeBufferPointer(sums[position]))
    }

    /// Replica i is touched by thread i alone while a round runs.
    private struct UncheckedReplicas: @unchecked Sendable {
        let list: [Executor<S>]
        init(_ list: [Executor<S>]) { self.list = list }
    }
}
