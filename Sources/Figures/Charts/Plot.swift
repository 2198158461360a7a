// The frame of a chart: two axes with grid, marks and labels, and a legend that has its own rows above.

/// A named key of a legend.
struct LegendEntry {
    enum Drawing: Equatable {
        case line, area
        case marker(Int)
        /// A line on a light ground, as maps have it in both themes.
        case mapLine
    }

    let name: String
    let paint: Paint
    var dashes: String?
    var shape = Drawing.line
}

/// The plotting area of a chart and how data land on it.
struct Plot {
    let x: Axis
    let y: Axis
    let width: Double
    let height: Double
    let left: Double
    let right: Double
    let top: Double
    let bottom: Double
    private let legend: [MarkupNode]

    /// A frame that leaves room for tick labels, axis labels, the legend's rows, and `rightMargin` for labels beside the curves.
    init(x: Axis, y: Axis, width: Double, height: Double, legend entries: [LegendEntry] = [], rightMargin: Double = 14) {
        (self.x, self.y, self.width, self.height) = (x, y, width, height)
        let widest = y.ticks.map { TextSize.width($0.label) }.max() ?? 0
        left = 8 + widest + 6
        right = width - max(rightMargin, (x.ticks.last.map { TextSize.width($0.label) } ?? 0) / 2 + 4)
        let (nodes, rows) = Legend.rows(entries, left: left, width: width - left - 6, top: 16)
        legend = nodes
        top = 12 + Double(rows) * 20 + (y.label.isEmpty ? 0 : 18)
        bottom = height - (x.label.isEmpty ? 26 : 46)
    }

    /// Where a point of data lies; nil when an axis does not show it.
    func position(_ point: SIMD2<Double>) -> SIMD2<Double>? {
        guard x.shows(point.x), y.shows(point.y) else { return nil }
        let place = SIMD2(left + x.fraction(point.x) * (right - left), bottom - y.fraction(point.y) * (bottom - top))
        return place.x.magnitude < 1e6 && place.y.magnitude < 1e6 ? place : nil
    }

    /// Grid, marks and labels, which belong below the data.
    var frame: [MarkupNode] {
        var nodes = legend
        for tick in y.ticks {
            let at = bottom - y.fraction(tick.value) * (bottom - top)
            nodes.append(Drawing.line(from: SIMD2(left, at), to: SIMD2(right, at), stroke: .theme(.line)))
            nodes.append(Drawing.text(tick.label, at: SIMD2(left - 7, at + 4), anchor: .end, fill: .theme(.muted)))
        }
        var free = -Double.infinity  // where the last label ended: labels that would touch are left out
        for tick in x.ticks {
            let at = left + x.fraction(tick.value) * (right - left)
            nodes.append(Drawing.line(from: SIMD2(at, bottom), to: SIMD2(at, bottom + 4), stroke: .theme(.muted)))
            let half = TextSize.width(tick.label) / 2
            guard at - half > free else { continue }
            nodes.append(Drawing.text(tick.label, at: SIMD2(at, bottom + 18), anchor: .middle, fill: .theme(.muted)))
            free = at + half + 6
        }
        nodes.append(Drawing.line(from: SIMD2(left, bottom), to: SIMD2(right, bottom), stroke: .theme(.muted)))
        if !x.label.isEmpty {
            nodes.append(Drawing.text(x.label, at: SIMD2((left + right) / 2, height - 8), anchor: .middle, fill: .theme(.muted)))
        }
        if !y.label.isEmpty { nodes.append(Drawing.text(y.label, at: SIMD2(8, top - 12), fill: .theme(.muted))) }
        return nodes
    }
}

enum Legend {
    /// Keys flowing left to right in rows of 20, the first on base line `top`; and the number of rows.
    static func rows(_ entries: [LegendEntry], left: Double, width: Double, top: Double) -> (nodes: [MarkupNode], rows: Int) {
        var nodes: [MarkupNode] = []
        var (x, row) = (0.0, 0)
        for entry in entries {
            let needed = 26 + TextSize.width(entry.name) + 14
            if x > 0, x + needed - 14 > width { (x, row) = (0, row + 1) }
            let base = SIMD2(left + x, top + Double(row) * 20)
            var keyWidth = 14.0
            switch entry.shape {
            case .area:
                nodes.append(Drawing.rectangle(x: base.x, y: base.y - 10, width: 14, height: 11, fill: entry.paint, cornerRadius: 2))
            case .marker(let shape): nodes.append(Marker.path([base + SIMD2(6, -4)], shape: shape, radius: 5, paint: entry.paint))
            case .mapLine:
                keyWidth = 22
                nodes.append(
                    Drawing.rectangle(x: base.x, y: base.y - 11, width: 22, height: 13, fill: .fixed(Color(0xDDE5EA)), cornerRadius: 2))
                nodes.append(
                    Drawing.line(from: base + SIMD2(3, -4.5), to: base + SIMD2(19, -4.5), stroke: entry.paint, width: 2.5))
            case .line:
                keyWidth = 18
                nodes.append(
                    Drawing.line(from: base + SIMD2(0, -4), to: base + SIMD2(18, -4), stroke: entry.paint, width: 2.5, dashes: entry.dashes)
                )
            }
            nodes.append(Drawing.text(entry.name, at: base + SIMD2(keyWidth + 6, 0)))
            x += needed
        }
        return (nodes, entries.isEmpty ? 0 : row + 1)
    }
}
