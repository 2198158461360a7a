// The partition of a planar domain, layer by layer on one mesh (THEORY §8). The network's values live at the vertices, where a piecewise
// affine network is simply evaluated; a unit cuts the edges between its positive and its negative vertices and the cells between those
// cuts. Signs come from floats with proved bounds, and from exact arithmetic where these do not decide.

import Geometry

/// A planar domain under subdivision: the mesh, the values at its vertices, and the codes of its cells.
struct PlanarSubdivision: Sendable {
    let program: PiecewiseAffineProgram
    /// See `tolerance`: a share of the domain's size.
    private static let looseness = 0x1p-32

    private(set) var mesh: PlanarMesh
    private(set) var history = CodeHistory()
    /// Cells after each nonlinearity.
    private(set) var counts: [Int] = []
    /// How many signs floats left open.
    private(set) var exactSignCount = 0

    /// The values that later steps need, at all vertices; value 0 is the position.
    private(set) var tables: [VertexTable?]
    private var forms: ExactForms
    private(set) var lines: [Line] = []
    /// The forms of the lines, exactly and in pairs of Doubles, as far as they were needed.
    private var lineForms: [Int: AffineForm] = [:]
    private var longForms: [Int: LongForm] = [:]
    /// How far from its exact place a vertex is put at most, in the sum of coordinates, beyond what its edge is off by.
    private let tolerance: Double
    /// The two lines that cross in each vertex.
    private var crossings: [(Int32, Int32)] = []
    /// The exact positions of vertices, as far as they were needed.
    private var points: [ExactPoint?]

    // While a nonlinearity is taken:
    /// The cell of the last level that each cell lies in.
    private(set) var parents: [Int32] = [0]
    private var codes: [UInt16] = []
    private var width = 0
    /// In a group of a maximum: the position of the largest member so far, cell by cell.
    private var winners: [Int32] = []
    /// The cell before the group that each cell is part of.
    private var groupCells: [Int32] = []

    /// - Precondition: the polygon is convex and counter-clockwise, and the program has two inputs.
    init(of program: PiecewiseAffineProgram, on polygon: [SIMD2<Double>]) {
        let n = polygon.count
        self.init(
            of: program, corners: polygon, errors: [Double](repeating: 0, count: n),
            lines: (0..<n).map { .border(from: polygon[$0], to: polygon[($0 + 1) % n]) }, size: PlanarSubdivision.size(of: polygon))
    }

    /// The larger side of the smallest box around a polygon, or where that is lost in its coordinates' roundings a little more.
    static func size(of polygon: [SIMD2<Double>]) -> Double {
        let (low, high) = ConvexPolygon(polygon).bounds
        return max((high - low).max(), 0x1p-14 * max(abs(low.x), abs(low.y), abs(high.x), abs(high.y)))
    }

    /// Starts with a polygon whose side i, from corner i to the next, lies on line i, and whose corners are off by at most `errors`.
    ///
    /// - Parameter size: vertices are put to within a small share of it; by default of the largest coordinate.
    init(of program: PiecewiseAffineProgram, corners: [SIMD2<Double>], errors: [Double], lines: [Line], size: Double? = nil) {
        precondition(program.inputCount == 2, "\(program.inputCount) inputs, expected 2")
        self.program = program
        forms = ExactForms(program: program)
        tolerance = PlanarSubdivision.looseness * (size ?? corners.reduce(0) { max($0, abs($1.x), abs($1.y)) })
        let n = corners.count
        mesh = PlanarMesh(cornerCount: n)
        self.lines = lines
        crossings = (0..<n).map { (Int32(($0 + n - 1) % n), Int32($0)) }
        points = [ExactPoint?](repeating: nil, count: n)
        tables = [VertexTable?](repeating: nil, count: program.counts.count)
        var positions = VertexTable(unitCount: 2, capacity: 32 + n)
        for (v, corner) in corners.enumerated() {
            positions.set(0, at: v, corner.x, bound: errors[v])
            positions.set(1, at: v, corner.y, bound: errors[v])
        }
        tables[0] = positions
    }

    /// Takes a nonlinearity that the one cell there is lies on one piece of.
    mutating func begin(with code: [UInt16]) {
        history.levels.append(CodeHistory.Level(parents: [0], codes: code, width: code.count))
        counts.append(1)
    }

    var positions: VertexTable { tables[0]! }
    private var capacity: Int { tables[0]!.stride }
    private var level: Int { history.levels.count }

