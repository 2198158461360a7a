// The exact partition of a planar domain as its users see it: cells, edges, codes, maps. THEORY §8 defines a cell.

public import Geometry

/// The cells of a piecewise-affine program on a box or convex polygon of two coordinates, or on the whole plane.
///
/// A cell is a set with interior on which every unit of every nonlinearity has one code; a pre-activation that is constant on a cell
/// splits nothing. Which cells there are is decided exactly; coordinates are Doubles, mostly right to the last place or two.
///
///     let partition = try PlanarPartition(of: program, on: .box([-1...1, -1...1]))
///     print(partition.cellCount, partition.cellCounts)
public struct PlanarPartition: Sendable {
    public let domain: Domain
    /// On the whole plane: nothing crosses at this distance from 0 or beyond, and the partition is that of the box which reaches so far.
    /// Its border is no part of the plane's cells; `Cell.isUnbounded` says which go on behind it.
    public let horizon: Double?
    let subdivision: PlanarSubdivision

    /// - Throws: `PartitionError` where the domain does not fit the program, is not planar or has no interior, or pieces do not join.
    public init(of program: PiecewiseAffineProgram, on domain: Domain) throws(PartitionError) {
        try PlanarPartition.requirePlanarity(domain)
        let program = try domain.program(program)
        try PlanarPartition.requireContinuity(program)
        self.domain = domain
        horizon = domain.isWhole ? try Horizon.radius(of: program) : nil
        let polygon = try (horizon.map { Domain.square($0) } ?? domain).polygon()
        var subdivision = PlanarSubdivision(of: program, on: polygon)
        subdivision.run()
        self.subdivision = subdivision
    }

    /// The program as a function of the domain's two coordinates.
    public var program: PiecewiseAffineProgram { subdivision.program }
    /// The number of cells after each nonlinearity, counting the codes up to there.
    public var cellCounts: [Int] { subdivision.counts }
    public var cellCount: Int { subdivision.mesh.cellCount }
    /// How many signs floating point left open, so that exact arithmetic decided them.
    public var exactSignCount: Int { subdivision.exactSignCount }

    /// One cell, in all a collection: `partition.cells[i]`.
    public var cells: some RandomAccessCollection<Cell> { (0..<cellCount).lazy.map { cell($0) } }

    /// The cell of that number.
    public func cell(_ index: Int) -> Cell { Cell(index: index, subdivision: subdivision, horizon: horizon) }

    /// A cell of a planar partition.
    public struct Cell: Sendable {
        public let index: Int
        let subdivision: PlanarSubdivision
        let horizon: Double?

        /// Its corners, counter-clockwise. Corners of neighbours on a straight side count as corners.
        public var vertices: [SIMD2<Double>] { subdivision.mesh.vertices(of: index).map { subdivision.position($0) } }

        /// The code at each nonlinearity: for every unit the number of its piece.
        public var codes: [[Int]] { subdivision.history.levels.indices.map { code(atLayer: $0) } }

        /// The code at one nonlinearity.
        public func code(atLayer layer: Int) -> [Int] { subdivision.code(of: index, atLevel: layer + 1) }

        /// The cell that it lies in after nonlinearity `layer`, as numbered by the partition of `program.prefix(throughNonlinearity: layer)`.
        public func ancestor(afterLayer layer: Int) -> Int {
            subdivision.history.ancestor(of: index, at: subdivision.history.levels.count, up: layer + 1)
        }

        /// Whether the cell has points however far away. Its vertices then include some on the horizon, where its rays are cut off.
        public var isUnbounded: Bool {
            horizon != nil && subdivision.mesh.halfEdges(of: index).contains { subdivision.mesh.cell[$0 ^ 1] < 0 }
        }

        /// Its corners without those of neighbours on its straight sides; on the whole plane cut off at the horizon.
        public var polygon: ConvexPolygon { ConvexPolygon(subdivision.corners(of: index).map { subdivision.position($0) }) }

        /// The number of its straight sides, told from the lines that they lie on; the horizon is none.
        public var facetCount: Int { subdivision.facetCount(of: index, countingBorder: horizon == nil) }

        /// The area, to Double's precision relative to the cell's diameter squared; ∞ where the cell is unbounded.
        public var area: Double { isUnbounded ? .infinity : polygon.area }
        /// The centroid of the cell up to the horizon.
        public var centroid: SIMD2<Double> { polygon.centroid }
        /// The radius of the largest circle in the cell up to the horizon, from its corners as Doubles.
        public var inRadius: Double { polygon.inRadius }

        /// The network on this cell, A x + b, as Doubles.
        public var map: AffineMap { subdivision.map(of: index) }
    }

    /// An edge between two cells, or between a cell and the outside.
    public struct Edge: Sendable, Hashable {
        public let start: SIMD2<Double>
        public let end: SIMD2<Double>
        /// The cell to the left, going from start to end; `nil` outside the domain.
        public let left: Int?
        /// The cell to the right; `nil` outside the domain.
        public let right: Int?
        /// The nonlinearity and the unit whose piece changes here first; `nil` on the domain's border.
        public let origin: Origin?

        public struct Origin: Sendable, Hashable {
            public let layer: Int
            /// The unit of that nonlinearity's input that is at a knot, or that ties with another.
            public let unit: Int
        }
    }

