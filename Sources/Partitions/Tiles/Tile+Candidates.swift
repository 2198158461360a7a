// Which units may change their piece on a tile, by bounds alone.

import CKernels

extension Tile {
    /// The difference of two units, or one unit, at a knot, that may cut.
    struct Candidate {
        /// In `sides`.
        let place: Int
        let unit: Int
        /// −1: none.
        let minus: Int
        let knot: Double
        let line: Int32
        let bound: Bound
    }

    /// What is known of a combination f of the columns on the tile.
    struct Bound {
        /// f in the middle of the columns' ranges, and how far from there it can be on the tile.
        var middle = 0.0
        var radius = 0.0
        /// At least the sum of the magnitudes that are added up for f.
        var size = 0.0
        /// What TileMesh's header calls so.
        var base = 0.0
        var slope = 0.0

        /// 1 or −1 where f is certainly positive, or negative, on the whole tile.
        var sign: Int { middle > radius ? 1 : middle < -radius ? -1 : 0 }
    }

    /// What the columns are like over the tile, for bounds of their combinations.
    ///
    /// With X, Y how far a vertex is put from the middle of all, |X| ≤ halfWidth and |Y| ≤ halfHeight, an entry of column j is
    /// tiltX[j] X + tiltY[j] Y plus something within radius[j] of middle[j]. Hinges that rise together thus bound together what they make.
    private struct Ranges: ~Copyable {
        let numbers: Pool<Double>
        let width: Int
        let (halfWidth, halfHeight): (Double, Double)
        let displacement: Double
        let roundoff: Double
        /// How many interpolations the bases allow for.
        let generation: Double
        var middle: UnsafeMutablePointer<Double> { numbers.start }
        var radius: UnsafeMutablePointer<Double> { numbers.start + width }
        var tiltX: UnsafeMutablePointer<Double> { numbers.start + 2 * width }
        var tiltY: UnsafeMutablePointer<Double> { numbers.start + 3 * width }
    }

    /// Rows by which planes are fitted: any plane will do, near ones bound better.
    private static let fittedRowCount = 32

    /// The places and hinges are as the rows have them, whatever they are exactly: `bound` allows for the difference. X, Y, and the rest of
    /// an entry beyond its plane are rounded, and so are the sums over columns: 2 · roundoff of the entry's and the plane's size.
    private mutating func ranges(_ count: Int) -> Ranges {
        let (width, vertexCount, stride) = (padded(columnCount), mesh.vertexCount, mesh.stride)
        let rows = mesh.rows.start
        allowGenerations(mesh.generation + TileMesh.candidateLimit)
        var (low, high) = (mesh.position(0), mesh.position(0))
        var displacement = 0.0
        for v in 0..<vertexCount {
            let place = mesh.position(v)
            (low, high) = (pointwiseMin(low, place), pointwiseMax(high, place))
            displacement = max(displacement, mesh.vertices.start[v].displacement)
        }
        let middle = 0.5 * (low + high)
        let half = pointwiseMax(high - middle, middle - low) * (1 + 0x1p-50)
        let ranges = Ranges(
            numbers: Pool(store, capacity: 4 * width), width: width, halfWidth: half.x, halfHeight: half.y, displacement: displacement,
            roundoff: Double(count + 8) * 0x1p-53, generation: Double(allowedGeneration))
        let (least, most, tiltX, tiltY) = (ranges.middle, ranges.radius, ranges.tiltX, ranges.tiltY)
        maso_partition_tilts(
            rows, vertexCount, stride, width, max(1, vertexCount / Tile.fittedRowCount), middle.x, middle.y, tiltX, tiltY)
        size.withUnsafeMutableBufferPointer {
            maso_partition_ranges(rows, vertexCount, stride, width, middle.x, middle.y, tiltX, tiltY, least, most, $0.baseAddress!)
        }
        for j in 0..<columnCount {
            size[j] += base[j]
            let (from, to) = (least[j], most[j])
            least[j] = 0.5 * (from + to)
            most[j] = 0.5 * (to - from) + 2 * ranges.roundoff * (size[j] + abs(tiltX[j]) * half.x + abs(tiltY[j]) * half.y)
        }
        return ranges
    }

    /// Raises the columns' bases to allow for so many interpolations.
    private mutating func allowGenerations(_ generation: Int) {
        guard generation > allowedGeneration else { return }
        let more = Double(generation - allowedGeneration) * (1 + 0x1p-40)
        for j in 0..<columnCount { base[j] += more * growth[j] }
        allowedGeneration = generation
    }

