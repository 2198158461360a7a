// How often floating point decides, and what exact arithmetic costs where it does not.

/// Counts of a partition by tiles.
public struct FilterStatistics: Hashable, Sendable {
    /// How many signs of a unit at a vertex were asked for by the tiles.
    public internal(set) var signCount = 0
    /// How many signs Doubles left open and pairs of Doubles decided.
    public internal(set) var longSignCount = 0
    /// How many signs both left open and exact arithmetic decided.
    public internal(set) var exactSignCount = 0
    /// How many of both, at vertices of tiles, are exactly 0.
    public internal(set) var zeroSignCount = 0
    /// How often a tile was divided because three members of a group might be largest on it.
    public internal(set) var halvedTileCount = 0
    /// The time spent on all of these, all threads together.
    public internal(set) var exactSeconds = 0.0

    static func += (a: inout FilterStatistics, b: FilterStatistics) {
        a.signCount += b.signCount
        a.longSignCount += b.longSignCount
        a.exactSignCount += b.exactSignCount
        a.zeroSignCount += b.zeroSignCount
        a.halvedTileCount += b.halvedTileCount
        a.exactSeconds += b.exactSeconds
    }

    mutating func add(_ elapsed: Duration) {
        let (seconds, attoseconds) = elapsed.components
        exactSeconds += Double(seconds) + Double(attoseconds) * 1e-18
    }

    mutating func add(_ exact: ExactSigns) {
        longSignCount += exact.longSignCount
        exactSignCount += exact.signCount
        zeroSignCount += exact.zeroCount
        add(exact.elapsed)
    }
}
