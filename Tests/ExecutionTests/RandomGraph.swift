// Random graphs over all primitives, for the law that a plan computes what the interpreter does.

import Graphs
import Tensors
import TestSupport

/// A graph that grows by random primitives on values that it already has.
struct RandomGraph {
    var graph = Graph()
    var random: RandomGenerator
    /// Whether only operations are drawn that are exact on multiples of a small power of two.
    let isExact: Bool
    private(set) var values: [Value] = []
    private(set) var codes: [(code: Value, of: Value)] = []
    private var inputCount = 0

    init(seed: UInt64, operations: Int, isExact: Bool) throws {
        random = RandomGenerator(seed: seed, purpose: "graph")
        self.isExact = isExact
        for shape in [[2, 3, 5, 6], [2, 4, 7], [3, 5], [1, 2, 3, 4, 3], [2, 4, 4, 4]] { values.append(try input(shape, .data)) }
        for _ in 0..<operations { try grow() }
    }

    mutating func input(_ shape: Shape, _ role: InputRole) throws -> Value {
        inputCount += 1
        let name = "\(role.rawValue) \(inputCount)"
        return try graph.append(.input(Input(name, role, ValueType(shape))), name: name)
    }

    /// Bindings for every input.
    func bindings<S: Scalar>(_: S.Type, seed: UInt64) -> Bindings<S> {
        var random = RandomGenerator(seed: seed, purpose: "bindings")
        var bindings: Bindings<S> = [:]
        for value in graph.values {
            guard case .input(let input) = graph[value].primitive else { continue }
            // Drawn in Float, so that Float and Double see the same numbers.
            let tensor: Tensor<Float> = (isExact ? Sampler.ties : .generic).tensor(input.type.shape, using: &random)
            bindings[input.name] = .scalars(tensor.converted())
        }
        return bindings
    }

    private mutating func pick<T>(_ list: [T]) -> T { list[random.integer(below: list.count)] }

    private mutating func image() -> Value? {
        let images = values.filter { (3...5).contains(graph.shape($0).count) && graph.shape($0).elementCount <= 2000 }
        return images.isEmpty ? nil : pick(images)
    }

    private mutating func window(_ size: [Int], pooling: Bool) -> SlidingWindow? {
        let kernel = size.map { 1 + random.integer(below: min($0, 3)) }
        let dilations = pooling ? size.map { _ in 1 } : size.map { _ in 1 + random.integer(below: 2) }
        let strides = size.map { _ in 1 + random.integer(below: 2) }
        let low = kernel.map { pooling ? random.integer(below: max(1, $0 / 2 + 1)) : random.integer(below: 3) }
        let high = kernel.map { pooling ? random.integer(below: max(1, $0 / 2 + 1)) : random.integer(below: 3) }
        return try? SlidingWindow(
            inputSize: size, kernelSize: kernel, strides: strides, dilations: dilations, paddingLow: low, paddingHigh: high,
            roundingUp: random.integer(below: 3) == 0)
    }

    private mutating func keep(_ primitive: Primitive, _ operands: [Value]) throws {
        let value = try graph.append(primitive, operands)
        guard graph.shape(value).elementCount <= 6000 else { return }
        if graph[value].type.element == .scalar { values.append(value) } else { codes.append((value, operands[0])) }
    }

    private mutating func twin(of u: Value) throws -> Value {
        let same = values.filter { graph.shape($0) == graph.shape(u) }
        return random.integer(below: 4) == 0 ? try input(graph.shape(u), .parameter) : pick(same)
    }

    private mutating func knots() -> (Knots, Pieces) {
        let count = random.integer(below: 4)
        let positions = (0..<count).map { _ in Double(random.integer(below: 5) - 2) / 2 }.sorted()
        let knots = Knots(positions, upperClosed: positions.map { _ in random.integer(below: 2) == 0 })
        let slopes = (0...count).map { _ in Double(random.integer(below: 4) - 1) / (isExact ? 1 : 3) }
        return (knots, Pieces(slopes: slopes, offsets: slopes.map { _ in random.integer(below: 2) == 0 ? 0 : 0.5 }))
    }

