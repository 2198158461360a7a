// The layers of an architecture, so that a network reads as a list (THEORY §2, §14).

public import Graphs
public import Tensors

/// One layer. Shapes leave out the batch axis: images are `[C, H, W]`, vectors `[D]`, sequences `[T, D]`.
///
///     [.convolution(32, kernel: 5, padding: .full), .leakyReLU(0.01), .maximumPooling(2), .flatten, .dense(10)]
public indirect enum Layer: Hashable, Sendable {
    // MARK: Affine

    /// `[D]` to `[K]`: weight `[K, D]`, bias `[K]`.
    case dense(Int, bias: Bool = true)
    /// `[C, …]` to `[O, …]`, cross-correlation: weight `[O, C / groups, kernel…]`, bias `[O]`.
    case convolution(
        Int, kernel: Extent, stride: Extent = 1, dilation: Extent = 1, groups: Int = 1, padding: Margin = .valid, bias: Bool = true)
    /// `[C, …]` to `[O, …]`: the transpose of a convolution of that padding; weight `[C, O / groups, kernel…]`, bias `[O]`.
    /// Each output axis has (input − 1) · stride + dilation · (kernel − 1) + 1 + outputPadding entries less the padding.
    case transposedConvolution(
        Int, kernel: Extent, stride: Extent = 1, dilation: Extent = 1, groups: Int = 1, padding: Margin = .valid,
        outputPadding: Extent = 0, bias: Bool = true)
    /// Per channel (u − mean) / √(variance + ε) · scale + shift. In training by the batch; running ← (1 − momentum) · running +
    /// momentum · batch, the variance unbiased.
    case batchNormalization(momentum: Double = 0.1, epsilon: Double = 1e-5)

    // MARK: Piecewise affine

    /// max(0, u)
    case relu
    /// u above 0, slope · u elsewhere (THEORY E1).
    case leakyReLU(Double = 0.01)
    /// Leaky with a learned slope for each channel.
    case parametricReLU(initial: Double = 0.25)
    case absoluteValue
    /// u kept between two bounds.
    case clip(low: Double, high: Double)
    /// u kept in [−1, 1].
    case hardTangent
    /// slope · u + offset kept in [0, 1].
    case hardSigmoid(slope: Double = 1.0 / 6, offset: Double = 0.5)
    case softThreshold(Double)
    case sign
    /// The largest entries along axis 1, zero elsewhere (R17 §4.3.2).
    case winners(Int)
    /// A dense layer of `K · pieces` units and the maximum over each group of `pieces` neighbours: `[D]` to `[K]`.
    case maxout(Int, pieces: Int, bias: Bool = true)
    /// The maximum over windows; the stride is the window where none is given.
    case maximumPooling(Extent, stride: Extent? = nil, dilation: Extent = 1, padding: Margin = .valid, roundingUp: Bool = false)
    /// The maximum over all spatial axes, `[C, …]` to `[C]`.
    case globalMaximumPooling
    /// The maximum over groups of neighbouring channels.
    case channelPooling(Int)

    // MARK: Means

    /// The mean over windows; the stride is the window where none is given.
    case meanPooling(
        Extent, stride: Extent? = nil, padding: Margin = .valid, roundingUp: Bool = false, countingPadding: Bool = false)
    /// The mean over all spatial axes, `[C, …]` to `[C]`.
    case globalMeanPooling

    // MARK: Smooth

    case smooth(SmoothFunction)
    /// u σ(sharpness · u); SiLU for 1.
    case swish(sharpness: Double = 1)
    case gelu(approximate: Bool = false)
    /// Over the classes; only at the end of a network, whose outputs are then what comes before it.
    case softmax

    // MARK: Shape

    /// All axes joined into one.
    case flatten
    case reshape(Shape)
    /// Zeros a share `rate` of the entries at each training step and scales the others up; the identity in every reading.
    case dropout(Double)

    // MARK: Layers of layers

    /// body(u) + shortcut(u); the shortcut is u itself where it is empty.
    case residual([Layer], shortcut: [Layer] = [])
    /// The branches' results one after another along axis 1.
    case concatenate([[Layer]])
    /// Recurrent layers over a sequence `[T, D]`, unrolled (R17 (13)):
    ///
    ///     u^{ℓ,t} = W_in^ℓ x^t + W_up^ℓ z^{ℓ−1,t} + W_rec^ℓ z^{ℓ,t−1} + b^ℓ,   z^{ℓ,t} = activation(u^{ℓ,t})
    ///
    /// One number of units a layer. W_in exists in the first layer, in the others where `inputToAll`. z^{ℓ,0} is zero, or learned.
    /// The result is the last step of the last layer, `[K]`, or all its steps, `[T, K]`.
    case recurrent(
        [Int], activation: Layer = .relu, inputToAll: Bool = false, learnsInitialState: Bool = false, everyStep: Bool = false)

    public static let sigmoid = Layer.smooth(.sigmoid)
    public static let hyperbolicTangent = Layer.smooth(.hyperbolicTangent)
    public static let softplus = Layer.smooth(.softplus)
}

extension Layer {
    /// What its nodes and parameters are named after, with a number: "conv1", "relu3".
    var stem: String {
        switch self {
        case .dense: "dense"
        case .convolution: "conv"
        case .transposedConvolution: "transposedConv"
        case .batchNormalization: "norm"
        case .relu: "relu"
        case .leakyReLU: "leakyReLU"
        case .parametricReLU: "parametricReLU"
        case .absoluteValue: "absoluteValue"
        case .clip: "clip"
        case .hardTangent: "hardTangent"
        case .hardSigmoid: "hardSigmoid"
        case .softThreshold: "softThreshold"
        case .sign: "sign"
        case .winners: "winners"
        case .maxout: "maxout"
        case .maximumPooling, .meanPooling, .globalMaximumPooling, .globalMeanPooling, .channelPooling: "pool"
        case .smooth(let function):
            if case .power = function { "power" } else { function.label }
        case .swish: "swish"
        case .gelu: "gelu"
        case .softmax: "softmax"
        case .flatten: "flatten"
        case .reshape: "reshape"
        case .dropout: "dropout"
        case .residual: "block"
        case .concatenate: "concat"
        case .recurrent: "recurrent"
        }
    }

    /// Whether it has more than one piece, or is smooth; layers of layers answer for themselves by what is in them.
    var isNonlinearity: Bool {
        switch self {
        case .relu, .leakyReLU, .parametricReLU, .absoluteValue, .clip, .hardTangent, .hardSigmoid, .softThreshold, .sign, .winners,
            .maxout, .maximumPooling, .globalMaximumPooling, .channelPooling, .smooth, .swish, .gelu, .softmax, .recurrent:
            true
        case .dense, .convolution, .transposedConvolution, .batchNormalization, .meanPooling, .globalMeanPooling, .flatten, .reshape,
            .dropout, .residual, .concatenate:
            false
        }
    }
}
