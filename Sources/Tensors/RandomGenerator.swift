// The package's one source of randomness (DESIGN §3): seeded, documented, the same bits on every platform.

/// xoshiro256** (Blackman & Vigna 2018), its state filled from the seed by SplitMix64.
///
/// Purposes are split off by name, so that drawing more of one kind does not shift another:
///
///     var weights = RandomGenerator(seed: 1, purpose: "initialisation")
///     var order = RandomGenerator(seed: 1, purpose: "shuffling")
public struct RandomGenerator: RandomNumberGenerator, Hashable, Sendable, Codable {
    /// Four words, never all zero. Save and restore it to continue a stream exactly.
    public private(set) var state: [UInt64]

    /// The stream of `seed`; two different purposes of one seed give unrelated streams.
    public init(seed: UInt64, purpose: String = "") {
        var mixer = SplitMix64(state: seed ^ RandomGenerator.hash(purpose))
        state = (0..<4).map { _ in mixer.next() }
    }

    /// The stream that continues from a saved state of four words, or `nil` where there are not four or all are zero.
    public init?(state: [UInt64]) {
        guard state.count == 4, state.contains(where: { $0 != 0 }) else { return nil }
        self.state = state
    }

    public mutating func next() -> UInt64 {
        func rotate(_ x: UInt64, _ k: UInt64) -> UInt64 { (x << k) | (x >> (64 - k)) }
        let result = rotate(state[1] &* 5, 7) &* 9
        let shifted = state[1] << 17
        state[2] ^= state[0]
        state[3] ^= state[1]
        state[1] ^= state[2]
        state[0] ^= state[3]
        state[2] ^= shifted
        state[3] = rotate(state[3], 45)
        return result
    }

    /// A number in [0, 1), a multiple of 2⁻⁵³.
    public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// A number in [`low`, `high`).
    public mutating func uniform(_ low: Double, _ high: Double) -> Double { low + (high - low) * uniform() }

    /// A standard normal number (Box and Muller 1958, the cosine branch; two draws each).
    public mutating func normal() -> Double {
        let (u, v) = (1 - uniform(), uniform())
        return (-2 * Double.logarithm(u)).squareRoot() * cosine(2 * Double.pi * v)
    }

    /// A whole number in 0 ..< `bound`, without bias (Lemire 2019).
    public mutating func integer(below bound: Int) -> Int {
        precondition(bound > 0, "bound \(bound), expected at least 1")
        let range = UInt64(bound)
        var product = next().multipliedFullWidth(by: range)
        if product.low < range {
            let threshold = (0 &- range) % range
            while product.low < threshold { product = next().multipliedFullWidth(by: range) }
        }
        return Int(product.high)
    }

    /// 0 ..< `count` in random order (Fisher and Yates, from the end).
    public mutating func permutation(_ count: Int) -> [Int] {
        var order = Array(0..<count)
        for i in stride(from: count - 1, to: 0, by: -1) { order.swapAt(i, integer(below: i + 1)) }
        return order
    }

    /// FNV-1a of the purpose's UTF-8 bytes; 0 for the empty purpose.
    private static func hash(_ purpose: String) -> UInt64 {
        purpose.isEmpty ? 0 : purpose.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}

/// SplitMix64 (Steele, Lea & Flood 2014): fills states and serves where eight bytes of state suffice.
public struct SplitMix64: RandomNumberGenerator, Hashable, Sendable {
    private var state: UInt64

    public init(state: UInt64) { self.state = state }

    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
