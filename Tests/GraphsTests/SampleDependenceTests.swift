// Which sample an entry depends on, against what changes when a sample is changed.

import Graphs
import TestSupport
import Tensors
import Testing

@Suite struct SampleDependenceTests {
    /// What of `output` changes, in several tries, when sample n along the first axis of the input `s` does: for each entry the samples.
    private func changing(_ graph: Graph, _ s: Value, _ output: Value, _ bindings: Bindings<Double>, _ draw: (UInt64) -> Tensor<Double>)
        throws -> [Set<Int>]
    {
        guard case .input(let input) = graph[s].primitive else { fatalError("no input") }
        let count = graph.shape(s)[0]
        var samples = [Set<Int>](repeating: [], count: graph.shape(output).elementCount)
        func numbers(_ x: Tensor<Double>) throws -> [Double] {
            switch try Interpreter.run(graph, [output], bindings.merging([input.name: .scalars(x)]) { $1 })[0] {
            case .scalars(let tensor): tensor.elements
            case .code(let code): code.elements.map(Double.init)
            }
        }
        for trial in UInt64(0)..<6 {
            let (x, other) = (draw(2 * trial), draw(2 * trial + 1))
            let before = try numbers(x)
            for n in 0..<count {
                var changed = x
                let row = x.count / count
                changed.elements.replaceSubrange(n * row..<(n + 1) * row, with: other.elements[n * row..<(n + 1) * row])
                for (entry, number) in try numbers(changed).enumerated() where number != before[entry] { samples[entry].insert(n) }
            }
        }
        return samples
    }

    @Test(
        "Law: no entry changes with a sample that is not its own, wherever among a primitive's axes the samples lie",
        arguments: PrimitiveCase.all)
    func primitives(example: PrimitiveCase) throws {
        for (position, shape) in example.shapes.enumerated() {
            for axis in shape.indices where shape[axis] > 1 {
                let (graph, s, output) = try example.graph(samplesOf: position, along: axis)
                let found = graph.sampleDependences(of: s)
                let bindings: Bindings<Double> = example.bindings(.generic, seed: 1)
                let changes = try changing(graph, s, output, bindings) { seed in
                    var generator = RandomGenerator(seed: seed, purpose: "\(axis)")
                    let tensor: Tensor<Double> = Sampler.generic.tensor(graph.shape(s), using: &generator)
                    return tensor.map(example.domain)
                }
                let note = "input \(position), axis \(axis) of \(shape)"
                switch found[output.index] {
                case .none: #expect(changes.allSatisfy { $0.isEmpty }, "\(note)")
                case .one(let stride):
                    let count = shape[axis]
                    #expect(changes.enumerated().allSatisfy { $1.isSubset(of: [$0 / stride % count]) }, "\(note)")
                case .several: break
                }
            }
        }
    }

    @Test("Law: random networks keep samples apart, and lie along the first axis", arguments: UInt64(0)..<24)
    func networks(seed: UInt64) throws {
        let network = try RandomNetwork.draw(seed: seed, batch: 3, continuous: false)
        #expect(network.graph.mixer(of: network.input, to: network.output) == nil)
        for value in network.steps + [network.output] {
            let perSample = network.graph.shape(value).elementCount / 3
            #expect(network.graph.sampleDependences(of: network.input)[value.index] == .one(stride: perSample))
        }
    }

    @Test("Samples are followed through transposes, joined axes and back; a second axis merged with theirs keeps its order")
    func rearrangements() throws {
        var graph = Graph()
        let x = try graph.data("x", [3, 4, 5])
        let timeFirst = try graph.append(.transpose([1, 0, 2]), [x])  // [4, 3, 5]: entry i is of sample (i / 5) mod 3
        let rows = try graph.reshape(timeFirst, [12, 5])
        let weight = try graph.parameter("w", [7, 5])
        let dense = try graph.append(.matrixProduct(transposeLeft: false, transposeRight: true), [rows, weight])
        let step = try graph.append(.slice(Slice(starts: [1, 0, 0], counts: [1, 3, 7])), [graph.reshape(dense, [4, 3, 7])])
        let back = try graph.reshape(step, [3, 7])
        let half = try graph.append(.slice(Slice(starts: [0, 0], counts: [6, 5])), [rows])
        let wrong = try graph.append(.slice(Slice(starts: [1, 0], counts: [6, 5])), [rows])
        let found = graph.sampleDependences(of: x)
        #expect(found[timeFirst.index] == .one(stride: 5) && found[rows.index] == .one(stride: 5))
        #expect(found[dense.index] == .one(stride: 7) && found[back.index] == .one(stride: 7))
        #expect(found[half.index] == .one(stride: 5) && found[wrong.index] == .several)
        #expect(graph.mixer(of: x, to: back) == nil && graph.mixer(of: x, to: dense) == dense)
    }

    @Test("What brings samples together is named: a mean over them, a product across them, a shift along them")
    func mixers() throws {
        var graph = Graph()
        let x = try graph.data("x", [3, 3])
        let weight = try graph.parameter("w", [3, 3])
        let hidden = try graph.relu(x)
        let mean = try graph.append(.broadcast(axes: [0], shape: [3, 3]), [graph.append(.sum(axes: [0]), [hidden])])
        let centred = try graph.append(.subtract, [hidden, mean])
        let across = try graph.append(.matrixProduct(transposeLeft: false, transposeRight: false), [weight, hidden])
        let gram = try graph.append(.matrixProduct(transposeLeft: false, transposeRight: true), [hidden, hidden])
        let rolled = try graph.append(.gather(axis: 0, indices: [2, 0, 1]), [hidden])
        let turned = try graph.append(.transpose([1, 0]), [hidden])
        #expect(graph.mixer(of: x, to: hidden) == nil)
        #expect(graph.mixer(of: x, to: centred) == graph[mean].operands[0])
        #expect(graph.mixer(of: x, to: across) == across && graph.mixer(of: x, to: gram) == gram)
        #expect(graph.mixer(of: x, to: rolled) == rolled && graph.mixer(of: x, to: turned) == turned)
    }
}
