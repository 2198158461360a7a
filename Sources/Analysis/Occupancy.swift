// Occupancy of a layer's regions (THEORY §8): how many different codes a data set visits, and which units never switch on it.

public import Graphs
import Tensors

/// The codes of one layer over a data set, gathered batch by batch. Codes are told apart by a 128-bit hash.
public struct Occupancy: Sendable {
    private struct Key: Hashable { let high: UInt64, low: UInt64 }

    private var samplesByCode: [Key: Int] = [:]
    private var first: [Int32] = []
    private var switches: [Bool] = []
    public private(set) var sampleCount = 0

    public init() {}

    /// Adds codes of shape `[N] + units`.
    public mutating func add(_ codes: Code) {
        guard codes.shape[0] > 0 else { return }
        let units = codes.count / codes.shape[0]
        if first.isEmpty {
            first = Array(codes.elements.prefix(units))
            switches = [Bool](repeating: false, count: units)
        }
        for row in 0..<codes.shape[0] {
            var (high, low): (UInt64, UInt64) = (0xcbf2_9ce4_8422_2325, 0x9e37_79b9_7f4a_7c15)
            for unit in 0..<units {
                let piece = codes.elements[row * units + unit]
                if piece != first[unit] { switches[unit] = true }
                let word = UInt64(UInt32(bitPattern: piece)) &+ 1
                high = (high ^ word) &* 0x100_0000_01b3
                low = (low ^ (low >> 29) ^ word) &* 0xbf58_476d_1ce4_e5b9
            }
            samplesByCode[Key(high: high, low: low ^ (low >> 32)), default: 0] += 1
            sampleCount += 1
        }
    }

    /// The number of different codes.
    public var distinctCodeCount: Int { samplesByCode.count }

    /// Units whose piece is the same for every sample.
    public var constantUnitCount: Int { switches.count { !$0 } }

    /// Samples in each visited region, most first.
    public var samplesPerRegion: [Int] { samplesByCode.values.sorted(by: >) }
}
