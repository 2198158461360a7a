// Convex cells of a box in three dimensions, in parallel projection, painted from the far ones to the near ones.

/// A view of solids.
public struct SolidPlot: Hashable, Sendable {
    /// A flat side of a solid.
    public struct Face: Hashable, Sendable {
        /// Corners in order round it, counter-clockwise as seen from outside.
        public var corners: [SIMD3<Double>]
        public var fill: Color

        public init(_ corners: [SIMD3<Double>], fill: Color) { (self.corners, self.fill) = (corners, fill) }
    }

    public var title: String
    public var description: String
    /// The corners of the box.
    public var low: SIMD3<Double>
    public var high: SIMD3<Double>
    /// Solid after solid, none hidden by one that comes before it; sides that turn away are not drawn.
    public var faces: [Face]
    public var keys: [PolygonMap.Key] = []
    /// Drawn as a bar above the picture.
    public var scale: PolygonMap.Scale?
    public var width = 640.0

    public init(title: String, description: String, low: SIMD3<Double>, high: SIMD3<Double>, faces: [Face]) {
        (self.title, self.description, self.low, self.high, self.faces) = (title, description, low, high, faces)
    }

    /// Towards the reader, in a box scaled to a cube: 30° from the first axis, 28° above the plane of the first two.
    private static let turn = SIMD2(0.8660254037844387, 0.5)
    private static let lift = SIMD2(0.882947592858927, 0.46947156278589086)

    /// Towards the reader, in the coordinates of the box.
    public static func viewer(low: SIMD3<Double>, high: SIMD3<Double>) -> SIMD3<Double> {
        // Depth is a linear function of the cube's coordinates, so its gradient divides by the sides.
        SIMD3(turn.x * lift.x, turn.y * lift.x, lift.y) / (high - low)
    }

    /// Where a point lands, x to the right and y up, in units of half a side of the cube.
    private func paper(_ point: SIMD3<Double>) -> SIMD2<Double> {
        let p = (point - low) / (high - low) * 2 - SIMD3(repeating: 1)
        let (t, l) = (SolidPlot.turn, SolidPlot.lift)
        return SIMD2(-t.y * p.x + t.x * p.y, -l.y * (t.x * p.x + t.y * p.y) + l.x * p.z)
    }

    /// The visible sides as polygons of the paper, with their colours, darker where they turn away from the light.
    private var polygons: [(corners: [SIMD2<Double>], fill: Color)] {
        faces.compactMap { face in
            let corners = face.corners.map(paper)
            let twice = zip(corners, corners.dropFirst() + corners.prefix(1)).reduce(0) { $0 + $1.0.x * $1.1.y - $1.0.y * $1.1.x }
            guard twice > 0 else { return nil }
            let points = face.corners.map { ($0 - low) / (high - low) }
            var normal = SIMD3<Double>.zero
            for (p, q) in zip(points, points.dropFirst() + points.prefix(1)) {
                normal += SIMD3((p.y - q.y) * (p.z + q.z), (p.z - q.z) * (p.x + q.x), (p.x - q.x) * (p.y + q.y))
            }
            let length = (normal * normal).sum().squareRoot()
            let light = length > 0 ? max(0, (normal / length * SIMD3(0.25, 0.55, 0.8)).sum()) : 1
            return (corners, face.fill.mixed(with: .black, 0.4 * (1 - light)))
        }
    }

    /// What the cube takes of the paper.
    private var frame: (low: SIMD2<Double>, high: SIMD2<Double>) {
        let corners = boxCorners.map { paper($0.point) }
        return (
            corners.reduce(SIMD2(repeating: .infinity)) { pointwiseMin($0, $1) },
            corners.reduce(SIMD2(repeating: -.infinity)) { pointwiseMax($0, $1) }
        )
    }

    private var boxCorners: [(point: SIMD3<Double>, bits: Int)] {
        (0..<8).map { bits in
            (SIMD3(bits & 1 == 0 ? low.x : high.x, bits & 2 == 0 ? low.y : high.y, bits & 4 == 0 ? low.z : high.z), bits)
        }
    }

