// A network as a graph of primitives, with the values that readers and trainers ask for.

public import Graphs
public import Tensors

/// What a graph is built for.
public enum GraphMode: Hashable, Sendable {
    /// Every reading: batch normalization by running statistics, no dropout.
    case inference
    /// Batch normalization by the batch, dropout masks as noise inputs.
    case training
}

/// A layer's result in a graph.
public struct NamedValue: Hashable, Sendable {
    /// Such as "conv1", or "block2.relu1" inside a residual layer.
    public let name: String
    public let value: Value
}

/// A statistic of the batch and the running one that follows it: running ← (1 − momentum) · running + momentum · value.
public struct BatchStatistic: Hashable, Sendable {
    /// Shape `[C]`; a variance is the unbiased one.
    public let value: Value
    /// The name of the running statistic.
    public let parameter: String
    public let momentum: Double
}

/// A mask to be drawn at each training step: 0 with probability `rate`, else 1 / (1 − `rate`).
public struct DropoutMask: Hashable, Sendable {
    /// The name of the noise input.
    public let name: String
    public let shape: Shape
    public let rate: Double
}

/// A network's graph for one batch size.
public struct NetworkGraph: Sendable {
    public let graph: Graph
    /// The data input "x", `[N]` + the input shape.
    public let input: Value
    /// `[N, C]`, before a final softmax.
    public let outputs: Value
    /// `[N, C]`, where the network ends with a softmax.
    public let probabilities: Value?
    /// The result of each layer, in the order of computation; those inside a layer come before it.
    public let layers: [NamedValue]
    /// In the order of their graph inputs.
    public let parameters: [ParameterDeclaration]
    /// In training mode, two for each batch normalization.
    public let batchStatistics: [BatchStatistic]
    /// In training mode, one for each dropout.
    public let dropoutMasks: [DropoutMask]

    /// The name of the data input.
    public static let inputName = "x"
}
