// One table of cases feeds every suite that goes over the primitives. To add a primitive, add a row; a test checks that none is missing.

public import Graphs
public import Tensors

/// A small graph around one primitive.
public struct PrimitiveCase: Sendable, CustomStringConvertible {
    public let name: String
    /// Shapes of the inputs `x0`, `x1`, …
    public let shapes: [Shape]
    /// Keeps inputs where the primitive is differentiable: maps a number in [−1, 1) to one in the domain.
    public let domain: @Sendable (Double) -> Double
    public let build: @Sendable (inout Graph, [Value]) throws -> Value

    public var description: String { name }

    init(
        _ name: String, _ shapes: [Shape], domain: @escaping @Sendable (Double) -> Double = { $0 },
        _ build: @escaping @Sendable (inout Graph, [Value]) throws -> Value
    ) {
        (self.name, self.shapes, self.domain, self.build) = (name, shapes, domain, build)
    }

    /// The graph, its inputs and its output.
    public func graph() throws -> (Graph, [Value], Value) {
        var graph = Graph()
        var inputs: [Value] = []
        for (index, shape) in shapes.enumerated() { inputs.append(try graph.data("x\(index)", shape)) }
        let output = try build(&graph, inputs)
        return (graph, inputs, output)
    }

    /// The graph where the entries along an axis of one of its inputs are samples: that input is made of `s`, which has them first.
    public func graph(samplesOf position: Int, along axis: Int) throws -> (graph: Graph, samples: Value, output: Value) {
        var graph = Graph()
        let shape = shapes[position]
        let order = [axis] + shape.indices.filter { $0 != axis }
        let samples = try graph.data("s", order.map { shape[$0] })
        var inputs: [Value] = []
        for (index, other) in shapes.enumerated() {
            inputs.append(
                try index == position
                    ? graph.append(.transpose(shape.indices.map { order.firstIndex(of: $0)! }), [samples])
                    : graph.data("x\(index)", other))
        }
        let output = try build(&graph, inputs)
        return (graph, samples, output)
    }

    /// Inputs drawn by a sampler.
    public func bindings<S: Scalar>(_ sampler: Sampler, seed: UInt64, of _: S.Type = S.self) -> Bindings<S> {
        var generator = RandomGenerator(seed: seed, purpose: name)
        var bindings: Bindings<S> = [:]
        for (index, shape) in shapes.enumerated() {
            let tensor: Tensor<Double> = sampler.tensor(shape, using: &generator)
            bindings["x\(index)"] = .scalars(tensor.map { S(domain($0)) })
        }
        return bindings
    }
}

private func window(
    _ input: [Int], _ kernel: [Int], strides: [Int]? = nil, dilations: [Int]? = nil, low: [Int]? = nil, high: [Int]? = nil, up: Bool = false
) -> SlidingWindow {
    do {
        return try SlidingWindow(
            inputSize: input, kernelSize: kernel, strides: strides, dilations: dilations, paddingLow: low, paddingHigh: high, roundingUp: up
        )
    } catch { fatalError("\(error)") }
}

extension PrimitiveCase {
    private static let positive: @Sendable (Double) -> Double = { 2.25 + $0 }

    /// At least one case for every primitive.
    public static let all: [PrimitiveCase] = products + rearrangements + arithmetic + selections + smooth

