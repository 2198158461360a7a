// Evaluating candidates on a tile, and cutting it by them.

import CKernels

extension Tile {
    /// Candidates evaluated at the tile's vertices: their values are in `values` and `positive` of the scratch.
    struct Evaluation: ~Copyable {
        let candidates: [Candidate]
        let matrix: ColumnMatrix
        /// The candidates' number, a multiple of 8: the distance of the vertices' values.
        let width: Int
        fileprivate let numbers: Pool<Double>
        var bases: UnsafeMutablePointer<Double> { numbers.start + matrix.columnCount * width }
        var slopes: UnsafeMutablePointer<Double> { bases + width }
        /// Candidates positive somewhere and not everywhere.
        var crossing: UInt64 = 0
        /// Candidates positive everywhere.
        var positive: UInt64 = 0
        /// Candidates whose sign floating point has left open at a vertex.
        var doubtful: UInt64 = 0
    }

    /// Evaluates candidates; where a sign is open, exact arithmetic decides it.
    mutating func evaluate(_ candidates: [Candidate], of matrix: ColumnMatrix, _ scratch: inout TileMesh.Scratch) -> Evaluation {
        let (width, vertexCount) = (padded(candidates.count), mesh.vertexCount)
        let weights = Pool<Double>(store, repeating: 0, count: (matrix.columnCount + 2) * width)
        var evaluation = Evaluation(candidates: candidates, matrix: matrix, width: width, numbers: weights)
        let (start, bases, slopes) = (evaluation.numbers.start, evaluation.bases, evaluation.slopes)
        for c in candidates.count..<max(candidates.count, width) { bases[c] = -1 }  // padding is never in doubt
        for (c, candidate) in candidates.enumerated() {
            for j in 0..<matrix.columnCount { start[j * width + c] = matrix.column(j)[candidate.unit] }
            if candidate.minus >= 0 { for j in 0..<matrix.columnCount { start[j * width + c] -= matrix.column(j)[candidate.minus] } }
            start[c] -= candidate.knot
            (bases[c], slopes[c]) = (candidate.bound.base, candidate.bound.slope)
        }
        scratch.values.resize(to: vertexCount * width)
        scratch.positive.resize(to: vertexCount)
        var signs = maso_partition_evaluate(
            mesh.rows.start, mesh.vertices.start, vertexCount, mesh.stride, matrix.columnCount, width, start, bases, slopes,
            scratch.values.start, scratch.positive.start)
        let all = candidates.count == 64 ? ~0 : (1 << UInt64(candidates.count)) - 1 as UInt64
        evaluation.doubtful = signs.doubtful & all
        if evaluation.doubtful != 0 { settle(evaluation, &signs, &scratch) }
        (evaluation.positive, evaluation.crossing) = (signs.all & all, signs.any & ~signs.all & all)
        return evaluation
    }

    /// Cuts the tile by candidates; those that do cut become columns.
    mutating func cut(by evaluation: borrowing Evaluation, _ scratch: inout TileMesh.Scratch) {
        let (candidates, crossing) = (evaluation.candidates, evaluation.crossing)
        let chosen = candidates.indices.filter { crossing >> UInt64($0) & 1 == 1 }
        for (c, candidate) in candidates.enumerated() where crossing >> UInt64(c) & 1 == 0 {
            sides[candidate.place] = evaluation.positive >> UInt64(c) & 1 == 1 ? .above : .below
        }
        if crossing != 0 { cut(by: chosen, evaluation, &scratch) }
        open.removeAll { sides[Int($0)] != .unknown }
    }

    private mutating func cut(by chosen: [Int], _ evaluation: borrowing Evaluation, _ scratch: inout TileMesh.Scratch) {
        // The signs of candidates must fit a word from the multiple of 8 before the first one on.
        let first = chosen.count <= 56 ? columnCount : padded(columnCount)
        let width = padded(first + padded(chosen.count))
        if width > mesh.stride || first > columnCount {
            // Room for as many vertices again, lest the rows be moved.
            scratch.rows.removeAll()
            scratch.rows.reserve(2 * mesh.vertexCount * width)
            scratch.rows.resize(to: mesh.vertexCount * width)
            maso_partition_spread(mesh.rows.start, mesh.vertexCount, mesh.stride, columnCount, scratch.rows.start, width, first)
            swap(&mesh.rows, &scratch.rows)
            mesh.stride = width
        }
        maso_partition_place(
            mesh.rows.start, mesh.vertices.start, mesh.vertexCount, mesh.stride, scratch.values.start, evaluation.width,
            scratch.positive.start, chosen.map { Int32($0) }, chosen.count, first)
        scratch.hasZeros = false
        if evaluation.doubtful & evaluation.crossing != 0 { noteZeros(chosen, evaluation.width, &scratch) }
        addColumns(chosen, evaluation, first: first)
        let lines = chosen.map { evaluation.candidates[$0].line }
        let isDone = base.withUnsafeMutableBufferPointer { base in
            slope.withUnsafeBufferPointer { slope in
                lines.withUnsafeBufferPointer { lines in
                    mesh.cut(
                        .init(
                            first: first, count: chosen.count, width: width, base: base.baseAddress!, slope: slope.baseAddress!,
                            lines: lines.baseAddress!, grain: grain, isLast: false, codes: codes), &scratch)
                }
            }
        }
        precondition(isDone, "a cut that exact arithmetic may finish was left open")
        maso_partition_hinge(mesh.rows.start, mesh.vertexCount, mesh.stride, first, padded(chosen.count))
    }

