// The partition of the plane depth first over tiles (DESIGN §5): fast where every sign is certain, and silent about the rest.

/// Subdivides tile by tile; gives up, whole, at the first sign that its error bounds leave open.
struct TiledSubdivision {
    /// The cells in a tile before it is divided.
    static let tileSize = 256

    let program: PiecewiseAffineProgram
    private let terms: [[DenseTerm]]
    /// For every step of pieces its units' knots.
    private let knots: [[(row: Int, knot: Double)]]
    private let lastUse: [Int]
    /// Cells after each nonlinearity.
    private(set) var counts: [Int]

    /// `nil` where the program has maxima, or pieces that share a code.
    init?(of program: PiecewiseAffineProgram) {
        self.program = program
        var (terms, knots) = ([[DenseTerm]](), [[(row: Int, knot: Double)]]())
        var lastUse = [Int](repeating: -1, count: program.counts.count)
        for (index, step) in program.steps.enumerated() {
            var places: [(row: Int, knot: Double)] = []
            switch step {
            case .affine(let list, _):
                terms.append(list.map { DenseTerm($0) })
                for term in list { lastUse[term.source] = index }
            case .pieces(let source, let functions, nil):
                for (row, function) in functions.enumerated() { for knot in function.knots { places.append((row, knot)) } }
                lastUse[source] = index
                terms.append([])
            case .pieces, .maximum: return nil
            }
            knots.append(places)
        }
        lastUse[program.last] = Int.max
        (self.terms, self.knots, self.lastUse) = (terms, knots, lastUse)
        counts = [Int](repeating: 0, count: program.nonlinearSteps.count)
    }

    /// Subdivides a convex polygon and calls `body` with every finished tile.
    ///
    /// - Returns: whether every sign was certain; if not, the counts mean nothing.
    mutating func run(on polygon: [SIMD2<Double>], _ body: (Tile) -> Void = { _ in }) -> Bool {
        let depths = program.depths
        var open = [Tile(polygon: polygon, valueCount: program.counts.count)]
        while let tile = open.popLast() {
            var divided = false
            while tile.step < program.steps.count, !divided {
                switch program.steps[tile.step] {
                case .affine(_, let offset): takeAffine(tile, offset)
                case .pieces(let source, let functions, _):
                    guard let finished = takeBatch(tile, source) else { return false }
                    if finished {
                        finish(tile, source, functions)
                        counts[depths[tile.step] - 1] += tile.mesh.cellCount
                    }
                    if tile.mesh.cellCount > TiledSubdivision.tileSize, tile.step < program.steps.count {
                        let (lower, upper) = tile.split()
                        open += [upper, lower]
                        divided = true
                    }
                case .maximum: return false
                }
            }
            if !divided { body(tile) }
        }
        return true
    }

    private func takeAffine(_ tile: Tile, _ offset: [Double]) {
        var result = ColumnMatrix(rowCount: offset.count, width: tile.columnWidth)
        result.denseRows = (0..<Int32(offset.count)).map { $0 }
        let longest = terms[tile.step].reduce(0) { $0 + $1.columnCount }
        let roundoff = Double(longest + 8) * 0x1p-53
        for term in terms[tile.step] { term.add(tile.values[term.source]!, to: &result, sizes: tile.size, roundoff: roundoff) }
        for (row, shift) in offset.enumerated() {
            result.data[row * result.width] += shift
            result.eta[row] += roundoff * abs(shift)
        }
        tile.values[tile.step + 1] = result
        leave(tile)
    }

    /// Drops the values that no later step reads and goes on to the next step.
    private func leave(_ tile: Tile) {
        for value in tile.values.indices where lastUse[value] <= tile.step && value <= tile.step { tile.values[value] = nil }
        tile.step += 1
    }

    /// Cuts by up to 64 units.
    ///
    /// - Returns: whether all units are decided, or `nil` where a sign was open.
    private func takeBatch(_ tile: Tile, _ source: Int) -> Bool? {
        let knots = knots[tile.step]
        if tile.sides.isEmpty {
            tile.sides = [Tile.Side](repeating: .unknown, count: knots.count)
            tile.values[source]!.settle()
        }
        let candidates = tile.candidates(of: tile.values[source]!, knots: knots)
        if candidates.isEmpty { return true }
        guard tile.cut(by: candidates, of: tile.values[source]!) else { return nil }
        return candidates.count < 64 && !tile.sides.contains(.unknown)
    }

    /// A piecewise-affine function is its lowest piece plus, at every knot, the change of slope times the hinge there.
    private func finish(_ tile: Tile, _ source: Int, _ functions: [PiecewiseFunction]) {
        let input = tile.values[source]!
        var result = ColumnMatrix(rowCount: functions.count, width: tile.columnWidth)
        var index = 0
        for (row, function) in functions.enumerated() {
            var piece = 0
            for r in function.knots.indices {
                switch tile.sides[index] {
                case .above: piece = r + 1
                case .hinge(let column):
                    let change = function.slopes[r + 1] - function.slopes[r]
                    result.hinges.append(.init(row: row, column: column, coefficient: change))
                    result.eta[row] += 0x1p-52 * abs(change) * tile.size[column]
                case .below, .unknown: break
                }
                index += 1
            }
            let (slope, offset) = (function.slopes[piece], function.offsets[piece])
            guard slope != 0 || offset != 0 else { continue }
            result.denseRows.append(Int32(row))
            let (from, to) = (row * input.width, row * result.width)
            for j in 0..<tile.columnCount { result.data[to + j] = slope * input.data[from + j] }
            result.data[to] += offset
            result.eta[row] += abs(slope) * input.eta[row]
            if abs(slope) != 1 || offset != 0 { result.eta[row] += 0x1p-52 * (result.magnitude(row, tile.size) + abs(offset)) }
        }
        tile.values[tile.step + 1] = result
        tile.sides = []
        leave(tile)
    }
}

extension PlanarPartition {
    /// The number of cells after each nonlinearity, without keeping the cells: fast where floats certify every sign, else by the planar
    /// partition.
    ///
    /// - Throws: as `init(of:on:)`.
    public static func cellCounts(of program: PiecewiseAffineProgram, on domain: Domain) throws(PartitionError) -> [Int] {
        if let counts = try tiledCellCounts(of: program, on: domain) { return counts }
        return try PlanarPartition(of: program, on: domain).cellCounts
    }

    /// The counts by tiles alone, `nil` where a sign was open or the program has maxima.
    package static func tiledCellCounts(of program: PiecewiseAffineProgram, on domain: Domain) throws(PartitionError) -> [Int]? {
        try requirePlanarity(domain)
        let program = try domain.program(program)
        try requireContinuity(program)
        guard var tiles = TiledSubdivision(of: program) else { return nil }
        return tiles.run(on: try domain.polygon()) ? tiles.counts : nil
    }
}
