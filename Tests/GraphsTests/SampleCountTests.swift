// A graph for other numbers of samples against the graph that it was made from, and against the graph built for that number.

import Graphs
import TestSupport
import Tensors
import Testing

@Suite struct SampleCountTests {
    private func numbers(_ graph: Graph, _ output: Value, _ bindings: Bindings<Double>) throws -> [Double] {
        switch try Interpreter.run(graph, [output], bindings)[0] {
        case .scalars(let tensor): tensor.elements
        case .code(let code): code.elements.map(Double.init)
        }
    }

    @Test(
        "Law: the graph for one sample makes the first sample's entries, wherever among a primitive's axes the samples lie",
        arguments: PrimitiveCase.all)
    func primitives(example: PrimitiveCase) throws {
        for (position, shape) in example.shapes.enumerated() {
            for axis in shape.indices where shape[axis] > 1 {
                let (graph, s, output) = try example.graph(samplesOf: position, along: axis)
                guard case .one(let stride) = graph.sampleDependences(of: s)[output.index] else { continue }
                guard let one = graph.forSamples(1, of: s, to: output) else {
                    // Samples in pieces of axes, and constant codes.
                    #expect(
                        ["reshape", "pick", "where", "parametric"].contains { example.name.hasPrefix($0) },
                        "\(example), input \(position), axis \(axis)")
                    continue
                }
                var generator = RandomGenerator(seed: 1, purpose: "\(axis)")
                let drawn: Tensor<Double> = Sampler.generic.tensor(graph.shape(s), using: &generator)
                let x = drawn.map(example.domain)
                var bindings: Bindings<Double> = example.bindings(.generic, seed: 1)
                bindings["s"] = .scalars(x)
                let all = try numbers(graph, output, bindings)
                bindings["s"] = .scalars(x.rows(0..<1))
                let found = try numbers(one.graph, one.output, bindings)
                let count = shape[axis]
                #expect(
                    found == all.indices.filter { $0 / stride % count == 0 }.map { all[$0] }, "input \(position), axis \(axis) of \(shape)")
            }
        }
    }

    @Test("Law: a graph for three samples, made one for 1, 2 and 5, does what the graph built for so many does", arguments: UInt64(0)..<24)
    func networks(seed: UInt64) throws {
        let three = try RandomNetwork.draw(seed: seed, batch: 3, continuous: false)
        for count in [1, 2, 5] {
            let built = try RandomNetwork.draw(seed: seed, batch: count, continuous: false)
            let made = try #require(three.graph.forSamples(count, of: three.input, to: three.output))
            let x = built.data(.generic, seed: seed)
            #expect(
                try numbers(made.graph, made.output, built.bindings(x)) == numbers(built.graph, built.output, built.bindings(x)))
        }
    }

    @Test("Law: graphs of one network for several samples do to each what that for one does", arguments: UInt64(0)..<24)
    func agreement(seed: UInt64) throws {
        let one = try RandomNetwork.draw(seed: seed, batch: 1, continuous: false)
        for count in [2, 3] {
            let some = try RandomNetwork.draw(seed: seed, batch: count, continuous: false)
            #expect(
                some.graph.departure(of: some.output, at: some.input, from: one.graph, output: one.output, at: one.input) == nil)
        }
    }

    @Test("A number that counts the samples, and a step that one sample alone does not take, are departures")
    func departures() throws {
        func network(_ count: Int, divided: Bool, clipped: Bool = false) throws -> (Graph, Value, [Value]) {
            var graph = Graph()
            let x = try graph.data("x", [count, 3])
            let weight = try graph.parameter("w", [2, 3])
            let hidden = try graph.relu(graph.append(.matrixProduct(transposeLeft: false, transposeRight: true), [x, weight]))
            let scaled = try graph.append(.affine(slope: divided ? 1 / Double(count) : 0.5, offset: 0), [hidden])
            let output = clipped ? try graph.relu(scaled) : scaled
            return (graph, x, [scaled, output])
        }
        let (one, x, single) = try network(1, divided: true)
        let (two, _, several) = try network(2, divided: true)
        #expect(two.departure(of: several[1], at: x, from: one, output: single[1], at: x) == several[0])
        let (plain, _, outputs) = try network(1, divided: false)
        let (clipped, _, more) = try network(2, divided: false, clipped: true)
        let departure = clipped.departure(of: more[1], at: x, from: plain, output: outputs[1], at: x)
        #expect(departure.map { $0 > more[0] } == true)
    }

    @Test("A constant built for two samples as a repetition is the one sample's, and is none where its rows differ")
    func constants() throws {
        func network(_ count: Int, _ rows: [Double]) throws -> (Graph, Value, Value) {
            var graph = Graph()
            let x = try graph.data("x", [count, 2])
            let constant = try graph.append(.constant(Tensor(shape: [count, 2], elements: rows)))
            let sum = try graph.add(x, constant)
            return (graph, x, sum)
        }
        let (one, x, single) = try network(1, [3, 4])
        let (two, _, output) = try network(2, [3, 4, 3, 4])
        #expect(two.mixer(of: x, to: output) == nil)
        #expect(two.departure(of: output, at: x, from: one, output: single, at: x) == nil)
        let (other, _, shifted) = try network(2, [3, 5, 3, 5])
        #expect(other.departure(of: shifted, at: x, from: one, output: single, at: x) == shifted)
        let (uneven, _, mixed) = try network(2, [3, 4, 3, 5])
        #expect(uneven.mixer(of: x, to: mixed) == mixed)
    }
}