    static let products: [PrimitiveCase] = [
        PrimitiveCase("matrixProduct", [[3, 4], [4, 2]]) {
            try $0.append(.matrixProduct(transposeLeft: false, transposeRight: false), $1)
        },
        PrimitiveCase("matrixProduct, left transposed", [[4, 3], [4, 2]]) {
            try $0.append(.matrixProduct(transposeLeft: true, transposeRight: false), $1)
        },
        PrimitiveCase("matrixProduct, right transposed", [[3, 4], [2, 4]]) {
            try $0.append(.matrixProduct(transposeLeft: false, transposeRight: true), $1)
        },
        PrimitiveCase("matrixProduct, both transposed, stacked", [[2, 4, 3], [2, 2, 4]]) {
            try $0.append(.matrixProduct(transposeLeft: true, transposeRight: true), $1)
        },
        PrimitiveCase("convolution", [[2, 3, 5, 4], [4, 3, 3, 2]]) {
            try $0.append(.convolution(Convolution(window([5, 4], [3, 2]))), $1)
        },
        PrimitiveCase("convolution, strided, dilated, padded, grouped", [[1, 4, 6, 7], [6, 2, 3, 2]]) {
            let window = window([6, 7], [3, 2], strides: [2, 1], dilations: [1, 2], low: [1, 0], high: [2, 1])
            return try $0.append(.convolution(Convolution(window, groups: 2)), $1)
        },
        PrimitiveCase("convolution, one axis", [[2, 2, 7], [3, 2, 3]]) {
            try $0.append(.convolution(Convolution(window([7], [3], low: [2], high: [2]))), $1)
        },
        PrimitiveCase("convolution (input)", [[4, 3, 3, 3], [2, 4, 3, 2]]) {
            let window = window([6, 5], [3, 3], strides: [2, 2], low: [1, 0], high: [0, 1])
            return try $0.append(.convolution(Convolution(window, role: .input)), $1)
        },
        PrimitiveCase("convolution (weight)", [[2, 3, 5, 5], [2, 4, 3, 3]]) {
            try $0.append(.convolution(Convolution(window([5, 5], [3, 3]), role: .weight)), $1)
        },
        PrimitiveCase("windowSum", [[2, 2, 5, 5]]) {
            try $0.append(.windowSum(window([5, 5], [3, 2], strides: [2, 2], low: [1, 0], high: [1, 1]), transposed: false), $1)
        },
        PrimitiveCase("windowSum (transposed)", [[2, 2, 3, 2]]) {
            try $0.append(.windowSum(window([5, 4], [3, 2], strides: [1, 2]), transposed: true), $1)
        },
        PrimitiveCase("multiply", [[3, 2], [3, 2]]) { try $0.append(.multiply, $1) },
        PrimitiveCase("divide", [[3, 2], [3, 2]], domain: positive) { try $0.append(.divide, $1) },
    ]

    static let rearrangements: [PrimitiveCase] = [
        PrimitiveCase("sum", [[2, 3, 4]]) { try $0.append(.sum(axes: [0, 2]), $1) },
        PrimitiveCase("broadcast", [[3]]) { try $0.append(.broadcast(axes: [0, 2], shape: [2, 3, 4]), $1) },
        PrimitiveCase("reshape", [[2, 6]]) { try $0.append(.reshape([3, 4]), $1) },
        PrimitiveCase("transpose", [[2, 3, 4]]) { try $0.append(.transpose([2, 0, 1]), $1) },
        PrimitiveCase("pad", [[2, 3]]) { try $0.append(.pad(Padding(low: [1, 0], high: [0, 2], interior: [2, 1])), $1) },
        PrimitiveCase("slice", [[5, 7]]) { try $0.append(.slice(Slice(starts: [1, 0], counts: [2, 3], steps: [2, 3])), $1) },
        PrimitiveCase("concatenate", [[2, 3], [2, 1], [2, 2]]) { try $0.append(.concatenate(axis: 1), $1) },
        PrimitiveCase("gather", [[2, 4, 2]]) { try $0.append(.gather(axis: 1, indices: [3, 0, 3]), $1) },
        PrimitiveCase("scatter", [[2, 3, 2]]) { try $0.append(.scatter(axis: 1, indices: [3, 0, 3], size: 5), $1) },
    ]

    static let arithmetic: [PrimitiveCase] = [
        PrimitiveCase("constant", [[2]]) { try $0.add($1[0], $0.constant(Tensor(shape: [2], elements: [1, -2]))) },
        PrimitiveCase("fill", [[2]]) { try $0.multiply($1[0], $0.fill(3, [2])) },
        PrimitiveCase("add", [[2, 3], [2, 3]]) { try $0.append(.add, $1) },
        PrimitiveCase("add, one operand twice", [[2, 3]]) { try $0.append(.add, [$1[0], $1[0]]) },
        PrimitiveCase("subtract", [[2, 3], [2, 3]]) { try $0.append(.subtract, $1) },
        PrimitiveCase("affine", [[2, 3]]) { try $0.append(.affine(slope: -2.5, offset: 0.75), $1) },
    ]

