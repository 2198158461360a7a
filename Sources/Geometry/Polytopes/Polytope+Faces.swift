// The facets of a polytope as sets of vertices, and in three dimensions as polygons.

extension Polytope {
    /// For each facet the indices of the vertices on it, ascending; facets in lexicographic order.
    public var facetVertices: [[Int]] {
        facets(of: Array(vertices.indices), dimension: dimension).sorted { $0.lexicographicallyPrecedes($1) }
    }

    /// The facets of a polytope in three dimensions: each with its corners' positions in order round it, counter-clockwise as seen from
    /// outside.
    ///
    /// - Precondition: there are three dimensions.
    public var faces: [[SIMD3<Double>]] {
        precondition(dimension == 3, "faces in \(dimension) dimensions")
        func place(_ vertex: Int) -> SIMD3<Double> {
            SIMD3(vertices[vertex].position[0], vertices[vertex].position[1], vertices[vertex].position[2])
        }
        let middle = vertices.indices.reduce(SIMD3<Double>.zero) { $0 + place($1) } / Double(vertices.count)
        return facetVertices.map { members in
            let corners = members.map(place)
            let center = corners.reduce(SIMD3<Double>.zero, +) / Double(corners.count)
            func cross(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> SIMD3<Double> {
                SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
            }
            // The largest of the normals that neighbouring corners span with the middle is the least rounded.
            let first = corners[0] - center
            let normals = corners.dropFirst().map { cross(first, $0 - center) }
            var normal = normals.max { ($0 * $0).sum() < ($1 * $1).sum() } ?? .zero
            if (normal * (center - middle)).sum() < 0 { normal = -normal }
            let second = cross(normal, first)
            // The angle from `first` on, as a number that grows with it: 0 to 4 once round.
            func turn(_ corner: SIMD3<Double>) -> Double {
                let (x, y) = (((corner - center) * first).sum() * scale(second), ((corner - center) * second).sum() * scale(first))
                let share = abs(x) + abs(y) > 0 ? y / (abs(x) + abs(y)) : 0
                return x >= 0 ? (y >= 0 ? share : 4 + share) : 2 - share
            }
            func scale(_ vector: SIMD3<Double>) -> Double { (vector * vector).sum().squareRoot() }
            return corners.map { ($0, turn($0)) }.sorted { $0.1 < $1.1 }.map(\.0)
        }
    }
}
