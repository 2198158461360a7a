// The largest ball in a convex set: the linear program «maximise r where ⟨a_i, x⟩ + b_i ≥ r ‖a_i‖» (Boyd & Vandenberghe 2004, §8.5.1).

/// The largest ball inside halfspaces, with proved bounds.
public struct InscribedBall: Sendable {
    /// What proves an answer.
    public enum Certificate: String, Sendable {
        /// Multipliers from the returned basis, solved again in exact fractions.
        case exact
        /// Rounding accounted for on one side; on the other, multipliers that hold to rounding.
        case rounded
        /// None: the solver was stopped, or its answer did not hold.
        case none
    }

    public let center: [Double]
    /// The ball of this radius around the centre lies inside: proved with rounding accounted for.
    public let radius: Double
    /// No ball inside has a larger radius; ∞ where there is no such bound.
    public let upperBound: Double
    public let certificate: Certificate
    /// The rows that hold the ball in place.
    public let active: [Int]

    /// Whether the set holds balls of every size.
    public var isUnbounded: Bool { radius == .infinity }
}

extension Halfspaces {
    /// The largest ball inside, or `nil` where the solver found none.
    ///
    /// - Parameters:
    ///   - start: a point of the set, to rounding.
    ///   - forms: the same rows exactly, for an exact certificate.
    ///   - seconds: how long the solver may take. After that the ball is the largest around `start`, without a bound from above.
    public func inscribedBall(
        near start: [Double], forms: [AffineForm]? = nil, seconds: Double = .infinity
    ) -> InscribedBall? { inscribedBall(near: start, forms: forms, seconds: seconds, restarts: 8) }

    private func inscribedBall(near start: [Double], forms: [AffineForm]?, seconds: Double, restarts: Int) -> InscribedBall? {
        let slacks = values(at: start).map { max($0, 0) }
        let rows = (0..<count).filter { norms[$0] > 0 }
        guard !rows.isEmpty else {
            return InscribedBall(
                center: start, radius: .infinity, upperBound: .infinity, certificate: .exact, active: [])
        }
        let spread = rows.map { slacks[$0] / norms[$0] }.sorted()[min(dimension, rows.count - 1)]
        // Lengths are measured in this unit, so that the solver's tolerances fit the set's size.
        let unit = spread > 0 ? spread : max(slacks.max() ?? 0, 1e-3)
        let clock = ContinuousClock.now
        var (reach, nearest): (Double, [Double]?) = (16, nil)
        while true {
            guard
                let answer = ball(
                    near: start, rows, slacks, unit: unit, reach: reach,
                    { seconds - clock.duration(to: .now) / .seconds(1) })
            else {
                let around = certified([start], [], nil)
                return around.radius > 0
                    ? InscribedBall(
                        center: start, radius: around.radius, upperBound: .infinity, certificate: .none,
                        active: []) : nil
            }
            // Beyond the largest Double there is nothing to be had.
            guard answer.center.allSatisfy(\.isFinite) else { return certified([start], [], forms) }
            let first = nearest ?? answer.center
            nearest = first
            if answer.isHeldByReach && reach < 1e11 {
                let way = zip(answer.center, start).map { $0 - $1 }
                if grow(rows, along: way), let center = center(among: first, answer.center, beyond: start, along: way, rows, forms) {
                    return InscribedBall(
                        center: center, radius: .infinity, upperBound: .infinity, certificate: .exact,
                        active: [])
                }
                reach *= 64
                continue
            }
            // Where the start is within rounding of many borders, the unit is a rounding: from the centre found it is a length of the set.
            let length = rows.reduce(0) { max($0, slacks[$1] / norms[$1]) }
            if answer.isHeldByReach, restarts > 0, reach * unit < length, isInside(answer.center, forms) {
                let left = seconds - clock.duration(to: .now) / .seconds(1)
                return inscribedBall(near: answer.center, forms: forms, seconds: left, restarts: restarts - 1)
            }
            return certified([answer.center, start], answer.active, forms)
        }
    }

