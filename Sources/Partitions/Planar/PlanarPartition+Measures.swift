// Exact areas, and the smallest and largest of them.

import Geometry

extension PlanarPartition {
    /// The exact area of every cell, up to the horizon.
    public func exactAreas() -> [Rational] {
        var subdivision = subdivision
        return (0..<cellCount).map { subdivision.exactArea(of: $0) }
    }

    /// The area of every cell, right to 2⁻³² of itself however thin it is; ∞ where it is unbounded.
    public var areas: [Double] {
        var subdivision = subdivision
        return cells.map { cell in
            if cell.isUnbounded { return .infinity }
            let (area, bound) = subdivision.areaWithBound(of: cell.index)
            return CellMeasures.area(
                area, bound, long: LongForm.area(of: subdivision.mesh.vertices(of: cell.index).map { subdivision.longPlace($0) }),
                exact: subdivision.exactArea(of: cell.index))
        }
    }

    /// The exact corners of a cell, counter-clockwise.
    package func exactVertices(of cell: Int) -> [ExactPoint] {
        var subdivision = subdivision
        return subdivision.mesh.vertices(of: cell).map { subdivision.point($0) }
    }

    /// The areas of the smallest and of the largest cell, exact values rounded once; ∞ where cells are unbounded.
    ///
    /// Doubles choose the candidates, with a bound on their errors; exact arithmetic decides among them.
    public func areaRange() -> ClosedRange<Double> {
        var subdivision = subdivision
        let bounded = cells.filter { !$0.isUnbounded }.map(\.index)
        let areas = bounded.map { subdivision.areaWithBound(of: $0) }
        let ceiling = areas.map { $0.area + $0.bound }.min() ?? 0
        let floor = areas.map { $0.area - $0.bound }.max() ?? 0
        let smallest = areas.indices.filter { areas[$0].area - areas[$0].bound <= ceiling }.map { subdivision.exactArea(of: bounded[$0]) }
            .min()
        let largest = areas.indices.filter { areas[$0].area + areas[$0].bound >= floor }.map { subdivision.exactArea(of: bounded[$0]) }
            .max()
        let high = bounded.count < cellCount ? Double.infinity : largest?.doubleValue ?? 0
        return (smallest?.doubleValue ?? .infinity)...high
    }
}

extension PlanarSubdivision {
    mutating func exactArea(of cell: Int) -> Rational {
        let corners = mesh.vertices(of: cell).map { point($0) }
        var twice = Rational.zero
        for (p, q) in zip(corners.dropFirst(), corners.dropFirst(2)) {
            let apex = corners[0]
            twice = twice + (p[0] - apex[0]) * (q[1] - apex[1]) - (p[1] - apex[1]) * (q[0] - apex[0])
        }
        return twice * Rational(0.5)
    }

    /// The area in Doubles, and a bound on its error.
    fileprivate func areaWithBound(of cell: Int) -> (area: Double, bound: Double) {
        let vertices = mesh.vertices(of: cell)
        return ConvexPolygon(vertices.map { position($0) })
            .areaWithBound(errors: vertices.map { max(positions.bound(0, at: $0), positions.bound(1, at: $0)) })
    }
}
