// First-order methods on one flat array of parameters, in place. Weight decay is part of the gradient (`addWeightDecay`): it is the
// L2 penalty (λ/2)‖w‖² and not AdamW's decoupled decay; for Adam the two differ.

public import Tensors

/// How parameters follow their gradients.
public enum OptimizationMethod: Hashable, Sendable {
    /// θ ← θ − η g
    case gradientDescent
    /// v ← μ v + g, θ ← θ − η (g + μ v): Nesterov's accelerated gradient as PyTorch writes it (Sutskever et al. 2013 with v, θ shifted).
    case nesterov(momentum: Double)
    /// Kingma & Ba (2015), Algorithm 1, with bias correction.
    case adam(firstDecay: Double = 0.9, secondDecay: Double = 0.999, epsilon: Double = 1e-8)

    /// The names of the arrays that the method keeps beside the parameters.
    public var momentNames: [String] {
        switch self {
        case .gradientDescent: []
        case .nesterov: ["velocity"]
        case .adam: ["firstMoment", "secondMoment"]
        }
    }
}

/// A method and what it remembers.
public struct Optimizer<S: Scalar>: Hashable, Sendable {
    public let method: OptimizationMethod
    /// Nesterov's velocity, or Adam's mean of gradients; else empty.
    private var first: [S]
    /// Adam's mean of squared gradients; else empty.
    private var second: [S]
    /// The number of steps taken.
    public private(set) var stepCount: Int

    public init(_ method: OptimizationMethod, parameterCount: Int) {
        let zeros = [S](repeating: 0, count: parameterCount)
        self.init(method, moments: method.momentNames.map { _ in zeros }, stepCount: 0)
    }

    /// Continues from saved arrays.
    /// - Precondition: as many arrays as `method.momentNames`.
    public init(_ method: OptimizationMethod, moments: [[S]], stepCount: Int) {
        precondition(moments.count == method.momentNames.count, "\(moments.count) moments, expected \(method.momentNames.count)")
        (self.method, self.stepCount) = (method, stepCount)
        (first, second) = (moments.first ?? [], moments.dropFirst().first ?? [])
    }

    /// One array for each of `method.momentNames`.
    public var moments: [[S]] { Array([first, second].prefix(method.momentNames.count)) }

    /// One step down the gradient.
    ///
    /// - Parameter parameters: the first `gradients.count` of them change.
    /// - Precondition: the moments are as long as `gradients`, and there are at least as many parameters.
    @specialized(where S == Float)
    @specialized(where S == Double)
    public mutating func step(_ parameters: inout [S], gradients: [S], learningRate: Double) {
        stepCount += 1
        switch method {
        case .gradientDescent:
            descend(&parameters, gradients, learningRate: S(learningRate))
        case .nesterov(let momentum):
            descendWithVelocity(&parameters, gradients, &first, learningRate: S(learningRate), momentum: S(momentum))
        case .adam(let firstDecay, let secondDecay, let epsilon):
            let step = AdamStep<S>(
                firstDecay: firstDecay, secondDecay: secondDecay, epsilon: epsilon, learningRate: learningRate, count: stepCount)
            descendWithMoments(&parameters, gradients, &first, &second, step)
        }
    }
}
