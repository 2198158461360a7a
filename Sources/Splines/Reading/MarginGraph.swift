// How near a sample is to a tie: the distance of each pre-activation to where its code changes, relative to the sum of the
// magnitudes that made it, and whether rounding could have decided it (DESIGN §3).

import Execution
import Graphs
import Tensors

/// The pre-activations of every code with their magnitudes.
final class MarginGraph {
    private struct Layer {
        let selector: Selector
        let roundingCount: Int
    }

    private let layers: [Layer]
    /// For each layer three targets: the pre-activation; its sum of magnitudes; and the same for slopes alone, which is 0 where the
    /// pre-activation is constant on the cell.
    private let evaluation: Evaluation
    private let batch: Int

    init(_ frozen: Graph, codes: [Value], of original: Graph, batch: Int, parameters: ParameterBuffers<Double>) throws {
        var graph = frozen
        let preactivations = codes.map { original[$0].operands[0] }
        let magnitudes = graph.magnitudes(of: preactivations)
        let dependences = graph.magnitudes(of: preactivations, slopesOnly: true)
        var (layers, targets): ([Layer], [Value]) = ([], [])
        for (index, code) in codes.enumerated() {
            guard case .select(let selector) = original[code].primitive, let magnitude = magnitudes[index],
                let dependence = dependences[index]
            else { continue }
            layers.append(Layer(selector: selector, roundingCount: magnitude.roundingCount))
            targets += [preactivations[index], magnitude.sum, dependence.sum]
        }
        (self.layers, self.batch) = (layers, batch)
        evaluation = try Evaluation(graph, targets, parameters: parameters)
    }

    /// The smallest margin of each sample of the batch, and whether a margin is within its rounding bound.
    func read(_ bindings: Bindings<Double>) -> (smallest: [Double], isWithinRounding: [Bool]) {
        var smallest = [Double](repeating: .infinity, count: batch)
        var isWithinRounding = [Bool](repeating: false, count: batch)
        evaluation.bind(bindings)
        evaluation.run()
        for (index, layer) in layers.enumerated() {
            let data = (0..<3).map { evaluation.tensor(3 * index + $0) }
            let rounding = Double(layer.roundingCount) * Double.ulpOfOne / 2
            let bound = rounding / (1 - rounding)
            let samples = Samples(values: data[0], magnitudes: data[1], dependences: data[2])
            samples.forEachTie(of: layer.selector) { sample, distance, scale in
                let margin = scale == 0 ? 0 : distance / scale
                smallest[sample] = min(smallest[sample], margin)
                if margin <= bound { isWithinRounding[sample] = true }
            }
        }
        return (smallest, isWithinRounding)
    }
}

/// A pre-activation for a batch.
private struct Samples {
    let values: Tensor<Double>
    let magnitudes: Tensor<Double>
    let dependences: Tensor<Double>

    /// Calls `body` with the sample, the distance to the tie and the scale, for each comparison that could go the other way.
    /// Entries that are constant on the cell are compared with nothing: what they decide is a fact of the whole cell.
    func forEachTie(of selector: Selector, _ body: (Int, Double, Double) -> Void) {
        let perSample = values.shape.dropFirst().reduce(1, *)
        switch selector {
        case .knots(let knots):
            for i in 0..<values.count where dependences.elements[i] > 0 {
                for knot in knots.positions {
                    body(i / perSample, abs(values.elements[i] - knot), magnitudes.elements[i] + abs(knot))
                }
            }
        case .largest(.window(let window)):
            let incidence = window.incidence
            let (inputs, outputs) = (window.inputSize.elementCount, window.outputSize.elementCount)
            for plane in 0..<values.shape[0] * values.shape[1] {
                for p in 0..<outputs {
                    let group = incidence.inputs[incidence.starts[p]..<incidence.starts[p + 1]].map { plane * inputs + Int($0) }
                    compare(group, sample: plane / values.shape[1], winners: 1, body)
                }
            }
        case .largest(.axis(let axis, _)): forEachLine(along: axis) { compare($0, sample: $0[0] / perSample, winners: 1, body) }
        case .winners(let axis, let count): forEachLine(along: axis) { compare($0, sample: $0[0] / perSample, winners: count, body) }
        }
    }

    private func forEachLine(along axis: Int, _ body: ([Int]) -> Void) {
        let (size, after) = (values.shape[axis], values.shape.dropFirst(axis + 1).reduce(1, *))
        for outer in 0..<values.shape.prefix(axis).reduce(1, *) {
            for inner in 0..<after { body((0..<size).map { (outer * size + $0) * after + inner }) }
        }
    }

    /// The last winner against each loser (the first loser against each winner says the same of the smallest distance).
    private func compare(_ group: [Int], sample: Int, winners: Int, _ body: (Int, Double, Double) -> Void) {
        guard winners > 0, winners < group.count else { return }
        let order = group.sorted { (values.elements[$0], $1) > (values.elements[$1], $0) }
        let best = order[winners - 1]
        for other in order.dropFirst(winners) where dependences.elements[best] > 0 || dependences.elements[other] > 0 {
            body(sample, values.elements[best] - values.elements[other], magnitudes.elements[best] + magnitudes.elements[other])
        }
    }
}
