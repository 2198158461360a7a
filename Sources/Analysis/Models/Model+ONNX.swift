// Imported networks, as readings need them: one input, one output, the outputs before a final softmax.

import Graphs
public import Interchange
import Splines
import Tensors

extension Model {
    /// A network from an ONNX file.
    ///
    /// - Throws: `InterchangeError` for a file that is wrong or needs what is not supported, and for choices that do not fit it.
    init(onnx path: String, _ choices: ImportChoices, budget: MemoryBudget) throws(InterchangeError) {
        let file = try ONNXModel.file(path: path, budget: budget)
        let model = try ONNXModel(file, externalDataFolder: choices.externalDataFolder)
        try self.init(model, choices, budget: budget) { SHA256.digest(file.stored) }
    }

    /// A network from the bytes of an ONNX file, whose name errors give as `file`.
    public init(onnx bytes: [UInt8], file: String, budget: MemoryBudget = .standard) throws(InterchangeError) {
        try self.init(ONNXModel(bytes: bytes, file: file, budget: budget), ImportChoices(), budget: budget) { SHA256.digest(bytes) }
    }

    private init(
        _ file: ONNXModel, _ choices: ImportChoices, budget: MemoryBudget, digest: @escaping @Sendable () -> String
    ) throws(InterchangeError) {
        let (request, network, form) = try Model.settled(ImportRequest(file, choices, budget), file)
        guard let port = network.inputs.first else { throw .unsupported(file: file.file, what: "the output depends on no input") }
        @Sendable func readable(_ network: ImportedNetwork) throws(InterchangeError) -> ReadableGraph {
            let built: ReadableGraph
            do throws(GraphError) { built = try network.readable(form).withOutputApart() } catch {
                throw .unsupported(file: file.file, what: error.description)
            }
            if let mixer = built.graph.mixer(of: built.input, to: built.output) { throw Model.mixing(built.graph, mixer, file) }
            return built
        }
        let built = try readable(network)
        let sample = { (value: Value) in Array(network.graph.shape(value).dropFirst(form == .whole ? 0 : 1)) }
        self.init(
            name: file.file,
            readable: ReadableNetwork(
                name: file.file, inputShape: Array(built.graph.shape(built.input).dropFirst()), parameters: network.bindings([:]),
                fixedBatch: form == .whole ? 1 : request.fixedBatch
            ) { batch in try readable(batch == 1 || form == .whole ? network : request.network(batch: batch)) },
            parameterCount: network.parameters.values.reduce(0) { $0 + $1.shape.elementCount },
            outputCount: built.graph.shape(built.output).dropFirst().reduce(1, *), digest: digest,
            inputs: network.inputs.count == 1
                ? [Input(name: port.name, shape: Array(built.graph.shape(built.input).dropFirst()))]
                : network.inputs.map { Input(name: $0.name, shape: sample($0.value)) },
            inputName: built.graph[built.input].name, outputName: network.outputs[0].name, inputMap: request.inputMap,
            embeddedArchitecture: file.metadata[ONNXExport.architectureKey])
    }
}

extension Model {
    /// The request with its network for one sample, or for the one batch that it has, and the form in which that is read.
    private static func settled(_ request: ImportRequest, _ file: ONNXModel) throws(InterchangeError)
        -> (ImportRequest, ImportedNetwork, InputForm)
    {
        let network = try request.network(batch: 1)
        guard !network.inputs.isEmpty else { return (request, network, .whole) }
        var form = request.isWhole ? .whole : InputForm(network, hasOpenBatch: request.fixedBatch == nil)
        guard form != .whole, let batch = request.fixedBatch, batch > 1 else { return (request, network, form) }
        // A batch that was fixed on export, where it is one: the same network of one sample is there, and cheaper.
        guard let fixed = try? network.readable(form) else { return (request, network, form) }
        if let mixer = fixed.graph.mixer(of: fixed.input, to: fixed.output) {
            // A shape guessed from samples took the first axis for theirs.
            if request.guessesShape { throw mixing(fixed.graph, mixer, file) }
            form = .whole
            return (request, network, form)
        }
        var freed = request
        freed.freesBatch = true
        guard let single = try? freed.network(batch: 1), single.isOneSample(of: network, batch: batch),
            InputForm(single, hasOpenBatch: true) == form
        else { return (request, network, form) }
        return (freed, single, form)
    }

    private static func mixing(_ graph: Graph, _ mixer: Value, _ file: ONNXModel) -> InterchangeError {
        // A node of several primitives gives its name to the last.
        let name = graph.nodes[mixer.index...].first { !$0.name.isEmpty }?.name ?? graph[mixer].label
        return .unsupported(
            file: file.file,
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

extension ReadableGraph {
    /// The same with an output that is not the input itself, as it is where a network is nothing but a softmax: the identity is a map.
    fileprivate func withOutputApart() throws(GraphError) -> ReadableGraph {
        guard output == input else { return self }
        var graph = graph
        let identity = try graph.append(.affine(slope: 1, offset: 0), [input])
        return ReadableGraph(graph: graph, input: input, output: identity)
    }
}

extension Graph {
    /// The value that stands for an output: what a final softmax or its logarithm is taken of (`outputs` are before it), and what is behind a
    /// final reshape that runs several outputs of a sample along the batch axis, as scikit-learn's regressors end with.
    func read(_ value: Value, batch: Int) -> Value {
        if let scores = beforeSoftmax(value) { return scores }
        switch self[value].primitive {
        case .reshape:
            let before = self[value].operands[0]
            guard shape(before).first == batch else { return value }
            // What a reshape of a final softmax is taken of; runtimes before operator set 13 flatten for it.
            if let scores = beforeSoftmax(before) { return scores }
            let isSame = shape(before) == shape(value)
            return isSame || shape(value).first != batch ? read(before, batch: batch) : value
        default: return value
        }
    }

    /// What `value` is the softmax of, or the logarithm of the softmax.
    private func beforeSoftmax(_ value: Value) -> Value? {
        switch self[value].primitive {
        case .softmax: return self[value].operands[0]
        case .subtract:
            let (scores, spread) = (self[value].operands[0], self[value].operands[1])
            guard case .broadcast = self[spread].primitive else { return nil }
            let total = self[spread].operands[0]
            guard case .logSumExp = self[total].primitive, self[total].operands == [scores] else { return nil }
            return scores
        default: return nil
        }
    }
}
