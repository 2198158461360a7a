// A part of a tile, and folding away the columns that do nothing new on it.

import CKernels

extension Tile {
    /// One part of a division, with the hinges that are 0, or their argument, on all its cells folded into the matrices.
    ///
    /// Only reads the tile and the division, so that threads may make parts of one at the same time, each in its own store.
    func part(_ index: Int, of division: borrowing TileDivision, _ store: BlockStore) -> Tile {
        let cells = (index == 0 ? 0 : division.ends[index - 1])..<division.ends[index]
        let halves = Int(division.starts[cells.lowerBound])..<Int(division.starts[cells.upperBound])

        // A hinge is dead where 0 at all corners, active where positive at a corner of every cell.
        var (kept, active, dead) = ([0, 1, 2] as [Int32], [Int](), [Bool](repeating: false, count: columnCount))
        kept.reserveCapacity(columnCount)
        active.reserveCapacity(columnCount)
        for word in 0..<(columnCount + 63) / 64 {
            let (some, every) = division.states(of: cells, word: word)
            for j in max(3, 64 * word)..<max(3, min(columnCount, 64 * word + 64)) {
                let bit = 1 << UInt64(j - 64 * word) as UInt64
                if some & bit == 0 { dead[j] = true } else if every & bit != 0 { active.append(j) } else { kept.append(Int32(j)) }
            }
        }

        var tile = Tile(store, network, columnCount: kept.count, values: values)
        (tile.step, tile.grain, tile.sides, tile.rivals, tile.open) = (step, grain, sides, rivals, open)
        (tile.codes, tile.mayTie, tile.depth, tile.allowedGeneration) = (codes, mayTie, depth + 1, allowedGeneration)
        tile.mesh.halfEdges.reserve(2 * halves.count)
        tile.mesh.halfEdges.resize(to: halves.count)
        tile.mesh.first.resize(to: cells.count)
        var vertices = Pool<Int32>(store, capacity: halves.count)
        let vertexNumber = Pool<Int32>(store, repeating: -1, count: mesh.vertexCount)
        let offset = Int32(truncatingIfNeeded: halves.lowerBound)
        let halfCount = UInt32(truncatingIfNeeded: halves.count)
        for (cell, i) in cells.enumerated() {
            let (start, end) = (Int(division.starts[i]), Int(division.starts[i &+ 1]))
            let first = Int32(truncatingIfNeeded: start) &- offset
            tile.mesh.first[cell] = first
            for place in start..<end {
                let old = division.halves[place]
                var number = vertexNumber[Int(old.origin)]
                if number < 0 {
                    number = Int32(truncatingIfNeeded: vertices.count)
                    vertexNumber[Int(old.origin)] = number
                    vertices.append(old.origin)
                }
                // Not in this part: none.
                let twin = division.number[Int(max(old.twin, 0))] &- offset
                let hasTwin = old.twin >= 0 && UInt32(bitPattern: twin) < halfCount
                let next = place &+ 1 < end ? Int32(truncatingIfNeeded: place &+ 1) &- offset : first
                tile.mesh.halfEdges[place &- halves.lowerBound] = .init(
                    origin: number, next: next, twin: hasTwin ? twin : old.twin < 0 ? old.twin : ~tile.depth,
                    cell: Int32(truncatingIfNeeded: cell), line: old.line)
            }
        }
        let count = vertices.count
        tile.mesh.vertices.reserve(2 * count)
        tile.mesh.vertices.resize(to: count)
        for v in 0..<count { tile.mesh.vertices[v] = mesh.vertices[Int(vertices[v])] }
        tile.mesh.stride = padded(kept.count + Tile.spareColumnCount)
        tile.mesh.rows.reserve((2 * count + 1) * tile.mesh.stride)
        tile.mesh.rows.resize(to: count * tile.mesh.stride)
        let width = padded(columnCount)
        let bits = Pool<UInt8>(store, repeating: 0, count: width / 8)
        for j in kept { bits[Int(j) / 8] |= 1 << UInt8(j % 8) }
        maso_partition_gather(
            mesh.rows.start, mesh.stride, vertices.start, count, bits.start, width, tile.mesh.rows.start, tile.mesh.stride)
        fold(active, dead, kept.map { Int($0) }, into: &tile)
        return tile
    }

