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

    /// The values of a resized row.
    private func resized(_ x: [Double], by scale: Float, _ attributes: [Message]) throws -> [Double] {
        let node = W.node("Resize", ["x", "", "scales"], ["y"], attributes)
        let graph = W.graph([node], inputs: [W.value("x", [1, x.count])], [W.floats("scales", [2], [1, scale])])
        return try value(ONNXModel(bytes: W.model(graph).bytes, file: "x").network(), at: x)
    }

    @Test("Resizing by a scale that is no whole number takes the entries and the length that PyTorch takes")
    func resizing() throws {
        // torch.nn.functional.interpolate of PyTorch 2.15: scale_factor=0.6, mode="nearest".
        let nearest = [("mode", "nearest"), ("coordinate_transformation_mode", "asymmetric"), ("nearest_mode", "floor")]
        #expect(try resized((0..<10).map(Double.init), by: 0.6, nearest.map { W.attribute($0, text: $1) }) == [0, 1, 3, 5, 6, 8])
        // scale_factor=1.5, mode="linear", align_corners=True: 5 entries become 7, corner on corner.
        let aligned = [("mode", "linear"), ("coordinate_transformation_mode", "align_corners")]
        let found = try resized((0..<5).map(Double.init), by: 1.5, aligned.map { W.attribute($0, text: $1) })
        #expect(found.count == 7 && zip(found, 0..<7).allSatisfy { abs($0 - Double($1) * 4 / 6) < 1e-15 })
    }

    @Test("Groups of channels without places are normalised: (1, 3), (2, 6) become ±1")
    func groupsOfChannels() throws {
        let node = W.node(
            "GroupNormalization", ["x", "scale", "shift"], ["y"], [W.attribute("epsilon", float: 0), W.attribute("num_groups", integer: 2)])
        let graph = W.graph(
            [node], inputs: [W.value("x", [1, 4])], [W.floats("scale", [4], [1, 2, 3, 4]), W.floats("shift", [4], [0, 0, 0, 0.5])])
        let network = try ONNXModel(bytes: W.model(graph, opset: 21).bytes, file: "x").network()
        #expect(try value(network, at: [1, 3, 2, 6]) == [-1, 2, -3, 4.5])
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

    @Test("The largest entries in descending order are continuous: 4 and 3 of (1, 4, 2, 3), their places 1 and 3")
    func sortedEntries() throws {
        func top(_ count: Int, places: Bool = false) throws -> ImportedNetwork {
            let node = W.node("TopK", ["x", "k"], places ? ["v", "p"] : ["y", ""], name: "t")
            let cast = W.node("Cast", ["p"], ["y"], [W.attribute("to", integer: 1)], name: "c")
            let graph = W.graph(places ? [node, cast] : [node], inputs: [W.value("x", [1, 4])], [W.integers("k", [1], [count])])
            return try ONNXModel(bytes: W.model(graph).bytes, file: "x").network()
        }
        let x = [1.0, 4, 2, 3]
        for (count, sorted) in [(1, [4.0]), (2, [4, 3]), (4, [4, 3, 2, 1])] {
            #expect(try value(top(count), at: x) == sorted)
            #expect(try kind(top(count)) == (count == 1 ? .maxAffine : .piecewiseAffine))
        }
        #expect(try value(top(2, places: true), at: x) == [1, 3])
        #expect(try kind(top(2, places: true)) == .discontinuous)
        // Of equal entries the first comes first.
        #expect(try value(top(3, places: true), at: [2, 5, 2, 5]) == [1, 3, 0])
    }

    @Test("Places of the largest and smallest of constants are known: indices, of equal entries the first or the last")
    func placesOfConstants() throws {
        let w = W.floats("w", [2, 3], [3, 7, 7, -1, -4, -4])
        func gathered(_ nodes: [Message], _ initializers: [Message] = []) throws -> [Double] {
            let gather = W.node("Gather", ["x", "i"], ["g"], [W.attribute("axis", integer: 1)], name: "g")
            let read = try ONNXModel(
                bytes: W.model(
                    W.graph(
                        nodes + [gather, W.node("Flatten", ["g"], ["y"], name: "f")], inputs: [W.value("x", [1, 3])],
                        [w] + initializers)
                ).bytes, file: "x"
            ).network()
            return try value(read, at: [0, 1, 2])
        }
        func place(_ name: String, _ axis: Int, last: Int = 0) -> Message {
            W.node(name, ["w"], ["i"], [W.attribute("axis", integer: axis), W.attribute("select_last_index", integer: last)], name: "a")
        }
        #expect(try gathered([place("ArgMax", 1)]) == [1, 0])
        #expect(try gathered([place("ArgMax", 1, last: 1)]) == [2, 0])
        #expect(try gathered([place("ArgMin", 1)]) == [0, 1])
        #expect(try gathered([place("ArgMin", 1, last: 1)]) == [0, 2])
        #expect(try gathered([place("ArgMin", 0)]) == [1, 1, 1])
        let top = { (largest: Int, axis: Int) in
            W.node(
                "TopK", ["w", "k"], ["v", "i"], [W.attribute("largest", integer: largest), W.attribute("axis", integer: axis)], name: "t")
        }
        let two = [W.integers("k", [1], [2])]
        #expect(try gathered([top(1, 1)], two) == [1, 2, 0, 1])
        #expect(try gathered([top(0, 1)], two) == [0, 1, 1, 2])
        #expect(try gathered([top(1, 0)], two) == [0, 0, 0, 1, 1, 1])
        // Their values are the weights themselves: x + (7, 7, 3).
        let sum = try ONNXModel(
            bytes: W.model(
                W.graph(
                    [W.node("TopK", ["r", "k"], ["v", "i"], name: "t"), W.node("Add", ["x", "v"], ["y"], name: "s")],
                    inputs: [W.value("x", [1, 3])], [W.floats("r", [1, 3], [3, 7, 7]), W.integers("k", [1], [3])])
            ).bytes, file: "x"
        ).network()
        #expect(try value(sum, at: [0, 1, 2]) == [7, 8, 5])
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
