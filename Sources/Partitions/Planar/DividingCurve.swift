// Lines along which a labelling of the plane changes (classes, a unit's pieces), and the regions of the labels. Which lines and regions
// there are, how they hang together and where they end is exact; coordinates, lengths and areas are Doubles.

import Geometry

/// A set of polylines that divides a planar domain.
public struct DividingCurve: Hashable, Sendable {
    /// Points in order between two ends, or round.
    public struct Polyline: Hashable, Sendable {
        /// A closed polyline ends with the point that it starts with.
        public let points: [SIMD2<Double>]
        /// What lies to the left, the smaller label of the two.
        public let left: Int
        public let right: Int
        /// Whether it comes back to its start without meeting another polyline.
        public let isClosed: Bool
        /// How many of its ends lie on the domain's border; the others lie where it meets other polylines.
        public let borderEndCount: Int

        public var length: Double {
            zip(points, points.dropFirst()).reduce(0) { $0 + (($1.1 - $1.0) * ($1.1 - $1.0)).sum().squareRoot() }
        }
    }

    public let polylines: [Polyline]
    /// Connected pieces, whether open or closed: the Betti number b₀ of the curve.
    public let pieceCount: Int
    /// Independent closed ways along the curve: its Betti number b₁.
    public let loopCount: Int

    public var length: Double { polylines.reduce(0) { $0 + $1.length } }
}

/// Where a planar domain has one label, as an open set: parts that touch only in a point are apart, and the domain's border bounds
/// no hole.
public struct LabelledRegion: Hashable, Sendable {
    public let label: Int
    public let area: Double
    /// Connected parts: the Betti number b₀.
    public let componentCount: Int
    /// Holes: the Betti number b₁.
    public let holeCount: Int
}

extension PlanarPartition {
    /// Where the code of one unit changes: the «bent hyperplane» on which its pre-activation is at a knot, or its maximum's winner
    /// changes. `left` and `right` are the codes.
    ///
    /// Where the pre-activation is at the knot without crossing it, on a line or on a whole cell, the code stays and there is no curve.
    /// - Precondition: the nonlinearity and its unit exist.
    public func zeroSet(layer: Int, unit: Int) -> DividingCurve { subdivision.curve(between: codes(layer: layer, unit: unit)) }

    /// Where one unit has each of its codes, those that occur, ascending.
    /// - Precondition: the nonlinearity and its unit exist.
    public func regions(layer: Int, unit: Int) -> [LabelledRegion] {
        subdivision.regions(of: codes(layer: layer, unit: unit), isWhole: horizon != nil)
    }

    /// The number of units of each nonlinearity.
    public var unitCounts: [Int] { subdivision.history.levels.map(\.width) }

    private func codes(layer: Int, unit: Int) -> [Int] {
        precondition(unitCounts.indices.contains(layer), "nonlinearity \(layer) of \(unitCounts.count)")
        precondition((0..<unitCounts[layer]).contains(unit), "unit \(unit) of \(unitCounts[layer])")
        let history = subdivision.history
        return (0..<cellCount).map { cell in
            history.levels[layer].code(unit, of: history.ancestor(of: cell, at: history.levels.count, up: layer + 1))
        }
    }
}

extension PlanarSubdivision {
    /// The lines between cells of different labels.
    func curve(between labels: [Int]) -> DividingCurve {
        let interface = mesh.interface(of: labels)
        return DividingCurve(
            polylines: interface.chains.map { chain in
                DividingCurve.Polyline(
                    points: chain.vertices.map { position($0) }, left: chain.left, right: chain.right, isClosed: chain.isClosed,
                    borderEndCount: [chain.start, chain.end].count { $0 == .border })
            }, pieceCount: interface.componentCount, loopCount: interface.loopCount)
    }

    /// The regions of the labels 0 ..< `count`, or of those that some cell has. On the whole plane what reaches its border is unbounded.
    func regions(of labels: [Int], among count: Int? = nil, isWhole: Bool) -> [LabelledRegion] {
        var areas: [Int: Double] = [:]
        for (cell, label) in labels.enumerated() {
            let isUnbounded = isWhole && mesh.halfEdges(of: cell).contains { mesh.cell[$0 ^ 1] < 0 }
            areas[label, default: 0] += isUnbounded ? .infinity : ConvexPolygon(corners(of: cell).map { position($0) }).area
        }
        var known: [Int: PlanarMesh.Region] = [:]
        for region in mesh.regions(of: labels) { known[region.label] = region }
        return (count.map { Array(0..<$0) } ?? known.keys.sorted()).map { label in
            LabelledRegion(
                label: label, area: areas[label] ?? 0, componentCount: known[label]?.componentCount ?? 0,
                holeCount: known[label]?.holeCount ?? 0)
        }
    }
}