    /// Takes the program's steps one after the other; those before `start` cut nothing any more.
    mutating func run(from start: Int = 0) {
        var lastUse = [Int](repeating: -1, count: program.counts.count)
        for (index, step) in program.steps.enumerated() {
            switch step {
            case .affine(let terms, _): for term in terms { lastUse[term.source] = index }
            case .pieces(let source, _, _), .maximum(let source, _): lastUse[source] = index
            }
        }
        (lastUse[0], lastUse[program.last]) = (Int.max, Int.max)
        for (index, step) in program.steps.enumerated() {
            switch step {
            case .affine(let terms, let offset):
                let sources = terms.map { (matrix: $0.matrix, source: tables[$0.source]!) }
                tables[index + 1] = VertexTable.affine(sources, offset: offset, count: mesh.vertexCount, capacity: capacity)
            case .pieces(let source, let pieces, let shared):
                if shared == nil, index >= start { takePieces(source, pieces) }
                tables[index + 1] = tables[source]!.applying(pieces, count: mesh.vertexCount)
            case .maximum(let source, let groups):
                if index >= start { takeMaxima(source, groups) }
                tables[index + 1] = tables[source]!.maxima(of: groups, count: mesh.vertexCount)
            }
            for value in tables.indices where lastUse[value] <= index && value <= index { tables[value] = nil }
        }
    }

    // MARK: Nonlinearities

    private mutating func begin(width: Int) {
        parents = (0..<Int32(mesh.cellCount)).map { $0 }
        codes = [UInt16](repeating: 0, count: width * mesh.cellCount)
        self.width = width
    }

    private mutating func end() {
        history.levels.append(CodeHistory.Level(parents: parents, codes: codes, width: width))
        counts.append(mesh.cellCount)
    }

    mutating func takePieces(_ source: Int, _ pieces: [PiecewiseFunction]) {
        begin(width: pieces.count)
        for (unit, function) in pieces.enumerated() {
            for (r, knot) in function.knots.enumerated() {
                cut(along: .knot(value: source, unit: unit, knot: knot)) { subdivision, cell in
                    subdivision.codes[cell * subdivision.width + unit] = UInt16(r + 1)
                }
            }
        }
        end()
    }

    mutating func takeMaxima(_ source: Int, _ groups: [PiecewiseAffineProgram.Group]) {
        begin(width: groups.count)
        for (unit, group) in groups.enumerated() {
            winners = [Int32](repeating: 0, count: mesh.cellCount)
            groupCells = (0..<Int32(mesh.cellCount)).map { $0 }
            for challenger in group.members.indices.dropFirst() {
                cut(along: .challenge(value: source, members: group.members, challenger: challenger)) { subdivision, cell in
                    subdivision.winners[cell] = Int32(challenger)
                }
            }
            uniteWinners()
            for cell in 0..<mesh.cellCount { codes[cell * width + unit] = UInt16(group.codes[Int(winners[cell])]) }
            (winners, groupCells) = ([], [])
        }
        end()
    }

    /// A running maximum divides cells where the final winner does not change: those parts are united again.
    private mutating func uniteWinners() {
        guard winners.contains(where: { $0 > 1 }) else { return }
        var numbers: [SIMD2<Int32>: Int32] = [:]
        let groups = zip(groupCells, winners).map { key -> Int32 in
            let fresh = Int32(numbers.count)
            return numbers[SIMD2(key.0, key.1)]
                ?? {
                    numbers[SIMD2(key.0, key.1)] = fresh; return fresh
                }()
        }
        guard let (cells, vertices) = mesh.unite(groups) else { return }
        let old = (parents: parents, winners: winners, codes: codes)
        parents = [Int32](repeating: 0, count: mesh.cellCount)
        winners = parents
        codes = [UInt16](repeating: 0, count: width * mesh.cellCount)
        for (from, to) in cells.enumerated() {
            (parents[to], winners[to]) = (old.parents[from], old.winners[from])
            for unit in 0..<width { codes[to * width + unit] = old.codes[from * width + unit] }
        }
        guard vertices.count < points.count else { return }
        for value in tables.indices { tables[value] = tables[value].map { $0.gathered(capacity: capacity, vertices: vertices) } }
        crossings = vertices.map { crossings[$0] }
        points = vertices.map { points[$0] }
    }

    // MARK: Cutting

