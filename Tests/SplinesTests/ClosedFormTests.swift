// The closed forms of THEORY §3, transcribed literally with dense matrices, against the general reading. The matrices are made here
// from the weights by the definitions, and share no code with the package.

import Graphs
import Splines
import TestSupport
import Tensors
import Testing

/// A dense matrix, for transcribing formulas.
struct Matrix: Equatable {
    var rows: Int
    var columns: Int
    var entries: [Double]

    init(_ rows: Int, _ columns: Int, _ entry: (Int, Int) -> Double = { _, _ in 0 }) {
        (self.rows, self.columns) = (rows, columns)
        entries = (0..<rows).flatMap { i in (0..<columns).map { entry(i, $0) } }
    }

    static func identity(_ size: Int) -> Matrix { Matrix(size, size) { $0 == $1 ? 1 : 0 } }

    static func diagonal(_ entries: [Double]) -> Matrix { Matrix(entries.count, entries.count) { $0 == $1 ? entries[$0] : 0 } }

    subscript(i: Int, j: Int) -> Double { entries[i * columns + j] }

    static func * (a: Matrix, b: Matrix) -> Matrix {
        precondition(a.columns == b.rows)
        return Matrix(a.rows, b.columns) { i, j in (0..<a.columns).reduce(0) { $0 + a[i, $1] * b[$1, j] } }
    }

    static func * (a: Matrix, x: [Double]) -> [Double] { (a * Matrix(x.count, 1) { i, _ in x[i] }).entries }

    static func + (a: Matrix, b: Matrix) -> Matrix { Matrix(a.rows, a.columns) { a[$0, $1] + b[$0, $1] } }
}

private func + (a: [Double], b: [Double]) -> [Double] { zip(a, b).map(+) }

