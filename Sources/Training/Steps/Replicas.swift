// Data parallelism (DESIGN §4): each replica has its share of every batch, its own plans and its own gradients; the gradients are
// summed in the order of the replicas, so the bits depend on their number and on nothing else.

import Dispatch
import Graphs
import Networks
import Tensors

/// One share of every batch.
private final class Replica: @unchecked Sendable {
    // Sendable: during a step each replica is used by one thread alone, between steps by the owner of the replicas.

    var steps: [Int: TrainingStep] = [:]
    var gradients: [Float]
    var result = StepResult(loss: 0, correctCount: 0, statistics: [])

    init(parameterCount: Int) { gradients = [Float](repeating: 0, count: parameterCount) }
}

/// Computes the loss and the gradients of whole batches.
final class Replicas {
    let layout: ParameterLayout
    private let architecture: Architecture
    private let objective: Objective
    private let replicas: [Replica]
    private let makeRunner: RunnerFactory<Float>

    init(_ architecture: Architecture, objective: Objective, count: Int, makeRunner: @escaping RunnerFactory<Float>) {
        (self.architecture, self.objective, self.makeRunner) = (architecture, objective, makeRunner)
        let layout = ParameterLayout(architecture)
        self.layout = layout
        replicas = (0..<count).map { _ in Replica(parameterCount: layout.trainableCount) }
    }

    /// The shares of a batch: as equal as can be, the larger ones first.
    private func shares(_ count: Int) -> [Range<Int>] {
        func cut(_ position: Int) -> Int { (position * count + replicas.count - 1) / replicas.count }
        return replicas.indices.map { cut($0)..<cut($0 + 1) }
    }

    /// Makes the plans for batches of `count` samples.
    func prepare(_ count: Int) throws(TrainingError) {
        for (replica, share) in zip(replicas, shares(count)) where !share.isEmpty && replica.steps[share.count] == nil {
            let graph: StepGraph
            do { graph = try StepGraph(architecture, objective: objective, count: share.count) } catch {
                throw .configuration(field: "batch", expected: "one that the network can be trained with", got: "\(count) (\(error))")
            }
            replica.steps[share.count] = TrainingStep(
                graph, count: share.count, layout: layout, runner: try makeRunner(graph.graph, graph.targets))
        }
    }

    /// The gradients of the mean objective, added over the replicas.
    var gradients: [Float] {
        get { replicas[0].gradients }
        _modify { yield &replicas[0].gradients }
    }

    /// One batch.
    /// - Precondition: `prepare` was called for its size.
    func run(values: [Float], data: LabelledSamples<Float>, indices: ArraySlice<Int>, masks: [[Float]]) -> StepResult {
        let shares = shares(indices.count)
        let replicas = replicas
        let work = { @Sendable (index: Int) in
            let (replica, share) = (replicas[index], shares[index])
            guard !share.isEmpty else { return }
            let samples = indices[indices.startIndex + share.lowerBound..<indices.startIndex + share.upperBound]
            let rows = masks.map { mask in
                let size = mask.count / indices.count
                return mask[share.lowerBound * size..<share.upperBound * size]
            }
            replica.result = replica.steps[share.count]!.run(
                values: values, data: data, indices: samples, masks: rows, gradients: &replica.gradients)
        }
        if replicas.count == 1 { work(0) } else { DispatchQueue.concurrentPerform(iterations: replicas.count, execute: work) }
        return reduce(shares, count: indices.count)
    }

    private func reduce(_ shares: [Range<Int>], count: Int) -> StepResult {
        var total = replicas[0].result
        for (replica, share) in zip(replicas, shares).dropFirst() where !share.isEmpty {
            total.loss += replica.result.loss
            total.correctCount += replica.result.correctCount
            add(replica.gradients, to: &replicas[0].gradients)
        }
        scale(&replicas[0].gradients, by: 1 / Float(count))
        return total
    }
}

private func add(_ part: [Float], to sum: inout [Float]) {
    var sum = sum.mutableSpan
    let part = part.span
    for i in part.indices { sum[i] += part[i] }
}

private func scale(_ numbers: inout [Float], by factor: Float) {
    var numbers = numbers.mutableSpan
    for i in numbers.indices { numbers[i] *= factor }
}
