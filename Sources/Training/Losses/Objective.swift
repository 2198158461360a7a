// What training makes small. It is a mean over samples, so a batch may be cut into shares whose sums add up.

public import Graphs
import Tensors

/// What is asked of the outputs, given the class.
public enum Loss: String, CaseIterable, Hashable, Sendable, Codable {
    /// −log softmax(z)_y.
    case crossEntropy
    /// ‖z − e_y‖², the outputs against the row of zeros with a 1 at the class.
    case squaredError
}

/// The mean over samples of loss + reconstruction · R.
///
///     L = (1/N) Σ_n [ ℓ(f(x_n), y_n) + β ‖A[x_n]ᵀ f(x_n) − x_n‖² ]          R17 (82) with all samples labelled
public struct Objective: Hashable, Sendable {
    public var loss: Loss
    /// β, the weight of the reconstruction error; 0 leaves it out of the graph.
    public var reconstruction: Double

    public init(loss: Loss = .crossEntropy, reconstruction: Double = 0) { (self.loss, self.reconstruction) = (loss, reconstruction) }

    /// Appends the objective of each sample, shape `[N]`.
    public func perSample(input: Value, outputs: Value, targets: Value, in graph: inout Graph) throws(GraphError) -> Value {
        let value =
            switch loss {
            case .crossEntropy: try graph.crossEntropy(outputs, targets: targets)
            case .squaredError: try graph.squaredError(outputs, targets: targets)
            }
        if reconstruction == 0 { return value }
        let error = try graph.reconstructionError(of: input, from: outputs)
        return try graph.append(.add, [value, graph.affine(error, slope: reconstruction)])
    }
}
