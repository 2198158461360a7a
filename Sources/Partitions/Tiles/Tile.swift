// One tile: a few hundred cells that share almost all codes, with its own reduced network (DESIGN §5). Units that keep their piece on the
// whole tile are folded into the matrices; every other is a column, its hinge max(0, z − knot) at every vertex.

import CKernels

struct Tile: ~Copyable {
    /// What a unit does at one of its knots on this tile.
    enum Side: Equatable {
        case unknown
        case below
        case above
        /// Both: the column that holds its hinge.
        case hinge(Int)
    }

    /// The argument of a hinge over the columns before it: `count` weights from `start` on in `hingeWeights`, and its error.
    struct Hinge {
        var start = 0
        var count = 0
        var eta = 0.0
    }

    var mesh = TileMesh()
    var columnCount = 3
    /// For each column, up to the mesh's stride, a bound on its size, on its error at the places where vertices are put, and on its
    /// gradient.
    var size: [Double]
    var base: [Double]
    var slope: [Double]
    /// For each column; those of 1, x, y, and columns of zeros, are empty.
    var hinges: [Hinge]
    var hingeWeights: [Double] = []
    var values: [ColumnMatrix?]
    var step = 0
    /// The rounding of a coordinate.
    var grain = 0.0
    /// In a step of pieces, for each unit and knot in turn.
    var sides: [Side] = []

    /// No cells yet.
    init(columnCount: Int, values: [ColumnMatrix?]) {
        self.values = values
        self.columnCount = columnCount
        mesh.stride = padded(columnCount)
        size = [Double](repeating: 0, count: mesh.stride)
        (base, slope) = (size, size)
        hinges = [Hinge](repeating: Hinge(), count: columnCount)
    }

    /// A convex polygon, counter-clockwise, as one cell.
    init(polygon: [SIMD2<Double>], valueCount: Int) {
        self.init(columnCount: 3, values: [ColumnMatrix?](repeating: nil, count: valueCount))
        mesh.rows.resize(to: 8 * polygon.count)
        for i in 0..<8 * polygon.count { mesh.rows[i] = 0 }
        for (v, corner) in polygon.enumerated() {
            (mesh.rows[8 * v], mesh.rows[8 * v + 1], mesh.rows[8 * v + 2]) = (1, corner.x, corner.y)
            mesh.vertices.append(.init(positive: 0, displacement: 0, offset: 0, generation: 0))
            mesh.halfEdges.append(.init(origin: Int32(v), next: Int32((v + 1) % polygon.count), twin: -1, cell: 0))
        }
        mesh.first.append(0)
        size.replaceSubrange(0..<3, with: [1, polygon.map { abs($0.x) }.max() ?? 0, polygon.map { abs($0.y) }.max() ?? 0])
        slope.replaceSubrange(0..<3, with: [0, 1, 1])
        grain = 0x1p-50 * (size[1] + size[2])
        base.replaceSubrange(0..<3, with: [0, grain, grain])
        let position = ColumnMatrix(unitCount: 2, columnCount: 3, dense: [0, 1])
        (position.column(1)[0], position.column(2)[1]) = (1, 1)
        values[0] = position
    }

    // MARK: Cutting

    /// A unit at a knot that may cut.
    struct Candidate {
        let index: Int  // in `sides`
        let unit: Int
        let knot: Double
        let base: Double
        let slope: Double
        let size: Double
    }

    /// Decides by bounds alone which units stay on one side of which knots, and lists the others, at most 64.
    ///
    /// A candidate's `base` bounds |its entry at a vertex − f(put)| for the exact function f of TileMesh's header: the matrix's error
    /// eta, the columns' errors Σ_j |w_j| base_j, and of the magnitude Σ_j |w_j| size_j one rounding for every term of the sum and six for
    /// every interpolation. Its slope is Σ_j |w_j| slope_j. On the tile f is within radius + error + slope · displacement of the middle.
    mutating func candidates(of matrix: ColumnMatrix, knots: [(unit: Int, knot: Double)]) -> [Candidate] {
        let (width, count, units) = (padded(columnCount), matrix.columnCount, matrix.stride)
        let ranges = Pool<Double>(capacity: 2 * width)
        let (low, high) = (ranges.start, ranges.start + width)
        maso_partition_ranges(mesh.rows.start, mesh.vertexCount, mesh.stride, width, low, high)
        for j in 0..<columnCount {
            let (least, most) = (low[j], high[j])
            size[j] = max(abs(least), abs(most)) + base[j]
            (low[j], high[j]) = (0.5 * (least + most), 0.5 * (most - least))
        }
        let sums = Pool<Double>(capacity: 5 * units)
        let bounds = maso_partition_bounds(
            middle: sums.start, radius: sums.start + units, magnitude: sums.start + 2 * units, base: sums.start + 3 * units,
            slope: sums.start + 4 * units)
        maso_partition_bound(matrix.data, units, count, low, high, size, base, slope, bounds)
        var displacement = 0.0
        for v in 0..<mesh.vertexCount { displacement = max(displacement, mesh.vertices.start[v].displacement) }
        let roundoff = Double(count + 8 + 6 * TileMesh.generationLimit) * 0x1p-53
        var found: [Candidate] = []
        found.reserveCapacity(64)
        for (index, place) in knots.enumerated() where sides[index] == .unknown {
            let k = place.unit
            let (middle, magnitude) = (bounds.middle[k] - place.knot, bounds.magnitude[k] + abs(place.knot))
            let error = (matrix.eta[k] + bounds.base[k] + roundoff * magnitude) * (1 + 0x1p-30)
            let reach = bounds.radius[k] * (1 + 0x1p-30) + 2 * error + bounds.slope[k] * displacement
            if middle > reach {
                sides[index] = .above
            } else if middle < -reach {
                sides[index] = .below
            } else if found.count < 64 {
                found.append(
                    Candidate(
                        index: index, unit: k, knot: place.knot, base: error, slope: bounds.slope[k] * (1 + 0x1p-30), size: magnitude))
            }
        }
        return found
    }

