// Taking one tile through the network's steps: evaluate, cut, and fold, until its cells are finished or too many.

import CKernels

/// What one thread needs to subdivide tiles.
struct TileWorker: ~Copyable {
    /// What became of a tile.
    enum Outcome {
        case finished
        /// It has more cells than a tile should.
        case full
        /// Three members of a group may be largest: smaller tiles may know more.
        case open
        /// It is to be reduced by another worker.
        case unreduced
    }

    /// The most cells of a tile after a cut, and of each of its parts if it has more. Chosen by measurement: smaller tiles have fewer
    /// columns, larger ones share more of the matrices' work, above all where their last cells are only counted.
    static let (fullSize, partSize) = (384, 128)
    static let (countedFullSize, countedPartSize) = (768, 256)

    /// Those for a tile as it is now.
    func sizes(_ tile: borrowing Tile) -> (full: Int, part: Int) {
        !keepsColumns && tile.network.depths[tile.step] == network.layerCount - 1
            ? (TileWorker.countedFullSize, TileWorker.countedPartSize) : (TileWorker.fullSize, TileWorker.partSize)
    }

    let network: TiledNetwork
    let store: BlockStore
    /// Whether finished cells are read, not only counted.
    let keepsColumns: Bool
    /// Whether tiles that the whole network has been taken through so far are left to others where they are to be reduced.
    var leavesReduction = false
    /// The least depth of a tile that has been finished since cells were last handed on.
    var finishedDepth = Int32.max
    var scratch: TileMesh.Scratch
    /// Cells after each nonlinearity.
    var counts: [Int]
    /// But for the exact signs at vertices of tiles.
    var statistics = FilterStatistics()
    var exact: ExactSigns { scratch.exact }

    init(_ network: TiledNetwork, _ store: BlockStore, keepsColumns: Bool) {
        (self.network, self.store, self.keepsColumns) = (network, store, keepsColumns)
        scratch = TileMesh.Scratch(store, network)
        counts = [Int](repeating: 0, count: network.layerCount)
    }

    mutating func advance(_ tile: inout Tile) -> Outcome {
        while tile.step < tile.network.steps.count {
            let network = tile.network
            switch network.steps[tile.step] {
            case .affine(let terms, let offset, let errors, let copies): takeAffine(&tile, terms, offset, errors, copies)
            case .pieces(let source, let functions, let knots):
                if tile.sides.isEmpty && !knots.isEmpty { tile.begin(source, sideCount: knots.count, isMaximum: false) }
                let matrix = tile.values[source]!
                if !tile.open.isEmpty {
                    if isFull(tile) { return .full }
                    let candidates = tile.candidates(of: matrix, knots: knots)
                    if tile.isReducible {
                        if leavesReduction, network.expansion == nil { return .unreduced }
                        tile.reduce()
                        continue
                    }
                    guard cut(&tile, candidates, of: matrix) else { return .open }
                }
                if tile.open.isEmpty {
                    note(tile)
                    if isCounted(tile) { return .finished }
                    note(functions, &tile)
                    go(on: &tile, with: apply(functions, to: matrix, ofLayer: network.depths[tile.step], &tile))
                }
            case .shared(let source, let functions, let layer):
                // What was added to the columns since does not matter: the source is as it was then, but for folding.
                let matrix = tile.values[source]!.settled(store, columnCount: tile.columnCount)
                tile.values[source] = matrix
                go(on: &tile, with: apply(functions, to: matrix, ofLayer: layer, &tile))
            case .maximum(let source, let groups, let ties):
                if tile.sides.isEmpty { tile.begin(source, sideCount: groups.count, isMaximum: true) }
                let matrix = tile.values[source]!
                if !tile.open.isEmpty {
                    if isFull(tile) { return .full }
                    var candidates = tile.candidates(of: matrix, groups: groups, ties: ties)
                    if tile.isReducible {
                        if leavesReduction, network.expansion == nil { return .unreduced }
                        tile.reduce()
                        continue
                    }
                    if candidates.isEmpty, !tile.open.isEmpty {
                        candidates = tile.candidatesAtVertices(of: matrix, groups: groups, ties: ties, &scratch)
                    }
                    guard cut(&tile, candidates, of: matrix) else { return .open }
                }
                if tile.open.isEmpty {
                    note(tile)
                    if isCounted(tile) { return .finished }
                    let result = apply(groups, to: matrix, &tile)
                    tile.rivals = []
                    go(on: &tile, with: result)
                }
            }
        }
        return .finished
    }