    /// Every edge once: the partition's dual graph with its geometry. Edges of the partition after layer ℓ are those of layers up to ℓ.
    public var edges: some RandomAccessCollection<Edge> { (0..<subdivision.mesh.edgeCount).lazy.map { subdivision.edge($0) } }

    /// For each cell the number of its region of one layer alone: cells with equal codes there have equal numbers, given in order of
    /// first appearance. Such a region is a union of cells, in general neither convex nor connected.
    public func regions(ofLayer layer: Int) -> [Int] {
        var numbers: [[Int]: Int] = [:]
        return cells.map { cell in
            let code = cell.code(atLayer: layer)
            let fresh = numbers.count
            return numbers[code]
                ?? {
                    numbers[code] = fresh; return fresh
                }()
        }
    }

    static func requirePlanarity(_ domain: Domain) throws(PartitionError) {
        guard domain.dimension == 2 else {
            throw PartitionError(what: "coordinates", where: "planar partition", expected: "2", got: "\(domain.dimension)")
        }
    }

    /// The planar engine reads values at shared vertices, so neighbouring pieces must meet.
    static func requireContinuity(_ program: PiecewiseAffineProgram) throws(PartitionError) {
        for (index, step) in program.steps.enumerated() {
            guard case .pieces(_, let functions, _) = step else { continue }
            var previous: PiecewiseFunction?
            for function in functions where function != previous {
                previous = function
                for (r, knot) in function.knots.enumerated() where !function.joins(at: r) {
                    throw PartitionError(
                        what: "pieces", where: "step \(index)", expected: "equal values at the knot \(knot)", got: "a jump")
                }
            }
        }
    }
}

extension PiecewiseFunction {
    /// Whether the pieces below and above a knot have exactly the same value there.
    func joins(at knot: Int) -> Bool {
        let u = Dyadic(knots[knot])
        let (below, above) = (Dyadic(slopes[knot]) * u + Dyadic(offsets[knot]), Dyadic(slopes[knot + 1]) * u + Dyadic(offsets[knot + 1]))
        return below == above
    }
}

/// An affine map of the domain's coordinates, A x + b.
public struct AffineMap: Hashable, Sendable {
    /// Shape `[C][d]`.
    public let slopes: [[Double]]
    /// Shape `[C]`.
    public let offsets: [Double]

    public init(slopes: [[Double]], offsets: [Double]) { (self.slopes, self.offsets) = (slopes, offsets) }

    /// A x + b.
    public func callAsFunction(_ x: [Double]) -> [Double] {
        zip(slopes, offsets).map { slope, offset in zip(slope, x).reduce(offset) { $0 + $1.0 * $1.1 } }
    }
}

extension PlanarSubdivision {
    func position(_ vertex: Int) -> SIMD2<Double> { SIMD2(positions.value(0, at: vertex), positions.value(1, at: vertex)) }

    /// The vertices of a cell where the line under its border changes. A straight side lies on the line of one cut, whose label its
    /// parts have inherited.
    func corners(of cell: Int) -> [Int] {
        mesh.halfEdges(of: cell).filter { mesh.edgeLabels[$0 / 2] != mesh.edgeLabels[Int(mesh.previous[$0]) / 2] }
            .map { Int(mesh.origin[$0]) }
    }

    /// How many lines a cell's border lies on, with or without those of the domain's border.
    func facetCount(of cell: Int, countingBorder: Bool) -> Int {
        mesh.halfEdges(of: cell).count {
            mesh.edgeLabels[$0 / 2] != mesh.edgeLabels[Int(mesh.previous[$0]) / 2] && (countingBorder || mesh.cell[$0 ^ 1] >= 0)
        }
    }

    func edge(_ index: Int) -> PlanarPartition.Edge {
        let (left, right) = mesh.cells(of: index)
        let origin: PlanarPartition.Edge.Origin? =
            switch lines[Int(mesh.edgeLabels[index])] {
            case .border: nil
            case .knot(_, let unit, _, _, let level), .tie(_, let unit, _, _, let level): .init(layer: level, unit: unit)
            }
        return PlanarPartition.Edge(
            start: position(Int(mesh.origin[2 * index])), end: position(mesh.target(2 * index)), left: left < 0 ? nil : Int(left),
            right: right < 0 ? nil : Int(right), origin: origin)
    }

    /// The output on one final cell.
    func map(of cell: Int) -> AffineMap { AffineMap(rows: rows(of: program.last, on: cell, at: history.levels.count), inputCount: 2) }

    /// A value on a cell of a level, as `frozenRows` are.
    func rows(of value: Int, on cell: Int, at level: Int) -> [Double] {
        let codes = (0..<program.depths[value]).map { target in
            let ancestor = history.ancestor(of: cell, at: level, up: target + 1)
            return (0..<history.levels[target].width).map { history.levels[target].code($0, of: ancestor) }
        }
        return program.frozenRows(of: value, codes: codes)
    }

    /// The code of a final cell at a level.
    func code(of cell: Int, atLevel level: Int) -> [Int] {
        let ancestor = history.ancestor(of: cell, at: history.levels.count, up: level)
        return (0..<history.levels[level - 1].width).map { history.levels[level - 1].code($0, of: ancestor) }
    }
}
