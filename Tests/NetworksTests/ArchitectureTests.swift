// The architecture as a value: what is refused, its JSON, and JSON from anyone.

import Graphs
import Networks
import Tensors
import TestSupport
import Testing

@Suite struct ArchitectureTests {
    /// Every layer with every field away from its default.
    static let everything: [Layer] = [
        .convolution(
            4, kernel: [3, 2], stride: [1, 2], dilation: 2, groups: 2, padding: .sides(low: [1, 2], high: [2, 1]), bias: false),
        .transposedConvolution(4, kernel: 3, stride: 2, dilation: 1, groups: 2, padding: .explicit(1), outputPadding: 1, bias: false),
        .batchNormalization(momentum: 0.25, epsilon: 0.5), .relu, .leakyReLU(-0.5), .parametricReLU(initial: 0.125), .absoluteValue,
        .clip(low: -2, high: 3), .hardTangent, .hardSigmoid(slope: 0.25, offset: 0.25), .softThreshold(0.0625), .sign, .winners(2),
        .maximumPooling(2, stride: 1, dilation: 2, padding: .explicit([1, 1]), roundingUp: true),
        .meanPooling([2, 2], stride: 1, padding: .same, roundingUp: true, countingPadding: true), .channelPooling(2),
        .residual([.convolution(2, kernel: 3, padding: .full), .convolution(2, kernel: 3), .dropout(0.5)], shortcut: [.relu]),
        .concatenate([[], [.sigmoid], [.softplus]]), .smooth(.exponential), .smooth(.power(2)), .swish(sharpness: 2),
        .gelu(approximate: true), .smooth(.errorFunction), .hyperbolicTangent, .globalMaximumPooling, .maxout(12, pieces: 3, bias: false),
        .reshape([4, 3]), .recurrent([3, 2], activation: .leakyReLU(0.5), inputToAll: true, learnsInitialState: true, everyStep: true),
        .flatten, .dense(3, bias: false), .softmax,
    ]

    static func everyLayer() throws -> Architecture {
        try Architecture(
            name: "every/layer", inputShape: [2, 9, 9], classCount: 3, layers: everything, isConvex: true,
            normalization: .perChannel(mean: [0.5, 0.25], deviation: [1, 2]), classNames: ["a", "b", "«c»"])
    }

    @Test("Law: reading what was written gives the architecture, layer by layer and field by field")
    func roundTrip() throws {
        let architecture = try ArchitectureTests.everyLayer()
        let again = try Architecture(json: architecture.json)
        #expect(again == architecture)
        #expect(again.json == architecture.json)
    }

    @Test("Names of values and parameters are unique, whatever the nesting")
    func uniqueNames() throws {
        let built = try ArchitectureTests.everyLayer().graph(batch: 2, mode: .training)
        #expect(Set(built.layers.map(\.name)).count == built.layers.count)
        #expect(Set(built.parameters.map(\.name)).count == built.parameters.count)
        #expect(built.dropoutMasks.map(\.name) == ["block1.dropout1"])
        #expect(built.dropoutMasks[0].rate == 0.5)
        #expect(built.batchStatistics.map(\.parameter) == ["norm1.mean", "norm1.variance"])
    }

    @Test("The batch size changes no sample's outputs: exactly, in the plain interpreter")
    func batches() throws {
        let architecture = try ArchitectureTests.everyLayer()
        let network = Network(architecture, seed: 3, as: Double.self)
        var generator = RandomGenerator(seed: 5)
        let x: Tensor<Double> = Sampler.ties.tensor([3, 2, 9, 9], using: &generator)
        func outputs(_ samples: Tensor<Double>) throws -> Tensor<Double> {
            let built = try network.graph(batch: samples.shape[0])
            var bindings: Bindings<Double> = network.parameters.bindings()
            bindings["x"] = .scalars(samples)
            return try Interpreter.run(built.graph, [built.outputs], bindings)[0].scalars
        }
        let together = try outputs(x)
        for i in 0..<3 { #expect(try outputs(x.rows(i..<i + 1)) == together.rows(i..<i + 1)) }
    }

    @Test(
        "Refusals name the layer",
        arguments: [
            ([.dense(3)], [1, 4, 4], "dense1: operand 0: expected [N, D] (flatten comes first), got [1, 1, 4, 4]"),
            ([.flatten, .dense(3)], [1, 4, 4], "dense1: result of the last layer: expected [2], got [3]"),
            ([], [2, 2], "x: result of the last layer: expected [2], got [2, 2]"),
            ([.softmax, .dense(2)], [4], "softmax1: layer: expected softmax only at the end of the network, got softmax before it"),
            (
                [.convolution(2, kernel: 5)], [1, 4, 4],
                "conv1: kernel size along spatial axis 0: expected at most 4 with its dilation, got 5"
            ),
            (
                [.convolution(2, kernel: [3, 3, 3])], [1, 4, 4],
                "conv1: kernel: expected 2 numbers, one a spatial axis, got each([3, 3, 3])"
            ),
            ([.convolution(3, kernel: 3, groups: 2)], [2, 4, 4], "conv1: groups: expected a divisor of 2 and 3 channels, got 2"),
            ([.relu, .residual([.dense(3)])], [2], "block1: operand 1: expected [1, 3], got [1, 2]"),
            ([.concatenate([])], [2], "concat1: branches: expected at least one, got none"),
            ([.dense(0)], [2], "dense1: units: expected from 1 to 16777216, got 0"),
            ([.dropout(1)], [2], "dropout1: rate: expected from 0 to less than 1, got 1.0"),
            ([.leakyReLU(.nan)], [2], "leakyReLU1: number: expected a finite one, got nan"),
            (
                [.recurrent([2], activation: .flatten)], [3, 2],
                "recurrent1: activation: expected one without parameters, entry by entry, got flatten"
            ),
            ([.recurrent([2])], [2], "recurrent1: operand 0: expected a sequence [N, T, D], got [1, 2]"),
            (
                [.dense(1 << 24), .dense(1 << 24)], [2],
                "dense2.weight: shape: expected from 1 to 268435456 elements, got [16777216, 16777216]"
            ),
            (
                [.meanPooling(2, padding: .explicit(3))], [1, 4, 4],
                "pool1: window: expected an entry of the input in every window, and a possible number of them, got [2, 2] over [4, 4] with padding [3, 3], [3, 3]"
            ),
        ] as [([Layer], Shape, String)])
    func refusals(layers: [Layer], input: Shape, message: String) {
        let error = #expect(throws: NetworkError.self) {
            try Architecture(name: "wrong", inputShape: input, classCount: 2, layers: layers)
        }
        #expect(error?.description == message)
    }

