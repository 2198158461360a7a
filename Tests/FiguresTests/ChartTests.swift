import Figures
import TestSupport
import Testing

@Suite struct ChartTests {
    private let writer = MarkupWriter()

    private func parsed(_ picture: Picture) throws -> ParsedElement {
        let root = try parseMarkup(writer.text(picture.inline))
        for word in ["nan", "inf", "e-", "e+"] {
            for element in root.all {
                for (name, value) in element.attributes where ["x", "y", "d", "cx", "cy", "width", "height", "x1", "y2"].contains(name) {
                    #expect(!value.lowercased().contains(word), "\(name)=\(value)")
                }
            }
        }
        return root
    }

    /// Values that break careless charts.
    private let hostile: [[Double]] = [
        [], [.nan], [0], [.infinity, 1, -.infinity], [1e308, -1e308], [.leastNonzeroMagnitude, 1], [1e-300, 1e300], [3, 3, 3], [-0.0, 0.0],
    ]

    @Test("Every chart draws what is finite, whatever it is given")
    func hostileValues() throws {
        for values in hostile {
            let points = values.enumerated().map { SIMD2(Double($0), $1) } + values.map { SIMD2($0, 1) }
            for scale in [Axis.Scale.linear, .logarithmic] {
                var line = LineChart(
                    title: "<t>", description: "&", xLabel: "x", yLabel: "y", series: [.init("a & b", points: points, paint: .of(class: 0))]
                )
                (line.xScale, line.yScale) = (scale, scale)
                _ = try parsed(line.picture())
                var scatter = ScatterPlot(
                    title: "t", description: "", xLabel: "x", yLabel: "y", series: [.init("a", points: points, paint: .of(class: 1))])
                (scatter.xScale, scatter.yScale) = (scale, scale)
                _ = try parsed(scatter.picture())
            }
            _ = try parsed(
                Histogram(title: "t", description: "", xLabel: "x", series: [.init("a", values: values, paint: .of(class: 0))]).picture())
            let names = values.indices.map { "<\($0)>" }
            _ = try parsed(
                BarChart(
                    title: "t", description: "", valueLabel: "v", categories: names,
                    series: [.init("a", values: values, paint: .of(class: 0))]
                ).picture())
            if !values.isEmpty {
                for mapping in [ColorMapping.diverging(values), .sequential(values)] {
                    _ = try parsed(
                        HeatMap(title: "t", description: "", values: values, rowLabels: ["row"], columnLabels: names, mapping: mapping)
                            .picture())
                }
            }
        }
    }

    @Test("A gap in the data is a gap in the curve")
    func gaps() throws {
        let points: [SIMD2<Double>] = [SIMD2(0, 0), SIMD2(1, 1), SIMD2(2, .nan), SIMD2(3, 1), SIMD2(4, 0)]
        let chart = LineChart(
            title: "t", description: "", xLabel: "", yLabel: "", series: [.init("a", points: points, paint: .of(class: 0))])
        let data = try parsed(chart.picture()).all("path")[0].attributes["d"]!
        #expect(data.count { $0 == "M" } == 2 && data.count { $0 == "L" } == 2)
    }

    @Test("Law: names at the ends of curves never overlap and stay within the picture", arguments: UInt64(0)..<32)
    func endLabels(seed: UInt64) throws {
        var rng = seededGenerator(seed)
        let series = (0..<Int.random(in: 2...6, using: &rng)).map { k in
            LineChart.Series("curve \(k)", points: [SIMD2(0, 0), SIMD2(1, Double.random(in: 0...0.2, using: &rng))], paint: .of(class: k))
        }
        let chart = LineChart(title: "t", description: "", xLabel: "x", yLabel: "y", series: series)
        let root = try parsed(chart.picture())
        let labels = root.all("text").filter { $0.text.hasPrefix("curve") }
        #expect(Set(labels.map(\.text)).count == series.count)
        let heights = try labels.map { try #require(Double($0.attributes["y"]!)) }.sorted()
        #expect(zip(heights, heights.dropFirst()).allSatisfy { $1 - $0 >= 15.9 })
        #expect(heights.allSatisfy { $0 > 0 && $0 < chart.height })
    }

    @Test("With many curves the legend stands above the plot, each name once")
    func legend() throws {
        let series = (0..<12).map { LineChart.Series("layer \($0)", points: [SIMD2(0, 0), SIMD2(1, 1)], paint: .of(class: $0)) }
        let root = try parsed(LineChart(title: "t", description: "", xLabel: "x", yLabel: "y", series: series).picture())
        let names = root.all("text").filter { $0.text.hasPrefix("layer") }
        #expect(names.count == 12)
        let lowest = names.compactMap { Double($0.attributes["y"]!) }.max()!
        let highestGrid = root.all("line").filter { $0.attributes["stroke"] == "var(--line)" }.compactMap { Double($0.attributes["y1"]!) }
            .min()!
        #expect(lowest < highestGrid)
    }

    @Test("Law: a histogram counts every finite value in the range once", arguments: UInt64(0)..<16)
    func counts(seed: UInt64) {
        var rng = seededGenerator(seed)
        let values = (0..<200).map { _ in Double.random(in: -2...2, using: &rng) } + [-1, 1, .nan, .infinity]
        let counts = Histogram.counts(values, low: -1, high: 1, bins: 7)
        #expect(counts.reduce(0, +) == values.count { $0 >= -1 && $0 <= 1 })
        for (i, count) in counts.enumerated() {
            let (a, b) = (-1 + 2 * Double(i) / 7, -1 + 2 * Double(i + 1) / 7)
            #expect(abs(count - values.count { $0 >= a && $0 < b }) <= 1)  // a value at a rounded edge, and the closed last bin
        }
        #expect(Histogram.counts([0, 0.5, 1], low: 0, high: 1, bins: 2) == [1, 2])
    }

    @Test("A heat map says every value once, as tooltip and in its square")
    func heatMap() throws {
        let map = HeatMap(
            title: "Gram", description: "", values: [1, -0.5, 0.25, .nan], rowLabels: ["a", "b"], columnLabels: ["c", "d"],
            mapping: .diverging([1, -0.5]))
        let root = try parsed(map.picture())
        #expect(root.all("rect").compactMap { $0.children.first?.text } == ["a, c: 1", "a, d: −0.5", "b, c: 0.25", "b, d: n/a"])
        let texts = root.all("text").map(\.text)
        #expect(["1.0", "−0.5", "0.3", "n/a"].allSatisfy(texts.contains))
    }

    @Test("Images of a grid read back as the pixels given, marked ones framed")
    func imageGrid() throws {
        var rng = seededGenerator(4)
        let images = (0..<4).map { _ in Raster(picture: (0..<12).map { _ in Double.random(in: 0...1, using: &rng) }, width: 2, height: 2) }
        var grid = ImageGrid(
            title: "t", description: "",
            rows: [[.init(images[0], caption: "a"), .init(images[1], isMarked: true)], [nil, .init(images[2], tooltip: "<c>")]])
        grid.rowLabels = ["first", "second"]
        let root = try parsed(grid.picture())
        let addresses = root.all("image").map { $0.attributes["href"]! }
        #expect(addresses == (try images.prefix(3).map { Base64.dataAddress(try $0.png()) }))
        #expect(root.all("rect").count { $0.attributes["stroke"] == "var(--accent)" } == 2)
        #expect(root.all("image")[2].text == "<c>")
    }
}