    /// Whether a tile is to be divided before it is cut again: after the layer's matrix product and not before, for the parts share it.
    private func isFull(_ tile: borrowing Tile) -> Bool { tile.mesh.cellCount > sizes(tile).full }

    /// - Returns: `false` where units are open that no cut decides.
    private mutating func cut(_ tile: inout Tile, _ candidates: [Tile.Candidate], of matrix: ColumnMatrix) -> Bool {
        if candidates.isEmpty { return tile.open.isEmpty }
        statistics.signCount += candidates.count * tile.mesh.vertexCount
        let evaluation = tile.evaluate(candidates, of: matrix, &scratch)
        if isCounted(tile), candidates.count == tile.open.count, tile.count(evaluation, &scratch) { return true }
        tile.cut(by: evaluation, &scratch)
        return true
    }

    private mutating func takeAffine(
        _ tile: inout Tile, _ terms: [TileTerm], _ offset: [Double], _ errors: [Double], _ copies: [TiledNetwork.Copy]
    ) {
        let result = ColumnMatrix(
            store, unitCount: offset.count, columnCount: tile.columnCount, dense: (0..<Int32(offset.count)).map { $0 })
        let additionCount = terms.reduce(0) { $0 + $1.additionCount }
        for term in terms { term.add(tile.values[term.source]!, to: result, sizes: tile.size, additionCount: additionCount, store) }
        let roundoff = Double(additionCount + 8) * 0x1p-53
        for (unit, shift) in offset.enumerated() where shift != 0 {
            result.data[unit] += shift
            result.eta[unit] += roundoff * abs(shift)
        }
        for (unit, error) in errors.enumerated() { result.eta[unit] += error }
        for (source, copies) in Dictionary(grouping: copies, by: \.source) { tile.values[source]!.copy(copies, to: result) }
        go(on: &tile, with: result)
    }

    /// Counts the cells of a tile that has been cut in a nonlinearity.
    private mutating func note(_ tile: borrowing Tile) {
        counts[tile.network.depths[tile.step]] += tile.cellCount
    }

    /// Whether nobody reads more of the tile than the number of its cells.
    private func isCounted(_ tile: borrowing Tile) -> Bool { !keepsColumns && tile.step == tile.network.steps.count - 1 }

    /// Sets the step's value, drops those that no later step reads and goes on to the next step.
    private func go(on tile: inout Tile, with result: ColumnMatrix) {
        tile.values[tile.step + 1] = result
        for value in 0...tile.step where tile.network.lastUse[value] <= tile.step { tile.values[value] = nil }
        tile.step += 1
    }

    /// Turns the sides of a step into codes and columns that add to them.
    private func note(_ functions: [PiecewiseFunction], _ tile: inout Tile) {
        let start = tile.codes.shared.count
        var index = 0
        for (unit, function) in functions.enumerated() {
            var piece = 0
            for r in function.knots.indices {
                let side = tile.sides[index]
                if side == .above { piece = r + 1 }
                if side.isHinge { tile.codes.varying.append(.init(unit: start + unit, column: Int(side.column), delta: 1)) }
                index += 1
            }
            tile.codes.shared.append(UInt16(truncatingIfNeeded: piece))
        }
        tile.codes.layerCount += 1
        tile.sides = []
    }

