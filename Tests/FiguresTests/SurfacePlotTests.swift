// Surfaces painted from far to near, and films.

import Figures
import TestSupport
import Testing

@Suite struct SurfacePlotTests {
    private let window = Window(low: SIMD2(-1, -1), high: SIMD2(1, 1))

    /// The sides that two polygons share with equal ends, by trying all.
    private func sides(_ cells: [[SIMD2<Double>]]) -> [SurfacePlot.Side] {
        func edges(_ cell: [SIMD2<Double>]) -> [(SIMD2<Double>, SIMD2<Double>)] { Array(zip(cell, cell.dropFirst() + cell.prefix(1))) }
        func isNear(_ p: SIMD2<Double>, _ q: SIMD2<Double>) -> Bool { ((p - q) * (p - q)).sum() < 1e-18 }
        return cells.indices.flatMap { i in
            cells.indices.filter { $0 > i }.compactMap { j in
                let common = edges(cells[i]).first { a in edges(cells[j]).contains { isNear(a.0, $0.1) && isNear(a.1, $0.0) } }
                return common.map { SurfacePlot.Side(left: i, right: j, direction: $0.1 - $0.0) }
            }
        }
    }

    private func holds(_ cell: [SIMD2<Double>], _ p: SIMD2<Double>) -> Bool {
        zip(cell, cell.dropFirst() + cell.prefix(1)).allSatisfy { a, b in (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x) > 0 }
    }

    @Test(
        "No text of a solid lies on another or leaves the picture",
        arguments: [1, 4, 17], [(-1.0, 1.0), (-123.456, 98.7654), (-1.2345e-12, 4.5678e-12)])
    func solidLabels(classes: Int, side: (low: Double, high: Double)) throws {
        var plot = SolidPlot(
            title: "Box", description: "", low: SIMD3(repeating: side.low), high: SIMD3(repeating: side.high), faces: [])
        plot.keys = (0..<classes).map { PolygonMap.Key("class \($0)", paint: .fixed(.white)) }
        let root = try parseMarkup(MarkupWriter().text(plot.picture().inline))
        let view = try #require(root.attributes["viewBox"]).split(separator: " ").compactMap { Double($0) }
        // Boxes of texts in a common font: half an em a character, no more.
        let boxes = root.all("text").map { text in
            let (x, y) = (Double(text.attributes["x"]!)!, Double(text.attributes["y"]!)!)
            let size = Double(text.attributes["font-size"] ?? "12")!
            let width = 0.5 * size * Double(text.text.count)
            let left =
                switch text.attributes["text-anchor"] {
                case "middle": x - width / 2
                case "end": x - width
                default: x
                }
            return (low: SIMD2(left, y - 0.8 * size), high: SIMD2(left + width, y + 0.2 * size), text: text.text)
        }
        #expect(boxes.count == classes + 4)
        for (i, a) in boxes.enumerated() {
            #expect(a.low.x >= 0 && a.low.y >= 0 && a.high.x <= view[2] && a.high.y <= view[3], "\(a)")
            for b in boxes[(i + 1)...] {
                let isApart = a.high.x <= b.low.x || b.high.x <= a.low.x || a.high.y <= b.low.y || b.high.y <= a.low.y
                #expect(isApart, "\(a.text) on \(b.text)")
            }
        }
    }

    @Test("Law: along every line of sight the facets painted first are the farther ones", arguments: UInt64(0)..<12)
    func paintOrder(seed: UInt64) throws {
        var rng = seededGenerator(seed)
        let cells = subdivision(lines: 9, &rng)
        let facets = cells.map { SurfacePlot.Facet($0.map { SIMD3($0.x, $0.y, 0.3 * $0.x) }, fill: .white) }
        var plot = SurfacePlot(title: "Cells", description: "", window: window, facets: facets, sides: sides(cells))
        (plot.azimuth, plot.isNumbered) = (Double.random(in: 0..<360, using: &rng), true)
        let shapes = try parseMarkup(MarkupWriter().text(plot.picture().inline)).all("path").compactMap { $0.attributes["data-facet"] }
        #expect(shapes.count == cells.count)
        var place = [Int](repeating: 0, count: cells.count)
        for (index, shape) in shapes.enumerated() { place[Int(shape)!] = index }
        let turn = plot.projection.turn
        let away = SIMD2(turn.y, turn.x)  // the direction of the plane in which depth grows and nothing moves across
        for _ in 0..<200 {
            var point = SIMD2(Double.random(in: -1...1, using: &rng), Double.random(in: -1...1, using: &rng))
            var last: Int?
            while abs(point.x) < 1, abs(point.y) < 1 {
                if let cell = cells.firstIndex(where: { holds($0, point) }) {
                    if let last, last != cell { #expect(place[cell] < place[last]) }
                    last = cell
                }
                point += 0.01 * away
            }
        }
    }

    @Test("The heights of a constant are a range of Doubles, however large it is", arguments: [0, 3, 1e17, -1e300])
    func constant(_ value: Double) {
        let facets = [SurfacePlot.Facet([SIMD3(0, 0, value), SIMD3(1, 0, value), SIMD3(0, 1, value)], fill: .white)]
        let window = Window(low: SIMD2(0, 0), high: SIMD2(1, 1))
        let plot = SurfacePlot(title: "Constant", description: "", window: window, facets: facets, sides: [])
        #expect(plot.heights.lowerBound < value && value < plot.heights.upperBound)
        #expect(abs(plot.scene(SIMD3(0, 0, value), plot.heights).z - SurfacePlot.top / 2) < 1e-3)
    }

    @Test("A surface has its floor, its range of heights, and three of four corners named")
    func scenery() throws {
        let square = [SIMD3(-1.0, -1, 2), SIMD3(1, -1, 2), SIMD3(1, 1, 5), SIMD3(-1, 1, 5)]
        let plot = SurfacePlot(
            title: "A plane", description: "", window: window, facets: [.init(square, fill: .white)], sides: [])
        let root = try parseMarkup(plot.picture().document)
        #expect(root.all("path").count == 3)  // floor, upright, facet
        let visible = root.all("text").filter { $0.attributes["visibility"] == nil }.map(\.text)
        #expect(visible.count == 5 && visible.contains("2") && visible.contains("5"))
    }

    @Test("A film shows each frame once, keeps the last, and stands still for readers who ask for that")
    func film() throws {
        let frames = (0..<3).map { index in
            Film.Frame(
                label: "epoch \(index)",
                picture: Picture(width: 100, height: Double(80 + index), title: "", description: "", content: []))
        }
        let film = Film(title: "Training", description: "Three epochs.", frames: frames)
        let root = try parseMarkup(film.document)
        #expect(root.all("g").map { $0.attributes["class"]! } == ["frame", "frame", "frame last"])
        // Five times 0.6 s; the last frame stays for three of them.
        #expect(root.all("g").map { $0.attributes["style"]! } == ["0s", "-2.4s", "-1.8s"].map { "animation-delay:" + $0 })
        #expect(film.document.contains("@keyframes last{0%{visibility:visible}60%{visibility:hidden}}"))
        #expect(film.document.contains("prefers-reduced-motion"))
        #expect(root.all("text").map(\.text) == ["epoch 0", "epoch 1", "epoch 2"])
        #expect(film.document == film.document)
    }
}
