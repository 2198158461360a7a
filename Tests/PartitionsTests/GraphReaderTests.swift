// Graphs read as programs: the same function, the same codes.

import Graphs
import Partitions
import TestSupport
import Tensors
import Testing

@Suite struct GraphReaderTests {
    /// A graph of every piecewise-affine layer kind on `[1, 2, 5, 5]` images.
    static func kinds() throws -> [(name: String, graph: Graph, input: Value, output: Value)] {
        var list: [(String, Graph, Value, Value)] = []
        var rng = RandomGenerator(seed: 1, purpose: "graph reader")
        func constant(_ graph: inout Graph, _ shape: Shape) throws -> Value {
            try graph.constant(Sampler.ties.tensor(shape, using: &rng))
        }
        func add(_ name: String, _ body: (inout Graph, Value) throws -> Value) throws {
            var graph = Graph()
            let x = try graph.data("x", [1, 2, 5, 5])
            let y = try body(&graph, x)
            list.append((name, graph, x, y))
        }
        let window = try SlidingWindow(inputSize: [5, 5], kernelSize: [3, 3], strides: [2, 1], paddingLow: [1, 0], paddingHigh: [1, 1])
        try add("convolution, ReLU, overlapping padded maximum") { graph, x in
            let weight = try constant(&graph, [3, 2, 3, 3])
            let u = try graph.relu(graph.convolution(x, weight: weight, bias: constant(&graph, [3]), window: window))
            let pool = try SlidingWindow(
                inputSize: window.outputSize, kernelSize: [2, 2], strides: [1, 1], paddingLow: [1, 1], paddingHigh: [1, 1])
            return try graph.maximumPooling(u, window: pool)
        }
        try add("grouped and transposed convolution, leaky ReLU") { graph, x in
            let weight = try constant(&graph, [4, 1, 3, 3])
            let u = try graph.leakyReLU(graph.convolution(x, weight: weight, window: window, groups: 2), slope: 0.25)
            let back = try graph.transposedConvolution(
                u, weight: constant(&graph, [4, 3, 3, 3]), bias: constant(&graph, [3]), window: window)
            return try graph.absoluteValue(back)
        }
        try add("batch norm, mean pooling, clip, dense, parametric ReLU") { graph, x in
            let fixed = try graph.constant(Tensor(shape: [2], elements: [0.5, 2]))
            let u = try graph.batchNormalization(
                x, scale: fixed, shift: constant(&graph, [2]), mean: constant(&graph, [2]), variance: fixed, epsilon: 0.5)
            let pooled = try graph.clip(graph.meanPooling(u, window: window), low: -1, high: 2)
            let flat = try graph.flatten(pooled)
            let dense = try graph.dense(flat, weight: constant(&graph, [4, graph.shape(flat)[1]]), bias: constant(&graph, [4]))
            return try graph.parametricReLU(dense, slopes: constant(&graph, [4]))
        }
        try add("skip, concatenation, channel pooling, minimum, soft threshold") { graph, x in
            let u = try graph.relu(x)
            let skip = try graph.add(u, x)
            let both = try graph.concatenate([skip, graph.affine(u, slope: -2, offset: 1)])
            let pooled = try graph.maxout(both, pieces: 2)
            let least = try graph.minimum([pooled, graph.negate(pooled), x])
            return try graph.softThreshold(graph.globalMeanPooling(least), 0.125)
        }
        try add("slices, padding, transposes, sums") { graph, x in
            let cut = try graph.append(.slice(Slice(starts: [0, 1, 0, 1], counts: [1, 1, 3, 2], steps: [1, 1, 2, 2])), [x])
            let turned = try graph.append(.transpose([0, 1, 3, 2]), [cut])
            let padded = try graph.append(.pad(Padding(low: [0, 0, 1, 0], high: [0, 0, 0, 2], interior: [0, 0, 1, 0])), [turned])
            let picked = try graph.append(.gather(axis: 3, indices: [4, 0, 0, 1]), [padded])
            let spread = try graph.append(.scatter(axis: 2, indices: [1, 0, 1, 0], size: 2), [picked])
            return try graph.relu(graph.sum(spread, over: [2]))
        }
        return list
    }

    @Test("Law: the program computes what the graph does")
    func values() throws {
        var rng = RandomGenerator(seed: 2, purpose: "graph reader")
        for (name, graph, input, output) in try GraphReaderTests.kinds() {
            let program = try PiecewiseAffineProgram(graph, input: input, output: output, parameters: [:])
            for _ in 0..<8 {
                let x: Tensor<Double> = Sampler.ties.tensor([1, 2, 5, 5], using: &rng)
                let expected = try Interpreter.run(graph, [output], ["x": .scalars(x)])[0].scalars.elements
                let got = program.value(at: x.elements)
                #expect(got.count == expected.count, "\(name)")
                #expect(zip(got, expected).allSatisfy { abs($0 - $1) <= 1e-12 * (1 + abs($1)) }, "\(name)")
            }
        }
    }

    @Test("Law: on a slice, a cell's codes and map are the graph's at its centroid, and both partitions agree")
    func slices() throws {
        var rng = RandomGenerator(seed: 3, purpose: "graph reader")
        for (name, graph, input, output) in try GraphReaderTests.kinds() {
            let program = try PiecewiseAffineProgram(graph, input: input, output: output, parameters: [:])
            let vectors = (0..<3).map { _ in (Sampler.ties.tensor([50], using: &rng) as Tensor<Double>).elements }
            let embedding = Domain.Embedding(origin: vectors[0], directions: [vectors[1], vectors[2]])
            let domain = Domain(.box([-0.5...0.5, -0.25...0.5]), embedding: embedding)
            let partition = try PlanarPartition(of: program, on: domain)
            let exact = try ExactSubdivision(of: program, on: domain).forEachCell { _ in }
            #expect(partition.cellCounts == exact, "\(name)")
            let codes = graph.codes(for: [output])
            #expect(partition.cellCounts.count == codes.count, "\(name)")
            for cell in partition.cells where cell.area > 1e-6 {
                let t = cell.centroid
                let x = (0..<50).map { vectors[0][$0] + t.x * vectors[1][$0] + t.y * vectors[2][$0] }
                let data = try Interpreter.run(graph, codes + [output], ["x": .scalars(Tensor(shape: [1, 2, 5, 5], elements: x))])
                #expect(cell.codes == data.dropLast().map { $0.code.elements.map { Int($0) } }, "\(name)")
                let values = cell.map([t.x, t.y])
                #expect(zip(values, data[codes.count].scalars.elements).allSatisfy { abs($0 - $1) <= 1e-9 * (1 + abs($1)) }, "\(name)")
            }
        }
    }

    @Test("What is not piecewise affine is refused by name")
    func refusals() throws {
        func refused(_ body: (inout Graph, Value) throws -> Value) throws -> String {
            var graph = Graph()
            let x = try graph.data("x", [1, 2])
            let y = try body(&graph, x)
            do {
                _ = try PiecewiseAffineProgram(graph, input: x, output: y, parameters: [:])
                return "accepted"
            } catch { return "\(error)" }
        }
        #expect(
            try refused { try $0.smooth(.hyperbolicTangent, $1, name: "squash") }
                == "squash: node tanh, expected a piecewise-affine node")
        #expect(
            try refused { try $0.sign($1, name: "sign") }
                == "sign: node apply, expected pieces chosen by their own argument, knots ascending and closed below")
        #expect(try refused { try $0.multiply($1, $1, name: "square") } == "square: node multiply, expected one factor without the input")
    }
}
