// Parameters, initial values and the normalization of samples.

import Networks
import Tensors
import TestSupport
import Testing

@Suite struct ParametersTests {
    @Test("Float widens exactly, and a Double model stays Double")
    func scalars() throws {
        let network = Network(try Architecture.named("Toy"), seed: 7)
        #expect(!network.parameters.isDouble)
        let floats: [Tensor<Float>] = network.parameters.tensors()
        let doubles: [Tensor<Double>] = network.parameters.tensors()
        #expect(zip(floats, doubles).allSatisfy { $0.elements.map(Double.init) == $1.elements })
        #expect(network.parameters.widened().isDouble)
        #expect(network.parameters.widened().tensors(as: Float.self) == floats)
        let double = Network(try Architecture.named("Toy"), seed: 7, as: Double.self)
        #expect(double.parameters.isDouble)
        #expect(double.parameters.tensors(as: Float.self) == floats)  // drawn in Double, rounded once
        #expect(network.parameters.count == 289)
    }

    @Test("Parameters are put in the order of the declarations; what is missing, superfluous or misshapen is refused")
    func fitting() throws {
        let toy = try Architecture.named("Toy")
        let network = Network(toy, seed: 1)
        let (names, tensors) = (network.parameters.names, network.parameters.tensors(as: Float.self))
        let reversed = Parameters(names: names.reversed(), .float32(tensors.reversed()))
        #expect(try Network(toy, reversed) == network)
        func message(_ parameters: Parameters) -> String? {
            #expect(throws: NetworkError.self) { try Network(toy, parameters) }?.description
        }
        #expect(
            message(Parameters(names: Array(names.dropLast()), .float32(tensors.dropLast())))
                == "dense3.bias: expected shape [4], got no such parameter")
        #expect(
            message(Parameters(names: names + ["odd"], .float32(tensors + [.zeros([1])])))
                == "odd: expected no parameter of this name in Toy, got one")
        var wrong = tensors
        wrong[0] = .zeros([2, 45])
        #expect(message(Parameters(names: names, .float32(wrong))) == "dense1.weight: shape: expected [45, 2], got [2, 45]")
    }

    @Test("Running statistics are parameters, but not learned")
    func running() throws {
        let network = Network(
            try Architecture(name: "n", inputShape: [3], classCount: 3, layers: [.batchNormalization()]), seed: 0)
        #expect(network.parameters.names == ["norm1.scale", "norm1.shift", "norm1.mean", "norm1.variance"])
        #expect(network.parameters.tensors(as: Double.self).map(\.elements) == [[1, 1, 1], [0, 0, 0], [0, 0, 0], [1, 1, 1]])
        #expect(network.parameterCount == 6 && network.parameters.count == 12)
    }

    @Test("Initial weights have the stated mean, variance and bounds", arguments: Initializer.allCases)
    func moments(initializer: Initializer) {
        // a convolution 40 → 60 of 5·5: fans 1000 and 1500, 60 000 numbers
        let declaration = ParameterDeclaration(name: "w", shape: [60, 40, 5, 5], role: .weight(fanIn: 1000, fanOut: 1500))
        let w = initializer.draw(declaration, seed: 1).elements
        let mean = w.reduce(0, +) / Double(w.count)
        let variance = w.reduce(0) { $0 + $1 * $1 } / Double(w.count)
        // uniform in ±a has variance a²/3; rows of unit length in 1000 entries have mean square 1/1000
        let expected: Double =
            switch initializer {
            case .glorotUniform, .glorotNormal: 2.0 / 2500
            case .heUniform, .heNormal: 2.0 / 1000
            case .orthogonal: 1.0 / 1000
            }
        // five standard deviations: of the mean √(v/n); of the mean square v√(2/n) at most
        #expect(abs(mean) < 5 * (expected / 60_000).squareRoot())
        #expect(abs(variance - expected) < 5 * expected * (2.0 / 60_000).squareRoot())
        let bound: Double? =
            switch initializer {
            case .glorotUniform: (6.0 / 2500).squareRoot()
            case .heUniform: (6.0 / 1000).squareRoot()
            case .glorotNormal, .heNormal, .orthogonal: nil
            }
        if let bound {
            #expect(w.allSatisfy { abs($0) <= bound })
            #expect(w.map(abs).max()! > 0.999 * bound)
        }
    }

    @Test("Law: orthogonal weights have orthonormal rows, or columns where rows are more (THEORY E9)", arguments: UInt64(0)..<20)
    func orthogonality(seed: UInt64) {
        var generator = RandomGenerator(seed: seed)
        let (rows, columns) = (1 + generator.integer(below: 40), 1 + generator.integer(below: 40))
        let q = Initializer.orthogonal.draw(
            ParameterDeclaration(name: "w", shape: [rows, columns], role: .weight(fanIn: columns, fanOut: rows)), seed: seed
        ).elements
        let short = min(rows, columns)
        for i in 0..<short {
            for j in 0...i {
                let product = (0..<max(rows, columns)).reduce(0.0) {
                    $0 + (rows <= columns ? q[i * columns + $1] * q[j * columns + $1] : q[$1 * columns + i] * q[$1 * columns + j])
                }
                #expect(abs(product - (i == j ? 1 : 0)) < 1e-14)
            }
        }
    }

    @Test("The triangular factor has a positive diagonal: rows keep their side")
    func positiveDiagonal() {
        let matrix: [Double] = [3, 4, 0, 0, -5, 12]
        let q = orthonormalized(matrix, rows: 2, columns: 3)
        #expect(q[0] == 0.6 && q[1] == 0.8 && q[2] == 0)
        // row 2 less its projection −4·(0.6, 0.8, 0): (2.4, −1.8, 12), of length √(9 + 144)
        let length = 153.0.squareRoot()
        for (entry, expected) in zip(q[3...], [2.4 / length, -1.8 / length, 12 / length]) { #expect(abs(entry - expected) < 1e-15) }
        for i in 0..<2 { #expect((0..<3).reduce(0) { $0 + q[i * 3 + $1] * matrix[i * 3 + $1] } > 0) }
    }

    @Test("A layer more shifts no other layer's draw; another seed or name changes it")
    func stability() throws {
        let short = try Architecture(name: "s", inputShape: [5], classCount: 3, layers: [.dense(4), .relu, .dense(3)])
        let long = try Architecture(
            name: "l", inputShape: [5], classCount: 3, layers: [.dense(4), .relu, .batchNormalization(), .maxout(4, pieces: 2), .dense(3)])
        for initializer in Initializer.allCases {
            let (a, b) = (Network(short, seed: 9, initializer: initializer), Network(long, seed: 9, initializer: initializer))
            for name in ["dense1.weight", "dense2.weight"] {
                #expect(a.parameters.tensor(name, as: Float.self) == b.parameters.tensor(name, as: Float.self))
            }
            #expect(Network(short, seed: 10, initializer: initializer).parameters != a.parameters)
        }
        let d = ParameterDeclaration(name: "a", shape: [4], role: .weight(fanIn: 1, fanOut: 1))
        let e = ParameterDeclaration(name: "b", shape: [4], role: .weight(fanIn: 1, fanOut: 1))
        #expect(Initializer.heNormal.draw(d, seed: 0) != Initializer.heNormal.draw(e, seed: 0))
    }

    @Test("Normalization per sample: zero mean, largest magnitude 1 over all channels together; constant samples become zero")
    func normalization() {
        let x = Tensor<Double>(shape: [3, 2, 2], elements: [0, 1, 2, 5, 7, 7, 7, 7, 0, 0, 0, 0])
        // mean 2: −2, −1, 0, 3, largest 3
        #expect(Normalization.perSample.apply(to: x).elements == [-2.0 / 3, -1.0 / 3, 0, 1] + [Double](repeating: 0, count: 8))
        let thirds = Tensor<Float>(repeating: 0.1, shape: [1, 3])
        #expect(Normalization.perSample.apply(to: thirds).elements == [0, 0, 0])
        #expect(Normalization.affine(slope: 2, offset: -1).apply(to: x).elements[0..<4] == [-1, 1, 3, 9])
        let channels = Normalization.perChannel(mean: [1, 2], deviation: [2, 4]).apply(
            to: Tensor<Float>(shape: [1, 2, 2], elements: [1, 3, 2, 6]))
        #expect(channels.elements == [0, 1, 0, 1])
        #expect(Normalization.none.apply(to: x) == x)
    }
}