    /// What an interpolation adds to a function's error.
    @inline(__always) func growth(of bound: Bound) -> Double {
        0x3p-52 * max(bound.size, bound.slope * max(size[1], size[2])) * (1 + 0x1p-30)
    }

    /// The bound of a sum of columns less a knot, from its plain sums.
    ///
    /// `base` bounds |entry at a vertex − f(put)| for the exact function f of TileMesh's header: the matrix's error eta, the columns'
    /// errors Σ_j |w_j| base_j, and of the magnitude Σ_j |w_j| size_j one rounding for every term of the sum; and its own growth
    /// with interpolations. The slope is Σ_j |w_j| slope_j. On the tile f is within radius + error + slope · displacement of the middle.
    @inline(__always) private func bound(_ sums: Bound, knot: Double, eta: Double, _ ranges: borrowing Ranges) -> Bound {
        var bound = Bound()
        (bound.middle, bound.size, bound.slope) = (sums.middle - knot, sums.size + abs(knot), sums.slope * (1 + 0x1p-30))
        bound.base = (eta + sums.base + ranges.roundoff * bound.size + ranges.generation * growth(of: bound)) * (1 + 0x1p-30)
        bound.radius = sums.radius * (1 + 0x1p-30) + 2 * bound.base + sums.slope * ranges.displacement
        return bound
    }

    /// The bound of one unit, or of the difference of two.
    private func bound(of unit: Int, minus: Int, knot: Double, _ matrix: ColumnMatrix, _ ranges: borrowing Ranges) -> Bound {
        var sums = Bound()
        var (tiltX, tiltY) = (0.0, 0.0)
        for j in 0..<matrix.columnCount {
            let column = matrix.column(j)
            let weight = minus < 0 ? column[unit] : column[unit] - column[minus]
            sums.middle += weight * ranges.middle[j]
            sums.radius += abs(weight) * ranges.radius[j]
            // A difference is rounded once more: half a place of its members' sizes.
            sums.size += (minus < 0 ? abs(weight) : abs(column[unit]) + abs(column[minus])) * size[j]
            sums.base += abs(weight) * base[j]
            sums.slope += abs(weight) * slope[j]
            tiltX += weight * ranges.tiltX[j]
            tiltY += weight * ranges.tiltY[j]
        }
        sums.radius += abs(tiltX) * ranges.halfWidth + abs(tiltY) * ranges.halfHeight
        return bound(sums, knot: knot, eta: matrix.eta[unit] + (minus < 0 ? 0 : matrix.eta[minus]), ranges)
    }

    /// Decides by bounds which units stay on one side of which knots, and lists the others, at most `candidateLimit`.
    mutating func candidates(of matrix: ColumnMatrix, knots: [TiledNetwork.Knot]) -> [Candidate] {
        let ranges = ranges(matrix.columnCount)
        let sums = Pool<Double>(store, capacity: 5 * matrix.stride)
        // After the first time few are open.
        let isWhole = 4 * open.count > matrix.unitCount
        if isWhole { addUp(matrix, ranges, sums) }
        var found: [Candidate] = []
        found.reserveCapacity(TileMesh.candidateLimit)
        var rest: [Int32] = []
        for place in open {
            let knot = knots[Int(place)]
            let k = Int(knot.unit)
            let bound =
                isWhole
                ? bound(Tile.sums(sums, k, matrix.stride), knot: knot.value, eta: matrix.eta[k], ranges)
                : bound(of: k, minus: -1, knot: knot.value, matrix, ranges)
            let sign = bound.sign
            if sign > 0 {
                sides[Int(place)] = .above
            } else if sign < 0 {
                sides[Int(place)] = .below
            } else if matrix.eta[k] == 0, matrix.isExactlyConstant(k) {
                sides[Int(place)] = matrix.data[k] > knot.value ? .above : .below
                if isInLastNonlinearity, matrix.data[k] == knot.value { mayTie = true }
            } else {
                rest.append(place)
                if found.count < TileMesh.candidateLimit {
                    found.append(Candidate(place: Int(place), unit: k, minus: -1, knot: knot.value, line: knot.line, bound: bound))
                }
            }
        }
        open = rest
        return found
    }

