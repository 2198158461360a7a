// The plane cut into cells: partitions of a network with class colours, boundary and samples.

/// Convex cells, lines and samples over a window of the plane.
public struct PolygonMap: Hashable, Sendable {
    public struct Cell: Hashable, Sendable {
        /// Corners in order round the cell.
        public var polygon: [SIMD2<Double>]
        public var fill: Color

        public init(_ polygon: [SIMD2<Double>], fill: Color) { (self.polygon, self.fill) = (polygon, fill) }
    }

    public struct Lines: Hashable, Sendable {
        public var polylines: [[SIMD2<Double>]]
        public var paint: Paint
        /// In pixels of the picture.
        public var width: Double

        public init(_ polylines: [[SIMD2<Double>]], paint: Paint, width: Double) {
            (self.polylines, self.paint, self.width) = (polylines, paint, width)
        }
    }

    public struct Samples: Hashable, Sendable {
        public var name: String
        public var points: [SIMD2<Double>]
        public var color: Color

        public init(_ name: String, points: [SIMD2<Double>], color: Color) {
            (self.name, self.points, self.color) = (name, points, color)
        }

        public var key: Key { Key(name, paint: .fixed(color), shape: .dot) }
    }

    /// What a colour or a line means, for the legend above the map.
    public struct Key: Hashable, Sendable {
        public enum Shape: Hashable, Sendable { case area, line, dot }

        public var name: String
        public var paint: Paint
        public var shape: Shape

        public init(_ name: String, paint: Paint, shape: Shape = .area) { (self.name, self.paint, self.shape) = (name, paint, shape) }
    }

    /// The numbers that cells, or pixels, are coloured by.
    public struct Scale: Hashable, Sendable {
        public var name: String
        public var mapping: ColorMapping
        /// Whether the mapping is of the numbers' decimal logarithms.
        public var isLogarithmic: Bool

        public init(_ name: String, _ mapping: ColorMapping, isLogarithmic: Bool = false) {
            (self.name, self.mapping, self.isLogarithmic) = (name, mapping, isLogarithmic)
        }
    }

    public var title: String
    public var description: String
    public var window: Window
    public var cells: [Cell]
    /// Drawn in order above the cells.
    public var lines: [Lines] = []
    public var samples: [Samples] = []
    public var keys: [Key] = []
    /// Drawn as a bar above the map.
    public var scale: Scale?
    /// By what the colours are paler or darker: a second bar.
    public var shade: Scale?
    /// A thin outline round every cell; 0 draws none.
    public var edgeWidth = 0.5
    public var showsAxes = true
    public var width = 440.0
    public var sampleRadius = 2.4
    /// Steps of the coordinate grid across the window.
    public var columns = 4000
    /// When given, each cell is a shape of its own with this text, numbered by `data-cell`; else cells of one colour are one path.
    public var tooltips: [String]?

    public init(title: String, description: String, window: Window, cells: [Cell]) {
        (self.title, self.description, self.window, self.cells) = (title, description, window, cells)
    }

    /// - Precondition: as many tooltips as cells, if any.
    public func picture() -> Picture { picture(background: nil, aspect: 1) }

    func picture(background: [UInt8]?, aspect: Double) -> Picture {
        precondition(tooltips.map { $0.count == cells.count } ?? true, "one tooltip a cell")
        let x = Axis("", covering: [window.low.x, window.high.x], tight: true)
        let y = Axis("", covering: [window.low.y, window.high.y], tight: true)
        let left = showsAxes ? (y.ticks.map { TextSize.width($0.label, size: 11) }.max() ?? 0) + 8 : 1
        // Labels stand below the ends of the axis, half of them beyond.
        let right = showsAxes ? max(12, (x.ticks.map { TextSize.width($0.label, size: 11) }.max() ?? 0) / 2 + 2) : 12
        let side = width - left - right
        let tall = side * window.shownAspect
        let description = description + (window.isStretched ? " The axes have different scales." : "")
        let (legend, legendHeight) = legend(left: left, width: side)
        let top = 6 + legendHeight
        let grid = QuantizedPath(window: window, columns: columns)
        let unit = Double(grid.columns) / side  // grid steps a pixel
        var inner =
            background.map {
                [Drawing.image($0, x: 0, y: 0, width: Double(grid.columns), height: Double(grid.columns) * aspect, isPixelated: false)]
            } ?? []
        inner += tooltips.map { individualCells($0, unit) } ?? mergedCells(unit)
        for lines in lines {
            var path = grid
            for line in lines.polylines { path.add(line: line) }
            inner.append(Drawing.path(path.data, fill: .none, stroke: lines.paint, strokeWidth: lines.width * unit))
        }
        for (index, samples) in samples.enumerated() {
            inner.append(sampleMarks(samples, shape: index, grid, unit))
        }
        var nodes: [MarkupNode] =
            legend + [
                .element(
                    "svg",
                    [
                        "class": "map", "x": NumberText.coordinate(left), "y": NumberText.coordinate(top),
                        "width": NumberText.coordinate(side),
                        "height": NumberText.coordinate(tall), "viewBox": "0 0 \(grid.columns) \(grid.rows)", "preserveAspectRatio": "none",
                        "overflow": "hidden",
                    ], inner),
                Drawing.rectangle(x: left, y: top, width: side, height: tall, fill: .none, stroke: .theme(.muted)),
            ]
        guard showsAxes else {
            return Picture(width: width, height: tall + top + 6, title: title, description: description, content: nodes)
        }
        for tick in x.ticks {
            let at = SIMD2(left + x.fraction(tick.value) * side, top + tall + 15)
            nodes.append(Drawing.text(tick.label, at: at, anchor: .middle, fill: .theme(.muted), size: 11))
        }
        for tick in y.ticks {
            let at = SIMD2(left - 5, top + (1 - y.fraction(tick.value)) * tall + 4)
            nodes.append(Drawing.text(tick.label, at: at, anchor: .end, fill: .theme(.muted), size: 11))
        }
        return Picture(width: width, height: tall + top + 22, title: title, description: description, content: nodes)
    }

