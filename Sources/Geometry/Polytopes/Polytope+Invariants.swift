// What must hold of every polytope, as a function that tests call.

extension Polytope {
    /// The first broken invariant in words, or `nil`: every vertex is a face, edges have two ends, Euler and Poincaré's
    /// Σ_k (−1)ᵏ f_k = 1 − (−1)ᵈ over the faces of dimension k < d, and the volume is positive.
    public func brokenInvariant() -> String? {
        var faces = Set([Array(vertices.indices)])
        var (sum, sign) = (0, dimension % 2 == 0 ? -1 : 1)
        for k in (0..<dimension).reversed() {
            faces = faces.reduce(into: Set<[Int]>()) { lower, face in
                if k == 0 { face.forEach { lower.insert([$0]) } } else { lower.formUnion(facets(of: face, dimension: k + 1)) }
            }
            sum += sign * faces.count
            sign = -sign
            if k == 1, let odd = faces.first(where: { $0.count != 2 }) { return "an edge has \(odd.count) ends" }
        }
        if faces.count != vertices.count { return "\(faces.count) of \(vertices.count) vertices are faces" }
        let expected = dimension % 2 == 0 ? 0 : 2
        if sum != expected { return "Euler's sum over faces is \(sum), expected \(expected)" }
        return volume.signum > 0 ? nil : "the volume is \(volume.doubleValue)"
    }
}
