import Figures
import TestSupport
import Testing

@Suite struct RasterTests {
    private func random(_ width: Int, _ height: Int, colors: Int, _ rng: inout some RandomNumberGenerator) -> Raster {
        let palette = (0..<colors).map { _ in Color(UInt32.random(in: 0...0xFF_FFFF, using: &rng)) }
        var raster = Raster(width: width, height: height)
        for y in 0..<height { for x in 0..<width { raster[x, y] = palette.randomElement(using: &rng)! } }
        return raster
    }

    @Test("Law: a PNG read back has the same pixels, with few colours and with many", arguments: UInt64(0)..<16)
    func roundTrip(seed: UInt64) throws {
        var rng = seededGenerator(seed)
        for colors in [1, 2, 255, 256, 257, 5000] {
            let raster = random(.random(in: 1...70, using: &rng), .random(in: 1...70, using: &rng), colors: colors, &rng)
            let png = try raster.png()
            #expect(Array(png.prefix(8)) == [137, 80, 78, 71, 13, 10, 26, 10])
            #expect(try Raster(png: png) == raster)
        }
    }

    @Test("What is not a whole PNG is refused")
    func refusals() throws {
        var rng = seededGenerator(1)
        let png = try random(40, 30, colors: 700, &rng).png()
        let error = #expect(throws: PNGError.self) { try Raster(png: Array("GIF89a..".utf8)) }
        #expect(error?.description == "PNG: Not a PNG file")
        #expect(throws: PNGError.self) { try Raster(png: []) }
        #expect(throws: PNGError.self) { try Raster(png: Array(png.prefix(png.count / 2))) }
        for position in [0, 12, 17, 24, 29, 40] {
            var damaged = png
            damaged[position] ^= 0x55
            #expect(throws: PNGError.self, "byte \(position)") { try Raster(png: damaged) }
        }
    }

    @Test("Enlarging repeats pixels, and reducing undoes it")
    func enlarge() {
        var rng = seededGenerator(2)
        let raster = random(7, 5, colors: 30, &rng)
        let large = raster.enlarged(by: 3)
        #expect((large.width, large.height) == (21, 15))
        for y in 0..<15 { for x in 0..<21 { #expect(large[x, y] == raster[x / 3, y / 3]) } }
        #expect(large.reduced(by: 3) == raster)
    }

    @Test("Half black, half white is 188, the middle of linear light")
    func reduce() {
        var raster = Raster(width: 2, height: 1, fill: .black).enlarged(by: 2)
        for y in 0..<2 { for x in [0, 2] { raster[x, y] = .white } }
        #expect(raster.reduced(by: 2)[0, 0] == Color(0xBCBCBC))
    }

    @Test("Arrays become pixels by hand: gray, colour planes, signed templates")
    func arrays() {
        let gray = Raster(picture: [0, 1, 2, .nan], width: 2, height: 2)
        #expect([gray[0, 0], gray[1, 0], gray[0, 1], gray[1, 1]] == [.black, Color(0x808080), .white, .black])
        let color = Raster(picture: [1, 0, 0, 1, 0.5, -9], width: 2, height: 1, range: 0...1)
        #expect([color[0, 0], color[1, 0]] == [Color(0xFF0080), Color(0x00FF00)])
        let template = Raster(template: [-2, 0, 1, 2], width: 4, height: 1)
        let mapping = ColorMapping(scale: .blueOrange, low: -2, high: 2)
        #expect((0..<4).map { template[$0, 0] } == [-2, 0, 1, 2].map(mapping.color))
        #expect(template[1, 0] == Color(0xF6F6F4))
        let signed = Raster(template: [0, -4, 4], width: 1, height: 1)
        #expect(signed[0, 0] == Color(0x8000FF))
        #expect(Raster(template: [.nan, 0], width: 2, height: 1)[1, 0] == Color(0xF6F6F4))
    }
}
