// The area of a polygon in pairs of Doubles: enough to tell nearly any two areas apart, at a small part of what an exact one costs.

import Geometry

extension LongForm {
    /// The area of a convex polygon by its corners, and a bound on how far it is from the exact one; `nil` where a corner is open.
    ///
    /// Corners are taken exactly where the sides' lines cross as they are known in pairs. With a corner off by at most δ in each coordinate
    /// and D the largest difference of coordinates, each of n − 2 cross products is off by at most 2 (4 D δ + 4 δ²).
    static func area(of corners: [Crossing?]) -> (area: Dyadic, bound: Double)? {
        let known = corners.compactMap { $0 }
        let error = known.reduce(0) { max($0, $1.error) }
        guard known.count == corners.count, error.isFinite, let apex = known.first?.place else { return nil }
        let arms = known.dropFirst().map { [$0.place[0] - apex[0], $0.place[1] - apex[1]] }
        var twice = Dyadic.zero
        for (u, v) in zip(arms, arms.dropFirst()) { twice = twice + (u[0] * v[1] - u[1] * v[0]) }
        let diameter = arms.joined().reduce(0) { max($0, abs($1.doubleValue)) } * (1 + 0x1p-50)
        return (twice * Dyadic(0.5), Double(known.count) * (4 * diameter * error + 4 * error * error) * (1 + 0x1p-40))
    }

    /// The same of a polygon by the forms that are 0 on its sides.
    package static func area(between sides: [LongForm]) -> (area: Dyadic, bound: Double)? {
        area(of: sides.indices.map { crossing(sides[($0 + sides.count - 1) % sides.count], sides[$0]) })
    }
}

extension PlanarCell {
    /// An area, and a bound on how far it is from the exact one; `nil` where a corner is open.
    func longArea(of program: PiecewiseAffineProgram) -> (area: Dyadic, bound: Double)? {
        LongForm.area(between: lines.map { LongForm(of: $0, in: program) { Int(codes[$0][$1]) } })
    }
}