    /// Cuts the mesh where a function changes sign, and calls `mark` with every cell where it is positive.
    private mutating func cut(along function: LevelFunction, mark: (inout PlanarSubdivision, Int) -> Void) {
        var signs = [Int8](repeating: 0, count: mesh.vertexCount)
        let (values, bounds, seen) = evaluate(function, into: &signs)
        guard seen.positive || seen.doubtful else { return }
        if seen.doubtful {
            for v in signs.indices where signs[v] == 2 { signs[v] = Int8(exactSign(of: function, at: v)) }
        }
        if signs.contains(-1), signs.contains(1) { divide(along: function, &signs, values, bounds) }
        for cell in 0..<mesh.cellCount where isPositive(cell, signs) { mark(&self, cell) }
    }

    /// Whether a cell, all of one sign, is positive somewhere.
    private func isPositive(_ cell: Int, _ signs: [Int8]) -> Bool {
        let start = Int(mesh.boundary[cell])
        var walk = start
        repeat {
            let sign = signs[Int(mesh.origin[walk])]
            if sign != 0 { return sign > 0 }
            walk = Int(mesh.next[walk])
        } while walk != start
        return false
    }

    /// The function's values and bounds at the vertices, and their signs where certain (2 where not).
    private func evaluate(
        _ function: LevelFunction, into signs: inout [Int8]
    ) -> (values: [Double], bounds: [Double], seen: (positive: Bool, negative: Bool, doubtful: Bool)) {
        let count = mesh.vertexCount
        switch function {
        case .knot(let value, let unit, let knot):
            let seen = tables[value]!.signs(of: unit, minus: knot, count: count, into: &signs)
            return ([], [], seen)
        case .challenge(let value, let members, let challenger):
            var (values, bounds) = ([Double](repeating: 0, count: count), [Double](repeating: 0, count: count))
            var seen = (positive: false, negative: false, doubtful: false)
            let table = tables[value]!
            for v in 0..<count {
                let (z, bound) = (table.value(members[challenger], at: v), table.bound(members[challenger], at: v))
                let (best, bestBound) = table.maximum(of: members[..<challenger], at: v)
                values[v] = z - best
                // Sums of non-negative numbers, rounded up by one part in 2⁵⁰.
                bounds[v] = bound + bestBound == 0 ? 0 : (bound + bestBound + VertexTable.roundoff * abs(values[v])) * (1 + 0x1p-50)
                signs[v] = values[v] > bounds[v] ? 1 : values[v] < -bounds[v] ? -1 : bounds[v] == 0 ? 0 : 2
                seen = (seen.positive || signs[v] == 1, seen.negative || signs[v] == -1, seen.doubtful || signs[v] == 2)
            }
            return (values, bounds, seen)
        }
    }

    private mutating func divide(along function: LevelFunction, _ signs: inout [Int8], _ values: [Double], _ bounds: [Double]) {
        var lineOfCell: [Int: Int32] = [:]
        var touched = Set<Int>()
        for vertex in signs.indices where signs[vertex] == 0 {
            settleZero(of: function, at: vertex)
            let start = Int(mesh.outgoing[vertex])
            var walk = start
            repeat {
                if mesh.cell[walk] >= 0 { touched.insert(Int(mesh.cell[walk])) }
                walk = Int(mesh.next[walk ^ 1])
            } while walk != start
        }
        let (edgesBefore, verticesBefore) = (mesh.edgeCount, mesh.vertexCount)
        let split = mesh.splitEdges(where: &signs)
        reserve(mesh.vertexCount)
        for (i, edge) in split.enumerated() {
            let (a, b) = (Int(mesh.origin[2 * edge]), mesh.target(2 * (edgesBefore + i)))
            let (left, right) = mesh.cells(of: edge)
            let cell = Int(left >= 0 ? left : right)
            let line = self.line(of: function, on: cell, &lineOfCell)
            crossings.append((mesh.edgeLabels[edge], line))
            points.append(nil)
            place(verticesBefore + i, between: a, and: b, on: function, values, bounds, cell: cell)
            if left >= 0 { touched.insert(Int(left)) }
            if right >= 0 { touched.insert(Int(right)) }
        }
        for cell in touched.sorted() {
            guard mesh.splitCell(cell, where: signs, label: -1) else { continue }
            mesh.relabelLastEdge(line(of: function, on: cell, &lineOfCell))
            parents.append(parents[cell])
            if !winners.isEmpty {
                winners.append(winners[cell])
                groupCells.append(groupCells[cell])
            }
            for entry in cell * width..<(cell + 1) * width { codes.append(codes[entry]) }
        }
    }

