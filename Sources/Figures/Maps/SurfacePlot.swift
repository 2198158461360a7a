// The graph of a function that is affine on every cell of a planar partition, in parallel projection. Nothing is approximated: of two
// facets of a graph that hide each other the nearer one stands over the nearer cell, and convex cells can be put in order along any
// direction (de Berg et al. 2008, ch. 6), so facets painted from the far ones to the near ones are right.

/// A piecewise-affine surface over a window of the plane.
public struct SurfacePlot: Hashable, Sendable {
    public struct Facet: Hashable, Sendable {
        /// Corners in order round the cell, each with its height.
        public var corners: [SIMD3<Double>]
        public var fill: Color

        public init(_ corners: [SIMD3<Double>], fill: Color) { (self.corners, self.fill) = (corners, fill) }
    }

    /// A common side of two cells, the first to its left.
    public struct Side: Hashable, Sendable {
        public var left: Int
        public var right: Int
        public var direction: SIMD2<Double>

        public init(left: Int, right: Int, direction: SIMD2<Double>) { (self.left, self.right, self.direction) = (left, right, direction) }
    }

    public var title: String
    public var description: String
    public var window: Window
    public var facets: [Facet]
    public var sides: [Side]
    public var keys: [PolygonMap.Key] = []
    /// Drawn as a bar above the picture.
    public var scale: PolygonMap.Scale?
    /// Where the reader stands, in degrees: turned about the vertical, and above the plane.
    public var azimuth = 30.0
    public var elevation = 32.0
    public var width = 560.0
    /// Numbers the facets by `data-facet`, for a page that turns the surface.
    public var isNumbered = false

    public init(title: String, description: String, window: Window, facets: [Facet], sides: [Side]) {
        (self.title, self.description, self.window, self.facets, self.sides) = (title, description, window, facets, sides)
    }

    // MARK: The scene, in units that the projection knows

    /// Heights that are shown: from the lowest corner to the highest.
    public var heights: ClosedRange<Double> {
        let all = facets.lazy.flatMap { $0.corners.lazy.map(\.z) }
        guard let low = all.min(), let high = all.max() else { return 0...1 }
        // Of a constant, more than its rounding.
        let margin = low < high ? 0 : max(0.5, abs(low) * 0x1p-40)
        return low - margin...high + margin
    }

    /// Half the side of the longer edge of the window is 1, the lowest height 0, the highest this.
    public static let top = 0.9

    /// A point in units of the scene: the window's middle is the origin.
    public func scene(_ point: SIMD3<Double>, _ heights: ClosedRange<Double>) -> SIMD3<Double> {
        let half = max(window.width, window.height) / 2
        let middle = window.low + SIMD2(window.width, window.height) / 2
        let z = (point.z - heights.lowerBound) / (heights.upperBound - heights.lowerBound) * SurfacePlot.top
        return SIMD3((point.x - middle.x) / half, (point.y - middle.y) / half, z)
    }

    /// The plane's corners in the scene, counter-clockwise, each with its coordinates as text.
    public var floor: [(place: SIMD2<Double>, text: String)] {
        let half = SIMD2(window.width, window.height) / max(window.width, window.height)
        return [SIMD2(-1, -1), SIMD2(1, -1), SIMD2(1, 1), SIMD2(-1, 1)].map { (corner: SIMD2<Double>) in
            let x = corner.x < 0 ? window.low.x : window.high.x
            let y = corner.y < 0 ? window.low.y : window.high.y
            let text = [(x, window.low.x, window.high.x), (y, window.low.y, window.high.y)].map { value, low, high in
                NumberText.significant(value, digits: NumberText.digits(between: low, high))
            }
            return (corner * half, "(\(text[0]), \(text[1]))")
        }
    }

    /// How directions of the plane and heights land on the paper, and which way is far.
    public struct Projection {
        public let turn: SIMD2<Double>  // cosine and sine of the azimuth
        let lift: SIMD2<Double>  // cosine and sine of the elevation
        public let scale: Double
        public let origin: SIMD2<Double>

