import Figures
import TestSupport
import Testing

@Suite struct ColorTests {
    @Test("Hexadecimal text has two digits a channel")
    func hexadecimal() {
        #expect(Color(red: 0, green: 114, blue: 178).hexadecimal == "#0072b2")
        #expect(Color(0x00000A).hexadecimal == "#00000a")
        #expect(Color.white.hexadecimal == "#ffffff")
    }

    @Test("Contrast of black and white is 21, of a colour with itself 1 (WCAG 2.2)")
    func contrast() {
        #expect(Color.black.contrast(with: .white) == 21)
        #expect(Color(0x777777).contrast(with: .white) > 4.47 && Color(0x777777).contrast(with: .white) < 4.49)  // the known 4.48
        #expect(Color(0x123456).contrast(with: Color(0x123456)) == 1)
    }

    @Test("Law: readable ink has a contrast of at least √21 on every colour")
    func readableInk() {
        for red in stride(from: 0, through: 255, by: 15) {
            for green in stride(from: 0, through: 255, by: 15) {
                for blue in stride(from: 0, through: 255, by: 15) {
                    let color = Color(red: UInt8(red), green: UInt8(green), blue: UInt8(blue))
                    #expect(color.contrast(with: color.readableInk) >= 21.squareRoot() - 1e-9, "\(color)")
                }
            }
        }
    }

    @Test("Text of both themes has a contrast of at least 4.5 on page and cards")
    func themes() {
        for text in [ThemeColor.ink, .muted, .accent] {
            for ground in [ThemeColor.paper, .surface] {
                #expect(text.light.contrast(with: ground.light) >= 4.5, "\(text) on \(ground)")
                #expect(text.dark.contrast(with: ground.dark) >= 4.5, "\(text) on \(ground)")
            }
        }
    }

    /// Ottosson's published values: white is (1, 0, 0); red is (0.628, 0.225, 0.126).
    @Test("OKLab agrees with the published values")
    func perceptual() {
        func near(_ color: Color, _ expected: SIMD3<Double>) -> Bool {
            let d = color.perceptual - expected
            return (d * d).sum().squareRoot() < 1e-3
        }
        #expect(near(.white, SIMD3(1, 0, 0)))
        #expect(near(.black, SIMD3(0, 0, 0)))
        #expect(near(Color(0xFF0000), SIMD3(0.62796, 0.22486, 0.12585)))
        #expect(abs(Color.black.distance(to: .white) - 1) < 1e-3)
    }
}