    private mutating func reserve(_ count: Int) {
        guard count > capacity else { return }
        let (kept, room) = (points.count, max(count, 2 * capacity))
        for value in tables.indices { tables[value]?.grow(to: room, keeping: kept) }
    }

    /// Puts the values of a new vertex where `function` is 0 between a and b, which have opposite signs.
    private mutating func place(
        _ vertex: Int, between a: Int, and b: Int, on function: LevelFunction, _ values: [Double], _ bounds: [Double], cell: Int
    ) {
        let (valueA, boundA, valueB, boundB): (Double, Double, Double, Double)
        switch function {
        case .knot(let value, let unit, let knot):
            (valueA, valueB) = (tables[value]!.value(unit, at: a) - knot, tables[value]!.value(unit, at: b) - knot)
            (boundA, boundB) = (tables[value]!.bound(unit, at: a), tables[value]!.bound(unit, at: b))
        case .challenge: (valueA, boundA, valueB, boundB) = (values[a], bounds[a], values[b], bounds[b])
        }
        // τ = A / (A − B), where A − B is |A| + |B| and each is off by its bound: |Δτ| ≤ (b_A + b_B) / (|A| + |B| − b_A − b_B).
        let (spread, error) = (abs(valueA) + abs(valueB), boundA + boundB)
        let slack = (error / (spread - error)) * (1 + 0x1p-40) + 4 * VertexTable.roundoff
        let way = position(b) - position(a)
        if valueA * valueB < 0, 2 * error < spread, slack * (abs(way.x) + abs(way.y)) <= tolerance {
            interpolate(vertex, between: a, and: b, at: valueA / (valueA - valueB), slack: slack)
        } else if !placeInPairs(vertex, between: a, and: b) {
            placeExactly(vertex, cell: cell)
        }
        settleZero(of: function, at: vertex)
    }

    private mutating func interpolate(_ vertex: Int, between a: Int, and b: Int, at tau: Double, slack: Double) {
        for value in tables.indices { tables[value]?.interpolate(vertex, from: a, to: b, at: tau, slack: slack) }
    }

    /// Puts the values of a vertex where its lines cross in pairs of Doubles.
    ///
    /// With a, b and the vertex w off by δa, δb and δw, and w = a + τ (b − a) exactly, w − a as put is τ (b − a) as put and
    /// δw − (1 − τ) δa − τ δb: its projection on the edge gives a τ that is off by at most (|δw| + max(|δa|, |δb|)) / |b − a|.
    ///
    /// - Returns: `false` where that leaves more open than there should be.
    private mutating func placeInPairs(_ vertex: Int, between a: Int, and b: Int) -> Bool {
        guard let crossing = longPlace(vertex), crossing.error <= tolerance else { return false }
        let (p, way) = (position(a), position(b) - position(a))
        let (place, error) = crossing.rounded
        let (tau, length) = (((place - p) * way).sum() / (way * way).sum(), (way * way).sum().squareRoot())
        let ends = [a, b].map { positions.bound(0, at: $0) + positions.bound(1, at: $0) }
        let rounding = 0x1p-50 * (abs(p.x) + abs(p.y) + abs(place.x) + abs(place.y))
        let slack = (error + max(ends[0], ends[1]) + rounding) / length * (1 + 0x1p-40) + 0x1p-50
        guard tau.isFinite, slack < 0.25 else { return false }
        interpolate(vertex, between: a, and: b, at: min(max(tau, 0), 1), slack: slack)
        tables[0]!.set(0, at: vertex, place.x, bound: error)
        tables[0]!.set(1, at: vertex, place.y, bound: error)
        return true
    }

    /// Puts the values of a vertex by exact arithmetic.
    private mutating func placeExactly(_ vertex: Int, cell: Int) {
        let point = self.point(vertex)
        for value in tables.indices {
            for unit in 0..<(tables[value]?.unitCount ?? 0) {
                let form = forms.form(of: value, unit: unit, on: Int(parents[cell]), at: level, in: history)
                let exact = form.value(at: point).doubleValue
                tables[value]!.set(unit, at: vertex, exact, bound: exact == 0 ? 0 : abs(exact) * 0x1p-52 + VertexTable.tiny)
            }
        }
    }

    /// A unit that is known to be at its knot has exactly that value.
    private mutating func settleZero(of function: LevelFunction, at vertex: Int) {
        if case .knot(let value, let unit, let knot) = function { tables[value]!.set(unit, at: vertex, knot, bound: 0) }
    }