    /// A piecewise-affine function is its lowest piece plus, at every knot, the change of slope times the hinge there.
    private func apply(_ functions: [PiecewiseFunction], to input: ColumnMatrix, ofLayer layer: Int, _ tile: inout Tile) -> ColumnMatrix {
        let result = ColumnMatrix(store, unitCount: functions.count, columnCount: input.columnCount, dense: [], isZero: false)
        result.eta.update(repeating: 0, count: result.stride)
        result.dense.reserveCapacity(functions.count)
        let slopes = Pool<Double>(store, repeating: 0, count: result.stride)
        let start = tile.network.codeStarts[layer]
        var inexact: [Int] = []
        for (unit, function) in functions.enumerated() {
            let piece = Int(tile.codes.shared[start + unit])
            let (slope, offset) = (function.slopes[piece], function.offsets[piece])
            guard slope != 0 || offset != 0 else { continue }
            result.dense.append(Int32(truncatingIfNeeded: unit))
            slopes[unit] = slope
            result.eta[unit] = abs(slope) * input.eta[unit]
            if abs(slope) != 1 || offset != 0 { inexact.append(unit) }
        }
        for j in 0..<input.columnCount { maso_partition_scale(result.column(j), input.column(j), result.stride, slopes.start) }
        for unit in inexact {
            let offset = functions[unit].offsets[Int(tile.codes.shared[start + unit])]
            var magnitude = abs(offset)
            for j in 0..<input.columnCount { magnitude += abs(result.column(j)[unit]) * tile.size[j] }
            result.data[unit] += offset
            result.eta[unit] += 0x1p-51 * magnitude
        }
        // The hinges of a unit are at the knots from its piece on, one after the other.
        var (previous, r) = (-1, 0)
        for entry in tile.codes.varying where start <= entry.unit && entry.unit < start + functions.count {
            r = entry.unit == previous ? r + 1 : Int(tile.codes.shared[entry.unit])
            previous = entry.unit
            let function = functions[entry.unit - start]
            let change = function.slopes[r + 1] - function.slopes[r]
            result.hinges.append(.init(unit: entry.unit - start, column: entry.column, coefficient: change))
            // From or to 0, the change is exact: a rectifier is its hinge, without an error of its own.
            if function.slopes[r] == 0 || function.slopes[r + 1] == 0 { continue }
            result.eta[entry.unit - start] += 0x1p-52 * abs(change) * tile.size[entry.column]
        }
        return result
    }

    /// A maximum is its first possible winner, plus the hinge of what the second has more.
    private func apply(_ groups: [PiecewiseAffineProgram.Group], to input: ColumnMatrix, _ tile: inout Tile) -> ColumnMatrix {
        let result = ColumnMatrix(
            store, unitCount: groups.count, columnCount: input.columnCount, dense: (0..<Int32(groups.count)).map { $0 })
        let start = tile.codes.shared.count
        let winners = Pool<Int32>(store, capacity: groups.count)
        for (k, group) in groups.enumerated() {
            let (side, rivals) = (tile.sides[k], tile.rivals[k])
            let (a, b) = (Int(rivals.x), Int(rivals.y))
            let winner = side == .above ? b : a
            winners[k] = Int32(truncatingIfNeeded: group.members[winner])
            tile.codes.shared.append(UInt16(truncatingIfNeeded: group.codes[winner]))
            result.eta[k] = input.eta[group.members[winner]]
            if side.isHinge {
                let column = Int(side.column)
                tile.codes.varying.append(.init(unit: start + k, column: column, delta: group.codes[b] - group.codes[a]))
                result.hinges.append(.init(unit: k, column: column, coefficient: 1))
            }
        }
        for j in 0..<input.columnCount {
            let (from, to) = (input.column(j), result.column(j))
            for k in 0..<groups.count { to[k] = from[Int(winners[k])] }
        }
        tile.codes.layerCount += 1
        tile.sides = []
        return result
    }
}