    /// Gives `tile` this one's hinges and values in the columns that are kept, the active ones replaced by their arguments.
    private func fold(_ active: [Int], _ dead: [Bool], _ kept: [Int], into tile: inout Tile) {
        var number = [Int](repeating: -1, count: columnCount)
        for (new, old) in kept.enumerated() {
            number[old] = new
            (tile.size[new], tile.base[new], tile.slope[new], tile.growth[new]) = (size[old], base[old], slope[old], growth[old])
        }

        // Last first: a hinge's argument knows the columns before it only.
        var (weights, hinges) = (hingeWeights, hinges)
        let rounding = Double(active.count) * 0x1p-53
        var argumentErrors = [Double](repeating: 0, count: columnCount)
        weights.withUnsafeMutableBufferPointer { buffer in
            guard let weights = buffer.baseAddress else { return }
            func magnitude(_ hinge: Hinge) -> Double { maso_partition_sum_magnitudes(weights + hinge.start, size, padded(hinge.count)) }
            // What replacing a hinge of weight 1 by its argument adds to a row's error.
            func argumentError(_ hinge: Hinge, _ roundings: Double) -> Double {
                (hinge.eta + (0x1p-51 + roundings) * magnitude(hinge)) * (1 + 0x1p-40)
            }
            // A bound on every hinge's magnitude, whatever has been replaced in it.
            var magnitudes = hinges.map { $0.count > 0 ? magnitude($0) : 0 }
            for column in active.reversed() {
                let argument = hinges[column]
                let error = argumentError(argument, 0)
                for later in column + 1..<max(column + 1, columnCount) where column < hinges[later].count {
                    let row = weights + hinges[later].start
                    let factor = row[column]
                    guard factor != 0 else { continue }
                    row[column] = 0
                    maso_partition_add(row, weights + argument.start, padded(argument.count), factor)
                    magnitudes[later] += abs(factor) * magnitudes[column]
                    hinges[later].eta += abs(factor) * error + 0x1p-52 * magnitudes[later]
                }
            }
            // Each of A replacements rounds a sum of at most a row's magnitude before and what the replacements so far have added.
            for column in active { argumentErrors[column] = argumentError(hinges[column], rounding) }
        }
        for (new, old) in kept.enumerated() where hinges[old].count > 0 {
            let start = tile.hingeWeights.count
            for j in kept where j < hinges[old].count { tile.hingeWeights.append(weights[hinges[old].start + j]) }
            tile.hinges[new] = tile.pad(Hinge(start: start, count: tile.hingeWeights.count - start, eta: hinges[old].eta))
        }

        // The arguments are folded already: replacing one brings in no other column that is to go.
        for value in values.indices {
            guard let old = values[value] else { continue }
            let columns = kept.prefix { $0 < old.columnCount }
            let new = ColumnMatrix(tile.store, unitCount: old.unitCount, columnCount: columns.count, dense: old.dense, isZero: false)
            for (j, column) in columns.enumerated() { new.column(j).update(from: old.column(column), count: old.stride) }
            new.eta.update(from: old.eta, count: old.stride)
            if !active.isEmpty {
                for (j, column) in columns.enumerated() {
                    maso_partition_add_magnitude(new.eta, new.column(j), old.stride, rounding * size[column])
                }
                // Nothing is replaced in units that the active hinges are no part of: those without an error stay so.
                let replaced = active.filter { $0 < old.columnCount }
                for unit in 0..<old.unitCount where old.eta[unit] == 0 && new.eta[unit] != 0 {
                    if !replaced.contains(where: { old.column($0)[unit] != 0 }) { new.eta[unit] = 0 }
                }
            }
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
                    new.eta[term.unit] += 0x1p-53 * abs(new.column(number[j])[term.unit]) * size[j]
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
        for i in tile.sides.indices where sides[i].isHinge {
            let column = Int(sides[i].column)
            tile.sides[i] = number[column] >= 0 ? .hinge(number[column]) : dead[column] ? .below : .above
        }
        tile.codes.varying.removeAll(keepingCapacity: true)
        for entry in codes.varying where !dead[entry.column] {
            if number[entry.column] >= 0 {
                tile.codes.varying.append(.init(unit: entry.unit, column: number[entry.column], delta: entry.delta))
            } else {
                tile.codes.shared[entry.unit] = UInt16(truncatingIfNeeded: Int(tile.codes.shared[entry.unit]) + entry.delta)
            }
        }
    }
}
