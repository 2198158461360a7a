// All that changes while training goes on: what a checkpoint holds.

import Networks
import Tensors

/// The best parameters so far, by the held-out loss.
struct BestParameters: Hashable, Sendable {
    /// From 1.
    var epoch: Int
    var loss: Double
    var values: [Float]
}

/// The state between two batches.
package struct TrainingState: Hashable, Sendable {
    /// As `ParameterLayout` has them.
    var values: [Float]
    var optimizer: Optimizer<Float>
    /// Epochs completed.
    var epoch = 0
    /// Batches completed of the epoch under way.
    var batch = 0
    /// Over these batches.
    var lossSum = 0.0
    var correctCount = 0
    var sampleCount = 0
    /// As it was before the order of the epoch under way was drawn.
    var shuffling: RandomGenerator
    var dropout: RandomGenerator
    var history: [EpochRecord] = []
    var best: BestParameters?

    init(values: [Float], trainableCount: Int, configuration: TrainingConfiguration) {
        self.values = values
        optimizer = Optimizer(configuration.method, parameterCount: trainableCount)
        shuffling = RandomGenerator(seed: configuration.seed, purpose: "shuffling")
        dropout = RandomGenerator(seed: configuration.seed, purpose: "dropout")
    }

    /// A step of the optimiser, then the projection of `nonNegative` parameters to what is at or above 0 (THEORY §4).
    mutating func descend(_ gradients: [Float], learningRate: Double, nonNegative: [Range<Int>]) {
        optimizer.step(&values, gradients: gradients, learningRate: learningRate)
        for range in nonNegative {
            for i in range { values[i] = max(0, values[i]) }
        }
    }

    /// running ← (1 − momentum) · running + momentum · the batch's
    mutating func follow(_ statistic: [Float], _ range: Range<Int>, momentum: Float) {
        for (i, number) in zip(range, statistic) { values[i] += momentum * (number - values[i]) }
    }

    /// A batch is done.
    mutating func count(_ result: StepResult, of samples: Int) {
        lossSum += result.loss
        correctCount += result.correctCount
        sampleCount += samples
        batch += 1
    }
}
