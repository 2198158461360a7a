// How one nonlinearity divides a part: hyperplane after hyperplane, depth first, so that memory follows their number.

import Geometry

/// A part and the hyperplanes of one nonlinearity that may cut it. Where Doubles leave the sign of a hyperplane's form at a vertex open,
/// the vertex is made exact; then, if need be, the sign is.
struct SolidDivision: ~Copyable {
    /// A hyperplane; where h ≤ 0 unit `unit` has the code `piece` at most.
    private struct Hinge {
        let facet: SolidFacet
        let unit: Int
        let piece: Int
    }

    /// Members of a maximum of which each may win somewhere, no two of them one function here. Member a less member b, a < b, is the hinge
    /// `pairs[a * count + b]`.
    private struct Contest {
        let group: Int
        var contenders: [(member: Int, code: Int, place: Int)]
        let memberCount: Int
        var pairs: [Int]
    }

    /// Some of the vertices, in `members` and `masks`.
    private struct Range {
        let start: Int
        let count: Int
    }

    private static let open: Int8 = 2

    private let entry: SolidPart
    private let forms: CellForms
    private let viewer: [Double]?
    private let dimension: Int
    private var hinges: [Hinge] = []
    /// The rows of the hinges' forms.
    private var rows: Pool<CellForms.Quad>
    /// The bases and steepnesses of the hinges.
    private var bounds: Pool<SIMD2<Double>>
    private var contests: [Contest] = []
    /// How many words tell a vertex's facets: those of the part, then the hinges.
    private var words = 0

    // Vertices, those of the part first.
    private var positions: Pool<Double>
    private var displacements: Pool<Double>
    /// Those that are known exactly.
    private var points: [Int: ExactPoint]
    /// ĥ and the sign of h for each vertex and hinge.
    private var values: Pool<Double>
    private var signs: Pool<Int8>

    private var meeting: SolidMeeting

    // Ranges of vertices, each with the facets it lies on.
    private var members: Pool<Int>
    private var masks: Pool<UInt64>
    /// For a facet of a range the place that it gets in a part of its own.
    private var places: Pool<Int>

    /// The codes, and of groups the winning members, of the part that is being divided.
    private(set) var code: [Int]
    private(set) var winners: [Int] = []
    /// How many signs floating point has left open.
    private(set) var exactSignCount = 0

    private init(_ entry: SolidPart, _ forms: CellForms, viewer: [Double]?, unitCount: Int, _ store: BlockStore) {
        (self.entry, self.forms, self.viewer, dimension, points) = (entry, forms, viewer, entry.dimension, entry.points)
        rows = Pool(store)
        bounds = Pool(store)
        positions = Pool(store)
        displacements = Pool(store)
        values = Pool(store)
        signs = Pool(store)
        members = Pool(store)
        masks = Pool(store)
        places = Pool(store)
        for position in entry.positions { positions.append(position) }
        for displacement in entry.displacements { displacements.append(displacement) }
        code = [Int](repeating: 0, count: unitCount)
        meeting = SolidMeeting(in: forms.reach)
    }

    /// By the pieces of every unit.
    init(_ entry: SolidPart, _ forms: CellForms, _ functions: [PiecewiseFunction], viewer: [Double]?, _ store: BlockStore) {
        self.init(entry, forms, viewer: viewer, unitCount: functions.count, store)
        let (ranges, displacement) = (ranges(), entry.displacements.max() ?? 0)
        for (unit, function) in functions.enumerated() {
            for (piece, knot) in function.knots.enumerated() {
                let (low, high) = (ranges[unit].low - knot, ranges[unit].high - knot)
                let facet = SolidFacet(forms, unit: unit, knot: knot)
                let reach = facet.reach(displacement)
                if low > reach {
                    code[unit] = piece + 1
                } else if !(high < -reach) {
                    hinges.append(Hinge(facet: facet, unit: unit, piece: piece))
                    for quad in forms.row(unit) { rows.append(quad) }
                    rows[rows.count - forms.reach.quadCount].x -= knot
                }
            }
        }
        begin()
    }

