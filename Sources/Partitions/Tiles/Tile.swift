// One tile: a few hundred cells that share almost all codes, with its own reduced network (DESIGN §5). Units that keep their piece on the
// whole tile are folded into the matrices; every other is a column, its hinge max(0, z − knot) at every vertex.

import CKernels

final class Tile {
    /// What a unit does at one of its knots on this tile.
    enum Side: Equatable {
        case unknown
        case below
        case above
        /// Both: the column that holds its hinge.
        case hinge(Int)
    }

    /// The row of a hinge's argument over the columns before it, with its error.
    struct Hinge {
        var row: [Double]
        var eta: Double
    }

    var mesh = TileMesh()
    var columnCount = 3
    /// For each column a bound on its size, on its error at the places where vertices are put, and on its gradient.
    var size: [Double] = []
    var base: [Double] = []
    var slope: [Double] = []
    /// For each column; those of 1, x, y are empty.
    var hinges: [Hinge] = []
    var values: [ColumnMatrix?]
    var step = 0
    /// The rounding of a coordinate.
    var grain = 0.0
    /// In a step of pieces, for each unit and knot in turn.
    var sides: [Side] = []

    init(valueCount: Int) { values = [ColumnMatrix?](repeating: nil, count: valueCount) }

    /// A convex polygon, counter-clockwise, as one cell.
    convenience init(polygon: [SIMD2<Double>], valueCount: Int) {
        self.init(valueCount: valueCount)
        mesh.stride = 8
        mesh.rows.resize(to: 8 * polygon.count)
        for i in 0..<8 * polygon.count { mesh.rows[i] = 0 }
        for (v, corner) in polygon.enumerated() {
            (mesh.rows[8 * v], mesh.rows[8 * v + 1], mesh.rows[8 * v + 2]) = (1, corner.x, corner.y)
            mesh.appendVertex(displacement: 0, offset: 0, generation: 0)
            mesh.halfEdges.append(.init(origin: Int32(v), next: Int32((v + 1) % polygon.count), twin: -1, cell: 0))
        }
        mesh.first.append(0)
        size = [1, polygon.map { abs($0.x) }.max() ?? 0, polygon.map { abs($0.y) }.max() ?? 0]
        (base, slope) = ([0, 0, 0], [0, 1, 1])
        let grain = 0x1p-50 * (size[1] + size[2])
        (base[1], base[2], self.grain) = (grain, grain, grain)
        hinges = [Hinge](repeating: Hinge(row: [], eta: 0), count: 3)
        var position = ColumnMatrix(rowCount: 2, width: 8)
        (position.data[1], position.data[8 + 2]) = (1, 1)
        position.denseRows = [0, 1]
        values[0] = position
    }

    static func padded(_ count: Int) -> Int { (count + 7) & ~7 }
    var columnWidth: Int { Tile.padded(columnCount) }

    private var worstDisplacement: Double {
        var worst = 0.0
        for v in 0..<mesh.vertexCount { worst = max(worst, mesh.displacement[v]) }
        return worst
    }

    /// Lays the rows out anew with `stride`, keeping the columns.
    private func lay(stride: Int) {
        guard stride != mesh.stride else { return }
        let (old, count, kept) = (mesh.stride, mesh.vertexCount, min(columnWidth, mesh.stride))
        if stride > old {
            mesh.rows.resize(to: count * stride)
            for v in Swift.stride(from: count - 1, through: 0, by: -1) {
                let (from, to) = (mesh.rows.start + v * old, mesh.rows.start + v * stride)
                for j in Swift.stride(from: kept - 1, through: 0, by: -1) { to[j] = from[j] }
                for j in kept..<max(kept, columnWidth) { to[j] = 0 }
            }
        } else {
            for v in 0..<count {
                let (from, to) = (mesh.rows.start + v * old, mesh.rows.start + v * stride)
                for j in 0..<stride { to[j] = from[j] }
            }
            mesh.rows.resize(to: count * stride)
        }
        mesh.stride = stride
    }

    // MARK: Cutting

    /// A unit at a knot that may cut.
    struct Candidate {
        let index: Int  // in `sides`
        let row: Int
        let knot: Double
        let base: Double
        let slope: Double
        let size: Double
    }

