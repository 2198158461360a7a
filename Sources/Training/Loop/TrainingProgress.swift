// What a training run tells while it goes, and what it leaves.

import Networks
import Synchronization

/// One pass over the training data.
public struct EpochRecord: Hashable, Sendable, Codable {
    /// From 1.
    public let epoch: Int
    /// At the epoch's start.
    public let learningRate: Double
    /// The mean objective over the epoch's batches, each before its step.
    public let trainLoss: Double
    /// Over the epoch's batches, each before its step.
    public let trainAccuracy: Double
    /// After the epoch; `nil` without test data.
    public let testLoss: Double?
    public let testAccuracy: Double?
    /// After the epoch, on the held-out part; `nil` without early stopping.
    public let heldOutLoss: Double?
    public let heldOutAccuracy: Double?
    /// Spent on the epoch, evaluation included.
    public let seconds: Double
}

/// How far an epoch is.
public struct BatchProgress: Hashable, Sendable {
    /// From 1.
    public let epoch: Int
    public let epochCount: Int
    /// From 1.
    public let batch: Int
    public let batchCount: Int
    /// Means over the epoch so far.
    public let loss: Double
    public let accuracy: Double
    /// Since this run started.
    public let imagesPerSecond: Double
    /// For all epochs, at the rate so far; `nil` before there is one.
    public let secondsLeft: Double?
}

/// What happens during a run.
public enum TrainingEvent: Hashable, Sendable {
    /// After every batch.
    case batch(BatchProgress)
    case epoch(EpochRecord)
    /// A checkpoint was written.
    case checkpoint(path: String)
}

/// A request to stop, which any thread or signal handler may make; it is looked at before every batch.
public final class Cancellation: Sendable {
    private let flag = Atomic(false)

    public init() {}

    public func cancel() { flag.store(true, ordering: .relaxed) }

    public var isCancelled: Bool { flag.load(ordering: .relaxed) }
}

/// How a run ended.
public enum TrainingOutcome: Hashable, Sendable {
    /// All epochs are done.
    case finished
    /// No better held-out loss for `patience` epochs; the parameters are those after `bestEpoch`.
    case stoppedEarly(bestEpoch: Int)
    /// On request; where there is a checkpoint, resuming from it continues as if nothing had happened.
    case cancelled(checkpoint: String?)
}

/// What a run leaves.
public struct TrainingResult: Sendable {
    public let network: Network
    public let outcome: TrainingOutcome
    /// One record for each epoch, those before a resumption included.
    public let history: [EpochRecord]
    /// The network at the end on the test data, `nil` without or when cancelled.
    public let test: Evaluation?
    /// Of the training steps of this run alone, evaluation left out.
    public let imagesPerSecond: Double
    /// Of all epochs, those before a resumption included.
    public let seconds: Double
    /// Where asked for: the parameters at the start of this run and after each of its epochs.
    public let snapshots: [Parameters]
}
