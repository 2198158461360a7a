// RNN, GRU and LSTM, written out over time: with piecewise-affine activations they are splines like any other layer (THEORY §3).

import Graphs
import Tensors

/// An activation of a recurrent layer, with its parameters.
private struct GateActivation {
    let name: String
    let alpha: Double
    let beta: Double

    func apply(_ g: inout Graph, _ u: Value, clip: Double?, layer: String) throws(GraphError) -> Value {
        let u = try clip.map { c throws(GraphError) in try g.clip(u, low: -c, high: c) } ?? u
        switch name {
        case "relu": return try g.relu(u, name: layer)
        case "tanh": return try g.smooth(.hyperbolicTangent, u, name: layer)
        case "sigmoid": return try g.smooth(.sigmoid, u, name: layer)
        case "affine": return try g.affine(u, slope: alpha, offset: beta, name: layer)
        case "leakyrelu": return try g.leakyReLU(u, slope: alpha, name: layer)
        case "thresholdedrelu": return try g.pieces(u, Pieces(slopes: [0, 1]), knots: Knots([alpha]), name: layer)
        case "scaledtanh": return try g.affine(g.smooth(.hyperbolicTangent, g.affine(u, slope: beta), name: layer), slope: alpha)
        case "hardsigmoid": return try g.hardSigmoid(u, slope: alpha, offset: beta, name: layer)
        case "elu": return try g.exponentialUnit(u, scale: 1, slope: alpha, width: 1, name: layer)
        case "softsign": return try g.divide(u, g.affine(g.absoluteValue(u), slope: 1, offset: 1), name: layer)
        default: return try g.smooth(.softplus, u, name: layer)
        }
    }

    /// The parameters that a name has when none are given.
    static let standard: [String: (alpha: Double, beta: Double)] = [
        "relu": (0, 0), "tanh": (0, 0), "sigmoid": (0, 0), "affine": (1, 0), "leakyrelu": (Double(Float(0.01)), 0),
        "thresholdedrelu": (1, 0),
        "scaledtanh": (1, 1), "hardsigmoid": (Double(Float(0.2)), 0.5), "elu": (1, 0), "softsign": (0, 0), "softplus": (0, 0),
    ]
}

extension NodeContext {
    enum Cell: Int {
        case plain = 1
        case gru = 3
        case lstm = 4
    }

