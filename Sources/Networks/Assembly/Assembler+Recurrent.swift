// Recurrent layers, unrolled over the steps of a sequence (THEORY §3, R17 (13)).

import Graphs
import Tensors

extension Assembler {
    /// u `[N, T, D]`; see `Layer.recurrent`.
    mutating func recurrent(
        _ u: Value, _ units: [Int], _ activation: Layer, _ inputToAll: Bool, _ learnsInitialState: Bool, _ everyStep: Bool,
        _ name: String
    ) throws(GraphError) -> Value {
        guard shape(u).count == 3 else {
            throw GraphError(node: name, what: "operand 0", expected: "a sequence [N, T, D]", got: "\(shape(u))")
        }
        guard !units.isEmpty else { throw GraphError(node: name, what: "units", expected: "at least one layer", got: "none") }
        let (steps, inputs) = (shape(u)[1], shape(u)[2])
        guard steps <= Assembler.layerLimit / units.count else {
            throw GraphError(
                node: name, what: "steps", expected: "at most \(Assembler.layerLimit) over all layers", got: "\(steps) in each")
        }
        let x = try (0..<steps).map { t throws(GraphError) in try step(u, t) }
        var below: [Value] = []
        for (level, count) in units.enumerated() {
            let scope = "\(name).layer\(level + 1)"
            try check(count, 1...Assembler.sizeLimit, "units", scope)
            let bias = try bias(scope, count, if: true)!
            let input =
                level == 0 || inputToAll
                ? try weight("\(scope).input", [count, inputs], fanIn: inputs, fanOut: count, on: u) : nil
            let up = try below.first.map { first throws(GraphError) in
                let size = shape(first)[1]
                return try stateWeight("\(scope).up", [count, size])
            }
            let recurrent = try stateWeight("\(scope).recurrent", [count, count])
            var state: Value?
            if learnsInitialState {
                let initial = try parameter("\(scope).initial", [count], .bias)
                state = try graph.broadcast(initial, to: [batch, count])
            }
            var states: [Value] = []
            for t in 0..<steps {
                var sum: Value?
                for (weight, value) in [(input, x[t]), (up, below.isEmpty ? nil : below[t]), (recurrent, state)] {
                    guard let weight, let value else { continue }
                    let term = try graph.dense(value, weight: weight)
                    sum = try sum.map { sum throws(GraphError) in try graph.append(.add, [sum, term]) } ?? term
                }
                let biased = try graph.append(.add, [sum!, graph.broadcast(bias, alongAxis: 1, of: sum!)])
                guard let z = try self.activation(activation, biased, "\(scope).step\(t + 1)") else {
                    throw GraphError(
                        node: name, what: "activation", expected: "one without parameters, entry by entry", got: activation.stem)
                }
                states.append(z)
                state = z
            }
            below = states
        }
        return everyStep ? try graph.stack(below, axis: 1) : below[steps - 1]
    }

    /// A weight on states, which come after nonlinearities.
    private mutating func stateWeight(_ name: String, _ shape: Shape) throws(GraphError) -> Value {
        try parameter(name, shape, .weight(fanIn: shape[1], fanOut: shape[0]), isNonNegative: isConvex)
    }

    /// x^t, `[N, D]`.
    private mutating func step(_ u: Value, _ t: Int) throws(GraphError) -> Value {
        let shape = shape(u)
        let row = try graph.append(.slice(Slice(starts: [0, t, 0], counts: [batch, 1, shape[2]])), [u])
        return try graph.reshape(row, [batch, shape[2]])
    }
}
