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

    /// The ranges of the columns over the tile, and the sums over them that bound combinations of columns.
    private struct Ranges: ~Copyable {
        let numbers: Pool<Double>
        let width: Int
        let displacement: Double
        let roundoff: Double
        var middle: UnsafeMutablePointer<Double> { numbers.start }
        var radius: UnsafeMutablePointer<Double> { numbers.start + width }
    }

    private mutating func ranges(_ count: Int) -> Ranges {
        let width = padded(columnCount)
        let numbers = Pool<Double>(store, capacity: 2 * width)
        let (low, high) = (numbers.start, numbers.start + width)
        maso_partition_ranges(mesh.rows.start, mesh.vertexCount, mesh.stride, width, low, high)
        for j in 0..<columnCount {
            let (least, most) = (low[j], high[j])
            size[j] = max(abs(least), abs(most)) + base[j]
            (low[j], high[j]) = (0.5 * (least + most), 0.5 * (most - least))
        }
        var displacement = 0.0
        for v in 0..<mesh.vertexCount { displacement = max(displacement, mesh.vertices.start[v].displacement) }
        return Ranges(
            numbers: numbers, width: width, displacement: displacement, roundoff: Double(count + 8 + 6 * TileMesh.generationLimit) * 0x1p-53
        )
    }

    /// The bound of a sum of columns less a knot, from its plain sums.
    ///
    /// `base` bounds |entry at a vertex − f(put)| for the exact function f of TileMesh's header: the matrix's error eta, the columns'
    /// errors Σ_j |w_j| base_j, and of the magnitude Σ_j |w_j| size_j one rounding for every term of the sum and six for every
    /// interpolation. The slope is Σ_j |w_j| slope_j. On the tile f is within radius + error + slope · displacement of the middle.
    @inline(__always) private func bound(_ sums: Bound, knot: Double, eta: Double, _ ranges: borrowing Ranges) -> Bound {
        let magnitude = sums.size + abs(knot)
        let error = (eta + sums.base + ranges.roundoff * magnitude) * (1 + 0x1p-30)
        return Bound(
            middle: sums.middle - knot, radius: sums.radius * (1 + 0x1p-30) + 2 * error + sums.slope * ranges.displacement, size: magnitude,
            base: error, slope: sums.slope * (1 + 0x1p-30))
    }

    /// The bound of one unit, or of the difference of two.
    private func bound(of unit: Int, minus: Int, knot: Double, _ matrix: ColumnMatrix, _ ranges: borrowing Ranges) -> Bound {
        var sums = Bound()
        for j in 0..<matrix.columnCount {
            let column = matrix.column(j)
            let weight = minus < 0 ? column[unit] : column[unit] - column[minus]
            sums.middle += weight * ranges.middle[j]
            sums.radius += abs(weight) * ranges.radius[j]
            // A difference is rounded once more: half a place of its members' sizes.
            sums.size += (minus < 0 ? abs(weight) : abs(column[unit]) + abs(column[minus])) * size[j]
            sums.base += abs(weight) * base[j]
            sums.slope += abs(weight) * slope[j]
        }
        return bound(sums, knot: knot, eta: matrix.eta[unit] + (minus < 0 ? 0 : matrix.eta[minus]), ranges)
    }

    /// Decides by bounds which units stay on one side of which knots, and lists the others, at most 64.
    mutating func candidates(of matrix: ColumnMatrix, knots: [TiledNetwork.Knot]) -> [Candidate] {
        let ranges = ranges(matrix.columnCount)
        let sums = Pool<Double>(store, capacity: 5 * matrix.stride)
        // After the first time few are open.
        let isWhole = 4 * open.count > matrix.unitCount
        if isWhole { addUp(matrix, ranges, sums) }
        var found: [Candidate] = []
        found.reserveCapacity(64)
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
            } else {
                rest.append(place)
                if found.count < 64 {
                    found.append(Candidate(place: Int(place), unit: k, minus: -1, knot: knot.value, line: knot.line, bound: bound))
                }
            }
        }
        open = rest
        return found
    }

    /// Decides by bounds which members of groups can be largest on the tile, and lists the pairs where two can, at most 64.
    mutating func candidates(of matrix: ColumnMatrix, groups: [PiecewiseAffineProgram.Group], ties: [TiledNetwork.Ties]) -> [Candidate] {
        let ranges = ranges(matrix.columnCount)
        let sums = Pool<Double>(store, capacity: 5 * matrix.stride)
        addUp(matrix, ranges, sums)
        var found: [Candidate] = []
        var rest: [Int32] = []
        var bounds: [Bound] = []
        for place in open {
            let members = groups[Int(place)].members
            bounds.removeAll(keepingCapacity: true)
            for unit in members { bounds.append(bound(Tile.sums(sums, unit, matrix.stride), knot: 0, eta: matrix.eta[unit], ranges)) }
            let possible = possible(members, bounds, matrix, ranges)
            if possible.count == 1 {
                (sides[Int(place)], rivals[Int(place)]) = (.below, SIMD2(repeating: Int32(possible[0])))
                continue
            }
            rest.append(place)
            if possible.count == 2, found.count < 64 {
                let (a, b) = (possible[0], possible[1])
                rivals[Int(place)] = SIMD2(Int32(a), Int32(b))
                found.append(
                    Candidate(
                        place: Int(place), unit: members[b], minus: members[a], knot: 0,
                        line: ties[Int(place)].line(a, b),
                        bound: bound(of: members[b], minus: members[a], knot: 0, matrix, ranges)))
            }
        }
        open = rest
        return found
    }

    /// The positions of a group's members that bounds let be largest on the tile.
    mutating func possible(among members: [Int], of matrix: ColumnMatrix) -> [Int] {
        let ranges = ranges(matrix.columnCount)
        var bounds: [Bound] = []
        for unit in members { bounds.append(bound(of: unit, minus: -1, knot: 0, matrix, ranges)) }
        return possible(members, bounds, matrix, ranges)
    }

    private func possible(_ members: [Int], _ bounds: [Bound], _ matrix: ColumnMatrix, _ ranges: borrowing Ranges) -> [Int] {
        let floor = bounds.reduce(-Double.infinity) { max($0, $1.middle - $1.radius) }
        var possible = bounds.indices.filter { bounds[$0].middle + bounds[$0].radius >= floor }
        // Whom another beats on the whole tile, or who equals an earlier one, cannot be.
        var i = 0
        outer: while i < possible.count {
            let first = members[possible[i]]
            var j = i + 1
            while j < possible.count {
                let second = members[possible[j]]
                if matrix.areIdentical(first, second) {
                    possible.remove(at: j)
                    continue
                }
                let sign = bound(of: second, minus: first, knot: 0, matrix, ranges).sign
                if sign > 0 {
                    possible.remove(at: i)
                    continue outer
                }
                if sign < 0 { possible.remove(at: j) } else { j += 1 }
            }
            i += 1
        }
        return possible
    }

    /// The difference of the members at two positions of the group at `place`.
    mutating func difference(
        _ position: Int, minus other: Int, of group: PiecewiseAffineProgram.Group, at place: Int, _ ties: TiledNetwork.Ties,
        _ matrix: ColumnMatrix
    ) -> Candidate {
        let (unit, minus) = (group.members[position], group.members[other])
        let ranges = ranges(matrix.columnCount)
        return Candidate(
            place: place, unit: unit, minus: minus, knot: 0, line: ties.line(other, position),
            bound: bound(of: unit, minus: minus, knot: 0, matrix, ranges))
    }

    private func addUp(_ matrix: ColumnMatrix, _ ranges: borrowing Ranges, _ sums: borrowing Pool<Double>) {
        let (start, stride) = (sums.start, matrix.stride)
        let out = maso_partition_bounds(
            middle: start, radius: start + stride, magnitude: start + 2 * stride, base: start + 3 * stride, slope: start + 4 * stride)
        maso_partition_bound(matrix.data, stride, matrix.columnCount, ranges.middle, ranges.radius, size, base, slope, out)
    }

    @inline(__always) private static func sums(_ sums: borrowing Pool<Double>, _ k: Int, _ stride: Int) -> Bound {
        Bound(
            middle: sums[k], radius: sums[stride + k], size: sums[2 * stride + k], base: sums[3 * stride + k], slope: sums[4 * stride + k])
    }
}
