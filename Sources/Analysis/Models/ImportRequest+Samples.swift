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
        guard let single = try? freed.network(batch: 1), InputForm(single, hasOpenBatch: true) == form,
            single.parameters.keys == network.parameters.keys, let one = try? single.readable(form),
            one.input == fixed.input, one.output == fixed.output, one.graph.isOneSample(of: fixed.graph, input: fixed.input, batch: batch)
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

extension Graph {
    /// Whether this is, node by node, what `whole` does to each sample of its batch: the same primitives, on shapes that are one sample's.
    fileprivate func isOneSample(of whole: Graph, input: Value, batch: Int) -> Bool {
        guard nodes.count == whole.nodes.count else { return false }
        let (depends, axes) = (whole.dependents(of: [input]), whole.sampleAxes(of: input))
        return values.allSatisfy { value in
            let (mine, its) = (self[value], whole[value])
            guard mine.operands == its.operands else { return false }
            guard depends[value.index] else { return isSame(value, in: whole) }
            guard let axis = axes[value.index] else { return false }
            var shape = its.type.shape
            shape[axis] /= batch
            guard mine.type.shape == shape else { return false }
            switch (mine.primitive, its.primitive) {
            case (.input, .input), (.reshape, .reshape): return true
            case (.broadcast(let mine, _), .broadcast(let its, _)): return mine == its
            case (.slice(let mine), .slice(let its)):
                return mine.steps == its.steps
                    && its.starts.indices.allSatisfy { i in
                        i == axis ? its.steps[i] == 1 && mine.starts[i] * batch == its.starts[i] : mine.starts[i] == its.starts[i]
                    }
            default: return mine.primitive == its.primitive
            }
        }
    }

    /// Whether a value that depends on no sample is the same for all of them, and the same in `other`, but for its size.
    private func isSame(_ value: Value, in other: Graph) -> Bool {
        let (mine, its) = (self[value].primitive, other[value].primitive)
        if mine == its { return true }
        if case .broadcast(let mine, _) = mine, case .broadcast(let its, _) = its {
            return mine == its && self[self[value].operands[0]].primitive == other[other[value].operands[0]].primitive
        }
        guard let number = uniformNumber(of: value) else { return false }
        return number == other.uniformNumber(of: value)
    }

    /// The number that all entries of a constant are.
    private func uniformNumber(of value: Value) -> Double? {
        switch self[value].primitive {
        case .fill(let number, _): return number
        case .constant(let tensor):
            return tensor.elements.first.flatMap { first in tensor.elements.allSatisfy { $0 == first } ? first : nil }
        case .broadcast, .reshape, .transpose, .slice: return uniformNumber(of: self[value].operands[0])
        default: return nil
        }
    }
}
