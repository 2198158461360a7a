// From a graph back to layers, for graphs that are a chain of layers we have, with residual and parallel parts between a value and
// what it dominates: what convolutional networks of other programs are. Whoever asks checks the result against the graph.

public import Graphs
public import Networks
public import Tensors

extension Network {
    /// The network of layers that a graph of `N` samples is.
    ///
    /// - Throws: `InterchangeError.unsupported`, naming the node that no layer is.
    public init(
        recognizing graph: Graph, input: Value, output: Value, parameters: Bindings<Double>, name: String, file: String
    ) throws(InterchangeError) {
        let recognizer = LayerRecognizer(graph, input: input, parameters: parameters, file: file)
        var found = try recognizer.chain(from: input, to: output)
        let outputShape = Array(graph.shape(output).dropFirst())
        if outputShape.count > 1 { found.append(RecognizedLayer(.flatten)) }
        let tensors = found.flatMap(\.tensors)
        do {
            let architecture = try Architecture(
                name: name, inputShape: Array(graph.shape(input).dropFirst()), classCount: outputShape.elementCount,
                layers: found.map(\.layer))
            let names = architecture.parameters.map(\.name)
            guard names.count == tensors.count else {
                throw NetworkError("parameters", expected: "\(tensors.count)", got: "\(names.count)")
            }
            let isFloat = tensors.allSatisfy { $0.elements.allSatisfy { Double(Float($0)) == $0 } }
            try self.init(
                architecture,
                isFloat
                    ? Parameters(names: names, tensors: tensors.map { $0.converted(to: Float.self) })
                    : Parameters(names: names, tensors: tensors))
        } catch {
            throw .unsupported(file: file, what: "is no chain of the layers of native models: \(error)")
        }
    }
}

/// A layer and its numbers, in the order in which an architecture declares them; those of layers inside it come along.
private struct RecognizedLayer {
    let layer: Layer
    let tensors: [Tensor<Double>]

    init(_ layer: Layer, _ tensors: [Tensor<Double>] = []) { (self.layer, self.tensors) = (layer, tensors) }
}

private struct LayerRecognizer {
    private let graph: Graph
    private let parameters: Bindings<Double>
    private let file: String
    private let depends: [Bool]
    /// For each value that depends on the input the nearest one before it that every path passes.
    private var dominators: [Int]

    init(_ graph: Graph, input: Value, parameters: Bindings<Double>, file: String) {
        (self.graph, self.parameters, self.file) = (graph, parameters, file)
        depends = graph.dependents(of: [input])
        dominators = Array(graph.nodes.indices)
        for value in graph.values where depends[value.index] && value != input {
            let operands = graph[value].operands.filter { depends[$0.index] }.map(\.index)
            dominators[value.index] = operands.dropFirst().reduce(operands[0]) { commonDominator($0, $1) }
        }
    }

    private func commonDominator(_ a: Int, _ b: Int) -> Int {
        var (a, b) = (a, b)
        while a != b { if a > b { a = dominators[a] } else { b = dominators[b] } }
        return a
    }

    private func refusal(_ value: Value, _ reason: String = "") -> InterchangeError {
        .unsupported(
            file: file,
            what: "is no chain of the layers of native models: \(quoted(graph[value].label)) (\(graph[value].primitive.label))"
                + (reason.isEmpty ? "" : ": \(reason)"))
    }

    private func shape(_ value: Value) -> Shape { graph.shape(value) }

    /// The numbers of a value that does not depend on the input.
    private func numbers(_ value: Value) throws(InterchangeError) -> Tensor<Double> {
        guard !depends[value.index] else { throw refusal(value, "numbers that depend on the sample") }
        do { return try Interpreter.run(graph, [value], parameters)[0].scalars } catch {
            throw .unsupported(file: file, what: error.description)
        }
    }

