// Bounded convex polytopes of any dimension with exact vertices, and their cuts by exact hyperplanes. Slow, plain and meant to be believed.

/// A full-dimensional bounded convex polytope, held by its vertices, each with the facets it lies on.
///
/// Facets are numbers that the caller chooses. A vertex may lie on more of them than the dimension (several hyperplanes through one
/// point); a hyperplane that only touches the polytope is not a facet.
public struct Polytope: Sendable {
    public struct Vertex: Hashable, Sendable {
        public let point: ExactPoint
        /// Ascending.
        public fileprivate(set) var facets: [Int]
    }

    public let dimension: Int
    public let vertices: [Vertex]

    /// The box of exact bounds; its facets are numbered −1 and −2 (first coordinate's low and high), −3, −4, …
    ///
    /// - Precondition: every lower bound is below its upper bound, and there is at least one coordinate.
    public init(box: [ClosedRange<Double>]) {
        precondition(!box.isEmpty && box.allSatisfy { $0.lowerBound < $0.upperBound }, "\(box) has no interior")
        dimension = box.count
        vertices = (0..<(1 << box.count)).map { corner in
            let high = (0..<box.count).map { corner >> $0 & 1 }
            return Vertex(
                point: ExactPoint(zip(box, high).map { $1 == 1 ? $0.upperBound : $0.lowerBound }),
                facets: high.indices.map { -(2 * $0 + high[$0] + 1) }.sorted())
        }
    }

    /// The convex polygon of exact corners; its facets are numbered −1, −2, …, each from one corner to the next.
    ///
    /// - Precondition: the corners go round it, each strictly a corner.
    public init(polygon corners: [SIMD2<Double>]) {
        precondition(corners.count > 2, "\(corners.count) corners")
        dimension = 2
        vertices = corners.indices.map { i in
            let before = i == 0 ? corners.count : i
            return Vertex(point: ExactPoint([corners[i].x, corners[i].y]), facets: [-before, -(i + 1)].sorted())
        }
    }

    init(dimension: Int, vertices: [Vertex]) {
        self.dimension = dimension
        self.vertices = vertices
    }

    /// The parts strictly on either side of a form's zero set; where the form does not take both signs, one part is `self`.
    public struct Cut: Sendable {
        /// The closure of where the form is positive, if that has interior.
        public let positive: Polytope?
        /// The closure of where the form is not positive, if that has interior.
        public let negative: Polytope?
    }

    /// Cuts by the zero set of `form`, which becomes the facet `facet` of both parts.
    ///
    /// A hyperplane that touches only the border cuts nothing; a form that is 0 everywhere leaves `self` as the negative part.
    public func cut(by form: AffineForm, facet: Int) -> Cut {
        let signs = vertices.map { form.sign(at: $0.point) }
        guard signs.contains(1) else { return Cut(positive: nil, negative: self) }
        guard signs.contains(-1) else { return Cut(positive: self, negative: nil) }
        var above: [Vertex] = []
        var below: [Vertex] = []
        for (vertex, sign) in zip(vertices, signs) {
            var vertex = vertex
            if sign == 0 { vertex.facets = (vertex.facets + [facet]).sorted() }
            if sign >= 0 { above.append(vertex) }
            if sign <= 0 { below.append(vertex) }
        }
        for (p, signP) in zip(vertices, signs) where signP > 0 {
            for (q, signQ) in zip(vertices, signs) where signQ < 0 {
                guard let common = edge(p, q) else { continue }
                let point = ExactPoint.crossing(of: form, from: p.point, to: q.point)
                let vertex = Vertex(point: point, facets: (common + [facet]).sorted())
                above.append(vertex)
                below.append(vertex)
            }
        }
        return Cut(positive: Polytope(dimension: dimension, vertices: above), negative: Polytope(dimension: dimension, vertices: below))
    }

    /// The facets that two vertices share, if they span an edge: at least d − 1, and no third vertex on all of them.
    private func edge(_ p: Vertex, _ q: Vertex) -> [Int]? {
        let common = p.facets.filter { q.facets.contains($0) }
        guard common.count >= dimension - 1 else { return nil }
        let others = vertices.contains { r in r != p && r != q && common.allSatisfy { r.facets.contains($0) } }
        return others ? nil : common
    }

    /// The numbers of its facets, ascending.
    public var facets: [Int] { Set(vertices.flatMap(\.facets)).sorted() }

    /// The exact volume: of every simplex of a triangulation, |det| / d!.
    public var volume: Rational {
        var sum = Rational.zero
        for simplex in simplices(of: vertices, dimension: dimension) { sum = sum + Polytope.determinant(simplex).magnitude }
        return sum / Rational((1...dimension).reduce(BigInteger(1)) { $0 * BigInteger($1) })
    }

    /// A triangulation of a face, given by its vertices: the first vertex joined with the simplices of every facet without it.
    private func simplices(of face: [Vertex], dimension: Int) -> [[ExactPoint]] {
        guard dimension > 0 else { return [[face[0].point]] }
        let apex = face[0]
        let every = Set(face.flatMap(\.facets))
        // The proper faces cut out by single hyperplanes; the largest of them by inclusion are the facets of this face.
        var members = Set<[Int]>()
        for facet in every {
            let on = face.indices.filter { face[$0].facets.contains(facet) }
            if on.count < face.count, on.count >= dimension { members.insert(on) }
        }
        let maximal = members.filter { a in !members.contains { b in b.count > a.count && a.allSatisfy(b.contains) } }
        return maximal.filter { !$0.contains(0) }.flatMap { on in
            simplices(of: on.map { face[$0] }, dimension: dimension - 1).map { [apex.point] + $0 }
        }
    }

    /// The determinant of the edges of a simplex from its first vertex.
    private static func determinant(_ simplex: [ExactPoint]) -> Rational {
        let n = simplex.count - 1
        var rows = (1...n).map { i in (0..<n).map { simplex[i][$0] - simplex[0][$0] } }
        var product = Rational(BigInteger(1))
        for column in 0..<n {
            guard let pivot = (column..<n).first(where: { rows[$0][column].signum != 0 }) else { return .zero }
            if pivot != column {
                rows.swapAt(pivot, column)
                product = -product
            }
            product = product * rows[column][column]
            for row in (column + 1)..<max(n, column + 1) where rows[row][column].signum != 0 {
                let factor = rows[row][column] / rows[column][column]
                for k in column..<n { rows[row][k] = rows[row][k] - factor * rows[column][k] }
            }
        }
        return product
    }
}
