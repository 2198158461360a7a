import Tensors
import Testing

@Suite struct RandomGeneratorTests {
    @Test("xoshiro256** gives its authors' stream")
    func publishedStream() {
        // State 1, 2, 3, 4: the values of the reference implementation (prng.di.unimi.it), which a direct transcription confirms.
        var generator = RandomGenerator(state: [1, 2, 3, 4])!
        #expect((0..<4).map { _ in generator.next() } == [11520, 0, 1_509_978_240, 1_215_971_899_390_074_240])
    }

    @Test("SplitMix64 gives its authors' stream")
    func publishedMixer() {
        var mixer = SplitMix64(state: 1_234_567)
        #expect(mixer.next() == 6_457_827_717_110_365_317)
        #expect(mixer.next() == 3_203_168_211_198_807_973)
    }

    @Test("A state of four zeros, or of another length, is refused")
    func refusals() {
        #expect(RandomGenerator(state: [0, 0, 0, 0]) == nil)
        #expect(RandomGenerator(state: [1, 2, 3]) == nil)
    }

    @Test("Law: a saved state continues the stream", arguments: UInt64(0)..<16)
    func resume(seed: UInt64) {
        var generator = RandomGenerator(seed: seed, purpose: "shuffling")
        for _ in 0..<seed { _ = generator.normal() }
        var copy = RandomGenerator(state: generator.state)!
        #expect((0..<9).map { _ in generator.next() } == (0..<9).map { _ in copy.next() })
    }

    @Test("Law: a permutation holds every index once", arguments: UInt64(0)..<16)
    func permutation(seed: UInt64) {
        var generator = RandomGenerator(seed: seed)
        #expect(generator.permutation(Int(seed) * 3).sorted() == Array(0..<Int(seed) * 3))
    }

    @Test("Integers below 3 are equally frequent: chi-squared with 2 degrees of freedom under 13.8 (p = 0.001)")
    func uniformIntegers() {
        var generator = RandomGenerator(seed: 7)
        var counts = [0, 0, 0]
        for _ in 0..<30_000 { counts[generator.integer(below: 3)] += 1 }
        #expect(counts.reduce(0) { $0 + Double(($1 - 10_000) * ($1 - 10_000)) / 10_000 } < 13.8)
    }

    @Test("Normal numbers: mean and variance within five standard errors")
    func moments() {
        var generator = RandomGenerator(seed: 3)
        let (n, draws) = (40_000.0, (0..<40_000).map { _ in generator.normal() })
        let mean = draws.reduce(0, +) / n
        let variance = draws.reduce(0) { $0 + $1 * $1 } / n
        #expect(abs(mean) < 5 / n.squareRoot())
        #expect(abs(variance - 1) < 5 * (2 / n).squareRoot())
    }
}
