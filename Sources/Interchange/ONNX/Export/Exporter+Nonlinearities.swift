// Select, then apply, as operators: a nonlinearity of its own name where ONNX has it, else `Where` on comparisons with the knots,
// which read back as the same pieces.

import Graphs
import Tensors

extension Exporter {
    /// Pieces of `operands[0]`, chosen by the code `operands[1]`.
    func plan(pieces: Pieces, _ operands: [Value], _ value: Value) throws(InterchangeError) -> Plan {
        let (u, code) = (operands[0], operands[1])
        let (source, knots) = try self.knots(of: code, value)
        if source == u, let own = named(pieces, knots, u) { return own }
        return Plan(operands: source == u ? [u] : [u, source]) { output throws(InterchangeError) in
            var parts: [String] = []
            for (slope, offset) in zip(pieces.slopes, pieces.offsets) {
                if slope == 0 {
                    parts.append(self.scalar(offset))
                } else if (slope, offset) == (1, 0) {
                    parts.append(self.name(u))
                } else {
                    let name = self.unique("\(output).piece")
                    self.writeLine(slope, offset, of: self.name(u), name)
                    parts.append(name)
                }
            }
            // Where all pieces are numbers, the value's shape comes with the conditions, which have that of the code.
            self.writeChoice(parts, code, source, knots, output)
        }
    }

    /// The operator that is this function of u.
    private func named(_ pieces: Pieces, _ knots: Knots, _ u: Value) -> Plan? {
        func plain(_ name: String, _ attributes: [Onnx_AttributeProto] = [], _ constants: [String] = []) -> Plan {
            Plan(operands: [u]) { output throws(InterchangeError) in
                self.node(name, [self.name(u)] + constants, output, attributes)
            }
        }
        if knots == Knots([0]) && pieces.offsets == [0, 0] {
            if pieces.slopes == [0, 1] { return plain("Relu") }
            if pieces.slopes == [-1, 1] { return plain("Abs") }
            if pieces.slopes[1] == 1 {
                let slope = pieces.slopes[0]
                if fitsAttribute(slope) { return plain("LeakyRelu", [attribute("alpha", float: slope)]) }
                return plain("PRelu", [], [numbers([1], [slope])])
            }
        }
        if pieces.slopes == [0, 1, 0], pieces.offsets[1] == 0, knots == Knots([pieces.offsets[0], pieces.offsets[2]]) {
            return plain("Clip", [], [scalar(pieces.offsets[0]), scalar(pieces.offsets[2])])
        }
        if pieces == Pieces(slopes: [0, 0, 0], offsets: [-1, 0, 1]), knots == Knots([0, 0], upperClosed: [true, false]) {
            return plain("Sign")
        }
        return nil
    }

    /// What a code by knots is selected from.
    private func knots(of code: Value, _ value: Value) throws(InterchangeError) -> (source: Value, knots: Knots) {
        switch graph[code].primitive {
        case .select(.knots(let knots)): return (graph[code].operands[0], knots)
        case .select(.winners): throw unsupported(value, "the largest few of a layer have no operator in ONNX that reads back")
        default: throw unsupported(value, "applies a code that is not selected from a number")
        }
    }

    /// Part r where the code of `source` is r.
    private func writeChoice(_ parts: [String], _ code: Value, _ source: Value, _ knots: Knots, _ output: String) {
        var tests = conditions[code] ?? []
        if tests.isEmpty {
            for (knot, closed) in zip(knots.positions, knots.upperClosed) {
                let name = unique("\(output).above")
                node(closed ? "GreaterOrEqual" : "Greater", [self.name(source), scalar(knot)], name)
                tests.append(name)
            }
            conditions[code] = tests
        }
        var current = parts[0]
        for (index, test) in tests.enumerated() {
            let name = index == tests.count - 1 ? output : unique("\(output).Where")
            node("Where", [test, parts[index + 1], current], name)
            current = name
        }
    }

    /// The entry of each group that a code names.
    func plan(choice: Choice, _ transposed: Bool, _ operands: [Value], _ value: Value) throws(InterchangeError) -> Plan {
        let (u, code) = (operands[0], operands[1])
        guard !transposed else { throw unsupported(value, "puts entries back where a maximum was, which only a derivative does") }
        if graph[code].primitive == .select(.largest(choice)) && graph[code].operands == [u] {
            switch choice {
            case .window(let window): return plan(maximumOver: window, u)
            case .axis(let axis, _):
                return Plan(operands: [u]) { output throws(InterchangeError) in
                    self.node("ReduceMax", [self.name(u)], output, [self.attribute("axes", [axis]), self.attribute("keepdims", 0)])
                }
            }
        }
        guard case .axis(let axis, let count) = choice else { throw unsupported(value, "takes entries of windows by another's code") }
        let (source, knots) = try self.knots(of: code, value)
        return Plan(operands: [u, source]) { output throws(InterchangeError) in
            // A scalar index drops the axis.
            let parts = (0..<count).map { entry in
                self.node(
                    "Squeeze",
                    [
                        self.node("Gather", [self.name(u), self.integers([entry])], [self.attribute("axis", axis)], for: output),
                        self.integers([axis]),
                    ], for: output)
            }
            self.writeChoice(parts, code, source, knots, output)
        }
    }
}
