// The exact partition of a planar domain as its users see it: cells, edges, codes, maps. THEORY §8 defines a cell.

import Geometry

/// The cells of a piecewise-affine program on a box or convex polygon of two coordinates.
///
/// A cell is a set with interior on which every unit of every nonlinearity has one code; a pre-activation that is constant on a cell
/// splits nothing. Which cells there are is decided exactly; coordinates are Doubles, mostly right to the last place or two.
///
///     let partition = try PlanarPartition(of: program, on: .box([-1...1, -1...1]))
///     print(partition.cellCount, partition.cellCounts)
public struct PlanarPartition: Sendable {
    public let domain: Domain
    let subdivision: PlanarSubdivision

    /// - Throws: `PartitionError` where the domain does not fit the program, is not planar or has no interior, or pieces do not join.
    public init(of program: PiecewiseAffineProgram, on domain: Domain) throws(PartitionError) {
        try PlanarPartition.requirePlanarity(domain)
        let program = try domain.program(program)
        try PlanarPartition.requireContinuity(program)
        self.domain = domain
        var subdivision = PlanarSubdivision(of: program, on: try domain.polygon())
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
    public var cells: some RandomAccessCollection<Cell> { (0..<cellCount).lazy.map { Cell(index: $0, subdivision: subdivision) } }

    /// A cell of a planar partition.
    public struct Cell: Sendable {
        public let index: Int
        let subdivision: PlanarSubdivision

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

        /// The area, to Double's precision relative to the cell's diameter squared.
        public var area: Double { moments.area }
        public var centroid: SIMD2<Double> { moments.centroid }

        /// Area and centroid from the triangles that the first corner spans with every side.
        private var moments: (area: Double, centroid: SIMD2<Double>) {
            let corners = vertices
            let apex = corners[0]
            var (twice, sum) = (0.0, SIMD2<Double>(0, 0))
            for (p, q) in zip(corners.dropFirst(), corners.dropFirst(2)) {
                let (u, v) = (p - apex, q - apex)
                let cross = u.x * v.y - u.y * v.x
                twice += cross
                sum += cross * (u + v)
            }
            return twice > 0 ? (twice / 2, apex + sum / (3 * twice)) : (0, corners.reduce(SIMD2(0, 0), +) / Double(corners.count))
        }

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

extension Domain {
    /// The corners of a planar domain, counter-clockwise.
    ///
    /// - Throws: `PartitionError` where the corners do not go round a convex polygon strictly.
    func polygon() throws(PartitionError) -> [SIMD2<Double>] {
        switch region {
        case .box(let ranges):
            let (x, y) = (ranges[0], ranges[1])
            return [
                SIMD2(x.lowerBound, y.lowerBound), SIMD2(x.upperBound, y.lowerBound), SIMD2(x.upperBound, y.upperBound),
                SIMD2(x.lowerBound, y.upperBound),
            ]
        case .polygon(let corners):
            guard corners.count >= 3, corners.allSatisfy({ $0.x.isFinite && $0.y.isFinite }) else {
                throw PartitionError(what: "polygon", where: "domain", expected: "at least 3 finite corners", got: "\(corners.count)")
            }
            let exact = corners.map { [Dyadic($0.x), Dyadic($0.y)] }
            let n = corners.count
            // Every other corner strictly left of every side: convex, counter-clockwise, no corner on a side, once round.
            for i in 0..<n {
                for j in 0..<n where j != i && j != (i + 1) % n {
                    let (p, q, r) = (exact[i], exact[(i + 1) % n], exact[j])
                    let cross = (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])
                    guard cross.signum > 0 else {
                        throw PartitionError(
                            what: "corner \(j)", where: "domain", expected: "strictly left of the side from corner \(i)",
                            got: "(\(corners[j].x), \(corners[j].y))")
                    }
                }
            }
            return corners
        }
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

    /// The output on one cell, by running the frozen program on rows [slope…, offset].
    func map(of cell: Int) -> AffineMap {
        var values: [[[Double]]] = [[[1, 0, 0], [0, 1, 0]]]
        let depths = program.depths
        for (index, step) in program.steps.enumerated() {
            switch step {
            case .affine(let terms, let offset):
                values.append(
                    offset.indices.map { r in
                        var sum = [0, 0, offset[r]]
                        for term in terms {
                            for (column, weight) in term.matrix.row(r) {
                                for i in 0..<3 { sum[i] += weight * values[term.source][column][i] }
                            }
                        }
                        return sum
                    })
            case .pieces(let source, let pieces, let shared):
                let code = code(of: cell, atLevel: depths[shared ?? index + 1])
                values.append(
                    zip(zip(pieces, code), values[source]).map { unit, row in
                        let (function, r) = unit
                        return [
                            function.slopes[r] * row[0], function.slopes[r] * row[1], function.slopes[r] * row[2] + function.offsets[r],
                        ]
                    })
            case .maximum(let source, let groups):
                let code = code(of: cell, atLevel: depths[index + 1])
                values.append(zip(groups, code).map { group, code in values[source][group.members[group.codes.firstIndex(of: code)!]] })
            }
        }
        let rows = values[program.last]
        return AffineMap(slopes: rows.map { Array($0[..<2]) }, offsets: rows.map { $0[2] })
    }

    /// The code of a final cell at a level.
    func code(of cell: Int, atLevel level: Int) -> [Int] {
        let ancestor = history.ancestor(of: cell, at: history.levels.count, up: level)
        return (0..<history.levels[level - 1].width).map { history.levels[level - 1].code($0, of: ancestor) }
    }
}
