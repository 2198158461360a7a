// What stands in a value that depends on no data.

import Tensors

/// The entries of the values of a graph that depend on no data.
struct ConstantEntries {
    private let graph: Graph
    private let parameters: Bindings<Double>

    init(_ graph: Graph, _ parameters: Bindings<Double>) { (self.graph, self.parameters) = (graph, parameters) }

    /// The entries of `value` in row-major order, as patterns of bits; `nil` where finding them would take long, or needs data or a
    /// parameter that is not known.
    subscript(value: Value) -> [UInt64]? {
        let needed = graph.ancestors(of: [value])
        var work = 0.0
        for (index, node) in graph.nodes.enumerated() where needed[index] {
            work += Double(node.type.shape.elementCount)
            switch node.primitive {
            case .matrixProduct, .convolution: work += node.operands.reduce(1) { $0 * Double(graph.shape($1).elementCount) }
            default: break
            }
            guard work <= 0x1p28 else { return nil }
        }
        switch try? Interpreter.run(graph, [value], parameters).first {
        case .scalars(let tensor)?: return tensor.elements.map(\.bitPattern)
        case .code(let code)?: return code.elements.map { UInt64($0) }
        case nil: return nil
        }
    }
}
