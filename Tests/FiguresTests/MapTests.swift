import Figures
import TestSupport
import Testing

@Suite struct MapTests {
    private let window = Window(low: SIMD2(-1, -1), high: SIMD2(1, 1))

    @Test("A square by hand: whole steps, y down, relative after the first corner")
    func pathByHand() {
        var path = QuantizedPath(window: window, columns: 100)
        path.add(polygon: [SIMD2(-1, -1), SIMD2(0, -1), SIMD2(0, 0), SIMD2(-1, 0)])
        path.add(line: [SIMD2(0, 0), SIMD2(0, 0), SIMD2(0.5, 0.25)])
        #expect(path.data == "M0 100l50 0 0-50-50 0zM50 50l25-12")
        let tiny = path.add(polygon: [SIMD2(0, 0), SIMD2(0.001, 0), SIMD2(0, 0.001)])
        let point = path.add(line: [SIMD2(.nan, 0), SIMD2(0, 0), SIMD2(.infinity, 0)])
        #expect(!tiny && !point)
        #expect(path.data == "M0 100l50 0 0-50-50 0zM50 50l25-12")
    }

    /// The corners that path data stand for.
    private func corners(_ data: String) -> [[SIMD2<Int>]] {
        data.split(separator: "M").map { part in
            var numbers: [Int] = []
            var digits = ""
            for character in part + " " {
                if character == "-" || !character.isNumber, let number = Int(digits) { (numbers, digits) = (numbers + [number], "") }
                if character == "-" || character.isNumber { digits.append(character) }
            }
            var points = [SIMD2(numbers[0], numbers[1])]
            for i in stride(from: 2, to: numbers.count, by: 2) { points.append(points.last! &+ SIMD2(numbers[i], numbers[i + 1])) }
            return points
        }
    }

    @Test("Law: on the grid a cell's area changes by at most perimeter/√2 + corners/2", arguments: UInt64(0)..<32)
    func areaBound(seed: UInt64) {
        var rng = seededGenerator(seed)
        var total = 0.0
        for cell in subdivision(lines: 25, &rng) {
            var path = QuantizedPath(window: window)
            let exact = area(cell) * 2000 * 2000
            guard path.add(polygon: cell) else {
                #expect(exact <= perimeter(cell) * 2000 / 2.squareRoot() + Double(cell.count) / 2)
                continue
            }
            let grid = corners(path.data)[0].map { SIMD2(Double($0.x), -Double($0.y)) }
            let error = abs(area(grid) - exact)
            #expect(error <= perimeter(cell) * 2000 / 2.squareRoot() + Double(cell.count) / 2)
            total += area(grid)
        }
        #expect(abs(total - 16e6) < 16e6 * 2e-3)
    }

    @Test("Law: neighbours stay together: a shared corner has one place on the grid", arguments: UInt64(0)..<16)
    func sharedCorners(seed: UInt64) {
        var rng = seededGenerator(seed)
        let grid = QuantizedPath(window: window)
        var places: [SIMD2<Double>: SIMD2<Int>] = [:]
        for corner in subdivision(lines: 12, &rng).joined() {
            let place = grid.quantized(corner)!
            #expect(places[corner] ?? place == place)
            places[corner] = place
            let x = (corner.x + 1) * 2000 - Double(place.x)
            let y = (1 - corner.y) * 2000 - Double(place.y)
            #expect(abs(x) <= 0.5 + 1e-9 && abs(y) <= 0.5 + 1e-9)
        }
    }

    @Test("Law: of cells that tile the window exactly one takes each pixel, whatever the order", arguments: UInt64(0)..<24)
    func canvasTiles(seed: UInt64) {
        var rng = seededGenerator(seed)
        let cells = subdivision(lines: 20, &rng)
        let marker = Color(0xFF00FF)
        func drawn(_ order: [Int]) -> Raster {
            var canvas = Canvas(window: window, width: 97, background: marker)
            for i in order { canvas.fill(cells[i], Color(UInt32(i))) }
            return canvas.raster
        }
        let forward = drawn(Array(cells.indices))
        #expect(forward == drawn(cells.indices.reversed()))
        var counts: [Color: Int] = [:]
        for y in 0..<97 { for x in 0..<97 { counts[forward[x, y], default: 0] += 1 } }
        #expect(counts[marker] == nil)
        // As many pixels as the area has, give or take those along the boundary.
        for (i, cell) in cells.enumerated() {
            let scale = 97 / 2.0
            let expected = area(cell) * scale * scale
            #expect(abs(Double(counts[Color(UInt32(i))] ?? 0) - expected) <= perimeter(cell) * scale + 4)
        }
    }

