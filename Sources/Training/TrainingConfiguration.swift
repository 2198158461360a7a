// Everything that decides which numbers training ends with, apart from the architecture and the data (THEORY §14).

package import Execution
public import Networks
import Tensors

/// The settings of a training run. The same settings, data and thread count give the same bits.
///
/// The defaults follow R17: Adam, an exponentially decaying learning rate, Glorot-uniform weights, no regularisation. R17 starts from
/// 5·10⁻³ (small networks) or 5·10⁻⁴ (large ones), does not name the rate of decay, and does not shuffle. Ours are 3·10⁻³ and 5·10⁻⁴,
/// to a tenth over all epochs, shuffled: from 5·10⁻³ SmallCNN starts late (MNIST, two epochs, seed 1: 98.2 % against 98.8 %).
public struct TrainingConfiguration: Hashable, Sendable {
    public enum Method: String, CaseIterable, Hashable, Sendable, Codable {
        case gradientDescent, nesterov, adam
    }

    /// Passes over the training data.
    public var epochs = 10
    /// Samples a step. The last batch of an epoch may be smaller and has a plan of its own; one single sample is left out where the
    /// network has a batch normalization.
    public var batch = 64
    public var optimizer = Method.adam
    /// η of the first epoch; `nil` for 3·10⁻³ below a million parameters and 5·10⁻⁴ from there.
    public var learningRate: Double?
    /// The factor on η an epoch: η = `learningRate` · `learningRateDecay`ᵉ after e epochs, fractions of one included, so that it falls
    /// with every batch. 1 keeps it; `nil` is the factor that makes it a tenth in the end.
    public var learningRateDecay: Double?
    /// λ of (λ/2)‖w‖², over the weights of dense and convolution layers alone: an L2 penalty, not AdamW's decoupled decay.
    public var weightDecay = 0.0
    /// μ of Nesterov's method.
    public var momentum = 0.9
    /// β₁ of Adam.
    public var firstMomentDecay = 0.9
    /// β₂ of Adam.
    public var secondMomentDecay = 0.999
    /// ε of Adam.
    public var epsilon = 1e-8
    public var loss = Loss.crossEntropy
    /// β, the weight of ‖A[x]ᵀf(x) − x‖² (R17 (80)).
    public var reconstruction = 0.0
    public var initializer = Initializer.glorotUniform
    /// Whether each epoch has an order of its own.
    public var shuffle = true
    /// Of initialisation, shuffling, dropout and the held-out part, each with its own stream.
    public var seed: UInt64 = 0
    /// Each batch is cut into so many shares, whose gradients are summed in fixed order; the number is part of the result's bits.
    /// Networks with batch normalization are trained in one share, because it couples the samples of a batch.
    public var threads = 1
    /// Convolutions by plain sums alone, without Winograd's filtering: slower, and with a rounding error two to four times smaller.
    public var exactConvolution = false
    /// Stops after so many epochs without a lower loss on the held-out part, and returns the best parameters; `nil` never stops.
    public var patience: Int?
    /// The part of the training data that is held out where `patience` is given.
    public var heldOut = 0.1

    public init() {}

    /// The objective that the settings describe.
    public var objective: Objective { Objective(loss: loss, reconstruction: reconstruction) }

    /// How plans are made under these settings, with so many bytes for all threads together.
    package func execution(maximumBytes: Int?) -> ExecutionOptions {
        ExecutionOptions(maximumBytes: maximumBytes.map { $0 / threads }, usesWinograd: !exactConvolution)
    }

    /// The optimiser that the settings describe.
    public var method: OptimizationMethod {
        switch optimizer {
        case .gradientDescent: .gradientDescent
        case .nesterov: .nesterov(momentum: momentum)
        case .adam: .adam(firstDecay: firstMomentDecay, secondDecay: secondMomentDecay, epsilon: epsilon)
        }
    }

    /// η after so many epochs, a whole number or between two.
    public func learningRate(epochs done: Double, for architecture: Architecture) -> Double {
        let initial = learningRate ?? (architecture.parameterCount < 1_000_000 ? 3e-3 : 5e-4)
        return initial * Double.power(learningRateDecay ?? 0.1, learningRateDecay == nil ? done / Double(epochs) : done)
    }

    /// - Throws: `TrainingError.configuration`, one line for the first setting that cannot be.
    public func validate() throws(TrainingError) {
        func check(_ holds: Bool, _ field: String, _ expected: String, _ got: some CustomStringConvertible) throws(TrainingError) {
            if !holds { throw .configuration(field: field, expected: expected, got: "\(got)") }
        }
        func range(_ field: String, _ value: Double, _ range: Range<Double>) throws(TrainingError) {
            try check(range.contains(value), field, "from \(range.lowerBound) to less than \(range.upperBound)", value)
        }
        try check((1...1_000_000).contains(epochs), "epochs", "from 1 to 1000000", epochs)
        try check((1...1_000_000).contains(batch), "batch", "from 1 to 1000000", batch)
        if let learningRate {
            try check(learningRate > 0 && learningRate.isFinite, "learningRate", "a positive number", learningRate)
        }
        if let decay = learningRateDecay { try check(decay > 0 && decay <= 1, "learningRateDecay", "above 0 and at most 1", decay) }
        try check(weightDecay >= 0 && weightDecay.isFinite, "weightDecay", "a number of at least 0", weightDecay)
        try range("momentum", momentum, 0..<1)
        try range("firstMomentDecay", firstMomentDecay, 0..<1)
        try range("secondMomentDecay", secondMomentDecay, 0..<1)
        try check(epsilon > 0 && epsilon.isFinite, "epsilon", "a positive number", epsilon)
        try check(reconstruction >= 0 && reconstruction.isFinite, "reconstruction", "a number of at least 0", reconstruction)
        try check((1...256).contains(threads), "threads", "from 1 to 256", threads)
        if let patience { try check((1...1_000_000).contains(patience), "patience", "from 1 to 1000000", patience) }
        try check(heldOut > 0 && heldOut < 1, "heldOut", "above 0 and below 1", heldOut)
    }
}
