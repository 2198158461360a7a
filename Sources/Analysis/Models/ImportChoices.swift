// What a user says of an imported model: which input and output are read, what the others are, how the samples are prepared.

public import Interchange
public import Tensors

/// How images lie, batch axis first.
public enum ImageLayout: String, Hashable, Sendable, CaseIterable {
    case nchw
    case nhwc

    /// The axis of the channels.
    public var channelAxis: Int { self == .nchw ? 1 : 3 }

    /// Axis i of an image in this layout is axis `order[i]` of the same image in the other.
    var orderFromOther: [Int] { self == .nchw ? [0, 3, 1, 2] : [0, 2, 3, 1] }
}

/// Choices for a model of another program; none of them says anything of a native one, which records what it needs.
public struct ImportChoices: Hashable, Sendable {
    /// What an input that is not read is bound to, for every sample the same.
    public enum Binding: Hashable, Sendable {
        case number(Double)
        case array(NumericTensor, file: String)
    }

    /// The input that is read; the only one by default.
    public var input: String?
    /// The output that is read; the first that is numbers by default.
    public var output: String?
    /// The other inputs.
    public var bindings: [String: Binding] = [:]
    /// One sample's shape, where the model leaves sizes open.
    public var sampleShape: Shape?
    /// Whether `sampleShape` may be passed over where the model leaves none open: it was taken from a file of samples.
    public var sampleShapeIsHint = false
    /// Factor of the samples, before the mean.
    public var scale: Double?
    /// One number, or one a channel.
    public var mean: [Double]?
    /// One number, or one a channel, each above 0.
    public var deviation: [Double]?
    /// How the samples lie; as the network reads them by default.
    public var layout: ImageLayout?
    /// Where external data may come from; the model's own folder by default.
    public var externalDataFolder: String?
    /// A JSON file with the architecture of weights that come without one.
    public var architecture: String?

    public init() {}

    /// The names of the choices made that a native model has no use for, as the commands spell them.
    public var foreignToNative: [String] {
        [
            ("--input", input != nil), ("--output", output != nil), ("--bind", !bindings.isEmpty),
            ("--shape", sampleShape != nil && !sampleShapeIsHint), ("--mean", mean != nil), ("--std", deviation != nil),
            ("--scale", scale != nil), ("--layout", layout != nil), ("--external-data-root", externalDataFolder != nil),
        ].filter(\.1).map(\.0)
    }
}
