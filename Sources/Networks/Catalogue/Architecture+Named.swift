// The architectures that have names: one table from name to layers (THEORY §14, DESIGN §6). Names are case-sensitive.

public import Tensors

extension Architecture {
    /// The names, as an error or a help text lists them.
    public static let names = [
        "Toy", "MLP", "MLP-W-…", "DigitsCNN", "SmallCNN", "LargeCNN", "largeCNN", "Resnet3", "Resnet5", "ResnetN-W", "Resnet3-printed",
        "Resnet5-printed", "ResNetD-W", "RNN",
    ]

    /// The architecture that `specification` names, with its options, and the normalization that is usual for its input.
    ///
    ///     try Architecture.named("SmallCNN:pooling=mean,input=3x32x32")
    ///
    /// - Parameters:
    ///   - inputShape: that of the data, where the options give none.
    ///   - classCount: that of the data, where the options give none.
    /// - Throws: `NetworkError` for an unknown name (listing those there are), a wrong option, or an input too small.
    public static func named(_ specification: String, inputShape: Shape? = nil, classCount: Int? = nil) throws(NetworkError) -> Architecture
    {
        let parts = specification.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts[0])
        guard let form = form(named: name) else {
            throw NetworkError("architecture", expected: "one of \(names.joined(separator: ", "))", got: "'\(name)'")
        }
        let options = parts.count == 2 ? try ArchitectureOptions(parsing: parts[1], of: name) : ArchitectureOptions()
        guard options.pooling == nil || form.choosesPooling else {
            throw NetworkError(name, "pooling", expected: "no choice: \(name) has none", got: "'\(options.pooling!.rawValue)'")
        }
        let shape = options.inputShape ?? inputShape ?? form.inputShape
        guard form.ranks.contains(shape.count) else {
            let kinds = form.ranks.map { ["a vector D", "a sequence TxD", "an image CxHxW"][$0 - 1] }
            throw NetworkError(name, "input", expected: kinds.joined(separator: " or "), got: "\(shape)")
        }
        let classes = options.classCount ?? classCount ?? form.classCount
        let layers = form.layers(options, shape, classes)
        var plain = options
        plain.batchNorm = false
        guard !options.batchNorm || form.layers(plain, shape, classes) != layers else {
            throw NetworkError(name, "batchNorm", expected: "no such option: \(name) has one form", got: "batchNorm")
        }
        return try Architecture(
            name: name, inputShape: shape, classCount: classes, layers: layers, isConvex: options.convex,
            normalization: .standard(for: shape))
    }

    private static func form(named name: String) -> NamedForm? {
        let parts = name.split(separator: "-", omittingEmptySubsequences: false)
        let numbers = parts.dropFirst().map(positiveNumber)
        switch name {
        case "Toy": return NamedForm([2], classes: 4, ranks: [1]) { perceptron([45, 3], $0, $1, $2) }
        case "MLP": return NamedForm([3, 32, 32], ranks: [1, 2, 3]) { perceptron([64, 64], $0, $1, $2) }
        case "DigitsCNN": return NamedForm([1, 8, 8], choosesPooling: true, layers: digitsCNN)
        case "SmallCNN": return NamedForm([1, 28, 28], choosesPooling: true, layers: smallCNN)
        case "LargeCNN": return NamedForm(choosesPooling: true, layers: technicalReportLargeCNN)
        case "largeCNN": return NamedForm(layers: hardToSoftLargeCNN)
        case "Resnet3": return residual(blocks: [3, 3, 3], width: 16)
        case "Resnet5": return residual(blocks: [5, 5, 5], width: 16)
        case "Resnet3-printed": return residual(blocks: [3, 4, 3], width: 16)
        case "Resnet5-printed": return residual(blocks: [3, 4, 5], width: 16)
        case "RNN": return NamedForm(ranks: [2, 3], layers: recurrentNetwork)
        default: break
        }
        if parts[0] == "MLP", !numbers.isEmpty, !numbers.contains(nil) {
            return NamedForm([3, 32, 32], ranks: [1, 2, 3]) { perceptron(numbers.compactMap(\.self), $0, $1, $2) }
        }
        guard numbers.count == 1, let width = numbers[0] else { return nil }
        if parts[0].hasPrefix("Resnet"), let blocks = positiveNumber(parts[0].dropFirst(6)) {
            return residual(blocks: [blocks, blocks, blocks], width: width)
        }
        if parts[0].hasPrefix("ResNet"), let depth = positiveNumber(parts[0].dropFirst(6)), depth >= 10, (depth - 4) % 6 == 0 {
            return NamedForm { wideResidual(blocks: (depth - 4) / 6, width: width, $0, $1, $2) }
        }
        return nil
    }

    private static func residual(blocks: [Int], width: Int) -> NamedForm {
        NamedForm(choosesPooling: true) { residualNetwork(blocks: blocks, width: width, $0, $1, $2) }
    }

    /// A number from 1 to 1024 in plain digits.
    private static func positiveNumber(_ text: Substring) -> Int? {
        guard let number = Int(text), (1...1024).contains(number), "\(number)" == text else { return nil }
        return number
    }
}

/// What a name stands for.
struct NamedForm {
    typealias Layers = @Sendable (ArchitectureOptions, Shape, Int) -> [Layer]

    /// The default.
    let inputShape: Shape
    /// The default.
    let classCount: Int
    /// The numbers of axes that the input may have.
    let ranks: [Int]
    /// Whether the option `pooling` means something.
    let choosesPooling: Bool
    /// The layers for the options, the input shape and the number of classes.
    let layers: Layers

    init(
        _ inputShape: Shape = [3, 32, 32], classes: Int = 10, ranks: [Int] = [3], choosesPooling: Bool = false, layers: @escaping Layers
    ) {
        (self.inputShape, self.classCount, self.ranks) = (inputShape, classes, ranks)
        (self.choosesPooling, self.layers) = (choosesPooling, layers)
    }
}