    /// The numbers of a value that is the same along every axis but the channels' (axis 1), one for each of them.
    private func channelNumbers(_ value: Value) throws(InterchangeError) -> Tensor<Double> {
        let (all, shape) = (try numbers(value), shape(value))
        guard shape.count >= 2, !all.elements.isEmpty else { throw refusal(value) }
        let (channels, inner) = (shape[1], shape.dropFirst(2).reduce(1, *))
        let vector = (0..<channels).map { all.elements[$0 * inner] }
        guard all.elements.indices.allSatisfy({ all.elements[$0] == vector[$0 / inner % channels] }) else {
            throw refusal(value, "numbers that are not one a channel")
        }
        return Tensor(shape: [channels], elements: vector)
    }

    // MARK: Chains

    /// The layers from `start` to `end`, which it dominates.
    func chain(from start: Value, to end: Value) throws(InterchangeError) -> [RecognizedLayer] {
        var layers: [RecognizedLayer] = []
        var value = end
        while value != start {
            guard value > start else { throw refusal(value) }
            let (found, before) = try step(value)
            layers += found.reversed()
            value = before
        }
        return layers.reversed()
    }

    /// The layers that end in `value`, and the value that they are of.
    private func step(_ value: Value) throws(InterchangeError) -> ([RecognizedLayer], before: Value) {
        let (primitive, operands) = (graph[value].primitive, graph[value].operands)
        switch primitive {
        case .add, .subtract, .multiply, .divide: return try arithmetic(value)
        case .matrixProduct(false, let transposed) where !depends[operands[1].index]:
            return try dense(operands[1], transposed, bias: nil, of: operands[0])
        case .transpose(let order): return try transposed(order, value)
        case .convolution(let form): return try convolution(form, value, bias: nil)
        case .affine(let slope, let offset): return try affine(slope, offset, value)
        case .apply(let pieces): return ([try RecognizedLayer(nonlinearity(pieces, value))], operands[0])
        case .pick(let choice, false): return try largest(choice, value)
        case .smooth(let function): return ([RecognizedLayer(.smooth(function))], operands[0])
        case .reshape: return try reshape(value)
        case .concatenate(axis: 1): return try branches(value)
        default: throw refusal(value)
        }
    }

    private func reshape(_ value: Value) throws(InterchangeError) -> ([RecognizedLayer], before: Value) {
        var before = graph[value].operands[0]
        while case .reshape = graph[before].primitive { before = graph[before].operands[0] }
        let (from, to) = (shape(before), shape(value))
        if from == to { return ([], before) }
        guard let samples = from.first, samples == to.first else {
            throw refusal(value, "shape \(from) becomes \(to), of which the first axis is no longer that of the samples")
        }
        return ([RecognizedLayer(to.count == 2 ? .flatten : .reshape(Array(to.dropFirst())))], before)
    }

    // MARK: Sums and products

    private func arithmetic(_ value: Value) throws(InterchangeError) -> ([RecognizedLayer], before: Value) {
        let (primitive, operands) = (graph[value].primitive, graph[value].operands)
        if let parts = graph.batchNormalization(endingIn: value), depends[parts.u.index] {
            var tensors: [Tensor<Double>] = []
            for number in [parts.scale, parts.shift, parts.mean, parts.variance] { tensors.append(try numbers(number)) }
            return ([RecognizedLayer(.batchNormalization(epsilon: parts.epsilon), tensors)], parts.u)
        }
        if let parts = graph.parametricReLU(endingIn: value) {
            return ([RecognizedLayer(.parametricReLU(), [try channelNumbers(parts.slopes)])], parts.u)
        }
        if depends[operands[0].index] && depends[operands[1].index] {
            if primitive == .multiply, graph[operands[1]].primitive == .smooth(.sigmoid), graph[operands[1]].operands == [operands[0]] {
                return ([RecognizedLayer(.swish())], operands[0])
            }
            guard primitive == .add else { throw refusal(value) }
            return try residual(value)
        }
        let position = depends[operands[0].index] ? 0 : 1
        let (u, other) = (operands[position], operands[1 - position])
        if primitive == .add {
            switch graph[u].primitive {
            case .matrixProduct(false, let transposed) where !depends[graph[u].operands[1].index]:
                return try dense(graph[u].operands[1], transposed, bias: channelNumbers(other), of: graph[u].operands[0])
            case .convolution(let form): return try convolution(form, u, bias: channelNumbers(other))
            default: break
            }
        }
        if primitive == .multiply, case .windowSum(let window, false) = graph[u].primitive {
            return ([RecognizedLayer(mean(window, countingPadding: false))], graph[u].operands[0])
        }
        guard primitive != .divide || position == 0 else { throw refusal(value) }
        if primitive == .divide, let count = try constant(numbers(other)), let pooling = globalMean(u, shape(value), divisor: count) {
            return pooling
        }
        let vector = try channelNumbers(other)
        let ones = vector.map { _ in 1.0 }
        let zeros = vector.map { _ in 0.0 }
        switch primitive {
        case .multiply: return ([scaled(vector, zeros)], u)
        case .divide: return ([scaled(vector.map { 1 / $0 }, zeros)], u)
        case .subtract: return ([position == 0 ? scaled(ones, vector.map { -$0 }) : scaled(ones.map { -$0 }, vector)], u)
        default: return ([scaled(ones, vector)], u)
        }
    }

