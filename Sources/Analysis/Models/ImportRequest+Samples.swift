// Where a file has its samples: a batch of any size, one that was fixed on export, or none, so that all of the input is one sample.

import Graphs
import Interchange
import Splines
import Tensors

extension ImportRequest {
    /// The network for one sample, or for the one batch that it has, and the form in which that is read.
    func settled() throws(InterchangeError) -> (network: ImportedNetwork, form: InputForm, batch: SampleBatch) {
        let network = try oneSample()
        guard let port = network.inputs.first else { return (network, .whole, .fixed(1)) }
        guard isWhole || fixedBatch != 0 else { throw .unsupported(file: file.file, what: "input '\(port.name)' is a batch of 0 samples") }
        let form = isWhole ? .whole : InputForm(network, hasOpenBatch: fixedBatch == nil)
        guard form != .whole else { return (network, .whole, .fixed(1)) }
        guard let size = fixedBatch else { return (network, form, .open) }
        guard size > 1, let fixed = try? network.readable(form) else { return (network, form, .fixed(size)) }
        if let mixer = fixed.mixer(network.bindings([:])) {
            // A shape guessed from samples took the first axis for theirs.
            if guessesShape { throw .mixing(fixed.graph, mixer, file: file.file) }
            return (network, .whole, .fixed(1))
        }
        return (network, form, fixed.forSamples(1) == nil ? .fixed(size) : .example)
    }

    /// The network for one sample.
    /// - Throws: what importing it throws; where that depends on the number of samples, with how to read the input whole.
    private func oneSample() throws(InterchangeError) -> ImportedNetwork {
        do { return try network(batch: 1) } catch {
            guard case .invalid(let file, let place, let reason) = error, fixedBatch == nil, !isWhole else { throw error }
            let again: InterchangeError?
            do {
                _ = try network(batch: 2)
                again = nil
            } catch { again = error }
            guard again != error else { throw error }
            throw .invalid(
                file: file, place: place,
                reason: "\(reason), for one sample: where the first axis of the input is no batch, give the shape of all axes (--shape)")
        }
    }
}

/// The batch that a network has.
enum SampleBatch {
    /// One of this size alone.
    case fixed(Int)
    /// One whose size was fixed on export: the same is done to any number of samples.
    case example
    /// One whose size the file leaves open.
    case open

    /// The only size that can be read.
    var size: Int? { if case .fixed(let size) = self { size } else { nil } }
}

/// The graphs of a file that leaves its batch open, where that for several samples is as many times that for one.
struct OpenBatch: Sendable {
    let file: String
    let one: ReadableGraph
    let parameters: Bindings<Double>
    /// The graph for several samples.
    let build: @Sendable (_ batch: Int) throws(InterchangeError) -> ReadableGraph

    /// - Throws: `InterchangeError.unsupported` where a sample's outputs depend on the others, or on how many they are; what building throws.
    func graph(batch: Int) throws(InterchangeError) -> ReadableGraph {
        try batch == 1 ? one : checked(build(batch))
    }

    private func checked(_ built: ReadableGraph) throws(InterchangeError) -> ReadableGraph {
        if let mixer = built.mixer(parameters) { throw .mixing(built.graph, mixer, file: file) }
        guard let departure = built.departure(from: one, parameters) else { return built }
        throw .noBatch(built.graph, departure, "treats several samples otherwise than each alone", file: file)
    }

    /// How many samples are read at once where `batch` are wanted: one by one where the network takes no more.
    /// - Throws: as `graph`, for two samples.
    func admitted(_ batch: Int) throws(InterchangeError) -> Int {
        guard batch > 1, let two = try? build(2) else { return 1 }
        _ = try checked(two)
        return batch
    }
}

extension InterchangeError {
    /// The refusal of a batch whose samples a node of the graph brings together.
    static func mixing(_ graph: Graph, _ mixer: Value, file: String) -> InterchangeError {
        noBatch(graph, mixer, "brings the samples of a batch together", file: file)
    }

    fileprivate static func noBatch(_ graph: Graph, _ value: Value, _ reason: String, file: String) -> InterchangeError {
        // A node of several primitives gives its name to the last.
        let name = graph.nodes[value.index...].first { !$0.name.isEmpty }?.name ?? graph[value].label
        return .unsupported(
            file: file,
            what: "node '\(name)' \(reason), so that the first axis of the input is no batch: give the shape of the whole input, all axes "
                + "of it, and it is read as one sample (--shape)")
    }
}

extension ReadableGraph {
    /// The graph that does the same to each of another number of samples, where there is one.
    func forSamples(_ count: Int) -> ReadableGraph? {
        graph.forSamples(count, of: input, to: output).map { ReadableGraph(graph: $0.graph, input: $0.input, output: $0.output) }
    }

    /// What brings samples together, or treats them differently.
    func mixer(_ parameters: Bindings<Double>) -> Value? { graph.mixer(of: input, to: output, parameters: parameters) }

    /// The first value that this does to several samples otherwise than `one` does to each.
    fileprivate func departure(from one: ReadableGraph, _ parameters: Bindings<Double>) -> Value? {
        graph.departure(of: output, at: input, from: one.graph, output: one.output, at: one.input, parameters: parameters)
    }
}
