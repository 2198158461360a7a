// The plain interpreter: one node after the other, each by the simplest loops. It is the oracle of every faster execution.

public import Tensors

/// Runs graphs node by node, in Float or Double.
public enum Interpreter {
    /// The values of `targets`, in their order.
    /// - Throws: `GraphError` when an input that they need is not bound, or has another shape.
    @specialized(where S == Float)
    @specialized(where S == Double)
    public static func run<S: Scalar>(_ graph: Graph, _ targets: [Value], _ bindings: Bindings<S>) throws(GraphError) -> [Datum<S>] {
        let needed = graph.ancestors(of: targets)
        try graph.check(bindings, needed: needed)
        var lastUse = graph.nodes.indices.map { $0 }
        for (index, node) in graph.nodes.enumerated() where needed[index] {
            for operand in node.operands { lastUse[operand.index] = index }
        }
        for target in targets { lastUse[target.index] = graph.nodes.count }
        var data = [Datum<S>?](repeating: nil, count: graph.nodes.count)
        for (index, node) in graph.nodes.enumerated() where needed[index] {
            if case .input(let input) = node.primitive {
                data[index] = bindings[input.name]
            } else {
                data[index] = node.primitive.evaluate(node.operands.map { data[$0.index]! }, type: node.type)
            }
            for operand in node.operands where lastUse[operand.index] == index { data[operand.index] = nil }
        }
        return targets.map { data[$0.index]! }
    }
}