    private func ball(
        near start: [Double], _ rows: [Int], _ slacks: [Double], unit: Double, reach: Double,
        _ secondsLeft: () -> Double
    ) -> (center: [Double], active: [Int], isHeldByReach: Bool)? {
        let bounds = [ClosedRange<Double>](repeating: -reach...reach, count: dimension) + [0...reach]
        let program = SimplexProgram(
            variables: bounds, objective: [Double](repeating: 0, count: dimension) + [1])
        var (inside, isInside): ([Int], [Bool]) = ([], [Bool](repeating: false, count: count))
        func take(_ new: some Sequence<Int>) {
            for row in new where !isInside[row] {
                isInside[row] = true
                inside.append(row)
                program.append(
                    slope: slope(row).map { $0 / norms[row] } + [-1], offset: slacks[row] / norms[row] / unit)
            }
        }
        take(rows.sorted { slacks[$0] / norms[$0] < slacks[$1] / norms[$1] }.prefix(dimension + 50))
        while secondsLeft() > 0 {
            guard
                case .optimal(let solution, let multipliers, let costs) = program.solve(
                    seconds: secondsLeft())
            else { return nil }
            let (y, radius) = (Array(solution[..<dimension]), solution[dimension])
            let violated = rows.filter { !isInside[$0] }
                .map {
                    (row: $0, excess: product($0, y) / norms[$0] + slacks[$0] / norms[$0] / unit - radius)
                }
                .filter { $0.excess < -1e-10 * (1 + radius) }.sorted { $0.excess < $1.excess }
            if violated.isEmpty {
                let active = multipliers.indices.filter { multipliers[$0] > 1e-12 }.map { inside[$0] }
                return (zip(start, y).map { $0 + unit * $1 }, active, costs.contains { abs($0) > 1e-9 })
            }
            take(violated.prefix(2 * dimension + 20).map(\.row))
        }
        return nil
    }

    /// Whether every row grows in a direction, with rounding accounted for: then balls of any size fit, further and further along it.
    private func grow(_ rows: [Int], along guess: [Double]) -> Bool {
        let length = Halfspaces.norm(guess)
        return length > 0
            && rows.allSatisfy {
                product($0, guess) > (1e-9 + Double(dimension + 16) * 0x1p-52) * norms[$0] * length
            }
    }

    /// A point inside where rows grow along a way: the first of these that is further from all borders than by rounding.
    ///
    /// Near a cone's apex the nearest centre may lie outside by rounding, or hardly inside, and one further on well inside.
    private func center(
        among first: [Double], _ second: [Double], beyond start: [Double], along way: [Double], _ rows: [Int], _ forms: [AffineForm]?
    ) -> [Double]? {
        let step = Halfspaces.norm(start) / Halfspaces.norm(way)
        let inside = [first, second, zip(start, way).map { $0 + step * $1 }].filter { isInside($0, forms) }
        return inside.first { center in
            let (values, length) = (values(at: center), Halfspaces.norm(center))
            return rows.allSatisfy { values[$0] > 1e-9 * norms[$0] * length }
        } ?? inside.first
    }

    /// Whether a point lies inside every row, well beyond rounding where there are no exact forms.
    private func isInside(_ point: [Double], _ forms: [AffineForm]?) -> Bool {
        if forms != nil { return radius(at: point, forms) > 0 }
        return (0..<count).allSatisfy { row in
            if norms[row] == 0 { return true }
            let (value, bound) = value(row, at: point)
            return value > 64 * bound
        }
    }

    /// The largest ball around one of the centres, with what can be proved of larger ones.
    private func certified(_ centers: [[Double]], _ active: [Int], _ forms: [AffineForm]?) -> InscribedBall {
        guard let forms else {
            let (center, radius) = best(of: centers, nil)
            return InscribedBall(
                center: center, radius: radius, upperBound: .infinity, certificate: radius > 0 ? .rounded : .none, active: active)
        }
        let (center, radius) = best(of: centers, forms)
        // Σ λ_i a_i = 0, Σ λ_i ‖a_i‖ = 1, λ ≥ 0: then r = Σ λ_i r ‖a_i‖ ≤ Σ λ_i (⟨a_i, x⟩ + b_i) = Σ λ_i b_i for every ball inside.
        let columns = active.map { forms[$0].slope + [Rational(norms[$0])] }
        let target = [Rational](repeating: .zero, count: dimension) + [Rational(1.0)]
        if let multipliers = exactCombination(of: columns, equal: target),
            multipliers.allSatisfy({ $0.signum >= 0 })
        {
            let exact = zip(multipliers, active).reduce(Rational.zero) {
                $0 + $1.0 * Rational(forms[$1.1].coefficients[dimension])
            }
            let upper = exact.doubleValue * (1 + rounding)
            if upper <= 0 || radius >= 0.999 * upper {
                return InscribedBall(
                    center: center, radius: radius, upperBound: upper, certificate: .exact, active: active)
            }
        }
        return exactly(center, forms, active)
            ?? InscribedBall(
                center: center, radius: radius, upperBound: .infinity,
                certificate: radius > 0 ? .rounded : .none, active: active)
    }

