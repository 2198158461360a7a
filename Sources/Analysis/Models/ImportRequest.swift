// What a user asks of an ONNX file, settled against what the file has.

import Graphs
import Interchange
import Tensors

/// What is asked of a file, settled: which input is read, and how the samples become it.
struct ImportRequest: Sendable {
    let file: ONNXModel
    let choices: ImportChoices
    let budget: MemoryBudget
    let input: ONNXValueInfo
    private(set) var inputMap: InputMap?

    init(_ file: ONNXModel, _ choices: ImportChoices, _ budget: MemoryBudget) throws(InterchangeError) {
        (self.file, self.choices, self.budget) = (file, choices, budget)
        for name in choices.bindings.keys.sorted() where !file.inputs.contains(where: { $0.name == name }) {
            throw .usage(argument: "--bind \(name)", reason: "\(file.file) has no such input; it has \(ImportRequest.list(file.inputs))")
        }
        if let name = choices.output, !file.outputs.contains(where: { $0.name == name }) {
            throw .usage(
                argument: "--output \(name)", reason: "\(file.file) has no such output; it has \(ImportRequest.list(file.outputs))")
        }
        let free = file.inputs.filter { choices.bindings[$0.name] == nil }
        if let name = choices.input {
            guard let chosen = free.first(where: { $0.name == name }) else {
                throw .usage(
                    argument: "--input \(name)", reason: "\(file.file) has no such input to be read; it has \(ImportRequest.list(free))")
            }
            input = chosen
        } else {
            guard let only = free.first(where: { $0.type?.isNetworkData == true }) ?? free.first else {
                throw .unsupported(file: file.file, what: "has no input")
            }
            input = only
        }
        try requireFittingShape()
        if choices.layout != nil || choices.mean != nil || choices.deviation != nil || choices.scale != nil {
            inputMap = try map()
        }
    }

    /// - Throws: `InterchangeError.usage` where the shape given is neither one sample's nor the whole input's.
    private func requireFittingShape() throws(InterchangeError) {
        guard let shape = choices.sampleShape, !choices.sampleShapeIsHint, choices.layout == nil, let dimensions = input.dimensions else {
            return
        }
        let asked = shape.count == dimensions.count ? dimensions[...] : dimensions.dropFirst()
        let fits = asked.count == shape.count && zip(asked, shape).allSatisfy { if case .size(let size) = $0 { size == $1 } else { true } }
        guard fits else {
            throw .usage(
                argument: "--shape \(shape.map(String.init).joined(separator: "x"))",
                reason:
                    "the input \(input.name) has the shape \(ImportRequest.text(dimensions)), of which all axes are given, or all but the first"
            )
        }
    }

    /// The only batch that the network has, if the file declares one.
    var fixedBatch: Int? {
        if case .size(let size)? = input.dimensions?.first { return size }
        return nil
    }

    /// Whether the shape given is that of the whole input, so that none of its axes is the batch.
    var isWhole: Bool {
        guard let shape = choices.sampleShape, let dimensions = input.dimensions, dimensions.count == shape.count else { return false }
        return !choices.sampleShapeIsHint || leavesOpen
    }

    /// Whether the shape was taken from a file of samples, as far as it was needed.
    var guessesShape: Bool { choices.sampleShapeIsHint && leavesOpen }

    /// Whether the file leaves other axes than the first open.
    private var leavesOpen: Bool {
        input.dimensions?.dropFirst().contains { if case .size = $0 { false } else { true } } ?? true
    }

    /// The network for `batch` samples, with the inputs left that are not bound.
    func network(batch: Int) throws(InterchangeError) -> ImportedNetwork {
        try network(batch: batch, map: inputMap, shape: modelShape)
    }

    private func network(batch: Int, map: InputMap?, shape: Shape?) throws(InterchangeError) -> ImportedNetwork {
        var options = ONNXImportOptions(batchSize: batch, outputs: choices.output.map { [$0] } ?? file.firstNumbers, budget: budget)
        options.constants = try constants(batch: batch)
        options.wholeNumberInputs = [input.name]
        if let map { options.inputMaps[input.name] = map }
        if let whole = wholeShape(shape, batch) {
            options.shapes[input.name] = whole
            options.dimensions = sizes(whole)
        }
        let network = try file.network(options)
        let names = network.inputs.map(\.name)
        let isAlone = choices.input != nil || map != nil
        guard names.count <= 1 || !isAlone else {
            let others = names.filter { $0 != input.name }
            throw .unsupported(
                file: file.file,
                what: "the output needs several inputs, \(names.joined(separator: ", ")): read one (--input \(names[0])) and bind the "
                    + "others to a number or an npy file (\(others.map { "--bind \($0)=0" }.joined(separator: " ")))")
        }
        if isAlone, let read = network.inputs.first, read.name != input.name {
            throw .usage(argument: "--input \(input.name)", reason: "the output does not depend on it, but on \(read.name)")
        }
        return network
    }

