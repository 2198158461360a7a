// Cutting a tile by candidates, and taking a cut back where a sign is open.

import CKernels

extension Tile {
    /// Cuts the tile by candidates; those that do cut become columns.
    ///
    /// - Parameter isLast: whether nothing reads the tile's columns after these candidates.
    /// - Returns: whether it was done; where not, the tile is as before.
    mutating func cut(by candidates: [Candidate], of matrix: ColumnMatrix, isLast: Bool, _ scratch: inout TileMesh.Scratch) -> Bool {
        let (width, vertexCount) = (padded(candidates.count), mesh.vertexCount)
        let weights = Pool<Double>(store, repeating: 0, count: (matrix.columnCount + 2) * width)
        let (bases, slopes) = (weights.start + matrix.columnCount * width, weights.start + (matrix.columnCount + 1) * width)
        for c in candidates.count..<max(candidates.count, width) { bases[c] = -1 }  // padding is never in doubt
        for (c, candidate) in candidates.enumerated() {
            for j in 0..<matrix.columnCount { weights[j * width + c] = matrix.column(j)[candidate.unit] }
            if candidate.minus >= 0 { for j in 0..<matrix.columnCount { weights[j * width + c] -= matrix.column(j)[candidate.minus] } }
            weights[c] -= candidate.knot
            (bases[c], slopes[c]) = (candidate.bound.base, candidate.bound.slope)
        }
        scratch.values.resize(to: vertexCount * width)
        var signs = maso_partition_signs()
        maso_partition_evaluate(
            mesh.rows.start, mesh.vertices.start, vertexCount, mesh.stride, matrix.columnCount, width, weights.start, bases, slopes,
            scratch.values.start, &signs)
        let all = candidates.count == 64 ? ~0 : (1 << UInt64(candidates.count)) - 1 as UInt64
        let doubtful = signs.doubtful & all
        if doubtful != 0 { settle(doubtful, candidates, width, bases, slopes, &signs, &scratch) }
        let crossing = signs.any & ~signs.all & all
        for (c, candidate) in candidates.enumerated() where crossing >> UInt64(c) & 1 == 0 {
            sides[candidate.place] = signs.all >> UInt64(c) & 1 == 1 ? .above : .below
        }
        guard crossing != 0 else {
            open.removeAll { sides[Int($0)] != .unknown }
            return true
        }
        let chosen = candidates.indices.filter { crossing >> UInt64($0) & 1 == 1 }
        let before = (mesh.stride, columnCount, hinges, size, base, slope)
        let weightCount = hingeWeights.count
        // After the last cut nobody reads the hinges: the coordinates will do. Exact arithmetic does read them.
        let isLast = isLast && doubtful == 0
        if isLast { columnCount = 3 }
        // The signs of candidates must fit a word from the multiple of 8 before the first one on.
        let first = chosen.count <= 56 ? columnCount : padded(columnCount)
        let stride = padded(first + padded(chosen.count))
        scratch.rows.resize(to: vertexCount * stride)
        maso_partition_pack(
            mesh.rows.start, mesh.vertices.start, vertexCount, mesh.stride, columnCount, scratch.values.start, width,
            chosen.map { Int32($0) }, chosen.count, scratch.rows.start, stride, first)
        scratch.hasZeros = false
        if doubtful & crossing != 0 { noteZeros(chosen, width, &scratch) }
        swap(&mesh.rows, &scratch.rows)
        mesh.stride = stride
        scratch.halfEdges.assign(mesh.halfEdges)
        scratch.first.assign(mesh.first)
        addColumns(chosen.map { candidates[$0] }, bases: chosen.map { bases[$0] }, first: first, of: matrix, isLast: isLast)
        let lines = chosen.map { candidates[$0].line }
        let certain = base.withUnsafeMutableBufferPointer { base in
            slope.withUnsafeBufferPointer { slope in
                lines.withUnsafeBufferPointer { lines in
                    mesh.cut(
                        .init(
                            first: first, count: chosen.count, base: base.baseAddress!, slope: slope.baseAddress!,
                            lines: lines.baseAddress!, grain: grain, isLast: isLast, codes: codes), &scratch)
                }
            }
        }
        if certain {
            if !isLast { maso_partition_hinge(mesh.rows.start, mesh.vertexCount, mesh.stride, first, padded(chosen.count)) }
            open.removeAll { sides[Int($0)] != .unknown }
            return true
        }
        // As it was.
        swap(&mesh.rows, &scratch.rows)
        (mesh.stride, columnCount, hinges, size, base, slope) = before
        swap(&mesh.halfEdges, &scratch.halfEdges)
        swap(&mesh.first, &scratch.first)
        mesh.vertices.resize(to: vertexCount)
        hingeWeights.removeSubrange(weightCount...)
        for candidate in candidates { sides[candidate.place] = .unknown }
        return isLast ? cut(by: candidates, of: matrix, isLast: false, &scratch) : false
    }

