// Curves over one axis: training and test loss by epoch, errors by knots, areas by layer.

/// Several curves with labels at their ends where there is room, and a legend above where there is not.
public struct LineChart: Hashable, Sendable {
    public struct Series: Hashable, Sendable {
        public var name: String
        /// Points in order along the curve; one that is not finite (or not positive on a logarithmic axis) interrupts it.
        public var points: [SIMD2<Double>]
        public var paint: Paint
        public var isDashed: Bool

        public init(_ name: String, points: [SIMD2<Double>], paint: Paint, isDashed: Bool = false) {
            (self.name, self.points, self.paint, self.isDashed) = (name, points, paint, isDashed)
        }
    }

    public var title: String
    public var description: String
    public var xLabel: String
    public var yLabel: String
    public var series: [Series]
    public var xScale = Axis.Scale.linear
    public var yScale = Axis.Scale.linear
    /// A value that the vertical axis includes whatever the data, such as 0 or 1.
    public var including: [Double] = []
    public var width = 440.0
    public var height = 300.0

    public init(title: String, description: String, xLabel: String, yLabel: String, series: [Series]) {
        (self.title, self.description, self.xLabel, self.yLabel, self.series) = (title, description, xLabel, yLabel, series)
    }

    public func picture() -> Picture {
        let x = Axis(xLabel, covering: series.lazy.flatMap(\.points).map(\.x), scale: xScale, tight: true, count: 6)
        let y = Axis(yLabel, covering: series.flatMap(\.points).filter { x.shows($0.x) }.map(\.y) + including, scale: yScale)
        let labelWidth = series.map { TextSize.width($0.name) }.max() ?? 0
        let direct = series.count <= 6 && labelWidth <= width * 0.26 && Double(series.count) * 16 < height - 80
        let legend = direct ? [] : series.map { LegendEntry(name: $0.name, paint: $0.paint, dashes: $0.isDashed ? dashes : nil) }
        let plot = Plot(x: x, y: y, width: width, height: height, legend: legend, rightMargin: direct ? labelWidth + 16 : 14)
        var nodes = plot.frame
        var ends: [(height: Double, from: SIMD2<Double>, series: Series)] = []
        for series in series {
            var data = ""
            var isDrawing = false
            var last: SIMD2<Double>?
            for point in series.points {
                guard let at = plot.position(point) else {
                    isDrawing = false
                    continue
                }
                data += "\(isDrawing ? "L" : "M")\(NumberText.coordinate(at.x)) \(NumberText.coordinate(at.y))"
                if !isDrawing, series.points.count == 1 { data += "h0" }  // a lone point shows as a round dot
                (isDrawing, last) = (true, at)
            }
            guard let last else { continue }
            nodes.append(Drawing.path(data, fill: .none, stroke: series.paint, strokeWidth: 2.25, dashes: series.isDashed ? dashes : nil))
            ends.append((last.y, last, series))
        }
        if direct { nodes += endLabels(ends, plot) }
        return Picture(width: width, height: height, title: title, description: description, content: nodes)
    }

    private var dashes: String { "5 4" }

    /// Names beside the ends of their curves, moved apart just enough not to overlap.
    private func endLabels(_ ends: [(height: Double, from: SIMD2<Double>, series: Series)], _ plot: Plot) -> [MarkupNode] {
        let ends = ends.sorted { $0.height < $1.height }
        let heights = Spreading.spread(ends.map(\.height), distance: 16, within: plot.top...max(plot.top, plot.bottom - 4))
        return zip(ends, heights).flatMap { end, height -> [MarkupNode] in
            let x = plot.right + 8
            return [
                Drawing.circle(center: end.from, radius: 3, fill: end.series.paint),
                Drawing.line(
                    from: end.from + SIMD2(4, 0), to: SIMD2(x - 1, height), stroke: .theme(.line)),
                Drawing.text(end.series.name, at: SIMD2(x + 2, height + 4), fill: .theme(.ink)),
            ]
        }
    }
}

/// Places on a line moved apart.
enum Spreading {
    /// Sorted `positions` moved as little as a sweep down and one back need so that neighbours are `distance` apart within `range`,
    /// or less where the range has no room.
    static func spread(_ positions: [Double], distance: Double, within range: ClosedRange<Double>) -> [Double] {
        guard positions.count > 1 else { return positions.map { min(max($0, range.lowerBound), range.upperBound) } }
        let distance = min(distance, (range.upperBound - range.lowerBound) / Double(positions.count - 1))
        var places = positions
        for i in places.indices { places[i] = max(places[i], i == 0 ? range.lowerBound : places[i - 1] + distance) }
        for i in places.indices.reversed() {
            places[i] = min(places[i], i == places.count - 1 ? range.upperBound : places[i + 1] - distance)
        }
        return places
    }
}
