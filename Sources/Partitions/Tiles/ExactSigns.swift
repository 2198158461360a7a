// The last word on a sign that floating point leaves open: forms under a cell's code in pairs of Doubles, and exact ones where these leave
// it open too, shared by all cells on which they are the same by the codes of what they read.

import Geometry

/// Exact signs at the vertices of tiles. A vertex is the crossing of two lines that its edges lie on, under the code of a cell there.
struct ExactSigns {
    private let network: TiledNetwork
    /// The codes met so far as a forest: a node of level n is a code of the first n nonlinearities.
    private var history = CodeHistory()
    private var nodes: [[NodeKey: Int]] = []
    private var forms: ExactForms
    /// Of what lines with a cone read, those that depend on no code.
    private var commonForms: ExactForms
    /// For each line the places in a code of all units that its function may read, where these are few.
    private var cones: [Int32: [Int32]?] = [:]
    /// The numbers of the forms met so far, and what is known of each.
    private var numbers: [FormKey: Int32] = [:]
    private var longForms: [LongForm?] = []
    private var exactForms: [AffineForm?] = []
    /// By the numbers of the forms that are 0 there.
    private var points: [SIMD2<Int32>: ExactPoint] = [:]
    private var signs: [SIMD3<Int32>: Decision] = [:]
    /// By the numbers of two forms, whether the first is a multiple of the second: then it is 0 all along the second's line.
    private var multiples: [SIMD2<Int32>: Bool] = [:]
    /// How many signs pairs of Doubles have decided, how many exact arithmetic, how many of both are 0, and the time spent on all.
    private(set) var longSignCount = 0
    private(set) var signCount = 0
    private(set) var zeroCount = 0
    private(set) var elapsed = Duration.zero

    private struct NodeKey: Hashable {
        let parent: Int
        let code: [UInt16]

        /// Of tens of thousands of codes: all bytes at once.
        func hash(into hasher: inout Hasher) {
            hasher.combine(parent)
            code.withUnsafeBytes { hasher.combine(bytes: $0) }
        }
    }

    /// What makes a line's function the same form: the codes of all that it may read, or where that is much the node of the code.
    private struct FormKey: Hashable {
        let line: Int32
        let node: Int32
        let codes: [UInt16]

        func hash(into hasher: inout Hasher) {
            hasher.combine(line)
            hasher.combine(node)
            codes.withUnsafeBytes { hasher.combine(bytes: $0) }
        }
    }

    private struct Decision {
        let sign: Int
        let isExact: Bool
    }

    /// A cell's code at the nonlinearities before a step.
    final class Node {
        fileprivate let code: [UInt16]
        /// Its level and its number there, once that was asked for.
        fileprivate var place: (level: Int, index: Int)?

        init(_ code: [UInt16]) { self.code = code }
    }

    /// More forms than are kept, and more codes of units.
    private static let (keptFormCount, keptCodeCount) = (100_000, 8_000_000)
    /// Of a code's places a line's function reads few where it reads less than one in so many.
    private static let coneShare = 4
    private var codeCount = 0

    init(_ network: TiledNetwork) {
        self.network = network
        forms = ExactForms(program: network.program)
        commonForms = forms
    }

    /// Forgets what takes too much memory; nodes are not valid any more.
    mutating func tidy() {
        let formCount = forms.count + points.count + longForms.count + (signs.count + multiples.count) / 8
        guard formCount > ExactSigns.keptFormCount || codeCount > ExactSigns.keptCodeCount else { return }
        codeCount = 0
        (history, nodes, points, signs, multiples) = (CodeHistory(), [], [:], [:], [:])
        (numbers, longForms, exactForms, cones) = ([:], [], [], [:])
        forms = ExactForms(program: network.program)
    }

    /// The place of a node in the forest.
    private mutating func place(of node: Node) -> (level: Int, index: Int) {
        if let place = node.place { return place }
        let code = node.code
        var (level, index) = (0, 0)
        while network.codeStarts[level] < code.count {
            let layer = Array(code[network.codeStarts[level]..<network.codeStarts[level + 1]])
            if nodes.count == level {
                nodes.append([:])
                history.levels.append(.init(parents: [], codes: [], width: layer.count))
            }
            let key = NodeKey(parent: index, code: layer)
            if let known = nodes[level][key] {
                index = known
            } else {
                history.levels[level].append(layer, parent: index)
                codeCount += layer.count
                (nodes[level][key], index) = (nodes[level].count, nodes[level].count)
            }
            level += 1
        }
        node.place = (level, index)
        return (level, index)
    }