    func recurrent(_ cell: Cell) throws(InterchangeError) -> [ImportedValue] {
        let direction = try string("direction", default: "forward")
        guard ["forward", "reverse", "bidirectional"].contains(direction) else {
            throw malformed("attribute 'direction': \(quoted(direction)) is not known")
        }
        let directions = direction == "bidirectional" ? 2 : 1
        let batchFirst = try integer("layout", default: 0) == 1
        let given = try strings("activations")
        let (alphas, betas) = (try floatsAttribute("activation_alpha") ?? [], try floatsAttribute("activation_beta") ?? [])
        let clip = try float("clip").map { Double($0) }
        let size = try integer("hidden_size")
        let resetsAfter = cell == .gru ? try flag("linear_before_reset") : false
        let inputForget = cell == .lstm ? try flag("input_forget") : false
        if opset < 14 { acknowledge("output_sequence") }

        let (a, w, r) = (try operand(0), try operand(1), try operand(2))
        let gates = cell.rawValue
        try require(a.shape.count == 3 && r.shape.count == 3 && w.shape.count == 3, "its inputs do not have three axes")
        let hidden = r.shape[2]
        let (steps, batch) = batchFirst ? (a.shape[1], a.shape[0]) : (a.shape[0], a.shape[1])
        try require(
            size == nil || size == hidden, "attribute 'hidden_size': \(size ?? 0) does not fit a recurrence of shape \(r.shape)")
        try require(
            w.shape == [directions, gates * hidden, a.shape[2]] && r.shape == [directions, gates * hidden, hidden],
            "weights of shapes \(w.shape) and \(r.shape) do not fit an input of shape \(a.shape)")
        guard steps * directions <= 10_000 else { throw unsupported("runs over \(steps) steps, more than 10000") }
        let expected: [(Int, Shape, String)] = [
            (3, [directions, 2 * gates * hidden], "bias"),
            (5, batchFirst ? [batch, directions, hidden] : [directions, batch, hidden], "initial state"),
            (6, batchFirst ? [batch, directions, hidden] : [directions, batch, hidden], "initial cell"),
            (7, [directions, 3 * hidden], "peephole weights"),
        ]
        for (position, shape, what) in expected {
            if let value = optional(position) { try require(value.shape == shape, "the \(what) has shape \(value.shape), not \(shape)") }
        }
        let lengths = try optional(4).map { v throws(InterchangeError) in try integers(v, "the sequence lengths") }
        try require(
            lengths == nil || lengths!.count == batch && lengths!.allSatisfy { $0 >= 0 && $0 <= steps },
            "sequence lengths \(lengths ?? []) do not fit")
        let functions = try activations(cell, directions, given, alphas, betas)

        var numbers: [Int: Value] = [:]
        for position in [0, 1, 2, 3, 5, 6, 7] {
            if let value = optional(position) { numbers[position] = try number(value) }
        }
        var sequences: [Value] = []
        var (lastStates, lastCells): ([Value], [Value]) = ([], [])
        for d in 0..<directions {
            let isReversed = direction == "reverse" || d == 1
            let run = try build { g throws(GraphError) -> (states: [Value], state: Value, cell: Value) in
                func part(_ u: Value, _ axis: Int, _ start: Int, _ count: Int) throws(GraphError) -> Value {
                    let shape = g.shape(u)
                    var (starts, counts) = ([Int](repeating: 0, count: shape.count), shape)
                    (starts[axis], counts[axis]) = (start, count)
                    return try g.append(.slice(Slice(starts: starts, counts: counts)), [u])
                }
                /// The part of an operand for this direction, without that axis.
                func own(_ position: Int, _ axis: Int = 0) throws(GraphError) -> Value? {
                    guard let u = numbers[position] else { return nil }
                    var shape = g.shape(u)
                    shape.remove(at: axis)
                    return try g.reshape(part(u, axis, d, 1), shape)
                }
                func product(_ u: Value, _ weight: Value) throws(GraphError) -> Value {
                    try g.append(.matrixProduct(transposeLeft: false, transposeRight: true), [u, weight])
                }
                func gate(_ u: Value, _ k: Int) throws(GraphError) -> Value { try part(u, g.shape(u).count - 1, k * hidden, hidden) }
                let x = numbers[0]!
                let (input, recurrence) = (try own(1)!, try own(2)!)
                let bias = try own(3)
                let inputBias = try bias.map { b throws(GraphError) in try part(b, 0, 0, gates * hidden) }
                let stateBias = try bias.map { b throws(GraphError) in try part(b, 0, gates * hidden, gates * hidden) }
                let peepholes = try own(7)
                let zeros = try g.fill(0, [batch, hidden])
                let stateAxis = batchFirst ? 1 : 0
                var h = try own(5, stateAxis) ?? zeros
                var c = try own(6, stateAxis) ?? zeros
                let activation = functions[d]
                func act(_ k: Int, _ u: Value, clipped: Bool = true) throws(GraphError) -> Value {
                    try activation[k].apply(&g, u, clip: clipped ? clip : nil, layer: self.name)
                }
                var states = [Value?](repeating: nil, count: steps)
                for t in isReversed ? Array((0..<steps).reversed()) : Array(0..<steps) {
                    let xt = try g.reshape(part(x, batchFirst ? 1 : 0, t, 1), [batch, a.shape[2]])
                    var fromInput = try product(xt, input)
                    if let inputBias { fromInput = try g.add(fromInput, inputBias) }
                    var (next, nextCell) = (h, c)
                    switch cell {
                    case .plain:
                        var u = try g.add(fromInput, product(h, recurrence))
                        if let stateBias { u = try g.add(u, stateBias) }
                        next = try act(0, u)
                    case .gru:
                        // gates z, r, h
                        func recurrent(_ state: Value, _ k: Int) throws(GraphError) -> Value {
                            let u = try product(state, part(recurrence, 0, k * hidden, hidden))
                            return try stateBias.map { b throws(GraphError) in try g.add(u, gate(b, k)) } ?? u
                        }
                        let z = try act(0, g.add(gate(fromInput, 0), recurrent(h, 0)))
                        let reset = try act(0, g.add(gate(fromInput, 1), recurrent(h, 1)))
                        let memory =
                            resetsAfter ? try g.multiply(reset, recurrent(h, 2)) : try recurrent(g.multiply(reset, h), 2)
                        let candidate = try act(1, g.add(gate(fromInput, 2), memory))
                        next = try g.add(g.multiply(g.affine(z, slope: -1, offset: 1), candidate), g.multiply(z, h))
                    case .lstm:
                        // gates i, o, f, c; peepholes i, o, f
                        var u = try g.add(fromInput, product(h, recurrence))
                        if let stateBias { u = try g.add(u, stateBias) }
                        func peep(_ u: Value, _ k: Int, _ cell: Value) throws(GraphError) -> Value {
                            try peepholes.map { p throws(GraphError) in try g.add(u, g.multiply(cell, gate(p, k))) } ?? u
                        }
                        let i = try act(0, peep(gate(u, 0), 0, c))
                        let f = inputForget ? try g.affine(i, slope: -1, offset: 1) : try act(0, peep(gate(u, 2), 2, c))
                        nextCell = try g.add(g.multiply(f, c), g.multiply(i, act(1, gate(u, 3))))
                        let o = try act(0, peep(gate(u, 1), 1, nextCell))
                        next = try g.multiply(o, act(2, nextCell, clipped: false))
                    }
                    var output = next
                    if let lengths, lengths.contains(where: { $0 <= t }) {
                        // Beyond its length a sequence keeps its state and gives zeros.
                        let rows = lengths.map { t < $0 }
                        func chosen(_ new: Value, _ old: Value) throws(GraphError) -> Value {
                            let both = try g.concatenate([new, old], axis: 0)
                            return try g.append(.gather(axis: 0, indices: rows.enumerated().map { $1 ? $0 : $0 + batch }), [both])
                        }
                        (output, next, nextCell) = (try chosen(next, zeros), try chosen(next, h), try chosen(nextCell, c))
                    }
                    (h, c) = (next, nextCell)
                    states[t] = output
                }
                return (states.map { $0! }, h, c)
            }
            if !run.states.isEmpty { sequences.append(try build { g throws(GraphError) in try g.stack(run.states, axis: 0) }) }
            lastStates.append(run.state)
            lastCells.append(run.cell)
        }
        guard !sequences.isEmpty else { throw unsupported("runs over no steps") }
        let results = try build { g throws(GraphError) -> [Value] in
            // [steps, directions, batch, hidden], or [batch, steps, directions, hidden]
            let all = try g.stack(sequences, axis: 1)
            let (state, cells) = (try g.stack(lastStates, axis: 0), try g.stack(lastCells, axis: 0))
            guard batchFirst else { return [all, state, cells] }
            return [
                try g.append(.transpose([2, 0, 1, 3]), [all]), try g.append(.transpose([1, 0, 2]), [state]),
                try g.append(.transpose([1, 0, 2]), [cells]),
            ]
        }
        return results.prefix(cell == .lstm ? 3 : 2).map { result($0, a.type) }
    }

