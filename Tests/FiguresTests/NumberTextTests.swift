import Figures
import TestSupport
import Testing

@Suite struct NumberTextTests {
    @Test(
        "Significant digits, by hand",
        arguments: [
            (0.0, 3, "0"), (1, 3, "1"), (12.345, 3, "12.3"), (0.00123456, 3, "0.00123"), (123_456, 3, "123000"), (0.9996, 3, "1"),
            (999_999, 3, "10⁶"), (1.25e-16, 2, "1.3 × 10⁻¹⁶"), (-2.5, 1, "−3"), (1e300, 3, "10³⁰⁰"),
            (.leastNonzeroMagnitude, 3, "5 × 10⁻³²⁴"),
            (0.1 + 0.2, 17, "0.30000000000000004"), (.infinity, 3, "∞"), (-.infinity, 3, "−∞"), (.nan, 3, "n/a"), (-0.0, 3, "0"),
        ])
    func significant(value: Double, digits: Int, text: String) {
        #expect(NumberText.significant(value, digits: digits) == text)
    }

    @Test(
        "Fixed decimals, by hand",
        arguments: [
            (0.0, 2, "0.00"), (1.005, 2, "1.01"), (-0.004, 2, "0.00"), (-0.005, 2, "−0.01"), (99.995, 2, "100.00"), (0.06, 0, "0"),
            (0.5, 0, "1"), (1e21, 1, "1000000000000000000000.0"), (1.5e-7, 3, "0.000"), (.nan, 1, "n/a"),
        ])
    func fixed(value: Double, decimals: Int, text: String) {
        #expect(NumberText.fixed(value, decimals: decimals) == text)
    }

    @Test("Counts are grouped from five digits on, shares are per cent")
    func counts() {
        #expect(NumberText.count(1234) == "1234")
        #expect(NumberText.count(-1_234_567) == "−1\u{202F}234\u{202F}567")
        #expect(NumberText.percent(0.98449) == "98.4\u{00A0}%")
    }

    @Test("Aligned numbers share their decimals; whole numbers have none")
    func aligned() {
        #expect(NumberText.aligned([0.98, 0.9234, .nan]) == ["0.980", "0.923", "n/a"])
        #expect(NumberText.aligned([12, 0, 3], digits: 1) == ["12", "0", "3"])
        #expect(NumberText.aligned([0.999, 0.1], digits: 2) == ["1.0", "0.1"])
        #expect(NumberText.aligned([1e-9, 2e-9]) == ["10⁻⁹", "2 × 10⁻⁹"])
    }

    @Test("Affine functions are written with their signs between the terms")
    func affine() {
        #expect(NumberText.affine(slopes: [-2.1974, 0.689], names: ["x₁", "x₂"], offset: -0.87) == "−2.197 x₁ + 0.689 x₂ − 0.870")
        #expect(NumberText.affine(slopes: [1, -0.0001], names: ["x", "y"], offset: .nan, decimals: 2) == "1.00 x + 0.00 y + n/a")
        #expect(NumberText.affine(slopes: [], names: [], offset: 2, decimals: 1) == "2.0")
    }

    @Test("Coordinates have at most two decimals and no exponent")
    func coordinates() {
        #expect(
            [0, -0.001, 1.5, -2.25, 3.006, 0.07, 123_456.789].map(NumberText.coordinate) == [
                "0", "0", "1.5", "-2.25", "3.01", "0.07", "123456.79",
            ])
    }

    @Test("Law: the text of a number is within half a unit of its last place", arguments: UInt64(0)..<64)
    func roundTrip(seed: UInt64) throws {
        var rng = seededGenerator(seed)
        for _ in 0..<50 {
            let value = Double.random(in: -1...1, using: &rng) * power(10, Double.random(in: -4...5, using: &rng))
            let decimals = Int.random(in: 0...6, using: &rng)
            let fixed = try #require(Double(NumberText.fixed(value, decimals: decimals).replacing("−", with: "-")))
            #expect(abs(fixed - value) <= 0.5 * power(10, Double(-decimals)) * (1 + 1e-9))
            let digits = Int.random(in: 1...8, using: &rng)
            let text = NumberText.significant(value, digits: digits).replacing("−", with: "-")
            guard let significant = Double(text) else { continue }  // a power of ten
            #expect(abs(significant - value) <= 5 * power(10, Double(-digits)) * abs(value) * (1 + 1e-9))
            let coordinate = try #require(Double(NumberText.coordinate(value)))
            #expect(abs(coordinate - value) <= 0.005 * (1 + 1e-9))
        }
    }
}
