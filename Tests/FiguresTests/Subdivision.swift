// Partitions for tests: a square cut again and again by random lines.

func cut(_ polygon: [SIMD2<Double>], normal: SIMD2<Double>, offset: Double) -> [[SIMD2<Double>]] {
    var (positive, negative) = ([SIMD2<Double>](), [SIMD2<Double>]())
    for (p, q) in zip(polygon, polygon.dropFirst() + polygon.prefix(1)) {
        let (u, v) = ((p * normal).sum() - offset, (q * normal).sum() - offset)
        if u >= 0 { positive.append(p) }
        if u <= 0 { negative.append(p) }
        if (u < 0 && v > 0) || (u > 0 && v < 0) {
            // From the lesser end, so that both neighbours compute the same crossing.
            let (a, b, s, t) = (p.x, p.y) < (q.x, q.y) ? (p, q, u, v) : (q, p, v, u)
            let crossing = a + (b - a) * (s / (s - t))
            positive.append(crossing)
            negative.append(crossing)
        }
    }
    return [positive, negative].filter { area($0) > 0 }
}

func subdivision(lines: Int, _ rng: inout some RandomNumberGenerator) -> [[SIMD2<Double>]] {
    var cells: [[SIMD2<Double>]] = [[SIMD2(-1, -1), SIMD2(1, -1), SIMD2(1, 1), SIMD2(-1, 1)]]
    for _ in 0..<lines {
        let normal = SIMD2(Double.random(in: -1...1, using: &rng), Double.random(in: -1...1, using: &rng))
        let offset = Double.random(in: -0.8...0.8, using: &rng)
        cells = cells.flatMap { cut($0, normal: normal, offset: offset) }
    }
    return cells
}

/// Half the sum of cross products: positive for corners in counter-clockwise order.
func area(_ polygon: [SIMD2<Double>]) -> Double {
    guard polygon.count >= 3 else { return 0 }
    return zip(polygon, polygon.dropFirst() + polygon.prefix(1)).reduce(0) { $0 + ($1.0.x * $1.1.y - $1.0.y * $1.1.x) / 2 }
}

func perimeter(_ polygon: [SIMD2<Double>]) -> Double {
    zip(polygon, polygon.dropFirst() + polygon.prefix(1)).reduce(0) {
        let d = $1.1 - $1.0
        return $0 + (d * d).sum().squareRoot()
    }
}
