// The loops of the optimisers, in the order of the formulas that `OptimizationMethod` gives. They change the first parameters, as many
// as there are gradients: what lies behind, running statistics, follows the batches and not the gradients.

import Tensors

/// θ ← θ − η g
func descend<S: Scalar>(_ parameters: inout [S], _ gradients: [S], learningRate: S) {
    check(gradients.count, parameters: parameters.count)
    var values = parameters.mutableSpan
    let gradients = gradients.span
    for i in gradients.indices { values[i] -= learningRate * gradients[i] }
}

/// v ← μ v + g, θ ← θ − η (g + μ v)
func descendWithVelocity<S: Scalar>(
    _ parameters: inout [S], _ gradients: [S], _ velocity: inout [S], learningRate: S, momentum: S
) {
    check(gradients.count, parameters: parameters.count, velocity.count)
    var values = parameters.mutableSpan
    var velocity = velocity.mutableSpan
    let gradients = gradients.span
    for i in gradients.indices {
        let next = momentum * velocity[i] + gradients[i]
        velocity[i] = next
        values[i] -= learningRate * (gradients[i] + momentum * next)
    }
}

/// What is one number for a whole step of Adam; the powers are taken in Double.
struct AdamStep<S: Scalar> {
    let firstDecay: S
    let firstGain: S
    let secondDecay: S
    let secondGain: S
    /// η / (1 − β₁ᵗ)
    let rate: S
    /// 1 / √(1 − β₂ᵗ)
    let root: S
    let epsilon: S

    init(firstDecay: Double, secondDecay: Double, epsilon: Double, learningRate: Double, count: Int) {
        (self.firstDecay, firstGain) = (S(firstDecay), S(1 - firstDecay))
        (self.secondDecay, secondGain) = (S(secondDecay), S(1 - secondDecay))
        rate = S(learningRate / (1 - Double.power(firstDecay, Double(count))))
        root = S(1 / (1 - Double.power(secondDecay, Double(count))).squareRoot())
        self.epsilon = S(epsilon)
    }
}

/// m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², θ ← θ − η m̂ / (√v̂ + ε)          Kingma & Ba (2015), Algorithm 1
func descendWithMoments<S: Scalar>(
    _ parameters: inout [S], _ gradients: [S], _ mean: inout [S], _ square: inout [S], _ step: AdamStep<S>
) {
    check(gradients.count, parameters: parameters.count, mean.count, square.count)
    var values = parameters.mutableSpan
    var mean = mean.mutableSpan
    var square = square.mutableSpan
    let gradients = gradients.span
    for i in gradients.indices {
        let gradient = gradients[i]
        let m = step.firstDecay * mean[i] + step.firstGain * gradient
        let v = step.secondDecay * square[i] + step.secondGain * gradient * gradient
        mean[i] = m
        square[i] = v
        values[i] -= step.rate * m / (v.squareRoot() * step.root + step.epsilon)
    }
}

/// g ← g + λ w over `range`: the gradient of (λ/2)‖w‖².
func addWeightDecay(_ gradients: inout [Float], _ parameters: [Float], range: Range<Int>, decay: Float) {
    var sums = gradients.mutableSpan
    let values = parameters.span
    for i in range { sums[i] += decay * values[i] }
}

private func check(_ gradientCount: Int, parameters: Int, _ moments: Int...) {
    precondition(parameters >= gradientCount, "\(gradientCount) gradients of \(parameters) parameters")
    precondition(moments.allSatisfy { $0 == gradientCount }, "\(gradientCount) gradients, moments of \(moments)")
}
