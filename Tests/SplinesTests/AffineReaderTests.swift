// The laws of DESIGN §1 over random networks of every layer kind.

import Execution
import Graphs
import Splines
import TestSupport
import Tensors
import Testing

extension RandomNetwork {
    /// The network as readings see it, at its own batch size.
    var readable: ReadableNetwork {
        let graph = ReadableGraph(graph: graph, input: input, output: output)
        let batch = inputShape[0]
        return ReadableNetwork(
            name: "random", inputShape: Array(inputShape.dropFirst()), parameters: parameters, fixedBatch: batch, build: { _ in graph })
    }
}

@Suite struct AffineReaderTests {
    /// Rounding of f, of A x and of b along at most 12 layers of fewer than 100 products, each relative to the magnitudes summed; the
    /// weights below are such that magnitudes stay within 10³ of max(1, ‖f‖).
    private let tolerance = 1e-12

    @Test("Law: f(x) = A[x] x + b[x], slopes and offsets found apart", arguments: UInt64(0)..<80)
    func residual(seed: UInt64) throws {
        for sampler in [Sampler.generic, .ties, .nearKnots, .degenerate] {
            let network = try RandomNetwork.draw(seed: seed, continuous: seed % 5 != 0)
            let maps = try AffineReader(network.readable, batch: 2).read(network.data(sampler, seed: seed))
            #expect(maps.residuals.allSatisfy { $0 <= tolerance }, "\(sampler): \(maps.residuals)")
        }
    }

    @Test("Law: A[x] is the same, bit for bit, wherever the codes are, and f is affine there", arguments: UInt64(0)..<60)
    func constantOnCells(seed: UInt64) throws {
        let network = try RandomNetwork.draw(seed: seed, batch: 1)
        let reader = try AffineReader(network.readable, batch: 1)
        let codes = network.graph.codes(for: [network.output])
        let (start, end) = (network.data(.generic, seed: seed), network.data(.generic, seed: seed + 1000))
        var previous: (codes: [Datum<Double>], maps: LocalAffineMaps, x: Tensor<Double>)?
        var cells = 0
        for step in 0...40 {
            let t = Double(step) / 40
            let x = Tensor(shape: start.shape, elements: zip(start.elements, end.elements).map { $0 + t * ($1 - $0) })
            let here = try Interpreter.run(network.graph, codes, network.bindings(x))
            let maps = try reader.read(x)
            if let previous, previous.codes == here {
                #expect(previous.maps.slopes == maps.slopes)
                #expect(previous.maps.offsets == maps.offsets)
                // f at the middle of two points of a cell (cells are convex) is the mean of their values.
                let middle = Tensor(shape: x.shape, elements: zip(previous.x.elements, x.elements).map { ($0 + $1) / 2 })
                let value = try Interpreter.run(network.graph, [network.output], network.bindings(middle))[0].scalars
                for (k, v) in value.elements.enumerated() {
                    let mean = (previous.maps.outputs.elements[k] + maps.outputs.elements[k]) / 2
                    #expect(abs(v - mean) <= 1e-12 * max(1, abs(v)) * 1e2)
                }
            } else {
                cells += 1
            }
            previous = (here, maps, x)
        }
        #expect(cells > 0)
    }

    @Test("Law: margins and boundaries of a network without offsets are the same at x and at 2ᵏ x", arguments: UInt64(0)..<20)
    func homogeneous(seed: UInt64) throws {
        var random = RandomGenerator(seed: seed)
        func numbers(_ shape: Shape) -> Tensor<Double> {
            Tensor(shape: shape, elements: (0..<shape.elementCount).map { _ in random.normal() })
        }
        let (inner, outer, x) = (numbers([6, 5]), numbers([7, 6]), numbers([4, 5]))
        let network = ReadableNetwork(name: "cone", inputShape: [5], parameters: [:]) { batch in
            var graph = Graph()
            let x = try graph.data("x", [batch, 5])
            let z = try graph.relu(graph.dense(x, weight: graph.constant(inner)))
            let a = try graph.relu(graph.dense(z, weight: graph.constant(outer)))
            return ReadableGraph(graph: graph, input: x, output: a)
        }
        var at = x
        for d in 0..<5 { at.elements[d] = 0 }  // one sample on every boundary
        let reader = try AffineReader(network, batch: 4)
        let near = try reader.read(at)
        #expect(near.isOnBoundary == [true, false, false, false])
        for exponent in [300, 600, 990] {
            let far = try reader.read(at.map { $0 * Double(sign: .plus, exponent: exponent, significand: 1) })
            #expect(far.margins == near.margins && far.isOnBoundary == near.isOnBoundary, "2^\(exponent)")
            #expect(far.slopes == near.slopes && far.isFinite == [true, true, true, true])
        }
    }

