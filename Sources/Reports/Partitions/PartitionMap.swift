// A planar partition as a coloured map (THEORY §8): one builder for the command's pictures, the pages and the demonstration.

public import Figures
public import Partitions

/// What of a partition is drawn, and in which colours.
public struct PartitionMap: Sendable {
    /// What a colour means.
    public enum Coloring: String, CaseIterable, Hashable, Sendable {
        /// The class whose output is largest; of one output its sign.
        case `class`
        /// A colour for each code; neighbours of different codes differ.
        case code
        /// The spectral norm ‖A‖₂ of the cell's slopes.
        case slope
        /// How many units are beyond their first piece.
        case activity

        func meaning(isSign: Bool) -> String {
            switch self {
            case .class: isSign ? "the output's sign" : "the class whose output is largest"
            case .code: "codes"
            case .slope: "the norm of the slopes"
            case .activity: "how many units are beyond their first piece"
            }
        }
    }

    /// Which sets are drawn.
    public enum Sets: Hashable, Sendable {
        case cells
        /// The cells after the nonlinearities up to and with this one.
        case depth(Int)
        /// The regions of this nonlinearity alone: unions of cells.
        case layer(Int)
    }

    public struct Unit: Hashable, Sendable {
        public let layer: Int
        public let unit: Int

        public init(layer: Int, unit: Int) { (self.layer, self.unit) = (layer, unit) }
    }

    public let partition: PlanarPartition
    public let boundary: DecisionBoundary
    public var coloring = Coloring.class
    public var sets = Sets.cells
    public var showsBoundary = true
    /// Units whose zero sets are drawn.
    public var units: [Unit] = []
    public var samples: [PolygonMap.Samples] = []
    /// The nonlinearity whose regions' power centres are drawn, in the colours of the regions: `depth` of it, by code.
    public var centersOfLayer: Int?
    public var classNames: [String]
    /// What the colours of slopes and activity range over, and the rectangle shown, where maps are compared; by default their own.
    public var range: ClosedRange<Double>?
    public var shown: Window?

    /// - Parameter classNames: one a class; numbers where there are fewer.
    public init(_ partition: PlanarPartition, _ boundary: DecisionBoundary? = nil, classNames: [String] = []) {
        (self.partition, self.boundary) = (partition, boundary ?? partition.decisionBoundary())
        self.classNames = PartitionMap.names(
            of: self.boundary.regions.map(\.label), classNames, isSign: partition.program.outputCount == 1)
    }

    /// What classes are called: by the names given, or by number; of a single output by its sign.
    public static func names(of labels: [Int], _ names: [String], isSign: Bool) -> [String] {
        labels.map { names.indices.contains($0) ? names[$0] : isSign ? ["output ≤ 0", "output > 0"][$0] : "class \($0)" }
    }

    /// The map, `width` pixels wide.
    public func map(title: String, width: Double = 720) -> PolygonMap {
        let labels = setLabels()
        var (cells, scale, keys) = colored(labels)
        let window = window
        var map = PolygonMap(title: title, description: description(setCount: Set(labels).count), window: window, cells: cells)
        (map.width, map.scale, map.samples) = (width, scale, samples)
        map.edgeWidth = partition.cellCount > 20_000 ? 0.2 : 0.5
        if sets != .cells {
            let borders = partition.edges.compactMap { edge -> [SIMD2<Double>]? in
                guard let left = edge.left, let right = edge.right, labels[left] != labels[right] else { return nil }
                return [edge.start, edge.end]
            }
            map.edgeWidth = 0
            // Greyer than the decision boundary.
            let paint = Paint.fixed(PolygonMap.edge.mixed(with: .white, 0.4))
            map.lines.append(PolygonMap.Lines(borders, paint: paint, width: borders.count > 5_000 ? 0.4 : 1))
        }
        if showsBoundary, !boundary.curve.polylines.isEmpty {
            map.lines.append(PolygonMap.Lines(boundary.curve.polylines.map(\.points), paint: .fixed(PolygonMap.edge), width: 2))
            keys.append(.init("decision boundary", paint: .fixed(PolygonMap.edge), shape: .line))
        }
        for (index, unit) in units.enumerated() {
            let paint = Paint.fixed(PartitionMap.unitColors[index % PartitionMap.unitColors.count])
            let lines = partition.zeroSet(layer: unit.layer, unit: unit.unit).polylines.map(\.points)
            map.lines.append(PolygonMap.Lines(lines, paint: .fixed(.white), width: 5))
            map.lines.append(PolygonMap.Lines(lines, paint: paint, width: 2.5))
            keys.append(.init("unit \(unit.layer):\(unit.unit)", paint: paint, shape: .line))
        }
        // Samples are dots in the colours of their true classes, which areas of the same colours name already.
        keys += samples.filter { coloring != .class || !classNames.contains($0.name) }.map(\.key)
        if let layer = centersOfLayer {
            let variants = variants(labels, spread: true)
            let (dots, circles) = centers(ofLayer: layer) { PartitionMap.codeColor(variants[$0] ?? 0).mixed(with: .black, 0.25) }
            (map.samples, map.sampleRadius) = (map.samples + dots, 4)
            map.lines.append(PolygonMap.Lines(circles, paint: .fixed(PartitionMap.centerColor), width: 0.8))
            map.window = self.window(map.window, with: dots.flatMap(\.points))
            keys.append(.init("power centres of nonlinearity \(layer)", paint: .fixed(PartitionMap.centerColor), shape: .dot))
            if !circles.isEmpty { keys.append(.init("circles of their radii", paint: .fixed(PartitionMap.centerColor), shape: .line)) }
        }
        map.keys = keys
        if partition.horizon != nil {
            for index in map.cells.indices { map.cells[index].polygon = window.clip(map.cells[index].polygon) }
            for index in map.lines.indices { map.lines[index].polylines = map.lines[index].polylines.flatMap { window.clip(line: $0) } }
        }
        return map
    }

