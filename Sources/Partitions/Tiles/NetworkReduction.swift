// A network of many units on a small part of the domain: few of them can change their piece there, and all others are affine maps of
// these. So a convolutional network of tens of thousands of units becomes, on each small tile, one of some hundreds.

/// A network reduced to the units that may change their piece on a rectangle.
///
/// Each nonlinearity keeps those units, or groups with those members that may be largest, with their pieces, lines and codes; before it
/// stands one affine step of the coordinates and of all kept units of earlier nonlinearities. Its numbers are rounded, and it has bounds
/// on what that and the bounds of `Enclosure` leave; exact arithmetic goes on asking the domain's network, under the code of all its units.
struct NetworkReduction {
    /// With how many open units of the first nonlinearity at most a large network is reduced; again where they have halved. Chosen by
    /// measurement: with more, enclosures are loose and reduced networks large; with fewer, there are more of them.
    static let lineLimit = 640

    let network: TiledNetwork
    /// What is kept of the first nonlinearity.
    let first: First

    /// What is kept of a nonlinearity.
    struct First {
        /// The units that it reads.
        var units: [Int] = []
        /// Of a maximum, the groups and the positions of their members.
        var groups: [(group: Int, positions: [Int])] = []
    }

    /// Whether the steps are of kinds that can be reduced, a nonlinearity among them.
    static func canReduce(_ steps: [TiledNetwork.Step]) -> Bool {
        steps.contains { if case .affine = $0 { false } else { true } } && !steps.contains { if case .shared = $0 { true } else { false } }
    }

    /// - Parameter openCount: how many units of the first nonlinearity change their piece on the rectangle, or may do so.
    init(of network: TiledNetwork, on rectangle: Enclosure.Rectangle, openCount: Int) {
        var builder = Builder(network, rectangle, reductionLimit: openCount < 32 ? 0 : openCount / 2)
        for index in network.steps.indices { builder.take(index) }
        self.network = builder.network
        first = builder.first ?? First()
    }
}

/// The making of a reduced network, step by step.
private struct Builder {
    private let original: TiledNetwork
    private let reductionLimit: Int
    private var enclosure: Enclosure
    private var values: [Enclosure.Value?]
    /// For each nonlinearity so far its residuals' columns.
    private var layers: [Range<Int>] = []
    private(set) var first: NetworkReduction.First?

    private var steps: [TiledNetwork.Step] = []
    private var matrices: [[ColumnwiseMatrix]] = []
    private var lastUse = [-1]
    private var codeStarts = [0]
    private var base: [UInt16]
    private var units: [Int] = []
    private let rootStarts: [Int]

    init(_ network: TiledNetwork, _ rectangle: Enclosure.Rectangle, reductionLimit: Int) {
        (original, self.reductionLimit) = (network, reductionLimit)
        enclosure = Enclosure(rectangle)
        values = [enclosure.position]
        rootStarts = network.expansion?.codeStarts ?? network.codeStarts
        base = network.expansion?.base ?? [UInt16](repeating: 0, count: network.codeStarts[network.layerCount])
    }

    var network: TiledNetwork {
        TiledNetwork(
            reducing: original, steps: steps, matrices: matrices, lastUse: lastUse, codeStarts: codeStarts,
            expansion: CodeExpansion(base: base, units: units, codeStarts: rootStarts), reductionLimit: reductionLimit)
    }

    mutating func take(_ index: Int) {
        switch original.steps[index] {
        case .affine(_, let offset, let errors, let copies):
            var value = enclosure.combination(original.matrices[index], of: values, offset: offset, errors: errors)
            for copy in copies { value.base[8 * copy.row + 7] = values[copy.source]!.eta(copy.unit) }
            values.append(value)
        case .pieces(let source, let functions, let knots): take(functions, knots, of: source)
        case .maximum(let source, let groups, let ties): take(groups, ties, of: source)
        case .shared: preconditionFailure("shared pieces are not reduced")
        }
        for value in 0...index where original.lastUse[value] <= index { values[value] = nil }
    }

    // MARK: Pieces

    /// A unit that may pass a knot, and what its S and residual are.
    private struct Chord {
        let unit: Int
        let slope: Double
        let offset: Double
        let range: Double
    }

