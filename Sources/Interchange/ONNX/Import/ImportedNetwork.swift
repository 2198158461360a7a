// What an import gives: the graph of primitives, and what its inputs and outputs are called.

public import Graphs
public import Tensors

/// A parameter's numbers, in the type in which the file has them.
public enum ParameterTensor: Sendable {
    case float(Tensor<Float>)
    case double(Tensor<Double>)

    public var shape: Shape {
        switch self {
        case .float(let tensor): tensor.shape
        case .double(let tensor): tensor.shape
        }
    }

    /// The numbers as `S`; Float to Double is exact.
    public func converted<S: Scalar>(to _: S.Type = S.self) -> Tensor<S> {
        switch self {
        case .float(let tensor): tensor.converted()
        case .double(let tensor): tensor.converted()
        }
    }
}

/// A model as a graph of primitives with static shapes.
public struct ImportedNetwork: Sendable {
    /// An input or output by its name in the file.
    public struct Port: Hashable, Sendable {
        public let name: String
        public let value: Value
        /// The type in the file.
        public let type: ONNXElementType
    }

    public let graph: Graph
    /// Data inputs that some wanted output needs, in the file's order.
    public let inputs: [Port]
    /// The wanted outputs, in the order asked for, or the file's.
    public let outputs: [Port]
    /// The numbers of the graph's inputs of role `parameter`, by name.
    public let parameters: [String: ParameterTensor]
    /// Outputs of the file that were left out because they are not numbers of a network, with the reason.
    public let skippedOutputs: [String: String]

    /// What to run the graph with: the parameters as `S`, and the data given.
    public func bindings<S: Scalar>(_ data: [String: Tensor<S>]) -> Bindings<S> {
        var bindings: Bindings<S> = parameters.mapValues { .scalars($0.converted()) }
        for (name, tensor) in data { bindings[name] = .scalars(tensor) }
        return bindings
    }
}

/// How a model shall be imported.
public struct ONNXImportOptions: Sendable {
    /// The size of a symbolic or unknown first axis.
    public var batchSize: Int
    /// Sizes of other symbolic axes, by symbol.
    public var dimensions: [String: Int]
    /// Whole shapes of inputs, by name; they take precedence.
    public var shapes: [String: Shape]
    /// Inputs bound as constants: those that steer shapes or branches, and those that are not read.
    public var constants: [String: ONNXTensor]
    /// What samples go through before they are an input, by its name.
    public var inputMaps: [String: InputMap]
    /// Inputs of whole numbers that are read nevertheless, as the real numbers they are among.
    public var wholeNumberInputs: Set<String> = []
    /// The outputs wanted; all that are numbers where `nil`.
    public var outputs: [String]?
    /// What a value of the graph may take.
    public var budget: MemoryBudget

    public init(
        batchSize: Int = 1, dimensions: [String: Int] = [:], shapes: [String: Shape] = [:], constants: [String: ONNXTensor] = [:],
        inputMaps: [String: InputMap] = [:], outputs: [String]? = nil, budget: MemoryBudget = .standard
    ) {
        (self.batchSize, self.dimensions, self.shapes) = (batchSize, dimensions, shapes)
        (self.constants, self.inputMaps, self.outputs, self.budget) = (constants, inputMaps, outputs, budget)
    }
}

extension ONNXModel {
    /// The model as a graph: shapes folded, subgraphs and functions written out, everything else a primitive or several.
    /// - Throws: `InterchangeError`, naming the node that cannot be read.
    public func network(_ options: ONNXImportOptions = ONNXImportOptions()) throws(InterchangeError) -> ImportedNetwork {
        try Importer(self, options).network()
    }
}
