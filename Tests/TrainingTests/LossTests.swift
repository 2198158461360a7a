// Losses by hand, and their gradients against finite differences in Double.

import Foundation
import Graphs
import Networks
import TestSupport
import Tensors
import Testing
import Training

@Suite struct LossTests {
    /// The value of a loss built on `[2, 3]` outputs and targets.
    private func value(
        _ outputs: [Double], _ targets: [Double], _ build: (inout Graph, Value, Value) throws(GraphError) -> Value
    ) throws -> [Double] {
        var graph = Graph()
        let (z, t) = (try graph.data("z", [2, 3]), try graph.data("t", [2, 3]))
        let loss = try build(&graph, z, t)
        let bindings: Bindings<Double> = [
            "z": .scalars(Tensor(shape: [2, 3], elements: outputs)), "t": .scalars(Tensor(shape: [2, 3], elements: targets)),
        ]
        return try Interpreter.run(graph, [loss], bindings)[0].scalars.elements
    }

    @Test("Cross-entropy by hand; stable for outputs of any size; 0 without a label")
    func crossEntropy() throws {
        // Equal outputs: log 3. Second row: log(e⁰ + e⁰ + e^log2) − log 2 = log 4 − log 2 = log 2.
        let even = try value([5, 5, 5, 0, 0, log(2)], [1, 0, 0, 0, 0, 1]) { g, z, t throws(GraphError) in try g.crossEntropy(z, targets: t)
        }
        #expect(abs(even[0] - log(3)) < 1e-15 && abs(even[1] - log(2)) < 1e-15)
        let large = try value([1e4, 0, -1e4, -1e300, 0, 0], [0, 1, 0, 0, 0, 0]) { g, z, t throws(GraphError) in
            try g.crossEntropy(z, targets: t)
        }
        #expect(large == [1e4, 0])
    }

    @Test("Squared error and entropy by hand")
    func others() throws {
        let squares = try value([1, 2, 3, 0, 0, 0], [0, 1, 0, 1, 0, 0]) { g, z, t throws(GraphError) in try g.squaredError(z, targets: t) }
        #expect(squares == [1 + 1 + 9, 1])
        // Equal outputs: log 3. (log 2, 0, −∞ in effect): probabilities ⅔, ⅓: log 3 − ⅔ log 2.
        let entropies = try value([7, 7, 7, log(2), 0, -1e4], [0, 0, 0, 0, 0, 0]) { g, z, _ throws(GraphError) in try g.entropy(z) }
        #expect(abs(entropies[0] - log(3)) < 1e-14 && abs(entropies[1] - (log(3) - 2 / 3 * log(2))) < 1e-14)
    }

    @Test("Reconstruction of a linear network by hand: ‖Wᵀ(Wx + b) − x‖²")
    func reconstruction() throws {
        var graph = Graph()
        let (x, w) = (try graph.data("x", [1, 2]), try graph.parameter("w", [1, 2]))
        let f = try graph.dense(x, weight: w, bias: graph.parameter("b", [1]))
        let (rebuilt, error) = (try graph.reconstruction(of: x, from: f), try graph.reconstructionError(of: x, from: f))
        let bindings: Bindings<Double> = [
            "x": .scalars(Tensor(shape: [1, 2], elements: [1, 2])), "w": .scalars(Tensor(shape: [1, 2], elements: [3, -1])),
            "b": .scalars(Tensor(shape: [1], elements: [4])),
        ]
        let results = try Interpreter.run(graph, [rebuilt, error], bindings)
        // f = 3 − 2 + 4 = 5; Wᵀf = (15, −5); minus x: (14, −7); 196 + 49.
        #expect(results[0].scalars.elements == [15, -5])
        #expect(results[1].scalars.elements == [245])
    }

    @Test("Where the outputs do not depend on the input, the reconstruction is 0")
    func constant() throws {
        var graph = Graph()
        let x = try graph.data("x", [2, 2])
        let f = try graph.broadcast(graph.parameter("b", [3]), to: [2, 3])
        let error = try graph.reconstructionError(of: x, from: f)
        let bindings: Bindings<Double> = [
            "x": .scalars(Tensor(shape: [2, 2], elements: [1, 2, 0, 3])), "b": .scalars(.zeros([3])),
        ]
        #expect(try Interpreter.run(graph, [error], bindings)[0].scalars.elements == [5, 9])
    }

    /// Random networks, and losses whose gradient needs the second derivatives of what is smooth.
    enum Kind: String, CaseIterable { case crossEntropy, squaredError, entropy, reconstruction, decay }

    @Test("Gradients are those of finite differences", arguments: Kind.allCases, UInt64(0)..<8)
    func gradients(kind: Kind, seed: UInt64) throws {
        let network = try RandomNetwork.draw(seed: seed, depth: 3)
        var graph = network.graph
        let outputs = network.output
        let shape = graph.shape(outputs)
        let parameters = graph.inputs(.parameter)
        let labels = try graph.data("targets", shape)
        let losses: Value
        switch kind {
        case .crossEntropy: losses = try graph.crossEntropy(outputs, targets: labels)
        case .squaredError: losses = try graph.squaredError(outputs, targets: labels)
        case .entropy: losses = try graph.entropy(outputs)
        case .reconstruction: losses = try graph.reconstructionError(of: network.input, from: outputs)
        case .decay: losses = try graph.halfSquaredNorm(parameters)
        }
        let loss = try graph.sum(losses, over: Array(graph.shape(losses).indices))
        let gradients = graph.gradients(of: loss, to: parameters)
        let codes = graph.values.filter { graph[$0].type.pieceCount != nil }

        var generator = RandomGenerator(seed: seed, purpose: "direction")
        var bindings = network.bindings(network.data(.generic, seed: seed))
        var targets = Tensor<Double>.zeros(shape)
        for row in 0..<shape[0] { targets[row, generator.integer(below: shape[1])] = 1 }
        bindings["targets"] = .scalars(targets)
        let known = parameters.indices.filter { gradients[$0] != nil }
        let exact = try Interpreter.run(graph, known.map { gradients[$0]! }, bindings).map(\.scalars)

        // Along a random direction: (L(w + εd) − L(w − εd)) / 2ε = ⟨∇L, d⟩ + O(ε²), where no code changes.
        let directions = parameters.map { Sampler.generic.tensor(graph.shape($0), of: Double.self, using: &generator) }
        func moved(_ step: Double) throws -> (loss: Double, codes: [Code]) {
            var moved = bindings
            for (parameter, direction) in zip(parameters, directions) {
                let name = graph[parameter].label
                var tensor = moved[name]!.scalars
                for i in 0..<tensor.count { tensor.elements[i] += step * direction.elements[i] }
                moved[name] = .scalars(tensor)
            }
            let data = try Interpreter.run(graph, [loss] + codes, moved)
            return (data[0].scalars.elements[0], data.dropFirst().map(\.code))
        }
        let step = 1e-6
        let (low, high) = (try moved(-step), try moved(step))
        guard low.codes == high.codes else { return }  // a knot lies between
        let slope = (high.loss - low.loss) / (2 * step)
        var expected = 0.0
        for (gradient, index) in zip(exact, known) {
            for i in 0..<gradient.count { expected += gradient.elements[i] * directions[index].elements[i] }
        }
        #expect(abs(slope - expected) <= 1e-6 * max(1, abs(expected), abs(high.loss)), "\(slope) against \(expected)")
    }
}