    /// By the winners of every group.
    init(_ entry: SolidPart, _ forms: CellForms, _ groups: [PiecewiseAffineProgram.Group], viewer: [Double]?, _ store: BlockStore) {
        self.init(entry, forms, viewer: viewer, unitCount: groups.count, store)
        winners = [Int](repeating: 0, count: groups.count)
        let (ranges, displacement) = (ranges(), entry.displacements.max() ?? 0)
        for (index, group) in groups.enumerated() {
            func reach(_ member: Int) -> Double { SolidFacet(forms, unit: member, knot: 0).reach(displacement) }
            var best = -Double.infinity
            for member in group.members where ranges[member].low - reach(member) > best { best = ranges[member].low - reach(member) }
            // Bounds on members and not on differences leave some that cannot win: cuts tell.
            let able = group.members.indices.filter { !(ranges[group.members[$0]].high + reach(group.members[$0]) < best) }
            let contenders = able.enumerated().map { (member: group.members[$1], code: group.codes[$1], place: $0) }
            if contenders.count == 1 {
                (code[index], winners[index]) = (contenders[0].code, contenders[0].member)
                continue
            }
            var contest = Contest(
                group: index, contenders: contenders, memberCount: able.count, pairs: [Int](repeating: -1, count: able.count * able.count))
            for a in contenders.indices {
                for b in contenders.indices.dropFirst(a + 1) {
                    contest.pairs[a * able.count + b] = hinges.count
                    let (first, second) = (contenders[a].member, contenders[b].member)
                    hinges.append(Hinge(facet: SolidFacet(forms, unit: first, other: second), unit: index, piece: 0))
                    for (p, q) in zip(forms.row(first), forms.row(second)) { rows.append(p - q) }
                }
            }
            contests.append(contest)
        }
        begin()
        for index in contests.indices {
            var distinct: [(member: Int, code: Int, place: Int)] = []
            for contender in contests[index].contenders
            where !distinct.contains(where: { isTwin(contests[index].pairs[$0.place * contests[index].memberCount + contender.place]) }) {
                distinct.append(contender)
            }
            // Of two winners the one that grows faster towards the viewer lies nearer.
            if let viewer { distinct.sort { forms.slope($0.member, along: viewer) < forms.slope($1.member, along: viewer) } }
            contests[index].contenders = distinct
        }
    }

    /// The least and the largest value of every unit at the vertices, four of which are taken at once.
    private func ranges() -> [(low: Double, high: Double)] {
        let (quads, blocks) = (forms.reach.quadCount, (entry.vertexCount + 3) / 4)
        let columns = (0..<blocks * dimension).map { index -> CellForms.Quad in
            var column = CellForms.Quad.zero
            for lane in 0..<4 {
                let vertex = min(index / dimension * 4 + lane, entry.vertexCount - 1)
                column[lane] = positions[vertex * dimension + index % dimension]
            }
            return column
        }
        return forms.rows.withUnsafeBufferPointer { rows in
            columns.withUnsafeBufferPointer { columns in
                forms.bounds.indices.map { unit in
                    let row = UnsafeRawPointer(rows.baseAddress! + unit * quads).assumingMemoryBound(to: Double.self)
                    var (low, high) = (CellForms.Quad(repeating: .infinity), CellForms.Quad(repeating: -.infinity))
                    for block in 0..<blocks {
                        var value = CellForms.Quad(repeating: row[0])
                        for i in 0..<dimension { value += row[i + 1] * columns[block * dimension + i] }
                        low = pointwiseMin(low, value)
                        high = pointwiseMax(high, value)
                    }
                    return (low.min(), high.max())
                }
            }
        }
    }

    /// Evaluates the hinges at the part's vertices.
    private mutating func begin() {
        words = (entry.facets.count + hinges.count + 63) / 64
        let (old, count) = (entry.wordCount, entry.vertexCount)
        for hinge in hinges { bounds.append(SIMD2(hinge.facet.base, hinge.facet.steepness)) }
        masks.resize(to: count * words)
        for v in 0..<count {
            members.append(v)
            for w in 0..<words { masks[v * words + w] = w < old ? entry.incidence[v * old + w] : 0 }
        }
        appendOpenSigns(count)
        for v in 0..<count { evaluate(v) }
        // A form that is open everywhere may be a constant, as those of units are that see only dead ones.
        for c in hinges.indices where (0..<count).allSatisfy({ signs[$0 * hinges.count + c] == SolidDivision.open }) {
            let form = hinges[c].facet.form
            if form.isConstant { for v in 0..<count { signs[v * hinges.count + c] = Int8(form.coefficients[dimension].signum) } }
        }
    }

    /// Whether the two members of a tie are one function.
    private func isTwin(_ hinge: Int) -> Bool {
        (0..<entry.vertexCount).allSatisfy { signs[$0 * hinges.count + hinge] == 0 } && hinges[hinge].facet.form.isZero
    }