    /// The input's shape where a sample's is `shape`.
    func wholeShape(_ shape: Shape?, _ batch: Int) -> Shape? {
        if isWhole { return shape }
        return shape.map { [fixedBatch ?? batch] + $0 }
    }

    /// The sizes of the input's symbolic axes.
    func sizes(_ whole: Shape) -> [String: Int] {
        var sizes: [String: Int] = [:]
        for (dimension, size) in zip(input.dimensions ?? [], whole) {
            if case .symbol(let symbol) = dimension { sizes[symbol] = size }
        }
        return sizes
    }

    private static func list(_ inputs: [ONNXValueInfo]) -> String {
        inputs.isEmpty ? "none" : inputs.map(\.name).joined(separator: ", ")
    }

    // MARK: The input that is read

    /// One sample's shape as the network reads it, where it had to be given.
    var modelShape: Shape? {
        guard let shape = choices.sampleShape else { return nil }
        if isWhole { return shape }
        if choices.sampleShapeIsHint && (!leavesOpen || input.dimensions.map { $0.count != shape.count + 1 } == true) { return nil }
        guard let order = inputMap?.order, order.count == shape.count + 1 else { return shape }
        return order.dropFirst().map { shape[$0 - 1] }
    }

    /// The choices as a map into the network's input, with the channels where the network has them.
    private func map() throws(InterchangeError) -> InputMap {
        let plain: ImportedNetwork
        if let layout = choices.layout, choices.sampleShape?.count == 3 {
            // Of a shape that was given it is not yet known which way it lies: the way that fits.
            let asGiven = modelShape,
                moved = layout == .nchw ? asGiven.map { [$0[1], $0[2], $0[0]] } : asGiven.map { [$0[2], $0[0], $0[1]] }
            if let fitting = try? network(batch: 1, map: nil, shape: asGiven) {
                plain = fitting
            } else {
                plain = try network(batch: 1, map: nil, shape: moved)
            }
        } else {
            plain = try network(batch: 1, map: nil, shape: modelShape)
        }
        guard let port = plain.inputs.first else { throw .unsupported(file: file.file, what: "the output depends on no input") }
        guard plain.inputs.count == 1 else {
            throw .usage(
                argument: "--mean, --std, --scale, --layout",
                reason: "the output needs several inputs, \(plain.inputs.map(\.name).joined(separator: ", ")); read one (--input)")
        }
        let shape = plain.graph.shape(port.value)
        let found = plain.graph.channelAxis(of: port.value)
        var map = InputMap(scale: choices.scale ?? 1, mean: choices.mean ?? [], deviation: choices.deviation ?? [])
        map.channelAxis = found ?? (shape.count == 4 ? choices.layout?.channelAxis ?? 1 : max(shape.count - 1, 0))
        if let layout = choices.layout {
            guard shape.count == 4 else {
                throw .usage(
                    argument: "--layout \(layout.rawValue)",
                    reason: "the network reads samples of shape \(Array(shape.dropFirst())), not images of three axes")
            }
            guard let found, let own = ImageLayout.allCases.first(where: { $0.channelAxis == found }) else {
                throw .usage(
                    argument: "--layout \(layout.rawValue)",
                    reason: "the network has no convolution or pooling that tells where it has its channels; leave the option out")
            }
            if own != layout { map.order = own.orderFromOther }
        }
        for (name, numbers) in [("--mean", map.mean), ("--std", map.deviation)] where numbers.count > 1 {
            guard numbers.count == shape[map.channelAxis] else {
                throw .usage(
                    argument: name,
                    reason: "expected one number or \(shape[map.channelAxis]), one for each entry of axis \(map.channelAxis) of the input "
                        + "\(shape), found \(numbers.count)")
            }
        }
        return map
    }

    /// An input's declared shape, with ? for open sizes.
    static func text(_ dimensions: [ONNXValueInfo.Dimension]) -> String {
        "[\(dimensions.map { if case .size(let size) = $0 { "\(size)" } else { "?" } }.joined(separator: ", "))]"
    }
}

extension ONNXModel {
    /// The first output that is numbers of a network, so that only what it needs is imported; `nil` where types are not declared.
    fileprivate var firstNumbers: [String]? {
        outputs.first { !$0.isNotTensor && $0.type?.isNetworkData == true }.map { [$0.name] }
    }
}