    /// Decides the signs that evaluation has left open at vertices.
    private mutating func settle(
        _ evaluation: borrowing Evaluation, _ signs: inout maso_partition_signs, _ scratch: inout TileMesh.Scratch
    ) {
        let (width, bases, slopes, doubtful) = (evaluation.width, evaluation.bases, evaluation.slopes, evaluation.doubtful)
        scratch.exact.tidy()
        let outgoing = mesh.outgoing()
        var nodes: [Int32: ExactSigns.Node] = [:]
        for (c, candidate) in evaluation.candidates.enumerated() where doubtful >> UInt64(c) & 1 == 1 {
            let base = bases[c]
            let rectified = hingeColumns(of: c, evaluation)
            var isPositive = (somewhere: false, everywhere: true)
            for v in 0..<mesh.vertexCount {
                let (place, displacement) = (v * width + c, mesh.vertices[v].displacement)
                let value = scratch.values[place]
                if let rectified, rectified.allSatisfy({ mesh.rows[v * mesh.stride + $0] == 0 }) {
                    scratch.values[place] = 0
                    scratch.positive[v] &= ~(1 << UInt64(c))
                } else if abs(value) <= base + slopes[c] * displacement {
                    let h = Int(outgoing[v])
                    let cell = mesh.halfEdges[h].cell
                    let node = nodes[cell] ?? ExactSigns.Node(mesh.code(of: Int(cell), codes))
                    nodes[cell] = node
                    let sign = scratch.exact.sign(
                        of: candidate.line, at: (mesh.halfEdges[mesh.previous(h)].line, mesh.halfEdges[h].line), under: node)
                    let settled = TileMesh.settled(value, sign: sign, base: base, slope: slopes[c], displacement: displacement)
                    scratch.values[place] = settled.value
                    bases[c] = max(bases[c], settled.base)
                    let bit = 1 << UInt64(c) as UInt64
                    scratch.positive[v] = sign > 0 ? scratch.positive[v] | bit : scratch.positive[v] & ~bit
                }
                isPositive.somewhere = isPositive.somewhere || scratch.values[place] > 0
                isPositive.everywhere = isPositive.everywhere && scratch.values[place] > 0
            }
            if isInLastNonlinearity {
                mayTie =
                    mayTie
                    || (0..<mesh.halfEdges.count).contains { h in
                        scratch.values[Int(mesh.halfEdges[h].origin) * width + c] == 0 && scratch.values[mesh.end(h) * width + c] == 0
                    }
            }
            let bit = 1 << UInt64(c) as UInt64
            signs.any = isPositive.somewhere ? signs.any | bit : signs.any & ~bit
            signs.all = isPositive.everywhere ? signs.all | bit : signs.all & ~bit
        }
    }

    /// The columns of a candidate that is exactly a combination of hinges: it is 0 where they are, as the difference of two rectifiers is
    /// where both are dead. `nil` of any other.
    private func hingeColumns(of c: Int, _ evaluation: borrowing Evaluation) -> [Int]? {
        let (candidate, matrix) = (evaluation.candidates[c], evaluation.matrix)
        guard matrix.eta[candidate.unit] == 0, candidate.minus < 0 || matrix.eta[candidate.minus] == 0 else { return nil }
        let columns = (0..<matrix.columnCount).filter { evaluation.numbers.start[$0 * evaluation.width + c] != 0 }
        return columns.first.map { $0 < 3 } ?? false ? nil : columns
    }

    /// Marks the vertices at which chosen candidates are 0.
    private func noteZeros(_ chosen: [Int], _ width: Int, _ scratch: inout TileMesh.Scratch) {
        scratch.zeros.resize(to: mesh.vertexCount)
        for v in 0..<mesh.vertexCount {
            var zero: UInt64 = 0
            for (i, c) in chosen.enumerated() where scratch.values[v * width + c] == 0 { zero |= 1 << UInt64(i) }
            scratch.zeros[v] = zero
            if zero != 0 { scratch.hasZeros = true }
        }
    }

    /// The columns of candidates that cut, from `first` on, after columns of zeros.
    private mutating func addColumns(_ chosen: [Int], _ evaluation: borrowing Evaluation, first: Int) {
        let padding = mesh.stride - size.count
        if padding > 0 {
            let zeros = repeatElement(0.0, count: padding)
            size.append(contentsOf: zeros)
            base.append(contentsOf: zeros)
            slope.append(contentsOf: zeros)
            growth.append(contentsOf: zeros)
        }
        let matrix = evaluation.matrix
        hinges.removeSubrange(columnCount...)
        for _ in columnCount..<max(columnCount, first) { hinges.append(Hinge()) }
        for (i, c) in chosen.enumerated() {
            let candidate = evaluation.candidates[c]
            sides[candidate.place] = .hinge(first + i)
            (size[first + i], base[first + i], slope[first + i]) = (candidate.bound.size, evaluation.bases[c], candidate.bound.slope)
            growth[first + i] = growth(of: candidate.bound)
            let start = hingeWeights.count
            hinges.append(Hinge(start: start, count: matrix.columnCount, eta: candidate.bound.base))
            for j in 0..<matrix.columnCount { hingeWeights.append(matrix.column(j)[candidate.unit]) }
            if candidate.minus >= 0 { for j in 0..<matrix.columnCount { hingeWeights[start + j] -= matrix.column(j)[candidate.minus] } }
            hingeWeights[start] -= candidate.knot
            hinges[first + i] = pad(hinges[first + i])
        }
        columnCount = first + chosen.count
    }
}
