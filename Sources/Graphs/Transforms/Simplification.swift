// What every plan and reading does first: drop what is not needed, share what is equal, remove what does nothing. Codes are kept:
// a select that a target needs stays, whatever its pieces (DESIGN §1).

import Tensors

/// A graph made from another, and where the other's values are in it.
public struct SimplifiedGraph: Sendable {
    public let graph: Graph
    /// For each value of the original its counterpart, `nil` where it was not needed.
    public let map: [Value?]

    /// The counterpart of a value that was needed.
    public subscript(value: Value) -> Value { map[value.index]! }
}

extension Graph {
    /// The part of the graph that `targets` need, without duplicates and without operations that do nothing.
    ///
    /// Every remaining value is bit for bit what it was. O(nodes).
    public func simplified(keeping targets: [Value]) -> SimplifiedGraph {
        let needed = ancestors(of: targets)
        var result = Graph()
        var map = [Value?](repeating: nil, count: nodes.count)
        var known: [NodeKey: Value] = [:]
        for (index, node) in nodes.enumerated() where needed[index] {
            let operands = node.operands.map { map[$0.index]! }
            if let same = node.primitive.identity(operands: operands, type: node.type, in: result) {
                map[index] = same
                continue
            }
            let key = NodeKey(primitive: node.primitive, operands: operands)
            if let twin = known[key] {
                map[index] = twin
                continue
            }
            do { map[index] = try result.append(node.primitive, operands, name: node.name) } catch { preconditionFailure("\(error)") }
            known[key] = map[index]
        }
        return SimplifiedGraph(graph: result, map: map)
    }
}

/// What makes two nodes compute the same.
private struct NodeKey: Hashable {
    let primitive: Primitive
    let operands: [Value]
}

extension Primitive {
    /// The operand that this node equals bit for bit, if there is one.
    fileprivate func identity(operands: [Value], type: ValueType, in graph: Graph) -> Value? {
        switch self {
        case .reshape(let shape): graph.shape(operands[0]) == shape ? operands[0] : nil
        case .transpose(let order): order == Array(order.indices) ? operands[0] : nil
        case .broadcast(let axes, _), .sum(let axes): axes.isEmpty ? operands[0] : nil
        case .affine(1, 0), .smooth(.power(1)): operands[0]
        case .pad(let padding): (padding.low + padding.high + padding.interior).allSatisfy { $0 == 0 } ? operands[0] : nil
        case .slice: graph.shape(operands[0]) == type.shape ? operands[0] : nil
        case .concatenate: operands.count == 1 ? operands[0] : nil
        case .input, .constant, .fill, .matrixProduct, .convolution, .windowSum, .gather, .scatter, .add, .subtract, .affine, .multiply,
            .divide, .select, .apply, .pick, .smooth, .softmax, .logSumExp:
            nil
        }
    }
}