    /// Decides by bounds alone which units stay on one side of which knots, and lists the others, at most 64.
    func candidates(of matrix: ColumnMatrix, knots: [(row: Int, knot: Double)]) -> [Candidate] {
        let (width, count) = (columnWidth, columnCount)
        var low = [Double](repeating: 0, count: width)
        var high = low
        maso_partition_ranges(mesh.rows.start, mesh.vertexCount, mesh.stride, width, &low, &high)
        for j in 0..<count { size[j] = max(abs(low[j]), abs(high[j])) + base[j] }
        let displacement = worstDisplacement
        // Of the sum, and of as many interpolations as there may be, each of three roundings.
        let roundoff = (Double(count + 8) + 3 * Double(TileMesh.generationLimit)) * 0x1p-53
        var found: [Candidate] = []
        matrix.data.withUnsafeBufferPointer { data in
            for (index, place) in knots.enumerated() where sides[index] == .unknown {
                let row = data.baseAddress! + place.row * matrix.width
                var (middle, radius, magnitude, common, steepness) = (-place.knot, 0.0, abs(place.knot), 0.0, 0.0)
                for j in 0..<count {
                    let weight = row[j]
                    let absolute = abs(weight)
                    middle += weight * (0.5 * (low[j] + high[j]))
                    radius += absolute * (0.5 * (high[j] - low[j]))
                    magnitude += absolute * size[j]
                    common += absolute * base[j]
                    steepness += absolute * slope[j]
                }
                let error = (matrix.eta[place.row] + common + roundoff * magnitude) * (1 + 0x1p-30)
                let reach = radius + 2 * error + steepness * displacement
                if middle > reach {
                    sides[index] = .above
                } else if middle < -reach {
                    sides[index] = .below
                } else if found.count < 64 {
                    found.append(
                        Candidate(index: index, row: place.row, knot: place.knot, base: error, slope: steepness, size: magnitude))
                }
            }
        }
        return found
    }

    /// Cuts the tile by candidates; those that do cut become columns.
    ///
    /// - Returns: `false` where a sign could not be certified.
    func cut(by candidates: [Candidate], of matrix: ColumnMatrix) -> Bool {
        let (first, width) = (columnWidth, Tile.padded(candidates.count))
        lay(stride: first + width)
        var m = [Double](repeating: 0, count: columnCount * width)
        // Padding stays out of the way: always above its reach of −1.
        var (bases, slopes) = ([Double](repeating: -1, count: width), [Double](repeating: 0, count: width))
        for (c, candidate) in candidates.enumerated() {
            for j in 0..<columnCount { m[j * width + c] = matrix.data[candidate.row * matrix.width + j] }
            m[c] -= candidate.knot
            (bases[c], slopes[c]) = (candidate.base, candidate.slope)
        }
        let certain = bases.withUnsafeBufferPointer { bases in
            slopes.withUnsafeBufferPointer { slopes in
                cut(
                    by: candidates, m,
                    .init(first: first, width: width, base: bases.baseAddress!, slope: slopes.baseAddress!, grain: grain))
            }
        }
        guard let crossing = certain else { return false }
        if crossing != 0 { addColumns(candidates, crossing, matrix) }
        return true
    }

    /// Evaluates candidates at all vertices, with the matrix m (a column for each), and cuts by those of both signs.
    ///
    /// - Returns: the candidates that cut, or `nil` where a sign could not be certified.
    private func cut(by candidates: [Candidate], _ m: [Double], _ bounds: TileMesh.Bounds) -> UInt64? {
        let count = mesh.vertexCount
        mesh.positive.resize(to: count)
        let doubts = maso_partition_evaluate(
            mesh.rows.start, count, mesh.stride, columnCount, bounds.first, bounds.width, m, bounds.base, bounds.slope,
            mesh.displacement.start, mesh.positive.start)
        let valid = candidates.count == 64 ? ~0 : (1 << UInt64(candidates.count)) - 1 as UInt64
        guard doubts & valid == 0 else { return nil }
        var (any, all) = (0 as UInt64, ~0 as UInt64)
        for v in 0..<count {
            any |= mesh.positive[v]
            all &= mesh.positive[v]
        }
        let crossing = any & ~all & valid
        for (c, candidate) in candidates.enumerated() where crossing >> UInt64(c) & 1 == 0 {
            sides[candidate.index] = all >> UInt64(c) & 1 == 1 ? .above : .below
        }
        if crossing == 0 { return 0 }
        return mesh.cut(candidates: candidates.count, crossing: crossing, bounds) ? crossing : nil
    }

    private func addColumns(_ candidates: [Candidate], _ crossing: UInt64, _ matrix: ColumnMatrix) {
        let (first, old) = (columnWidth, columnCount)
        var sources: [Int] = []
        for (c, candidate) in candidates.enumerated() where crossing >> UInt64(c) & 1 == 1 {
            sides[candidate.index] = .hinge(columnCount)
            sources.append(first + c)
            var row = Array(matrix.data[candidate.row * matrix.width..<candidate.row * matrix.width + old])
            row[0] -= candidate.knot
            hinges.append(Hinge(row: row, eta: candidate.base))
            size.append(candidate.size)
            slope.append(candidate.slope)
            base.append(candidate.base)
            columnCount += 1
        }
        let (stride, newStride) = (mesh.stride, columnWidth)
        var fresh = Pool<Double>(capacity: mesh.vertexCount * newStride)
        fresh.resize(to: mesh.vertexCount * newStride)
        for v in 0..<mesh.vertexCount {
            let (from, to) = (mesh.rows.start + v * stride, fresh.start + v * newStride)
            for j in 0..<old { to[j] = from[j] }
            for (i, source) in sources.enumerated() { to[old + i] = max(from[source], 0) }
            for j in columnCount..<max(columnCount, newStride) { to[j] = 0 }
        }
        mesh.rows = fresh
        mesh.stride = newStride
        for value in values.indices { values[value]?.widen(to: newStride) }
    }
}
