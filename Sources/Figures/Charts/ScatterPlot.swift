// Points in the plane, by class.

/// A scatter plot; classes differ in shape as well as colour.
public struct ScatterPlot: Hashable, Sendable {
    public struct Series: Hashable, Sendable {
        public var name: String
        public var points: [SIMD2<Double>]
        public var paint: Paint

        public init(_ name: String, points: [SIMD2<Double>], paint: Paint) {
            (self.name, self.points, self.paint) = (name, points, paint)
        }
    }

    public var title: String
    public var description: String
    public var xLabel: String
    public var yLabel: String
    public var series: [Series]
    public var xScale = Axis.Scale.linear
    public var yScale = Axis.Scale.linear
    public var radius = 3.0
    public var width = 440.0
    public var height = 400.0

    public init(title: String, description: String, xLabel: String, yLabel: String, series: [Series]) {
        (self.title, self.description, self.xLabel, self.yLabel, self.series) = (title, description, xLabel, yLabel, series)
    }

    public func picture() -> Picture {
        let x = Axis(xLabel, covering: series.lazy.flatMap(\.points).map(\.x), scale: xScale, count: 6)
        let y = Axis(yLabel, covering: series.lazy.flatMap(\.points).map(\.y), scale: yScale, count: 6)
        let legend = series.count > 1 ? series.enumerated().map { LegendEntry(name: $1.name, paint: $1.paint, shape: .marker($0)) } : []
        let plot = Plot(x: x, y: y, width: width, height: height, legend: legend)
        let marks = series.enumerated().map { index, series in
            Marker.path(series.points.compactMap(plot.position), shape: index, radius: radius, paint: series.paint)
        }
        return Picture(width: width, height: height, title: title, description: description, content: plot.frame + marks)
    }
}

/// Small shapes for samples, one path for a whole class.
enum Marker {
    /// Circles, squares, triangles, diamonds and crosses in turn, of about the same area.
    static func path(_ centers: [SIMD2<Double>], shape: Int, radius r: Double, paint: Paint) -> MarkupNode {
        let n = NumberText.coordinate
        func polygon(_ corners: [SIMD2<Double>]) -> String {
            zip(corners, [SIMD2(0, 0)] + corners).enumerated().map { i, pair in
                i == 0 ? "m\(n(pair.0.x)) \(n(pair.0.y))" : "l\(n(pair.0.x - pair.1.x)) \(n(pair.0.y - pair.1.y))"
            }.joined() + "z"
        }
        let outline: String
        switch shape % 5 {
        case 0: outline = "m\(n(-r)) 0a\(n(r)) \(n(r)) 0 1 0 \(n(2 * r)) 0a\(n(r)) \(n(r)) 0 1 0 \(n(-2 * r)) 0z"
        case 1: outline = "m\(n(-0.9 * r)) \(n(-0.9 * r))h\(n(1.8 * r))v\(n(1.8 * r))h\(n(-1.8 * r))z"
        case 2: outline = polygon([SIMD2(0, -1.2 * r), SIMD2(1.15 * r, 0.9 * r), SIMD2(-1.15 * r, 0.9 * r)])
        case 3: outline = polygon([SIMD2(0, -1.3 * r), SIMD2(1.2 * r, 0), SIMD2(0, 1.3 * r), SIMD2(-1.2 * r, 0)])
        default:
            let (a, b) = (0.35 * r, 1.2 * r)
            outline = polygon([
                SIMD2(-a, -b), SIMD2(a, -b), SIMD2(a, -a), SIMD2(b, -a), SIMD2(b, a), SIMD2(a, a),
                SIMD2(a, b), SIMD2(-a, b), SIMD2(-a, a), SIMD2(-b, a), SIMD2(-b, -a), SIMD2(-a, -a),
            ])
        }
        let data = centers.map { "M\(n($0.x)) \(n($0.y))" + outline }.joined()
        return Drawing.path(data, fill: paint, stroke: .theme(.surface), strokeWidth: 0.75)
    }
}
