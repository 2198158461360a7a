// The partition of the plane depth first over tiles (DESIGN §5): fast where every sign is certain, and silent about the rest.

/// Subdivides tile by tile; gives up, whole, at the first sign that its error bounds leave open.
struct TiledSubdivision: ~Copyable {
    /// The cells in a tile before it is divided.
    static let tileSize = 256

    let program: PiecewiseAffineProgram
    private let terms: [[DenseTerm]]
    /// For every step of pieces its units' knots.
    private let knots: [[(unit: Int, knot: Double)]]
    private let lastUse: [Int]
    private let depths: [Int]
    private let lastNonlinearStep: Int
    private var scratch = TileMesh.Scratch()
    /// Cells after each nonlinearity.
    private(set) var counts: [Int]

    /// `nil` where the program has maxima, or pieces that share a code.
    init?(of program: PiecewiseAffineProgram) {
        self.program = program
        var (terms, knots) = ([[DenseTerm]](), [[(unit: Int, knot: Double)]]())
        var lastUse = [Int](repeating: -1, count: program.counts.count)
        let nonlinearSteps = program.nonlinearSteps
        lastNonlinearStep = nonlinearSteps.last ?? -1
        for (index, step) in program.steps.prefix(lastNonlinearStep + 1).enumerated() {
            var places: [(unit: Int, knot: Double)] = []
            switch step {
            case .affine(let list, _):
                terms.append(list.map { DenseTerm($0) })
                for term in list { lastUse[term.source] = index }
            case .pieces(let source, let functions, nil):
                for (unit, function) in functions.enumerated() { for knot in function.knots { places.append((unit, knot)) } }
                lastUse[source] = index
                terms.append([])
            case .pieces, .maximum: return nil
            }
            knots.append(places)
        }
        (self.terms, self.knots, self.lastUse, depths) = (terms, knots, lastUse, program.depths)
        counts = [Int](repeating: 0, count: nonlinearSteps.count)
    }

    /// Subdivides a convex polygon through the last nonlinearity.
    ///
    /// - Returns: whether every sign was certain; if not, the counts mean nothing.
    mutating func run(on polygon: [SIMD2<Double>]) -> Bool {
        var tile = Tile(polygon: polygon, valueCount: program.counts.count)
        return process(&tile)
    }

    private mutating func process(_ tile: inout Tile) -> Bool {
        while tile.step <= lastNonlinearStep {
            switch program.steps[tile.step] {
            case .affine(_, let offset): takeAffine(&tile, offset)
            case .pieces(let source, let functions, _):
                guard let finished = takeBatch(&tile, source) else { return false }
                if finished {
                    counts[depths[tile.step + 1] - 1] += tile.mesh.cellCount
                    if tile.step == lastNonlinearStep { return true }
                    finish(&tile, source, functions)
                }
                if tile.mesh.cellCount > TiledSubdivision.tileSize {
                    var division = TileDivision(tile, limit: TiledSubdivision.tileSize)
                    for index in division.ends.indices {
                        var part = tile.part(index, of: &division)
                        guard process(&part) else { return false }
                        if part.mesh.rows.capacity > scratch.rows.capacity { swap(&part.mesh.rows, &scratch.rows) }
                    }
                    return true
                }
            case .maximum: return false
            }
        }
        return true
    }

    private func takeAffine(_ tile: inout Tile, _ offset: [Double]) {
        let result = ColumnMatrix(unitCount: offset.count, columnCount: tile.columnCount, dense: (0..<Int32(offset.count)).map { $0 })
        let longest = terms[tile.step].reduce(0) { $0 + $1.columnCount }
        let roundoff = Double(longest + 8) * 0x1p-53
        for term in terms[tile.step] { term.add(tile.values[term.source]!, to: result, sizes: tile.size, roundoff: roundoff) }
        for (unit, shift) in offset.enumerated() {
            result.data[unit] += shift
            result.eta[unit] += roundoff * abs(shift)
        }
        tile.values[tile.step + 1] = result
        leave(&tile)
    }

    /// Drops the values that no later step reads and goes on to the next step.
    private func leave(_ tile: inout Tile) {
        for value in 0...tile.step where lastUse[value] <= tile.step { tile.values[value] = nil }
        tile.step += 1
    }

    /// Cuts by up to 64 units.
    ///
    /// - Returns: whether all units are decided, or `nil` where a sign was open.
    private mutating func takeBatch(_ tile: inout Tile, _ source: Int) -> Bool? {
        if tile.sides.isEmpty {
            tile.sides = [Tile.Side](repeating: .unknown, count: knots[tile.step].count)
            tile.values[source] = tile.values[source]!.settled(columnCount: tile.columnCount)
        }
        let matrix = tile.values[source]!
        let candidates = tile.candidates(of: matrix, knots: knots[tile.step])
        if candidates.isEmpty { return true }
        let isFinished = candidates.count < 64
        guard tile.cut(by: candidates, of: matrix, isLast: isFinished && tile.step == lastNonlinearStep, &scratch) else { return nil }
        return isFinished || !tile.sides.contains(.unknown)
    }

    /// A piecewise-affine function is its lowest piece plus, at every knot, the change of slope times the hinge there.
    private func finish(_ tile: inout Tile, _ source: Int, _ functions: [PiecewiseFunction]) {
        let input = tile.values[source]!
        let result = ColumnMatrix(unitCount: functions.count, columnCount: input.columnCount, dense: [])
        let stride = result.stride
        var index = 0
        for (unit, function) in functions.enumerated() {
            var piece = 0
            for r in function.knots.indices {
                switch tile.sides[index] {
                case .above: piece = r + 1
                case .hinge(let column):
                    let change = function.slopes[r + 1] - function.slopes[r]
                    result.hinges.append(.init(unit: unit, column: column, coefficient: change))
                    result.eta[unit] += 0x1p-52 * abs(change) * tile.size[column]
                case .below, .unknown: break
                }
                index += 1
            }
            let (slope, offset) = (function.slopes[piece], function.offsets[piece])
            guard slope != 0 || offset != 0 else { continue }
            result.dense.append(Int32(unit))
            let (from, to) = (input.data + unit, result.data + unit)
            var magnitude = 0.0
            for j in 0..<input.columnCount {
                to[j * stride] = slope * from[j * stride]
                magnitude += abs(to[j * stride]) * tile.size[j]
            }
            to[0] += offset
            result.eta[unit] += abs(slope) * input.eta[unit]
            if abs(slope) != 1 || offset != 0 { result.eta[unit] += 0x1p-51 * (magnitude + abs(offset)) }
        }
        tile.values[tile.step + 1] = result
        tile.sides = []
        leave(&tile)
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
