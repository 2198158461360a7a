// Bounded convex polytopes of any dimension with exact vertices, and their cuts by exact hyperplanes. Slow, plain and meant to be believed.

/// A full-dimensional bounded convex polytope, held by its vertices, each with the facets it lies on.
///
/// Facets are numbers that the caller chooses. A vertex may lie on more of them than the dimension (several hyperplanes through one
/// point); a hyperplane that only touches the polytope is not a facet.
public struct Polytope: Sendable {
    public struct Vertex: Hashable, Sendable {
        public let point: ExactPoint
        /// The point, each coordinate rounded to nearest.
        public let position: [Double]
        /// Ascending.
        public fileprivate(set) var facets: [Int]

        init(point: ExactPoint, facets: [Int]) { (self.point, position, self.facets) = (point, point.doubles, facets) }
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

    private init(dimension: Int, vertices: [Vertex]) {
        self.dimension = dimension
        self.vertices = vertices
    }

    /// The polytope of these vertices, each with the numbers of the facets it lies on, ascending.
    package init(dimension: Int, vertices: [(point: ExactPoint, facets: [Int])]) {
        self.init(dimension: dimension, vertices: vertices.map { Vertex(point: $0.point, facets: $0.facets) })
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
        let common = Polytope.common(p.facets, q.facets)
        guard common.count >= dimension - 1 else { return nil }
        // At a vertex on no more than d facets, any d − 1 of them make an edge, which has one other end.
        if p.facets.count == dimension || q.facets.count == dimension { return common }
        let others = vertices.contains { r in r != p && r != q && common.allSatisfy { r.facets.contains($0) } }
        return others ? nil : common
    }

    /// What two ascending lists share.
    private static func common(_ a: [Int], _ b: [Int]) -> [Int] {
        var (i, j, shared) = (0, 0, [Int]())
        while i < a.count, j < b.count {
            if a[i] == b[j] { shared.append(a[i]) }
            if a[i] <= b[j] { i += 1 } else { j += 1 }
        }
        return shared
    }

    /// The numbers of its facets, ascending.
    public var facets: [Int] { Set(vertices.flatMap(\.facets)).sorted() }

    /// The exact volume: of every simplex of a triangulation |det| / (d! Π wᵢ), the determinant being that of its vertices' homogeneous
    /// coordinates and wᵢ their weights; all over the product of all weights.
    public var volume: Rational { moments.volume }

    /// The exact volume, and the centre of mass: that of the simplices' centres, weighted by their exact volumes, in Doubles.
    public var moments: (volume: Rational, centroid: [Double]) {
        let whole = vertices.reduce(BigInteger(1)) { $0 * $1.point.weight }
        let simplices = simplices(of: Array(vertices.indices), dimension: dimension)
        let shares = simplices.map { simplex in
            let weights = simplex.reduce(BigInteger(1)) { $0 * vertices[$1].point.weight }
            return Polytope.determinant(simplex.map { vertices[$0].point.coordinates }).magnitude * whole.dividedExactly(by: weights)
        }
        let sum = shares.reduce(BigInteger(0), +)
        var centroid = [Double](repeating: 0, count: dimension)
        // Shares of 2ⁿ ≥ sum, whose quotients need no common divisors.
        let size = -sum.bitWidth
        let unit = 1 / (Dyadic(sum, exponent: size).doubleValue * Double(dimension + 1))
        for (simplex, share) in zip(simplices, shares) {
            let weight = Dyadic(share, exponent: size).doubleValue * unit
            for vertex in simplex { for i in 0..<dimension { centroid[i] += weight * vertices[vertex].position[i] } }
        }
        return (Rational(sum, (1...dimension).reduce(whole) { $0 * BigInteger($1) }), centroid)
    }

    /// A triangulation of a face, given by its vertices: the first vertex joined with the simplices of every facet without it.
    private func simplices(of face: [Int], dimension: Int) -> [[Int]] {
        guard dimension > 0 else { return [[face[0]]] }
        if dimension == 1 { return [[face[0], face[1]]] }
        // In a fixed order, so that sums round alike in every run.
        return facets(of: face, dimension: dimension).filter { $0[0] != face[0] }.sorted { $0.lexicographicallyPrecedes($1) }.flatMap {
            on in
            simplices(of: on, dimension: dimension - 1).map { [face[0]] + $0 }
        }
    }

    /// The facets of a face, each by its vertices: the proper faces cut out by single hyperplanes, the largest of them by inclusion.
    func facets(of face: [Int], dimension: Int) -> Set<[Int]> {
        var members: [Int: [Int]] = [:]
        for vertex in face { for facet in vertices[vertex].facets { members[facet, default: []].append(vertex) } }
        let proper = Set(members.values.filter { $0.count < face.count && $0.count >= dimension })
        return proper.filter { a in !proper.contains { b in b.count > a.count && Set(b).isSuperset(of: a) } }
    }

    /// The determinant of a matrix of integers: every division leaves no remainder, since what stands there is a minor (Bareiss 1968).
    private static func determinant(_ matrix: [[BigInteger]]) -> BigInteger {
        var (rows, before, isOdd) = (matrix, BigInteger(1), false)
        for column in rows.indices.dropLast() {
            guard let pivot = (column..<rows.count).first(where: { !rows[$0][column].isZero }) else { return 0 }
            if pivot != column {
                rows.swapAt(pivot, column)
                isOdd.toggle()
            }
            for row in (column + 1)..<rows.count {
                for k in (column + 1)..<rows.count {
                    let minor = rows[row][k] * rows[column][column] - rows[row][column] * rows[column][k]
                    rows[row][k] = minor.dividedExactly(by: before)
                }
            }
            before = rows[column][column]
        }
        let last = rows[rows.count - 1][rows.count - 1]
        return isOdd ? -last : last
    }
}