    /// Decides by bounds which members of groups can be largest on the tile, and lists the pairs where two can, at most `candidateLimit`.
    mutating func candidates(of matrix: ColumnMatrix, groups: [PiecewiseAffineProgram.Group], ties: [TiledNetwork.Ties]) -> [Candidate] {
        let ranges = ranges(matrix.columnCount)
        let sums = Pool<Double>(store, capacity: 5 * matrix.stride)
        addUp(matrix, ranges, sums)
        var found: [Candidate] = []
        for place in open {
            let members = groups[Int(place)].members
            if isInLastNonlinearity, !mayTie {
                mayTie = members.indices.contains { a in members[..<a].contains { matrix.areIdentical($0, members[a]) } }
            }
            let possible = possibleWinners(members, matrix, sums, ranges)
            note(possible, at: place, members, ties[Int(place)], matrix, ranges, &found)
        }
        open.removeAll { sides[Int($0)] != .unknown }
        return found
    }

    /// The same where bounds let three members or more be largest in every group: by the signs of their differences at the vertices,
    /// certain or exact. On each cell the members are affine, so whoever is nowhere ahead of another at its corners is nowhere ahead on it.
    ///
    /// Of a tile of several cells, which can be halved instead, few groups are looked at.
    mutating func candidatesAtVertices(
        of matrix: ColumnMatrix, groups: [PiecewiseAffineProgram.Group], ties: [TiledNetwork.Ties], _ scratch: inout TileMesh.Scratch
    ) -> [Candidate] {
        let ranges = ranges(matrix.columnCount)
        let sums = Pool<Double>(store, capacity: 5 * matrix.stride)
        addUp(matrix, ranges, sums)
        var found: [Candidate] = []
        var pairCount = 0
        for place in open {
            let members = groups[Int(place)].members
            let possible = possibleWinners(members, matrix, sums, ranges)
            var pairs: [(Int, Int)] = []
            for (i, a) in possible.enumerated() { for b in possible[(i + 1)...] { pairs.append((a, b)) } }
            pairCount += pairs.count
            if mesh.cellCount > 1, pairCount > TileMesh.candidateLimit { break }
            var losers: Set<Int> = []
            for start in stride(from: 0, to: pairs.count, by: TileMesh.candidateLimit) {
                let pairs = pairs[start..<min(start + TileMesh.candidateLimit, pairs.count)]
                let evaluation = evaluate(
                    pairs.map { candidate(at: place, between: $0, members, ties[Int(place)], matrix, ranges) }, of: matrix, &scratch)
                for (c, (a, b)) in pairs.enumerated() {
                    let (positive, crossing) = (evaluation.positive >> UInt64(c) & 1 == 1, evaluation.crossing >> UInt64(c) & 1 == 1)
                    if !positive && !crossing {
                        // Of equal ones the first stays.
                        losers.insert(b)
                    } else if positive || isAheadOnEveryCell(c, evaluation.width, scratch) {
                        losers.insert(a)
                    }
                }
            }
            note(possible.filter { !losers.contains($0) }, at: place, members, ties[Int(place)], matrix, ranges, &found)
        }
        open.removeAll { sides[Int($0)] != .unknown }
        return found
    }

    /// Whether an evaluated candidate is negative at no vertex, and positive at a corner of every cell.
    private func isAheadOnEveryCell(_ candidate: Int, _ width: Int, _ scratch: borrowing TileMesh.Scratch) -> Bool {
        for v in 0..<mesh.vertexCount where scratch.values[v * width + candidate] < 0 { return false }
        return (0..<mesh.cellCount).allSatisfy { cell in
            var isAhead = false
            mesh.forEachSide(of: cell) { h in
                isAhead = isAhead || scratch.values[Int(mesh.halfEdges[h].origin) * width + candidate] > 0
            }
            return isAhead
        }
    }

    /// Notes who may be largest in a group: one, or two between whom a candidate is to decide.
    private mutating func note(
        _ possible: [Int], at place: Int32, _ members: [Int], _ ties: TiledNetwork.Ties, _ matrix: ColumnMatrix,
        _ ranges: borrowing Ranges, _ found: inout [Candidate]
    ) {
        if possible.count == 1 {
            (sides[Int(place)], rivals[Int(place)]) = (.below, SIMD2(repeating: Int32(possible[0])))
        } else if possible.count == 2, found.count < TileMesh.candidateLimit {
            rivals[Int(place)] = SIMD2(Int32(possible[0]), Int32(possible[1]))
            found.append(candidate(at: place, between: (possible[0], possible[1]), members, ties, matrix, ranges))
        }
    }

