// From layers to the graph: the only place that knows what a layer is made of. Sizes may come from a file: each is checked before it
// is multiplied, and every value's and parameter's size before the next layer is built on it.

import Graphs
import Tensors

/// A graph under construction.
struct Assembler {
    var graph = Graph()
    let batch: Int
    let mode: GraphMode
    let isConvex: Bool
    var parameters: [ParameterDeclaration] = []
    var layers: [NamedValue] = []
    var statistics: [BatchStatistic] = []
    var masks: [DropoutMask] = []
    /// Values that a nonlinearity lies before.
    private var curved: Set<Value> = []

    /// The largest number of a layer (units, channels, steps).
    static let sizeLimit = 1 << 24
    /// The largest kernel, stride, dilation or padding.
    static let extentLimit = 4096
    /// The most elements of a value for one sample, and of a parameter.
    static let elementLimit = 1 << 28
    /// The most layers, those inside others included, and steps of recurrent ones.
    static let layerLimit = 1 << 14
    /// How deep layers lie inside layers.
    static let depthLimit = 16

    init(batch: Int, mode: GraphMode, isConvex: Bool) {
        precondition(batch >= 1, "a batch of \(batch)")
        (self.batch, self.mode, self.isConvex) = (batch, mode, isConvex)
    }

    // MARK: Sequences

    /// The layers one after the other; `scope` precedes their names.
    mutating func sequence(_ sequence: [Layer], on input: Value, scope: String, depth: Int = 0) throws(GraphError) -> Value {
        guard depth <= Assembler.depthLimit else {
            throw GraphError(node: scope, what: "depth", expected: "at most \(Assembler.depthLimit) layers in one another", got: "more")
        }
        var (u, counts) = (input, [String: Int]())
        for layer in sequence {
            counts[layer.stem, default: 0] += 1
            let name = "\(scope)\(layer.stem)\(counts[layer.stem]!)"
            guard layers.count < Assembler.layerLimit else {
                throw GraphError(node: name, what: "layers", expected: "at most \(Assembler.layerLimit)", got: "more")
            }
            let before = u
            u = try self.layer(layer, u, name, depth)
            try checkSize(shape(u), name)
            if layer.isNonlinearity || curved.contains(before) { curved.insert(u) }
            layers.append(NamedValue(name: name, value: u))
        }
        return u
    }

