// What an architecture says of its parameters before they have values.

public import Tensors

/// What a parameter is for, and so how it starts.
public enum ParameterRole: Hashable, Sendable {
    /// Drawn by the initializer.
    case weight(fanIn: Int, fanOut: Int)
    /// Starts at zero.
    case bias
    /// Starts at one: the scale of a batch normalization.
    case scale
    /// Starts at the number given: the slopes of a parametric ReLU.
    case slope(Double)
    /// Starts at zero and follows the batches.
    case runningMean
    /// Starts at one and follows the batches.
    case runningVariance

    /// Whether gradients change it.
    public var isTrainable: Bool {
        switch self {
        case .weight, .bias, .scale, .slope: true
        case .runningMean, .runningVariance: false
        }
    }
}

/// A parameter of an architecture.
public struct ParameterDeclaration: Hashable, Sendable {
    /// Unique, such as "conv1.weight".
    public let name: String
    public let shape: Shape
    public let role: ParameterRole
    /// Whether training keeps it at or above 0: weights that see a nonlinearity, in a convex architecture (THEORY §4).
    public let isNonNegative: Bool

    public init(name: String, shape: Shape, role: ParameterRole, isNonNegative: Bool = false) {
        (self.name, self.shape, self.role, self.isNonNegative) = (name, shape, role, isNonNegative)
    }
}