    private mutating func take(_ functions: [PiecewiseFunction], _ knots: [TiledNetwork.Knot], of source: Int) {
        guard var value = values[source] else { preconditionFailure("value \(source) is gone") }
        var (chords, scales) = ([Chord](), [Double](repeating: 0, count: functions.count))
        for (unit, function) in functions.enumerated() {
            let (low, high) = value.bounds(unit)
            let (first, last) = (function.code(at: low), function.code(at: high))
            let magnitude = value.magnitude(unit)
            if first == last {
                let (slope, offset) = (function.slopes[first], function.offsets[first])
                scales[unit] = slope
                setCode(first, of: unit)
                if slope == 1 && offset == 0 { continue }
                let eta = abs(slope) * value.eta(unit) + 0x1p-50 * (abs(slope) * magnitude + abs(offset))
                scale(&value, unit, slope, offset, eta: eta)
            } else {
                let chord = Builder.chord(of: function, unit, first...last, low, high, eta: value.eta(unit), magnitude)
                chords.append(chord)
                scales[unit] = chord.slope
            }
        }
        chords.sort { (value.places[$0.unit], $0.unit) < (value.places[$1.unit], $1.unit) }
        let rows = enclosure.rows(of: chords.map(\.unit), in: values[source]!)
        for chord in chords { scale(&value, chord.unit, chord.slope, chord.offset, eta: 0) }
        for chunk in value.chunks.indices { value.chunks[chunk].scale(by: scales) }
        for unit in 0..<value.count { value.spread[unit] *= abs(scales[unit]) * (1 + 0x1p-50) }

        // The kept units' knots, in their order.
        var starts = [Int](repeating: 0, count: functions.count + 1)
        for (unit, function) in functions.enumerated() { starts[unit + 1] = starts[unit] + function.knots.count }
        var keptKnots: [TiledNetwork.Knot] = []
        for (i, chord) in chords.enumerated() {
            for knot in knots[starts[chord.unit]..<starts[chord.unit + 1]] {
                keptKnots.append(.init(unit: Int32(truncatingIfNeeded: i), line: knot.line, value: knot.value))
            }
        }
        appendAffine(rows)
        appendNonlinear(.pieces(source: steps.count, functions: chords.map { functions[$0.unit] }, knots: keptKnots))
        close(chords.map(\.unit), residuals: chords.map { (unit: $0.unit, range: $0.range) }, &value)
        if first == nil { first = .init(units: chords.map(\.unit)) }
    }

    private static func chord(
        of function: PiecewiseFunction, _ unit: Int, _ pieces: ClosedRange<Int>, _ low: Double, _ high: Double, eta: Double,
        _ magnitude: Double
    ) -> Chord {
        let slope = (function(high) - function(low)) / (high - low)
        let residuals = ([low, high] + function.knots[pieces.lowerBound..<pieces.upperBound]).map { function($0) - slope * $0 }
        let (least, most) = (residuals.min() ?? 0, residuals.max() ?? 0)
        let steepness = pieces.reduce(abs(slope)) { max($0, abs(function.slopes[$1])) }
        let shift = pieces.reduce(0) { max($0, abs(function.offsets[$1])) }
        // Far more than these few operations round.
        let roundoff = 0x1p-46 * (steepness * (abs(low) + abs(high) + magnitude) + shift)
        return Chord(
            unit: unit, slope: slope, offset: 0.5 * (least + most),
            range: (0.5 * (most - least) + abs(slope) * eta + roundoff) * (1 + 0x1p-40))
    }

    private func scale(_ value: inout Enclosure.Value, _ unit: Int, _ slope: Double, _ offset: Double, eta: Double) {
        for lane in 0..<3 { value.base[8 * unit + lane] *= slope }
        value.base[8 * unit] += offset
        value.base[8 * unit + 7] = eta
    }

    // MARK: Maxima

    /// A group of which several members may be largest.
    private struct Contest {
        let group: Int
        /// Positions in the group.
        var possible: [Int]
        /// Two of them, and the chord between these.
        let first: Int
        var second = 0
        var slope = 0.0
        var offset = 0.0
        var range = 0.0
    }

