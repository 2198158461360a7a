// Slopes against float64 Jacobians from PyTorch of the same weights; the fixtures are written by Tools/jacobian_fixtures.py.

import Analysis
import Foundation
import Interchange
import Networks
import Splines
import Tensors
import Testing

@Suite struct JacobianTests {
    /// The weights that seed 5 draws; biases, scales and running statistics, which start constant, by formulas as in the script.
    private func network(_ specification: String) throws -> Network {
        let architecture = try Architecture.named(specification)
        let drawn = Network(architecture, seed: 5)
        let tensors: [Tensor<Float>] = architecture.parameters.map { declaration in
            let count = declaration.shape.elementCount
            let formula: ((Double) -> Double)? =
                switch declaration.role {
                case .bias: { 0.1 * cos($0 + 1) }
                case .scale: { 1 + 0.25 * cos($0 + 2) }
                case .runningMean: { 0.1 * sin($0 + 3) }
                case .runningVariance: { 1 + 0.5 * sin($0 + 4) }
                case .weight, .slope: nil
                }
            guard let formula else { return drawn.parameters.tensor(declaration.name)! }
            return Tensor(shape: declaration.shape, elements: (0..<count).map { Float(formula(Double($0))) })
        }
        return try Network(architecture, Parameters(names: architecture.parameters.map(\.name), tensors: tensors))
    }

    /// The script's sample: to three decimals, so that it is the same number there.
    private func pixel(_ d: Double) -> Double {
        let wave = sin(0.7 * d) + cos(0.013 * d * d)
        return (wave * 1000).rounded(.toNearestOrEven) / 1000
    }

    @Test(
        "Slopes equal PyTorch's float64 Jacobians to 1e-12, relative to the largest",
        arguments: [
            ("SmallCNN", "SmallCNN"), ("LargeCNN:input=3x12x12", "LargeCNN-max"), ("LargeCNN:pooling=mean,input=3x12x12", "LargeCNN-mean"),
            ("Resnet3:batchNorm,input=3x12x12", "Resnet3-batchNorm"), ("RNN:input=28x28", "RNN"),
        ])
    func jacobian(specification: String, fixture: String) throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/jacobian-\(fixture).npy").path()
        let reference: Tensor<Double> = try NumpyArray.read(path: path).converted()
        let model = Model(try network(specification), name: specification, digest: "")
        let shape = model.readable.inputShape
        let x = Tensor(shape: [1] + shape, elements: (0..<shape.elementCount).map { pixel(Double($0)) })
        let maps = try AffineReader(model.readable, batch: 1).read(x)
        let largest = reference.elements.dropFirst(10).map(abs).max()!
        for c in 0..<10 {
            #expect(abs(maps.outputs[0, c] - reference[0, c]) <= 1e-12 * max(1, abs(reference[0, c])))
            let row = maps.slopes.elements[c * x.count..<(c + 1) * x.count]
            let difference = zip(row, (0..<x.count).map { reference[$0 + 1, c] }).map { abs($0 - $1) }.max()!
            #expect(difference <= 1e-12 * largest, "class \(c): \(difference / largest)")
        }
        #expect(maps.residuals[0] <= 1e-12)
        #expect(maps.isOnBoundary == [false])
    }
}
