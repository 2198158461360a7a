// How near a sample is to a tie: the distance of each pre-activation to where its code changes, relative to the sum of the
// magnitudes that made it, and whether rounding could have decided it (DESIGN §3).

import Execution
import Graphs
import Tensors

/// The pre-activations of every code with their magnitudes.
final class MarginGraph {
    /// λ of the rounding bound: passed by chance with probability 2 exp(−32) < 3e-14 for one pre-activation.
    private static let confidence = 8.0
    /// The unit of variances where those of numbers above 2⁵⁰⁰ or so leave the range of Double.
    private static let smallUnit = 0x1p-520

    private let selectors: [Selector]
    /// For each layer, how many entries in sequence of the pre-activation are one sample's.
    private let strides: [Int]
    /// For each layer four targets: the pre-activation, its sum of magnitudes, the variance of its rounding, and its dependence on the
    /// data, which is 0 where it is constant on the cell.
    private let evaluation: PlannedGraph
    /// The variances in the small unit, planned when first needed.
    private lazy var smallVariances = makeSmallVariances()
    private let makeSmallVariances: () -> PlannedGraph?
    private let batch: Int

    init(
        _ frozen: Graph, codes: [Value], of original: Graph, input: Value, batch: Int, parameters: ParameterBuffers<Double>,
        memory: inout MemoryAllowance
    )
        throws
    {
        var graph = frozen
        let preactivations = codes.map { original[$0].operands[0] }
        let magnitudes = graph.magnitudes(of: preactivations)
        let dependences = graph.dependences(of: preactivations)
        let samples = original.sampleDependences(of: input)
        var (selectors, strides, targets, read): ([Selector], [Int], [Value], [Value]) = ([], [], [], [])
        for (index, code) in codes.enumerated() {
            guard case .select(let selector) = original[code].primitive, let magnitude = magnitudes[index],
                let dependence = dependences[index]
            else { continue }
            selectors.append(selector)
            strides.append(samples[preactivations[index].index].stride ?? original.shape(preactivations[index]).elementCount)
            read.append(preactivations[index])
            targets += [preactivations[index], magnitude.sum, magnitude.variance, dependence]
        }
        (self.selectors, self.strides, self.batch) = (selectors, strides, batch)
        evaluation = try PlannedGraph(graph, targets, parameters: parameters, memory: &memory)
        let left = memory
        makeSmallVariances = { [read] in
            var (graph, memory) = (frozen, left)
            let variances = graph.magnitudes(of: read, unit: MarginGraph.smallUnit).compactMap { $0?.variance }
            return try? PlannedGraph(graph, variances, parameters: parameters, memory: &memory)
        }
    }

    /// The smallest margin of each sample of the batch, and whether a margin is within its rounding bound.
    func read(_ bindings: Bindings<Double>) -> (smallest: [Double], isWithinRounding: [Bool]) {
        var smallest = [Double](repeating: .infinity, count: batch)
        var isWithinRounding = [Bool](repeating: false, count: batch)
        evaluation.bind(bindings)
        evaluation.run()
        let layers = selectors.indices.map { index in (0..<4).map { evaluation.tensor(4 * index + $0) } }
        let overflows = layers.contains { !$0[2].elements.allSatisfy(\.isFinite) }
        let small = overflows ? smallVariances : nil
        small?.bind(bindings)
        small?.run()
        for (index, data) in layers.enumerated() {
            let samples = Samples(
                values: data[0], magnitudes: data[1], variances: data[2], dependences: data[3], smallVariances: small?.tensor(index),
                smallUnit: MarginGraph.smallUnit, stride: strides[index], batch: batch)
            samples.forEachTie(of: selectors[index]) { sample, distance, scale, deviation in
                smallest[sample] = min(smallest[sample], scale == 0 ? 0 : distance / scale)
                // What is no number is on no side for certain.
                let isCertain = distance > MarginGraph.confidence * (Double.ulpOfOne / 2) * deviation
                if !isCertain { isWithinRounding[sample] = true }
            }
        }
        return (smallest, isWithinRounding)
    }
}

/// A pre-activation for a batch.
private struct Samples {
    let values: Tensor<Double>
    let magnitudes: Tensor<Double>
    let variances: Tensor<Double>
    let dependences: Tensor<Double>
    /// In the small unit, where some of `variances` are not finite.
    let smallVariances: Tensor<Double>?
    let smallUnit: Double
    /// Entry i is of sample (i / stride) mod batch.
    let stride: Int
    let batch: Int

    private func sample(_ entry: Int) -> Int { entry / stride % batch }

    /// The standard deviation of the difference of entries, in units of u.
    private func deviation(_ entries: Int...) -> Double {
        let variance = entries.reduce(0) { $0 + variances.elements[$1] }
        if variance.isFinite { return variance.squareRoot() }
        guard let smallVariances else { return .infinity }
        return entries.reduce(0) { $0 + smallVariances.elements[$1] }.squareRoot() / smallUnit
    }

    /// Calls `body` with the sample, the distance to the tie, the scale and the standard deviation, for each comparison that could go the other way.
    /// Entries that are constant on the cell are compared with nothing: what they decide is a fact of the whole cell.
    func forEachTie(of selector: Selector, _ body: (Int, Double, Double, Double) -> Void) {
        switch selector {
        case .knots(let knots):
            for i in 0..<values.count where dependences.elements[i] > 0 {
                for knot in knots.positions {
                    body(sample(i), abs(values.elements[i] - knot), magnitudes.elements[i] + abs(knot), deviation(i))
                }
            }
        case .largest(.window(let window)):
            let incidence = window.incidence
            let (inputs, outputs) = (window.inputSize.elementCount, window.outputSize.elementCount)
            for plane in 0..<values.shape[0] * values.shape[1] {
                for p in 0..<outputs {
                    let group = incidence.inputs[incidence.starts[p]..<incidence.starts[p + 1]].map { plane * inputs + Int($0) }
                    compare(group, winners: 1, body)
                }
            }
        case .largest(.axis(let axis, _)): forEachLine(along: axis) { compare($0, winners: 1, body) }
        case .winners(let axis, let count): forEachLine(along: axis) { compare($0, winners: count, body) }
        }
    }

    private func forEachLine(along axis: Int, _ body: ([Int]) -> Void) {
        let (size, after) = (values.shape[axis], values.shape.dropFirst(axis + 1).reduce(1, *))
        for outer in 0..<values.shape.prefix(axis).reduce(1, *) {
            for inner in 0..<after { body((0..<size).map { (outer * size + $0) * after + inner }) }
        }
    }

    /// The last winner against each loser (the first loser against each winner says the same of the smallest distance).
    private func compare(_ group: [Int], winners: Int, _ body: (Int, Double, Double, Double) -> Void) {
        guard winners > 0, winners < group.count else { return }
        let order = group.sorted { (values.elements[$0], $1) > (values.elements[$1], $0) }
        let best = order[winners - 1]
        for other in order.dropFirst(winners) where dependences.elements[best] > 0 || dependences.elements[other] > 0 {
            body(
                sample(best), values.elements[best] - values.elements[other], magnitudes.elements[best] + magnitudes.elements[other],
                deviation(best, other))
        }
    }
}