        func across(_ p: SIMD2<Double>) -> Double { p.x * turn.x - p.y * turn.y }
        func depth(_ p: SIMD2<Double>) -> Double { p.x * turn.y + p.y * turn.x }
        func paper(_ p: SIMD3<Double>) -> SIMD2<Double> {
            let plane = SIMD2(p.x, p.y)
            return origin + scale * SIMD2(across(plane), -(depth(plane) * lift.y + p.z * lift.x))
        }
    }

    private func projection(legendRows: Int) -> Projection {
        let scale = width / 3.4
        let lift = SIMD2(cosine(degrees: elevation), sine(degrees: elevation))
        // The farthest point that can be seen lies at depth √2 and full height.
        let above = scale * (2.0.squareRoot() * lift.y + SurfacePlot.top * lift.x)
        return Projection(
            turn: SIMD2(cosine(degrees: azimuth), sine(degrees: azimuth)), lift: lift, scale: scale,
            origin: SIMD2(width / 2 + 8, Double(legendRows) * 20 + 14 + above))
    }

    /// The facets from the far ones to the near ones: across every common side the farther first, else in their own order.
    func paintOrder(_ projection: Projection) -> [Int] {
        var followers = [[Int]](repeating: [], count: facets.count)
        var waiting = [Int](repeating: 0, count: facets.count)
        for side in sides {
            // The cell to the left of a side that runs to the right on the paper is the farther one.
            let run = projection.across(side.direction)
            guard run != 0 else { continue }
            let (far, near) = run > 0 ? (side.left, side.right) : (side.right, side.left)
            followers[far].append(near)
            waiting[near] += 1
        }
        var ready = facets.indices.filter { waiting[$0] == 0 }
        var order: [Int] = []
        while let facet = ready.popLast() {
            order.append(facet)
            for near in followers[facet] {
                waiting[near] -= 1
                if waiting[near] == 0 { ready.append(near) }
            }
        }
        // Sides shorter than Doubles resolve may contradict each other; what they hold up is smaller than a pixel.
        return order + facets.indices.filter { waiting[$0] > 0 }
    }

    private var legend: (nodes: [MarkupNode], rows: Int) {
        let entries = keys.map { LegendEntry(name: $0.name, paint: $0.paint, shape: $0.shape == .area ? .area : .mapLine) }
        let (nodes, rows) = Legend.rows(entries, left: 12, width: width - 24, top: 16)
        guard let bar = scale?.bar(left: 12, width: width - 24, top: Double(rows) * 20) else { return (nodes, rows) }
        return (nodes + bar.nodes, rows + Int((bar.height / 20).rounded(.up)))
    }

    /// The projection of the picture.
    public var projection: Projection { projection(legendRows: legend.rows) }

    // MARK: The picture

