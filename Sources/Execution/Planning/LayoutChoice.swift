// Which layout each value is made in: images of convolutions and pooling channels-last, and what is computed from them entry by entry
// follows; the rest is row-major.

import Graphs
import Tensors

/// A layout for each value; `nil` where any will do, because nothing is made (a broadcast, a fill) or all layouts coincide.
struct LayoutChoice {
    private(set) var layouts: [Layout?] = []

    init(_ graph: Graph) {
        for node in graph.nodes {
            let chosen = choose(node)
            layouts.append(chosen.map { Layout.coincide(for: node.type.shape) ? .rowMajor : $0 })
        }
    }

    /// The layout in which `value` is made, row-major where any will do.
    subscript(value: Value) -> Layout { layouts[value.index] ?? .rowMajor }

    private func choose(_ node: Node) -> Layout? {
        switch node.primitive {
        case .fill, .broadcast: return nil
        case .input, .constant: return node.type.shape.count < 3 ? nil : .rowMajor
        case .convolution(let form): return form.role == .weight ? .rowMajor : .channelsLast
        case .windowSum, .select(.largest(.window)), .pick(.window, _): return .channelsLast
        case .matrixProduct, .sum, .reshape, .transpose, .select(.largest(.axis)), .pick(.axis, _), .logSumExp: return .rowMajor
        case .pad, .slice, .concatenate, .gather, .scatter, .softmax, .select(.winners), .add, .subtract, .multiply, .divide, .affine,
            .select(.knots), .apply, .smooth:
            let known = node.operands.compactMap { layouts[$0.index] }
            return known.contains(.channelsLast) ? .channelsLast : known.first
        }
    }
}
