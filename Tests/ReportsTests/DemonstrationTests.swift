// The demonstration as `maso demo` makes it: its page, and its numbers against the networks'.

import Analysis
import Foundation
import Interchange
import Reports
import Tensors
import TestSupport
import Testing
import Training

@Suite struct DemonstrationTests {
    private static let made = Result { try Demonstration.make(seed: 0) }
    private static func page(_ demonstration: Demonstration) throws -> String {
        try demonstration.page(command: "maso demo", version: "1").html()
    }

    @Test("The page is well-formed, has its sections and text alternatives, and is under 5 MB")
    func sections() throws {
        let html = try Self.page(Self.made.get())
        #expect(html.utf8.count < 5_000_000)
        let root = try pageTree(html)
        let titles = root.all("h2").map { $0.text.replacing("#", with: "") }
        #expect(
            titles.prefix(6) == [
                "The one idea", "The network as operators", "Training", "How the layers cut the plane", "Point at a cell",
                "Real images: digits",
            ])
        for part in ["Layers", "Accuracy and confusion", "Templates", "Gram matrices", "Memorisation", "Neighbours by layer", "Occupancy"] {
            #expect(titles.contains("Digits · \(part)"))
        }
        expectTextAlternatives(root)
        #expect(root.all("footer")[0].text.contains("CC BY 4.0"))
    }

    @Test("Both networks learn, and their maps are exact")
    func learning() throws {
        let demonstration = try Self.made.get()
        #expect(try #require(demonstration.toy.result.test).accuracy > 0.95)
        #expect(demonstration.report.test.accuracy > 0.9)
        #expect(demonstration.worstResidual <= 1e-12)
    }

    @Test("The maps and codes that the page gives for cells are the network's")
    func cells() throws {
        let demonstration = try Self.made.get()
        let model = demonstration.toy.last.model
        let script = try #require(try pageTree(Self.page(demonstration)).all("script").first { $0.attributes["type"] != nil })
        let data = try #require(JSONSerialization.jsonObject(with: Data(script.text.utf8)) as? [String: Any])
        let rows = try #require(data["rows"] as? [[String]])
        #expect(rows.count == demonstration.regions)
        let pattern = /(−?[0-9.]+) x₁ ([+−]) ([0-9.]+) x₂ ([+−]) ([0-9.]+)/
        for (index, row) in rows.enumerated() {
            let center = row[4].dropFirst().dropLast().split(separator: ", ").compactMap { number($0) }
            try #require(center.count == 2)
            let values = try outputs(model, at: center)
            for (line, value) in zip(row[1].split(separator: "\n"), values) {
                let match = try #require(line.firstMatch(of: pattern))
                let (a, b, c) = (
                    try #require(number(match.1)), try #require(number(match.2 == "−" ? "-" + match.3 : match.3)),
                    try #require(number(match.4 == "−" ? "-" + match.5 : match.5))
                )
                // Numbers are rounded to 3 decimals: the map is off by at most 1.5e-3 in the square. The rounded centre of a narrow cell
                // may lie 7e-5 outside it, where the slope is a neighbour's: of the same size.
                #expect(abs(a * center[0] + b * center[1] + c - value) < 1.5e-3 + 3e-4 * (abs(a) + abs(b) + 1), "cell \(index)")
            }
            #expect(row[2].filter { $0 != " " }.count == 45 && row[3].count == 3)
        }
    }

    @Test("The samples said to lie in cells are all of them")
    func members() throws {
        let demonstration = try Self.made.get()
        let script = try #require(try pageTree(Self.page(demonstration)).all("script").first { $0.attributes["type"] != nil })
        let data = try #require(JSONSerialization.jsonObject(with: Data(script.text.utf8)) as? [String: Any])
        let counts = try #require(data["rows"] as? [[String]]).flatMap { $0[6].split(separator: ", ") }.compactMap {
            Int($0.prefix { $0 != " " })
        }
        #expect(counts.reduce(0, +) == demonstration.toy.train.count)
    }

    @Test("The same seed gives the same page, another seed another")
    func deterministic() throws {
        var options = ReportOptions()
        (options.sampleCount, options.searchCount, options.slopeCount, options.templateCount) = (40, 60, 4, 2)
        func page(_ seed: UInt64) throws -> String {
            try Self.page(Demonstration(seed: seed, toyEpochs: 2, digitsEpochs: 1, options: options, progress: { _, _, _ in }))
        }
        let first = try page(1)
        #expect(try page(1) == first)
        #expect(try page(2) != first)
    }
}
