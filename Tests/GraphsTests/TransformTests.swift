// Simplification changes no bit, freezing keeps indices, and the kinds are those of THEORY §2.

import Graphs
import TestSupport
import Tensors
import Testing

@Suite struct TransformTests {
    @Test("Law: a simplified gradient graph computes the same bits with fewer nodes", arguments: PrimitiveCase.all)
    func simplification(example: PrimitiveCase) throws {
        var (graph, inputs, output) = try example.graph()
        let total = try graph.sum(graph.multiply(output, output), over: Array(graph.shape(output).indices))
        let targets = [total] + graph.gradients(of: total, to: inputs).compactMap { $0 }
        let simple = graph.simplified(keeping: targets)
        let bindings: Bindings<Float> = example.bindings(.ties, seed: 1)
        #expect(simple.graph.nodes.count <= graph.nodes.count)
        #expect(try Interpreter.run(graph, targets, bindings) == Interpreter.run(simple.graph, targets.map { simple[$0] }, bindings))
    }

    @Test("Equal nodes become one, unneeded ones none, and what does nothing disappears")
    func sharing() throws {
        var graph = Graph()
        let x = try graph.data("x", [2, 2])
        let twice = try graph.add(graph.relu(x), graph.relu(x))
        let plain = try graph.affine(graph.append(.reshape([2, 2]), [twice]), slope: 1)
        _ = try graph.absoluteValue(x)
        let simple = graph.simplified(keeping: [plain])
        #expect(simple.graph.nodes.map(\.primitive.label) == ["x", "select", "apply", "add"])
    }

    @Test("A leaky ReLU of slope 1 keeps its code")
    func codesAreKept() throws {
        var graph = Graph()
        let x = try graph.data("x", [3])
        let y = try graph.leakyReLU(x, slope: 1, name: "leaky")
        #expect(graph.codes(for: [y]).map { graph[$0].name } == ["leaky"])
        #expect(graph.simplified(keeping: [y]).graph.nodes.count == 3)
    }

    @Test("Freezing replaces each code by an input and keeps every index")
    func freezing() throws {
        var graph = Graph()
        let x = try graph.data("x", [1, 2])
        let y = try graph.relu(graph.dense(x, weight: graph.parameter("w", [3, 2])))
        let code = try #require(graph.codes(for: [y]).first)
        let frozen = graph.frozen()
        #expect(frozen.nodes.count == graph.nodes.count)
        #expect(frozen[code].primitive == .input(Input("code \(code.index)", .code, graph[code].type)))
        #expect(frozen.kind(of: [y]) == .affine)
        // With all units active the frozen graph is x ↦ W x, also where W x is negative.
        let bindings: Bindings<Double> = [
            "x": .scalars(Tensor(shape: [1, 2], elements: [-1, 1])), "w": .scalars(Tensor(shape: [3, 2], elements: [1, 0, 0, 1, 2, 3])),
            Graph.frozenCodeName(code): .code(Code(shape: [1, 3], elements: [1, 1, 1])),
        ]
        #expect(try Interpreter.run(frozen, [y], bindings)[0].scalars.elements == [-1, 1, 1])
    }

    @Test("Kinds: max-affine where convex, wider elsewhere")
    func kinds() throws {
        func kind(_ build: (inout Graph, Value) throws -> Value) throws -> SplineKind {
            var graph = Graph()
            let x = try graph.data("x", [2, 4])
            let y = try build(&graph, x)
            return graph.kind(of: [y])
        }
        #expect(try kind { try $0.affine($1, slope: 3) } == .affine)
        #expect(try kind { try $0.relu($1) } == .maxAffine)
        #expect(try kind { try $0.leakyReLU($1, slope: 0.1) } == .maxAffine)
        #expect(try kind { try $0.leakyReLU($1, slope: -3) } == .maxAffine)  // convex, not monotone (THEORY E1)
        #expect(try kind { try $0.leakyReLU($1, slope: 2) } == .piecewiseAffine)  // concave
        #expect(try kind { try $0.absoluteValue($1) } == .maxAffine)
        #expect(try kind { try $0.clip($1, low: 0, high: 6) } == .piecewiseAffine)
        #expect(try kind { try $0.maxout($1, pieces: 2) } == .maxAffine)
        #expect(try kind { try $0.sign($1) } == .discontinuous)
        #expect(try kind { try $0.winners($1, count: 1) } == .discontinuous)
        #expect(try kind { try $0.multiply($1, $1) } == .smooth)
        #expect(try kind { try $0.gelu($1) } == .smooth)
        #expect(try kind { try $0.softmax($1) } == .smooth)
        #expect(try kind { try $0.multiply($1, $0.parameter("p", [2, 4])) } == .affine)
    }

    @Test("Smooth nodes are named, also behind piecewise-affine ones")
    func smoothNodes() throws {
        var graph = Graph()
        let x = try graph.data("x", [2, 4])
        let y = try graph.smooth(.sigmoid, graph.relu(x), name: "gate")
        #expect(graph.smoothNodes(for: [y]).map { graph[$0].label } == ["gate"])
        #expect(graph.smoothNodes(for: [x]) == [])
    }
}