    public func picture() -> Picture {
        let (legend, rows) = legend
        let projection = projection(legendRows: rows)
        let heights = heights
        let bottom = projection.paper(SIMD3(0, 0, 0)).y + projection.scale * 2.0.squareRoot() * projection.lift.y
        let number = NumberText.coordinate
        func data(_ points: [SIMD2<Double>]) -> String {
            points.isEmpty ? "" : "M" + points.map { "\(number($0.x)) \(number($0.y))" }.joined(separator: "L") + "z"
        }
        let floor = self.floor
        let corners = floor.map { projection.paper(SIMD3($0.place.x, $0.place.y, 0)) }
        var nodes = legend
        nodes.append(
            .element(
                "path",
                ["class": "floor", "d": data(corners), "fill": Paint.theme(.line).attribute, "stroke": Paint.theme(.muted).attribute]))
        nodes += axis(projection, floor.map(\.place), heights)
        let shading = facets.map { shaded($0, heights) }
        let paths = paintOrder(projection).map { index -> MarkupNode in
            let points = facets[index].corners.map { projection.paper(scene($0, heights)) }
            return .element(
                "path", ["data-facet": isNumbered ? "\(index)" : nil, "d": data(points), "fill": shading[index].hexadecimal])
        }
        nodes.append(
            Drawing.group(
                [
                    "class": "facets", "stroke": PolygonMap.edge.hexadecimal, "stroke-width": facets.count > 3_000 ? "0.2" : "0.5",
                    "stroke-opacity": "0.6", "stroke-linejoin": "round",
                ], paths))
        let back = floor.indices.max { projection.depth(floor[$0].place) < projection.depth(floor[$1].place) }!
        for (index, corner) in floor.enumerated() {
            var at = projection.paper(SIMD3(corner.place.x * 1.1, corner.place.y * 1.1, 0)) + SIMD2(0, 14)
            let half = TextSize.width(corner.text, size: 11) / 2 + 2
            at.x = min(max(at.x, half), width + 16 - half)
            nodes.append(label("corner", corner.text, at: at, .middle, isHidden: index == back))
        }
        return Picture(width: width + 16, height: bottom + 34, title: title, description: description, content: nodes)
    }

    /// The heights' range, along the upright over the leftmost corner.
    private func axis(_ projection: Projection, _ floor: [SIMD2<Double>], _ heights: ClosedRange<Double>) -> [MarkupNode] {
        let corner = floor.min { projection.across($0) < projection.across($1) }!
        let foot = projection.paper(SIMD3(corner.x, corner.y, 0))
        let head = projection.paper(SIMD3(corner.x, corner.y, SurfacePlot.top))
        let number = NumberText.coordinate
        let digits = NumberText.digits(between: heights.lowerBound, heights.upperBound)
        let texts = [heights.upperBound, heights.lowerBound].map { NumberText.significant($0, digits: digits) }
        let least = (texts.map { TextSize.width($0, size: 11) }.max() ?? 0) + 2
        return [
            .element(
                "path",
                [
                    "class": "upright", "d": "M\(number(foot.x)) \(number(foot.y))L\(number(head.x)) \(number(head.y))",
                    "stroke": Paint.theme(.muted).attribute,
                ]),
            label("high", texts[0], at: SIMD2(max(head.x - 4, least), head.y + 4), .end),
            label("low", texts[1], at: SIMD2(max(foot.x - 4, least), foot.y - 8), .end),
        ]
    }

    /// A text that a page finds again by its class when it turns the surface.
    private func label(_ name: String, _ text: String, at place: SIMD2<Double>, _ anchor: Drawing.Anchor, isHidden: Bool = false)
        -> MarkupNode
    {
        .element(
            "text",
            [
                "class": name, "x": NumberText.coordinate(place.x), "y": NumberText.coordinate(place.y), "text-anchor": anchor.rawValue,
                "fill": Paint.theme(.muted).attribute, "font-size": "11", "visibility": isHidden ? "hidden" : nil,
            ], text: text)
    }

    /// The facet's colour, darker where it turns away from a light above the corner of the smallest coordinates.
    func shaded(_ facet: Facet, _ heights: ClosedRange<Double>) -> Color {
        let points = facet.corners.map { scene($0, heights) }
        // Newell's normal, twice the area vector.
        var normal = SIMD3<Double>(0, 0, 0)
        for (p, q) in zip(points, points.dropFirst() + points.prefix(1)) {
            normal += SIMD3((p.y - q.y) * (p.z + q.z), (p.z - q.z) * (p.x + q.x), (p.x - q.x) * (p.y + q.y))
        }
        let length = (normal * normal).sum().squareRoot()
        guard length > 0 else { return facet.fill }
        let light = (normal / length * SIMD3(-0.45, -0.45, 0.77)).sum()
        return facet.fill.mixed(with: .black, 0.45 * (1 - max(light, 0)))
    }
}
