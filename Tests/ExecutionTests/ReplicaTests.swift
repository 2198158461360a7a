// Replicas: parts of a batch side by side give the whole batch's sums, with the same bits every time.

import Execution
import Graphs
import TestSupport
import Tensors
import Testing

@Suite struct ReplicaTests {
    /// A small convolutional network with its loss and gradients, for `batch` samples of a batch of `whole`.
    static func network(batch: Int, whole: Int) throws -> (graph: Graph, targets: [Value]) {
        var g = Graph()
        let x = try g.data("x", [batch, 2, 8, 8])
        let w1 = try g.parameter("w1", [5, 2, 3, 3])
        let b1 = try g.parameter("b1", [5])
        let w2 = try g.parameter("w2", [4, 5, 3, 3])
        let first = try SlidingWindow(inputSize: [8, 8], kernelSize: [3, 3], paddingLow: [2, 2], paddingHigh: [2, 2])
        let a = try g.leakyReLU(g.convolution(x, weight: w1, bias: b1, window: first), slope: 0.01)
        let pool = try SlidingWindow(inputSize: [10, 10], kernelSize: [2, 2], strides: [2, 2])
        let p = try g.maximumPooling(a, window: pool)
        let second = try SlidingWindow(inputSize: [5, 5], kernelSize: [3, 3])
        let z = try g.globalMeanPooling(g.relu(g.convolution(p, weight: w2, window: second)))
        let y = try g.data("y", [batch, 4])
        let likelihood = try g.sum(
            g.multiply(g.subtract(g.logSumExp(z), g.sum(g.multiply(z, y), over: [1])), g.fill(1, [batch])), over: [0])
        let loss = try g.affine(likelihood, slope: 1 / Double(whole))
        let gradients = g.gradients(of: loss, to: [w1, b1, w2]).compactMap { $0 }
        return (g, [loss] + gradients + [z])
    }

    @Test("Law: a network's loss and gradients are sums over samples, its outputs are samples, batch norm in training couples")
    func parts() throws {
        let (graph, targets) = try ReplicaTests.network(batch: 6, whole: 6)
        #expect(graph.batchParts(of: targets, batch: 6) == [.sum, .sum, .sum, .sum, .samples])
        var g = Graph()
        let x = try g.data("x", [6, 3])
        let ones = try g.parameter("ones", [3])
        let normalized = try g.batchNormalizationInTraining(x, scale: ones, shift: ones, epsilon: 1e-5)
        #expect(g.batchParts(of: [normalized.mean, normalized.normalized, ones], batch: 6) == [.sum, .coupled, .constant])
    }

    @Test("Law: replicas' sums are the whole batch's, and have the same bits from run to run", arguments: [1, 2, 3])
    func sums(count: Int) throws {
        let whole = 6
        let (graph, targets) = try ReplicaTests.network(batch: whole, whole: whole)
        var random = RandomGenerator(seed: 5)
        var bindings: Bindings<Float> = [:]
        for value in graph.values {
            guard case .input(let input) = graph[value].primitive else { continue }
            bindings[input.name] = .scalars(Sampler.generic.tensor(input.type.shape, using: &random))
        }
        let expected = try Interpreter.run(graph, targets, bindings)
        let part = try ReplicaTests.network(batch: whole / count, whole: whole)
        let parameters = ParameterBuffers<Float>(for: part.graph)
        for name in parameters.names { parameters[name] = bindings[name]!.scalars }
        let plan = try ExecutionPlan(part.graph, targets: part.targets, of: Float.self)
        let executor = try ReplicatedExecutor(plan, count: count, parameters: parameters, summing: [0, 1, 2, 3])
        for (index, replica) in executor.replicas.enumerated() {
            let rows = index * whole / count..<(index + 1) * whole / count
            for name in ["x", "y"] {
                let elements = bindings[name]!.scalars.rows(rows).elements
                replica.withInput(name) { for i in $0.indices { $0[i] = elements[i] } }
            }
        }
        var seen: [[Float]] = []
        for round in 0..<5 {
            executor.replay()
            let sums = (0..<4).map { executor.withSum($0) { Array($0) } }
            if round == 0 { seen = sums } else { #expect(sums == seen) }
        }
        for index in 0..<4 {
            for (a, b) in zip(seen[index], expected[index].scalars.elements) { #expect(abs(a - b) <= 64 * Float.ulpOfOne * max(1, abs(b))) }
        }
        let outputs = executor.replicas.flatMap { $0.withTarget(4) { Array($0) } }
        for (a, b) in zip(outputs, expected[4].scalars.elements) { #expect(abs(a - b) <= 64 * Float.ulpOfOne * max(1, abs(b))) }
    }
}
