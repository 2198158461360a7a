// What plans make of convolutional networks: the right numbers, and no more convolutions than the theory needs (DESIGN §4).

import Execution
import Graphs
import TestSupport
import Tensors
import Testing

@Suite struct ConvolutionPlanTests {
    /// `layers` convolutions with leaky ReLU and pooling between, a mean at the end; the input of one channel, paddings full and valid.
    private func network(batch: Int, layers: Int, channels: Int) throws -> (graph: Graph, x: Value, logits: Value, parameters: [Value]) {
        var g = Graph()
        let x = try g.data("x", [batch, 1, 8, 8])
        var (z, parameters): (Value, [Value]) = (x, [])
        for layer in 0..<layers {
            let shape = g.shape(z)
            let w = try g.parameter("w\(layer)", [channels, shape[1], 3, 3])
            let b = try g.parameter("b\(layer)", [channels])
            parameters += [w, b]
            let padding = [2, 0, 1][layer % 3]
            let window = try SlidingWindow(
                inputSize: Array(shape[2...]), kernelSize: [3, 3], paddingLow: [padding, padding], paddingHigh: [padding, padding])
            z = try g.convolution(z, weight: w, bias: b, window: window)
            if layer + 1 < layers { z = try g.leakyReLU(z, slope: 0.01) }
            if layer == 0 {
                z = try g.maximumPooling(z, window: SlidingWindow(inputSize: [10, 10], kernelSize: [2, 2], strides: [2, 2]))
            }
        }
        let logits = try g.globalMeanPooling(z)
        return (g, x, logits, parameters)
    }

    /// ‖A[x]ᵀ f(x) − x‖² + cross-entropy (THEORY §10), differentiated with respect to the parameters.
    private func reconstruction(batch: Int, layers: Int, channels: Int) throws -> (graph: Graph, targets: [Value]) {
        var (g, x, logits, parameters) = try network(batch: batch, layers: layers, channels: channels)
        let y = try g.data("y", [batch, channels])
        let entropy = try g.subtract(g.sum(g.logSumExp(logits), over: [0]), g.sum(g.multiply(logits, y), over: [0, 1]))
        let inverse = g.pullback([(of: logits, cotangent: logits)], to: [x])[0]!
        let rest = try g.subtract(inverse, x)
        let loss = try g.add(entropy, g.sum(g.multiply(rest, rest), over: [0, 1, 2, 3]))
        let gradients = g.gradients(of: loss, to: parameters)
        return (g, [loss] + gradients.map { $0! })
    }

    private func bindings<S: Scalar>(_ graph: Graph, _: S.Type, seed: UInt64) -> Bindings<S> {
        var random = RandomGenerator(seed: seed)
        var bindings: Bindings<S> = [:]
        for value in graph.values {
            guard case .input(let input) = graph[value].primitive else { continue }
            let numbers: Tensor<Float> = Sampler.generic.tensor(input.type.shape, using: &random)
            bindings[input.name] = .scalars(numbers.map { $0 / 2 }.converted())
        }
        return bindings
    }

    @Test("Law: the gradient of reconstruction and cross-entropy is the interpreter's", arguments: UInt64(0)..<6)
    func reconstructionGradient(seed: UInt64) throws {
        try compare(Float.self, seed)
        try compare(Double.self, seed)
    }

    private func compare<S: Scalar>(_: S.Type, _ seed: UInt64) throws {
        let (graph, targets) = try reconstruction(batch: 2, layers: 4, channels: 16)
        let exact = try Interpreter.run(graph, targets, bindings(graph, Double.self, seed: seed))
        let planned = try Executor<S>(graph, targets: targets).run(bindings(graph, S.self, seed: seed))
        for (a, e) in zip(planned, exact) {
            let (numbers, expected) = (a.scalars.elements, e.scalars.elements)
            // Sums of up to 16·9·64 products over a dozen layers: errors of √n ulp each, with room.
            let bound = 4096 * Double(S.ulpOfOne) * (expected.map(abs).max() ?? 0)
            let isClose = zip(numbers, expected).allSatisfy { abs(Double($0) - $1) <= bound }
            #expect(isClose)
        }
    }

    @Test("Law: a reconstruction step of L layers needs 6L − 1 convolutions", arguments: 1...6)
    func count(layers: Int) throws {
        let (graph, targets) = try reconstruction(batch: 2, layers: layers, channels: 16)
        for plan in [
            try ExecutionPlan(graph, targets: targets, of: Float.self), try ExecutionPlan(graph, targets: targets, of: Double.self),
        ] {
            let count = plan.listing.count { $0.hasPrefix("convolution") }
            #expect(count == 6 * layers - 1, "\(plan.listing)")
        }
    }

    @Test("Law: a training step of L layers needs 3L − 1 convolutions", arguments: 1...6)
    func trainingCount(layers: Int) throws {
        var (g, _, logits, parameters) = try network(batch: 2, layers: layers, channels: 16)
        let loss = try g.sum(g.logSumExp(logits), over: [0])
        let gradients = g.gradients(of: loss, to: parameters).map { $0! }
        let plan = try ExecutionPlan(g, targets: [loss] + gradients, of: Float.self)
        #expect(plan.listing.count { $0.hasPrefix("convolution") } == 3 * layers - 1)
    }

    @Test("No convolution of a network is left to oneDNN's reference kernels")
    func noReference() throws {
        let (graph, targets) = try reconstruction(batch: 2, layers: 4, channels: 16)
        let plan = try ExecutionPlan(graph, targets: targets, of: Float.self)
        #expect(plan.listing.allSatisfy { !$0.contains("ref") })
    }
}
