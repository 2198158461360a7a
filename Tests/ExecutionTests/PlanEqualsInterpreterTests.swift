// The law of execution (DESIGN §1): optimised execution equals the reference executor.

import Execution
import Graphs
import TestSupport
import Tensors
import Testing

@Suite struct PlanEqualsInterpreterTests {
    /// Some values and codes of a graph, and the gradient of their sum with respect to the data.
    private func targets(_ sample: inout RandomGraph, differentiating: Bool) throws -> [Value] {
        var targets: [Value] = []
        var total: Value?
        for value in sample.values where sample.random.integer(below: 3) == 0 {
            targets.append(value)
            let sum = try sample.graph.append(.sum(axes: Array(sample.graph.shape(value).indices)), [value])
            total = try total.map { try sample.graph.append(.add, [$0, sum]) } ?? sum
        }
        targets += sample.codes.map(\.code)
        if differentiating, let total {
            targets += sample.graph.gradients(of: total, to: sample.graph.inputs(.data) + sample.graph.inputs(.parameter)).compactMap { $0 }
        }
        return targets
    }

    private func isExact<S: Scalar>(_: S.Type, _ seed: UInt64, _ options: ExecutionOptions) throws {
        var sample = try RandomGraph(seed: seed, operations: 14, isExact: true)
        let targets = try targets(&sample, differentiating: false)
        let bindings = sample.bindings(S.self, seed: seed)
        let plain = try Interpreter.run(sample.graph, targets, bindings)
        // Beyond 2²⁰ products of multiples of ½ are no longer exact in Float.
        guard plain.allSatisfy({ if case .scalars(let t) = $0 { t.elements.allSatisfy { abs($0) < 256 } } else { true } }) else { return }
        let plan = try ExecutionPlan(sample.graph, targets: targets, of: S.self, options: options)
        #expect(plan.lifetimesAreDisjoint)
        let planned = try Executor<S>(plan).run(bindings)
        for (index, target) in targets.enumerated() {
            let isEqual = planned[index] == plain[index]
            #expect(isEqual, "seed \(seed), target \(index): \(sample.graph[target].primitive.label) \(sample.graph.shape(target))")
        }
    }

    @Test("Law: on numbers whose sums are exact, a plan gives every value and code exactly", arguments: UInt64(0)..<150)
    func exact(seed: UInt64) throws {
        try isExact(Float.self, seed, ExecutionOptions())
        try isExact(Double.self, seed, ExecutionOptions())
        try isExact(Float.self, seed, ExecutionOptions(usesOneDNN: false))
    }

    @Test("Law: of more regions than are fitted among each other none overlap while they live, and values are the interpreter's")
    func manyRegions() throws {
        var graph = Graph()
        var rng = RandomGenerator(seed: 0, purpose: "many regions")
        // A chain, of which every third value is a target; widths differ.
        var u = try graph.append(.input(Input("x", .data, ValueType([2, 3]))))
        var targets: [Value] = []
        for i in 0..<3000 {
            let width = graph.shape(u)[1]
            let wide = try graph.append(.gather(axis: 1, indices: (0..<rng.integer(below: 40) + 1).map { $0 % width }), [u])
            u = try graph.relu(graph.affine(wide, slope: i % 2 == 0 ? 1 : -1, offset: 1))
            if i % 3 == 0 { targets.append(u) }
        }
        let x = Tensor<Double>(shape: [2, 3], elements: [1, -2, 3, 0.5, -0.25, 4])
        let plan = try ExecutionPlan(graph, targets: targets, of: Double.self)
        #expect(plan.lifetimesAreDisjoint)
        let (planned, plain) = try (Executor<Double>(plan).run(["x": .scalars(x)]), Interpreter.run(graph, targets, ["x": .scalars(x)]))
        #expect(planned == plain)
    }

    private func distance<S: Scalar>(_ a: Tensor<S>, _ b: Tensor<Double>) -> Double {
        zip(a.elements, b.elements).map { abs(Double($0) - $1) }.max() ?? 0
    }

    /// The planned error against Double is within a small multiple of the interpreter's own, and of the rounding of the largest entry.
    private func isClose<S: Scalar>(_: S.Type, _ seed: UInt64, _ options: ExecutionOptions) throws {
        var sample = try RandomGraph(seed: seed, operations: 12, isExact: false)
        let targets = try targets(&sample, differentiating: true)
        let exact = try Interpreter.run(sample.graph, targets, sample.bindings(Double.self, seed: seed))
        let bindings = sample.bindings(S.self, seed: seed)
        let plain = try Interpreter.run(sample.graph, targets, bindings)
        let planned = try Executor<S>(sample.graph, targets: targets, options: options).run(bindings)
        for index in targets.indices {
            switch (exact[index], plain[index], planned[index]) {
            case (.code(let e), .code(let a), .code(let b)):
                guard e == a else { return }  // a knot within rounding: nothing after it need agree
                let isEqual = a == b
                #expect(isEqual, "seed \(seed), code \(index)")
                guard isEqual else { return }
            default: continue
            }
        }
        for (index, target) in targets.enumerated() {
            guard case .scalars(let e) = exact[index], case .scalars(let a) = plain[index], case .scalars(let b) = planned[index] else {
                continue
            }
            let scale = e.elements.map { abs($0) }.max() ?? 0
            let bound = 32 * distance(a, e) + 256 * Double(S.ulpOfOne) * max(scale, 1)
            #expect(
                !(distance(b, e) > bound),
                "seed \(seed), target \(index): \(sample.graph[target].primitive.label) \(sample.graph.shape(target)), \(distance(b, e)) > \(bound)"
            )
        }
    }

    @Test("Law: a plan's error is of the order of the interpreter's", arguments: UInt64(0)..<150)
    func close(seed: UInt64) throws {
        try isClose(Float.self, seed, ExecutionOptions())
        try isClose(Double.self, seed, ExecutionOptions())
    }
}