    @Test(
        "Hostile JSON is refused with the path",
        arguments: [
            ("", "architecture: expected JSON, got something else"),
            ("[]", "architecture: expected an object, got another type"),
            (#"{"version":2}"#, "version: expected 1, got 2"),
            (#"{"version":1}"#, "name: expected a value, got no such key"),
            (json(#"{"type":"dense"}"#), "layers[0].units: expected a value, got no such key"),
            (json(#"{"type":"dense","units":"two"}"#), "layers[0].units: expected a whole number, got another type"),
            (
                json(#"{"type":"dense","units":1e30}"#),
                "layers[0].units: expected numbers that their type can hold, got another"
            ),
            (json(#"{"type":"dense","units":-1}"#), "dense1: units: expected from 1 to 16777216, got -1"),
            (json(#"{"type":"dense","units":2,"colour":1}"#), "layers[0].colour: expected one of bias, type, units, got an unknown key"),
            (json(#"{"type":"dance"}"#), "layers[0].type: expected a layer, got 'dance'"),
            (
                json(#"{"type":"relu"},{"type":"residual","body":[{"type":"convolution","channels":1}]}"#),
                "layers[1].body[0].kernel: expected a value, got no such key"
            ),
            (
                json(#"{"type":"convolution","channels":1,"kernel":1,"padding":"none"}"#),
                "layers[0].padding: expected valid, same, full or numbers, got 'none'"
            ),
            (
                json(#"{"type":"reshape","shape":[9223372036854775807,2]}"#),
                "reshape1: size: expected from 1 to 268435456, got 9223372036854775807"
            ),
            (
                json(String(repeating: #"{"type":"residual","body":["#, count: 30) + String(repeating: "]}", count: 30)),
                "layers[0]" + String(repeating: ".body[0]", count: 17) + ": expected at most 16 layers in one another, got more"
            ),
        ])
    func hostile(json: String, message: String) {
        let error = #expect(throws: NetworkError.self) { try Architecture(json: json) }
        #expect(error?.description == message)
    }

    static func json(_ layers: String) -> String {
        #"{"version":1,"name":"n","input":[2],"classes":2,"layers":["# + layers + "]}"
    }

    @Test("Very deep JSON is refused, not overrun")
    func depth() {
        for opening in [#"{"type":"residual","body":["#, "["] {
            let text = ArchitectureTests.json(String(repeating: opening, count: 100_000))
            #expect(throws: NetworkError.self) { try Architecture(json: text) }
        }
    }

    @Test("Law: cut or changed JSON is read or refused, never trapped on", arguments: UInt64(0)..<300)
    func fuzz(seed: UInt64) throws {
        var bytes = Array(try ArchitectureTests.everyLayer().json.utf8)
        var generator = RandomGenerator(seed: seed)
        for _ in 0...generator.integer(below: 4) {
            let place = generator.integer(below: bytes.count)
            switch generator.integer(below: 3) {
            case 0: bytes[place] = UInt8(truncatingIfNeeded: generator.next())
            case 1:
                bytes.replaceSubrange(
                    place..<min(place + 1, bytes.count), with: Array("99999999999".utf8.prefix(1 + generator.integer(below: 11))))
            default: bytes.removeSubrange(place..<min(place + 1 + generator.integer(below: 9), bytes.count))
            }
        }
        do { _ = try Architecture(json: String(decoding: bytes, as: UTF8.self)) } catch { #expect(error.description.contains("expected")) }
    }
}