    @Test("Law: the map of a composition is the composition of the maps", arguments: UInt64(0)..<60)
    func composition(seed: UInt64) throws {
        let network = try RandomNetwork.draw(seed: seed, batch: 1)
        let middle = network.steps[2]
        let x = network.data(.generic, seed: seed)
        let whole = try AffineReader(network.readable, batch: 1).read(x)
        let first = try AffineReader(network.readable, batch: 1, to: { _ in middle }).read(x)
        let second = try AffineReader(network.readable, batch: 1, from: { _ in middle }).read(x)
        let (inputs, inner, outputs) = (x.count, first.offsets.count, whole.offsets.count)
        for k in 0..<outputs {
            for d in 0..<inputs {
                let product = (0..<inner).reduce(0.0) {
                    $0 + second.slopes.elements[k * inner + $1] * first.slopes.elements[$1 * inputs + d]
                }
                #expect(abs(product - whole.slopes.elements[k * inputs + d]) <= 1e-11 * max(1, abs(product)))
            }
            let offset = (0..<inner).reduce(second.offsets.elements[k]) {
                $0 + second.slopes.elements[k * inner + $1] * first.offsets.elements[$1]
            }
            #expect(abs(offset - whole.offsets.elements[k]) <= 1e-11 * max(1, abs(offset)))
        }
        #expect(second.residuals[0] <= tolerance)
    }

    @Test("Law: a reader short of memory reads the same maps of fewer samples, and then of rows in blocks, or says what it needs")
    func boundedMemory() throws {
        var random = RandomGenerator(seed: 5)
        func numbers(_ shape: Shape) -> Tensor<Double> {
            Tensor(shape: shape, elements: (0..<shape.elementCount).map { _ in random.normal() })
        }
        // Sixty outputs of forty inputs, so that slopes outweigh plans, and whole they are read by columns.
        let (inner, outer, x) = (numbers([4, 40]), numbers([60, 4]), numbers([8, 40]))
        var narrow = ReadableNetwork(name: "wide", inputShape: [40], parameters: [:]) { batch in
            var graph = Graph()
            let x = try graph.data("x", [batch, 40])
            let z = try graph.relu(graph.dense(x, weight: graph.constant(inner)))
            let y = try graph.dense(z, weight: graph.constant(outer))
            return ReadableGraph(graph: graph, input: x, output: y)
        }
        let whole = try AffineReader(narrow, batch: 8).read(x)
        var batches: Set<Int> = []
        var blocks: Set<Int> = []
        var refusals = 0
        for limit in stride(from: 1 << 10, to: 1 << 19, by: 1 << 10) {
            narrow.memoryLimit = limit
            do {
                let reader = try AffineReader(narrow, batch: 8)
                batches.insert(reader.batch)
                for first in stride(from: 0, to: 8, by: reader.batch) {
                    let rows = first..<first + reader.batch
                    var slopes: [Double] = []
                    var count = 0
                    let maps = try reader.read(x.rows(rows)) {
                        slopes += $0.elements
                        count += 1
                    }
                    blocks.insert(count)
                    let expected = whole.slopes.rows(rows).elements
                    #expect(slopes.count == expected.count && zip(slopes, expected).allSatisfy { abs($0 - $1) <= 1e-12 })
                    #expect(maps.slopes.count == 0 && maps.residuals.allSatisfy { $0 <= 1e-13 })
                }
            } catch ExecutionError.memory(let needed, let allowed) {
                #expect(needed > allowed && allowed == limit)
                refusals += 1
            }
        }
        #expect(batches == [1, 2, 4, 8] && blocks.count > 2 && blocks.contains(1) && refusals > 0, "\(batches) \(blocks) \(refusals)")
    }