    /// slope · u + offset for each channel, as the batch normalisation whose mean is 0 and whose deviation is 1.
    private func scaled(_ slopes: Tensor<Double>, _ offsets: Tensor<Double>) -> RecognizedLayer {
        let epsilon = 0x1p-20  // 1 − ε + ε is 1, in Float too
        return RecognizedLayer(
            .batchNormalization(epsilon: epsilon), [slopes, offsets, slopes.map { _ in 0 }, slopes.map { _ in 1 - epsilon }])
    }

    private func affine(_ slope: Double, _ offset: Double, _ value: Value) throws(InterchangeError) -> ([RecognizedLayer], before: Value) {
        let u = graph[value].operands[0]
        if case .windowSum(let window, false) = graph[u].primitive, offset == 0, slope * Double(window.placeCount) == 1 {
            return ([RecognizedLayer(mean(window, countingPadding: true))], graph[u].operands[0])
        }
        if offset == 0, let pooling = globalMean(u, shape(value), divisor: 1 / slope) { return pooling }
        guard shape(value).count >= 2 else { throw refusal(value) }
        let channels = [shape(value)[1]]
        return ([scaled(Tensor(repeating: slope, shape: channels), Tensor(repeating: offset, shape: channels))], u)
    }

    /// The mean over all of an image, of which `u` is the sum: the axes summed over may be kept with size 1.
    private func globalMean(_ u: Value, _ after: Shape, divisor: Double) -> ([RecognizedLayer], before: Value)? {
        var total = u
        while case .reshape = graph[total].primitive { total = graph[total].operands[0] }
        guard case .sum(let axes) = graph[total].primitive else { return nil }
        let before = shape(graph[total].operands[0])
        guard before.count > 2, axes == Array(2..<before.count), divisor == Double(before.dropFirst(2).reduce(1, *)) else { return nil }
        let kept = after.count == 2 ? [] : [RecognizedLayer(.reshape(Array(after.dropFirst())))]
        return ([RecognizedLayer(.globalMeanPooling)] + kept, graph[total].operands[0])
    }

    /// The number that all are.
    private func constant(_ numbers: Tensor<Double>) -> Double? {
        numbers.elements.first.flatMap { first in numbers.elements.allSatisfy { $0 == first } ? first : nil }
    }

    /// Axes that were moved and are moved back; native layers have the channels first throughout.
    private func transposed(_ order: [Int], _ value: Value) throws(InterchangeError) -> ([RecognizedLayer], before: Value) {
        let before = graph[value].operands[0]
        if case .transpose(let first) = graph[before].primitive, order.map({ first[$0] }) == Array(order.indices) {
            return ([], graph[before].operands[0])
        }
        if order == [0, 3, 1, 2], case .input = graph[before].primitive {
            throw refusal(value, "its samples have the channels last, where native layers have them first: give --layout nchw")
        }
        throw refusal(value)
    }

