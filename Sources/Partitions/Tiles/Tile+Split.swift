// Dividing a tile by position, and folding away the columns that do nothing new on a part.

import CKernels

/// The cells of a tile in an order in which parts are consecutive, and their half-edges and corners in that order.
struct TileDivision: ~Copyable {
    /// Part p has the cells order[ends[p − 1] ..< ends[p]].
    private(set) var ends: [Int] = []
    private var order = Pool<Int32>()
    /// Where the half-edges of each cell in order begin, and their number in all.
    fileprivate var starts = Pool<Int32>()
    /// Half-edges by their new numbers, their origins, and new numbers by old.
    fileprivate var halves = Pool<Int32>()
    fileprivate var corners = Pool<Int32>()
    fileprivate var number = Pool<Int32>()
    /// For each vertex its number in the last part that it was seen in, with `vertexBase` added.
    fileprivate var vertexNumber: Pool<Int32>
    fileprivate var vertexBase: Int32 = 0

    /// Parts of at most `limit` cells.
    init(_ tile: borrowing Tile, limit: Int) {
        let count = tile.mesh.cellCount
        vertexNumber = Pool(repeating: -1, count: tile.mesh.vertexCount)
        let places = Pool<SIMD2<Double>>(capacity: count)
        order.resize(to: count)
        for cell in 0..<count {
            order[cell] = Int32(truncatingIfNeeded: cell)
            // The middle of two corners: near enough.
            let h = Int(tile.mesh.first[cell])
            let opposite = Int(tile.mesh.halfEdges[Int(tile.mesh.halfEdges[h].next)].next)
            let p = tile.mesh.rows.start + Int(tile.mesh.halfEdges[h].origin) * tile.mesh.stride
            let q = tile.mesh.rows.start + Int(tile.mesh.halfEdges[opposite].origin) * tile.mesh.stride
            places[cell] = SIMD2(p[1] + q[1], p[2] + q[2])
        }
        divide(0, count, parts: (count + limit - 1) / limit, places.start)
        halves.resize(to: tile.mesh.halfEdges.count)
        corners.resize(to: tile.mesh.halfEdges.count)
        number.resize(to: tile.mesh.halfEdges.count)
        starts.resize(to: count + 1)
        var place = 0
        for i in 0..<count {
            starts[i] = Int32(truncatingIfNeeded: place)
            let start = Int(tile.mesh.first[Int(order[i])])
            var h = start
            repeat {
                let edge = tile.mesh.halfEdges[h]
                halves[place] = Int32(truncatingIfNeeded: h)
                corners[place] = edge.origin
                number[h] = Int32(truncatingIfNeeded: place)
                place += 1
                h = Int(edge.next)
            } while h != start
        }
        starts[count] = Int32(truncatingIfNeeded: place)
    }

    /// Halves order[from ..< to] across its longer side until it is in so many parts.
    private mutating func divide(_ from: Int, _ to: Int, parts: Int, _ places: UnsafePointer<SIMD2<Double>>) {
        guard parts > 1 else { return ends.append(to) }
        var (low, high) = (SIMD2<Double>(repeating: .infinity), SIMD2<Double>(repeating: -.infinity))
        for i in from..<to {
            let place = places[Int(order[i])]
            (low, high) = (pointwiseMin(low, place), pointwiseMax(high, place))
        }
        let axis = high.x - low.x >= high.y - low.y ? 0 : 1
        let middle = from + (to - from) * (parts / 2) / parts
        // Quickselect: what lies below the middle's place comes before it.
        var (left, right) = (from, to - 1)
        while left < right {
            let pivot = places[Int(order[(left + right) / 2])][axis]
            var (i, j) = (left, right)
            while i <= j {
                while places[Int(order[i])][axis] < pivot { i += 1 }
                while places[Int(order[j])][axis] > pivot { j -= 1 }
                if i <= j {
                    (order[i], order[j]) = (order[j], order[i])
                    (i, j) = (i + 1, j - 1)
                }
            }
            if middle <= j { right = j } else if middle >= i { left = i } else { break }
        }
        divide(from, middle, parts: parts / 2, places)
        divide(middle, to, parts: parts - parts / 2, places)
    }
}

