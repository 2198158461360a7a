import Figures
import Foundation
import Interchange
import Reports
import TestSupport
import Testing

@Suite struct PageTests {
    private static let hostile = "</script><script>alert(1)</script> \"'&<!-- ]]> \u{0} \u{2028}"

    /// A page with every kind of block and hostile text in every place.
    private static func page() throws -> Page {
        let text = hostile
        let prose: Prose =
            "\(text) \(code: text) \(strong: text) \(math: .tokens("f ( x_1 ) = A [ x ] x + b")) \(link: text, section: "cells")"
        let chart = LineChart(
            title: text, description: text, xLabel: text, yLabel: text,
            series: [.init(text, points: [SIMD2(0, 0), SIMD2(1, 1)], paint: .of(class: 0))]
        ).picture()
        let figure = Figure(chart, caption: prose)
        let window = Window(low: SIMD2(0, 0), high: SIMD2(2, 1))
        let map = PolygonMap(
            title: text, description: text, window: window,
            cells: [
                .init([SIMD2(0, 0), SIMD2(1, 0), SIMD2(1, 1), SIMD2(0, 1)], fill: ClassColors.tint(0, variant: 0)),
                .init([SIMD2(1, 0), SIMD2(2, 0), SIMD2(2, 1), SIMD2(1, 1)], fill: ClassColors.tint(1, variant: 0)),
            ])
        let blocks: [Block] = [
            .heading(text), .paragraph(prose), .list([prose]), .formula(.fraction(.identifier("a"), .number("2"))), .note(prose),
            .facts([Fact(text, prose)]), .figure(figure), .figures([figure, figure]),
            .table(Table(caption: prose, header: [prose, "b"], rows: [[prose, "2"]], numericColumns: [1])),
            .details(summary: prose, [.paragraph(prose)]),
            .frames(Frames(title: text, frames: (0..<3).map { .init(label: "\($0)\(text)", figures: [figure], text: prose) }, initial: 1)),
            .frames(Frames(title: text, frames: [.init(label: "0", figures: [figure, figure])])),
            .cellExplorer(CellExplorer(map: map, caption: prose, columns: [text, "code"], rows: [[text, "01"], ["b", "10\n11"]])),
        ]
        return Page(
            title: text, kicker: text, lead: prose, introduction: [.facts([Fact("1", "cell")])],
            sections: [
                .init("Cells", blocks), .init("Cells", [.paragraph("again")]), .init("!", []),
                .init(text, anchor: "own", [.paragraph("last")]),
            ],
            provenance: Provenance(
                command: "maso demo -o \(text)", version: "0.1.0", seed: 7, modelHash: "9f2c", worstResidual: 3.14e-16, remarks: [prose]))
    }

    @Test("A page is well-formed, whatever its texts hold, and shows them unchanged")
    func wellFormed() throws {
        let root = try pageTree(try Self.page().html())
        let shown = Self.hostile.replacing("\u{0}", with: "\u{FFFD}")
        #expect(root.all("h1").map(\.text) == [shown])
        #expect(root.all("h3").map(\.text) == [shown])
        #expect(root.all("figcaption").allSatisfy { $0.text.hasPrefix(shown) })
        #expect(root.all("footer").map { $0.text.contains("maso demo -o " + shown) } == [true])
    }

    @Test("Only the page's own script runs: one script element, one data block a map, no handlers and no style attributes")
    func scripts() throws {
        let html = try Self.page().html()
        let root = try pageTree(html)
        #expect(root.all("script").map { $0.attributes["type"] ?? "" } == ["application/json", ""])
        #expect(html.ranges(of: "<script").count == 2 && html.ranges(of: "</script").count == 2)
        for element in root.all {
            for name in element.attributes.keys { #expect(!name.hasPrefix("on") && name != "style", "\(element.name) \(name)") }
        }
    }

    @Test("A page loads nothing: every address is within the page or holds its own data")
    func loadsNothing() throws {
        let root = try pageTree(try Self.page().html())
        for element in root.all {
            for name in ["src", "href", "action", "data", "srcset", "poster"] {
                if let address = element.attributes[name] {
                    #expect(address.hasPrefix("#") || address.hasPrefix("data:image/png"), "\(address)")
                }
            }
        }
        #expect(root.all("style").allSatisfy { !$0.text.contains("url(") && !$0.text.contains("@import") })
    }

    @Test("The content-security policy names the style sheet and the script as they stand by their SHA-256")
    func policy() throws {
        let html = try Self.page().html()
        func between(_ start: String, _ end: String) throws -> Substring {
            let from = try #require(html.range(of: start)), to = try #require(html.range(of: end))
            return html[from.upperBound..<to.lowerBound]
        }
        let style = Base64.text(SHA256.hash(Array(try between("<style>", "</style>").utf8)))
        let script = Base64.text(SHA256.hash(Array(try between("<script>", "</script></body>").utf8)))
        let meta = try pageTree(html).all("meta").first { $0.attributes["http-equiv"] == "Content-Security-Policy" }
        #expect(
            meta?.attributes["content"]
                == "default-src 'none'; img-src data:; style-src 'sha256-\(style)'; script-src 'sha256-\(script)'; base-uri 'none'; form-action 'none'"
        )
    }

