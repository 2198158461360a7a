// Imported networks by command: the answers of the reference partitions, and exact maps of exported models.

import Foundation
import MaxAffineSplines
import Testing

@Suite struct ImportTests {
    private static let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

    private static func files(_ folder: String) -> [String] {
        let path = tests.appending(path: folder).path()
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.filter { $0.hasSuffix(".onnx") }.sorted().map { "\(path)/\($0)" }
    }

    @Test("Every reference network, read from ONNX and partitioned, has its exact answer")
    func references() throws {
        let place = try Workplace()
        let models = ImportTests.files("PartitionsTests/Fixtures")
        #expect(models.count == 69)
        for model in models {
            let reference = model.replacingOccurrences(of: ".onnx", with: ".json")
            let answer = try #require(JSONValue(path: reference)["answer"])
            let outcome = try place.maso("partition", model, "--domain", reference, "--json")
            let found = try JSONValue(parsing: Array(outcome.output.utf8), file: "partition")
            for key in ["regions", "distinctAffineMaps"] { #expect(found[key]?.int == answer[key]?.int, "\(model): \(key)") }
            #expect(found["regionsPerLayer"] == answer["regionsPerLayer"], "\(model)")
            for key in ["boundaryLength", "minVolume", "maxVolume"] {
                // The reference is the exact value rounded once; ours adds segments in Double.
                guard let expected = answer[key]?.double else { continue }
                #expect(abs(try #require(found[key]?.double) - expected) <= 1e-12 * max(1, expected), "\(model): \(key)")
            }
        }
    }

    @Test(
        "Exported networks are read exactly: residual, and outputs that predict gives too",
        arguments: ["mlp", "lenet", "resnet", "unet", "rnn", "maxout", "fixed"])  // fixed: a batch of one
    func exported(name: String) throws {
        let place = try Workplace()
        let model = try #require(ImportTests.files("InterchangeTests/Fixtures/ONNX").first { $0.contains("/\(name)-script-17") })
        let info = try JSONValue(parsing: Array(place.maso("info", model, "--json").output.utf8), file: "info")
        let shape = try #require(info["inputs"]?.array?[0]["shape"]?.array).compactMap(\.int)
        var generator = RandomGenerator(seed: 1, purpose: name)
        let count = 3 * shape.reduce(1, *)
        try NumpyArray.write(
            Tensor(shape: [3] + shape, elements: (0..<count).map { _ in generator.uniform(-1, 1) }), to: place.path("x.npy"))
        let outcome = try place.maso("affine", model, "x.npy", "-o", "out", "--json")
        let affine = try JSONValue(parsing: Array(outcome.output.utf8), file: "affine")
        #expect(affine["exact"]?.bool == true && affine["boundary"]?.array?.isEmpty == true)
        #expect(try #require(affine["residual"]?.double) <= 1e-12)
        #expect(try place.maso("predict", model, "x.npy", "-o", "y.npy").status == 0)
        let (y, outputs) = (try NumpyArray.read(path: place.path("y.npy")), try NumpyArray.read(path: place.path("out/outputs.npy")))
        // Batches of other sizes add the same products in other orders: fewer than 1 000 of them a layer, of order 1.
        let pairs = zip(y.converted(to: Double.self).elements, outputs.converted(to: Double.self).elements)
        #expect(pairs.allSatisfy { abs($0 - $1) <= 1e-12 })
    }
}