    /// The sign at the crossing of two lines of the function that is 0 on `line`.
    mutating func sign(of line: Int32, at lines: (Int32, Int32), under node: Node) -> Int {
        let start = ContinuousClock.now
        defer { elapsed += ContinuousClock.now - start }
        let (form, first, second) = (number(of: line, node), number(of: lines.0, node), number(of: lines.1, node))
        if multiples[SIMD2(form, first)] == true || multiples[SIMD2(form, second)] == true {
            signCount += 1
            zeroCount += 1
            return 0
        }
        let key = SIMD3(form, first, second)
        let decision = signs[key] ?? decide((line, form), at: (lines.0, first), (lines.1, second), under: node)
        signs[key] = decision
        if decision.isExact { signCount += 1 } else { longSignCount += 1 }
        if decision.sign == 0 { zeroCount += 1 }
        return decision.sign
    }

    /// A line with the number of its form.
    private typealias Numbered = (line: Int32, number: Int32)

    private mutating func decide(_ function: Numbered, at first: Numbered, _ second: Numbered, under node: Node) -> Decision {
        let (g, h) = (longForm(of: first, node), longForm(of: second, node))
        if let sign = LongForm.sign(of: longForm(of: function, node), at: g, h) { return Decision(sign: sign, isExact: false) }
        if isMultiple(function, of: first, node) || isMultiple(function, of: second, node) { return Decision(sign: 0, isExact: true) }
        return Decision(sign: exactForm(of: function, node).sign(at: point(first, second, node)), isExact: true)
    }

    private mutating func isMultiple(_ function: Numbered, of line: Numbered, _ node: Node) -> Bool {
        let key = SIMD2(function.number, line.number)
        if let known = multiples[key] { return known }
        let isMultiple = exactForm(of: function, node).isMultiple(of: exactForm(of: line, node))
        multiples[key] = isMultiple
        return isMultiple
    }

    /// Where two lines cross, and how far from there that may be in the sum of coordinates: at most `tolerance`, or a rounding.
    mutating func place(_ lines: (Int32, Int32), under node: Node, tolerance: Double) -> (place: SIMD2<Double>, error: Double) {
        let start = ContinuousClock.now
        defer { elapsed += ContinuousClock.now - start }
        let (first, second) = ((lines.0, number(of: lines.0, node)), (lines.1, number(of: lines.1, node)))
        if let crossing = LongForm.crossing(longForm(of: first, node), longForm(of: second, node)), crossing.error <= tolerance {
            return crossing.rounded
        }
        let place = point(first, second, node).doubles
        return (SIMD2(place[0], place[1]), 0x1p-52 * (abs(place[0]) + abs(place[1])))
    }

    /// The crossing of two lines.
    private mutating func point(_ first: Numbered, _ second: Numbered, _ node: Node) -> ExactPoint {
        let key = SIMD2(first.number, second.number)
        if let known = points[key] { return known }
        guard let point = ExactPoint.crossing(exactForm(of: first, node), exactForm(of: second, node)) else {
            preconditionFailure("lines \(first.line) and \(second.line) meet in a corner and are parallel")
        }
        points[key] = point
        return point
    }

    // MARK: Forms

    /// For how many nonlinearities the function of a line needs codes.
    private func level(of line: Int32) -> Int {
        switch network.lines[Int(line)] {
        case .border: 0
        case .knot(let value, _, _, _, _), .tie(let value, _, _, _, _): network.depths[value]
        }
    }

