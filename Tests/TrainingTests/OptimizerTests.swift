// Optimisers against their formulas written out, and against PyTorch (`Tools/optimizer_fixtures.py`).

import Foundation
import Tensors
import Testing
import Training

/// Trajectories on f(w) = Σ aᵢ (wᵢ − cᵢ)² / 2 + (Πᵢ₌₁² wᵢ)² / 2, whose gradient both sides compute.
struct Trajectory: Decodable {
    let name: String
    let learningRate: Double
    let decay: Double
    let weightDecay: Double
    let momentum: Double
    let start: [Double]
    let curvature: [Double]
    let centre: [Double]
    /// After each step.
    let steps: [[Double]]

    static func load() throws -> [Trajectory] {
        let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/optimizers.json")
        return try JSONDecoder().decode([Trajectory].self, from: Data(contentsOf: url))
    }

    var method: OptimizationMethod {
        switch name {
        case "gradientDescent": .gradientDescent
        case "nesterov": .nesterov(momentum: momentum)
        default: .adam()
        }
    }

    func gradient(_ w: [Double]) -> [Double] {
        let product = w[0] * w[1]
        return w.indices.map { i in
            curvature[i] * (w[i] - centre[i]) + (i == 0 ? product * w[1] : i == 1 ? product * w[0] : 0) + weightDecay * w[i]
        }
    }
}

@Suite struct OptimizerTests {
    @Test("Trajectories are PyTorch's")
    func trajectories() throws {
        let trajectories = try Trajectory.load()
        #expect(Set(trajectories.map(\.name)) == ["gradientDescent", "nesterov", "adam"])
        for trajectory in trajectories {
            var (w, optimizer) = (trajectory.start, Optimizer<Double>(trajectory.method, parameterCount: trajectory.start.count))
            for (step, expected) in trajectory.steps.enumerated() {
                let rate = trajectory.learningRate * Double.power(trajectory.decay, Double(step / 10))
                optimizer.step(&w, gradients: trajectory.gradient(w), learningRate: rate)
                for (ours, theirs) in zip(w, expected) {
                    // Each step rounds some ten operations on numbers below 4; a convergent trajectory forgets its errors.
                    #expect(abs(ours - theirs) < 1e-13, "\(trajectory.name), step \(step)")
                }
            }
        }
    }

    @Test("Adam is Algorithm 1 of Kingma & Ba", arguments: UInt64(0)..<16)
    func literal(seed: UInt64) {
        var generator = RandomGenerator(seed: seed)
        let count = 1 + generator.integer(below: 20)
        var (theta, m, v) = ([Double](), [Double](repeating: 0, count: count), [Double](repeating: 0, count: count))
        theta = (0..<count).map { _ in generator.uniform(-1, 1) }
        var ours = theta
        var optimizer = Optimizer<Double>(.adam(firstDecay: 0.8, secondDecay: 0.99, epsilon: 1e-6), parameterCount: count)
        for t in 1...20 {
            let g = (0..<count).map { _ in generator.normal() }
            optimizer.step(&ours, gradients: g, learningRate: 0.01)
            for i in 0..<count {
                m[i] = 0.8 * m[i] + (1 - 0.8) * g[i]
                v[i] = 0.99 * v[i] + (1 - 0.99) * g[i] * g[i]
                let mHat = m[i] / (1 - pow(0.8, Double(t)))
                let vHat = v[i] / (1 - pow(0.99, Double(t)))
                theta[i] -= 0.01 * mHat / (vHat.squareRoot() + 1e-6)
                #expect(abs(theta[i] - ours[i]) < 1e-14)
            }
        }
    }

    @Test("Nesterov's method is a gradient step at the point that momentum leads to", arguments: UInt64(0)..<8)
    func lookahead(seed: UInt64) {
        // Sutskever et al. (2013): v ← μ v − η ∇f(θ + μ v), θ ← θ + v. Ours holds φ = θ + μ v.
        var generator = RandomGenerator(seed: seed)
        let (curvature, rate, momentum) = (generator.uniform(0.5, 2), 0.1, 0.9)
        var (theta, v) = (generator.uniform(-1, 1), 0.0)
        var phi = [theta]
        var optimizer = Optimizer<Double>(.nesterov(momentum: momentum), parameterCount: 1)
        for _ in 0..<30 {
            v = momentum * v - rate * curvature * (theta + momentum * v)
            theta += v
            optimizer.step(&phi, gradients: [curvature * phi[0]], learningRate: rate)
            #expect(abs(phi[0] - (theta + momentum * v)) < 1e-14)
        }
    }

    @Test("Parameters behind the gradients stay")
    func rest() {
        for method in [OptimizationMethod.gradientDescent, .nesterov(momentum: 0.5), .adam()] {
            var (values, optimizer) = ([Float(1), 2, 3], Optimizer<Float>(method, parameterCount: 2))
            optimizer.step(&values, gradients: [1, -1], learningRate: 0.5)
            #expect(values[0] < 1 && values[1] > 2 && values[2] == 3)
        }
    }
}
