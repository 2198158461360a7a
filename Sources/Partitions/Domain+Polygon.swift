// A bounded domain as a polygon or polytope, its corners checked in exact arithmetic.

import Geometry

extension Domain {
    /// The convex polygon of these corners, which go round it either way.
    ///
    /// - Throws: `PartitionError` where they do not: fewer than three, a corner twice or on a side, a dent, or more than once round.
    public static func polygon(around corners: [SIMD2<Double>]) throws(PartitionError) -> Domain {
        let numbers = corners.flatMap { [$0.x, $0.y] }
        if let large = numbers.first(where: { !(abs($0) <= 1e100) }) {
            throw PartitionError(what: "number", where: "polygon", expected: "at most 1e100 in magnitude", got: "\(large)")
        }
        // Twice the signed area, exactly.
        var area = Dyadic.zero
        for (p, q) in zip(corners, corners.dropFirst() + corners.prefix(1)) {
            area = area + Dyadic(p.x) * Dyadic(q.y) - Dyadic(p.y) * Dyadic(q.x)
        }
        let domain = Domain(.polygon(area.signum < 0 ? corners.reversed() : corners))
        _ = try domain.polygon()
        return domain
    }

    /// The corners of a bounded planar domain, counter-clockwise.
    ///
    /// - Throws: `PartitionError` where the corners do not go round a convex polygon strictly.
    package func polygon() throws(PartitionError) -> [SIMD2<Double>] {
        switch region {
        case .box(let ranges):
            let (x, y) = (ranges[0], ranges[1])
            return [
                SIMD2(x.lowerBound, y.lowerBound), SIMD2(x.upperBound, y.lowerBound), SIMD2(x.upperBound, y.upperBound),
                SIMD2(x.lowerBound, y.upperBound),
            ]
        case .polygon(let corners):
            guard corners.count >= 3, corners.allSatisfy({ $0.x.isFinite && $0.y.isFinite }) else {
                throw PartitionError(what: "corners", where: "polygon", expected: "at least 3, finite", got: "\(corners.count)")
            }
            let exact = corners.map { [Dyadic($0.x), Dyadic($0.y)] }
            let n = corners.count
            // Every other corner strictly left of every side: convex, counter-clockwise, no corner on a side, once round.
            for i in 0..<n {
                for j in 0..<n where j != i && j != (i + 1) % n {
                    let (p, q, r) = (exact[i], exact[(i + 1) % n], exact[j])
                    let cross = (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])
                    guard cross.signum > 0 else {
                        let (a, b) = (corners[i], corners[(i + 1) % n])
                        throw PartitionError(
                            what: "corner", where: "polygon",
                            expected:
                                "one inside the side from (\(a.x), \(a.y)) to (\(b.x), \(b.y)), as all corners of a convex polygon are",
                            got: "(\(corners[j].x), \(corners[j].y))")
                    }
                }
            }
            return corners
        case .whole:
            throw PartitionError(what: "domain", where: "polygon", expected: "a bounded one", got: "the whole plane")
        }
    }
}

extension Domain {
    /// The domain in any dimension.
    ///
    /// - Throws: `PartitionError` where it is not bounded.
    func polytope() throws(PartitionError) -> Polytope {
        switch region {
        case .box(let box): Polytope(box: box)
        case .polygon: Polytope(polygon: try polygon())
        case .whole: throw PartitionError(what: "domain", where: "polytope", expected: "a bounded one", got: "everything")
        }
    }

    /// The forms that are 0 on the sides of a bounded domain: the k-th on the facet −k − 1 of the polytope.
    ///
    /// - Throws: `PartitionError` where it is not bounded.
    func sides() throws(PartitionError) -> [AffineForm] {
        guard case .box(let box) = region else {
            let corners = try polygon()
            return corners.indices.map { AffineForm.vanishing(onLineThrough: corners[$0], corners[($0 + 1) % corners.count]) }
        }
        return box.indices.flatMap { i in
            [box[i].lowerBound, box[i].upperBound].map { AffineForm.coordinate(i, dimension: box.count) - Dyadic($0) }
        }
    }
}
