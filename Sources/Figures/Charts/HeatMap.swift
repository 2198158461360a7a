// Matrices as coloured squares: Gram matrices of templates (R17 fig. 8–10), confusion, distances.

/// A matrix with names for its rows and columns and a colour bar.
public struct HeatMap: Hashable, Sendable {
    public var title: String
    public var description: String
    /// Row-major, `rowLabels.count * columnLabels.count` values.
    public var values: [Double]
    public var rowLabels: [String]
    public var columnLabels: [String]
    public var mapping: ColorMapping
    /// Above the columns and beside the rows; may be empty.
    public var rowTitle = ""
    public var columnTitle = ""
    /// Whether values are written into squares that are large enough.
    public var showsValues = true
    public var significantDigits = 2
    public var width = 440.0

    /// - Precondition: one value for every row and column, of which there are some.
    public init(
        title: String, description: String, values: [Double], rowLabels: [String], columnLabels: [String], mapping: ColorMapping
    ) {
        precondition(!values.isEmpty && values.count == rowLabels.count * columnLabels.count, "one value a row and column")
        (self.title, self.description, self.values, self.mapping) = (title, description, values, mapping)
        (self.rowLabels, self.columnLabels) = (rowLabels, columnLabels)
    }

    public func picture() -> Picture {
        let (rows, columns) = (rowLabels.count, columnLabels.count)
        let left = min(width * 0.3, (rowLabels.map { TextSize.width($0, size: 11) }.max() ?? 0) + 10) + (rowTitle.isEmpty ? 0 : 18)
        let bar = barTicks
        let barWidth = 30 + (bar.map { TextSize.width($0.label, size: 11) }.max() ?? 0) + 8
        let side = min(56, (width - left - barWidth) / Double(columns))
        // Names of columns stand upright where they would not fit side by side.
        let longest = columnLabels.map { TextSize.width($0, size: 11) }.max() ?? 0
        let isUpright = longest > side - 2
        let top = (columnTitle.isEmpty ? 4.0 : 22) + (isUpright ? min(longest, 110) + 8 : 18)
        let (right, bottom) = (left + Double(columns) * side, top + Double(rows) * side)
        var nodes: [MarkupNode] = []
        if !columnTitle.isEmpty {
            nodes.append(Drawing.text(columnTitle, at: SIMD2((left + right) / 2, 14), anchor: .middle, fill: .theme(.muted)))
        }
        if !rowTitle.isEmpty {
            let at = SIMD2(13, (top + bottom) / 2)
            nodes.append(Drawing.text(rowTitle, at: at, anchor: .middle, fill: .theme(.muted), rotated: -90))
        }
        let every = max(1, Int((12 / side).rounded(.up)))  // where squares are lower than a line of text, every few are named
        for (j, label) in columnLabels.enumerated() where j % every == 0 {
            let x = left + (Double(j) + 0.5) * side
            nodes.append(
                isUpright
                    ? Drawing.text(label, at: SIMD2(x + 4, top - 5), fill: .theme(.muted), size: 11, rotated: -90)
                    : Drawing.text(label, at: SIMD2(x, top - 6), anchor: .middle, fill: .theme(.muted), size: 11))
        }
        for (i, label) in rowLabels.enumerated() where i % every == 0 {
            let y = top + (Double(i) + 0.5) * side
            nodes.append(Drawing.text(label, at: SIMD2(left - 6, y + 4), anchor: .end, fill: .theme(.muted), size: 11))
        }
        let texts = NumberText.aligned(values, digits: significantDigits)
        // Either every square says its value, in letters that fit the longest, or none does.
        let size = min(11, (side - 5) / (texts.map { TextSize.width($0, size: 1) }.max() ?? 1))
        for i in 0..<rows {
            for j in 0..<columns {
                nodes.append(square(i, j, x: left + Double(j) * side, y: top + Double(i) * side, side))
                guard showsValues, size >= 7.5, side >= 12 else { continue }
                let center = SIMD2(left + (Double(j) + 0.5) * side - 0.5, top + (Double(i) + 0.5) * side - 0.5 + size * 0.36)
                let index = i * columns + j
                let ink = mapping.color(values[index]).readableInk
                nodes.append(Drawing.text(texts[index], at: center, anchor: .middle, fill: .fixed(ink), size: size))
            }
        }
        nodes += colorBar(ticks: bar, x: right + 16, top: top, bottom: bottom)
        return Picture(width: right + barWidth, height: bottom + 8, title: title, description: description, content: nodes)
    }

    /// Marks of the colour bar; none, and so no bar, where the range is empty or beyond what an axis shows.
    private var barTicks: [Tick] {
        guard mapping.low < mapping.high, max(mapping.low.magnitude, mapping.high.magnitude) < 1e300 else { return [] }
        return Ticks.linear(from: mapping.low, to: mapping.high, count: 5).filter { $0.value >= mapping.low && $0.value <= mapping.high }
    }

    private func square(_ i: Int, _ j: Int, x: Double, y: Double, _ side: Double) -> MarkupNode {
        let value = values[i * columnLabels.count + j]
        let gap = side > 14 ? 1.0 : 0
        let name = "\(rowLabels[i]), \(columnLabels[j]): \(NumberText.significant(value, digits: 4))"
        return Drawing.rectangle(
            x: x, y: y, width: side - gap, height: side - gap, fill: .fixed(mapping.color(value)), cornerRadius: side > 24 ? 3 : 0,
            tooltip: values.count <= 2500 ? name : nil)
    }

    private func colorBar(ticks: [Tick], x: Double, top: Double, bottom: Double) -> [MarkupNode] {
        guard !ticks.isEmpty else { return [] }
        let (steps, height) = (48, bottom - top)
        var nodes = (0..<steps).map { i -> MarkupNode in
            let value = mapping.high - (mapping.high - mapping.low) * (Double(i) + 0.5) / Double(steps)
            let (from, to) = (top + height * Double(i) / Double(steps), top + height * Double(i + 1) / Double(steps))
            return Drawing.rectangle(
                x: x, y: from, width: 10, height: min(bottom - from, to - from + 0.5), fill: .fixed(mapping.color(value)))
        }
        for tick in ticks {
            let y = bottom - (tick.value - mapping.low) / (mapping.high - mapping.low) * height
            nodes.append(Drawing.text(tick.label, at: SIMD2(x + 15, min(max(y + 4, top + 8), bottom)), fill: .theme(.muted), size: 11))
        }
        return nodes
    }
}