    @Test("Law: cells drawn in any order and on several rasters give the same pixels, inside those of the map", arguments: UInt64(0)..<8)
    func streamed(seed: UInt64) {
        var rng = seededGenerator(seed)
        let cells = subdivision(lines: 20, &rng)
        let grid = PixelGrid(window: window, width: 97)
        func drawn(_ order: [Int], parts: Int) -> Raster {
            var rasters = [CellRaster](repeating: CellRaster(grid), count: parts)
            for i in order {
                rasters[i % parts].add(cells[i], label: UInt16(i), thickness: 0.5)
                rasters[i % parts].add(lineFrom: cells[i][0], to: cells[i][1], thickness: 2)
            }
            let whole = rasters.dropFirst().reduce(into: rasters[0]) { $0.merge($1) }
            return whole.raster(outlineOpacity: 0.5) { Color(UInt32($0)) }
        }
        let forward = drawn(Array(cells.indices), parts: 1)
        #expect(forward == drawn(cells.indices.reversed(), parts: 1) && forward == drawn(Array(cells.indices), parts: 3))
        var (canvas, raster) = (Canvas(window: window, width: 97), CellRaster(grid))
        for i in cells.indices {
            canvas.fill(cells[i], Color(UInt32(i)))
            raster.add(cells[i], label: UInt16(i), thickness: 0)
        }
        #expect(raster.raster(outlineOpacity: 1) { Color(UInt32($0)) } == canvas.raster)
        #expect(raster.labelRange.map { $0.upperBound < UInt16(cells.count) } == true && CellRaster(grid).labelRange == nil)
    }

    @Test("Law: a pixel counts the cells that have a part of it, whatever the order and the number of counters", arguments: UInt64(0)..<8)
    func cellCounts(seed: UInt64) {
        var rng = seededGenerator(seed)
        let cells = subdivision(lines: 20, &rng)
        let grid = PixelGrid(window: window, width: 37)
        var counts = [CellCounts](repeating: CellCounts(grid), count: 3)
        for (i, cell) in cells.enumerated() { counts[i % 3].add(cell) }
        let whole = counts.dropFirst().reduce(into: counts[0]) { $0.merge($1) }
        var reversed = CellCounts(grid)
        for cell in cells.reversed() { reversed.add(cell) }
        #expect(whole.counts == reversed.counts)
        let side = 2 / 37.0
        for row in 0..<37 {
            for column in 0..<37 {
                let low = SIMD2(-1 + side * Double(column), 1 - side * Double(row + 1))
                let pixel = Window(low: low, high: low + side)
                let parts = cells.map { pixel.clip($0) }
                // A cell that only touches the pixel, but for rounding, may count or not.
                let (least, most) = (parts.count { area($0) > 1e-12 }, parts.count { !$0.isEmpty })
                #expect((least...most).contains(Int(whole.counts[row * 37 + column])), "row \(row), column \(column)")
            }
        }
    }

