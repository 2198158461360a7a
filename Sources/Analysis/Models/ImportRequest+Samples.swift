// Where a file has its samples: a batch of any size, one that was fixed on export, or none, so that all of the input is one sample.

import Graphs
import Interchange
import Splines
import Tensors

extension ImportRequest {
    /// The request with its network for one sample, or for the one batch that it has, and the form in which that is read.
    func settled() throws(InterchangeError) -> (ImportRequest, ImportedNetwork, InputForm) {
        let network = try network(batch: 1)
        guard let port = network.inputs.first else { return (self, network, .whole) }
        guard isWhole || fixedBatch != 0 else { throw .unsupported(file: file.file, what: "input '\(port.name)' is a batch of 0 samples") }
        let form = isWhole ? .whole : InputForm(network, hasOpenBatch: fixedBatch == nil)
        guard form != .whole, let batch = fixedBatch, batch > 1 else { return (self, network, form) }
        // A batch that was fixed on export, where it is one: the same network of one sample is there, and cheaper.
        guard let fixed = try? network.readable(form) else { return (self, network, form) }
        if let mixer = fixed.graph.mixer(of: fixed.input, to: fixed.output) {
            // A shape guessed from samples took the first axis for theirs.
            if guessesShape { throw .mixing(fixed.graph, mixer, file: file.file) }
            return (self, network, .whole)
        }
        var freed = self
        freed.freesBatch = true
        guard let single = try? freed.network(batch: 1), single.isOneSample(of: network, batch: batch),
            InputForm(single, hasOpenBatch: true) == form
        else { return (self, network, form) }
        return (freed, single, form)
    }
}

extension InterchangeError {
    /// The refusal of a batch whose samples a node of the graph brings together.
    static func mixing(_ graph: Graph, _ mixer: Value, file: String) -> InterchangeError {
        // A node of several primitives gives its name to the last.
        let name = graph.nodes[mixer.index...].first { !$0.name.isEmpty }?.name ?? graph[mixer].label
        return .unsupported(
            file: file,
            what: "node '\(name)' brings the samples of a batch together, so that the first axis of the input is no batch: give the shape "
                + "of the whole input, all axes of it, and it is read as one sample (--shape)")
    }
}

extension ImportedNetwork {
    /// Whether this is, node by node, one sample of what `other` does to a batch.
    fileprivate func isOneSample(of other: ImportedNetwork, batch: Int) -> Bool {
        guard graph.nodes.count == other.graph.nodes.count, inputs.map(\.value) == other.inputs.map(\.value),
            outputs.map(\.value) == other.outputs.map(\.value), parameters.keys == other.parameters.keys
        else { return false }
        let (depends, others) = (graph.dependents(of: inputs.map(\.value)), other.graph.dependents(of: other.inputs.map(\.value)))
        return graph.values.allSatisfy { value in
            let (mine, its) = (graph[value], other.graph[value])
            guard mine.operands == its.operands, mine.primitive.label == its.primitive.label,
                depends[value.index] == others[value.index]
            else { return false }
            let isPart = mine.type.shape.elementCount * batch == its.type.shape.elementCount
            if depends[value.index] || mine.primitive == its.primitive { return depends[value.index] ? isPart : true }
            // What does not depend on samples is the same for all.
            switch (mine.primitive, its.primitive) {
            case (.fill(let a, _), .fill(let b, _)): return isPart && a == b
            case (.constant(let a), .constant(let b)):
                return isPart && (0..<batch).allSatisfy { b.elements.dropFirst($0 * a.count).starts(with: a.elements) }
            case (.broadcast, _), (.reshape, _): return isPart
            default: return false
            }
        }
    }
}
