// One run of a trainer: its state, its plans, its clock.

import Graphs
import Interchange
import Networks
import Tensors

final class TrainingRun {
    let trainer: Trainer
    var state: TrainingState
    private let checkpoint: String?
    private let cancellation: Cancellation
    private let keepsSnapshots: Bool
    private let replicas: Replicas
    private let evaluator: Evaluator<Float>
    /// The batches of an epoch, as positions in its order.
    private let batches: [Range<Int>]
    /// Where the batch statistics go: places in the parameters, and momentum.
    private let statistics: [(range: Range<Int>, momentum: Float)]
    private let masks: [DropoutMask]
    private let decayed: [Range<Int>]
    private let nonNegative: [Range<Int>]
    private var snapshots: [Parameters] = []
    private var pace = Pace()

    init(_ trainer: Trainer, checkpoint: String?, cancellation: Cancellation, keepsSnapshots: Bool) throws(TrainingError) {
        let (layout, configuration, architecture) = (trainer.layout, trainer.configuration, trainer.architecture)
        (self.trainer, self.checkpoint, self.cancellation, self.keepsSnapshots) = (trainer, checkpoint, cancellation, keepsSnapshots)
        state = TrainingState(
            values: layout.flattened(trainer.initial.parameters), trainableCount: layout.trainableCount, configuration: configuration)
        let sample = try TrainingRun.graph(architecture, 2)
        masks = sample.dropoutMasks
        let places = Dictionary(uniqueKeysWithValues: layout.entries.map { ($0.declaration.name, $0.range) })
        statistics = sample.batchStatistics.map { (places[$0.parameter]!, Float($0.momentum)) }
        decayed = layout.entries.filter { if case .weight = $0.declaration.role { true } else { false } }.map(\.range)
        nonNegative = layout.entries.filter(\.declaration.isNonNegative).map(\.range)
        replicas = Replicas(
            architecture, objective: configuration.objective, count: statistics.isEmpty ? configuration.threads : 1,
            makeRunner: trainer.makeRunner)
        evaluator = Evaluator(architecture, loss: configuration.loss, makeRunner: trainer.makeRunner)
        let count = trainer.train.labels.count
        var batches = stride(from: 0, to: count, by: configuration.batch).map { $0..<min($0 + configuration.batch, count) }
        // One sample has no variance: a batch normalization cannot learn from it.
        if batches.count > 1, batches.last!.count == 1, !statistics.isEmpty { batches.removeLast() }
        self.batches = batches
    }

    private static func graph(_ architecture: Architecture, _ count: Int) throws(TrainingError) -> NetworkGraph {
        do { return try architecture.graph(batch: count, mode: .training) } catch { throw .execution("\(error)") }
    }

    // MARK: The loop

    func run(_ onEvent: (TrainingEvent) -> Void) throws(TrainingError) -> TrainingResult {
        for size in Set(batches.map(\.count)) { try replicas.prepare(size) }
        if keepsSnapshots { snapshots.append(trainer.layout.parameters(state.values)) }
        try writeCheckpoint(onEvent)
        while state.epoch < trainer.configuration.epochs && !hasLostPatience {
            let before = pace.elapsed
            var shuffling = state.shuffling
            let count = trainer.train.labels.count
            let order = trainer.configuration.shuffle ? shuffling.permutation(count) : Array(0..<count)
            while state.batch < batches.count {
                if cancellation.isCancelled {
                    try writeCheckpoint(onEvent)
                    return try result(.cancelled(checkpoint: checkpoint))
                }
                try step(order)
                onEvent(.batch(progress))
            }
            state.shuffling = shuffling
            try finishEpoch(seconds: { self.pace.elapsed - before }, onEvent)
            try writeCheckpoint(onEvent)
        }
        return try result(hasLostPatience ? .stoppedEarly(bestEpoch: state.best!.epoch) : .finished)
    }

    private var hasLostPatience: Bool {
        guard let patience = trainer.configuration.patience, let best = state.best else { return false }
        return state.epoch - best.epoch >= patience
    }

    private var learningRate: Double {
        let done = Double(state.epoch) + Double(state.batch) / Double(batches.count)
        return trainer.configuration.learningRate(epochs: done, for: trainer.architecture)
    }

    private func step(_ order: [Int]) throws(TrainingError) {
        let start = pace.elapsed
        let batch = batches[state.batch]
        let drawn = drawMasks(count: batch.count)
        let result = replicas.run(values: state.values, data: trainer.train, indices: order[batch], masks: drawn)
        guard result.loss.isFinite else {
            throw .diverged(epoch: state.epoch + 1, batch: state.batch + 1, learningRate: learningRate)
        }
        if trainer.configuration.weightDecay > 0 {
            let decay = Float(trainer.configuration.weightDecay)
            for range in decayed { addWeightDecay(&replicas.gradients, state.values, range: range, decay: decay) }
        }
        state.descend(replicas.gradients, learningRate: learningRate, nonNegative: nonNegative)
        for ((range, momentum), numbers) in zip(statistics, result.statistics) { state.follow(numbers, range, momentum: momentum) }
        state.count(result, of: batch.count)
        pace.stepped(batch.count, since: start)
    }

