// The readings by command: files, keys, and numbers that the library gives too.

import Foundation
import MaxAffineSplines
import Testing

@Suite struct ReadingTests {
    let place: Workplace

    init() throws { place = try Workplace() }

    private func json(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8), file: "output") }

    @Test("info lists the layers of the toy network")
    func info() throws {
        #expect(
            try place.maso("info", "Toy", "--init", "1").output == """
                Toy: 2 to 4, 289 parameters, max-affine

                layer  name    operators    input  output  units  pieces  kind
                0      relu1   dense, ReLU  2      45      45     2       max-affine
                1      relu2   dense, ReLU  45     3       3      2       max-affine
                2      output  dense        3      4       4      1       affine

                A layer is one nonlinearity with the affine operators before it. Ties: the first piece that attains the maximum.

                """)
        let object = try json(place.maso("info", "SmallCNN", "--init", "1", "--json").output)
        #expect(object["parameters"]?.int == 131_512)
        #expect(object["layers"]?.array?.count == 7)
        #expect(object["layers"]?.array?[1]["pieces"]?.int == 4)
    }

    @Test("affine writes slopes, offsets and outputs that fit together")
    func affine() throws {
        try place.maso("data", "digits", "--samples", "0-4,9", "-o", "x.npy")
        let outcome = try place.maso("affine", "DigitsCNN", "--init", "4", "x.npy", "-o", "out", "--json")
        let object = try json(outcome.output)
        #expect(outcome.status == 0 && object["samples"]?.int == 6 && object["exact"]?.bool == true)
        #expect(try #require(object["residual"]?.double) <= 1e-12)
        #expect(try #require(object["margin"]?.double) > 0)
        func tensor(_ name: String) throws -> Tensor<Double> { try NumpyArray.read(path: place.path(name)).converted() }
        let (x, slopes, offsets, outputs) = (
            try tensor("x.npy"), try tensor("out/slopes.npy"), try tensor("out/offsets.npy"), try tensor("out/outputs.npy")
        )
        #expect(slopes.shape == [6, 10, 1, 8, 8] && offsets.shape == [6, 10] && outputs.shape == [6, 10])
        for n in 0..<6 {
            for c in 0..<10 {
                let product = (0..<64).reduce(offsets[n, c]) { $0 + slopes.elements[(n * 10 + c) * 64 + $1] * x.elements[n * 64 + $1] }
                #expect(abs(product - outputs[n, c]) <= 1e-12 * max(1, abs(outputs[n, c])))
            }
        }
        // To a layer and from it, the maps compose.
        try place.maso("affine", "DigitsCNN", "--init", "4", "x.npy", "-o", "first", "--to", "0")
        try place.maso("affine", "DigitsCNN", "--init", "4", "x.npy", "-o", "second", "--from", "0")
        let (first, second) = (try tensor("first/slopes.npy"), try tensor("second/slopes.npy"))
        let inner = first.shape[1]
        for c in 0..<10 {
            for d in [0, 31, 63] {
                let product = (0..<inner).reduce(0.0) { $0 + second.elements[c * inner + $1] * first.elements[$1 * 64 + d] }
                #expect(abs(product - slopes.elements[c * 64 + d]) <= 1e-12)
            }
        }
    }

    @Test("codes writes an array a layer, of the units and pieces that info lists")
    func codes() throws {
        try place.maso("data", "digits", "--samples", "0-9", "-o", "x.npy")
        let object = try json(place.maso("codes", "DigitsCNN", "--init", "4", "x.npy", "-o", "codes.npz", "--json").output)
        let arrays = try NumpyArchive.read(path: place.path("codes.npz"))
        let layers = try #require(object["layers"]?.array)
        #expect(arrays.map(\.name) == layers.compactMap { $0["name"]?.string })
        for (array, layer) in zip(arrays, layers) {
            #expect(array.tensor.shape == [10, layer["units"]!.int!])
            let pieces: Tensor<Double> = array.tensor.converted()
            #expect(pieces.elements.allSatisfy { $0 >= 0 && $0 < Double(layer["pieces"]!.int!) })
        }
    }

    @Test("neighbors are nearest by the codes that the library reads")
    func neighbors() throws {
        let object = try json(
            place.maso(
                "neighbors", "DigitsCNN", "--init", "4", "--data", "digits", "--split", "test", "--query", "3", "--count", "4", "--json"
            ).output)
        let network = Network(try Architecture.named("DigitsCNN"), seed: 4)
        let model = Model(network, name: "DigitsCNN", digest: "")
        let data = Digits.dataSet(.test)
        let reader = try CodeReader(model.readable, batch: data.count)
        let inputs: Tensor<Double> = data.inputs(normalization: .standard(for: data.sampleShape))
        let codes = try reader.read(inputs).codes[0]
        let distances = (0..<data.count).filter { $0 != 3 }
            .map { ($0, CodeDistance.between(codes.rows(3..<4).elements[...], codes.rows($0..<$0 + 1).elements[...])) }
            .sorted { ($0.1, $0.0) < ($1.1, $1.0) }
        let found = try #require(object["layers"]?.array?[0]["neighbors"]?.array)
        #expect(found.compactMap { $0["index"]?.int } == distances.prefix(4).map(\.0))
        #expect(found.compactMap { $0["distance"]?.double } == distances.prefix(4).map(\.1))
    }
}
