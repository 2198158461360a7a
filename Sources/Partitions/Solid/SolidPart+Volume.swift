// Volumes by a triangulation over sets of vertices: each simplex joins the first vertex of a face with those of its facets without it.

extension SolidPart {
    /// The volume in Doubles, and a bound on its error.
    var roundedVolume: (volume: Double, bound: Double) {
        var fan = SimplexFan(dimension: dimension)
        return fan.volume(of: self)
    }
}

/// The simplices of a polytope, summed while they are found; serves one polytope after the other.
struct SimplexFan {
    private let dimension: Int
    private var positions: [Double] = []
    /// For each facet the set of its vertices, in words.
    private var members: [UInt64] = []
    private var wordCount = 0
    /// Sets of vertices, those of a face's facets after its own.
    private var faces: [UInt64] = []
    private var corners: [Int] = []
    private var rows: [Double]
    private var lengths: [Double]
    /// Σ |det|, and a bound on its error.
    private var sum = 0.0
    private var bound = 0.0
    /// How far the edges' entries are off.
    private var entryError = 0.0

    init(dimension: Int) {
        self.dimension = dimension
        rows = [Double](repeating: 0, count: dimension * dimension)
        lengths = [Double](repeating: 0, count: dimension)
    }

    /// The volume of a part in Doubles, and a bound on its error.
    ///
    /// The faces are those of the exact polytope; of each n-dimensional face, hyperplanes cut out its facets, and faces of smaller dimension,
    /// in which the recursion finds no simplex.
    ///
    /// Elimination with pivots, A = LU, finds the determinant of entries that are off by d 2⁻⁵³ (|L||U|)_ij, at most d 2⁻⁵³ Σ_k |u_kj|
    /// (Higham 2002, §9.3). With twice the displacement and a rounding, let them be off by ε: expanded by rows (Hadamard), the determinant
    /// is by Π_i (‖a_i‖ + √d ε) − Π_i ‖a_i‖.
    mutating func volume(of part: SolidPart) -> (volume: Double, bound: Double) {
        let (count, partWords) = (part.vertexCount, part.wordCount)
        wordCount = (count + 63) / 64
        positions = part.positions
        members.removeAll(keepingCapacity: true)
        members.append(contentsOf: repeatElement(0, count: part.facets.count * wordCount))
        for v in 0..<count {
            for w in 0..<partWords {
                var bits = part.incidence[v * partWords + w]
                while bits != 0 {
                    members[(64 * w + bits.trailingZeroBitCount) * wordCount + v / 64] |= 1 << UInt64(v % 64)
                    bits &= bits - 1
                }
            }
        }
        faces.removeAll(keepingCapacity: true)
        for w in 0..<wordCount { faces.append(w < count / 64 ? .max : (1 << UInt64(count % 64)) - 1) }
        entryError = 2 * (part.displacements.max() ?? 0) + positions.reduce(0) { max($0, abs($1)) } * 0x1p-52
        (sum, bound) = (0, 0)
        add(face: 0, dimension: dimension)
        let scale = (1...dimension).reduce(1.0) { $0 / Double($1) }
        return (sum * scale, (bound + sum * 0x1p-40) * scale * (1 + 0x1p-40))
    }

    /// Adds the simplices of a face of dimension `k`, the set at `face`, joined with the corners so far.
    private mutating func add(face: Int, dimension k: Int) {
        let first = vertex(of: face)
        corners.append(first)
        defer { corners.removeLast() }
        if k == 0 { return addSimplex() }
        let start = faces.count
        for facet in stride(from: 0, to: members.count, by: wordCount) {
            if members[facet + first / 64] >> UInt64(first % 64) & 1 == 1 { continue }
            let fresh = faces.count
            var size = 0
            for w in 0..<wordCount {
                let set = faces[face + w] & members[facet + w]
                size += set.nonzeroBitCount
                faces.append(set)
            }
            // Two hyperplanes may meet a face in the same facet.
            let isKnown = stride(from: start, to: fresh, by: wordCount).contains { known in
                (0..<wordCount).allSatisfy { faces[known + $0] == faces[fresh + $0] }
            }
            if size < k || isKnown { faces.removeLast(wordCount) }
        }
        for facet in stride(from: start, to: faces.count, by: wordCount) { add(face: facet, dimension: k - 1) }
        faces.removeLast(faces.count - start)
    }

    private func vertex(of face: Int) -> Int {
        var word = 0
        while faces[face + word] == 0 { word += 1 }
        return 64 * word + faces[face + word].trailingZeroBitCount
    }

    /// Adds the magnitude of the determinant of the edges from the first corner.
    private mutating func addSimplex() {
        let n = dimension
        for i in 0..<n {
            for k in 0..<n { rows[i * n + k] = positions[corners[i + 1] * n + k] - positions[corners[0] * n + k] }
            lengths[i] = (0..<n).reduce(0) { $0 + rows[i * n + $1] * rows[i * n + $1] }.squareRoot()
        }
        var (product, steps) = (1.0, n)
        for column in 0..<n {
            var pivot = column
            for row in column..<n where abs(rows[row * n + column]) > abs(rows[pivot * n + column]) { pivot = row }
            if pivot != column { for k in column..<n { rows.swapAt(pivot * n + k, column * n + k) } }
            let top = rows[column * n + column]
            product *= top
            if top == 0 {
                steps = column
                break
            }
            for row in (column + 1)..<max(n, column + 1) {
                let factor = rows[row * n + column] / top
                for k in column + 1..<n { rows[row * n + k] -= factor * rows[column * n + k] }
            }
        }
        var largest = 0.0
        for k in 0..<n { largest = max(largest, (0...(k < steps ? k : n - 1)).reduce(0) { $0 + abs(rows[$1 * n + k]) }) }
        let error = (entryError + Double(n) * 0x1p-52 * largest) * Double(n).squareRoot()
        var (without, with) = (1.0, 0.0)
        // Π (‖a_i‖ + ε) − Π ‖a_i‖, term by term: their difference would be rounded away.
        for length in lengths {
            with = with * (length + error) + without * error
            without *= length
        }
        sum += abs(product)
        bound += with
    }
}