    /// For each dropout a mask of the whole batch, 0 with probability `rate`, else 1 / (1 − `rate`): the same for any number of threads.
    private func drawMasks(count: Int) -> [[Float]] {
        masks.map { mask in
            let kept = Float(1 / (1 - mask.rate))
            let size = mask.shape.elementCount / mask.shape[0]
            return (0..<count * size).map { _ in state.dropout.uniform() < mask.rate ? 0 : kept }
        }
    }

    private func finishEpoch(seconds: () -> Double, _ onEvent: (TrainingEvent) -> Void) throws(TrainingError) {
        guard state.values.allSatisfy(\.isFinite) else {  // the last step, after which no loss was computed
            throw .diverged(epoch: state.epoch + 1, batch: state.batch, learningRate: learningRate)
        }
        let parameters = trainer.layout.parameters(state.values)
        func evaluation(_ data: LabelledSamples<Float>?) throws(TrainingError) -> Evaluation? {
            if let data { return try evaluator.evaluate(parameters, on: data) } else { return nil }
        }
        let (test, heldOut) = (try evaluation(trainer.test), try evaluation(trainer.heldOut))
        state.epoch += 1
        let record = EpochRecord(
            epoch: state.epoch,
            learningRate: trainer.configuration.learningRate(epochs: Double(state.epoch - 1), for: trainer.architecture),
            trainLoss: state.lossSum / Double(state.sampleCount),
            trainAccuracy: Double(state.correctCount) / Double(state.sampleCount), testLoss: test?.loss, testAccuracy: test?.accuracy,
            heldOutLoss: heldOut?.loss, heldOutAccuracy: heldOut?.accuracy, seconds: seconds())
        state.history.append(record)
        (state.batch, state.lossSum, state.correctCount, state.sampleCount) = (0, 0, 0, 0)
        if let heldOut, heldOut.loss < state.best?.loss ?? .infinity {
            state.best = BestParameters(epoch: state.epoch, loss: heldOut.loss, values: state.values)
        }
        if keepsSnapshots { snapshots.append(parameters) }
        onEvent(.epoch(record))
    }

    // MARK: What it tells and leaves

    private var progress: BatchProgress {
        let done = state.epoch * batches.count + state.batch
        let left = trainer.configuration.epochs * batches.count - done
        return BatchProgress(
            epoch: state.epoch + 1, epochCount: trainer.configuration.epochs, batch: state.batch, batchCount: batches.count,
            loss: state.lossSum / Double(state.sampleCount), accuracy: Double(state.correctCount) / Double(state.sampleCount),
            imagesPerSecond: pace.imagesPerSecond, secondsLeft: pace.secondsLeft(steps: left))
    }

    private func writeCheckpoint(_ onEvent: (TrainingEvent) -> Void) throws(TrainingError) {
        guard let checkpoint else { return }
        do { try Checkpoint.file(state, of: trainer).write(to: checkpoint) } catch { throw .file(error) }
        onEvent(.checkpoint(path: checkpoint))
    }

    private func result(_ outcome: TrainingOutcome) throws(TrainingError) -> TrainingResult {
        var values = state.values
        if case .cancelled = outcome {} else if let best = state.best { values = best.values }
        let network: Network
        do { network = try Network(trainer.architecture, trainer.layout.parameters(values)) } catch { preconditionFailure("\(error)") }
        var test: Evaluation?
        if case .cancelled = outcome {} else if let data = trainer.test { test = try evaluator.evaluate(network.parameters, on: data) }
        return TrainingResult(
            network: network, outcome: outcome, history: state.history, test: test, imagesPerSecond: pace.imagesPerSecond,
            seconds: state.history.reduce(0) { $0 + $1.seconds }, snapshots: snapshots)
    }
}

/// How fast a run goes.
private struct Pace {
    private let clock = ContinuousClock()
    private let start = ContinuousClock.now
    private var imageCount = 0
    private var stepCount = 0
    private var stepSeconds = 0.0

    /// Seconds since the run started.
    var elapsed: Double { (clock.now - start) / .seconds(1) }

    mutating func stepped(_ count: Int, since start: Double) {
        imageCount += count
        stepCount += 1
        stepSeconds += elapsed - start
    }

    var imagesPerSecond: Double { stepSeconds > 0 ? Double(imageCount) / stepSeconds : 0 }

    /// At the rate so far, evaluations included.
    func secondsLeft(steps: Int) -> Double? { stepCount > 0 ? elapsed / Double(stepCount) * Double(steps) : nil }
}