    /// Decides the signs that evaluation has left open at vertices.
    private mutating func settle(
        _ doubtful: UInt64, _ candidates: [Candidate], _ width: Int, _ bases: UnsafeMutablePointer<Double>,
        _ slopes: UnsafePointer<Double>, _ signs: inout maso_partition_signs, _ scratch: inout TileMesh.Scratch
    ) {
        scratch.exact.tidy()
        let outgoing = mesh.outgoing()
        var nodes: [Int32: ExactSigns.Node] = [:]
        for (c, candidate) in candidates.enumerated() where doubtful >> UInt64(c) & 1 == 1 {
            let base = bases[c]
            var isPositive = (somewhere: false, everywhere: true)
            for v in 0..<mesh.vertexCount {
                let (place, displacement) = (v * width + c, mesh.vertices[v].displacement)
                let value = scratch.values[place]
                if abs(value) <= base + slopes[c] * displacement {
                    let h = Int(outgoing[v])
                    let cell = mesh.halfEdges[h].cell
                    let node = nodes[cell] ?? scratch.exact.node(of: mesh.code(of: Int(cell), codes))
                    nodes[cell] = node
                    let sign = scratch.exact.sign(
                        of: candidate.line, at: (mesh.halfEdges[mesh.previous(h)].line, mesh.halfEdges[h].line), under: node)
                    let settled = TileMesh.settled(value, sign: sign, base: base, slope: slopes[c], displacement: displacement)
                    scratch.values[place] = settled.value
                    bases[c] = max(bases[c], settled.base)
                }
                isPositive.somewhere = isPositive.somewhere || scratch.values[place] > 0
                isPositive.everywhere = isPositive.everywhere && scratch.values[place] > 0
            }
            let bit = 1 << UInt64(c) as UInt64
            signs.any = isPositive.somewhere ? signs.any | bit : signs.any & ~bit
            signs.all = isPositive.everywhere ? signs.all | bit : signs.all & ~bit
        }
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
    private mutating func addColumns(_ candidates: [Candidate], bases: [Double], first: Int, of matrix: ColumnMatrix, isLast: Bool) {
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
            sides[candidate.place] = .hinge(first + i)
            (size[first + i], base[first + i], slope[first + i]) = (candidate.bound.size, bases[i], candidate.bound.slope)
            guard !isLast else { continue }
            let start = hingeWeights.count
            hinges.append(Hinge(start: start, count: matrix.columnCount, eta: candidate.bound.base))
            for j in 0..<matrix.columnCount { hingeWeights.append(matrix.column(j)[candidate.unit]) }
            if candidate.minus >= 0 { for j in 0..<matrix.columnCount { hingeWeights[start + j] -= matrix.column(j)[candidate.minus] } }
            hingeWeights[start] -= candidate.knot
            hinges[first + i] = pad(hinges[first + i])
        }
        columnCount = first + candidates.count
    }
}
