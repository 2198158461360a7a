// Networks of several inputs, or without a batch axis, as the readings want them: one input [N, …], one output [N, …].

import Graphs
import Interchange
import Splines
import Tensors

/// How what a file calls inputs becomes the one input that is read.
enum InputForm: Hashable, Sendable {
    /// One input, its first axis the samples.
    case single
    /// Several inputs with a common batch axis: a sample is all of theirs, flattened, one after the other in the file's order.
    case joined
    /// No batch axis: all inputs together are the one sample; a single one keeps its shape.
    case whole

    /// - Parameter hasOpenBatch: whether the first axis of the first input is declared open.
    init(_ network: ImportedNetwork, hasOpenBatch: Bool) {
        let shapes = network.inputs.map { network.graph.shape($0.value) }
        let batch = shapes[0].first
        let output = batch.map { network.graph.read(network.outputs[0].value, batch: $0) }
        let isBatched = batch != nil && shapes.allSatisfy { $0.first == batch } && network.graph.shape(output!).first == batch
        if !isBatched || shapes.contains(where: { $0.count == 1 }) && !hasOpenBatch {
            self = .whole
        } else {
            self = shapes.count == 1 && shapes[0].count > 1 ? .single : .joined
        }
    }
}

extension ImportedNetwork {
    /// The graph in that form.
    func readable(_ form: InputForm) throws(GraphError) -> ReadableGraph {
        let last = outputs[0].value
        let output = form == .whole ? last : graph.read(last, batch: graph.shape(inputs[0].value)[0])
        guard form != .single else { return ReadableGraph(graph: graph, input: inputs[0].value, output: output) }
        let shapes = inputs.map { graph.shape($0.value) }
        let samples = form == .joined ? shapes[0][0] : 1
        let sizes = shapes.map { $0.elementCount / samples }
        var result = Graph()
        let alone = form == .whole && inputs.count == 1
        let name = inputs.count == 1 ? inputs[0].name : ImportedNetwork.joinedName(parameters.keys)
        let input = try result.data(name, [samples] + (alone ? shapes[0] : [sizes.reduce(0, +)]))
        var map = [Value?](repeating: nil, count: graph.nodes.count)
        var start = 0
        for (port, (shape, size)) in zip(inputs, zip(shapes, sizes)) {
            let part =
                alone ? input : try result.append(.slice(Slice(starts: [0, start], counts: [samples, size])), [input])
            map[port.value.index] = try result.reshape(part, shape)
            start += size
        }
        for value in graph.values where map[value.index] == nil {
            let node = graph[value]
            map[value.index] = try result.append(node.primitive, node.operands.map { map[$0.index]! }, name: node.name)
        }
        var read = map[output.index]!
        if form == .whole { read = try result.reshape(read, [1] + graph.shape(output)) }
        return ReadableGraph(graph: result, input: input, output: read)
    }

    /// A name that no parameter has.
    private static func joinedName(_ taken: some Collection<String>) -> String {
        var name = "x"
        while taken.contains(name) { name += "'" }
        return name
    }
}
