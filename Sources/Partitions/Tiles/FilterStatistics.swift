// How often floating point decides, and what exact arithmetic costs where it does not.

/// Counts of a partition by tiles.
public struct FilterStatistics: Hashable, Sendable {
    /// How many signs of a unit at a vertex were asked for by the tiles.
    public internal(set) var signCount = 0
    /// How often a tile was halved because of an open sign.
    public internal(set) var halvedTileCount = 0
    /// How many single cells went on exactly, from the step where a sign was open.
    public internal(set) var exactCellCount = 0
    /// How many signs exact arithmetic decided there.
    public internal(set) var exactSignCount = 0
    /// The time spent on those cells, all threads together.
    public internal(set) var exactSeconds = 0.0

    static func += (a: inout FilterStatistics, b: FilterStatistics) {
        a.signCount += b.signCount
        a.halvedTileCount += b.halvedTileCount
        a.exactCellCount += b.exactCellCount
        a.exactSignCount += b.exactSignCount
        a.exactSeconds += b.exactSeconds
    }
}