    private func activations(_ cell: Cell, _ directions: Int, _ given: [String]?, _ alphas: [Float], _ betas: [Float])
        throws(InterchangeError)
        -> [[GateActivation]]
    {
        let usual: [String] =
            switch cell {
            case .plain: ["Tanh"]
            case .gru: ["Sigmoid", "Tanh"]
            case .lstm: ["Sigmoid", "Tanh", "Tanh"]
            }
        let names = given ?? (0..<directions).flatMap { _ in usual }
        try require(
            names.count == directions * usual.count,
            "attribute 'activations': \(directions * usual.count) names expected, not \(names.count)")
        var (alpha, beta) = (alphas[...], betas[...])
        var functions: [GateActivation] = []
        for name in names {
            let key = name.lowercased()
            guard let standard = GateActivation.standard[key] else { throw unsupported("the activation \(quoted(name)) is not supported") }
            let takesAlpha = ["affine", "leakyrelu", "thresholdedrelu", "scaledtanh", "hardsigmoid", "elu"].contains(key)
            let takesBeta = ["affine", "scaledtanh", "hardsigmoid"].contains(key)
            functions.append(
                GateActivation(
                    name: key, alpha: takesAlpha ? alpha.popFirst().map { Double($0) } ?? standard.alpha : 0,
                    beta: takesBeta ? beta.popFirst().map { Double($0) } ?? standard.beta : 0))
        }
        return (0..<directions).map { Array(functions[$0 * usual.count..<($0 + 1) * usual.count]) }
    }
}
