// The power diagram of a layer on its map: where the centres of its regions lie, and how large their balls are (THEORY §8).

import Figures
import Partitions

extension PartitionMap {
    /// Grey that shows on light cells and on dark pages.
    static let centerColor = Color(0x767C88)

    /// The most regions whose circles are drawn beside their centres.
    private static let circleCount = 60

    /// Centres as dots in the colours of their regions, and circles of the regions' radii where these are numbers.
    func centers(ofLayer layer: Int, _ color: (Int) -> Color) -> (dots: [PolygonMap.Samples], circles: [[SIMD2<Double>]]) {
        let cells = partition.powerCells(ofLayer: layer).map(\.cell)
        var dots: [Color: [SIMD2<Double>]] = [:]
        var order: [Color] = []
        for (index, cell) in cells.enumerated() {
            let color = color(index)
            if dots[color] == nil { order.append(color) }
            dots[color, default: []].append(SIMD2(cell.center[0], cell.center[1]))
        }
        let circles =
            cells.count > PartitionMap.circleCount
            ? []
            : cells.compactMap { cell -> [SIMD2<Double>]? in
                guard let radius = cell.radius, radius > 0 else { return nil }
                return PolygonMap.circle(around: SIMD2(cell.center[0], cell.center[1]), radius: radius)
            }
        return (order.map { PolygonMap.Samples("power centres", points: dots[$0]!, color: $0) }, circles)
    }

    /// The window with some points in it too.
    func window(_ window: Window, with points: [SIMD2<Double>]) -> Window {
        let low = points.reduce(window.low) { pointwiseMin($0, $1) }
        let high = points.reduce(window.high) { pointwiseMax($0, $1) }
        let border = 0.03 * (high - low)
        return Window(
            low: SIMD2(low.x < window.low.x ? low.x - border.x : low.x, low.y < window.low.y ? low.y - border.y : low.y),
            high: SIMD2(high.x > window.high.x ? high.x + border.x : high.x, high.y > window.high.y ? high.y + border.y : high.y))
    }
}
