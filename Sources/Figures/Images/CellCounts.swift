// How many cells a pixel meets: what a picture tells where cells are too small to be seen.

/// For every pixel the number of cells that take some of it, counted while they come, in any order and by several threads.
///
/// A pixel inside a large cell meets one, a pixel on an edge two: so where cells are large their edges stand out, and where they are small
/// the pixels that many of them crowd into.
public struct CellCounts: Sendable {
    public let grid: PixelGrid
    /// Row after row from the top.
    public private(set) var counts: [UInt32]

    public init(_ grid: PixelGrid) {
        self.grid = grid
        counts = [UInt32](repeating: 0, count: grid.width * grid.height)
    }

    /// Adds a convex cell.
    public mutating func add(_ polygon: [SIMD2<Double>]) {
        grid.forEachSpan(metBy: polygon) { row, columns in
            for column in columns { counts[row * grid.width + column] += 1 }
        }
    }

    /// Adds what was counted on the same grid.
    public mutating func merge(_ other: CellCounts) {
        precondition(grid == other.grid, "counts on different grids")
        for i in counts.indices { counts[i] += other.counts[i] }
    }

    /// The colours of counts from the least to the most, along their logarithms; `nil` where no pixel meets a cell.
    ///
    /// The most is rounded up to the least times a square, so that both ends of the scale and its middle are whole numbers.
    public var scale: PolygonMap.Scale? {
        guard let low = counts.lazy.filter({ $0 > 0 }).min(), let high = counts.max() else { return nil }
        let root = (Double(high) / Double(low)).squareRoot().rounded(.up)
        let range = (low: decimalLogarithm(Double(low)), high: decimalLogarithm(Double(low) * root * root))
        let colors = (0...16).map { CellCounts.shaded(CellCounts.neutral, Double($0) / 16) }
        return PolygonMap.Scale(
            "cells that a pixel meets", ColorMapping(scale: ColorScale(stops: colors), low: range.low, high: max(range.low, range.high)),
            isLogarithmic: true)
    }

    /// For every pixel how far it is on the scale, 0 to 1.
    var shares: [Double] {
        guard let mapping = scale?.mapping, mapping.low < mapping.high else { return [Double](repeating: 0, count: counts.count) }
        var known: [UInt32: Double] = [:]
        return counts.map { count in
            if let share = known[count] { return share }
            let share = count > 0 ? (decimalLogarithm(Double(count)) - mapping.low) / (mapping.high - mapping.low) : 0
            known[count] = share
            return share
        }
    }

    /// A colour for the scale, which is that of no class.
    private static let neutral = Color(0xB4B8C0)

    /// A colour at a share of the way from its pale form to its dark one.
    static func shaded(_ color: Color, _ share: Double) -> Color {
        let pale = color.mixed(with: .white, 0.5)
        return share < 0.5 ? pale.mixed(with: color, 2 * share) : color.mixed(with: PolygonMap.edge, 1.5 * (share - 0.5))
    }
}
