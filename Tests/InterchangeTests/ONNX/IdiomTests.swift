// What other programs write out, recognised for what it is: worked examples and the codes that they have to have.

import Graphs
import Interchange
import Tensors
import TestSupport
import Testing

private typealias W = Written

@Suite struct IdiomTests {
    private func network(_ nodes: [Message], _ initializers: [Message] = []) throws -> ImportedNetwork {
        try ONNXModel(bytes: W.model(nodes, initializers), file: "x").network()
    }

    private func value(_ network: ImportedNetwork, at x: [Double]) throws -> [Double] {
        let x = Tensor(shape: [1, x.count], elements: x)
        return try Interpreter.run(network.graph, [network.outputs[0].value], network.bindings(["x": x]))[0].scalars.elements
    }

    private func kind(_ network: ImportedNetwork) -> SplineKind { network.graph.kind(of: [network.outputs[0].value]) }

    /// The knots of the codes that the output needs, in order.
    private func knots(_ network: ImportedNetwork) -> [Knots] {
        network.graph.codes(for: [network.outputs[0].value]).compactMap {
            if case .select(.knots(let knots)) = network.graph[$0].primitive { knots } else { nil }
        }
    }

    @Test("x times the truth value x > 0 is piecewise affine: 3 stays, −2 becomes 0")
    func truthAsFactor() throws {
        let read = try network(
            [
                W.node("Greater", ["x", "zero"], ["c"], name: "c"),
                W.node("Cast", ["c"], ["s"], [W.attribute("to", integer: 1)], name: "s"),
                W.node("Mul", ["x", "s"], ["y"], name: "m"),
            ], [W.floats("zero", [], [0])])
        #expect(try value(read, at: [3, -2]) == [3, 0])
        #expect(kind(read) == .maxAffine && knots(read) == [Knots([0])])
    }

    @Test("Choices within choices of one number are one code: Where(x > 1, 1, Where(x < −1, −1, x)) is a clip")
    func nestedChoices() throws {
        let read = try network(
            [
                W.node("Less", ["x", "low"], ["b"], name: "b"), W.node("Where", ["b", "low", "x"], ["u"], name: "u"),
                W.node("Greater", ["x", "high"], ["a"], name: "a"), W.node("Where", ["a", "high", "u"], ["y"], name: "y"),
            ], [W.floats("low", [], [-1]), W.floats("high", [], [1])])
        #expect(try value(read, at: [3, -0.5]) == [1, -0.5])
        #expect(try value(read, at: [-3, 1]) == [-1, 1])
        #expect(kind(read) == .piecewiseAffine)
        #expect(knots(read) == [Knots([-1, 1], upperClosed: [true, false])])
    }

    @Test("A branch that is a number is a line: Where(x > 1, x − 1, 0) has no jump")
    func numberAsBranch() throws {
        let read = try network(
            [
                W.node("Greater", ["x", "one"], ["c"], name: "c"), W.node("Sub", ["x", "one"], ["u"], name: "u"),
                W.node("Where", ["c", "u", "zero"], ["y"], name: "y"),
            ], [W.floats("one", [], [1]), W.floats("zero", [], [0])])
        #expect(try value(read, at: [3, -2]) == [2, 0])
        #expect(kind(read) == .maxAffine)
    }

    @Test("(1 − σ(z), σ(z)) is the softmax of (0, z), below a table of class names too")
    func twoClasses() throws {
        let nodes = [
            W.node("MatMul", ["x", "w"], ["z"], name: "z"), W.node("Sigmoid", ["z"], ["p"], name: "p"),
            W.node("Sub", ["one", "p"], ["q"], name: "q"),
            W.node("Concat", ["q", "p"], ["y"], [W.attribute("axis", integer: 1)], name: "y"),
        ]
        let read = try network(nodes, [W.floats("w", [2, 1], [1, 2]), W.floats("one", [], [1])])
        let output = read.outputs[0].value
        #expect(read.graph[output].primitive == .softmax(axis: 1))
        #expect(kind(read) == .smooth)
        // z = 1 · 0.5 − 2 · 0.25 = 0, so that both probabilities are a half.
        #expect(try value(read, at: [0.5, -0.25]) == [0.5, 0.5])
    }

    @Test("Trilu keeps one side of the diagonal, CumSum adds up from either end")
    func linearOperators() throws {
        let upper = try network(
            [
                W.node("Reshape", ["x", "square"], ["u"], name: "u"),
                W.node("Concat", ["u", "u"], ["v"], [W.attribute("axis", integer: 0)], name: "v"),
                W.node("Trilu", ["v"], ["t"], [W.attribute("upper", integer: 0)], name: "t"),
                W.node("Reshape", ["t", "row"], ["y"], name: "y"),
            ], [W.integers("square", [2], [1, 2]), W.integers("row", [2], [1, 4])])
        #expect(try value(upper, at: [3, 4]) == [3, 0, 3, 4])
        #expect(kind(upper) == .affine)
        for (exclusive, reverse, sums) in [(0, 0, [3.0, 7]), (1, 0, [0, 3]), (0, 1, [7, 4]), (1, 1, [4, 0])] {
            let read = try network(
                [
                    W.node(
                        "CumSum", ["x", "axis"], ["y"],
                        [W.attribute("exclusive", integer: exclusive), W.attribute("reverse", integer: reverse)], name: "y")
                ], [W.integers("axis", [], [1])])
            #expect(try value(read, at: [3, 4]) == sums)
            let whole = try network(
                [
                    W.node(
                        "CumSum", ["n", "axis"], ["s"],
                        [W.attribute("exclusive", integer: exclusive), W.attribute("reverse", integer: reverse)], name: "s"),
                    W.node("Cast", ["s"], ["f"], [W.attribute("to", integer: 1)], name: "f"), W.node("Add", ["x", "f"], ["y"], name: "y"),
                ], [W.integers("axis", [], [1]), W.integers("n", [1, 2], [3, 4])])
            #expect(try value(whole, at: [0, 0]) == sums)
        }
    }

    @Test("Codes are in the file's order, whatever is ready first")
    func fileOrder() throws {
        let read = try network([
            W.node("Relu", ["x"], ["a"], name: "first"), W.node("Relu", ["a"], ["b"], name: "second"),
            W.node("Sign", ["x"], ["c"], name: "third"), W.node("Add", ["b", "c"], ["y"], name: "sum"),
        ])
        let names = read.graph.codes(for: [read.outputs[0].value]).map { read.graph[$0].name }
        #expect(names == ["first", "second", "third"])
    }
}
