// Every kind of layer that a graph has, in one to four dimensions, recounted by linear programs in the tests' own fractions.

import Geometry
import Graphs
import Partitions
import TestSupport
import Tensors
import Testing

@Suite struct LayerKindTests {
    enum Kind: String, CaseIterable {
        case relu, leaky, steepLeaky, negativeLeaky, parametric, absolute, clip, hardTangent, hardSigmoid, softThreshold
        case maxout, maximum, minimum, skip, concatenation, recurrent
        case convolution, groupedConvolution, transposedConvolution, batchNormalization, meanPooling
        case maximumPooling, overlappingPooling, paddedPooling, channelPooling
    }

    static let families = Kind.allCases.flatMap { kind in (1...4).map { (kind, $0) } }

    /// A network of dense maps and one layer of the kind, with weights of a family that goes with the seed.
    struct Builder {
        var graph = Graph()
        var rng: RandomGenerator
        let sampler: NetworkSampler
        var isFirst = true

        init(_ kind: Kind, _ inputs: Int, _ seed: UInt64) {
            rng = RandomGenerator(seed: seed, purpose: "\(kind.rawValue) \(inputs)")
            sampler = NetworkSampler.allCases[Int(seed) % NetworkSampler.allCases.count]
        }

        mutating func numbers(_ shape: Shape) throws -> Value {
            let rows = sampler.rows(shape.elementCount, inputs: 1, first: false, &rng)
            return try graph.constant(Tensor(shape: shape, elements: rows.map { $0[0] }))
        }

        mutating func dense(_ u: Value, _ units: Int) throws -> Value {
            let inputs = graph.shape(u)[1]
            let rows = sampler.rows(units, inputs: inputs, first: isFirst, &rng)
            isFirst = false
            let weight = try graph.constant(Tensor(shape: [units, inputs], elements: rows.flatMap { $0.dropLast() }))
            return try graph.dense(u, weight: weight, bias: graph.constant(Tensor(shape: [units], elements: rows.map { $0[inputs] })))
        }

        /// An image of `channels` planes of n × n.
        mutating func image(_ u: Value, _ channels: Int, _ n: Int) throws -> Value {
            try graph.reshape(dense(u, channels * n * n), [1, channels, n, n])
        }

        func window(_ n: Int, kernel: Int, stride: Int = 1, padding: Int = 0) throws -> SlidingWindow {
            try SlidingWindow(
                inputSize: [n, n], kernelSize: [kernel, kernel], strides: [stride, stride], paddingLow: [padding, padding],
                paddingHigh: [padding, padding])
        }