    /// What is shown: the domain, or of the whole plane the square with most of the corners of cells.
    public var window: Window {
        if let shown { return shown }
        let corners = boundary.parts.flatMap(\.vertices)
        if let horizon = partition.horizon { return PartitionMap.middle(corners.filter { max(abs($0.x), abs($0.y)) < horizon }) }
        return Window(
            low: corners.reduce(SIMD2(repeating: .infinity)) { pointwiseMin($0, $1) },
            high: corners.reduce(SIMD2(repeating: -.infinity)) { pointwiseMax($0, $1) })
    }

    /// A square round the middle nine tenths of some points in either coordinate, a quarter wider.
    private static func middle(_ points: [SIMD2<Double>]) -> Window {
        guard !points.isEmpty else { return Window(low: SIMD2(-1, -1), high: SIMD2(1, 1)) }
        let spans = [points.map(\.x), points.map(\.y)].map { values -> (middle: Double, half: Double) in
            let sorted = values.sorted()
            let (low, high) = (sorted[sorted.count / 20], sorted[sorted.count - 1 - sorted.count / 20])
            return (low / 2 + high / 2, high / 2 - low / 2)
        }
        let half = 1.25 * max(spans[0].half, spans[1].half)
        let center = SIMD2(spans[0].middle, spans[1].middle)
        // A point alone has no size of its own.
        let reach = half > 0 ? half : max(1, abs(center.x), abs(center.y))
        return Window(low: center - reach, high: center + reach)
    }

    /// For each cell the number of the set that is drawn in its place.
    private func setLabels() -> [Int] {
        switch sets {
        case .cells: Array(0..<partition.cellCount)
        case .depth(let layer): partition.cells.map { $0.ancestor(afterLayer: layer) }
        case .layer(let layer): partition.regions(ofLayer: layer)
        }
    }

    private func colored(_ labels: [Int]) -> (cells: [PolygonMap.Cell], scale: PolygonMap.Scale?, keys: [PolygonMap.Key]) {
        let values = values
        switch coloring {
        case .class:
            let variants = variants(labels)
            let keys = boundary.regions.map { region in
                PolygonMap.Key(classNames[region.label], paint: .fixed(ClassColors.tint(region.label, variant: 0)))
            }
            return (
                boundary.parts.map { .init($0.vertices, fill: ClassColors.tint($0.classIndex, variant: variants[labels[$0.cell]]!)) }, nil,
                keys
            )
        case .code:
            let variants = variants(labels, spread: true)
            return (cells { index in PartitionMap.codeColor(variants[labels[index]]!) }, nil, [])
        case .slope:
            let mapping = mapping(.paleViridis, values)
            return (cells { index in mapping.color(values[index]) }, .init("‖A‖₂", mapping), [])
        case .activity:
            let mapping = mapping(.paleBlues, values)
            return (cells { index in mapping.color(values[index]) }, .init(PartitionMap.activityName, mapping), [])
        }
    }

