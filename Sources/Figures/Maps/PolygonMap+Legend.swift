// What stands above a map: names of colours and lines, and the bar of a colour scale.

extension PolygonMap {
    /// The scales that have a bar.
    var bars: [Scale] { [scale, shade].compactMap { $0 } }

    /// The legend within `width` from `left`, and the height that it takes.
    func legend(left: Double, width: Double) -> (nodes: [MarkupNode], height: Double) {
        let entries = keys.map { key in
            LegendEntry(name: key.name, paint: key.paint, shape: key.shape == .area ? .area : key.shape == .line ? .mapLine : .marker(0))
        }
        var (nodes, rows) = Legend.rows(entries, left: left, width: width, top: 16)
        var height = Double(rows) * 20 + (rows > 0 ? 4 : 0)
        for scale in bars {
            let bar = scale.bar(left: left, width: width, top: height)
            nodes += bar.nodes
            height += bar.height
        }
        return (nodes, height)
    }
}

extension PolygonMap.Scale {
    /// The bar of the scale from `top` on, and the height that it takes.
    func bar(left: Double, width: Double, top height: Double) -> (nodes: [MarkupNode], height: Double) {
        var nodes = [Drawing.text(name, at: SIMD2(left, height + 14))]
        let start = left + TextSize.width(name) + 12
        let length = min(240, left + width - start - 20)
        guard length > 40 else { return (nodes, 22) }
        for step in 0..<48 {
            let value = mapping.low + (mapping.high - mapping.low) * (Double(step) + 0.5) / 48
            let x = start + length * Double(step) / 48
            nodes.append(Drawing.rectangle(x: x, y: height + 4, width: length / 48 + 0.5, height: 11, fill: .fixed(mapping.color(value))))
        }
        // Marks at the ends and in the middle, where the range is one that an axis shows; of a single number one.
        if max(mapping.low.magnitude, mapping.high.magnitude) < 1e300 {
            for share in mapping.low < mapping.high ? [0, 0.5, 1] : [0.5] {
                let at = SIMD2(start + share * length, height + 28)
                nodes.append(Drawing.text(label(at: share), at: at, anchor: .middle, fill: .theme(.muted), size: 11))
            }
        }
        return (nodes, 36)
    }

    /// The number at a share of the way along the scale.
    func label(at share: Double) -> String {
        let value = mapping.low + share * (mapping.high - mapping.low)
        return NumberText.significant(isLogarithmic ? power(10, value) : value)
    }
}
