// A map as one image with its axes, legend and samples: what a PNG file holds.

extension PolygonMap {
    /// An image of the map within its axes, with the legend above.
    ///
    /// - Parameter image: the map alone, as `raster` draws it.
    public func framed(_ image: Raster) -> Raster {
        let (text, gap) = (max(9, Double(image.width) / 80), max(6, Double(image.width) / 120))
        let (x, y) = (
            Axis("", covering: [window.low.x, window.high.x], tight: true), Axis("", covering: [window.low.y, window.high.y], tight: true)
        )
        func width(_ label: String) -> Double { StrokeFont.width(label) * text / StrokeFont.capHeight }
        let left = ((y.ticks.map { width($0.label) }.max() ?? 0) + 2 * gap).rounded()
        let right = max(gap, (x.ticks.map { width($0.label) }.max() ?? 0) / 2).rounded()
        let bottom = (text + 3.6 * gap).rounded()
        let rows = legendRows(within: Double(image.width), text: text, gap: gap)
        let top = (Double(rows.count + bars.count) * (text + 1.5 * gap) + gap).rounded()
        let size = SIMD2(Double(image.width) + left + right, Double(image.height) + top + bottom)
        var canvas = Canvas(window: Window(low: SIMD2(0, 0), high: size), width: Int(size.x))
        canvas.place(image, atColumn: Int(left), row: Int(top))
        let (ink, thickness) = (ThemeColor.ink.light, max(1, text / 8))
        let (low, high) = (SIMD2(left, bottom), SIMD2(left + Double(image.width), bottom + Double(image.height)))
        for (a, b) in [
            (low, SIMD2(high.x, low.y)), (SIMD2(high.x, low.y), high), (high, SIMD2(low.x, high.y)), (SIMD2(low.x, high.y), low),
        ] {
            canvas.draw(from: a, to: b, ThemeColor.muted.light, thickness: 1)
        }
        for tick in x.ticks {
            let at = low.x + x.fraction(tick.value) * Double(image.width)
            canvas.draw(from: SIMD2(at, low.y), to: SIMD2(at, low.y - gap / 2), ink, thickness: 1)
            canvas.draw(tick.label, at: SIMD2(at, low.y - 1.6 * gap - text), anchor: .middle, height: text, ink, thickness: thickness)
        }
        for tick in y.ticks {
            let at = low.y + y.fraction(tick.value) * Double(image.height)
            canvas.draw(from: SIMD2(low.x, at), to: SIMD2(low.x - gap / 2, at), ink, thickness: 1)
            canvas.draw(tick.label, at: SIMD2(low.x - gap, at - text / 2), anchor: .end, height: text, ink, thickness: thickness)
        }
        var line = size.y - gap - text
        for row in rows {
            for (start, key) in row { draw(key, at: SIMD2(left + start, line), text, gap, thickness, on: &canvas) }
            line -= text + 1.5 * gap
        }
        for scale in bars {
            draw(scale, at: SIMD2(left, line), width: Double(image.width), text, gap, thickness, on: &canvas)
            line -= text + 1.5 * gap
        }
        for samples in samples {
            for point in samples.points where point.x.isFinite && point.y.isFinite {
                let unit = window.unit(point)
                guard (0...1).contains(unit.x), (0...1).contains(unit.y) else { continue }
                let at = SIMD2(low.x + unit.x * Double(image.width), low.y + unit.y * Double(image.height))
                let radius = sampleRadius * Double(image.width) / self.width
                canvas.draw(from: at, to: at, .white, thickness: 2 * radius + 3)
                canvas.draw(from: at, to: at, samples.color, thickness: 2 * radius)
            }
        }
        return canvas.raster
    }

    /// The keys in rows, each with where it begins.
    private func legendRows(within width: Double, text: Double, gap: Double) -> [[(start: Double, key: Key)]] {
        var (rows, start): ([[(start: Double, key: Key)]], Double) = ([], 0)
        for key in keys {
            let length = 3 * text + StrokeFont.width(key.name) * text / StrokeFont.capHeight
            if rows.isEmpty || start + length > width {
                rows.append([])
                start = 0
            }
            rows[rows.count - 1].append((start, key))
            start += length + 2 * gap
        }
        return rows
    }

    private func draw(_ key: Key, at place: SIMD2<Double>, _ text: Double, _ gap: Double, _ thickness: Double, on canvas: inout Canvas) {
        let color = key.paint.lightColor ?? .black
        let middle = place.y + text / 2
        switch key.shape {
        case .area:
            let (low, high) = (place, place + SIMD2(2 * text, text))
            canvas.fill([low, SIMD2(high.x, low.y), high, SIMD2(low.x, high.y)], color)
        case .line: canvas.draw(from: SIMD2(place.x, middle), to: SIMD2(place.x + 2 * text, middle), color, thickness: 2 * thickness)
        case .dot: canvas.draw(from: SIMD2(place.x + text, middle), to: SIMD2(place.x + text, middle), color, thickness: text)
        }
        canvas.draw(key.name, at: place + SIMD2(2.8 * text, 0), height: text, ThemeColor.ink.light, thickness: thickness)
    }

    private func draw(
        _ scale: Scale, at place: SIMD2<Double>, width: Double, _ text: Double, _ gap: Double, _ thickness: Double, on canvas: inout Canvas
    ) {
        let ink = ThemeColor.ink.light
        let (low, high) = (scale.label(at: 0), scale.label(at: 1))
        func length(_ label: String) -> Double { StrokeFont.width(label) * text / StrokeFont.capHeight + gap }
        var start = place.x
        for label in [scale.name, low] {
            canvas.draw(label, at: SIMD2(start, place.y), height: text, ink, thickness: thickness)
            start += length(label) + (label == scale.name ? gap : 0)
        }
        let steps = 64
        let bar = min(12 * text, place.x + width - start - length(high))
        guard bar > 0 else { return }
        for step in 0..<steps {
            let value = scale.mapping.low + (scale.mapping.high - scale.mapping.low) * (Double(step) + 0.5) / Double(steps)
            let (from, to) = (start + bar * Double(step) / Double(steps), start + bar * Double(step + 1) / Double(steps))
            canvas.fill(
                [SIMD2(from, place.y), SIMD2(to, place.y), SIMD2(to, place.y + text), SIMD2(from, place.y + text)],
                scale.mapping.color(value))
        }
        canvas.draw(high, at: SIMD2(start + bar + gap, place.y), height: text, ink, thickness: thickness)
    }
}

extension Canvas {
    /// Copies an image to where its top left pixel has this place.
    mutating func place(_ image: Raster, atColumn column: Int, row: Int) {
        for y in 0..<image.height { for x in 0..<image.width { self[column + x, row + y] = image[x, y] } }
    }
}
