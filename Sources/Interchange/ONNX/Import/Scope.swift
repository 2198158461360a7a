// The names that nodes see: a graph's own, then those around it.

import Tensors

/// The values of one graph or function body while it is imported.
final class Scope {
    let nodes: [ONNXNode]
    let outputs: [String]
    let initializers: [String: ONNXTensor]
    /// The attributes of the function's call.
    let attributes: [String: ONNXAttribute]
    let opset: Int
    let parent: Scope?
    var values: [String: ImportedValue] = [:]
    /// Optional inputs of a function that the call leaves out.
    var absent: Set<String> = []
    private let used: Set<String>

    init(_ graph: ONNXGraph, opset: Int, parent: Scope?) {
        (nodes, outputs, initializers) = (graph.nodes, graph.outputs.map(\.name), graph.initializers)
        (self.opset, self.parent, attributes) = (opset, parent, parent?.attributes ?? [:])
        used = Scope.used(graph.nodes, outputs)
    }

    init(_ nodes: [ONNXNode], outputs: [String], attributes: [String: ONNXAttribute], opset: Int) {
        (self.nodes, self.outputs, self.attributes, self.opset) = (nodes, outputs, attributes, opset)
        (initializers, parent) = ([:], nil)
        used = Scope.used(nodes, outputs)
    }

    private static func used(_ nodes: [ONNXNode], _ outputs: [String]) -> Set<String> {
        Set(nodes.flatMap { $0.inputs + $0.attributes.values.flatMap(\.captured) } + outputs)
    }

    /// Whether anything here takes the value.
    func isUsed(_ name: String) -> Bool { used.contains(name) }

    /// The indices of the nodes that `outputs` need, in order.
    func neededNodes(for outputs: [String]) -> [Int] {
        var names = Set(outputs)
        var needed: [Int] = []
        for (index, node) in nodes.enumerated().reversed() where node.outputs.contains(where: { names.contains($0) }) {
            needed.append(index)
            names.formUnion(node.inputs)
            names.formUnion(node.attributes.values.flatMap(\.captured))
        }
        return needed.reversed()
    }

    /// The names that the nodes at `needed` and `outputs` take.
    func usedNames(_ needed: [Int], outputs: [String]) -> Set<String> { Scope.used(needed.map { nodes[$0] }, outputs) }

    /// The value of a name, here or around.
    func lookup(_ name: String, importer: Importer, place: String) throws(InterchangeError) -> ImportedValue {
        if let value = values[name] { return value }
        if let tensor = initializers[name] {
            let value = try importer.tensor(tensor, place: "tensor \(quoted(name))")
            values[name] = value
            return value
        }
        guard let parent else { throw importer.malformed(place, "needs \(quoted(name)), which is not made before it") }
        return try parent.lookup(name, importer: importer, place: place)
    }

    /// Whether a name is an input that the function's call leaves out.
    func isAbsent(_ name: String) -> Bool { absent.contains(name) || (values[name] == nil && parent?.isAbsent(name) == true) }

    /// An attribute's value; one that refers to the function's call is looked up there, `nil` where it was not given.
    func resolve(_ attribute: ONNXAttribute) throws(InterchangeError) -> ONNXAttribute? {
        if case .reference(let name) = attribute { attributes[name] } else { attribute }
    }
}