    /// One path a colour, stroked with the edge colour; without edges with its own, which closes the hairlines between neighbours.
    private func mergedCells(_ unit: Double) -> [MarkupNode] {
        let empty = QuantizedPath(window: window, columns: columns)
        var order: [Color] = []
        var paths: [Color: QuantizedPath] = [:]
        for cell in cells {
            if paths[cell.fill] == nil { order.append(cell.fill) }
            paths[cell.fill, default: empty].add(polygon: cell.polygon)
        }
        return [
            Drawing.group(
                edgeWidth > 0 ? outline(unit) : ["stroke-width": NumberText.coordinate(0.6 * unit), "stroke-linejoin": "round"],
                order.map { color in
                    .element(
                        "path",
                        ["fill": color.hexadecimal, "stroke": edgeWidth > 0 ? nil : color.hexadecimal, "d": paths[color]!.data])
                })
        ]
    }

    /// A path a cell. What all share stands once on the group.
    private func individualCells(_ tooltips: [String], _ unit: Double) -> [MarkupNode] {
        let empty = QuantizedPath(window: window, columns: columns)
        let paths = cells.indices.compactMap { index -> MarkupNode? in
            var path = empty
            guard path.add(polygon: cells[index].polygon) else { return nil }
            return .element(
                "path", ["data-cell": "\(index)", "fill": cells[index].fill.hexadecimal, "d": path.data],
                [.element("title", text: tooltips[index])])
        }
        return [Drawing.group(outline(unit), paths)]
    }

    private func outline(_ unit: Double) -> KeyValuePairs<String, String?> {
        [
            "stroke": PolygonMap.edge.hexadecimal, "stroke-width": NumberText.coordinate(edgeWidth * unit), "stroke-linejoin": "round",
            "stroke-opacity": "0.5",
        ]
    }

    private func sampleMarks(_ samples: Samples, shape: Int, _ grid: QuantizedPath, _ unit: Double) -> MarkupNode {
        let centers = samples.points.compactMap { grid.quantized($0).map { SIMD2(Double($0.x), Double($0.y)) } }
        let r = NumberText.coordinate((sampleRadius * unit).rounded())
        let d = NumberText.coordinate((sampleRadius * unit).rounded() * 2)
        let data = centers.map { "M\(Int($0.x)) \(Int($0.y))m-\(r) 0a\(r) \(r) 0 1 0 \(d) 0a\(r) \(r) 0 1 0 -\(d) 0z" }.joined()
        return .element(
            "path",
            [
                "d": data, "fill": samples.color.hexadecimal, "stroke": "#ffffff", "stroke-width": NumberText.coordinate(0.8 * unit),
                "pointer-events": "none",
            ],
            [.element("title", text: samples.name)])
    }

    /// A circle as a closed line of 72 sides.
    public static func circle(around center: SIMD2<Double>, radius: Double) -> [SIMD2<Double>] {
        (0...72).map { center + radius * SIMD2(cosine(degrees: 5 * Double($0)), sine(degrees: 5 * Double($0))) }
    }

    /// Near-black, for edges and boundaries: cells are light in both themes, and so what lies on them stays dark.
    public static let edge = Color(0x1A1D23)
}