    private mutating func layer(_ layer: Layer, _ u: Value, _ name: String, _ depth: Int) throws(GraphError) -> Value {
        switch layer {
        case .dense(let units, let bias):
            return try dense(u, units, bias: bias, name)
        case .maxout(let units, let pieces, let bias):
            try check(units, 1...Assembler.sizeLimit, "units", name)
            try check(pieces, 1...Assembler.sizeLimit, "pieces", name)
            let product = try dense(u, units * pieces, bias: bias, name, nodeName: "")
            return try graph.maxout(product, pieces: pieces, name: name)
        case .convolution(let channels, let kernel, let stride, let dilation, let groups, let padding, let bias):
            let window = try window(u, kernel, stride, dilation, padding, name)
            return try convolution(u, channels, window, groups, bias: bias, name)
        case .transposedConvolution(let channels, let kernel, let stride, let dilation, let groups, let padding, let extra, let bias):
            let window = try transposedWindow(u, kernel, stride, dilation, padding, extra, name)
            return try transposedConvolution(u, channels, window, groups, bias: bias, name)
        case .batchNormalization(let momentum, let epsilon):
            return try batchNormalization(u, momentum, epsilon, name)
        case .parametricReLU(let initial):
            let channels = try channelCount(u, name)
            let slopes = try parameter("\(name).slopes", [channels], .slope(finite(initial, name)), isNonNegative: isConvex)
            return try graph.parametricReLU(u, slopes: slopes, name: name)
        case .maximumPooling(let size, let stride, let dilation, let padding, let roundingUp):
            let window = try window(u, size, stride ?? size, dilation, padding, roundingUp: roundingUp, name)
            return try graph.maximumPooling(u, window: window, name: name)
        case .meanPooling(let size, let stride, let padding, let roundingUp, let countingPadding):
            return try meanPooling(u, size, stride ?? size, padding, roundingUp, countingPadding, name)
        case .globalMaximumPooling:
            _ = try spatialSize(u, name)
            return try graph.globalMaximumPooling(u, name: name)
        case .globalMeanPooling:
            _ = try spatialSize(u, name)
            return try graph.globalMeanPooling(u, name: name)
        case .channelPooling(let pieces):
            try check(pieces, 1...Assembler.sizeLimit, "pieces", name)
            return try graph.maxout(u, pieces: pieces, name: name)
        case .softmax:
            throw GraphError(node: name, what: "layer", expected: "softmax only at the end of the network", got: "softmax before it")
        case .flatten: return try graph.flatten(u, name: name)
        case .reshape(let sizes):
            for size in sizes { try check(size, 1...Assembler.elementLimit, "size", name) }
            return try graph.reshape(u, [batch] + sizes, name: name)
        case .dropout(let rate):
            guard rate >= 0, rate < 1 else {
                throw GraphError(node: name, what: "rate", expected: "from 0 to less than 1", got: "\(rate)")
            }
            guard mode == .training, rate > 0 else { return u }
            masks.append(DropoutMask(name: name, shape: shape(u), rate: rate))
            return try graph.dropoutInTraining(u, name: name)
        case .residual(let body, let shortcut):
            let main = try sequence(body, on: u, scope: "\(name).", depth: depth + 1)
            let side = try sequence(shortcut, on: u, scope: "\(name).shortcut.", depth: depth + 1)
            return marking(try graph.append(.add, [main, side], name: name), after: [main, side])
        case .concatenate(let branches):
            guard !branches.isEmpty else { throw GraphError(node: name, what: "branches", expected: "at least one", got: "none") }
            var parts: [Value] = []
            for (position, branch) in branches.enumerated() {
                parts.append(try sequence(branch, on: u, scope: "\(name).\(position + 1).", depth: depth + 1))
            }
            return marking(try graph.concatenate(parts, name: name), after: parts)
        case .recurrent(let units, let activation, let inputToAll, let learnsInitialState, let everyStep):
            return try recurrent(u, units, activation, inputToAll, learnsInitialState, everyStep, name)
        case .relu, .leakyReLU, .absoluteValue, .clip, .hardTangent, .hardSigmoid, .softThreshold, .sign, .winners, .smooth, .swish, .gelu:
            return try activation(layer, u, name)!
        }
    }

    /// An activation without parameters, or `nil` where the layer is none.
    mutating func activation(_ layer: Layer, _ u: Value, _ name: String) throws(GraphError) -> Value? {
        switch layer {
        case .relu: return try graph.relu(u, name: name)
        case .leakyReLU(let slope): return try graph.leakyReLU(u, slope: finite(slope, name), name: name)
        case .absoluteValue: return try graph.absoluteValue(u, name: name)
        case .clip(let low, let high): return try graph.clip(u, low: finite(low, name), high: finite(high, name), name: name)
        case .hardTangent: return try graph.hardTangent(u, name: name)
        case .hardSigmoid(let slope, let offset):
            return try graph.hardSigmoid(u, slope: finite(slope, name), offset: finite(offset, name), name: name)
        case .softThreshold(let threshold):
            guard threshold >= 0 else { throw GraphError(node: name, what: "threshold", expected: "at least 0", got: "\(threshold)") }
            return try graph.softThreshold(u, finite(threshold, name), name: name)
        case .sign: return try graph.sign(u, name: name)
        case .winners(let count): return try graph.winners(u, count: count, name: name)
        case .smooth(let function):
            if case .power(let exponent) = function { _ = try finite(exponent, name) }
            return try graph.smooth(function, u, name: name)
        case .swish(let sharpness): return try graph.swish(u, sharpness: finite(sharpness, name), name: name)
        case .gelu(let approximate): return try graph.gelu(u, approximate: approximate, name: name)
        case .dense, .convolution, .transposedConvolution, .batchNormalization, .parametricReLU, .maxout, .maximumPooling,
            .globalMaximumPooling, .channelPooling, .meanPooling, .globalMeanPooling, .softmax, .flatten, .reshape, .dropout, .residual,
            .concatenate, .recurrent:
            return nil
        }
    }

