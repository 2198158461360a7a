// Every primitive's two derivative rules, and theirs again, against finite differences in Double.

import Graphs
import TestSupport
import Tensors
import Testing

@Suite struct DifferentiationTests {
    /// A direction for each input.
    private func directions(_ shapes: [Shape], seed: UInt64) -> [Tensor<Double>] {
        var generator = RandomGenerator(seed: seed, purpose: "directions")
        return shapes.map { Sampler.generic.tensor($0, using: &generator) }
    }

    /// The bindings moved along `directions` by `step`.
    private func moved(_ bindings: Bindings<Double>, _ directions: [Tensor<Double>], _ step: Double) -> Bindings<Double> {
        var moved = bindings
        for (index, direction) in directions.enumerated() {
            let x = bindings["x\(index)"]!.scalars
            moved["x\(index)"] = .scalars(
                Tensor(shape: x.shape, elements: zip(x.elements, direction.elements).map { $0 + step * $1 }))
        }
        return moved
    }

    private func dot(_ u: Tensor<Double>, _ v: Tensor<Double>) -> Double { zip(u.elements, v.elements).reduce(0) { $0 + $1.0 * $1.1 } }

    /// Central differences with h = 1e-5 in Double: truncation h²·f‴/6 and rounding ε·|f|/h are both below 1e-9 for these cases,
    /// whose third derivatives are below 100.
    private let step = 1e-5
    private let tolerance = 1e-7

    @Test("Law: the tangent is the derivative along the direction", arguments: PrimitiveCase.all)
    func pushforward(example: PrimitiveCase) throws {
        for seed in UInt64(0)..<4 {
            var (graph, inputs, output) = try example.graph()
            var seeds: [(of: Value, tangent: Value)] = []
            for (index, input) in inputs.enumerated() { seeds.append((input, try graph.data("d\(index)", graph.shape(input)))) }
            let tangent = try #require(graph.pushforward(seeds, to: [output])[0])
            var bindings: Bindings<Double> = example.bindings(.generic, seed: seed)
            let directions = directions(example.shapes, seed: seed)
            let difference = zip(
                try Interpreter.run(graph, [output], moved(bindings, directions, step))[0].scalars.elements,
                try Interpreter.run(graph, [output], moved(bindings, directions, -step))[0].scalars.elements
            ).map { ($0 - $1) / (2 * step) }
            for (index, direction) in directions.enumerated() { bindings["d\(index)"] = .scalars(direction) }
            let exact = try Interpreter.run(graph, [tangent], bindings)[0].scalars.elements
            #expect(zip(exact, difference).allSatisfy { abs($0 - $1) < tolerance }, "seed \(seed): \(exact) \(difference)")
        }
    }

    @Test("Law: ⟨J v, u⟩ = ⟨v, Jᵀ u⟩", arguments: PrimitiveCase.all)
    func adjoint(example: PrimitiveCase) throws {
        for (seed, sampler) in zip(UInt64(0)..., [Sampler.generic, .ties, .nearKnots, .generic]) {
            var (graph, inputs, output) = try example.graph()
            var tangentSeeds: [(of: Value, tangent: Value)] = []
            for (index, input) in inputs.enumerated() { tangentSeeds.append((input, try graph.data("d\(index)", graph.shape(input)))) }
            let cotangent = try graph.data("u", graph.shape(output))
            let tangent = try #require(graph.pushforward(tangentSeeds, to: [output])[0])
            let pulled = graph.pullback([(of: output, cotangent: cotangent)], to: inputs)
            var bindings: Bindings<Double> = example.bindings(sampler, seed: seed)
            let directions = directions(example.shapes, seed: seed)
            for (index, direction) in directions.enumerated() { bindings["d\(index)"] = .scalars(direction) }
            let u = self.directions([graph.shape(output)], seed: seed + 100)[0]
            bindings["u"] = .scalars(u)
            let left = dot(try Interpreter.run(graph, [tangent], bindings)[0].scalars, u)
            var right = 0.0
            for (direction, value) in zip(directions, pulled) {
                if let value { right += dot(direction, try Interpreter.run(graph, [value], bindings)[0].scalars) }
            }
            // Two orders of the same sum of fewer than 1000 products of numbers of order 1 (10 where a domain is wider).
            #expect(abs(left - right) <= 1e-11 * max(1, abs(left)), "\(sampler), seed \(seed): \(left) \(right)")
        }
    }

