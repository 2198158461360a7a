// The area of a cell in pairs of Doubles: enough to tell nearly any two areas apart, at a small part of what an exact one costs.

import Geometry

extension PlanarCell {
    /// An area, and a bound on how far it is from the exact one; `nil` where a corner is open.
    ///
    /// Corners are taken exactly where the sides' lines cross as they are known in pairs. With a corner off by at most δ in each coordinate
    /// and D the largest difference of coordinates, each of n − 2 cross products is off by at most 2 (4 D δ + 4 δ²).
    func longArea(of program: PiecewiseAffineProgram) -> (area: Rational, bound: Double)? {
        let forms = lines.map { LongForm(of: $0, in: program) { Int(codes[$0][$1]) } }
        var places: [[Rational]] = []
        var error = 0.0
        for i in forms.indices {
            guard let crossing = LongForm.crossing(forms[(i + forms.count - 1) % forms.count], forms[i]) else { return nil }
            places.append(crossing.place)
            error = max(error, crossing.error)
        }
        guard error.isFinite, let apex = places.first else { return nil }
        let arms = places.dropFirst().map { [$0[0] - apex[0], $0[1] - apex[1]] }
        var twice = Rational.zero
        for (u, v) in zip(arms, arms.dropFirst()) { twice = twice + (u[0] * v[1] - u[1] * v[0]) }
        let diameter = arms.joined().reduce(0) { max($0, abs($1.doubleValue)) } * (1 + 0x1p-50)
        return (twice * Rational(0.5), Double(forms.count) * (4 * diameter * error + 4 * error * error) * (1 + 0x1p-40))
    }
}
