// Counting the cells that the last candidates make, without making them.
//
// A convex cell that k chords divide, no three through one point, has 1 + k + x parts, where x counts the pairs that cross inside it: by
// Euler's relation, each chord adds a part, and one more for each chord that it crosses. Two chords cross where their ends alternate round
// the border: where the border has points of all four combinations of signs of their candidates. Corners have some; where both chords end
// on the same edge, the piece of it between the two ends has another, so the order of the ends matters. Three chords can meet in one point
// only if each two of them cross; where it is not certain that they do not, the cell is cut after all.

import CKernels

extension Tile {
    /// Counts the tile's cells after candidates, of which nobody will read more; every candidate is decided then.
    ///
    /// - Returns: `false` where floating point leaves a sign open; the tile is as before.
    mutating func count(_ evaluation: borrowing Evaluation, _ scratch: inout TileMesh.Scratch) -> Bool {
        guard evaluation.doubtful == 0 else { return false }
        var (count, tangles, tangled) = (0, [Int](), 0 as UInt64)
        withUnsafeTemporaryAllocation(of: Chords.Corner.self, capacity: Chords.cornerLimit) { corners in
            for cell in 0..<mesh.cellCount {
                var (some, every) = (0 as UInt64, ~0 as UInt64)
                let start = Int(mesh.first[cell])
                var (h, n) = (start, 0)
                repeat {
                    let edge = mesh.halfEdges[h]
                    let positive = scratch.positive[Int(edge.origin)]
                    some |= positive
                    every &= positive
                    if n < Chords.cornerLimit { corners[n] = .init(vertex: Int(edge.origin), positive: positive) }
                    n += 1
                    h = Int(edge.next)
                } while h != start
                let chords = some & ~every
                if chords & (chords &- 1) == 0 {
                    count += chords == 0 ? 1 : 2
                } else if n <= Chords.cornerLimit,
                    let crossings = crossings(of: chords, .init(rebasing: corners[..<n]), evaluation, scratch)
                {
                    count += 1 + chords.nonzeroBitCount + crossings
                } else {
                    tangles.append(cell)
                    tangled |= chords
                }
            }
        }
        if !tangles.isEmpty {
            guard let parts = cut(tangles, by: tangled, evaluation, &scratch) else { return false }
            count += parts
        }
        countedCells = count
        open.removeAll()
        return true
    }

    /// What is known of the chords of one cell.
    private enum Chords {
        struct Corner {
            let vertex: Int
            let positive: UInt64
        }

        /// Cells with more corners are cut.
        static let cornerLimit = 32
    }

