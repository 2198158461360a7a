import Figures
import TestSupport
import Testing

@Suite struct AxisTests {
    @Test("Marks by hand")
    func byHand() {
        #expect(Ticks.linear(from: 0, to: 1, count: 5).map(\.label) == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"])
        #expect(Ticks.linear(from: -1, to: 1, count: 5).map(\.label) == ["−1.0", "−0.5", "0.0", "0.5", "1.0"])
        #expect(Ticks.linear(from: 3, to: 97, count: 5).map(\.label) == ["0", "20", "40", "60", "80", "100"])
        #expect(Ticks.linear(from: 0, to: 20_000, count: 3).map(\.label) == ["0", "10\u{202F}000", "20\u{202F}000"])
        #expect(Ticks.linear(from: 0, to: 2e-9, count: 3).map(\.label) == ["0", "10⁻⁹", "2 × 10⁻⁹"])
        #expect(Ticks.logarithmic(from: 0.002, to: 30).map(\.label) == ["0.001", "0.01", "0.1", "1", "10", "100"])
    }

    @Test("An axis of amounts has 0 on it, and is 0…1 where there is nothing but zeros")
    func amounts() {
        func ends(_ amounts: [Double]) -> [Double] { [Axis("n", amounts: amounts).low, Axis("n", amounts: amounts).high] }
        #expect(ends([0, 0]) == [0, 1] && ends([]) == [0, 1] && ends([.nan, 0]) == [0, 1])
        #expect(ends([2, 4]) == [0, 4] && ends([-2, -4]) == [-4, 0] && ends([-1, 1]) == [-1, 1])
    }

    @Test("Law: marks cover the range, rise, and are multiples of 1, 2 or 5 times a power of ten", arguments: UInt64(0)..<64)
    func cover(seed: UInt64) {
        var rng = seededGenerator(seed)
        for _ in 0..<20 {
            let scale = power(10, Double.random(in: -12...12, using: &rng))
            let (a, b) = (Double.random(in: -1...1, using: &rng) * scale, Double.random(in: -1...1, using: &rng) * scale)
            let count = Int.random(in: 3...9, using: &rng)
            let ticks = Ticks.linear(from: min(a, b), to: max(a, b), count: count)
            let values = ticks.map(\.value)
            #expect(values.first! <= min(a, b) && values.last! >= max(a, b))
            #expect(zip(values, values.dropFirst()).allSatisfy { $0 < $1 })
            // A step is between 1/1.6 and 1/0.64 of the one that would give `count` marks; one more at each end may cover.
            #expect(Double(ticks.count) >= 0.64 * Double(count - 1) && Double(ticks.count) <= 1.6 * Double(count - 1) + 3)
            #expect(Set(ticks.map(\.label)).count == ticks.count, "\(ticks.map(\.label))")
            let step = values[1] - values[0]
            let mantissa = step / power(10, log10Floor(step))
            #expect([1, 2, 5, 10].contains { abs(mantissa - $0) < 1e-6 }, "step \(step)")
        }
    }

    @Test("Law: powers of ten cover the range and rise", arguments: UInt64(0)..<64)
    func logarithmic(seed: UInt64) {
        var rng = seededGenerator(seed)
        let (a, b) = (power(10, .random(in: -300...300, using: &rng)), power(10, .random(in: -300...300, using: &rng)))
        let ticks = Ticks.logarithmic(from: min(a, b), to: max(a, b))
        #expect(ticks.first!.value <= min(a, b) && (ticks.last!.value >= max(a, b) || max(a, b) > 1e299))
        #expect(zip(ticks, ticks.dropFirst()).allSatisfy { $0.value < $1.value })
        #expect((2...9).contains(ticks.count), "\(ticks.count)")
    }

    @Test("Equal ends are widened and what is not finite is left out")
    func degenerate() {
        for value in [0.0, 1, -7e10, 3e-300] {
            let axis = Axis("", covering: [value, value, .nan, .infinity])
            #expect(axis.low < axis.high && axis.low <= value && value <= axis.high)
        }
        let empty = Axis("", covering: [.nan, -.infinity])
        #expect(empty.low == 0 && empty.high == 1)
        let positive = Axis("", covering: [-1, 0, 10, 1000], scale: .logarithmic)
        #expect(positive.low == 10 && positive.high == 1000)
        #expect(abs(positive.fraction(100) - 0.5) < 1e-12)
        #expect(!positive.shows(0) && !positive.shows(.nan) && !positive.shows(.infinity))
    }

    private func log10Floor(_ x: Double) -> Double {
        var exponent = -20.0
        while power(10, exponent + 1) <= x * (1 + 1e-9) { exponent += 1 }
        return exponent
    }
}
