// Several primitives that are one operator elsewhere, recognised by their last.

import Graphs
import Tensors

extension Exporter {
    /// The operator that ends in `value`, if it is more than the primitive itself.
    func pattern(_ value: Value) throws(InterchangeError) -> Plan? {
        switch graph[value].primitive {
        case .add:
            if let plan = try biased(value) { return plan }
            return normalization(value) ?? parametricReLU(value)
        case .affine(let slope, 0):
            let u = graph[value].operands[0]
            guard case .windowSum(let window, false) = graph[u].primitive else { return nil }
            return try plan(windowSum: window, false, graph[u].operands[0], factor: slope, value)
        default: return nil
        }
    }

    /// The vector that is repeated along every axis but `axis`.
    func vector(_ value: Value, along axis: Int) -> Value? {
        guard case .broadcast(let axes, let shape) = graph[value].primitive, axes == shape.indices.filter({ $0 != axis }) else {
            return nil
        }
        return graph[value].operands[0]
    }

    /// A dense layer or a convolution with its bias.
    private func biased(_ value: Value) throws(InterchangeError) -> Plan? {
        let (product, addend) = (graph[value].operands[0], graph[value].operands[1])
        guard graph.shape(value).count >= 2, let bias = vector(addend, along: 1) else { return nil }
        let operands = graph[product].operands
        switch graph[product].primitive {
        case .matrixProduct(let transposeLeft, let transposeRight) where graph.shape(value).count == 2:
            let flags = (transposeLeft ? [attribute("transA", 1)] : []) + (transposeRight ? [attribute("transB", 1)] : [])
            return Plan(operands: operands + [bias]) { output throws(InterchangeError) in
                self.node("Gemm", (operands + [bias]).map(self.name), output, flags)
            }
        case .convolution(let form) where form.role != .weight: return try plan(convolution: form, operands, bias: bias, value)
        default: return nil
        }
    }

    /// (u − mean) · (scale / √(variance + ε)) + shift, each a vector of the channels.
    private func normalization(_ value: Value) -> Plan? {
        guard graph.shape(value).count >= 2, let parts = graph.batchNormalization(endingIn: value), fitsAttribute(parts.epsilon) else {
            return nil
        }
        let operands = [parts.u, parts.scale, parts.shift, parts.mean, parts.variance]
        return Plan(operands: operands) { output throws(InterchangeError) in
            self.node("BatchNormalization", operands.map(self.name), output, [self.attribute("epsilon", float: parts.epsilon)])
        }
    }

    /// u above 0, slopes · u elsewhere: positive + negative · slopes.
    private func parametricReLU(_ value: Value) -> Plan? {
        guard let parts = graph.parametricReLU(endingIn: value) else { return nil }
        let rank = graph.shape(value).count
        guard case .broadcast(let axes, _) = graph[parts.slopes].primitive else { return nil }
        let slopes = graph[parts.slopes].operands[0]
        return Plan(operands: [parts.u, slopes]) { output throws(InterchangeError) in
            self.node("PRelu", [self.name(parts.u), self.withAxes(axes, rank: rank, slopes, for: output)], output)
        }
    }
}

extension Graph {
    /// What a batch normalisation in inference, as `batchNormalization` builds it, is made of.
    struct BatchNormalizationParts {
        let u, scale, shift, mean, variance: Value
        let epsilon: Double
    }

    private func vector(_ value: Value) -> Value? {
        guard case .broadcast(let axes, let shape) = self[value].primitive, axes == shape.indices.filter({ $0 != 1 }) else { return nil }
        return self[value].operands[0]
    }

    func batchNormalization(endingIn value: Value) -> BatchNormalizationParts? {
        guard self[value].primitive == .add, let shift = vector(self[value].operands[1]) else { return nil }
        let scaled = self[value].operands[0]
        guard self[scaled].primitive == .multiply, let slope = vector(self[scaled].operands[1]), self[slope].primitive == .divide else {
            return nil
        }
        let (centred, deviation) = (self[scaled].operands[0], self[slope].operands[1])
        guard self[centred].primitive == .subtract, let mean = vector(self[centred].operands[1]),
            self[deviation].primitive == .smooth(.squareRoot), case .affine(1, let epsilon) = self[self[deviation].operands[0]].primitive
        else { return nil }
        return BatchNormalizationParts(
            u: self[centred].operands[0], scale: self[slope].operands[0], shift: shift, mean: mean,
            variance: self[self[deviation].operands[0]].operands[0], epsilon: epsilon)
    }

    /// The input of a parametric ReLU, as `parametricReLU` builds it, and its slopes in the input's shape.
    func parametricReLU(endingIn value: Value) -> (u: Value, slopes: Value)? {
        guard self[value].primitive == .add else { return nil }
        let (positive, product) = (self[value].operands[0], self[value].operands[1])
        guard self[product].primitive == .multiply else { return nil }
        let (negative, slopes) = (self[product].operands[0], self[product].operands[1])
        guard self[positive].primitive == .apply(Pieces(slopes: [0, 1])), self[negative].primitive == .apply(Pieces(slopes: [1, 0])),
            self[positive].operands == self[negative].operands
        else { return nil }
        let (u, code) = (self[positive].operands[0], self[positive].operands[1])
        guard self[code].primitive == .select(.knots(Knots([0]))), self[code].operands == [u] else { return nil }
        return (u, slopes)
    }
}