    /// Its coordinates beside a corner of the box.
    private func label(_ point: SIMD3<Double>) -> String {
        "(\(NumberText.significant(point.x)), \(NumberText.significant(point.y)), \(NumberText.significant(point.z)))"
    }

    public func picture() -> Picture {
        let (low, high) = frame
        let corners = boxCorners
        func labelWidth(_ bits: Int) -> Double { TextSize.width(label(corners[bits].point), size: 11) }
        let entries = keys.map { LegendEntry(name: $0.name, paint: $0.paint, shape: $0.shape == .area ? .area : .mapLine) }
        let (legend, rows) = Legend.rows(entries, left: 12, width: width - 24, top: 16)
        let bar = scale?.bar(left: 12, width: width - 24, top: Double(rows) * 20)
        // Room for the labels of the left, right and far corners.
        let left = max(50, labelWidth(1) + 4)
        let right = max(100, labelWidth(2) + 12)
        let top = 26 + Double(rows) * 20 + (bar?.height ?? 0)
        let unit = (width - left - right) / (high.x - low.x)
        func place(_ point: SIMD2<Double>) -> SIMD2<Double> { SIMD2(left + (point.x - low.x) * unit, top + (high.y - point.y) * unit) }
        let number = NumberText.coordinate
        func data(_ points: [SIMD2<Double>]) -> String { "M" + points.map { "\(number($0.x)) \(number($0.y))" }.joined(separator: "L") }
        let polygons = polygons
        let paths = polygons.map { polygon in
            MarkupNode.element("path", ["d": data(polygon.corners.map(place)) + "z", "fill": polygon.fill.hexadecimal])
        }
        var nodes = legend + (bar?.nodes ?? [])
        // The three edges of the box that lie behind everything, then the cells.
        for edge in edges where edge.isBehind { nodes.append(line(edge, place, data)) }
        nodes.append(
            Drawing.group(
                [
                    "stroke": PolygonMap.edge.hexadecimal, "stroke-width": polygons.count > 3_000 ? "0.25" : "0.6", "stroke-opacity": "0.7",
                    "stroke-linejoin": "round",
                ], paths))
        for (point, bits) in corners where [1, 2, 4].contains(bits) || bits == 0b011 {
            let at = place(paper(point))
            // Outside of the box: the left corner's below it to the left, the right one's beside it, the front one's below, the far one's above.
            let (shift, anchor): (SIMD2<Double>, Drawing.Anchor) =
                switch bits {
                case 1: (SIMD2(4, 16), .end)
                case 2: (SIMD2(6, 4), .start)
                case 4: (SIMD2(0, -8), .middle)
                default: (SIMD2(0, 16), .middle)
                }
            nodes.append(Drawing.text(label(point), at: at + shift, anchor: anchor, fill: .theme(.muted), size: 11))
        }
        return Picture(
            width: width, height: top + (high.y - low.y) * unit + 28, title: title, description: description, content: nodes)
    }

    /// The edges of the box as pairs of its corners, and whether it lies behind all cells: at the corner farthest from the reader.
    private var edges: [(from: SIMD3<Double>, to: SIMD3<Double>, isBehind: Bool)] {
        boxCorners.flatMap { corner in
            [1, 2, 4].filter { corner.bits & $0 == 0 }.map { bit in
                (corner.point, boxCorners[corner.bits | bit].point, corner.bits == 0)
            }
        }
    }

    private func line(
        _ edge: (from: SIMD3<Double>, to: SIMD3<Double>, isBehind: Bool), _ place: (SIMD2<Double>) -> SIMD2<Double>,
        _ data: ([SIMD2<Double>]) -> String
    ) -> MarkupNode {
        .element("path", ["d": data([place(paper(edge.from)), place(paper(edge.to))]), "stroke": Paint.theme(.muted).attribute])
    }
}