        mutating func layer(_ kind: Kind, _ x: Value) throws -> Value {
            switch kind {
            case .relu: return try graph.relu(dense(x, 3))
            case .leaky: return try graph.leakyReLU(dense(x, 3), slope: 0.25)
            case .steepLeaky: return try graph.leakyReLU(dense(x, 3), slope: 2)
            case .negativeLeaky: return try graph.leakyReLU(dense(x, 3), slope: -0.5)
            case .parametric: return try graph.parametricReLU(dense(x, 3), slopes: numbers([3]))
            case .absolute: return try graph.absoluteValue(dense(x, 3))
            case .clip: return try graph.clip(dense(x, 3), low: -0.5, high: 1)
            case .hardTangent: return try graph.hardTangent(dense(x, 3))
            case .hardSigmoid: return try graph.hardSigmoid(dense(x, 2), slope: 0.25)
            case .softThreshold: return try graph.softThreshold(dense(x, 3), 0.25)
            case .maxout: return try graph.maxout(dense(x, 6), pieces: 3)
            case .maximum: return try graph.maximum([dense(x, 2), dense(x, 2), dense(x, 2)])
            case .minimum: return try graph.minimum([dense(x, 2), dense(x, 2)])
            case .skip:
                let u = try dense(x, 3)
                return try graph.add(u, graph.relu(u))
            case .concatenation: return try graph.concatenate([x, graph.relu(dense(x, 2))])
            case .recurrent:
                // h₁ = relu(W x + b), h₂ = relu(W x + b + U h₁).
                let u = try dense(x, 2)
                let state = try graph.relu(u)
                return try graph.relu(graph.add(u, graph.dense(state, weight: numbers([2, 2]))))
            case .convolution:
                let u = try graph.convolution(
                    image(x, 1, 3), weight: numbers([1, 1, 2, 2]), bias: numbers([1]), window: window(3, kernel: 2))
                return try graph.relu(u)
            case .groupedConvolution:
                let weight = try numbers([2, 1, 2, 2])
                return try graph.relu(graph.convolution(image(x, 2, 2), weight: weight, window: window(2, kernel: 2), groups: 2))
            case .transposedConvolution:
                return try graph.relu(
                    graph.transposedConvolution(image(x, 2, 1), weight: numbers([2, 1, 2, 2]), window: window(2, kernel: 2)))
            case .batchNormalization:
                let (scale, shift, mean) = (try numbers([2]), try numbers([2]), try numbers([2]))
                let variance = try graph.constant(Tensor(shape: [2], elements: [1, 4]))
                return try graph.relu(
                    graph.batchNormalization(image(x, 2, 1), scale: scale, shift: shift, mean: mean, variance: variance, epsilon: 0))
            case .meanPooling: return try graph.relu(graph.meanPooling(image(x, 1, 3), window: window(3, kernel: 2)))
            case .maximumPooling: return try graph.maximumPooling(image(x, 1, 2), window: window(2, kernel: 2))
            case .overlappingPooling:
                let wide = try SlidingWindow(inputSize: [1, 4], kernelSize: [1, 3])
                return try graph.maximumPooling(graph.reshape(dense(x, 4), [1, 1, 1, 4]), window: wide)
            case .paddedPooling: return try graph.maximumPooling(image(x, 1, 2), window: window(2, kernel: 2, stride: 2, padding: 1))
            case .channelPooling: return try graph.maxout(image(x, 4, 1), pieces: 2)
            }
        }
    }

    @Test("Law: cells are as many as linear programs find, by every engine", arguments: families)
    func counts(_ kind: Kind, _ inputs: Int) throws {
        for seed in UInt64(0)..<8 {
            var builder = Builder(kind, inputs, seed)
            let x = try builder.graph.data("x", [1, inputs])
            var value = try builder.graph.flatten(builder.layer(kind, x))
            // A second nonlinearity, so that the layer's codes matter downstream.
            if inputs < 3 { value = try builder.graph.relu(builder.dense(value, 2)) }
            let output = try builder.dense(value, 2)
            let program = try PiecewiseAffineProgram(builder.graph, input: x, output: output, parameters: [:])
            let box = [ClosedRange<Double>](repeating: -1...1, count: inputs)
            let expected = SlowPartition(program, box)
            let label = "\(builder.sampler.rawValue), seed \(seed)"
            #expect(!expected.counts.isEmpty)
            #expect(try ExactSubdivision(of: program, on: .box(box)).forEachCell { _ in } == expected.counts, "exact, \(label)")
            let solid = PartitionSummary(try SolidPartition(of: program, on: .box(box)))
            #expect(solid.cellCounts == expected.counts && solid.distinctMapCount == expected.maps.count, "solid, \(label)")
            switch inputs {
            case 1:
                let line = try LinearPartition(of: program, on: .box(box), threads: 1 + Int(seed % 2))
                #expect(line.cellCounts == expected.counts && line.distinctMapCount == expected.maps.count, "line, \(label)")
            case 2:
                let plane = try PlanarPartition(of: program, on: .box(box))
                #expect(plane.cellCounts == expected.counts && plane.distinctMapCount() == expected.maps.count, "plane, \(label)")
                #expect(plane.brokenExactInvariant() == nil, "plane, \(label)")
                #expect(try TiledPartition(of: program, on: .box(box)).count().cellCounts == expected.counts, "tiles, \(label)")
                // After every step, not only the last.
                for layer in expected.counts.indices.dropLast() {
                    let partial = try PlanarPartition(of: program.prefix(throughNonlinearity: layer), on: .box(box))
                    #expect(
                        partial.brokenExactInvariant() == nil && partial.cellCount == expected.counts[layer], "layer \(layer), \(label)")
                }
            default: break
            }
            let region = try RegionReader(program, in: box).region(at: [Double](repeating: 0.1, count: inputs))
            #expect(region.ball.map { $0.radius > 0 } ?? false, "region, \(label)")
        }
    }
}
