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

    /// The point of the set nearest to `origin`, or `nil` where multipliers were found that prove the set empty (to rounding).
    ///
    /// Rows are satisfied to 1e-12 of the magnitudes that make them.
    public func projection(of origin: [Double]) -> Projection? {
        let slacks = values(at: origin)
        let scale = norm(origin)
        var y = [Double](repeating: 0, count: dimension)
        var (active, multipliers): ([Int], [Double]) = ([], [])
        for _ in 0..<50 * (dimension + 10) {
            guard let row = mostViolated(y, slacks, scale, besides: active) else { break }
            var multiplier = 0.0
            while true {
                let (r, z) = split(row, active)
                let square = z.reduce(0) { $0 + $1 * $1 }
                let isDependent = square <= 1e-20 * norms[row] * norms[row]
                var (step, blocking): (Double, Int?) = (.infinity, nil)
                for j in active.indices where r[j] > 0 && multipliers[j] / r[j] < step { (step, blocking) = (multipliers[j] / r[j], j) }
                let full = isDependent ? Double.infinity : -(product(row, y) + slacks[row]) / square
                if full <= step { (step, blocking) = (full, nil) }
                guard step.isFinite else { return nil }
                if !isDependent { for d in y.indices { y[d] += step * z[d] } }
                for j in active.indices { multipliers[j] -= step * r[j] }
                multiplier += step
                guard let blocking else { break }
                active.remove(at: blocking)
                multipliers.remove(at: blocking)
            }
            active.append(row)
            multipliers.append(multiplier)
        }
        return Projection(
            point: zip(origin, y).map { $0 + $1 }, distance: norm(y), lowerBound: dualBound(active, multipliers, slacks), active: active)
    }

    private func norm(_ vector: [Double]) -> Double { Halfspaces.norm(vector) }

    private func mostViolated(_ y: [Double], _ slacks: [Double], _ scale: Double, besides active: [Int]) -> Int? {
        let length = norm(y) + scale
        var worst: (row: Int, depth: Double)?
        for row in 0..<count where norms[row] > 0 {
            let value = product(row, y) + slacks[row]
            guard value < -1e-12 * (norms[row] * length + abs(offsets[row])) else { continue }
            let depth = value / norms[row]
            if depth < worst?.depth ?? 0, !active.contains(row) { worst = (row, depth) }
        }
        return worst?.row
    }

    /// The row's slope as Σ r_j slope_j over active rows, and what is left of it: least squares by Cholesky's method.
    private func split(_ row: Int, _ active: [Int]) -> (r: [Double], z: [Double]) {
        var z = Array(slope(row))
        guard !active.isEmpty else { return ([], z) }
        let n = active.count
        var factor = [Double](repeating: 0, count: n * n)
        let vectors = active.map { Array(slope($0)) }
        for i in 0..<n {
            for j in 0...i {
                var sum = product(active[j], vectors[i])
                for k in 0..<j { sum -= factor[i * n + k] * factor[j * n + k] }
                factor[i * n + j] = i == j ? max(sum, 1e-300).squareRoot() : sum / factor[j * n + j]
            }
        }
        var total = [Double](repeating: 0, count: n)
        // Twice, the second time for what rounding left.
        for _ in 0..<2 {
            var r = active.map { product($0, z) }
            for i in 0..<n {
                for k in 0..<i { r[i] -= factor[i * n + k] * r[k] }
                r[i] /= factor[i * n + i]
            }
            for i in (0..<n).reversed() {
                for k in (i + 1)..<max(n, i + 1) { r[i] -= factor[k * n + i] * r[k] }
                r[i] /= factor[i * n + i]
            }
            for j in 0..<n {
                total[j] += r[j]
                for d in z.indices { z[d] -= r[j] * vectors[j][d] }
            }
        }
        return (total, z)
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
