// The closed set of primitives. Everything a network does is a graph of these, and so are its derivatives: every table over
// them (`Rules/`) is a `switch` without `default`, so a new primitive does not compile until every table knows it.

public import Tensors

/// What an input is for.
public enum InputRole: String, Hashable, Sendable {
    /// What the network is read at: samples, targets.
    case data
    /// A learned number, or a running statistic: constant for every reading.
    case parameter
    /// A code that has been fixed (a frozen graph).
    case code
    /// Drawn anew at each training step, such as a dropout mask.
    case noise
}

/// A value bound when the graph is run.
public struct Input: Hashable, Sendable {
    public let name: String
    public let role: InputRole
    public let type: ValueType

    public init(_ name: String, _ role: InputRole, _ type: ValueType) { (self.name, self.role, self.type) = (name, role, type) }
}

/// An operation with one value. Operands are listed in each case's comment.
public enum Primitive: Hashable, Sendable {
    // MARK: Sources

    /// Bound when the graph is run.
    case input(Input)
    /// The same numbers always.
    case constant(Tensor<Double>)
    /// One number everywhere.
    case fill(Double, Shape)

    // MARK: Linear in each operand

    /// (left, right): product over the last two axes; leading axes are equal and run along.
    case matrixProduct(transposeLeft: Bool, transposeRight: Bool)
    /// Two of (input, weight, output) of the trilinear form Σ input·weight·output over a window; makes the third.
    case convolution(Convolution)
    /// (u): sums over windows, `[N, C, input…]` to `[N, C, output…]`, or the transpose of that.
    case windowSum(SlidingWindow, transposed: Bool)
    /// (u): sums over the axes named and drops them.
    case sum(axes: [Int])
    /// (u): inserts the axes named, repeating; the result has the shape given. The transpose of `sum`.
    case broadcast(axes: [Int], shape: Shape)
    /// (u): the same elements in row-major order under another shape.
    case reshape(Shape)
    /// (u): axis i of the result is axis `order[i]` of u.
    case transpose([Int])
    /// (u): zeros before, after and between the entries of each axis.
    case pad(Padding)
    /// (u): a regular grid of entries. The transpose of `pad` up to its far edge.
    case slice(Slice)
    /// (u₀, u₁, …): one after the other along an axis.
    case concatenate(axis: Int)
    /// (u): entry i along the axis is entry `indices[i]` of u.
    case gather(axis: Int, indices: [Int])
    /// (u): entry i along the axis is added to entry `indices[i]` of the result, which has `size` of them. The transpose of `gather`.
    case scatter(axis: Int, indices: [Int], size: Int)
    /// (u, v): u + v, equal shapes.
    case add
    /// (u, v): u − v, equal shapes.
    case subtract
    /// (u): slope · u + offset.
    case affine(slope: Double, offset: Double)

    // MARK: Products and quotients

    /// (u, v): entry by entry.
    case multiply
    /// (u, v): u / v, entry by entry.
    case divide

    // MARK: Select, then apply

    /// (u): the code: which piece.
    case select(Selector)
    /// (u, code): slopes[code] · u + offsets[code], entry by entry.
    case apply(Pieces)
    /// (u, code): the chosen entry of each group; transposed, (v, code) puts v at the chosen entry and zeros elsewhere.
    case pick(Choice, transposed: Bool)

    // MARK: Smooth

    /// (u): entry by entry.
    case smooth(SmoothFunction)
    /// (u): exp(u) / Σ exp(u) along an axis.
    case softmax(axis: Int)
    /// (u): log Σ exp(u) along an axis, which is dropped.
    case logSumExp(axis: Int)
}

/// A smooth function of one number.
public enum SmoothFunction: Hashable, Sendable {
    case exponential
    case logarithm
    case squareRoot
    case reciprocal
    /// 2/√π ∫₀ᵘ exp(−t²) dt
    case errorFunction
    /// 1 / (1 + exp(−u))
    case sigmoid
    case hyperbolicTangent
    /// log(1 + exp(u))
    case softplus
    /// u to a constant power.
    case power(Double)
}

/// Zeros laid around and between entries. Each array has one number an axis, none negative.
public struct Padding: Hashable, Sendable {
    public let low: [Int]
    public let high: [Int]
    /// Zeros between neighbours.
    public let interior: [Int]

    public init(low: [Int], high: [Int], interior: [Int]? = nil) {
        (self.low, self.high, self.interior) = (low, high, interior ?? [Int](repeating: 0, count: low.count))
    }
}

/// Entries `start + i · step`, i in 0 ..< `count`, along each axis; steps are at least 1.
public struct Slice: Hashable, Sendable {
    public let starts: [Int]
    public let counts: [Int]
    public let steps: [Int]

    public init(starts: [Int], counts: [Int], steps: [Int]? = nil) {
        (self.starts, self.counts, self.steps) = (starts, counts, steps ?? [Int](repeating: 1, count: starts.count))
    }
}

extension Primitive {
    /// A short lower-case name, for messages.
    public var label: String {
        switch self {
        case .input(let input): input.name
        case .constant: "constant"
        case .fill: "fill"
        case .matrixProduct: "matrixProduct"
        case .convolution(let convolution):
            switch convolution.role {
            case .output: "convolution"
            case .input: "convolution (input)"
            case .weight: "convolution (weight)"
            }
        case .windowSum(_, let transposed): transposed ? "windowSum (transposed)" : "windowSum"
        case .sum: "sum"
        case .broadcast: "broadcast"
        case .reshape: "reshape"
        case .transpose: "transpose"
        case .pad: "pad"
        case .slice: "slice"
        case .concatenate: "concatenate"
        case .gather: "gather"
        case .scatter: "scatter"
        case .add: "add"
        case .subtract: "subtract"
        case .affine: "affine"
        case .multiply: "multiply"
        case .divide: "divide"
        case .select: "select"
        case .apply: "apply"
        case .pick(_, let transposed): transposed ? "pick (transposed)" : "pick"
        case .smooth(let function): function.label
        case .softmax: "softmax"
        case .logSumExp: "logSumExp"
        }
    }
}

extension SmoothFunction {
    /// The field's name, for messages.
    public var label: String {
        switch self {
        case .exponential: "exponential"
        case .logarithm: "logarithm"
        case .squareRoot: "squareRoot"
        case .reciprocal: "reciprocal"
        case .errorFunction: "erf"
        case .sigmoid: "sigmoid"
        case .hyperbolicTangent: "tanh"
        case .softplus: "softplus"
        case .power(let exponent): "power \(exponent)"
        }
    }
}