@Suite struct ClassColorTests {
    /// Machado, Oliveira and Fernandes (2009), severity 1, in linear light: protanopia, deuteranopia, tritanopia.
    private static let deficiencies: [[Double]] = [
        [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
        [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881],
        [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900],
    ]

    private func seen(_ color: Color, _ m: [Double]) -> Color {
        func light(_ byte: UInt8) -> Double {
            let c = Double(byte) / 255
            return c <= 0.04045 ? c / 12.92 : power((c + 0.055) / 1.055, 2.4)
        }
        func byte(_ light: Double) -> UInt8 {
            let l = min(max(light, 0), 1)
            return UInt8(((l <= 0.0031308 ? 12.92 * l : 1.055 * power(l, 1 / 2.4) - 0.055) * 255).rounded())
        }
        let (r, g, b) = (light(color.red), light(color.green), light(color.blue))
        return Color(
            red: byte(m[0] * r + m[1] * g + m[2] * b), green: byte(m[3] * r + m[4] * g + m[5] * b),
            blue: byte(m[6] * r + m[7] * g + m[8] * b))
    }

    @Test("The first four classes stay apart for every kind of colour vision")
    func firstFour() {
        for i in 0..<4 {
            for j in 0..<i {
                let (a, b) = (ClassColors.color(i), ClassColors.color(j))
                #expect(a.distance(to: b) > 0.12)
                for m in Self.deficiencies { #expect(seen(a, m).distance(to: seen(b, m)) > 0.06, "classes \(i) and \(j)") }
            }
        }
    }

    @Test("Tints of different classes among the first ten are told apart, whatever their variants") func tints() {
        for i in 0..<10 {
            for j in 0..<i {
                for (a, b) in [(0, 0), (0, 3), (3, 0), (3, 3)] {
                    let (a, b) = (ClassColors.tint(i, variant: a), ClassColors.tint(j, variant: b))
                    // Twice as far as is barely visible, and more.
                    #expect(a.distance(to: b) > 0.05, "classes \(i) and \(j)")
                    for m in Self.deficiencies.prefix(2) { #expect(seen(a, m).distance(to: seen(b, m)) > 0.05, "classes \(i) and \(j)") }
                }
            }
        }
    }

    @Test("The first 24 classes have different colours, and their tints stay with their class")
    func classes() {
        for i in 0..<24 { for j in 0..<i { #expect(ClassColors.color(i).distance(to: ClassColors.color(j)) > 0.04, "\(i), \(j)") } }
        #expect(ClassColors.color(24) == ClassColors.color(0))
        for i in 0..<8 {
            for variant in -3..<20 {
                let tint = ClassColors.tint(i, variant: variant)
                #expect(tint.luminance > ClassColors.color(i).luminance)
                #expect(tint != ClassColors.tint(i, variant: variant + 1))
                #expect(tint.contrast(with: PolygonMap.edge) > 4.5)
            }
        }
    }
}

@Suite struct ColorScaleTests {
    @Test("Viridis has the ends and the middle of the published table, and its lightness rises")
    func viridis() {
        let scale = ColorScale.viridis
        #expect(scale.stops.count == 52)
        #expect(scale.color(at: 0)?.hexadecimal == "#440154")
        #expect(scale.color(at: 1)?.hexadecimal == "#fde725")
        // Entries 128 and 37 of Matplotlib's table, between our stops.
        for (entry, published) in [(128.0, Color(0x21918C)), (37, Color(0x46337F)), (133, Color(0x1F958B))] {
            let color = scale.color(at: entry / 255)!
            #expect(abs(Int(color.red) - Int(published.red)) <= 1 && abs(Int(color.green) - Int(published.green)) <= 1)
            #expect(abs(Int(color.blue) - Int(published.blue)) <= 1)
        }
        let lightness = (0...100).map { scale.color(at: Double($0) / 100)!.perceptual.x }
        #expect(zip(lightness, lightness.dropFirst()).allSatisfy { $0 < $1 + 0.002 })
    }

    @Test("Zero is the lightest colour of the diverging scale, and lightness falls to both sides alike")
    func diverging() {
        let mapping = ColorMapping(scale: .blueOrange, low: -2, high: 2)
        #expect(mapping.color(0) == Color(0xF6F6F4))
        for i in 1...20 {
            let (a, b) = (mapping.color(Double(i) / 10), mapping.color(-Double(i) / 10))
            #expect(a.perceptual.x < mapping.color(Double(i - 1) / 10).perceptual.x)
            #expect(b.perceptual.x < mapping.color(-Double(i - 1) / 10).perceptual.x)
            #expect(abs(a.perceptual.x - b.perceptual.x) < 0.1)
        }
    }

    @Test("Values outside the range are clamped, what is no number is grey, an empty range is the middle")
    func mapping() {
        let mapping = ColorMapping(scale: .viridis, low: -1, high: 3)
        #expect(mapping.color(-.infinity) == ColorScale.viridis.stops.first)
        #expect(mapping.color(1e300) == ColorScale.viridis.stops.last)
        #expect(mapping.color(.nan) == Color(0x9A9A9A))
        #expect(ColorMapping.diverging([-3, 1, .nan, .infinity]) == ColorMapping(scale: .blueOrange, low: -3, high: 3))
        #expect(ColorMapping.diverging([0, 0]).color(0) == Color(0xF6F6F4))
        #expect(ColorMapping.sequential([.nan]) == ColorMapping(scale: .viridis, low: 0, high: 1))
        let huge = Double.greatestFiniteMagnitude
        #expect(ColorMapping(scale: .blueOrange, low: -huge, high: huge).color(0) == Color(0xF6F6F4))
    }
}