    /// How many pairs of chords cross inside a cell; `nil` where three may meet, or the order of two ends on an edge is open.
    private func crossings(
        of chords: UInt64, _ corners: UnsafeMutableBufferPointer<Chords.Corner>, _ evaluation: borrowing Evaluation,
        _ scratch: borrowing TileMesh.Scratch
    ) -> Int? {
        var (crossings, rest) = (0, chords)
        return withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 64) { crossed in
            while rest != 0 {
                let c = rest.trailingZeroBitCount
                rest &= rest &- 1
                // Candidates that have each sign where c has one or the other, on corners.
                var (above, below) = ((plus: 0 as UInt64, minus: 0 as UInt64), (plus: 0 as UInt64, minus: 0 as UInt64))
                for corner in corners {
                    let isAbove = 0 &- (corner.positive >> UInt64(c) & 1)
                    above = (above.plus | (corner.positive & isAbove), above.minus | (~corner.positive & isAbove))
                    below = (below.plus | (corner.positive & ~isAbove), below.minus | (~corner.positive & ~isAbove))
                }
                // Where corners have not all four combinations, the others may be between two ends on an edge.
                let undecided = rest & ~(above.plus & above.minus & below.plus & below.minus)
                if undecided != 0 {
                    var a = corners[corners.count - 1]
                    for b in corners {
                        let differing = a.positive ^ b.positive
                        if differing >> UInt64(c) & 1 == 1 {
                            var others = differing & undecided
                            while others != 0 {
                                let d = others.trailingZeroBitCount
                                others &= others &- 1
                                guard let isFirst = precedes(c, d, a.vertex, b.vertex, evaluation, scratch) else { return nil }
                                // Between the ends, the first one's candidate has its sign at b and the other still its sign at a.
                                let bit = 1 << UInt64(d) as UInt64
                                let isAbove = (a.positive >> UInt64(c) & 1 == 1) != isFirst
                                switch (isAbove, (a.positive & bit != 0) == isFirst) {
                                case (true, true): above.plus |= bit
                                case (true, false): above.minus |= bit
                                case (false, true): below.plus |= bit
                                case (false, false): below.minus |= bit
                                }
                            }
                        }
                        a = b
                    }
                }
                crossed[c] = above.plus & above.minus & below.plus & below.minus & rest
                crossings += crossed[c].nonzeroBitCount
            }
            // c < d < e, all crossing: e is among what both c and d cross.
            rest = chords
            while rest != 0 {
                let c = rest.trailingZeroBitCount
                rest &= rest &- 1
                var others = crossed[c]
                while others != 0 {
                    let d = others.trailingZeroBitCount
                    others &= others &- 1
                    var third = crossed[c] & crossed[d]
                    while third != 0 {
                        let e = third.trailingZeroBitCount
                        third &= third &- 1
                        guard areApart(c, d, e, corners, evaluation, scratch) else { return nil }
                    }
                }
            }
            return crossings
        }
    }

    /// Whether the lines of three candidates certainly do not meet in one point. They are affine on the cell, so they do, or are parallel,
    /// if and only if the matrix of their values at three corners is singular.
    ///
    /// With |value − exact| ≤ q m for all of one candidate's, m the largest magnitude of them and q ≤ 1/8, each of the determinant's six
    /// products is off by at most m m′ m″ ((1 + q)(1 + q′)(1 + q″) − 1) ≤ 1.3 m m′ m″ (q + q′ + q″), and their sum rounds by less than
    /// 2⁻⁴⁸ m m′ m″.
    private func areApart(
        _ c: Int, _ d: Int, _ e: Int, _ corners: UnsafeMutableBufferPointer<Chords.Corner>, _ evaluation: borrowing Evaluation,
        _ scratch: borrowing TileMesh.Scratch
    ) -> Bool {
        let places = SIMD3(0, corners.count / 3, 2 * corners.count / 3)
        let vertices = SIMD3(corners[places.x].vertex, corners[places.y].vertex, corners[places.z].vertex)
        let displacement = max(
            mesh.vertices[vertices.x].displacement, mesh.vertices[vertices.y].displacement, mesh.vertices[vertices.z].displacement)
        func values(_ c: Int) -> (SIMD3<Double>, largest: Double, relative: Double) {
            let at = vertices &* evaluation.width &+ c
            let values = SIMD3(scratch.values[at.x], scratch.values[at.y], scratch.values[at.z])
            let largest = max(abs(values.x), abs(values.y), abs(values.z))
            return (values, largest, (evaluation.bases[c] + evaluation.slopes[c] * displacement) / largest)
        }
        let (p, largestP, relativeP) = values(c)
        let (q, largestQ, relativeQ) = values(d)
        let (r, largestR, relativeR) = values(e)
        let determinant = p.x * (q.y * r.z - q.z * r.y) + p.y * (q.z * r.x - q.x * r.z) + p.z * (q.x * r.y - q.y * r.x)
        let relative = relativeP + relativeQ + relativeR
        return relative < 0.125 && abs(determinant) > 8 * largestP * largestQ * largestR * (relative + 0x1p-48)
    }

    /// Whether candidate c is 0 on the edge from a to b before d is, both being so on it; `nil` where that is open.
    @inline(__always) private func precedes(
        _ c: Int, _ d: Int, _ a: Int, _ b: Int, _ evaluation: borrowing Evaluation, _ scratch: borrowing TileMesh.Scratch
    ) -> Bool? {
        let (atA, atB) = (scratch.values.start + a * evaluation.width, scratch.values.start + b * evaluation.width)
        let crossing = TileMesh.Crossing(
            mesh.rows.start + a * mesh.stride, mesh.rows.start + b * mesh.stride, mesh.vertices[a], mesh.vertices[b], atA[c], atB[c],
            base: evaluation.bases[c], slope: evaluation.slopes[c], grain)
        let value = atA[d] + atA[c] / (atA[c] - atB[c]) * (atB[d] - atA[d])
        let reach = evaluation.bases[d] + crossing.displacement * evaluation.slopes[d]
        guard crossing.isCertain, abs(value) > reach else { return nil }
        return (value > 0) == (atA[d] > 0)
    }

    /// Cuts some cells by candidates on a mesh of their own, each with its own vertices.
    ///
    /// - Returns: how many they become; `nil` where a sign is open.
    private func cut(
        _ cells: [Int], by candidates: UInt64, _ evaluation: borrowing Evaluation, _ scratch: inout TileMesh.Scratch
    ) -> Int? {
        let chosen = evaluation.candidates.indices.filter { candidates >> UInt64($0) & 1 == 1 }
        let first = chosen.count <= 56 ? 3 : 8
        let stride = padded(first + padded(chosen.count))
        var counted = TileMesh(store)
        swap(&counted, &scratch.counted)
        defer { swap(&counted, &scratch.counted) }
        counted.stride = stride
        counted.clear()
        for (number, cell) in cells.enumerated() {
            let begin = counted.vertexCount
            mesh.forEachSide(of: cell) { h in
                let (v, new) = (Int(mesh.halfEdges[h].origin), counted.vertexCount)
                counted.rows.resize(to: (new + 1) * stride)
                let (row, values) = (counted.rows.start + new * stride, scratch.values.start + v * evaluation.width)
                for j in 0..<stride { row[j] = 0 }
                for j in 0..<3 { row[j] = mesh.rows[v * mesh.stride + j] }
                var vertex = mesh.vertices[v]
                vertex.positive = 0
                for (i, c) in chosen.enumerated() {
                    row[first + i] = values[c]
                    if values[c] > 0 { vertex.positive |= 1 << UInt64(i) }
                }
                counted.vertices.append(vertex)
                counted.halfEdges.append(
                    .init(origin: Int32(new), next: Int32(new + 1), twin: -1, cell: Int32(number), line: mesh.halfEdges[h].line))
            }
            counted.halfEdges.start[counted.halfEdges.count - 1].next = Int32(begin)
            counted.first.append(Int32(begin))
        }
        scratch.hasZeros = false
        let errors = Pool<Double>(store, repeating: 0, count: 2 * stride)
        let lines = Pool<Int32>(store, capacity: chosen.count)
        for (i, c) in chosen.enumerated() {
            (errors[first + i], errors[stride + first + i]) = (evaluation.bases[c], evaluation.slopes[c])
            lines[i] = evaluation.candidates[c].line
        }
        let isDone = counted.cut(
            .init(
                first: first, count: chosen.count, width: stride, base: errors.start, slope: errors.start + stride, lines: lines.start,
                grain: grain,
                isLast: true, codes: codes), &scratch)
        return isDone ? counted.cellCount : nil
    }
}