    private func mapping(_ scale: ColorScale, _ values: [Double]) -> ColorMapping {
        ColorMapping(
            scale: scale, low: range?.lowerBound ?? values.min() ?? 0, high: range?.upperBound ?? values.max() ?? 0)
    }

    /// The numbers that cells are coloured by, none where colours are classes or codes.
    public var values: [Double] {
        switch coloring {
        case .class, .code: []
        case .slope: partition.cells.map { $0.map.spectralNorm }
        case .activity: partition.cells.map { Double(active($0)) }
        }
    }

    private func cells(_ fill: (Int) -> Color) -> [PolygonMap.Cell] {
        partition.cells.map { PolygonMap.Cell($0.vertices, fill: fill($0.index)) }
    }

    /// Units beyond their first piece, in the layers that the sets are about.
    private func active(_ cell: PlanarPartition.Cell) -> Int {
        let layers =
            switch sets {
            case .cells: 0..<partition.unitCounts.count
            case .depth(let layer): 0..<layer + 1
            case .layer(let layer): layer..<layer + 1
            }
        return layers.reduce(0) { $0 + cell.code(atLayer: $1).count { $0 > 0 } }
    }

    /// A small number for each set, different for sets that share a side: each takes the first that its neighbours left, or with
    /// `spread` the first from its own number modulo 8 on, so that few sets all differ.
    private func variants(_ labels: [Int], spread: Bool = false) -> [Int: Int] {
        var neighbors: [Int: Set<Int>] = [:]
        for edge in partition.edges {
            guard let left = edge.left, let right = edge.right, labels[left] != labels[right] else { continue }
            neighbors[labels[left], default: []].insert(labels[right])
            neighbors[labels[right], default: []].insert(labels[left])
        }
        var variants: [Int: Int] = [:]
        for label in labels where variants[label] == nil {
            let taken = Set((neighbors[label] ?? []).compactMap { variants[$0] })
            let start = spread ? variants.count % 8 : 0
            variants[label] = (start..<start + 8).first { !taken.contains($0 % 8) }.map { $0 % 8 } ?? (0...).first { !taken.contains($0) }!
        }
        return variants
    }

    private func description(setCount: Int) -> String {
        let sets =
            switch sets {
            case .cells: "\(setCount) cells"
            case .depth(let layer): "\(setCount) cells after nonlinearity \(layer)"
            case .layer(let layer): "\(setCount) codes of nonlinearity \(layer), each a union of cells"
            }
        return "\(sets); colours: \(coloring.meaning(isSign: partition.program.outputCount == 1))."
    }

    static let activityName = "units beyond their first piece"

    /// One sentence each for what the map shows, for its caption.
    public var caption: String {
        var text = description(setCount: Set(setLabels()).count)
        if showsBoundary, !boundary.curve.polylines.isEmpty { text += " Dark line: where the class changes." }
        if partition.horizon != nil { text += " The plane goes on beyond the picture." }
        if !samples.isEmpty {
            text += " Dots: samples, in the colours of their true classes"
            text += partition.domain.embedding == nil ? "." : ", put where the slice is nearest to them."
        }
        if window.isStretched { text += " The axes have different scales." }
        return text
    }

    /// Light colours for codes, unlike those of the classes.
    static func codeColor(_ variant: Int) -> Color {
        let place = Double([0, 3, 5, 1, 6, 2, 4, 7][variant % 8]) / 7
        return (ColorScale.viridis.color(at: place) ?? .white).mixed(with: .white, 0.45)
    }

    /// Strong colours that stand out on tints: vermillion, navy, magenta, brown, teal, red, violet, olive.
    private static let unitColors = [
        Color(0xD55E00), Color(0x0B3C66), Color(0xA6187A), Color(0x6B3E00), Color(0x00736B), Color(0xC00020), Color(0x6A3FC8),
        Color(0x5F6B00),
    ]
}

extension AffineMap {
    /// ‖A‖₂ of two columns a and b: the root of the larger eigenvalue of AᵀA, ½(p + q + √((p − q)² + 4r²)) with p = ‖a‖², q = ‖b‖², r = ⟨a, b⟩.
    var spectralNorm: Double {
        let (p, q, r) = slopes.reduce((0.0, 0.0, 0.0)) { ($0.0 + $1[0] * $1[0], $0.1 + $1[1] * $1[1], $0.2 + $1[0] * $1[1]) }
        return (0.5 * (p + q + ((p - q) * (p - q) + 4 * r * r).squareRoot())).squareRoot()
    }
}
