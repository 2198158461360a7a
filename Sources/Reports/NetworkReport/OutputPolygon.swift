// A cell divided by the largest output, in Doubles: for pictures.

/// A convex polygon with several affine functions given at its corners.
package struct OutputPolygon {
    package var corners: [SIMD2<Double>]
    /// The functions at each corner.
    package var values: [[Double]]

    package init(corners: [SIMD2<Double>], values: [[Double]]) { (self.corners, self.values) = (corners, values) }

    /// Where function `a` is at least function `b`.
    private func clipped(_ a: Int, over b: Int) -> OutputPolygon {
        var kept = OutputPolygon(corners: [], values: [])
        for (i, corner) in corners.enumerated() {
            let j = (i + 1) % corners.count
            let (u, v) = (values[i][a] - values[i][b], values[j][a] - values[j][b])
            if u >= 0 {
                kept.corners.append(corner)
                kept.values.append(values[i])
            }
            if (u < 0 && v > 0) || (u > 0 && v < 0) {
                let share = u / (u - v)
                var crossing = zip(values[i], values[j]).map { $0 + ($1 - $0) * share }
                crossing[b] = crossing[a]  // a tie, also after rounding
                kept.corners.append(corner + (corners[j] - corner) * share)
                kept.values.append(crossing)
            }
        }
        return kept
    }

    /// The parts on which each function is the first largest, and the sides of each at which another one takes over.
    package func parts() -> [(polygon: OutputPolygon, classIndex: Int, ties: [[SIMD2<Double>]])] {
        let functions = values[0].indices
        let winners = Set(values.map { row in functions.max { (row[$0], $1) < (row[$1], $0) }! })
        if winners.count == 1 { return [(self, winners.first!, [])] }
        return functions.compactMap { c in
            var part = self
            for rival in functions where rival != c && !part.corners.isEmpty { part = part.clipped(c, over: rival) }
            guard part.corners.count >= 3 else { return nil }
            let ties = part.corners.indices.compactMap { i -> [SIMD2<Double>]? in
                let j = (i + 1) % part.corners.count
                let isTie = functions.contains {
                    $0 > c && part.values[i][$0] == part.values[i][c] && part.values[j][$0] == part.values[j][c]
                }
                return isTie ? [part.corners[i], part.corners[j]] : nil
            }
            return (part, c, ties)
        }
    }
}