    // MARK: Parts

    /// Calls `body` with every part, the farthest from the viewer first; `code` and `winners` are its own meanwhile.
    mutating func forEachPart(_ body: (SolidPart, [Int], [Int]) throws -> Void) rethrows {
        let all = Range(start: 0, count: entry.vertexCount)
        if contests.isEmpty { try divide(all, from: 0, body) } else { try divide(all, among: 0, body) }
    }

    /// Divides by the hinges from `first` on.
    private mutating func divide(_ part: Range, from first: Int, _ body: (SolidPart, [Int], [Int]) throws -> Void) rethrows {
        var c = first
        while c < hinges.count {
            let (unit, piece) = (hinges[c].unit, hinges[c].piece)
            let (vertexCount, memberCount) = (displacements.count, members.count)
            var other = c + 1
            while other < hinges.count, hinges[other].unit == unit { other += 1 }
            switch cut(part, by: c) {
            case (_, nil):
                code[unit] = piece
                c = other
            case (nil, _):
                code[unit] = piece + 1
                c += 1
            case (let below?, let above?):
                let turns = viewer.map { forms.slope(unit, along: $0) < 0 } ?? false
                for isBelow in turns ? [false, true] : [true, false] {
                    code[unit] = isBelow ? piece : piece + 1
                    try divide(isBelow ? below : above, from: isBelow ? other : c + 1, body)
                }
                return forget(vertexCount, memberCount)
            }
        }
        try body(solidPart(part), code, winners)
    }

    /// Divides by the contests from `first` on: each contender in turn, cut down to where it beats all others.
    private mutating func divide(_ part: Range, among first: Int, _ body: (SolidPart, [Int], [Int]) throws -> Void) rethrows {
        guard first < contests.count else { return try body(solidPart(part), code, winners) }
        let contest = contests[first]
        for winner in contest.contenders {
            let (vertexCount, memberCount) = (displacements.count, members.count)
            var won: Range? = part
            for rival in contest.contenders where rival.place != winner.place {
                guard let still = won else { break }
                let isFirst = winner.place < rival.place
                let (a, b) = isFirst ? (winner.place, rival.place) : (rival.place, winner.place)
                won = cut(still, by: contest.pairs[a * contest.memberCount + b], wins: isFirst ? 1 : -1)
            }
            if let won {
                (code[contest.group], winners[contest.group]) = (winner.code, winner.member)
                try divide(won, among: first + 1, body)
            }
            forget(vertexCount, memberCount)
        }
    }

    /// Drops what was made after there were so many.
    private mutating func forget(_ vertexCount: Int, _ memberCount: Int) {
        if !points.isEmpty { for v in vertexCount..<displacements.count { points[v] = nil } }
        positions.resize(to: vertexCount * dimension)
        displacements.resize(to: vertexCount)
        values.resize(to: vertexCount * hinges.count)
        signs.resize(to: vertexCount * hinges.count)
        members.resize(to: memberCount)
        masks.resize(to: memberCount * words)
    }

    // MARK: Cuts

    /// The parts where the hinge is not positive and where it is not negative, if they have interior.
    private mutating func cut(_ part: Range, by c: Int) -> (below: Range?, above: Range?) {
        let (isAbove, isBelow) = takesSigns(part, c)
        guard isAbove else { return (part, nil) }
        guard isBelow else { return (nil, part) }
        let crossings = crossings(part, c)
        return (side(part, c, -1, crossings), side(part, c, 1, crossings))
    }

    /// The part where the hinge has the sign `sign`, if that has interior.
    private mutating func cut(_ part: Range, by c: Int, wins sign: Int8) -> Range? {
        let (isAbove, isBelow) = takesSigns(part, c)
        guard sign > 0 ? isAbove : isBelow else { return nil }
        guard isAbove && isBelow else { return part }
        return side(part, c, sign, crossings(part, c))
    }

    /// Whether the hinge is positive and whether it is negative somewhere. Afterwards its signs at the part's vertices are known.
    private mutating func takesSigns(_ part: Range, _ c: Int) -> (isAbove: Bool, isBelow: Bool) {
        var (isAbove, isBelow) = (false, false)
        for m in part.start..<part.start + part.count {
            var sign = signs[members[m] * hinges.count + c]
            if sign == SolidDivision.open { sign = decide(m, c) }
            if sign > 0 { isAbove = true } else if sign < 0 { isBelow = true }
        }
        return (isAbove, isBelow)
    }

