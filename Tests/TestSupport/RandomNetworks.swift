// Random piecewise-affine networks over every kind of layer, for laws over graphs and seeds.

public import Graphs
public import Tensors

/// A network drawn at random, with its parameters.
public struct RandomNetwork: Sendable {
    public let graph: Graph
    public let input: Value
    public let output: Value
    /// The values after each layer, first to last.
    public let steps: [Value]
    public let parameters: Bindings<Double>

    public var inputShape: Shape { graph.shape(input) }

    /// Data for the network.
    public func data(_ sampler: Sampler, seed: UInt64) -> Tensor<Double> {
        var generator = RandomGenerator(seed: seed, purpose: "data")
        return sampler.tensor(inputShape, using: &generator)
    }

    /// The bindings for data.
    public func bindings(_ x: Tensor<Double>) -> Bindings<Double> { parameters.merging(["x": .scalars(x)]) { $1 } }

    /// `depth` random layers on vectors or images of `batch` samples. With `sequential` each layer reads the one before alone.
    /// - Parameter continuous: leaves out what jumps (sign, winners).
    public static func draw(seed: UInt64, batch: Int = 2, depth: Int = 5, weights: Sampler = .generic, continuous: Bool = true) throws
        -> RandomNetwork
    {
        var builder = Builder(seed: seed, weights: weights, continuous: continuous)
        let isImage = seed % 2 == 1
        let x = try builder.graph.data("x", isImage ? [batch, 2, 6, 6] : [batch, 5])
        var value = x
        var steps: [Value] = []
        for layer in 0..<depth {
            value = isImage ? try builder.imageLayer(value, "layer\(layer)") : try builder.vectorLayer(value, "layer\(layer)")
            steps.append(value)
        }
        value = try builder.dense(builder.graph.flatten(value), units: 3, "output")
        return RandomNetwork(graph: builder.graph, input: x, output: value, steps: steps, parameters: builder.parameters)
    }
}

private struct Builder {
    var graph = Graph()
    var parameters: Bindings<Double> = [:]
    var generator: RandomGenerator
    let weights: Sampler
    let continuous: Bool

    init(seed: UInt64, weights: Sampler, continuous: Bool) {
        (generator, self.weights, self.continuous) = (RandomGenerator(seed: seed, purpose: "network"), weights, continuous)
    }

    mutating func parameter(_ name: String, _ shape: Shape, positive: Bool = false) throws -> Value {
        var tensor: Tensor<Double> = weights.tensor(shape, using: &generator)
        if positive { tensor = tensor.map { abs($0) + 0.5 } }
        parameters[name] = .scalars(tensor)
        return try graph.parameter(name, shape)
    }

    mutating func dense(_ u: Value, units: Int, _ name: String) throws -> Value {
        let weight = try parameter("\(name).weight", [units, graph.shape(u)[1]])
        return try graph.dense(u, weight: weight, bias: parameter("\(name).bias", [units]))
    }

    mutating func nonlinearity(_ u: Value, _ name: String) throws -> Value {
        switch generator.integer(below: continuous ? 8 : 10) {
        case 0, 1: try graph.relu(u, name: name)
        case 2: try graph.leakyReLU(u, slope: [0.1, -0.5, 2][generator.integer(below: 3)], name: name)
        case 3: try graph.absoluteValue(u, name: name)
        case 4: try graph.clip(u, low: -0.5, high: 1, name: name)
        case 5: try graph.parametricReLU(u, slopes: parameter("\(name).slopes", [graph.shape(u)[1]]), name: name)
        case 6: try graph.softThreshold(u, 0.25, name: name)
        case 7: try graph.shape(u)[1] % 2 == 0 ? graph.maxout(u, pieces: 2, name: name) : graph.relu(u, name: name)
        case 8: try graph.sign(u, name: name)
        default: try graph.winners(u, count: 1, name: name)
        }
    }

    mutating func vectorLayer(_ u: Value, _ name: String) throws -> Value {
        switch generator.integer(below: 6) {
        case 0:
            let branch = try nonlinearity(dense(u, units: graph.shape(u)[1], "\(name).in"), name)
            return graph.shape(branch) == graph.shape(u) ? try graph.add(u, branch) : branch
        case 1: return try graph.concatenate([u, nonlinearity(dense(u, units: 3, "\(name).in"), name)])
        case 2:
            let (a, b) = (try dense(u, units: 4, "\(name).a"), try dense(u, units: 4, "\(name).b"))
            return generator.integer(below: 2) == 0 ? try graph.maximum([a, b], name: name) : try graph.minimum([a, b], name: name)
        default: return try nonlinearity(dense(u, units: 4 + generator.integer(below: 3), "\(name).in"), name)
        }
    }

    mutating func imageLayer(_ u: Value, _ name: String) throws -> Value {
        let shape = graph.shape(u)
        let size = Array(shape.dropFirst(2))
        func window(_ kernel: Int, stride: Int = 1, padding: Int = 0, up: Bool = false) throws -> SlidingWindow {
            try SlidingWindow(
                inputSize: size, kernelSize: [kernel, kernel], strides: [stride, stride], paddingLow: [padding, padding],
                paddingHigh: [padding, padding], roundingUp: up)
        }
        switch generator.integer(below: size[0] >= 4 ? 8 : 4) {
        case 0:
            let weight = try parameter("\(name).weight", [shape[1], 1, 3, 3])
            let branch = try graph.convolution(u, weight: weight, window: window(3, padding: 1), groups: shape[1])
            let activated = try nonlinearity(branch, name)
            return graph.shape(activated) == shape ? try graph.add(u, activated) : activated
        case 1:
            let (scale, shift) = (try parameter("\(name).scale", [shape[1]]), try parameter("\(name).shift", [shape[1]]))
            let (mean, variance) = (
                try parameter("\(name).mean", [shape[1]]), try parameter("\(name).variance", [shape[1]], positive: true)
            )
            let normalized = try graph.batchNormalization(u, scale: scale, shift: shift, mean: mean, variance: variance, epsilon: 1e-5)
            return try nonlinearity(normalized, name)
        case 4: return try graph.maximumPooling(u, window: window(2, stride: 2), name: name)
        case 5: return try graph.maximumPooling(u, window: window(3, stride: 2, padding: 1, up: true), name: name)
        case 6: return try nonlinearity(graph.meanPooling(u, window: window(2, stride: 2)), name)
        case 7:
            // A transposed convolution that makes the image one larger, then back by a valid one.
            let larger = try SlidingWindow(inputSize: size.map { $0 + 1 }, kernelSize: [2, 2])
            let weight = try parameter("\(name).weight", [shape[1], 2, 2, 2])
            return try nonlinearity(graph.transposedConvolution(u, weight: weight, window: larger), name)
        default:
            let weight = try parameter("\(name).weight", [4, shape[1], 3, 3])
            return try nonlinearity(
                graph.convolution(u, weight: weight, bias: parameter("\(name).bias", [4]), window: window(3, padding: 1)), name)
        }
    }
}
