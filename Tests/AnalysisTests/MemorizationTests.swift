import Analysis
import Tensors
import Testing

@Suite struct MemorizationTests {
    private func memorization(_ samples: [([Double], Int)]) -> Memorization {
        var memorization = Memorization()
        for (products, label) in samples { memorization.add(innerProducts: products, label: label) }
        return memorization
    }

    @Test("Separation by hand: means 3 and 0, pooled variance (2 + 4) / (2 + 4 − 2)")
    func separation() {
        let m = memorization([([2, -1, 1], 0), ([1, 4, -1], 1)])  // correct 2, 4; incorrect −1, 1, 1, −1
        #expect(m.separation == 3 / (6.0 / 4).squareRoot())
    }

    @Test("Law: the area under the curve is the share of pairs in order, ties half", arguments: UInt64(0)..<24)
    func areaUnderCurve(seed: UInt64) {
        var generator = RandomGenerator(seed: seed)
        let m = memorization(
            (0..<9).map { _ in ((0..<3).map { _ in Double(generator.integer(below: 5)) }, generator.integer(below: 3)) })
        var inOrder = 0.0
        for right in m.correct { for wrong in m.incorrect { inOrder += right > wrong ? 1 : right == wrong ? 0.5 : 0 } }
        #expect(abs(m.areaUnderCurve! - inOrder / Double(m.correct.count * m.incorrect.count)) < 1e-15)
    }

    @Test("Nothing to measure is nil, not a number")
    func empty() {
        #expect(Memorization().separation == nil && Memorization().areaUnderCurve == nil)
        #expect(memorization([([1, 1], 0), ([1, 1], 1)]).separation == nil)
    }
}
