// Fusion (DESIGN §4, step 3): entrywise nodes over the same entries become one loop, sums at their ends included, and a few pairs
// become one kernel. A cluster is merged only while the graph of clusters stays acyclic.

import Graphs
import Tensors

/// What a cluster's loop runs over.
struct LoopSpace: Hashable {
    let shape: Shape
    let layout: Layout
    /// Whether it runs only when parameters have changed.
    let isStatic: Bool
}

/// The nodes of a graph in groups, each lowered to one kernel (or none), in an order that respects operands.
struct Clusters {
    /// Ascending members of each group, in order of execution.
    private(set) var groups: [[Value]] = []
    // What is asked of every pair that might be merged lies in arrays by node, because graphs of recurrent networks ask it millions of
    // times.
    private let operands: [[Value]]
    /// The values that must have been computed before, seen through lazy nodes.
    private let sources: [[Value]]
    private let isLazy: [Bool]
    private let isSum: [Bool]
    private let consumers: [[Value]]
    private var groupOf: [Int]
    private var members: [[Value]]
    private var spaces: [LoopSpace?]
    /// The last question in which a value or a group was met.
    private var valueMarks: [Int]
    private var groupMarks: [Int]
    private var question = 0

    /// - Parameter pairs: (node, producer) pairs that the producer's kernel computes too.
    init(_ graph: Graph, layouts: LayoutChoice, isStatic: [Bool], pairs: [Value: Value]) {
        (operands, isLazy) = (graph.nodes.map(\.operands), graph.nodes.map { Clusters.isLazy($0.primitive) })
        isSum = graph.nodes.map { if case .sum = $0.primitive { true } else { false } }
        var sources: [[Value]] = []
        for operands in operands { sources.append(operands.flatMap { [isLazy] in isLazy[$0.index] ? sources[$0.index] : [$0] }) }
        self.sources = sources
        (valueMarks, groupMarks) = ([Int](repeating: 0, count: graph.nodes.count), [Int](repeating: 0, count: graph.nodes.count))
        var consumers = [[Value]](repeating: [], count: graph.nodes.count)
        for value in graph.values { for operand in Set(graph[value].operands) { consumers[operand.index].append(value) } }
        self.consumers = consumers
        groupOf = Array(graph.nodes.indices)
        members = graph.values.map { [$0] }
        spaces = graph.values.map { pairs[$0] == nil ? Clusters.space(of: $0, graph, layouts, isStatic[$0.index]) : nil }
        for value in graph.values {
            if let producer = pairs[value] { merge(groupOf[value.index], into: groupOf[producer.index]) }
        }
        for value in graph.values where spaces[groupOf[value.index]] != nil { fuse(value) }
        schedule()
    }

    /// The loop that could compute `value`: what an entrywise node makes, or what a sum adds.
    private static func space(of value: Value, _ graph: Graph, _ layouts: LayoutChoice, _ isStatic: Bool) -> LoopSpace? {
        let node = graph[value]
        switch node.primitive {
        case .add, .subtract, .multiply, .divide, .affine, .select(.knots), .apply, .smooth:
            return LoopSpace(shape: node.type.shape, layout: layouts[value], isStatic: isStatic)
        case .sum(let axes):
            let (shape, layout) = (graph.shape(node.operands[0]), layouts[node.operands[0]])
            guard Access(shape: shape, layout: layout, dropping: axes) != nil else { return nil }
            return LoopSpace(shape: shape, layout: layout, isStatic: isStatic)
        case .input, .constant, .fill, .matrixProduct, .convolution, .windowSum, .broadcast, .reshape, .transpose, .pad, .slice,
            .concatenate, .gather, .scatter, .select, .pick, .softmax, .logSumExp:
            return nil
        }
    }

    /// Whether a node makes nothing by itself: it is bound, or made where it is first read.
    static func isLazy(_ primitive: Primitive) -> Bool {
        switch primitive {
        case .input, .constant, .fill, .broadcast, .reshape: true
        case .matrixProduct, .convolution, .windowSum, .sum, .transpose, .pad, .slice, .concatenate, .gather, .scatter, .add, .subtract,
            .affine, .multiply, .divide, .select, .apply, .pick, .smooth, .softmax, .logSumExp:
            false
        }
    }

    // MARK: Merging

    private mutating func merge(_ from: Int, into to: Int) {
        guard from != to else { return }
        for value in members[from] { groupOf[value.index] = to }
        members[to] = (members[to] + members[from]).sorted()
        members[from] = []
    }

    /// Merges `value`'s group with those that make its operands or share them, where that is one loop.
    private mutating func fuse(_ value: Value) {
        let operands = operands[value.index]
        let siblings = operands.flatMap { consumers[$0.index] }.filter { $0 < value }
        for other in operands + siblings {
            let (mine, theirs) = (groupOf[value.index], groupOf[other.index])
            guard mine != theirs, let space = spaces[theirs], space == spaces[mine], canMerge(mine, theirs) else { continue }
            merge(mine, into: theirs)
        }
    }

    /// Whether two loops may be one: it fits in registers, no member needs a finished sum or a spread of another's value, and no path
    /// leaves the group and comes back.
    private mutating func canMerge(_ a: Int, _ b: Int) -> Bool {
        let all = members[a] + members[b]
        guard all.count <= Clusters.registerLimit else { return false }
        let (inside, outside) = (question + 1, question + 2)
        question += 2
        for value in all { valueMarks[value.index] = inside }
        var (inputCount, frontier) = (0, [Value]())
        for value in all {
            for operand in operands[value.index] {
                if valueMarks[operand.index] == inside {
                    if isSum[operand.index] { return false }
                } else if valueMarks[operand.index] != outside {
                    valueMarks[operand.index] = outside
                    inputCount += 1
                    if isLazy[operand.index] { frontier += sources[operand.index] } else { frontier.append(operand) }
                }
            }
        }
        guard all.count + inputCount <= Clusters.registerLimit else { return false }
        let earliest = min(members[a][0], members[b][0])
        // Backwards through whole groups: a group reached must not contain one of ours.
        while let value = frontier.popLast() {
            if valueMarks[value.index] == inside { return false }
            let group = groupOf[value.index]
            if groupMarks[group] == inside { continue }
            groupMarks[group] = inside
            for member in members[group] where member > earliest { frontier += sources[member.index] }
        }
        return true
    }

    /// The most values that a loop reads and makes.
    private static let registerLimit = 56

    // MARK: Order

    /// Depth first from the first members, so that values are used soon after they are made.
    private mutating func schedule() {
        var state = [Int](repeating: 0, count: members.count)
        var order: [[Value]] = []
        func visit(_ root: Int) {
            var stack = [root]
            while let group = stack.last {
                if state[group] == 0 {
                    state[group] = 1
                    for member in members[group] {
                        for source in sources[member.index] where state[groupOf[source.index]] == 0 { stack.append(groupOf[source.index]) }
                    }
                } else {
                    stack.removeLast()
                    if state[group] == 1 {
                        state[group] = 2
                        order.append(members[group])
                    }
                }
            }
        }
        let roots = members.indices.filter { !members[$0].isEmpty }.sorted { members[$0].last! < members[$1].last! }
        for group in roots where state[group] == 0 { visit(group) }
        groups = order.filter { !isLazy[$0[0].index] }
    }
}
