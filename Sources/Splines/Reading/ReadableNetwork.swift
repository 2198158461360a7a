// What a reading needs of a network, wherever it came from: its graph for any number of samples, and its parameters in Double.

public import Graphs
public import Tensors

/// The graph of a network for one batch size.
public struct ReadableGraph: Sendable {
    public let graph: Graph
    /// The data input, `[N, …]`.
    public let input: Value
    /// What is read: the outputs before a final softmax, `[N, …]`.
    public let output: Value

    public init(graph: Graph, input: Value, output: Value) { (self.graph, self.input, self.output) = (graph, input, output) }
}

/// A network as readings see it. Readings are of inference, in Double, from weights widened without rounding (DESIGN §3).
public struct ReadableNetwork: Sendable {
    public let name: String
    /// One sample's shape.
    public let inputShape: Shape
    /// Every parameter, by the name of its input.
    public let parameters: Bindings<Double>
    /// The only batch size that the graph allows, if there is one.
    public let fixedBatch: Int?
    /// The most bytes that one reader may take for its plans and a block of slopes.
    public var memoryLimit = Int.max
    private let admitted: @Sendable (_ batch: Int) throws -> Int
    private let build: @Sendable (_ batch: Int) throws -> ReadableGraph

    /// - Parameters:
    ///   - admitted: how many samples may be read at once where some number is wanted.
    ///   - build: the graph for a number of samples.
    public init(
        name: String, inputShape: Shape, parameters: Bindings<Double>, fixedBatch: Int? = nil,
        admitted: @escaping @Sendable (_ batch: Int) throws -> Int = { $0 },
        build: @escaping @Sendable (_ batch: Int) throws -> ReadableGraph
    ) {
        (self.name, self.inputShape, self.parameters, self.fixedBatch) = (name, inputShape, parameters, fixedBatch)
        (self.admitted, self.build) = (admitted, build)
    }

    /// How many samples are read at once where `count` are wanted.
    /// - Throws: where a sample's outputs depend on the others, or on how many they are.
    public func batch(for count: Int) throws -> Int { try fixedBatch ?? admitted(count) }

    /// The graph for `batch` samples.
    public func graph(batch: Int) throws -> ReadableGraph { try build(batch) }
}
