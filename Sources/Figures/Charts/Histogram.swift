// Distributions laid over one another: inner products of correct and incorrect classes (ICML18 fig. 2).

/// Overlaid histograms with common bins, each as shares of its own set.
public struct Histogram: Hashable, Sendable {
    public typealias Series = ValueSeries

    public var title: String
    public var description: String
    public var xLabel: String
    public var yLabel = "share of the set"
    public var series: [Series]
    /// On a logarithmic axis bins are of equal ratio, and only positive values are counted.
    public var xScale = Axis.Scale.linear
    public var binCount = 30
    public var width = 440.0
    public var height = 280.0

    public init(title: String, description: String, xLabel: String, series: [Series]) {
        (self.title, self.description, self.xLabel, self.series) = (title, description, xLabel, series)
    }

    /// Counts of the finite values in bins of equal width from `low` to `high`, the last bin closed; others are not counted.
    public static func counts(_ values: [Double], low: Double, high: Double, bins: Int) -> [Int] {
        precondition(bins >= 1 && low < high, "at least one bin of positive width")
        var counts = [Int](repeating: 0, count: bins)
        for value in values where value >= low && value <= high {
            counts[min(Int((value - low) / (high - low) * Double(bins)), bins - 1)] += 1
        }
        return counts
    }

    public func picture() -> Picture {
        let x = Axis(xLabel, covering: series.lazy.flatMap(\.values), scale: xScale, count: 7)
        let shares = series.map { series -> [Double] in
            let places = series.values.filter { x.shows($0) }.map { x.fraction($0) }
            return Histogram.counts(places, low: 0, high: 1, bins: binCount).map { Double($0) / Double(max(1, places.count)) }
        }
        let y = Axis(yLabel, amounts: shares.joined(), count: 4)
        let legend = series.map { LegendEntry(name: $0.name, paint: $0.paint, shape: .area) }
        let plot = Plot(x: x, y: y, width: width, height: height, legend: legend)
        var nodes = plot.frame
        for (series, shares) in zip(series, shares) {
            let step = (plot.right - plot.left) / Double(binCount)
            var data = "M\(NumberText.coordinate(plot.left)) \(NumberText.coordinate(plot.bottom))"
            for (i, share) in shares.enumerated() {
                let height = plot.bottom - y.fraction(share) * (plot.bottom - plot.top)
                data += "V\(NumberText.coordinate(height))H\(NumberText.coordinate(plot.left + Double(i + 1) * step))"
            }
            data += "V\(NumberText.coordinate(plot.bottom))z"
            nodes.append(Drawing.path(data, fill: series.paint, stroke: series.paint, strokeWidth: 1.5, opacity: 0.35))
        }
        return Picture(width: width, height: height, title: title, description: description, content: nodes)
    }
}