    private mutating func line(of function: LevelFunction, on cell: Int, _ known: inout [Int: Int32]) -> Int32 {
        if let line = known[cell] { return line }
        let context = Int(parents[cell])
        switch function {
        case .knot(let value, let unit, let knot):
            lines.append(.knot(value: value, unit: unit, knot: knot, cell: context, level: level))
        case .challenge(let value, let members, let challenger):
            let winner = members[Int(winners[cell])]
            lines.append(.tie(value: value, unit: members[challenger], other: winner, cell: context, level: level))
        }
        known[cell] = Int32(lines.count - 1)
        return Int32(lines.count - 1)
    }

    // MARK: Exact answers

    /// The sign of a function at a vertex, in exact arithmetic.
    private mutating func exactSign(of function: LevelFunction, at vertex: Int) -> Int {
        exactSignCount += 1
        let cell = mesh.someCell(at: vertex)
        let form: AffineForm
        switch function {
        case .knot(let value, let unit, let knot):
            form = forms.form(of: value, unit: unit, on: Int(parents[cell]), at: level, in: history) - Dyadic(knot)
        case .challenge(let value, let members, let challenger):
            let winner = members[Int(winners[cell])]
            form = difference(value, members[challenger], winner, on: Int(parents[cell]))
        }
        if form.isZero { return 0 }
        return form.sign(at: point(vertex))
    }

    private mutating func difference(_ value: Int, _ unit: Int, _ other: Int, on cell: Int) -> AffineForm {
        forms.form(of: value, unit: unit, on: cell, at: level, in: history)
            - forms.form(of: value, unit: other, on: cell, at: level, in: history)
    }

    private mutating func longForm(of line: Int32) -> LongForm {
        if let known = longForms[Int(line)] { return known }
        let (cell, level) =
            switch lines[Int(line)] {
            case .border: (0, 0)
            case .knot(_, _, _, let cell, let level), .tie(_, _, _, let cell, let level): (cell, level)
            }
        let form = LongForm(of: lines[Int(line)], in: program) { [history] layer, unit in
            history.levels[layer].code(unit, of: history.ancestor(of: cell, at: level, up: layer + 1))
        }
        longForms[Int(line)] = form
        return form
    }

    /// Where a vertex is in pairs of Doubles; `nil` where that is open.
    mutating func longPlace(_ vertex: Int) -> LongForm.Crossing? {
        let (first, second) = crossings[vertex]
        return LongForm.crossing(longForm(of: first), longForm(of: second))
    }

    /// The exact position of a vertex: the crossing of its two lines.
    mutating func point(_ vertex: Int) -> ExactPoint {
        if let known = points[vertex] { return known }
        let (first, second) = crossings[vertex]
        guard let point = ExactPoint.crossing(form(of: first), form(of: second)) else {
            preconditionFailure("the lines of vertex \(vertex) are parallel")
        }
        points[vertex] = point
        return point
    }

    private mutating func form(of line: Int32) -> AffineForm {
        if let known = lineForms[Int(line)] { return known }
        let form: AffineForm
        switch lines[Int(line)] {
        case .border(let p, let q): form = .vanishing(onLineThrough: p, q)
        case .knot(let value, let unit, let knot, let cell, let level):
            form = forms.form(of: value, unit: unit, on: cell, at: level, in: history) - Dyadic(knot)
        case .tie(let value, let unit, let other, let cell, let level):
            form =
                forms.form(of: value, unit: unit, on: cell, at: level, in: history)
                - forms.form(of: value, unit: other, on: cell, at: level, in: history)
        }
        lineForms[Int(line)] = form
        return form
    }

    /// The output's unit as an exact form on a cell of the last level.
    mutating func outputForm(_ unit: Int, of cell: Int) -> AffineForm {
        forms.form(of: program.last, unit: unit, on: cell, at: level, in: history)
    }

    /// The difference of two outputs on a cell of a level, or with no rival (−1) the single output itself.
    mutating func outputForm(_ unit: Int, of cell: Int, at level: Int, minus rival: Int) -> AffineForm {
        if rival < 0 { return forms.form(of: program.last, unit: 0, on: cell, at: level, in: history) }
        return forms.form(of: program.last, unit: unit, on: cell, at: level, in: history)
            - forms.form(of: program.last, unit: rival, on: cell, at: level, in: history)
    }
}
