// The last word on a sign that floating point leaves open: forms under a cell's code in pairs of Doubles, and exact ones where these leave
// it open too, shared by all cells that have the code.

import Geometry

/// Exact signs at the vertices of tiles. A vertex is the crossing of two lines that its edges lie on, under the code of a cell there.
struct ExactSigns {
    private let network: TiledNetwork
    /// The codes met so far as a forest: a node of level n is a code of the first n nonlinearities.
    private var history = CodeHistory()
    private var nodes: [[NodeKey: Int]] = []
    private var forms: ExactForms
    private var points: [PointKey: ExactPoint] = [:]
    private var longForms: [LongKey: LongForm] = [:]
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

    private struct PointKey: Hashable {
        let node: Node
        let first: Int32
        let second: Int32
    }

    private struct LongKey: Hashable {
        let line: Int32
        let level: Int
        let cell: Int
    }

    /// The code of a cell at the nonlinearities before a step.
    struct Node: Hashable {
        fileprivate let level: Int
        fileprivate let index: Int
    }

    /// More forms than are kept, and more codes of units.
    private static let (keptFormCount, keptCodeCount) = (100_000, 8_000_000)
    private var codeCount = 0

    init(_ network: TiledNetwork) {
        self.network = network
        forms = ExactForms(program: network.program)
    }

    /// Forgets what takes too much memory; nodes are not valid any more.
    mutating func tidy() {
        let formCount = forms.count + points.count + longForms.count
        guard formCount > ExactSigns.keptFormCount || codeCount > ExactSigns.keptCodeCount else { return }
        codeCount = 0
        (history, nodes, points, longForms) = (CodeHistory(), [], [:], [:])
        forms = ExactForms(program: network.program)
    }

    /// The node of a code, the codes of the first nonlinearities one after the other.
    mutating func node(of code: [UInt16]) -> Node {
        let start = ContinuousClock.now
        defer { elapsed += ContinuousClock.now - start }
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
        return Node(level: level, index: index)
    }

    /// The sign at the crossing of two lines of the function that is 0 on `line`.
    mutating func sign(of line: Int32, at lines: (Int32, Int32), under node: Node) -> Int {
        let start = ContinuousClock.now
        defer { elapsed += ContinuousClock.now - start }
        let (first, second) = (longForm(of: lines.0, under: node), longForm(of: lines.1, under: node))
        if let sign = LongForm.sign(of: longForm(of: line, under: node), at: first, second) {
            longSignCount += 1
            if sign == 0 { zeroCount += 1 }
            return sign
        }
        signCount += 1
        let form = form(of: line, under: node)
        let sign = form.isZero ? 0 : form.sign(at: point(lines, under: node))
        if sign == 0 { zeroCount += 1 }
        return sign
    }

    /// Where two lines cross, and how far from there that may be in the sum of coordinates: at most `tolerance`, or a rounding.
    mutating func place(_ lines: (Int32, Int32), under node: Node, tolerance: Double) -> (place: SIMD2<Double>, error: Double) {
        let start = ContinuousClock.now
        defer { elapsed += ContinuousClock.now - start }
        let (first, second) = (longForm(of: lines.0, under: node), longForm(of: lines.1, under: node))
        let crossing = LongForm.crossing(first, second)
        let isNear = crossing.map { $0.error <= tolerance } ?? false
        let place = isNear ? crossing!.place.map(\.doubleValue) : point(lines, under: node).doubles
        return (SIMD2(place[0], place[1]), (isNear ? crossing!.error : 0) + 0x1p-52 * (abs(place[0]) + abs(place[1])))
    }

    /// The crossing of two lines.
    private mutating func point(_ lines: (Int32, Int32), under node: Node) -> ExactPoint {
        let key = PointKey(node: node, first: lines.0, second: lines.1)
        if let known = points[key] { return known }
        guard let point = ExactPoint.crossing(form(of: lines.0, under: node), form(of: lines.1, under: node)) else {
            preconditionFailure("lines \(lines.0) and \(lines.1) meet in a corner and are parallel")
        }
        points[key] = point
        return point
    }

    private mutating func longForm(of line: Int32, under node: Node) -> LongForm {
        let level =
            switch network.lines[Int(line)] {
            case .border: 0
            case .knot(let value, _, _, _, _), .tie(let value, _, _, _, _): network.depths[value]
            }
        let key = LongKey(line: line, level: level, cell: history.ancestor(of: node.index, at: node.level, up: level))
        if let known = longForms[key] { return known }
        // From the last level up.
        var ancestors = [key.cell]
        for l in stride(from: level, to: 1, by: -1) { ancestors.append(Int(history.levels[l - 1].parents[ancestors[ancestors.count - 1]])) }
        let form = LongForm(of: network.lines[Int(line)], in: network.program) { [history] layer, unit in
            history.levels[layer].code(unit, of: ancestors[level - 1 - layer])
        }
        longForms[key] = form
        return form
    }

    private mutating func form(of line: Int32, under node: Node) -> AffineForm {
        switch network.lines[Int(line)] {
        case .border(let p, let q): return .vanishing(onLineThrough: p, q)
        case .knot(let value, let unit, let knot, _, _):
            return forms.form(of: value, unit: unit, on: node.index, at: node.level, in: history) - Dyadic(knot)
        case .tie(let value, let unit, let other, _, _):
            return forms.form(of: value, unit: unit, on: node.index, at: node.level, in: history)
                - forms.form(of: value, unit: other, on: node.index, at: node.level, in: history)
        }
    }
}
