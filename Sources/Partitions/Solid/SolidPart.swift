// A part of a domain in any dimension as flat arrays: vertices in Doubles, each with a bound on its error and the facets it lies on.

import Geometry

/// A bounded convex polytope with interior. Which vertex lies on which facet is exact; where it lies is known to a bound.
///
/// As of a `Polytope`, a vertex may lie on more facets than the dimension, and a hyperplane that only touches is none.
struct SolidPart {
    let dimension: Int
    /// Vertex by vertex d coordinates.
    let positions: [Double]
    /// For each vertex a bound on how far any coordinate is from the exact one.
    let displacements: [Double]
    /// The exact positions of vertices for which they have been asked.
    let points: [Int: ExactPoint]
    /// Vertex by vertex `wordCount` words: bit k where it lies on facet k.
    let incidence: [UInt64]
    let facets: [SolidFacet]

    var vertexCount: Int { displacements.count }
    var wordCount: Int { (facets.count + 63) / 64 }

    init(
        dimension: Int, positions: [Double], displacements: [Double], points: [Int: ExactPoint], incidence: [UInt64], facets: [SolidFacet]
    ) {
        (self.dimension, self.positions, self.displacements, self.points) = (dimension, positions, displacements, points)
        (self.incidence, self.facets) = (incidence, facets)
    }

    /// A polytope whose facet −k − 1 lies where `sides[k]` is 0.
    init(_ polytope: Polytope, sides: [AffineForm], _ reach: CellForms.Reach) {
        let (forms, words) = (CellForms.exact(sides, reach), (sides.count + 63) / 64)
        let facets = sides.indices.map { SolidFacet(forms, unit: $0, knot: 0) }
        var incidence = [UInt64](repeating: 0, count: polytope.vertices.count * words)
        for (v, vertex) in polytope.vertices.enumerated() {
            for facet in vertex.facets { incidence[v * words + (-facet - 1) / 64] |= 1 << UInt64((-facet - 1) % 64) }
        }
        self.init(
            dimension: polytope.dimension, positions: polytope.vertices.flatMap(\.position),
            displacements: polytope.vertices.map { SolidPart.roundoff($0.position) },
            points: Dictionary(uniqueKeysWithValues: polytope.vertices.enumerated().map { ($0, $1.point) }),
            incidence: incidence, facets: facets)
    }

    /// How far a position rounded to nearest is off.
    static func roundoff(_ position: some Sequence<Double>) -> Double { position.reduce(0) { max($0, abs($1)) } * 0x1p-53 + 0x1p-1074 }

    /// The numbers of the facets that a vertex lies on.
    func facets(of vertex: Int) -> [Int] { SolidPart.bits(incidence[vertex * wordCount..<(vertex + 1) * wordCount]) }

    /// The places of the one bits.
    static func bits(_ words: some Collection<UInt64>) -> [Int] {
        var places: [Int] = []
        for (index, word) in words.enumerated() {
            var rest = word
            while rest != 0 {
                places.append(64 * index + rest.trailingZeroBitCount)
                rest &= rest - 1
            }
        }
        return places
    }

    /// The same with exact vertices: each where its facets meet.
    var polytope: Polytope {
        let forms = facets.map(\.form)
        return Polytope(
            dimension: dimension,
            vertices: (0..<vertexCount).map { v in
                let facets = facets(of: v)
                return (points[v] ?? SolidPart.meeting(of: facets.map { forms[$0] }, dimension), facets)
            })
    }

    /// The point at which the facets of a vertex meet.
    static func meeting(of forms: [AffineForm], _ dimension: Int) -> ExactPoint {
        guard let point = ExactPoint(commonZeroOf: forms, dimension: dimension) else {
            preconditionFailure("\(forms.count) facets meet in no vertex")
        }
        return point
    }
}
