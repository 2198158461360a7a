// The README's library example: these very lines, compiled and run.

import Foundation
import MaxAffineSplines
import Testing

@Suite struct ReadmeTests {
    @Test("The README's example runs, and what it prints is what its comments say")
    func example() throws {
        // <example>
        let network = Network(try Architecture.named("DigitsCNN"), seed: 1)
        let model = Model(network, name: "DigitsCNN", digest: "")
        let x: Tensor<Double> = Digits.dataSet(.test).inputs([0, 1, 2], normalization: .perSample)

        let maps = try AffineReader(model.readable, batch: 3).read(x)
        print(maps.slopes.shape)  // [3, 10, 1, 8, 8]: A[x], one row a class
        print(maps.offsets.shape)  // [3, 10]: b[x], found on its own
        print(maps.residuals.max()!)  // ‖f(x) − (A[x]x + b[x])‖: the proof, about 1e-16
        print(maps.isOnBoundary)  // where the code is a convention and not a fact

        let templates = Templates(maps, sample: 0, x: x)
        print(templates.predictedClass, templates.innerProducts)
        print(try model.readable.graph(batch: 1).layers().map(\.name))
        // </example>
        #expect(maps.slopes.shape == [3, 10, 1, 8, 8])
        #expect(maps.offsets.shape == [3, 10])
        #expect(maps.residuals.max()! < 1e-14)
        #expect(templates.innerProducts.count == 10 && templates.classCount == 10)
    }

    @Test("The README shows exactly the lines that are compiled here")
    func lines() throws {
        let file = URL(filePath: #filePath)
        let readme = try String(contentsOf: file.appending(path: "../../../README.md").standardized, encoding: .utf8)
        let shown = try #require(between("```swift\n", "```\n", of: readme))
        let compiled = try #require(between("// <example>\n", "        // </example>", of: String(contentsOf: file, encoding: .utf8)))
        let unindented = compiled.split(separator: "\n", omittingEmptySubsequences: false).map {
            $0.hasPrefix("        ") ? $0.dropFirst(8) : $0
        }
        #expect("import MaxAffineSplines\n\n" + unindented.joined(separator: "\n") == shown)
    }

    private func between(_ start: String, _ end: String, of text: String) -> String? {
        guard let first = text.range(of: start), let last = text.range(of: end, range: first.upperBound..<text.endIndex) else { return nil }
        return String(text[first.upperBound..<last.lowerBound])
    }
}