extension Tile {
    /// One part of a division, with the hinges that are 0, or their argument, on all its cells folded into the matrices.
    func part(_ index: Int, of division: inout TileDivision) -> Tile {
        let cells = (index == 0 ? 0 : division.ends[index - 1])..<division.ends[index]
        let halves = Int(division.starts[cells.lowerBound])..<Int(division.starts[cells.upperBound])

        // A hinge is dead where 0 at all corners, active where positive at a corner of every cell.
        let width = padded(columnCount)
        let states = Pool<Double>(capacity: 2 * width)
        let (least, most) = (states.start, states.start + width)
        maso_partition_states(
            mesh.rows.start, mesh.stride, width, division.corners.start, division.starts.start + cells.lowerBound, cells.count, least,
            most)
        var (kept, active, dead) = ([0, 1, 2] as [Int32], [Int](), [Bool](repeating: false, count: columnCount))
        for j in 3..<max(3, columnCount) {
            if most[j] <= 0 { dead[j] = true } else if least[j] > 0 { active.append(j) } else { kept.append(Int32(j)) }
        }

        var tile = Tile(columnCount: kept.count, values: values)
        (tile.step, tile.grain, tile.sides) = (step, grain, sides)
        tile.mesh.halfEdges.resize(to: halves.count)
        tile.mesh.first.resize(to: cells.count)
        let vertices = Pool<Int32>(capacity: halves.count)
        let (offset, vertexBase) = (Int32(truncatingIfNeeded: halves.lowerBound), division.vertexBase)
        var vertexCount: Int32 = 0
        for (cell, i) in cells.enumerated() {
            let (start, end) = (Int(division.starts[i]), Int(division.starts[i + 1]))
            tile.mesh.first[cell] = division.starts[i] - offset
            for place in start..<end {
                let corner = division.corners[place]
                var number = division.vertexNumber[Int(corner)]
                if number < vertexBase {
                    number = vertexBase + vertexCount
                    division.vertexNumber[Int(corner)] = number
                    vertices[Int(vertexCount)] = corner
                    vertexCount += 1
                }
                let oldTwin = mesh.halfEdges[Int(division.halves[place])].twin
                var twin: Int32 = -1
                if oldTwin >= 0 {
                    let number = division.number[Int(oldTwin)]
                    if halves.contains(Int(number)) { twin = number - offset }
                }
                tile.mesh.halfEdges[place - halves.lowerBound] = .init(
                    origin: number - vertexBase, next: Int32(truncatingIfNeeded: place + 1 < end ? place + 1 : start) - offset,
                    twin: twin, cell: Int32(truncatingIfNeeded: cell))
            }
        }
        division.vertexBase += vertexCount
        let count = Int(vertexCount)
        tile.mesh.vertices.resize(to: count)
        for v in 0..<count { tile.mesh.vertices[v] = mesh.vertices[Int(vertices[v])] }
        tile.mesh.rows.resize(to: count * tile.mesh.stride)
        maso_partition_gather(
            mesh.rows.start, mesh.stride, vertices.start, count, kept, kept.count, tile.mesh.rows.start, tile.mesh.stride)
        fold(active, dead, kept.map { Int($0) }, into: &tile)
        return tile
    }

    /// Gives `tile` this one's hinges and values in the columns that are kept, the active ones replaced by their arguments.
    private func fold(_ active: [Int], _ dead: [Bool], _ kept: [Int], into tile: inout Tile) {
        var number = [Int](repeating: -1, count: columnCount)
        for (new, old) in kept.enumerated() {
            number[old] = new
            (tile.size[new], tile.base[new], tile.slope[new]) = (size[old], base[old], slope[old])
        }

        // Last first: a hinge's argument knows the columns before it only.
        var (weights, hinges) = (hingeWeights, hinges)
        var argumentErrors = [Double](repeating: 0, count: columnCount)
        for column in active.reversed() {
            let argument = hinges[column]
            for later in column + 1..<max(column + 1, columnCount) where column < hinges[later].count {
                let factor = weights[hinges[later].start + column]
                guard factor != 0 else { continue }
                weights[hinges[later].start + column] = 0
                for j in 0..<argument.count { weights[hinges[later].start + j] += factor * weights[argument.start + j] }
                hinges[later].eta += abs(factor) * argumentError(hinges[column], weights)
            }
        }
        for column in active { argumentErrors[column] = argumentError(hinges[column], weights) }
        for (new, old) in kept.enumerated() where hinges[old].count > 0 {
            let start = tile.hingeWeights.count
            for j in kept where j < hinges[old].count { tile.hingeWeights.append(weights[hinges[old].start + j]) }
            tile.hinges[new] = Hinge(start: start, count: tile.hingeWeights.count - start, eta: hinges[old].eta)
        }

        // The arguments are folded already: replacing one brings in no other column that is to go.
        for value in values.indices {
            guard let old = values[value] else { continue }
            let columns = kept.prefix { $0 < old.columnCount }
            let new = ColumnMatrix(unitCount: old.unitCount, columnCount: columns.count, dense: old.dense)
            for (j, column) in columns.enumerated() { new.column(j).update(from: old.column(column), count: old.stride) }
            new.eta.update(from: old.eta, count: old.stride)
            for column in active where column < old.columnCount {
                let from = old.column(column)
                let argument = hinges[column]
                guard (0..<old.unitCount).contains(where: { from[$0] != 0 }) else { continue }
                for j in kept where j < argument.count {
                    let weight = weights[argument.start + j]
                    if weight != 0 { maso_partition_add(new.column(number[j]), from, old.stride, weight) }
                }
                maso_partition_add_magnitude(new.eta, from, old.stride, argumentErrors[column])
            }
            var isDense = [Bool]()
            for term in old.hinges where !dead[term.column] {
                if number[term.column] >= 0 {
                    new.hinges.append(.init(unit: term.unit, column: number[term.column], coefficient: term.coefficient))
                    continue
                }
                let argument = hinges[term.column]
                for j in kept where j < argument.count {
                    new.column(number[j])[term.unit] += term.coefficient * weights[argument.start + j]
                }
                new.eta[term.unit] += abs(term.coefficient) * argumentErrors[term.column]
                if isDense.isEmpty {
                    isDense = [Bool](repeating: false, count: old.unitCount)
                    for unit in old.dense { isDense[Int(unit)] = true }
                }
                if !isDense[term.unit] {
                    isDense[term.unit] = true
                    new.dense.append(Int32(term.unit))
                }
            }
            tile.values[value] = new
        }
        for i in tile.sides.indices {
            guard case .hinge(let column) = sides[i] else { continue }
            tile.sides[i] = number[column] >= 0 ? .hinge(number[column]) : dead[column] ? .below : .above
        }
    }

    /// What replacing a hinge of weight 1 by its argument adds to a row's error.
    private func argumentError(_ hinge: Hinge, _ weights: [Double]) -> Double {
        var magnitude = 0.0
        for j in 0..<hinge.count { magnitude += abs(weights[hinge.start + j]) * size[j] }
        return (hinge.eta + 0x1p-51 * magnitude) * (1 + 0x1p-40)
    }
}
