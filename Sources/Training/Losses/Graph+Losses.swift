// Losses as graphs (THEORY §5, §10): one number a sample, shape `[N]`, so that whoever sums them may weight them first.

public import Graphs
import Tensors

extension Graph {
    /// The cross-entropy of `[N, C]` outputs before the softmax, and of targets `[N, C]`: rows of zeros but for a 1.
    ///
    ///     L = −log softmax(z)_y = Σ_c t_c (log Σ_k e^{z_k} − z_c)          THEORY §5
    ///
    /// Stable: the exponential is never taken alone. A row of zeros, a sample without a label, has loss 0.
    public mutating func crossEntropy(_ outputs: Value, targets: Value, name: String = "crossEntropy") throws(GraphError) -> Value {
        let normalizer = try logSumExp(outputs, axis: 1)
        let matched = try sum(append(.multiply, [outputs, targets]), over: [1])
        let weighted = try append(.multiply, [normalizer, sum(targets, over: [1])])
        return try append(.subtract, [weighted, matched], name: name)
    }

    /// ‖z − t‖² over all axes but the first; `outputs` and `targets` of one shape `[N, …]`.
    public mutating func squaredError(_ outputs: Value, targets: Value, name: String = "squaredError") throws(GraphError) -> Value {
        let difference = try append(.subtract, [outputs, targets])
        return try squaredLength(difference, name: name)
    }

    /// The entropy of the softmax of `[N, C]` outputs.
    ///
    ///     E = −Σ_c ŷ_c log ŷ_c = log Σ_k e^{z_k} − Σ_c ŷ_c z_c          R17 (81)
    public mutating func entropy(_ outputs: Value, name: String = "entropy") throws(GraphError) -> Value {
        let probabilities = try softmax(outputs)
        let mean = try sum(append(.multiply, [probabilities, outputs]), over: [1])
        return try append(.subtract, [logSumExp(outputs), mean], name: name)
    }

    /// A[x]ᵀ f(x), of x's shape: the inverse of R17 (79), the cotangent f(x) pulled back through the network at x.
    ///
    /// Where the network has smooth nodes, A[x] is its Jacobian at x. THEORY E12.
    public mutating func reconstruction(of input: Value, from outputs: Value) throws(GraphError) -> Value {
        let pulled = pullback([(of: outputs, cotangent: outputs)], to: [input])[0]
        if let pulled { return pulled }
        return try fill(0, shape(input))  // f does not depend on x
    }

    /// R = ‖A[x]ᵀ f(x) − x‖² for each sample.          R17 (80)
    ///
    /// Its gradient needs no second derivative of a piecewise-affine nonlinearity: codes have none (DESIGN §1).
    public mutating func reconstructionError(of input: Value, from outputs: Value, name: String = "reconstruction")
        throws(GraphError) -> Value
    {
        let rebuilt = try reconstruction(of: input, from: outputs)
        return try squaredLength(append(.subtract, [rebuilt, input]), name: name)
    }

    /// ½ Σ ‖w‖² of `weights`, a single number: its gradient is what weight decay adds.
    public mutating func halfSquaredNorm(_ weights: [Value]) throws(GraphError) -> Value {
        var total = try fill(0, [])
        for weight in weights {
            let squares = try append(.multiply, [weight, weight])
            total = try append(.add, [total, sum(squares, over: Array(shape(weight).indices))])
        }
        return try affine(total, slope: 0.5)
    }

    /// The sum of squares over all axes but the first.
    private mutating func squaredLength(_ u: Value, name: String) throws(GraphError) -> Value {
        let flat = try flatten(u)
        return try append(.sum(axes: [1]), [append(.multiply, [flat, flat])], name: name)
    }
}