    private mutating func take(_ groups: [PiecewiseAffineProgram.Group], _ ties: [TiledNetwork.Ties], of source: Int) {
        guard let value = values[source] else { preconditionFailure("value \(source) is gone") }
        var contests: [Contest] = []
        var entries: [(row: Int, column: Int, weight: Double)] = []
        func setWinner(_ position: Int, of group: Int) {
            setCode(groups[group].codes[position], of: group)
            entries.append((row: group, column: groups[group].members[position], weight: 1))
        }
        for (k, group) in groups.enumerated() {
            let floor = group.members.reduce(-Double.infinity) { max($0, value.bounds($1).low) }
            let possible = group.members.indices.filter { value.bounds(group.members[$0]).high >= floor }
            let first = possible.max { value.base[8 * group.members[$0]] < value.base[8 * group.members[$1]] }!
            if possible.count == 1 { setWinner(first, of: k) } else { contests.append(Contest(group: k, possible: possible, first: first)) }
        }
        settle(&contests, groups, source)
        contests.removeAll { contest in
            if contest.possible.count == 1 { setWinner(contest.first, of: contest.group) }
            return contest.possible.count == 1
        }
        for contest in contests {
            let members = groups[contest.group].members
            entries.append((row: contest.group, column: members[contest.first], weight: 1 - contest.slope))
            entries.append((row: contest.group, column: members[contest.second], weight: contest.slope))
        }
        let places = groups.map { value.places[$0.members[0]] }
        contests.sort { (places[$0.group], $0.group) < (places[$1.group], $1.group) }
        let matrix = ColumnwiseMatrix(source: source, rowCount: groups.count, columnCount: value.count, entries: entries)
        var result = enclosure.combination([matrix], of: values, offset: [Double](repeating: 0, count: groups.count))
        result.places = places
        for contest in contests {
            result.base[8 * contest.group] += contest.offset
            result.base[8 * contest.group + 7] = 0
        }

        var (members, numbers) = ([Int](), [Int: Int]())
        var keptGroups: [PiecewiseAffineProgram.Group] = []
        var keptTies: [TiledNetwork.Ties] = []
        for contest in contests {
            let (group, tie) = (groups[contest.group], ties[contest.group])
            let places = contest.possible.map { position in
                let member = group.members[position]
                if numbers[member] == nil {
                    numbers[member] = members.count
                    members.append(member)
                }
                return numbers[member]!
            }
            keptGroups.append(.init(members: places, codes: contest.possible.map { group.codes[$0] }))
            keptTies.append(.init(start: tie.start, width: tie.width, positions: contest.possible.map { tie.positions[$0] }))
        }
        appendAffine(enclosure.rows(of: members, in: value))
        appendNonlinear(.maximum(source: steps.count, groups: keptGroups, ties: keptTies))
        close(contests.map(\.group), residuals: contests.map { (unit: $0.group, range: $0.range) }, &result)
        if first == nil { first = .init(units: members, groups: contests.map { ($0.group, $0.possible) }) }
    }

    /// Bounds the differences of members, drops those that cannot be largest, and finds the chords of the others.
    private mutating func settle(_ contests: inout [Contest], _ groups: [PiecewiseAffineProgram.Group], _ source: Int) {
        guard let value = values[source] else { preconditionFailure("value \(source) is gone") }
        var entries: [(row: Int, column: Int, weight: Double)] = []
        var count = 0
        for contest in contests {
            let members = groups[contest.group].members
            for position in contest.possible where position != contest.first {
                entries.append((row: count, column: members[position], weight: 1))
                entries.append((row: count, column: members[contest.first], weight: -1))
                count += 1
            }
        }
        let matrix = ColumnwiseMatrix(source: source, rowCount: count, columnCount: value.count, entries: entries)
        let differences = enclosure.combination([matrix], of: values, offset: [Double](repeating: 0, count: count))
        var row = 0
        for i in contests.indices {
            let contest = contests[i]
            let members = groups[contest.group].members
            var rivals: [(position: Int, low: Double, high: Double)] = []
            for position in contest.possible where position != contest.first {
                let (low, high) = differences.bounds(row)
                if high >= 0 { rivals.append((position, low, high)) }
                row += 1
            }
            contests[i].possible = contest.possible.filter { position in
                position == contest.first || rivals.contains { $0.position == position }
            }
            guard let second = rivals.max(by: { $0.high < $1.high }) else { continue }
            let (low, high) = (second.low, second.high)
            let slope = low >= 0 ? 1 : high / (high - low)
            // max(0, d, d′, …) − slope · d, for d in low … high and the others at most what they are.
            let others = rivals.reduce(0) { $1.position == second.position ? $0 : max($0, $1.high) }
            let most = max(low >= 0 ? 0 : -slope * low, (1 - slope) * high) + others
            let eta = contests[i].possible.reduce(0) { max($0, value.eta(members[$1])) }
            let magnitude = value.magnitude(members[contest.first]) + value.magnitude(members[second.position])
            contests[i].second = second.position
            (contests[i].slope, contests[i].offset) = (slope, 0.5 * most)
            contests[i].range = (0.5 * most + eta + 0x1p-46 * (magnitude + abs(low) + high + others)) * (1 + 0x1p-40)
        }
    }