    /// `value`, noted as coming after a nonlinearity where one of `parts` does.
    private mutating func marking(_ value: Value, after parts: [Value]) -> Value {
        if parts.contains(where: curved.contains) { curved.insert(value) }
        return value
    }

    // MARK: Parameters

    /// Declares a parameter and makes its input.
    mutating func parameter(_ name: String, _ shape: Shape, _ role: ParameterRole, isNonNegative: Bool = false) throws(GraphError) -> Value
    {
        guard let count = shape.checkedElementCount, count <= Assembler.elementLimit, count > 0 else {
            throw GraphError(node: name, what: "shape", expected: "from 1 to \(Assembler.elementLimit) elements", got: "\(shape)")
        }
        parameters.append(ParameterDeclaration(name: name, shape: shape, role: role, isNonNegative: isNonNegative))
        return try graph.parameter(name, shape)
    }

    /// A weight that multiplies `u`.
    mutating func weight(_ name: String, _ shape: Shape, fanIn: Int, fanOut: Int, on u: Value) throws(GraphError) -> Value {
        try parameter(name, shape, .weight(fanIn: fanIn, fanOut: fanOut), isNonNegative: isNonNegative(on: u))
    }

    /// Whether a weight that multiplies `u` is kept at or above 0: in a convex architecture, after a nonlinearity (THEORY §4).
    func isNonNegative(on u: Value) -> Bool { isConvex && curved.contains(u) }

    /// The `[count]` bias of a layer that has one.
    mutating func bias(_ name: String, _ count: Int, if wanted: Bool) throws(GraphError) -> Value? {
        wanted ? try parameter("\(name).bias", [count], .bias) : nil
    }

    // MARK: Checks

    func shape(_ u: Value) -> Shape { graph.shape(u) }

    func check(_ number: Int, _ range: ClosedRange<Int>, _ what: String, _ name: String) throws(GraphError) {
        guard range.contains(number) else {
            throw GraphError(node: name, what: what, expected: "from \(range.lowerBound) to \(range.upperBound)", got: "\(number)")
        }
    }

    func finite(_ number: Double, _ name: String) throws(GraphError) -> Double {
        guard number.isFinite else { throw GraphError(node: name, what: "number", expected: "a finite one", got: "\(number)") }
        return number
    }

    private func checkSize(_ shape: Shape, _ name: String) throws(GraphError) {
        let sample = Array(shape.dropFirst())
        guard let count = sample.checkedElementCount, count <= Assembler.elementLimit, count > 0 else {
            throw GraphError(
                node: name, what: "result", expected: "from 1 to \(Assembler.elementLimit) elements a sample", got: "\(sample)")
        }
    }

    /// The number of channels of `[N, C, …]`.
    func channelCount(_ u: Value, _ name: String) throws(GraphError) -> Int {
        guard shape(u).count >= 2 else { throw GraphError(node: name, what: "operand 0", expected: "[N, C, …]", got: "\(shape(u))") }
        return shape(u)[1]
    }

    /// The spatial sizes of `[N, C, …]`, at least one.
    func spatialSize(_ u: Value, _ name: String) throws(GraphError) -> [Int] {
        guard shape(u).count >= 3 else {
            throw GraphError(node: name, what: "operand 0", expected: "[N, C, spatial…]", got: "\(shape(u))")
        }
        return Array(shape(u).dropFirst(2))
    }
}