    /// The positions of the members of which bounds leave it open that one is larger than all others before it somewhere on the tile.
    private func possibleWinners(
        _ members: [Int], _ matrix: ColumnMatrix, _ sums: borrowing Pool<Double>, _ ranges: borrowing Ranges
    ) -> [Int] {
        var possible: [Int] = []
        var floor = -Double.infinity
        for unit in members {
            let bound = bound(Tile.sums(sums, unit, matrix.stride), knot: 0, eta: matrix.eta[unit], ranges)
            floor = max(floor, bound.middle - bound.radius)
        }
        for (position, unit) in members.enumerated() {
            let bound = bound(Tile.sums(sums, unit, matrix.stride), knot: 0, eta: matrix.eta[unit], ranges)
            if bound.middle + bound.radius >= floor { possible.append(position) }
        }
        // Whom another beats on the whole tile, or who equals an earlier one, cannot be.
        eliminate(&possible) { a, b in
            matrix.areIdentical(members[a], members[b]) ? -1 : bound(of: members[b], minus: members[a], knot: 0, matrix, ranges).sign
        }
        return possible
    }

    /// Of every two removes the one that cannot win: the first where `sign` is positive, the second where it is negative.
    private func eliminate(_ possible: inout [Int], _ sign: (Int, Int) -> Int) {
        var i = 0
        outer: while i < possible.count {
            var j = i + 1
            while j < possible.count {
                let sign = sign(possible[i], possible[j])
                if sign > 0 {
                    possible.remove(at: i)
                    continue outer
                }
                if sign < 0 { possible.remove(at: j) } else { j += 1 }
            }
            i += 1
        }
    }

    /// The difference of two members of a group, the second less the first.
    private func candidate(
        at place: Int32, between pair: (Int, Int), _ members: [Int], _ ties: TiledNetwork.Ties, _ matrix: ColumnMatrix,
        _ ranges: borrowing Ranges
    ) -> Candidate {
        let (a, b) = pair
        return Candidate(
            place: Int(place), unit: members[b], minus: members[a], knot: 0, line: ties.line(a, b),
            bound: bound(of: members[b], minus: members[a], knot: 0, matrix, ranges))
    }

    /// The positions of a group's members that bounds let be largest on the tile.
    mutating func possible(among members: [Int], of matrix: ColumnMatrix) -> [Int] {
        let ranges = ranges(matrix.columnCount)
        let sums = Pool<Double>(store, capacity: 5 * matrix.stride)
        addUp(matrix, ranges, sums)
        return possibleWinners(members, matrix, sums, ranges)
    }

    /// The difference of the members at two positions of the group at `place`.
    mutating func difference(
        _ position: Int, minus other: Int, of group: PiecewiseAffineProgram.Group, at place: Int, _ ties: TiledNetwork.Ties,
        _ matrix: ColumnMatrix
    ) -> Candidate {
        let ranges = ranges(matrix.columnCount)
        return candidate(at: Int32(place), between: (other, position), group.members, ties, matrix, ranges)
    }

    private func addUp(_ matrix: ColumnMatrix, _ ranges: borrowing Ranges, _ sums: borrowing Pool<Double>) {
        let (start, stride) = (sums.start, matrix.stride)
        let out = maso_partition_bounds(
            middle: start, radius: start + stride, magnitude: start + 2 * stride, base: start + 3 * stride, slope: start + 4 * stride)
        size.withUnsafeBufferPointer { size in
            base.withUnsafeBufferPointer { base in
                slope.withUnsafeBufferPointer { slope in
                    let columns = maso_partition_columns(
                        tilt_x: ranges.tiltX, tilt_y: ranges.tiltY, middle: ranges.middle, radius: ranges.radius, size: size.baseAddress,
                        base: base.baseAddress, slope: slope.baseAddress, half_width: ranges.halfWidth, half_height: ranges.halfHeight)
                    maso_partition_bound(matrix.data, stride, matrix.columnCount, columns, out)
                }
            }
        }
    }

    @inline(__always) private static func sums(_ sums: borrowing Pool<Double>, _ k: Int, _ stride: Int) -> Bound {
        Bound(
            middle: sums[k], radius: sums[stride + k], size: sums[2 * stride + k], base: sums[3 * stride + k], slope: sums[4 * stride + k])
    }
}