    @Test("Law: each layer's (A, B) reproduces its values and, where it is max-affine, its code", arguments: UInt64(0)..<60)
    func explicitParameters(seed: UInt64) throws {
        let network = try RandomNetwork.draw(seed: seed, batch: 1)
        let readable = ReadableGraph(graph: network.graph, input: network.input, output: network.output)
        let x = network.data(seed % 3 == 0 ? .ties : .generic, seed: seed)
        for layer in readable.layers() {
            let spline = try readable.parameters(of: layer, bindings: network.bindings(x))
            let values = try Interpreter.run(
                network.graph, layer.sources + [layer.output] + (layer.code.map { [$0] } ?? []), network.bindings(x))
            let source = values.prefix(layer.sources.count).flatMap { $0.scalars.elements }
            let output = values[layer.sources.count].scalars.elements
            let pieces = spline.pieces(at: source)
            if layer.code != nil {
                let code = values.last!.code.elements
                // A unit of the layer is an entry of its code.
                #expect(code.count == output.count)
                for k in output.indices {
                    #expect(abs(pieces[k, Int(code[k])] - output[k]) <= 1e-11 * max(1, abs(output[k])), "\(layer.name)")
                }
            } else {
                for k in output.indices { #expect(abs(pieces[k, 0] - output[k]) <= 1e-11 * max(1, abs(output[k]))) }
            }
            if layer.kind == .maxAffine {
                for (k, value) in spline(source).enumerated() {
                    #expect(abs(value - output[k]) <= 1e-11 * max(1, abs(value)), "\(layer.name)")
                }
            }
        }
    }

    @Test("Law: ⟨A[x] v, u⟩ = ⟨v, A[x]ᵀ u⟩, and both are the products of A[x] as read", arguments: UInt64(0)..<40)
    func products(seed: UInt64) throws {
        let network = try RandomNetwork.draw(seed: seed)
        let reader = try AffineReader(network.readable, batch: 2)
        var random = RandomGenerator(seed: seed)
        for sampler in [Sampler.generic, .ties] {
            let x = network.data(sampler, seed: seed)
            let count = x.shape[0]
            func numbers(_ shape: Shape) -> Tensor<Double> {
                Tensor(shape: shape, elements: (0..<shape.elementCount).map { _ in random.normal() })
            }
            let (v, u) = (numbers([count] + reader.inputShape), numbers([count, reader.outputCount]))
            let slopes = try reader.read(x).slopes
            let (forward, backward) = (try reader.product(v, at: x), try reader.transposedProduct(u, at: x))
            let width = reader.inputShape.elementCount
            for n in 0..<count {
                var (left, right, scale) = (0.0, 0.0, 1.0)
                for k in 0..<reader.outputCount {
                    let row = (0..<width).map { slopes.elements[(n * reader.outputCount + k) * width + $0] }
                    let product = (0..<width).reduce(0) { $0 + row[$1] * v.elements[n * width + $1] }
                    let size = (0..<width).reduce(1) { $0 + abs(row[$1] * v.elements[n * width + $1]) }
                    #expect(abs(product - forward[n, k]) <= 1e-12 * size)
                    left += forward[n, k] * u[n, k]
                    scale += size * abs(u[n, k])
                }
                for d in 0..<width { right += backward.elements[n * width + d] * v.elements[n * width + d] }
                #expect(abs(left - right) <= 1e-11 * scale)
            }
        }
    }

    @Test("A sample on a tie is on the boundary, a sample off it is not")
    func boundary() throws {
        var graph = Graph()
        let x = try graph.data("x", [3, 2])
        let weight = try graph.constant(Tensor(shape: [1, 2], elements: [0.1, 0.2]))
        let bias = try graph.constant(Tensor(shape: [1], elements: [-0.3]))
        let y = try graph.relu(graph.dense(x, weight: weight, bias: bias))
        let readable = ReadableGraph(graph: graph, input: x, output: y)
        let network = ReadableNetwork(name: "tie", inputShape: [2], parameters: [:], fixedBatch: 3) { _ in readable }
        // 0.1 + 0.2 − 0.3 is 5.6e-17 in Double: rounding decides. The second sample's margin is 0.1/0.7; the third's is 1e-9/0.6.
        let maps = try AffineReader(network, batch: 3).read(Tensor(shape: [3, 2], elements: [1, 1, 2, 1, 1 + 1e-8, 1]))
        #expect(maps.isOnBoundary == [true, false, false])
        #expect(abs(maps.margins[1] - 0.1 / 0.7) < 1e-15)
        #expect(abs(maps.margins[2] - 1e-9 / 0.6) < 1e-15)
    }

    @Test("Equal entries that do not depend on the input are no boundary: a window of dead units")
    func deadUnits() throws {
        var graph = Graph()
        let x = try graph.data("x", [1, 1, 2, 2])
        let window = try SlidingWindow(inputSize: [2, 2], kernelSize: [2, 2])
        let y = try graph.flatten(graph.maximumPooling(graph.relu(x), window: window))
        let readable = ReadableGraph(graph: graph, input: x, output: y)
        let network = ReadableNetwork(name: "dead", inputShape: [1, 2, 2], parameters: [:], fixedBatch: 1) { _ in readable }
        let maps = try AffineReader(network, batch: 1).read(Tensor(shape: [1, 1, 2, 2], elements: [-1, -2, -3, -4]))
        #expect(maps.isOnBoundary == [false])
        #expect(maps.margins == [1])  // each ReLU alone: |u| / |u|
    }

    @Test("A smooth nonlinearity is a layer of its own, without a code")
    func smoothLayers() throws {
        var graph = Graph()
        let x = try graph.data("x", [1, 2])
        let gate = try graph.smooth(.hyperbolicTangent, graph.affine(graph.relu(x, name: "relu"), slope: 2), name: "gate")
        let y = try graph.affine(gate, slope: 3)
        let layers = ReadableGraph(graph: graph, input: x, output: y).layers()
        #expect(layers.map(\.name) == ["relu", "gate", "output"])
        #expect(layers.map(\.kind) == [.maxAffine, .smooth, .affine])
        #expect(layers[1].code == nil && layers[1].operators == ["tanh"] && layers[1].units == 2)
        #expect(layers[2].sources == [gate])
    }

    @Test("A smooth network is refused with its nodes, and gives its tangent when asked")
    func smooth() throws {
        var graph = Graph()
        let x = try graph.data("x", [1, 2])
        let y = try graph.smooth(.hyperbolicTangent, graph.affine(x, slope: 2), name: "gate")
        let readable = ReadableGraph(graph: graph, input: x, output: y)
        let network = ReadableNetwork(name: "smooth", inputShape: [2], parameters: [:], fixedBatch: 1) { _ in readable }
        #expect(throws: ReadingError.notPiecewiseAffine(nodes: ["gate"])) { try AffineReader(network, batch: 1) }
        #expect(
            ReadingError.notPiecewiseAffine(nodes: ["gate"]).description
                == "not piecewise affine: gate; the tangent (J, f − Jx) can be read instead")
        let reader = try AffineReader(network, batch: 1, tangent: true)
        let maps = try reader.read(Tensor(shape: [1, 2], elements: [0, 0.5]))
        #expect(!reader.isExact)
        // d tanh(2u)/du = 2 (1 − tanh²): 2 at 0; at ½ it is 2 / cosh²(1).
        #expect(maps.slopes.elements[0] == 2 && maps.slopes.elements[1] == 0)
        #expect(abs(maps.slopes.elements[3] - 0.839_948_683_228_052_2) < 1e-15)
        #expect(maps.residuals.isEmpty)
    }

    @Test("Wrong samples are refused with both shapes")
    func refusal() throws {
        let network = try RandomNetwork.draw(seed: 2)
        let reader = try AffineReader(network.readable, batch: 2)
        #expect(throws: ReadingError.wrongSamples(expected: [5], got: [2, 4])) { try reader.read(.zeros([2, 4])) }
    }
}
