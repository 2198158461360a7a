// The training loop: seeded, resumable between any two batches, the same bits for the same settings, data and thread count.

import Graphs
public import Interchange
public import Networks
import Tensors

/// Trains an architecture on data.
///
///     let trainer = try Trainer(.named("Toy"), on: train, test: test, configuration)
///     let result = try trainer.run { event in print(event) }
public struct Trainer: Sendable {
    public let architecture: Architecture
    public let configuration: TrainingConfiguration
    let initial: Network
    let train: LabelledSamples<Float>
    let heldOut: LabelledSamples<Float>?
    let test: LabelledSamples<Float>?
    let layout: ParameterLayout
    /// Of the training data: name and digest, as a checkpoint records them.
    let fingerprint: DataFingerprint
    /// What a checkpoint may take that is read.
    let budget: MemoryBudget
    /// What runs the steps; tests compare it with the interpreter.
    package var makeRunner: RunnerFactory<Float>

    /// - Parameters:
    ///   - initial: where training starts; `nil` for the configuration's initializer and seed.
    ///   - test: evaluated after each epoch; it influences nothing.
    ///   - maximumBytes: the most that the samples as numbers and the plans of all threads may take together; `nil` for no limit.
    /// - Throws: `TrainingError` for settings that cannot be, or data that are not the architecture's.
    public init(
        _ architecture: Architecture, on train: DataSet, test: DataSet? = nil, _ configuration: TrainingConfiguration = .init(),
        initial: Network? = nil, maximumBytes: Int? = nil
    ) throws(TrainingError) {
        try configuration.validate()
        let samples = (train.count + (test?.count ?? 0)) * train.sampleShape.elementCount * MemoryLayout<Float>.stride
        if let maximumBytes, samples > maximumBytes { throw .memory(needed: samples, allowed: maximumBytes) }
        makeRunner = Runners.planned(configuration.execution(maximumBytes: maximumBytes.map { $0 - samples }))
        budget = maximumBytes.map { MemoryBudget(limit: $0) } ?? .standard
        (self.architecture, self.configuration) = (architecture, configuration)
        layout = ParameterLayout(architecture)
        self.initial = initial ?? Network(architecture, seed: configuration.seed, initializer: configuration.initializer, as: Float.self)
        precondition(self.initial.architecture.parameters == architecture.parameters, "a network of another architecture to start from")
        if configuration.patience == nil {
            (self.train, heldOut) = (try train.labelledSamples(for: architecture), nil)
        } else {
            let parts = train.split(testFraction: configuration.heldOut, seed: configuration.seed)
            guard parts.test.count > 0, parts.train.count > 0 else {
                throw .configuration(
                    field: "heldOut", expected: "a fraction that leaves samples on both sides of \(train.count)",
                    got: "\(configuration.heldOut)")
            }
            (self.train, heldOut) = (try parts.train.labelledSamples(for: architecture), try parts.test.labelledSamples(for: architecture))
        }
        if let test { self.test = try test.labelledSamples(for: architecture) } else { self.test = nil }
        fingerprint = DataFingerprint(self.train, heldOut: heldOut, name: train.name)
    }

    /// Trains.
    ///
    /// - Parameters:
    ///   - checkpoint: a file written at the start, after each epoch and on cancellation; `nil` for none.
    ///   - resumes: whether to continue from `checkpoint`, which must exist and be of the same data, architecture and settings
    ///     (`TrainingConfiguration(checkpoint:)`); `epochs` may differ where `learningRateDecay` is given.
    ///   - keepsSnapshots: whether the result has the parameters after each epoch.
    ///   - onEvent: called on the calling thread.
    /// - Throws: `TrainingError`.
    public func run(
        checkpoint: String? = nil, resumes: Bool = false, cancellation: Cancellation = Cancellation(), keepsSnapshots: Bool = false,
        onEvent: (TrainingEvent) -> Void = { _ in }
    ) throws(TrainingError) -> TrainingResult {
        let run = try TrainingRun(self, checkpoint: checkpoint, cancellation: cancellation, keepsSnapshots: keepsSnapshots)
        if resumes, let checkpoint { run.state = try Checkpoint.read(checkpoint, for: self) }
        return try run.run(onEvent)
    }

    /// Trains once for each seed, one after the other and without checkpoints; a cancelled run is the last.
    ///
    /// - Parameter onEvent: called with the seed.
    public static func run(
        seeds: [UInt64], _ architecture: Architecture, on train: DataSet, test: DataSet? = nil, _ configuration: TrainingConfiguration,
        cancellation: Cancellation = Cancellation(), onEvent: (UInt64, TrainingEvent) -> Void = { _, _ in }
    ) throws(TrainingError) -> [TrainingResult] {
        var results: [TrainingResult] = []
        for seed in seeds where !cancellation.isCancelled {
            var seeded = configuration
            seeded.seed = seed
            let trainer = try Trainer(architecture, on: train, test: test, seeded)
            results.append(try trainer.run(cancellation: cancellation) { onEvent(seed, $0) })
        }
        return results
    }
}