    /// The number of a line's form under a code.
    private mutating func number(of line: Int32, _ node: Node) -> Int32 {
        let key: FormKey
        if let cone = cone(of: line) {
            key = FormKey(line: line, node: -1, codes: cone.map { node.code[Int($0)] })
        } else {
            let place = place(of: node)
            let ancestor = history.ancestor(of: place.index, at: place.level, up: level(of: line))
            key = FormKey(line: line, node: Int32(truncatingIfNeeded: ancestor), codes: [])
        }
        if let known = numbers[key] { return known }
        let fresh = Int32(truncatingIfNeeded: longForms.count)
        numbers[key] = fresh
        codeCount += key.codes.count
        longForms.append(nil)
        exactForms.append(nil)
        return fresh
    }

    private mutating func cone(of line: Int32) -> [Int32]? {
        if let known = cones[line] { return known }
        let cone: [Int32]?
        switch network.lines[Int(line)] {
        case .border: cone = []
        case .knot(let value, let unit, _, _, _): cone = self.cone(of: value, units: [unit])
        case .tie(let value, let unit, let other, _, _): cone = self.cone(of: value, units: [unit, other])
        }
        cones[line] = .some(cone)
        codeCount += 2 * (cone?.count ?? 0)
        return cone
    }

    /// The places, in a code of all units, of those that some units of a value may read, whatever the code; `nil` where these are many.
    private func cone(of value: Int, units: Set<Int>) -> [Int32]? {
        let (depths, starts) = (network.program.depths, network.codeStarts)
        let limit = starts[depths[value]] / ExactSigns.coneShare
        var read = [Set<Int>](repeating: [], count: value + 1)
        read[value] = units
        var places: [Int32] = []
        for v in stride(from: value, to: 0, by: -1) where !read[v].isEmpty && depths[v] > 0 {
            switch network.program.steps[v - 1] {
            case .affine(let terms, _):
                for term in terms where depths[term.source] > 0 {
                    for unit in read[v] {
                        let row = term.matrix.row(unit)
                        if row.count > limit { return nil }
                        for entry in row { read[term.source].insert(entry.column) }
                        if read[term.source].count > limit { return nil }
                    }
                }
            case .pieces(let source, _, let shared):
                places += read[v].map { Int32(truncatingIfNeeded: starts[depths[shared ?? v] - 1] + $0) }
                read[source].formUnion(read[v])
            case .maximum(let source, let groups):
                places += read[v].map { Int32(truncatingIfNeeded: starts[depths[v] - 1] + $0) }
                for unit in read[v] { read[source].formUnion(groups[unit].members) }
            }
            if places.count > limit { return nil }
        }
        return places.sorted()
    }

    private mutating func longForm(of line: Numbered, _ node: Node) -> LongForm {
        if let known = longForms[Int(line.number)] { return known }
        let starts = network.codeStarts
        let form = LongForm(of: network.lines[Int(line.line)], in: network.program) { Int(node.code[starts[$0] + $1]) }
        longForms[Int(line.number)] = form
        return form
    }

    private mutating func exactForm(of line: Numbered, _ node: Node) -> AffineForm {
        if let known = exactForms[Int(line.number)] { return known }
        let form: AffineForm
        if cone(of: line.line) == nil {
            // Those of lower layers are shared by many lines.
            let place = place(of: node)
            form = ExactSigns.exactForm(
                of: network.lines[Int(line.line)], on: place.index, at: place.level, in: history, &forms)
        } else {
            let starts = network.codeStarts[...level(of: line.line)]
            let code = CodeHistory(codes: zip(starts, starts.dropFirst()).map { node.code[$0..<$1].map { Int($0) } })
            form = ExactSigns.exactForm(
                of: network.lines[Int(line.line)], on: 0, at: code.levels.count, in: code, &commonForms)
            commonForms.forgetCodes()
        }
        exactForms[Int(line.number)] = form
        return form
    }

    private static func exactForm(
        of line: Line, on cell: Int, at level: Int, in history: CodeHistory, _ forms: inout ExactForms
    ) -> AffineForm {
        switch line {
        case .border(let p, let q): return .vanishing(onLineThrough: p, q)
        case .knot(let value, let unit, let knot, _, _):
            return forms.form(of: value, unit: unit, on: cell, at: level, in: history) - Dyadic(knot)
        case .tie(let value, let unit, let other, _, _):
            return forms.form(of: value, unit: unit, on: cell, at: level, in: history)
                - forms.form(of: value, unit: other, on: cell, at: level, in: history)
        }
    }
}
