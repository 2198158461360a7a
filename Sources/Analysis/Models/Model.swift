// Whatever a command's MODEL names (DESIGN §6), as readings need it.

import Graphs
public import Interchange
public import Networks
public import Splines
public import Tensors

/// A network to be read, with what is known of where it came from.
public struct Model: Sendable {
    /// The file's path, or the architecture's name.
    public let name: String
    /// The name without the folders it lies in: what headings call the network.
    public var title: String { name.split(separator: "/").last.map(String.init) ?? name }
    public private(set) var readable: ReadableNetwork
    /// The number of learned numbers.
    public let parameterCount: Int
    public let outputCount: Int
    /// What `--data` is put through before it becomes the network's input.
    public let normalization: Normalization
    public let classNames: [String]?
    /// SHA-256 of the file, or of the architecture's text and seed; computed when asked for.
    public var digest: String { makeDigest() }
    private let makeDigest: @Sendable () -> String
    /// The network where it is one of ours; an imported one is its graph alone.
    public let network: Network?
    /// The inputs that are read, one sample's shape each. Where they are several, a sample is all of theirs, flattened, in this order.
    public let inputs: [Input]
    /// What the input, or all of them together, and the output read are called.
    public let inputName: String
    public let outputName: String
    /// Whether all of the input is one sample, since its first axis is no batch.
    public let readsWhole: Bool
    /// What samples of an imported network go through first, where the user said so; it is part of the network as read.
    public let inputMap: InputMap?
    /// The JSON of the native architecture that an ONNX file was made from, as the file has it: anyone may have written it.
    let embeddedArchitecture: String?

    /// A named input of one sample's shape.
    public struct Input: Hashable, Sendable {
        public let name: String
        public let shape: Shape
    }

    init(
        name: String, readable: ReadableNetwork, parameterCount: Int, outputCount: Int, digest: @escaping @Sendable () -> String,
        inputs: [Input], inputName: String, outputName: String, readsWhole: Bool, inputMap: InputMap?, embeddedArchitecture: String?
    ) {
        (self.name, self.readable, self.parameterCount) = (name, readable, parameterCount)
        (self.outputCount, makeDigest) = (outputCount, digest)
        (self.inputs, self.inputName, self.outputName, self.readsWhole) = (inputs, inputName, outputName, readsWhole)
        (self.inputMap, self.embeddedArchitecture) = (inputMap, embeddedArchitecture)
        (normalization, classNames, network) = (.none, nil, nil)
    }

    /// One of our own networks.
    public init(_ network: Network, name: String, digest: String) {
        let architecture = network.architecture
        self.name = name
        makeDigest = { digest }
        self.network = network
        inputs = [Input(name: NetworkGraph.inputName, shape: architecture.inputShape)]
        (inputName, outputName, readsWhole, inputMap, embeddedArchitecture) = (NetworkGraph.inputName, "outputs", false, nil, nil)
        parameterCount = network.parameterCount
        outputCount = architecture.classCount
        normalization = architecture.normalization
        classNames = architecture.classNames
        readable = ReadableNetwork(
            name: architecture.name, inputShape: architecture.inputShape, parameters: network.parameters.bindings()
        ) { batch in
            let built = try network.graph(batch: batch)
            return ReadableGraph(graph: built.graph, input: built.input, output: built.outputs)
        }
    }
}

extension Model {
    /// The same model, whose readings take at most `budget` for plans and blocks of slopes.
    public func limited(to budget: MemoryBudget) -> Model {
        var model = self
        model.readable.memoryLimit = budget.limit
        return model
    }

    /// Samples of the data as the network's input, `[count]` + the input shape.
    /// - Throws: `ReadingError.wrongSamples` where a sample has another number of elements.
    /// - Precondition: every index is in 0 ..< `data.count`.
    public func inputs(of data: DataSet, _ indices: [Int]) throws(ReadingError) -> Tensor<Double> {
        guard data.sampleShape.elementCount == readable.inputShape.elementCount else {
            throw .wrongSamples(expected: readable.inputShape, got: [data.count] + data.sampleShape)
        }
        let inputs: Tensor<Double> = data.inputs(indices, normalization: normalization)
        return inputs.reshaped([indices.count] + readable.inputShape)
    }
}