    /// New vertices on the edges that the hinge crosses.
    private mutating func crossings(_ part: Range, _ c: Int) -> Range {
        let (start, n) = (members.count, hinges.count)
        for p in part.start..<part.start + part.count where signs[members[p] * n + c] > 0 {
            for q in part.start..<part.start + part.count where signs[members[q] * n + c] < 0 {
                if isEdge(p, q, of: part) { appendCrossing(p, q, c) }
            }
        }
        return Range(start: start, count: members.count - start)
    }

    /// Whether two members span an edge: they share at least d − 1 facets, and no third vertex is on all of them.
    private func isEdge(_ p: Int, _ q: Int, of part: Range) -> Bool {
        let (atP, atQ) = (p * words, q * words)
        var shared = 0
        for w in 0..<words { shared += (masks[atP + w] & masks[atQ + w]).nonzeroBitCount }
        guard shared >= dimension - 1 else { return false }
        // At a vertex on no more than d facets, any d − 1 of them make an edge, which has one other end.
        var (ofP, ofQ) = (0, 0)
        for w in 0..<words {
            ofP += masks[atP + w].nonzeroBitCount
            ofQ += masks[atQ + w].nonzeroBitCount
        }
        if ofP == dimension || ofQ == dimension { return true }
        return !(part.start..<part.start + part.count).contains { r in
            r != p && r != q && (0..<words).allSatisfy { masks[atP + $0] & masks[atQ + $0] & ~masks[r * words + $0] == 0 }
        }
    }

    /// The members of one side, those on the hinge among them with it as a facet, and the new ones.
    private mutating func side(_ part: Range, _ c: Int, _ sign: Int8, _ crossings: Range) -> Range {
        let (start, place) = (members.count, entry.facets.count + c)
        for m in part.start..<part.start + part.count {
            let here = signs[members[m] * hinges.count + c]
            guard here == 0 || here == sign else { continue }
            members.append(members[m])
            for w in 0..<words { masks.append(masks[m * words + w]) }
            if here == 0 { masks[masks.count - words + place / 64] |= 1 << UInt64(place % 64) }
        }
        for m in crossings.start..<crossings.start + crossings.count {
            members.append(members[m])
            for w in 0..<words { masks.append(masks[m * words + w]) }
        }
        return Range(start: start, count: members.count - start)
    }

    // MARK: Vertices

    /// Appends the vertex where the hinge is 0 on the edge from p, where it is positive, to q.
    ///
    /// With h(p) = a and h(q) = −b it is p + t (q − p), t = a / (a + b). If a and b are off by at most r, t is by r / (a + b − 2r) at most,
    /// since |∂t/∂a| + |∂t/∂b| = 1 / (a + b); and (1 − t) p + t q is off by what p and q are.
    private mutating func appendCrossing(_ p: Int, _ q: Int, _ c: Int) {
        let (d, n, v) = (dimension, hinges.count, displacements.count)
        let (i, j) = (members[p], members[q])
        let place = entry.facets.count + c
        members.append(v)
        for w in 0..<words { masks.append(masks[p * words + w] & masks[q * words + w]) }
        masks[masks.count - words + place / 64] |= 1 << UInt64(place % 64)
        let (a, b) = (values[i * n + c], -values[j * n + c])
        let (offA, offB) = (reach(c, i), reach(c, j))
        // Signs that Doubles have left open say nothing of where.
        let isSure = a > offA && b > offB
        let (t, off) = isSure ? (a / (a + b), max(offA, offB) / ((a - offA) + (b - offB))) : (0.5, .infinity)
        var (length, size) = (0.0, 0.0)
        for k in 0..<d {
            let (x, y) = (positions[i * d + k], positions[j * d + k])
            positions.append(x + t * (y - x))
            length = max(length, abs(y - x))
            size = max(size, abs(x), abs(y))
        }
        let displacement = (max(displacements[i], displacements[j]) + off * length + 0x1p-49 * size) * CellForms.slack
        displacements.append(displacement)
        appendOpenSigns(1)
        // Bounds grow from vertex to vertex: from here on the facets tell the position.
        if !(displacement <= 0x1p-34 * size) {
            meeting.begin()
            for w in 0..<words {
                var bits = masks[masks.count - words + w]
                while bits != 0 {
                    meeting.add(self[64 * w + bits.trailingZeroBitCount])
                    bits &= bits - 1
                }
            }
            displacements[v] = meeting.settle(positions.start + v * d)
        }
        if displacements[v] <= 0x1p-28 * size { evaluate(v, from: contests.isEmpty ? c + 1 : 0) } else { makeExact(members.count - 1) }
        signs[v * n + c] = 0
    }

