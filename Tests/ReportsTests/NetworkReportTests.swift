// A report's numbers against readings made apart from it, and what a report does where parts do not apply.

import Analysis
import Graphs
import Interchange
import Networks
import Reports
import Splines
import Tensors
import TestSupport
import Testing

@Suite struct NetworkReportTests {
    private static var options: ReportOptions {
        var options = ReportOptions()
        (options.sampleCount, options.searchCount, options.slopeCount, options.templateCount) = (50, 80, 6, 3)
        (options.queryCount, options.drawnQueryCount, options.neighborCount) = (4, 2, 5)
        return options
    }

    private static func digits(_ name: String = "DigitsCNN", seed: UInt64 = 3) throws -> ReportData {
        let architecture = try Architecture.named(name, inputShape: [1, 8, 8], classCount: 10)
        let model = Model(Network(architecture, seed: seed), name: name, digest: "0")
        return ReportData(model, train: Digits.dataSet(.train), test: Digits.dataSet(.test))
    }

    private static func page(_ report: NetworkReport) throws -> ParsedElement {
        try pageTree(report.page(provenance: Provenance(command: "maso report", version: "1")).html())
    }

    @Test("Inner products, offsets and outputs on the page are the network's: ⟨A[x]_c, x⟩ + b[x]_c = f_c(x)")
    func templateNumbers() throws {
        let data = try Self.digits()
        let root = try Self.page(try NetworkReport(data, options: Self.options))
        let rows = root.all("details").flatMap { $0.all("tr") }.map { $0.all("td").map(\.text) }.filter { $0.count == 5 }
        #expect(rows.count == 3 * 10)
        for row in rows {
            let (index, c) = (try #require(Int(row[0])), try #require(Int(row[1].prefix(1))))
            let values = try row.dropFirst(2).map { try #require(number($0)) }
            let f = try outputs(data.model, at: data.model.inputs(of: data.test, [index]).elements)
            #expect(abs(values[2] - f[c]) <= 0.5001e-4)
            #expect(abs(values[0] + values[1] - values[2]) <= 1.5001e-4)
        }
    }

    @Test("Confusion and accuracy are those of the interpreter's outputs")
    func confusion() throws {
        let data = try Self.digits()
        let report = try NetworkReport(data, options: Self.options)
        var expected = [[Int]](repeating: [Int](repeating: 0, count: 10), count: 10)
        for index in (0..<50).map({ $0 * data.test.count / 50 }) {
            let f = try outputs(data.model, at: data.model.inputs(of: data.test, [index]).elements)
            expected[data.test.labels[index]][f.firstIndex(of: f.max()!)!] += 1
        }
        #expect(report.test.confusion == expected)
        #expect(report.test.accuracy == Double((0..<10).reduce(0) { $0 + expected[$1][$1] }) / 50)
    }

    @Test("Inner products from outputs and offsets are those from slopes")
    func offsetsAlone() throws {
        let data = try Self.digits("SmallCNN")
        let indices = [0, 7, 20]
        let outputs = try #require(try OutputsReading(data, data.test, indices).memorization)
        let templates = try TemplatesReading(data, indices)
        let products = templates.samples.map { ($0.label, $0.templates.innerProducts) }
        for (mine, theirs) in zip(outputs.correct, products.map { $1[$0] }) { #expect(abs(mine - theirs) <= 1e-12 * max(1, abs(mine))) }
        let wrong = products.flatMap { label, products in products.indices.filter { $0 != label }.map { products[$0] } }
        for (mine, theirs) in zip(outputs.incorrect, wrong) { #expect(abs(mine - theirs) <= 1e-12 * max(1, abs(mine))) }
        #expect(outputs.correct.count == 3 && outputs.incorrect.count == 27)
    }

    @Test("Neighbours are the nearest by brute force over all codes")
    func neighbors() throws {
        let data = try Self.digits()
        let report = try NetworkReport(data, options: Self.options)
        let reader = try CodeReader(data.model.readable, batch: 1)
        let searched = (0..<80).map { $0 * 1_437 / 80 }
        let codes = try searched.map { try reader.read(data.model.inputs(of: try #require(data.train), [$0])).codes }
        for query in report.codes.queries {
            let own = try reader.read(data.model.inputs(of: data.test, [query.index])).codes
            for layer in own.indices {
                let distances = codes.map { code in zip(code[layer].elements, own[layer].elements).count { $0 != $1 } }
                let order = searched.indices.sorted { (distances[$0], $0) < (distances[$1], $1) }.prefix(5)
                #expect(query.neighbors[layer].map(\.index) == order.map { searched[$0] })
            }
        }
    }

    @Test("Every section applies to an image network; the page is well-formed with text alternatives")
    func whole() throws {
        let report = try NetworkReport(try Self.digits(), options: Self.options)
        #expect(report.omissions.isEmpty)
        let root = try Self.page(report)
        #expect(
            root.all("h2").map { $0.text.replacing("#", with: "") } == [
                "Layers", "Accuracy and confusion", "Templates", "Gram matrices", "Memorisation", "Neighbours by layer", "Occupancy",
                "How exact this is",
            ])
        expectTextAlternatives(root)
    }

    @Test("A smooth network is read by its tangent, and what does not apply is named with the reason")
    func smooth() throws {
        let architecture = try Architecture(
            name: "Smooth", inputShape: [1, 8, 8], classCount: 10, layers: [.flatten, .dense(12), .smooth(.hyperbolicTangent), .dense(10)])
        let model = Model(Network(architecture, seed: 1), name: "Smooth", digest: "0")
        let report = try NetworkReport(
            ReportData(model, train: nil, test: Digits.dataSet(.test)), options: Self.options)
        #expect(report.worstResidual == nil && !report.templates.isExact)
        #expect(report.omissions.map(\.title) == ["Memorisation", "Neighbours", "Occupancy"])
        let list = try Self.page(report).all("li").map(\.text)
        #expect(list.contains("Neighbours: no layer has a code."))
    }

    @Test("Vectors are read where it applies: the toy network has every section, and templates by their numbers")
    func vectors() throws {
        let model = Model(Network(try Architecture.named("Toy"), seed: 2), name: "Toy", digest: "0")
        let set = ToySet.moons
        let data = ReportData(
            model, train: set.dataSet(count: 90, split: .train), test: set.dataSet(count: 60, split: .test))
        let report = try NetworkReport(data, options: Self.options)
        #expect(report.omissions.isEmpty)
        expectTextAlternatives(try Self.page(report))
    }

    @Test("Data of another size are refused")
    func wrongData() throws {
        let data = try Self.digits()
        let other = ReportData(data.model, train: nil, test: ToySet.moons.dataSet(count: 8, split: .test))
        let error = #expect(throws: ReadingError.self) { try NetworkReport(other) }
        #expect(error.map { "\($0)" } == "samples of shape [8, 2], expected [N] + [1, 8, 8]")
    }
}