    @Test("Law: a gradient's gradient is the gradient's derivative", arguments: PrimitiveCase.all)
    func second(example: PrimitiveCase) throws {
        for seed in UInt64(0)..<2 {
            // φ(x) = Σ w·f(x)², its gradient g, and ψ = ⟨g, d⟩: ∇ψ along d again, by pullback and by differences of g.
            var (graph, inputs, output) = try example.graph()
            let square = try graph.multiply(graph.multiply(output, output), graph.data("w", graph.shape(output)))
            let total = try graph.sum(square, over: Array(graph.shape(square).indices))
            let gradient = graph.gradients(of: total, to: inputs)
            var products: [Value] = []
            for (index, value) in gradient.enumerated() {
                guard let value else { continue }
                let product = try graph.multiply(value, graph.data("d\(index)", graph.shape(value)))
                products.append(try graph.sum(product, over: Array(graph.shape(product).indices)))
            }
            let along = try products.dropFirst().reduce(products[0]) { try graph.add($0, $1) }
            let second = graph.gradients(of: along, to: inputs)
            var bindings: Bindings<Double> = example.bindings(.generic, seed: seed)
            let directions = directions(example.shapes, seed: seed)
            for (index, direction) in directions.enumerated() { bindings["d\(index)"] = .scalars(direction) }
            bindings["w"] = .scalars(self.directions([graph.shape(output)], seed: seed + 7)[0])
            var exact = 0.0
            for (direction, value) in zip(directions, second) {
                if let value { exact += dot(direction, try Interpreter.run(graph, [value], bindings)[0].scalars) }
            }
            let ahead = try Interpreter.run(graph, [along], moved(bindings, directions, step))[0].scalars.elements[0]
            let behind = try Interpreter.run(graph, [along], moved(bindings, directions, -step))[0].scalars.elements[0]
            let difference = (ahead - behind) / (2 * step)
            #expect(abs(exact - difference) < 1e-6 * max(1, abs(exact)), "seed \(seed): \(exact) \(difference)")
        }
    }

    @Test("Every primitive has a case")
    func complete() throws {
        let labels = Set(try PrimitiveCase.all.flatMap { try $0.graph().0.nodes.map(\.primitive.label) })
        let all = [
            "constant", "fill", "matrixProduct", "convolution", "convolution (input)", "convolution (weight)", "windowSum",
            "windowSum (transposed)", "sum", "broadcast", "reshape", "transpose", "pad", "slice", "concatenate", "gather", "scatter", "add",
            "subtract", "affine", "multiply", "divide", "select", "apply", "pick", "pick (transposed)", "exponential", "logarithm",
            "squareRoot", "reciprocal", "erf", "sigmoid", "tanh", "softplus", "softmax", "logSumExp",
        ]
        #expect(Set(all).subtracting(labels) == [])
    }

    @Test("A value that does not depend on an input has no gradient there")
    func zeroDerivative() throws {
        var graph = Graph()
        let x = try graph.data("x", [2])
        let y = try graph.data("y", [2])
        let sign = try graph.sign(x)
        let total = try graph.sum(graph.add(sign, y), over: [0])
        let gradients = graph.gradients(of: total, to: [x, y])
        #expect(gradients[0] == nil)  // every piece of sign has slope 0
        #expect(
            try Interpreter.run(graph, [gradients[1]!], ["x": .scalars(.zeros([2])), "y": .scalars(Tensor<Double>.zeros([2]))]) == [
                .scalars(Tensor(shape: [2], elements: [1, 1]))
            ])
    }
}