    @Test("Counts by hand, their scale in logarithms, and pixels the darker the more cells they meet")
    func cellShades() throws {
        let grid = PixelGrid(window: Window(low: .zero, high: SIMD2(3, 1)), width: 3)
        var (counts, raster) = (CellCounts(grid), CellRaster(grid))
        // The whole, all but the left third, and 14 times a cell inside the right third.
        let inner = [SIMD2(2.25, 0.25), SIMD2(2.75, 0.25), SIMD2(2.5, 0.75)]
        let cells = [(0.0, 3.0), (1.0, 3.0)].map { [SIMD2($0, 0), SIMD2($1, 0), SIMD2($1, 1), SIMD2($0, 1)] }
        for cell in cells + [[SIMD2<Double>]](repeating: inner, count: 14) { counts.add(cell) }
        #expect(counts.counts == [1, 2, 16])
        let scale = try #require(counts.scale)
        #expect(scale.isLogarithmic && scale.mapping.low == 0 && abs(scale.mapping.high - 1.204119982655925) <= 1e-15)  // log₁₀ 16
        #expect(CellCounts(grid).scale == nil)
        var map = PolygonMap(title: "Cells", description: "", window: grid.window, cells: [])
        let plain = map.framed(Raster(width: 300, height: 100))
        map.shade = scale
        #expect(map.framed(Raster(width: 300, height: 100)).height > plain.height)
        for text in ["cells that a pixel meets", ">1<", ">4<", ">16<"] { #expect(map.picture().document.contains(text)) }
        raster.add(cells[0], label: 0, thickness: 0)
        let color = ClassColors.tint(0, variant: 0)
        let image = raster.raster(outlineOpacity: 0, counts: counts) { _ in color }
        #expect(image[0, 0].luminance > image[1, 0].luminance && image[1, 0].luminance > image[2, 0].luminance)
        // Of a fourth of the way: log 2 / log 16.
        #expect(image[1, 0] == color.mixed(with: .white, 0.5).mixed(with: color, 0.5))
        let fine = CellRaster(PixelGrid(window: grid.window, width: 6))
        #expect(fine.raster(outlineOpacity: 0, counts: counts) { _ in color }[0, 0] == .white)
    }

    @Test("A line covers its pixels: full in the middle, nothing two pixels away")
    func canvasLine() {
        var canvas = Canvas(window: window, width: 20)
        canvas.draw(from: SIMD2(-1, 0.05), to: SIMD2(1, 0.05), .black, thickness: 1)
        let level = canvas.raster
        for x in 0..<20 { #expect([7, 8, 9, 10, 11].map { level[x, $0] } == [.white, .white, .black, .white, .white]) }
        var steep = Canvas(window: window, width: 20)
        steep.draw(from: SIMD2(0.05, -3), to: SIMD2(0.05, 3), .black, thickness: 3)
        let upright = steep.raster
        for y in 0..<20 { #expect([8, 9, 10, 11, 12].map { upright[$0, y] } == [.white, .black, .black, .black, .white]) }
        let before = canvas.raster
        canvas.draw(from: SIMD2(.nan, 0), to: SIMD2(1, 1), .black)
        canvas.draw(from: SIMD2(5, 5), to: SIMD2(9, 9), .black)
        #expect(canvas.raster == before)
    }

    @Test("Cells of one colour are one path; with tooltips each cell is its own, numbered and named")
    func mapPaths() throws {
        var rng = seededGenerator(3)
        let cells = subdivision(lines: 10, &rng)
        var map = PolygonMap(
            title: "Cells", description: "By class.", window: window,
            cells: cells.enumerated().map { .init($1, fill: ClassColors.color($0 % 3)) })
        map.lines = [.init([[SIMD2(-1, 0), SIMD2(1, 0.5)]], paint: .theme(.ink), width: 2)]
        map.samples = [.init("class 0", points: [SIMD2(0, 0), SIMD2(.nan, 1)], color: .black)]
        let writer = MarkupWriter()
        let merged = try parseMarkup(writer.text(map.picture().inline))
        #expect(merged.all("path").count == 5)  // three colours, a line, a class of samples
        map.tooltips = cells.indices.map { "<cell \($0)>" }
        let single = try parseMarkup(writer.text(map.picture().inline))
        let shapes = single.all("path").filter { $0.attributes["data-cell"] != nil }
        #expect(shapes.map { $0.attributes["data-cell"]! } == cells.indices.map(String.init))
        #expect(shapes.map(\.text) == map.tooltips)
    }

    @Test("The image of a map keeps the window's proportions and shows each cell at its centre")
    func mapImage() throws {
        let wide = Window(low: SIMD2(0, 0), high: SIMD2(3, 1))
        var map = PolygonMap(
            title: "Two cells", description: "", window: wide,
            cells: [
                .init([SIMD2(0, 0), SIMD2(1, 0), SIMD2(1, 1), SIMD2(0, 1)], fill: Color(0xAA0000)),
                .init([SIMD2(1, 0), SIMD2(3, 0), SIMD2(3, 1), SIMD2(1, 1)], fill: Color(0x00AA00)),
            ])
        map.edgeWidth = 0
        let raster = map.raster(width: 90)
        #expect((raster.width, raster.height) == (90, 30))
        #expect(raster[29, 15] == Color(0xAA0000) && raster[30, 15] == Color(0x00AA00) && raster[89, 29] == Color(0x00AA00))
        let picture = try parseMarkup(map.pictureWithImage(pixels: 90).document)
        #expect(picture.all("image").count == 1 && picture.all("path").isEmpty)
    }

    @Test("A long or flat window is drawn to two scales, and says so; the last label of an axis has room") func stretched() throws {
        for (size, rows) in [(SIMD2(100.0, 1.0), 25), (SIMD2(1, 100), 250)] {
            let window = Window(low: .zero, high: size)
            let map = PolygonMap(
                title: "One cell", description: "One cell.", window: window,
                cells: [.init([.zero, SIMD2(size.x, 0), size, SIMD2(0, size.y)], fill: Color(0xAA0000))])
            let raster = map.raster(width: 100)
            #expect((raster.width, raster.height) == (100, rows) && raster[50, rows / 2] == Color(0xAA0000))
            #expect(map.picture().description == "One cell. The axes have different scales.")
            #expect(QuantizedPath(window: window, columns: 1000).rows == 10 * rows)
        }
        let far = PolygonMap(title: "", description: "", window: Window(low: SIMD2(0.2, 0), high: SIMD2(0.200001, 1e-6)), cells: [])
        let picture = far.picture()
        for text in try parseMarkup(picture.document).all("text") where text.attributes["text-anchor"] == "middle" {
            let x = try #require(text.attributes["x"].flatMap { Double($0) })
            // Digits of Helvetica are 0.556 em wide.
            #expect(x + 0.556 * 11 * Double(text.text.count) / 2 <= picture.width, "\(text.text)")
        }
    }

    @Test("Images have letters for numbers with powers, for ASCII and for marked letters") func letters() {
        func image(_ name: String) -> Raster {
            var map = PolygonMap(title: "", description: "", window: Window(low: .zero, high: SIMD2(1, 1)), cells: [])
            map.keys = [.init(name, paint: .fixed(.black))]
            return map.framed(Raster(width: 600, height: 600, fill: .white))
        }
        var seen = [image("\u{E000}"): "a letter without a glyph"]
        for scalar in (33...126).map({ Character(Unicode.Scalar($0)) }) + "⁰¹²³⁴⁵⁶⁷⁸⁹⁻öäüéèñçøÄÖ".filter({ $0 != "ø" }) {
            let before = seen.updateValue("\(scalar)", forKey: image("\(scalar)"))
            #expect(before == nil, "\(scalar) is drawn as \(before ?? "")")
        }
    }
}
