// Whether a graph's batch may be divided: what each value is when the samples of axis 0 are dealt out to replicas.

public import Graphs
import Tensors

/// How the value over the whole batch follows from the values over its parts.
public enum BatchPart: Hashable, Sendable {
    /// It does not depend on samples.
    case constant
    /// Entry n along axis 0 depends on sample n alone: parts are laid one after the other.
    case samples
    /// A sum over samples: parts are added.
    case sum
    /// Samples meet otherwise (batch norm in training): the batch must stay whole.
    case coupled
}

extension Graph {
    /// How each of `targets` follows from parts of a batch of `batch` samples: inputs of any role but `parameter` that have `batch`
    /// entries along axis 0 are samples.
    public func batchParts(of targets: [Value], batch: Int) -> [BatchPart] {
        var parts: [BatchPart] = []
        for node in nodes { parts.append(part(of: node, node.operands.map { parts[$0.index] }, batch)) }
        return targets.map { parts[$0.index] }
    }

    private func part(of node: Node, _ operands: [BatchPart], _ batch: Int) -> BatchPart {
        if case .input(let input) = node.primitive {
            return input.role == .parameter || input.type.shape.first != batch ? .constant : .samples
        }
        if operands.allSatisfy({ $0 == .constant }) { return .constant }
        if operands.contains(.coupled) { return .coupled }
        let first = operands[0]
        /// For what treats every sample alike, given that it leaves axis 0 alone.
        func samples(_ condition: Bool = true) -> BatchPart { condition && !operands.contains(.sum) ? .samples : .coupled }
        /// For what is linear in one operand.
        func linear(_ condition: Bool = true) -> BatchPart {
            switch first {
            case .sum: .sum
            case .samples: samples(condition)
            case .constant, .coupled: .coupled
            }
        }
        switch node.primitive {
        case .input, .constant, .fill: return .constant
        case .add, .subtract: return operands.allSatisfy { $0 == .sum } ? .sum : samples()
        case .multiply: return operands.contains(.sum) && operands.contains(.constant) ? .sum : samples()
        case .divide: return operands == [.sum, .constant] ? .sum : samples()
        case .affine(_, let offset): return first == .sum && offset != 0 ? .coupled : linear()
        case .smooth: return samples()
        case .select(.knots): return samples()
        case .select(.winners(let axis, _)), .select(.largest(.axis(let axis, _))), .softmax(let axis), .logSumExp(let axis),
            .pick(.axis(let axis, _), _):
            return samples(axis != 0)
        case .select(.largest(.window)), .pick(.window, _), .apply: return samples()
        case .windowSum: return linear()
        case .sum(let axes): return first == .samples && axes.contains(0) ? .sum : linear()
        case .broadcast(let axes, let shape):
            return first == .sum && axes.contains(0) && shape[0] == batch ? .coupled : linear(!axes.contains(0))
        case .reshape(let shape): return linear(shape.first == batch)
        case .transpose(let order): return linear(order.first == 0)
        case .pad(let padding): return linear(padding.low[0] == 0 && padding.high[0] == 0 && padding.interior[0] == 0)
        case .slice(let slice): return linear(slice.starts[0] == 0 && slice.counts[0] == batch && slice.steps[0] == 1)
        case .concatenate(let axis): return operands.allSatisfy { $0 == .sum } ? .sum : samples(axis != 0)
        case .gather(let axis, _), .scatter(let axis, _, _): return linear(axis != 0)
        case .convolution(let form):
            switch form.role {
            case .output: return operands == [.samples, .constant] ? .samples : operands == [.constant, .sum] ? .sum : .coupled
            case .input: return operands == [.constant, .samples] ? .samples : operands == [.sum, .constant] ? .sum : .coupled
            case .weight: return operands.contains(.sum) ? .coupled : .sum
            }
        case .matrixProduct(let left, let right):
            if node.type.shape.count > 2 { return samples() }
            if operands.contains(.sum) { return operands.contains(.constant) ? .sum : .coupled }
            // The samples are rows of the left, columns of the right, or the summed axis of whichever has them.
            let (summedLeft, summedRight) = (first == .samples && left, operands[1] == .samples && !right)
            if first == .samples && !left { return operands[1] == .constant ? .samples : .coupled }
            return (summedLeft || summedRight) && (first == .constant || summedLeft) && (operands[1] == .constant || summedRight)
                ? .sum : .coupled
        }
    }
}