    private func residual(_ value: Value) throws(InterchangeError) -> ([RecognizedLayer], before: Value) {
        let operands = graph[value].operands
        let start = graph.values[dominators[value.index]]
        var (body, shortcut) = (try chain(from: start, to: operands[0]), try chain(from: start, to: operands[1]))
        if body.isEmpty { swap(&body, &shortcut) }
        return (
            [RecognizedLayer(.residual(body.map(\.layer), shortcut: shortcut.map(\.layer)), (body + shortcut).flatMap(\.tensors))], start
        )
    }

    private func branches(_ value: Value) throws(InterchangeError) -> ([RecognizedLayer], before: Value) {
        let start = graph.values[dominators[value.index]]
        var branches: [[RecognizedLayer]] = []
        for operand in graph[value].operands { branches.append(try chain(from: start, to: operand)) }
        return ([RecognizedLayer(.concatenate(branches.map { $0.map(\.layer) }), branches.flatMap { $0 }.flatMap(\.tensors))], start)
    }

    // MARK: Layers with weights

    private func dense(_ weight: Value, _ transposed: Bool, bias: Tensor<Double>?, of u: Value) throws(InterchangeError)
        -> ([RecognizedLayer], before: Value)
    {
        var numbers = try numbers(weight)
        guard numbers.rank == 2 else { throw refusal(weight, "a weight of shape \(numbers.shape)") }
        if !transposed {
            let (rows, columns) = (numbers.shape[0], numbers.shape[1])
            let elements = numbers.elements
            numbers = Tensor(
                shape: [columns, rows], elements: (0..<columns).flatMap { column in (0..<rows).map { elements[$0 * columns + column] } })
        }
        let layers = { (numbers: Tensor<Double>) in
            [RecognizedLayer(.dense(numbers.shape[0], bias: bias != nil), [numbers] + [bias].compactMap(\.self))]
        }
        // What was flattened with its axes in another order: the weight's columns are put into the order of the axes as they were.
        guard case .reshape = graph[u].primitive, case .transpose(let order) = graph[graph[u].operands[0]].primitive, order.first == 0,
            shape(u).count == 2, shape(u)[0] == shape(graph[u].operands[0])[0]
        else { return (layers(numbers), u) }
        let source = graph[graph[u].operands[0]].operands[0]
        let from = Array(shape(source).dropFirst())
        let places = Tensor(shape: [1] + from, elements: (0..<from.elementCount).map { Double($0) })
        var moved = Graph()
        do throws(GraphError) {
            let target = try moved.append(.transpose(order), [moved.data("places", places.shape)])
            let columns = try Interpreter.run(moved, [target], ["places": .scalars(places)])[0].scalars.elements.map { Int($0) }
            var elements = numbers.elements
            for row in 0..<numbers.shape[0] {
                for (column, place) in columns.enumerated() {
                    elements[row * columns.count + place] = numbers.elements[row * columns.count + column]
                }
            }
            return ([RecognizedLayer(.flatten)] + layers(Tensor(shape: numbers.shape, elements: elements)), source)
        } catch { throw .unsupported(file: file, what: error.description) }
    }