    /// Places a vertex exactly, rounded to nearest.
    private mutating func makeExact(_ member: Int) {
        let v = members[member]
        let point = SolidPart.meeting(of: facetPlaces(of: member).map { self[$0].form }, dimension)
        let position = point.doubles
        points[v] = point
        for k in 0..<dimension { positions[v * dimension + k] = position[k] }
        displacements[v] = SolidPart.roundoff(position)
        evaluate(v)
    }

    /// The facets that a member lies on, as places.
    private func facetPlaces(of member: Int) -> [Int] {
        SolidPart.bits(UnsafeBufferPointer(start: masks.start + member * words, count: words))
    }

    /// The facet at a place: those of the part, then the hinges.
    private subscript(place: Int) -> SolidFacet {
        place < entry.facets.count ? entry.facets[place] : hinges[place - entry.facets.count].facet
    }

    /// How far a hinge's form may be off at a vertex.
    private func reach(_ c: Int, _ v: Int) -> Double { (bounds[c].x + bounds[c].y * displacements[v]) * CellForms.slack }

    /// Evaluates the hinges at a vertex, and signs that are open. Parts by pieces never go back to a hinge before `first`.
    private func evaluate(_ v: Int, from first: Int = 0) {
        let (d, quads, n) = (dimension, forms.reach.quadCount, hinges.count)
        let row = UnsafeRawPointer(rows.start).assumingMemoryBound(to: Double.self)
        for c in first..<n {
            let form = row + 4 * quads * c
            var value = form[0]
            for k in 0..<d { value += form[k + 1] * positions[v * d + k] }
            values[v * n + c] = value
            if signs[v * n + c] == SolidDivision.open, abs(value) > reach(c, v) { signs[v * n + c] = value > 0 ? 1 : -1 }
        }
    }

    /// Makes room for so many vertices' values and signs.
    private mutating func appendOpenSigns(_ count: Int) {
        let old = signs.count
        values.resize(to: old + count * hinges.count)
        signs.resize(to: old + count * hinges.count)
        (signs.start + old).update(repeating: SolidDivision.open, count: count * hinges.count)
    }

    /// The sign of a hinge at a member where Doubles have left it open.
    private mutating func decide(_ member: Int, _ c: Int) -> Int8 {
        let place = members[member] * hinges.count + c
        if points[members[member]] == nil { makeExact(member) }
        if signs[place] == SolidDivision.open {
            exactSignCount += 1
            signs[place] = Int8(hinges[c].facet.form.sign(at: points[members[member]]!))
        }
        return signs[place]
    }

    /// A range of members as a part of its own, with the facets that it has.
    private mutating func solidPart(_ range: Range) -> SolidPart {
        if range.start == 0 { return entry }
        let own = range.start..<range.start + range.count
        places.resize(to: 64 * words)
        var used = [UInt64](repeating: 0, count: words)
        for m in own { for w in 0..<words { used[w] |= masks[m * words + w] } }
        var facets: [SolidFacet] = []
        facets.reserveCapacity(used.reduce(0) { $0 + $1.nonzeroBitCount })
        for w in 0..<words {
            var bits = used[w]
            while bits != 0 {
                let bit = 64 * w + bits.trailingZeroBitCount
                places[bit] = facets.count
                facets.append(self[bit])
                bits &= bits - 1
            }
        }
        let newWords = (facets.count + 63) / 64
        var incidence = [UInt64](repeating: 0, count: range.count * newWords)
        for m in own {
            for w in 0..<words {
                var bits = masks[m * words + w]
                while bits != 0 {
                    let place = places[64 * w + bits.trailingZeroBitCount]
                    incidence[(m - range.start) * newWords + place / 64] |= 1 << UInt64(place % 64)
                    bits &= bits - 1
                }
            }
        }
        let (d, start, count) = (dimension, range.start, range.count)
        var exact: [Int: ExactPoint] = [:]
        if !points.isEmpty { for m in own { exact[m - start] = points[members[m]] } }
        return SolidPart(
            dimension: d,
            positions: [Double](unsafeUninitializedCapacity: count * d) { numbers, initialized in
                for v in 0..<count { for k in 0..<d { numbers[v * d + k] = positions[members[start + v] * d + k] } }
                initialized = count * d
            }, displacements: own.map { displacements[members[$0]] }, points: exact, incidence: incidence, facets: facets)
    }
}