    /// What the norms, and their quotients, are off by relatively.
    private var rounding: Double { Double(dimension + 16) * 0x1p-52 }

    /// The centre with the largest ball, and its radius, rounded down.
    private func best(of centers: [[Double]], _ forms: [AffineForm]?) -> (center: [Double], radius: Double) {
        let balls = centers.map { center in (center: center, radius: radius(at: center, forms)) }
        return balls.dropFirst().reduce(balls[0]) { $1.radius > $0.radius ? $1 : $0 }
    }

    /// No more than the distance of a point to the nearest row; less than 0 also where the point is none of Doubles.
    private func radius(at point: [Double], _ forms: [AffineForm]?) -> Double {
        guard point.allSatisfy(\.isFinite) else { return -.infinity }
        let at = forms.map { _ in ExactPoint(point) }
        var radius = Double.infinity
        for row in 0..<count where norms[row] > 0 {
            let value: Double
            if let forms, let at {
                value = forms[row].value(at: at).doubleValue
            } else {
                let (middle, bound) = self.value(row, at: point)
                value = middle - bound
            }
            guard !value.isNaN else { return -.infinity }
            radius = min(radius, value / norms[row])
        }
        return radius * (radius > 0 ? 1 - rounding : 1 + rounding)
    }

    /// The same program in exact fractions throughout, with the norms as rounded; small ones only.
    private func exactly(_ center: [Double], _ forms: [AffineForm], _ active: [Int]) -> InscribedBall? {
        guard forms.count * (dimension + 2) <= 6000 else { return nil }
        let point = ExactPoint(center)
        let values = forms.map { $0.value(at: point) }
        // A row whose norm is none of Doubles takes no part.
        guard zip(values, norms).allSatisfy({ $0.signum >= 0 || $1 > 0 }) else { return nil }
        let floor = values.min() ?? .zero
        // r = floor' + s with s free: every offset is at least 0 at the centre where s = 0.
        let lowest = zip(values, norms).filter { $0.1 > 0 }.map { $0.0 / Rational($0.1) }.min() ?? floor
        let rows = forms.indices.map { i in
            forms[i].slope + [-Rational(norms[i]), values[i] - lowest * Rational(norms[i])]
        }
        let objective = [Rational](repeating: .zero, count: dimension) + [Rational(1.0)]
        func moved(_ shift: [Rational]) -> [Double] { zip(center, shift).map { (Rational($0) + $1).doubleValue } }
        switch ExactProgram.maximum(rows: rows, objective: objective, basis: active) {
        case .unbounded(let start, let direction):
            // So far that the radius is a length of the start, and further where rounding asks it.
            let length = max(Halfspaces.norm(center), Halfspaces.norm(start.map(\.doubleValue)), 1e-3)
            guard length.isFinite else { return nil }
            let step = Rational(length) / direction[dimension]
            let further = [1.0, 0x1p10, 0x1p20].map { far in moved(zip(start, direction).map { $0 + Rational(far) * step * $1 }) }
            let (found, radius) = best(of: [center] + further, forms)
            guard radius > 0 else { return nil }
            return InscribedBall(
                center: found, radius: .infinity, upperBound: .infinity, certificate: .exact, active: [])
        case .optimal(let value, let shift):
            let upper = (value + lowest).doubleValue
            let (found, radius) = best(of: [center, moved(shift)], forms)
            return InscribedBall(
                center: found, radius: radius, upperBound: upper > 0 ? upper * (1 + 0x1p-40) : upper,
                certificate: .exact, active: active)
        }
    }
}
