// The rows that hold a nearest point in place, as an orthonormal basis of their span and the triangle that makes the rows of it
// (Golub & Van Loan 2013, §5.2): a row more or less costs O(k (k + d)) and not a factorisation.

/// Independent vectors a_1 … a_k of d entries as a_j = Σ_i triangle[j][i] basis[i], basis orthonormal.
struct ActiveRows {
    /// Numbers of the rows in the order of the triangle.
    private(set) var members: [Int] = []
    private let dimension: Int
    private var basis: [[Double]] = []
    /// `triangle[j]` has j + 1 entries.
    private var triangle: [[Double]] = []

    init(dimension: Int) { self.dimension = dimension }

    var count: Int { members.count }

    /// A vector as Σ_j weights[j] a_j + rest, rest orthogonal to every a_j; `parts` are its coefficients in the basis.
    func split(_ vector: some Collection<Double>) -> (weights: [Double], rest: [Double], parts: [Double]) {
        var (rest, parts) = (Array(vector), [Double](repeating: 0, count: count))
        // Twice, the second time for what rounding left.
        for _ in 0..<2 {
            for i in 0..<count {
                let part = ActiveRows.product(basis[i], rest)
                parts[i] += part
                ActiveRows.add(-part, basis[i], to: &rest)
            }
        }
        var weights = parts
        for j in (0..<count).reversed() {
            weights[j] /= triangle[j][j]
            for i in 0..<j { weights[i] -= weights[j] * triangle[j][i] }
        }
        return (weights, rest, parts)
    }

    /// Appends a row, as `split` divided it.
    mutating func append(_ row: Int, _ parts: [Double], rest: [Double]) {
        let length = Halfspaces.norm(rest)
        members.append(row)
        basis.append(rest.map { $0 / length })
        triangle.append(parts + [length])
    }

    /// Removes the row at a place: plane rotations make the triangle of the others a triangle again.
    mutating func remove(at place: Int) {
        members.remove(at: place)
        triangle.remove(at: place)
        // Row j from here on has entries up to j + 1; the last is turned into the one before.
        for j in place..<max(triangle.count, place) {
            let (a, b) = (triangle[j][j], triangle[j][j + 1])
            let length = Halfspaces.norm([a, b])
            let (c, s) = length > 0 ? (a / length, b / length) : (1, 0)
            for k in j..<triangle.count {
                let (p, q) = (triangle[k][j], triangle[k][j + 1])
                (triangle[k][j], triangle[k][j + 1]) = (c * p + s * q, c * q - s * p)
            }
            triangle[j].removeLast()
            let (p, q) = (basis[j], basis[j + 1])
            for i in 0..<dimension { (basis[j][i], basis[j + 1][i]) = (c * p[i] + s * q[i], c * q[i] - s * p[i]) }
        }
        basis.removeLast()
    }

    private static func product(_ a: [Double], _ b: [Double]) -> Double {
        a.withUnsafeBufferPointer { a in b.withUnsafeBufferPointer { Halfspaces.product($0, a) } }
    }

    private static func add(_ factor: Double, _ a: [Double], to sum: inout [Double]) {
        a.withUnsafeBufferPointer { a in sum.withUnsafeMutableBufferPointer { for i in 0..<a.count { $0[i] += factor * a[i] } } }
    }
}

extension Halfspaces {
    /// Whether no slope is a combination of those before it, by more than 1e-12 of itself.
    package var hasIndependentSlopes: Bool {
        var active = ActiveRows(dimension: dimension)
        for row in 0..<count {
            let (_, rest, parts) = active.split(slope(row))
            guard Halfspaces.norm(rest) > 1e-12 * norms[row] else { return false }
            active.append(row, parts, rest: rest)
        }
        return true
    }
}