    private func convolution(_ form: Convolution, _ value: Value, bias: Tensor<Double>?) throws(InterchangeError)
        -> ([RecognizedLayer], before: Value)
    {
        let (window, operands) = (form.window, graph[value].operands)
        let weights = { (weight: Value) throws(InterchangeError) in [try numbers(weight)] + [bias].compactMap(\.self) }
        switch form.role {
        case .output:
            var (u, low, high) = (operands[0], window.paddingLow, window.paddingHigh)
            if case .pad(let padding) = graph[u].primitive,
                (padding.low[..<2] + padding.high[..<2] + padding.interior).allSatisfy({ $0 == 0 })
            {
                // Zeros that were laid before the convolution are its padding.
                low = zip(low, padding.low[2...]).map { $0 + $1 }
                high = zip(high, padding.high[2...]).map { $0 + $1 }
                u = graph[u].operands[0]
            }
            return (
                [
                    RecognizedLayer(
                        .convolution(
                            shape(operands[1])[0], kernel: .each(window.kernelSize), stride: .each(window.strides),
                            dilation: .each(window.dilations), groups: form.groups, padding: margin(low, high), bias: bias != nil),
                        try weights(operands[1]))
                ], u
            )
        case .input:
            let extra = window.inputSize.indices.map { axis in
                window.inputSize[axis] + window.paddingLow[axis] + window.paddingHigh[axis] - (window.outputSize[axis] - 1)
                    * window.strides[axis] - window.dilations[axis] * (window.kernelSize[axis] - 1) - 1
            }
            return (
                [
                    RecognizedLayer(
                        .transposedConvolution(
                            shape(value)[1], kernel: .each(window.kernelSize), stride: .each(window.strides),
                            dilation: .each(window.dilations), groups: form.groups, padding: margin(window.paddingLow, window.paddingHigh),
                            outputPadding: .each(extra), bias: bias != nil), try weights(operands[0]))
                ], operands[1]
            )
        case .weight: throw refusal(value)
        }
    }

    private func margin(_ low: [Int], _ high: [Int]) -> Margin {
        (low + high).allSatisfy { $0 == 0 } ? .valid : .sides(low: low, high: high)
    }

    // MARK: Nonlinearities and pooling

    private func mean(_ window: SlidingWindow, countingPadding: Bool) -> Layer {
        .meanPooling(
            .each(window.kernelSize), stride: .each(window.strides), padding: margin(window.paddingLow, window.paddingHigh),
            countingPadding: countingPadding)
    }

    private func nonlinearity(_ pieces: Pieces, _ value: Value) throws(InterchangeError) -> Layer {
        let (u, code) = (graph[value].operands[0], graph[value].operands[1])
        guard case .select(.knots(let knots)) = graph[code].primitive, graph[code].operands == [u] else { throw refusal(value) }
        let (slopes, offsets) = (pieces.slopes, pieces.offsets)
        if knots == Knots([0]), offsets == [0, 0] {
            if slopes == [0, 1] { return .relu }
            if slopes == [-1, 1] { return .absoluteValue }
            if slopes[1] == 1 { return .leakyReLU(slopes[0]) }
        }
        if slopes == [0, 1, 0], offsets[1] == 0, knots == Knots([offsets[0], offsets[2]]) {
            return .clip(low: offsets[0], high: offsets[2])
        }
        if slopes == [1, 0, 1], offsets[1] == 0, offsets[0] == -offsets[2], knots.positions == [-offsets[0], offsets[0]] {
            return .softThreshold(offsets[0])
        }
        if slopes == [0, 0, 0], offsets == [-1, 0, 1], knots.positions == [0, 0] { return .sign }
        throw refusal(value, "pieces of slopes \(slopes)")
    }

    private func largest(_ choice: Choice, _ value: Value) throws(InterchangeError) -> ([RecognizedLayer], before: Value) {
        let (u, code) = (graph[value].operands[0], graph[value].operands[1])
        guard graph[code].primitive == .select(.largest(choice)), graph[code].operands == [u] else { throw refusal(value) }
        switch choice {
        case .window(let window):
            return (
                [
                    RecognizedLayer(
                        .maximumPooling(
                            .each(window.kernelSize), stride: .each(window.strides), dilation: .each(window.dilations),
                            padding: margin(window.paddingLow, window.paddingHigh)))
                ], u
            )
        case .axis(let axis, let count):
            guard axis == 2, count > 0, case .reshape = graph[u].primitive else { throw refusal(value) }
            let before = graph[u].operands[0]
            let (from, to) = (shape(before), shape(u))
            if from.count > 2, to == [from[0], from[1], from.dropFirst(2).reduce(1, *)] {
                return ([RecognizedLayer(.globalMaximumPooling)], before)
            }
            if from.count >= 2, from[1] % count == 0, to == [from[0], from[1] / count, count] + from.dropFirst(2) {
                return ([RecognizedLayer(.channelPooling(count))], before)
            }
            throw refusal(value)
        }
    }
}