    // MARK: The reduced network

    private mutating func setCode(_ code: Int, of unit: Int) { base[place(of: unit)] = UInt16(truncatingIfNeeded: code) }

    /// Where the present nonlinearity's unit has its code in the domain's network.
    private func place(of unit: Int) -> Int {
        let place = original.codeStarts[layers.count] + unit
        return original.expansion?.units[place] ?? place
    }

    /// The kept units' arguments as an affine step.
    private mutating func appendAffine(_ rows: [Enclosure.Row]) {
        // The rows that are kept units as they are, as rectifiers before a maximum are, have no errors and stay exactly so.
        var copies: [TiledNetwork.Copy] = []
        let settled = rows.enumerated().map { i, row -> Enclosure.Settled in
            guard let column = enclosure.column(equalTo: row), let layer = layers.firstIndex(where: { $0.contains(column) }) else {
                return enclosure.settled(row)
            }
            copies.append(.init(row: i, source: 2 * layer + 2, unit: column - layers[layer].lowerBound))
            return .init(offset: 0, slope: SIMD2(0, 0), weights: [Double](repeating: 0, count: row.numbers.count - 3), error: 0)
        }
        var terms = [
            PiecewiseAffineProgram.Term(
                source: 0,
                matrix: SparseMatrix(
                    rows: settled.map { [(column: 0, value: $0.slope.x), (column: 1, value: $0.slope.y)] }, columnCount: 2))
        ]
        var whole = terms
        lastUse[0] = steps.count
        for (layer, range) in layers.enumerated() where !range.isEmpty {
            var rows = settled.map { row in range.enumerated().map { (column: $0.offset, value: row.weights[$0.element]) } }
            let source = 2 * layer + 2
            terms.append(.init(source: source, matrix: SparseMatrix(rows: rows, columnCount: range.count)))
            for copy in copies where copy.source == source { rows[copy.row] = [(column: copy.unit, value: 1)] }
            whole.append(.init(source: source, matrix: SparseMatrix(rows: rows, columnCount: range.count)))
            lastUse[source] = steps.count
        }
        if rows.isEmpty { (terms, whole) = ([], []) }
        matrices.append(whole.map { ColumnwiseMatrix($0) })
        steps.append(
            .affine(terms.map { TileTerm($0) }, offset: settled.map(\.offset), errors: settled.map(\.error), copies: copies))
        lastUse.append(-1)
    }

    private mutating func appendNonlinear(_ step: TiledNetwork.Step) {
        lastUse[steps.count] = steps.count
        steps.append(step)
        matrices.append([])
        lastUse.append(-1)
    }

    /// Gives the kept units their residuals; `value` is the nonlinearity's.
    private mutating func close(_ kept: [Int], residuals: [(unit: Int, range: Double)], _ value: inout Enclosure.Value) {
        units += kept.map { place(of: $0) }
        codeStarts.append(units.count)
        let start = enclosure.columns.count
        enclosure.addResiduals(residuals, to: &value)
        layers.append(start..<start + kept.count)
        values.append(value)
    }
}

extension Enclosure.Chunk {
    /// Multiplies every unit's numbers by the unit's factor; those of factor 0 go.
    fileprivate mutating func scale(by factors: [Double]) {
        var result = Enclosure.Chunk()
        result.units.reserveCapacity(units.count)
        result.numbers.reserveCapacity(numbers.count)
        for (n, unit) in units.enumerated() {
            let factor = factors[Int(unit)]
            if factor == 0 { continue }
            result.units.append(unit)
            for lane in 0..<8 { result.numbers.append(numbers[8 * n + lane] * factor) }
        }
        self = result
    }
}