@Suite struct ClosedFormTests {
    private func close(_ a: [Double], _ b: [Double]) -> Bool {
        a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= 1e-12 * max(1, abs($1)) }
    }

    /// The matrix of a convolution over a C×size×size image with k×k filters and zero padding.
    private func convolutionMatrix(_ w: Tensor<Double>, size: Int, padding: Int) -> Matrix {
        let (filters, channels, kernel) = (w.shape[0], w.shape[1], w.shape[2])
        let out = size + 2 * padding - kernel + 1
        return Matrix(filters * out * out, channels * size * size) { row, column in
            let (o, y, x) = (row / (out * out), row / out % out, row % out)
            let (c, v, u) = (column / (size * size), column / size % size, column % size)
            let (i, j) = (v - y + padding, u - x + padding)
            return 0 <= i && i < kernel && 0 <= j && j < kernel ? w[o, c, i, j] : 0
        }
    }

    /// A_ρ: one row for each 2×2 window (stride 2), with a 1 at its first largest entry.
    private func poolingMatrix(_ z: [Double], channels: Int, size: Int) -> Matrix {
        let half = size / 2
        return Matrix(channels * half * half, channels * size * size) { row, column in
            let (c, y, x) = (row / (half * half), row / half % half, row % half)
            let window = [(0, 0), (0, 1), (1, 0), (1, 1)].map { (c * size + 2 * y + $0.0) * size + 2 * x + $0.1 }
            let best = window.max { (z[$0], -$0) < (z[$1], -$1) }!
            return column == best ? 1 : 0
        }
    }

    private func leaky(_ u: [Double], _ slope: Double) -> Matrix { .diagonal(u.map { $0 > 0 ? 1 : slope }) }

    @Test("CNN: A[x] = W ∏ A_ρ A_σ C, b[x] the sum over layers, (38–42)", arguments: UInt64(0)..<12)
    func convolutionalNetwork(seed: UInt64) throws {
        var generator = RandomGenerator(seed: seed)
        func draw(_ shape: Shape) -> Tensor<Double> { Sampler.generic.tensor(shape, using: &generator) }
        let (w1, b1, w2, b2, w3, b3) = (draw([3, 2, 3, 3]), draw([3]), draw([2, 3, 2, 2]), draw([2]), draw([4, 2]), draw([4]))
        let x = draw([1, 2, 6, 6])
        // conv 3·3·3 same, leaky ReLU, pool 2 (6 → 3); conv 2·2·2 valid (3 → 2), leaky ReLU, pool 2 (2 → 1); dense 4.
        let (c1, c2) = (convolutionMatrix(w1, size: 6, padding: 1), convolutionMatrix(w2, size: 3, padding: 0))
        let bias1 = (0..<108).map { b1.elements[$0 / 36] }
        let bias2 = (0..<8).map { b2.elements[$0 / 4] }
        let w = Matrix(4, 2) { w3[$0, $1] }
        let u1 = c1 * x.elements + bias1
        let s1 = leaky(u1, 0.01)
        let r1 = poolingMatrix(s1 * u1, channels: 3, size: 6)
        let u2 = c2 * (r1 * (s1 * u1)) + bias2
        let s2 = leaky(u2, 0.01)
        let r2 = poolingMatrix(s2 * u2, channels: 2, size: 2)
        let slopes = w * r2 * s2 * c2 * r1 * s1 * c1
        let offsets = w * ((r2 * s2 * c2) * (r1 * (s1 * bias1)) + r2 * (s2 * bias2)) + b3.elements

        var graph = Graph()
        let input = try graph.data("x", [1, 2, 6, 6])
        let (kernel1, kernel2) = (try graph.constant(w1), try graph.constant(w2))
        let window1 = try SlidingWindow(inputSize: [6, 6], kernelSize: [3, 3], paddingLow: [1, 1], paddingHigh: [1, 1])
        let conv1 = try graph.convolution(input, weight: kernel1, bias: graph.constant(b1), window: window1)
        let pool1 = try graph.maximumPooling(
            graph.leakyReLU(conv1, slope: 0.01), window: SlidingWindow(inputSize: [6, 6], kernelSize: [2, 2], strides: [2, 2]))
        let conv2 = try graph.convolution(
            pool1, weight: kernel2, bias: graph.constant(b2), window: SlidingWindow(inputSize: [3, 3], kernelSize: [2, 2]))
        let pool2 = try graph.maximumPooling(
            graph.leakyReLU(conv2, slope: 0.01), window: SlidingWindow(inputSize: [2, 2], kernelSize: [2, 2], strides: [2, 2]))
        let output = try graph.dense(graph.flatten(pool2), weight: graph.constant(w3), bias: graph.constant(b3))
        let maps = try read(graph, input, output, x)
        #expect(close(maps.slopes.elements, slopes.entries))
        #expect(close(maps.offsets.elements, offsets))
    }

    @Test("ResNet: A_θ = A_σ C_in + C_out in each block, with its bracket (THEORY E2), and the 2^L paths of E3", arguments: UInt64(0)..<12)
    func residualNetwork(seed: UInt64) throws {
        var generator = RandomGenerator(seed: seed)
        func draw(_ shape: Shape) -> Tensor<Double> { Sampler.generic.tensor(shape, using: &generator) }
        func matrix(_ t: Tensor<Double>) -> Matrix { Matrix(t.shape[0], t.shape[1]) { t[$0, $1] } }
        let blocks = (0..<3).map { _ in (weight: draw([4, 4]), bias: draw([4]), skip: draw([4, 4]), skipBias: draw([4])) }
        let (last, lastBias, x) = (draw([3, 4]), draw([3]), draw([1, 4]))
        var graph = Graph()
        let input = try graph.data("x", [1, 4])
        var value = input
        var z = x.elements
        var (slopes, offsets) = (Matrix.identity(4), [Double](repeating: 0, count: 4))
        var factors: [(Matrix, Matrix)] = []
        for block in blocks {
            // z = A_σ(C_in z' + b_in) + C_out z' + b_out: the activation is |·|, so that both pieces have slopes.
            let u = matrix(block.weight) * z + block.bias.elements
            let activation = Matrix.diagonal(u.map { $0 > 0 ? 1 : -1 })
            let theta = activation * matrix(block.weight) + matrix(block.skip)
            factors.append((activation * matrix(block.weight), matrix(block.skip)))
            let offset = activation * block.bias.elements + block.skipBias.elements
            (slopes, offsets) = (theta * slopes, theta * offsets + offset)
            z = theta * z + offset
            let branch = try graph.absoluteValue(graph.dense(value, weight: graph.constant(block.weight), bias: graph.constant(block.bias)))
            value = try graph.add(branch, graph.dense(value, weight: graph.constant(block.skip), bias: graph.constant(block.skipBias)))
        }
        let output = try graph.dense(value, weight: graph.constant(last), bias: graph.constant(lastBias))
        let maps = try read(graph, input, output, x)
        #expect(close(maps.slopes.elements, (matrix(last) * slopes).entries))
        #expect(close(maps.offsets.elements, matrix(last) * offsets + lastBias.elements))
        var ensemble = Matrix(4, 4)
        for subset in 0..<8 {
            var path = Matrix.identity(4)
            for (i, factor) in factors.enumerated() { path = (subset >> i & 1 == 1 ? factor.0 : factor.1) * path }
            ensemble = ensemble + path
        }
        #expect(close(maps.slopes.elements, (matrix(last) * ensemble).entries))
    }

    @Test("RNN: products backward in time, the initial state kept (THEORY E4), the input a whole sequence", arguments: UInt64(0)..<12)
    func recurrentNetwork(seed: UInt64) throws {
        var generator = RandomGenerator(seed: seed)
        func draw(_ shape: Shape) -> Tensor<Double> { Sampler.generic.tensor(shape, using: &generator) }
        func matrix(_ t: Tensor<Double>) -> Matrix { Matrix(t.shape[0], t.shape[1]) { t[$0, $1] } }
        let (steps, width, features) = (4, 3, 2)
        let (input, recurrent, bias, initial) = (draw([width, features]), draw([width, width]), draw([width]), draw([1, width]))
        let x = draw([1, steps, features])
        // z^T = Σ_t (∏_{k=T}^{t+1} A^k W_rec) A^t (W_in x^t + b) + (∏_{k=T}^{1} A^k W_rec) z^0
        var activations: [Matrix] = []
        var state = initial.elements
        for t in 0..<steps {
            let u = matrix(input) * Array(x.elements[t * features..<(t + 1) * features]) + matrix(recurrent) * state + bias.elements
            activations.append(.diagonal(u.map { $0 > 0 ? 1 : 0 }))
            state = activations[t] * u
        }
        func backward(from last: Int, downTo first: Int) -> Matrix {
            stride(from: last, through: first, by: -1).reduce(Matrix.identity(width)) { $0 * activations[$1] * matrix(recurrent) }
        }
        var offsets = backward(from: steps - 1, downTo: 0) * initial.elements
        var slopes = Matrix(width, steps * features)
        for t in 0..<steps {
            let product = backward(from: steps - 1, downTo: t + 1) * activations[t]
            offsets = offsets + product * bias.elements
            let block = product * matrix(input)
            for i in 0..<width { for j in 0..<features { slopes.entries[i * steps * features + t * features + j] = block[i, j] } }
        }
        var graph = Graph()
        let data = try graph.data("x", [1, steps, features])
        let (inputWeight, recurrentWeight, biasValue) = (try graph.constant(input), try graph.constant(recurrent), try graph.constant(bias))
        var z = try graph.constant(initial)
        for t in 0..<steps {
            let slice = try graph.append(.slice(Slice(starts: [0, t, 0], counts: [1, 1, features])), [data])
            let u = try graph.dense(graph.reshape(slice, [1, features]), weight: inputWeight, bias: biasValue)
            z = try graph.relu(graph.add(u, graph.dense(z, weight: recurrentWeight)))
        }
        let maps = try read(graph, data, z, x)
        #expect(close(maps.slopes.elements, slopes.entries))
        #expect(close(maps.offsets.elements, offsets))
        #expect(close(maps.outputs.elements, state))
    }

    @Test(
        "Deep RNN: the sum over all paths forward in time or up in depth, with the input of every layer (THEORY E4)",
        arguments: UInt64(0)..<12)
    func deepRecurrentNetwork(seed: UInt64) throws {
        struct Cell {
            let input, up, recurrent: Tensor<Double>
            let bias, initial: Tensor<Double>
        }
        var generator = RandomGenerator(seed: seed)
        func draw(_ shape: Shape) -> Tensor<Double> { Sampler.generic.tensor(shape, using: &generator) }
        func matrix(_ t: Tensor<Double>) -> Matrix { Matrix(t.shape[0], t.shape[1]) { t[$0, $1] } }
        let (depth, steps, width, features) = (2, 3, 3, 2)
        let cells = (0..<depth).map { _ in
            Cell(
                input: draw([width, features]), up: draw([width, width]), recurrent: draw([width, width]), bias: draw([width]),
                initial: draw([1, width]))
        }
        let x = draw([1, steps, features])
        func frame(_ t: Int) -> [Double] { Array(x.elements[t * features..<(t + 1) * features]) }
        // A^{ℓ,t}, the activation |·| so that both pieces have slopes.
        var states = cells.map(\.initial.elements)
        var activations = [[Matrix]](repeating: [], count: depth)
        for t in 0..<steps {
            for (l, cell) in cells.enumerated() {
                var u = matrix(cell.input) * frame(t) + matrix(cell.recurrent) * states[l] + cell.bias.elements
                if l > 0 { u = u + matrix(cell.up) * states[l - 1] }
                activations[l].append(.diagonal(u.map { $0 > 0 ? 1 : -1 }))
                states[l] = activations[l][t] * u
            }
        }
        // The products along every path from z^{ℓ,t} to z^{L,T}.
        func paths(_ l: Int, _ t: Int) -> [Matrix] {
            if l == depth - 1 && t == steps - 1 { return [Matrix.identity(width)] }
            var products: [Matrix] = []
            if t + 1 < steps { products += paths(l, t + 1).map { $0 * activations[l][t + 1] * matrix(cells[l].recurrent) } }
            if l + 1 < depth { products += paths(l + 1, t).map { $0 * activations[l + 1][t] * matrix(cells[l + 1].up) } }
            return products
        }
        #expect(paths(0, 0).count == 3)
        var offsets = [Double](repeating: 0, count: width)
        var slopes = Matrix(width, steps * features)
        for (l, cell) in cells.enumerated() {
            for t in 0..<steps {
                for path in paths(l, t) {
                    let product = path * activations[l][t]
                    offsets = offsets + product * cell.bias.elements
                    if t == 0 { offsets = offsets + product * (matrix(cell.recurrent) * cell.initial.elements) }
                    let block = product * matrix(cell.input)
                    for i in 0..<width {
                        for j in 0..<features { slopes.entries[i * steps * features + t * features + j] += block[i, j] }
                    }
                }
            }
        }
        var graph = Graph()
        let data = try graph.data("x", [1, steps, features])
        var z = try cells.map { try graph.constant($0.initial) }
        for t in 0..<steps {
            let slice = try graph.append(.slice(Slice(starts: [0, t, 0], counts: [1, 1, features])), [data])
            let frame = try graph.reshape(slice, [1, features])
            for (l, cell) in cells.enumerated() {
                var u = try graph.dense(frame, weight: graph.constant(cell.input), bias: graph.constant(cell.bias))
                u = try graph.add(u, graph.dense(z[l], weight: graph.constant(cell.recurrent)))
                if l > 0 { u = try graph.add(u, graph.dense(z[l - 1], weight: graph.constant(cell.up))) }
                z[l] = try graph.absoluteValue(u)
            }
        }
        let maps = try read(graph, data, z[depth - 1], x)
        #expect(close(maps.slopes.elements, slopes.entries))
        #expect(close(maps.offsets.elements, offsets))
        #expect(close(maps.outputs.elements, states[depth - 1]))
    }

    private func read(_ graph: Graph, _ input: Value, _ output: Value, _ x: Tensor<Double>) throws -> LocalAffineMaps {
        let readable = ReadableGraph(graph: graph, input: input, output: output)
        let network = ReadableNetwork(name: "closed form", inputShape: Array(x.shape.dropFirst()), parameters: [:], fixedBatch: 1) { _ in
            readable
        }
        return try AffineReader(network, batch: 1).read(x)
    }
}