    private mutating func grow() throws {
        let u = pick(values)
        let shape = graph.shape(u)
        switch random.integer(below: 26) {
        case 0, 1, 2:
            guard let x = image() else { return }
            let (size, channels) = (Array(graph.shape(x).dropFirst(2)), graph.shape(x)[1])
            guard let window = window(size, pooling: false) else { return }
            let groups = pick([1, 1, channels])
            let filters = groups * (1 + random.integer(below: 3))
            let form = Convolution(window, groups: groups, role: pick([.output, .output, .input, .weight]))
            let weightShape = [filters, channels / groups] + window.kernelSize
            let outputShape = [graph.shape(x)[0], filters] + window.outputSize
            switch form.role {
            case .output:
                let weight = try input(weightShape, .parameter)
                if random.integer(below: 2) == 0 {
                    values.append(
                        try graph.convolution(x, weight: weight, bias: input([filters], .parameter), window: window, groups: groups))
                } else {
                    try keep(.convolution(form), [x, weight])
                }
            case .input: try keep(.convolution(form), [input(weightShape, .parameter), input(outputShape, .data)])
            case .weight: try keep(.convolution(form), [x, input(outputShape, .data)])
            }
        case 3:
            guard let x = image(), let window = window(Array(graph.shape(x).dropFirst(2)), pooling: true) else { return }
            let transposed = random.integer(below: 2) == 0
            let operand = transposed ? try input(graph.shape(x).prefix(2) + window.outputSize, .data) : x
            let sum = try graph.append(.windowSum(window, transposed: transposed), [operand])
            values.append(random.integer(below: 2) == 0 ? sum : try graph.affine(sum, slope: 0.25))
        case 4, 5:
            guard let x = image(), let window = window(Array(graph.shape(x).dropFirst(2)), pooling: true) else { return }
            guard let code = try? graph.append(.select(.largest(.window(window))), [x]) else { return }
            codes.append((code, x))
            try keep(.pick(.window(window), transposed: false), [random.integer(below: 2) == 0 ? x : twin(of: x), code])
            try keep(.pick(.window(window), transposed: true), [input(graph.shape(code), .data), code])
        case 6:
            guard !shape.isEmpty else { return }
            let axis = random.integer(below: shape.count)
            guard shape[axis] > 0 else { return }
            let choice = Choice.axis(axis, count: shape[axis])
            let code = try graph.append(.select(.largest(choice)), [u])
            codes.append((code, u))
            try keep(.pick(choice, transposed: false), [twin(of: u), code])
            try keep(.pick(choice, transposed: true), [input(graph.shape(code), .data), code])
        case 7:
            guard !shape.isEmpty else { return }
            let axis = random.integer(below: shape.count)
            let code = try graph.append(.select(.winners(axis: axis, count: random.integer(below: shape[axis] + 1))), [u])
            codes.append((code, u))
            try keep(.apply(Pieces(slopes: [0, 1])), [u, code])
        case 8: try keep(.sum(axes: shape.indices.filter { _ in random.integer(below: 2) == 0 }), [u])
        case 9:
            guard shape.count < 5 else { return }
            var (larger, axes) = (shape, [Int]())
            for _ in 0...random.integer(below: 2) where larger.count < 5 {
                larger.insert(1 + random.integer(below: 3), at: random.integer(below: larger.count + 1))
            }
            var rest = shape[...]
            for (axis, size) in larger.enumerated() {
                if let next = rest.first, next == size { rest = rest.dropFirst() } else { axes.append(axis) }
            }
            guard rest.isEmpty, larger.elementCount <= 3000 else { return }
            let spread = try graph.append(.broadcast(axes: axes, shape: larger), [u])
            values.append(try graph.append(.add, [spread, input(larger, .data)]))
            values.append(spread)
        case 10:
            try keep(.reshape(pick([[shape.elementCount], [1, shape.elementCount], shape.reversed(), [shape.elementCount, 1, 1]])), [u])
        case 11: try keep(.transpose(random.permutation(shape.count)), [u])
        case 12:
            let numbers = (0..<3).map { _ in shape.map { _ in random.integer(below: 2) } }
            try keep(.pad(Padding(low: numbers[0], high: numbers[1], interior: numbers[2])), [u])
        case 13:
            let starts = shape.map { random.integer(below: $0) }
            let steps = shape.map { _ in 1 + random.integer(below: 2) }
            let counts = shape.indices.map { 1 + random.integer(below: (shape[$0] - starts[$0] - 1) / steps[$0] + 1) }
            try keep(.slice(Slice(starts: starts, counts: counts, steps: steps)), [u])
        case 14:
            guard !shape.isEmpty else { return }
            try keep(.concatenate(axis: random.integer(below: shape.count)), [u, twin(of: u), u])
        case 15:
            guard !shape.isEmpty else { return }
            let axis = random.integer(below: shape.count)
            try keep(.gather(axis: axis, indices: (0..<3).map { _ in random.integer(below: shape[axis]) }), [u])
        case 16:
            guard !shape.isEmpty else { return }
            let axis = random.integer(below: shape.count)
            try keep(.scatter(axis: axis, indices: (0..<shape[axis]).map { _ in random.integer(below: 4) }, size: 4), [u])
        case 17: try keep(pick([.add, .subtract, .multiply]), [u, twin(of: u)])
        case 18: try keep(.affine(slope: 0.5, offset: pick([0, 1])), [u])
        case 19, 20:
            let (knots, pieces) = knots()
            let code = try graph.append(.select(.knots(knots)), [u])
            codes.append((code, u))
            try keep(.apply(pieces), [u, code])
            if random.integer(below: 2) == 0 { try keep(.apply(pieces), [twin(of: u), code]) }
        case 21:
            guard shape.count >= 2, shape.elementCount <= 400 else { return }
            let (rank, columns) = (shape.count, 1 + random.integer(below: 4))
            let (left, right) = (random.integer(below: 2) == 0, random.integer(below: 2) == 0)
            let inner = left ? shape[rank - 2] : shape[rank - 1]
            let other = try input(shape.dropLast(2) + (right ? [columns, inner] : [inner, columns]), .parameter)
            try keep(.matrixProduct(transposeLeft: left, transposeRight: right), [u, other])
        case 22 where !isExact:
            let function = pick([
                SmoothFunction.exponential, .logarithm, .squareRoot, .reciprocal, .errorFunction, .sigmoid, .hyperbolicTangent, .softplus,
                .power(1.5),
            ])
            let bounded = try graph.append(.smooth(.sigmoid), [u])
            try keep(.smooth(function), [random.integer(below: 2) == 0 ? bounded : graph.affine(bounded, slope: 1, offset: 0.5)])
        case 23 where !isExact && !shape.isEmpty: try keep(.softmax(axis: random.integer(below: shape.count)), [u])
        case 24 where !isExact && !shape.isEmpty: try keep(.logSumExp(axis: random.integer(below: shape.count)), [u])
        case 25 where !isExact:
            let divisor = try graph.affine(graph.append(.smooth(.sigmoid), [twin(of: u)]), slope: 1, offset: 0.5)
            try keep(.divide, [u, divisor])
        default: try keep(.affine(slope: -1, offset: 0), [u])
        }
    }
}
