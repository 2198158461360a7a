// Values, gradients and second gradients against PyTorch in float64; the fixture is written by Tools/primitive_gradients.py.

import Foundation
import Graphs
import TestSupport
import Tensors
import Testing

struct GradientFixture: Decodable {
    let inputs: [[Double]]
    let output: [Double]
    let cotangent: [Double]
    let gradients: [[Double]?]
    let directions: [[Double]]
    /// ∇Σ⟨∇φ, directions⟩ with φ = Σ cotangent · output².
    let second: [[Double]?]

    static func load() throws -> [String: GradientFixture] {
        let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/primitive-gradients.json")
        return try JSONDecoder().decode([String: GradientFixture].self, from: Data(contentsOf: url))
    }
}

@Suite struct PyTorchTests {
    /// Both sides add fewer than 200 products of numbers of order 1 in some order, and their exponentials differ by an ulp or two.
    private func agree(_ ours: [Double], _ theirs: [Double]) -> Bool {
        ours.count == theirs.count && zip(ours, theirs).allSatisfy { abs($0 - $1) <= 1e-13 * max(1, abs($1)) }
    }

    @Test("Values, gradients and second gradients of every primitive agree with PyTorch's")
    func primitives() throws {
        let fixtures = try GradientFixture.load()
        #expect(PrimitiveCase.all.count == fixtures.count - 1)  // all but the reconstruction
        for example in PrimitiveCase.all {
            let fixture = try #require(fixtures[example.name])
            var (graph, inputs, output) = try example.graph()
            let cotangent = try graph.data("u", graph.shape(output))
            let gradients = graph.pullback([(of: output, cotangent: cotangent)], to: inputs)
            var bindings: Bindings<Double> = ["u": .scalars(Tensor(shape: graph.shape(output), elements: fixture.cotangent))]
            for (index, shape) in example.shapes.enumerated() {
                bindings["x\(index)"] = .scalars(Tensor(shape: shape, elements: fixture.inputs[index]))
            }
            #expect(agree(try Interpreter.run(graph, [output], bindings)[0].scalars.elements, fixture.output), "\(example)")
            for (gradient, theirs) in zip(gradients, fixture.gradients) {
                guard let gradient else {
                    #expect(theirs?.allSatisfy { $0 == 0 } ?? true, "\(example)")
                    continue
                }
                #expect(agree(try Interpreter.run(graph, [gradient], bindings)[0].scalars.elements, try #require(theirs)), "\(example)")
            }
            let square = try graph.multiply(graph.multiply(output, output), cotangent)
            let total = try graph.sum(square, over: Array(graph.shape(square).indices))
            var products: [Value] = []
            for (index, gradient) in graph.gradients(of: total, to: inputs).enumerated() {
                guard let gradient else { continue }
                let direction = Tensor(shape: graph.shape(gradient), elements: fixture.directions[index])
                let product = try graph.multiply(gradient, graph.constant(direction))
                products.append(try graph.sum(product, over: Array(graph.shape(product).indices)))
            }
            let along = try products.dropFirst().reduce(products[0]) { try graph.add($0, $1) }
            for (gradient, theirs) in zip(graph.gradients(of: along, to: inputs), fixture.second) {
                guard let gradient else {
                    #expect(theirs?.allSatisfy { $0 == 0 } ?? true, "second of \(example)")
                    continue
                }
                let numbers = try Interpreter.run(graph, [gradient], bindings)[0].scalars.elements
                #expect(agree(numbers, theirs ?? [Double](repeating: 0, count: numbers.count)), "second of \(example)")
            }
        }
    }

    @Test("The gradient of ‖A[x]ᵀ f(x) − x‖² agrees with PyTorch's double backward and with differences")
    func reconstruction() throws {
        let fixture = try #require(GradientFixture.load()["reconstruction"])
        var graph = Graph()
        let x = try graph.data("x0", [2, 1, 6, 6])
        let shapes: [Shape] = [[3, 1, 3, 3], [3], [4, 3, 2, 2], [4], [3, 4], [3]]
        let parameters = try shapes.enumerated().map { try graph.parameter("x\($0 + 1)", $1) }
        let first = try SlidingWindow(inputSize: [6, 6], kernelSize: [3, 3], paddingLow: [1, 1], paddingHigh: [1, 1])
        let pooling = try SlidingWindow(inputSize: [6, 6], kernelSize: [2, 2], strides: [2, 2])
        let second = try SlidingWindow(inputSize: [3, 3], kernelSize: [2, 2])
        let hidden = try graph.maximumPooling(
            graph.leakyReLU(graph.convolution(x, weight: parameters[0], bias: parameters[1], window: first), slope: 0.1), window: pooling)
        let features = try graph.globalMeanPooling(
            graph.absoluteValue(graph.convolution(hidden, weight: parameters[2], bias: parameters[3], window: second)))
        let f = try graph.dense(features, weight: parameters[4], bias: parameters[5])
        let pulled = try #require(graph.pullback([(of: f, cotangent: f)], to: [x])[0])
        let residual = try graph.subtract(pulled, x)
        let loss = try graph.sum(graph.multiply(residual, residual), over: [0, 1, 2, 3])
        let gradients = graph.gradients(of: loss, to: parameters)
        var bindings: Bindings<Double> = [:]
        for (index, shape) in ([[2, 1, 6, 6]] + shapes).enumerated() {
            bindings["x\(index)"] = .scalars(Tensor(shape: shape, elements: fixture.inputs[index]))
        }
        #expect(agree(try Interpreter.run(graph, [loss], bindings)[0].scalars.elements, fixture.output))
        let step = 1e-6
        for (index, gradient) in gradients.enumerated() {
            // b3 shifts f, so it matters too: every parameter has a gradient.
            let ours = try Interpreter.run(graph, [try #require(gradient)], bindings)[0].scalars
            #expect(agree(ours.elements, try #require(fixture.gradients[index])), "parameter \(index)")
            for element in [0, ours.count - 1] {
                func value(at shift: Double) throws -> Double {
                    var moved = bindings["x\(index + 1)"]!.scalars
                    moved.elements[element] += shift
                    return try Interpreter.run(graph, [loss], bindings.merging(["x\(index + 1)": .scalars(moved)]) { $1 })[0].scalars
                        .elements[0]
                }
                #expect(abs((try value(at: step) - value(at: -step)) / (2 * step) - ours.elements[element]) < 1e-7, "parameter \(index)")
            }
        }
    }
}
