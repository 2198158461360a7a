// The last word on a sign that floating point leaves open: exact forms under a cell's code, shared by all cells that have the code.

import Geometry

/// Exact signs at the vertices of tiles. A vertex is the crossing of two lines that its edges lie on, under the code of a cell there.
struct ExactSigns {
    private let network: TiledNetwork
    /// The codes met so far as a forest: a node of level n is a code of the first n nonlinearities.
    private var history = CodeHistory()
    private var nodes: [[NodeKey: Int]] = []
    private var forms: ExactForms
    private var points: [PointKey: ExactPoint] = [:]
    /// How many signs were asked for, how many of them are 0, and the time spent.
    private(set) var signCount = 0
    private(set) var zeroCount = 0
    private(set) var elapsed = Duration.zero

    private struct NodeKey: Hashable {
        let parent: Int
        let code: [UInt16]
    }

    private struct PointKey: Hashable {
        let node: Node
        let first: Int32
        let second: Int32
    }

    /// The code of a cell at the nonlinearities before a step.
    struct Node: Hashable {
        fileprivate let level: Int
        fileprivate let index: Int
    }

    /// More forms than are kept from one cut to the next.
    private static let keptFormCount = 100_000

    init(_ network: TiledNetwork) {
        self.network = network
        forms = ExactForms(program: network.program)
    }

    /// Forgets what takes too much memory; nodes are not valid any more.
    mutating func tidy() {
        guard forms.count + points.count > ExactSigns.keptFormCount else { return }
        (history, nodes, points) = (CodeHistory(), [], [:])
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
        signCount += 1
        let form = form(of: line, under: node)
        let sign = form.isZero ? 0 : form.sign(at: point(lines, under: node))
        if sign == 0 { zeroCount += 1 }
        return sign
    }

    /// The crossing of two lines.
    mutating func point(_ lines: (Int32, Int32), under node: Node) -> ExactPoint {
        let key = PointKey(node: node, first: lines.0, second: lines.1)
        if let known = points[key] { return known }
        guard let point = ExactPoint.crossing(form(of: lines.0, under: node), form(of: lines.1, under: node)) else {
            preconditionFailure("lines \(lines.0) and \(lines.1) meet in a corner and are parallel")
        }
        points[key] = point
        return point
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