    static let selections: [PrimitiveCase] = [
        PrimitiveCase("ReLU", [[3, 4]]) { try $0.relu($1[0]) },
        PrimitiveCase("leaky ReLU, slope −0.5", [[3, 4]]) { try $0.leakyReLU($1[0], slope: -0.5) },
        PrimitiveCase("parametric ReLU", [[2, 3, 2], [3]]) { try $0.parametricReLU($1[0], slopes: $1[1]) },
        PrimitiveCase("absolute value", [[3, 4]]) { try $0.absoluteValue($1[0]) },
        PrimitiveCase("clip", [[3, 4]]) { try $0.clip($1[0], low: -0.25, high: 0.5) },
        PrimitiveCase("soft threshold", [[3, 4]]) { try $0.softThreshold($1[0], 0.3) },
        PrimitiveCase("maximum pooling", [[2, 2, 4, 6]]) {
            try $0.maximumPooling($1[0], window: window([4, 6], [2, 2], strides: [2, 2]))
        },
        PrimitiveCase("maximum pooling, overlapping, padded, rounded up", [[2, 2, 6, 6]]) {
            try $0.maximumPooling(
                $1[0], window: window([6, 6], [3, 3], strides: [2, 2], dilations: [1, 1], low: [1, 1], high: [1, 1], up: true))
        },
        PrimitiveCase("maximum pooling, dilated", [[1, 2, 5, 5]]) {
            try $0.maximumPooling($1[0], window: window([5, 5], [2, 2], dilations: [2, 2]))
        },
        PrimitiveCase("pick (transposed)", [[2, 2, 4, 4], [2, 2, 3, 3]]) {
            let choice = Choice.window(window([4, 4], [2, 2]))
            let code = try $0.append(.select(.largest(choice)), [$1[0]])
            return try $0.append(.pick(choice, transposed: true), [$1[1], code])
        },
        PrimitiveCase("pick (transposed), axis", [[2, 3, 2], [2, 2]]) {
            let choice = Choice.axis(1, count: 3)
            let code = try $0.append(.select(.largest(choice)), [$1[0]])
            return try $0.append(.pick(choice, transposed: true), [$1[1], code])
        },
        PrimitiveCase("maxout", [[2, 6, 2]]) { try $0.maxout($1[0], pieces: 3) },
        PrimitiveCase("global maximum pooling", [[2, 3, 2, 2]]) { try $0.globalMaximumPooling($1[0]) },
        PrimitiveCase("maximum of three", [[2, 3], [2, 3], [2, 3]]) { try $0.maximum($1) },
        PrimitiveCase("minimum of two", [[2, 3], [2, 3]]) { try $0.minimum($1) },
        PrimitiveCase("where", [[2, 3], [2, 3], [2, 3]]) {
            let condition = try $0.append(.select(.knots(Knots([0.1]))), [$1[0]])
            return try $0.choose([$1[1], $1[2]], code: condition)
        },
        PrimitiveCase("winners", [[2, 5]]) { try $0.winners($1[0], count: 2) },
    ]

    static let smooth: [PrimitiveCase] = [
        PrimitiveCase("exponential", [[2, 3]]) { try $0.smooth(.exponential, $1[0]) },
        PrimitiveCase("logarithm", [[2, 3]], domain: positive) { try $0.smooth(.logarithm, $1[0]) },
        PrimitiveCase("squareRoot", [[2, 3]], domain: positive) { try $0.smooth(.squareRoot, $1[0]) },
        PrimitiveCase("reciprocal", [[2, 3]], domain: positive) { try $0.smooth(.reciprocal, $1[0]) },
        PrimitiveCase("erf", [[2, 3]]) { try $0.smooth(.errorFunction, $1[0]) },
        PrimitiveCase("sigmoid", [[2, 3]], domain: { 4 * $0 }) { try $0.smooth(.sigmoid, $1[0]) },
        PrimitiveCase("tanh", [[2, 3]]) { try $0.smooth(.hyperbolicTangent, $1[0]) },
        PrimitiveCase("softplus", [[2, 3]], domain: { 4 * $0 }) { try $0.smooth(.softplus, $1[0]) },
        PrimitiveCase("power 2.5", [[2, 3]], domain: positive) { try $0.smooth(.power(2.5), $1[0]) },
        PrimitiveCase("swish", [[2, 3]]) { try $0.swish($1[0], sharpness: 2) },
        PrimitiveCase("GELU", [[2, 3]]) { try $0.gelu($1[0]) },
        PrimitiveCase("GELU by tanh", [[2, 3]]) { try $0.gelu($1[0], approximate: true) },
        PrimitiveCase("softmax", [[2, 4, 2]]) { try $0.softmax($1[0]) },
        PrimitiveCase("logSumExp", [[2, 4, 2]]) { try $0.logSumExp($1[0]) },
        PrimitiveCase("batch normalization in training", [[3, 2, 2, 2], [2], [2]]) {
            try $0.batchNormalizationInTraining($1[0], scale: $1[1], shift: $1[2], epsilon: 1e-5).normalized
        },
        PrimitiveCase("batch normalization in inference", [[2, 2, 3], [2], [2], [2], [2]], domain: positive) {
            try $0.batchNormalization($1[0], scale: $1[1], shift: $1[2], mean: $1[3], variance: $1[4], epsilon: 1e-5)
        },
        PrimitiveCase("mean pooling", [[2, 2, 5, 5]]) {
            try $0.meanPooling($1[0], window: window([5, 5], [3, 3], strides: [2, 2], low: [1, 1], high: [1, 1]))
        },
    ]
}