    /// Cuts the tile by candidates; those that do cut become columns.
    ///
    /// - Returns: `false` where a sign could not be certified.
    mutating func cut(
        by candidates: [Candidate], of matrix: ColumnMatrix, isLast: Bool, _ scratch: inout TileMesh.Scratch
    ) -> Bool {
        let (width, vertexCount) = (padded(candidates.count), mesh.vertexCount)
        let weights = Pool<Double>(repeating: 0, count: (matrix.columnCount + 2) * width)
        let (bases, slopes) = (weights.start + matrix.columnCount * width, weights.start + (matrix.columnCount + 1) * width)
        for c in candidates.count..<max(candidates.count, width) { bases[c] = -1 }  // padding is never in doubt
        for (c, candidate) in candidates.enumerated() {
            for j in 0..<matrix.columnCount { weights[j * width + c] = matrix.column(j)[candidate.unit] }
            weights[c] -= candidate.knot
            (bases[c], slopes[c]) = (candidate.base, candidate.slope)
        }
        scratch.values.resize(to: vertexCount * width)
        var signs = maso_partition_signs()
        maso_partition_evaluate(
            mesh.rows.start, mesh.vertices.start, vertexCount, mesh.stride, matrix.columnCount, width, weights.start, bases, slopes,
            scratch.values.start, &signs)
        let valid = candidates.count == 64 ? ~0 : (1 << UInt64(candidates.count)) - 1 as UInt64
        guard signs.doubtful & valid == 0 else { return false }
        let crossing = signs.any & ~signs.all & valid
        for (c, candidate) in candidates.enumerated() where crossing >> UInt64(c) & 1 == 0 {
            sides[candidate.index] = signs.all >> UInt64(c) & 1 == 1 ? .above : .below
        }
        if crossing == 0 { return true }
        let chosen = candidates.indices.filter { crossing >> UInt64($0) & 1 == 1 }
        // After the last cut nobody reads the hinges: the coordinates will do.
        if isLast { columnCount = 3 }
        // The signs of candidates must fit a word from the multiple of 8 before the first one on.
        let first = chosen.count <= 56 ? columnCount : padded(columnCount)
        let stride = padded(first + padded(chosen.count))
        scratch.rows.resize(to: vertexCount * stride)
        maso_partition_pack(
            mesh.rows.start, mesh.vertices.start, vertexCount, mesh.stride, columnCount, scratch.values.start, width,
            chosen.map { Int32($0) }, chosen.count, scratch.rows.start, stride, first)
        swap(&mesh.rows, &scratch.rows)
        mesh.stride = stride
        addColumns(chosen.map { candidates[$0] }, first: first, of: matrix)
        let certain = base.withUnsafeBufferPointer { base in
            slope.withUnsafeBufferPointer { slope in
                mesh.cut(
                    .init(
                        first: first, count: chosen.count, base: base.baseAddress!, slope: slope.baseAddress!, grain: grain,
                        isLast: isLast), &scratch)
            }
        }
        if certain && !isLast {
            maso_partition_hinge(mesh.rows.start, mesh.vertexCount, mesh.stride, first, padded(chosen.count))
        }
        return certain
    }

    /// The columns of candidates that cut, from `first` on, after columns of zeros.
    private mutating func addColumns(_ candidates: [Candidate], first: Int, of matrix: ColumnMatrix) {
        let padding = mesh.stride - size.count
        if padding > 0 {
            let zeros = repeatElement(0.0, count: padding)
            size.append(contentsOf: zeros)
            base.append(contentsOf: zeros)
            slope.append(contentsOf: zeros)
        }
        hinges.removeSubrange(columnCount...)
        for _ in columnCount..<max(columnCount, first) { hinges.append(Hinge()) }
        for (i, candidate) in candidates.enumerated() {
            sides[candidate.index] = .hinge(first + i)
            hinges.append(Hinge(start: hingeWeights.count, count: matrix.columnCount, eta: candidate.base))
            let start = hingeWeights.count
            for j in 0..<matrix.columnCount { hingeWeights.append(matrix.column(j)[candidate.unit]) }
            hingeWeights[start] -= candidate.knot
            (size[first + i], base[first + i], slope[first + i]) = (candidate.size, candidate.base, candidate.slope)
        }
        columnCount = first + candidates.count
    }
}
