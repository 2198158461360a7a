// The nearest point of a convex polytope, by the dual active-set method of Goldfarb and Idnani (1983): it starts from the point itself and
// takes rows in as they are violated, so of many thousand rows only those near the answer are ever used.

extension Halfspaces {
    /// The nearest point of the set to a point, with bounds that any multipliers prove.
    public struct Projection: Sendable {
        public let point: [Double]
        public let distance: Double
        /// No point of the set is nearer than this: the dual value of the multipliers found.
        public let lowerBound: Double
        /// The rows that hold the point in place.
        public let active: [Int]
    }

    /// What a search for the nearest point ended with.
    public enum Nearest: Sendable {
        case found(Projection)
        /// Multipliers were found that prove the set empty, to rounding: the slope of `row` is a combination of those of `held`, which are
        /// independent, with multipliers ≤ 0.
        case empty(held: [Int], row: Int)
        /// Stopped, or further than was asked for: no point of the set is nearer than this.
        case beyond(Double)
    }

    /// The point of the set nearest to `origin`, or `nil` where the set is empty to rounding.
    public func projection(of origin: [Double]) -> Projection? {
        guard case .found(let projection) = nearest(to: origin) else { return nil }
        return projection
    }

    /// The point of the set nearest to `origin`.
    ///
    /// Rows are satisfied to 1e-12 of the magnitudes that make them. The point moves away from `origin` step by step, each of them nearest
    /// where the rows taken in hold: so the search may end as soon as it is further than `limit`.
    /// - Parameter isDone: asked between steps; `true` stops the search.
    public func nearest(to origin: [Double], within limit: Double = .infinity, until isDone: () -> Bool = { false }) -> Nearest {
        let slacks = values(at: origin)
        let scale = Halfspaces.norm(origin)
        var y = [Double](repeating: 0, count: dimension)
        var (active, multipliers) = (ActiveRows(dimension: dimension), [Double]())
        // All rows are looked at only when no row of a few dozen is violated any more.
        var near: [Int] = []
        func bound() -> Double { dualBound(active.members, multipliers, slacks) }
        for _ in 0..<50 * (dimension + 10) {
            if isDone() { return .beyond(bound()) }
            var worst = violated(near, y, slacks, scale, besides: active.members).first
            if worst == nil {
                near = Array(violated(Array(0..<count), y, slacks, scale, besides: active.members).prefix(64))
                worst = near.first
            }
            guard let row = worst else { break }
            var multiplier = 0.0
            while true {
                let (weights, rest, parts) = active.split(slope(row))
                let square = rest.reduce(0) { $0 + $1 * $1 }
                let isDependent = square <= 1e-20 * norms[row] * norms[row]
                var (step, blocking): (Double, Int?) = (.infinity, nil)
                for j in weights.indices where weights[j] > 0 && multipliers[j] / weights[j] < step {
                    (step, blocking) = (multipliers[j] / weights[j], j)
                }
                let full = isDependent ? Double.infinity : -(product(row, y) + slacks[row]) / square
                if full <= step { (step, blocking) = (full, nil) }
                guard step.isFinite else {
                    // a_row = Σ w_j a_j with every w_j ≤ 0: where the active rows hold, this row is at most s_row − Σ w_j s_j.
                    let shares = zip(weights, active.members).map { $0 * slacks[$1] }
                    let most = shares.reduce(slacks[row], -)
                    let size = shares.reduce(abs(slacks[row])) { $0 + abs($1) }
                    return most < -1e-9 * size ? .empty(held: active.members, row: row) : .beyond(bound())
                }
                if !isDependent { for d in y.indices { y[d] += step * rest[d] } }
                for j in weights.indices { multipliers[j] -= step * weights[j] }
                multiplier += step
                guard let blocking else {
                    active.append(row, parts, rest: rest)
                    multipliers.append(multiplier)
                    break
                }
                active.remove(at: blocking)
                multipliers.remove(at: blocking)
            }
            if Halfspaces.norm(y) > limit {
                let proved = bound()
                if proved > limit { return .beyond(proved) }
            }
        }
        return .found(
            Projection(point: zip(origin, y).map { $0 + $1 }, distance: Halfspaces.norm(y), lowerBound: bound(), active: active.members))
    }

    /// The rows among `rows` that are violated at `origin + y`, most violated first.
    private func violated(_ rows: [Int], _ y: [Double], _ slacks: [Double], _ scale: Double, besides active: [Int]) -> [Int] {
        let length = Halfspaces.norm(y) + scale
        let held = Set(active)
        return rows.compactMap { row -> (row: Int, depth: Double)? in
            guard norms[row] > 0 else { return nil }
            let value = product(row, y) + slacks[row]
            guard value < -1e-12 * (norms[row] * length + abs(offsets[row])), !held.contains(row) else { return nil }
            return (row, value / norms[row])
        }.sorted { $0.depth < $1.depth }.map(\.row)
    }

    /// Weak duality: for λ ≥ 0, ½‖y‖² ≥ −½‖Σ λ_i a_i‖² − Σ λ_i s_i wherever every a_i · y + s_i ≥ 0.
    private func dualBound(_ active: [Int], _ multipliers: [Double], _ slacks: [Double]) -> Double {
        var (sum, linear, magnitude) = ([Double](repeating: 0, count: dimension), 0.0, 0.0)
        for (row, multiplier) in zip(active, multipliers) {
            let weight = max(multiplier, 0)
            for (d, a) in slope(row).enumerated() { sum[d] += weight * a }
            linear += weight * slacks[row]
            magnitude += weight * norms[row]
        }
        let square = sum.reduce(0) { $0 + $1 * $1 }
        let rounding = Double(dimension + active.count + 16) * 0x1p-52 * (square + abs(linear) + magnitude * magnitude)
        return max(-square - 2 * linear - rounding, 0).squareRoot()
    }
}
