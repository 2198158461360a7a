// Forward passes against PyTorch (`Tools/network-fixtures.py`), in Double.

import Foundation
import Graphs
import Networks
import Tensors
import Testing

struct Fixture: Decodable {
    struct Array: Decodable {
        let shape: [Int]
        let elements: [Double]

        var tensor: Tensor<Double> { Tensor(shape: shape, elements: elements) }
    }

    let architecture: Architecture
    let parameters: [String: Array]
    let x: Array
    let outputs: Array
    let trainingOutputs: Array?
    let running: [String: Array]?

    static func cases() throws -> [Fixture] {
        struct File: Decodable { let cases: [Fixture] }
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/forward.json")
        return try JSONDecoder().decode(File.self, from: Data(contentsOf: file)).cases
    }

    func network() throws -> Network {
        let names = parameters.keys.sorted()
        return try Network(architecture, Parameters(names: names, .float64(names.map { parameters[$0]!.tensor })))
    }
}

/// The largest difference relative to the larger of 1 and the largest magnitude.
func difference(_ a: Tensor<Double>, _ b: Tensor<Double>) -> Double {
    guard a.shape == b.shape else { return .infinity }
    let scale = b.elements.map(abs).max() ?? 0
    return zip(a.elements, b.elements).map { abs($0 - $1) }.max()! / max(1, scale)
}

@Suite struct FixtureTests {
    @Test("Outputs are PyTorch's", arguments: ["toy", "small", "windows", "residual", "recurrent", "activations"])
    func outputs(name: String) throws {
        let fixture = try #require(try Fixture.cases().first { $0.architecture.name == name })
        let network = try fixture.network()
        let built = try network.graph(batch: fixture.x.shape[0])
        var bindings: Bindings<Double> = network.parameters.bindings()
        bindings[NetworkGraph.inputName] = .scalars(fixture.x.tensor)
        let result = try Interpreter.run(built.graph, [built.outputs], bindings)
        // some 100 sums of some 100 terms, each rounded to 2⁻⁵³
        #expect(difference(result[0].scalars, fixture.outputs.tensor) < 1e-13)
    }

    @Test("In training mode batch normalization uses the batch, and its statistics move the running ones as PyTorch's")
    func batchNormalization() throws {
        let fixture = try #require(try Fixture.cases().first { $0.architecture.name == "residual" })
        let network = try fixture.network()
        let built = try network.graph(batch: fixture.x.shape[0], mode: .training)
        var bindings: Bindings<Double> = network.parameters.bindings()
        bindings[NetworkGraph.inputName] = .scalars(fixture.x.tensor)
        let results = try Interpreter.run(built.graph, [built.outputs] + built.batchStatistics.map(\.value), bindings)
        #expect(difference(results[0].scalars, fixture.trainingOutputs!.tensor) < 1e-12)
        #expect(built.batchStatistics.count == 4)
        for (statistic, batch) in zip(built.batchStatistics, results.dropFirst()) {
            let old = fixture.parameters[statistic.parameter]!.elements
            let new = zip(old, batch.scalars.elements).map { (1 - statistic.momentum) * $0 + statistic.momentum * $1 }
            let expected = fixture.running![statistic.parameter]!
            #expect(difference(Tensor(shape: expected.shape, elements: new), expected.tensor) < 1e-14)
        }
    }

    @Test("A Float network is the Double one rounded")
    func float() throws {
        for fixture in try Fixture.cases() {
            let network = try fixture.network()
            let built = try network.graph(batch: fixture.x.shape[0])
            var bindings: Bindings<Float> = network.parameters.bindings()
            bindings[NetworkGraph.inputName] = .scalars(fixture.x.tensor.converted())
            let result = try Interpreter.run(built.graph, [built.outputs], bindings)
            #expect(difference(result[0].scalars.converted(), fixture.outputs.tensor) < 1e-4)
        }
    }
}
