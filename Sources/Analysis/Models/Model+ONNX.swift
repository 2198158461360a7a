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
        let request = try ImportRequest(file, choices, budget)
        let (network, form, batch) = try request.settled()
        guard let port = network.inputs.first else { throw .unsupported(file: file.file, what: "the output depends on no input") }
        var parameters: Bindings<Double> = network.bindings([:])
        @Sendable func readable(_ network: ImportedNetwork) throws(InterchangeError) -> ReadableGraph {
            do throws(GraphError) { return try network.readable(form).withOutputApart() } catch {
                throw .unsupported(file: file.file, what: error.description)
            }
        }
        let whole = try readable(network)
        if let mixer = whole.mixer(parameters) { throw .mixing(whole.graph, mixer, file: file.file) }
        let one: ReadableGraph
        let admitted: @Sendable (Int) throws -> Int
        let build: @Sendable (Int) throws -> ReadableGraph
        switch batch {
        case .fixed: (one, admitted, build) = (whole, { $0 }, { _ in whole })
        case .example:
            @Sendable func some(_ count: Int) throws(InterchangeError) -> ReadableGraph {
                guard let some = whole.forSamples(count) else {
                    throw .unsupported(file: file.file, what: "cannot be read for \(count) samples")
                }
                return some
            }
            (one, admitted, build) = (try some(1), { $0 }, { try some($0) })
        case .open:
            // What is one number for one sample may be a parameter for several.
            if let several = try? request.network(batch: 2) { parameters.merge(several.bindings([:])) { own, _ in own } }
            let open = OpenBatch(file: file.file, one: whole, parameters: parameters) { batch throws(InterchangeError) in
                try readable(request.network(batch: batch))
            }
            (one, admitted, build) = (whole, { try open.admitted($0) }, { try open.graph(batch: $0) })
        }
        let sample = { (value: Value) in Array(network.graph.shape(value).dropFirst(form == .whole ? 0 : 1)) }
        self.init(
            name: file.file,
            readable: ReadableNetwork(
                name: file.file, inputShape: Array(one.graph.shape(one.input).dropFirst()), parameters: parameters,
                fixedBatch: batch.size, admitted: admitted, build: build),
            parameterCount: network.parameters.values.reduce(0) { $0 + $1.shape.elementCount },
            outputCount: one.graph.shape(one.output).dropFirst().reduce(1, *), digest: digest,
            inputs: network.inputs.count == 1
                ? [Input(name: port.name, shape: Array(one.graph.shape(one.input).dropFirst()))]
                : network.inputs.map { Input(name: $0.name, shape: sample($0.value)) },
            inputName: one.graph[one.input].name, outputName: network.outputs[0].name, readsWhole: form == .whole,
            inputMap: request.inputMap,
            embeddedArchitecture: file.metadata[ONNXExport.architectureKey])
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
