// Amounts by name: accuracy by class, occupancy by layer. Bars lie, so that names of any length can be read.

/// Horizontal bars with their values written at the ends.
public struct BarChart: Hashable, Sendable {
    /// One value a category; one that is not finite has no bar and says "n/a".
    public typealias Series = ValueSeries

    public var title: String
    public var description: String
    public var valueLabel: String
    public var categories: [String]
    public var series: [Series]
    /// How values are written at the ends of the bars.
    public var significantDigits = 3
    public var width = 440.0

    /// - Precondition: every series has one value a category.
    public init(title: String, description: String, valueLabel: String, categories: [String], series: [Series]) {
        precondition(series.allSatisfy { $0.values.count == categories.count }, "one value a category")
        (self.title, self.description, self.valueLabel) = (title, description, valueLabel)
        (self.categories, self.series) = (categories, series)
    }

    public func picture() -> Picture {
        let (thickness, gap) = (series.count > 1 ? 13.0 : 17.0, 10.0)
        let left = min(width * 0.4, (categories.map { TextSize.width($0) }.max() ?? 0) + 16)
        let texts = NumberText.aligned(series.flatMap(\.values), digits: significantDigits)
        let labels = series.indices.map { Array(texts[$0 * categories.count..<($0 + 1) * categories.count]) }
        let right = width - ((labels.joined().map { TextSize.width($0) }.max() ?? 0) + 12)
        let entries = series.count > 1 ? series.map { LegendEntry(name: $0.name, paint: $0.paint, shape: .area) } : []
        let (legend, rows) = Legend.rows(entries, left: left, width: width - left, top: 16)
        let top = rows == 0 ? 8.0 : 14 + Double(rows) * 20
        let bottom = top + Double(categories.count) * (Double(series.count) * thickness + gap)
        let axis = Axis(valueLabel, amounts: series.flatMap(\.values))
        func place(_ value: Double) -> Double { left + axis.fraction(value) * (right - left) }
        var nodes = legend
        for tick in axis.ticks {
            let at = place(tick.value)
            nodes.append(Drawing.line(from: SIMD2(at, top), to: SIMD2(at, bottom), stroke: .theme(.line)))
            nodes.append(Drawing.text(tick.label, at: SIMD2(at, bottom + 17), anchor: .middle, fill: .theme(.muted)))
        }
        for (c, category) in categories.enumerated() {
            let y = top + gap / 2 + Double(c) * (Double(series.count) * thickness + gap)
            let middle = y + Double(series.count) * thickness / 2
            nodes.append(Drawing.text(category, at: SIMD2(left - 8, middle + 4), anchor: .end))
            for (s, series) in series.enumerated() {
                let (value, at) = (series.values[c], y + Double(s) * thickness)
                let end = axis.shows(value) ? place(value) : place(0)
                nodes.append(
                    Drawing.rectangle(
                        x: min(end, place(0)), y: at, width: (end - place(0)).magnitude, height: thickness - 2, fill: series.paint,
                        cornerRadius: 2))
                nodes.append(
                    Drawing.text(labels[s][c], at: SIMD2(max(end, place(0)) + 6, at + thickness / 2 + 3), fill: .theme(.muted), size: 11))
            }
        }
        nodes.append(Drawing.line(from: SIMD2(place(0), top), to: SIMD2(place(0), bottom), stroke: .theme(.muted)))
        nodes.append(Drawing.text(valueLabel, at: SIMD2((left + right) / 2, bottom + 36), anchor: .middle, fill: .theme(.muted)))
        return Picture(width: width, height: bottom + 46, title: title, description: description, content: nodes)
    }
}
