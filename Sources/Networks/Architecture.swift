// An architecture is a value: what the builder needs, and what a model file records (DESIGN §7).

public import Graphs
public import Tensors

/// A network without its numbers.
public struct Architecture: Hashable, Sendable {
    /// The version of the JSON form that this program writes.
    public static let version = 1

    /// Such as "SmallCNN"; free text.
    public var name: String
    /// Of one sample: `[C, H, W]`, `[D]` or `[T, D]`.
    public let inputShape: Shape
    /// C, the number of outputs.
    public let classCount: Int
    public let layers: [Layer]
    /// Whether training keeps the weights after the first nonlinearity at or above 0 («U», THEORY §4). Where the later nonlinearities
    /// are convex and do not decrease, every output is then convex.
    public let isConvex: Bool
    /// What the training data went through before they became the network's input.
    public var normalization: Normalization
    /// One a class, where they are known.
    public var classNames: [String]?
    /// In the order of the graph's inputs.
    public let parameters: [ParameterDeclaration]

    /// - Throws: `NetworkError` when a layer does not fit what comes before it, or the result is not `[classCount]`.
    public init(
        name: String, inputShape: Shape, classCount: Int, layers: [Layer], isConvex: Bool = false, normalization: Normalization = .none,
        classNames: [String]? = nil
    ) throws(NetworkError) {
        guard (1...8).contains(inputShape.count), inputShape.allSatisfy({ $0 >= 1 }), let count = inputShape.checkedElementCount,
            count <= Assembler.elementLimit
        else {
            throw NetworkError("input", expected: "1 to 8 sizes of at most \(Assembler.elementLimit) elements", got: "\(inputShape)")
        }
        guard (1...Assembler.sizeLimit).contains(classCount) else {
            throw NetworkError("classes", expected: "from 1 to \(Assembler.sizeLimit)", got: "\(classCount)")
        }
        guard classNames == nil || classNames!.count == classCount else {
            throw NetworkError("classNames", expected: "\(classCount) names", got: "\(classNames!.count)")
        }
        if let refusal = normalization.refusal(inputShape: inputShape) { throw refusal }
        (self.name, self.inputShape, self.classCount, self.layers) = (name, inputShape, classCount, layers)
        (self.isConvex, self.normalization, self.classNames) = (isConvex, normalization, classNames)
        do {
            self.parameters = try Architecture.graph(
                layers, inputShape: inputShape, classCount: classCount, isConvex: isConvex, batch: 1, mode: .inference
            ).parameters
        } catch { throw NetworkError(error) }
    }

    /// The number of learned numbers.
    public var parameterCount: Int { parameters.reduce(0) { $0 + ($1.role.isTrainable ? $1.shape.elementCount : 0) } }

    /// The graph for batches of `batch` samples.
    ///
    /// - Throws: `GraphError` in training mode alone, where a batch normalization would have one value a channel.
    public func graph(batch: Int, mode: GraphMode = .inference) throws(GraphError) -> NetworkGraph {
        try Architecture.graph(layers, inputShape: inputShape, classCount: classCount, isConvex: isConvex, batch: batch, mode: mode)
    }

    private static func graph(
        _ layers: [Layer], inputShape: Shape, classCount: Int, isConvex: Bool, batch: Int, mode: GraphMode
    ) throws(GraphError) -> NetworkGraph {
        var assembler = Assembler(batch: batch, mode: mode, isConvex: isConvex)
        let input = try assembler.graph.data(NetworkGraph.inputName, [batch] + inputShape)
        let endsInSoftmax = layers.last == .softmax
        let outputs = try assembler.sequence(endsInSoftmax ? Array(layers.dropLast()) : layers, on: input, scope: "")
        guard assembler.shape(outputs) == [batch, classCount] else {
            throw GraphError(
                node: assembler.layers.last?.name ?? "x", what: "result of the last layer", expected: "[\(classCount)]",
                got: "\(Array(assembler.shape(outputs).dropFirst()))")
        }
        let probabilities = endsInSoftmax ? try assembler.graph.softmax(outputs, axis: 1, name: "softmax1") : nil
        return NetworkGraph(
            graph: assembler.graph, input: input, outputs: outputs, probabilities: probabilities, layers: assembler.layers,
            parameters: assembler.parameters, batchStatistics: assembler.statistics, dropoutMasks: assembler.masks)
    }
}