    @Test("Identifiers are unique, links within the page and labels lead somewhere")
    func identifiers() throws {
        let root = try pageTree(try Self.page().html())
        let ids = root.all.compactMap { $0.attributes["id"] }
        #expect(Set(ids).count == ids.count)
        let targets = root.all("a").compactMap { $0.attributes["href"] }.filter { $0.hasPrefix("#") }.map { String($0.dropFirst()) }
        #expect(!targets.isEmpty && targets.allSatisfy(ids.contains))
        #expect(root.all("label").compactMap { $0.attributes["for"] }.allSatisfy(ids.contains))
        #expect(root.all("section").map { $0.attributes["id"] } == ["cells", "cells-2", "section", "own"])
    }

    @Test("Every picture has a title, a description and a name for those who do not see it")
    func alternatives() throws {
        let pictures = try pageTree(try Self.page().html()).all("svg").filter { $0.attributes["class"] != "map" }
        #expect(pictures.count == 9)
        for picture in pictures {
            #expect(picture.attributes["role"] == "img" && picture.attributes["aria-label"]?.isEmpty == false)
            #expect(picture.children.prefix(2).map(\.name) == ["title", "desc"] && !picture.children[0].text.isEmpty)
        }
    }

    @Test("Frames are radio buttons of one group, each followed by its label and its frame, the initial one checked")
    func frames() throws {
        let frames = try pageTree(try Self.page().html()).all("div").filter { $0.attributes["class"] == "frames" }
        #expect(frames.count == 2)
        let names = frames[0].children.dropFirst().map(\.name)
        #expect(names == ["input", "label", "div", "input", "label", "div", "input", "label", "div"])
        let inputs = frames[0].all("input")
        #expect(inputs.map { $0.attributes["checked"] != nil } == [false, true, false])
        #expect(Set(inputs.map { $0.attributes["name"] }).count == 1)
        #expect(inputs[0].attributes["name"] != frames[1].all("input")[0].attributes["name"])
    }

    @Test("The data of a map are JSON with the texts given, and a table without scripts says the same")
    func cellData() throws {
        struct Cells: Decodable {
            let columns: [String]
            let rows: [[String]]
        }
        let explorer = try #require(pageTree(try Self.page().html()).all("div").first { $0.attributes["class"] == "explorer" })
        let cells = try JSONDecoder().decode(Cells.self, from: Data(explorer.all("script")[0].text.utf8))
        #expect(cells.columns == [Self.hostile, "code"])
        #expect(cells.rows == [[Self.hostile, "01"], ["b", "10\n11"]])
        let table = try #require(explorer.all("noscript").first).all("td").map(\.text)
        #expect(table == ["0", Self.hostile.replacing("\u{0}", with: "\u{FFFD}"), "01", "1", "b", "10\n11"])
        #expect(explorer.all("path").compactMap { $0.attributes["data-cell"] } == ["0", "1"])
    }

    @Test("The footer says command, seed, model and worst residual")
    func footer() throws {
        let footer = try #require(pageTree(try Self.page().html()).all("footer").first)
        #expect(footer.all("dt").map(\.text) == ["Command", "maso", "Seed", "Model", "Worst residual"])
        #expect(footer.all("dd").dropFirst().map(\.text) == ["0.1.0", "7", "9f2c", "3.1 × 10⁻¹⁶"])
    }

    @Test("The same values give the same text")
    func deterministic() throws {
        #expect(try Self.page().html() == Self.page().html())
    }
}

@Suite struct FormulaTests {
    @Test("Tokens become identifiers, numbers and symbols, with one subscript or superscript")
    func tokens() {
        let text = MarkupWriter().text(Formula.tokens("z_k = 2 x^2").inline)
        #expect(
            text == "<math><mrow><msub><mi>z</mi><mi>k</mi></msub><mo>=</mo><mn>2</mn><msup><mi>x</mi><mn>2</mn></msup></mrow></math>")
        #expect(
            MarkupWriter().text(Formula.tokens("_ ^ a_").display)
                == #"<math display="block"><mrow><mo>_</mo><mo>^</mo><mo>a_</mo></mrow></math>"#)
    }
}
