// The graph of one training step: the network in training mode, its objective, and the gradients of all parameters (DESIGN §4).

import Graphs
import Networks
import Tensors

/// A step for a number of samples. Sums, not means: shares of a batch add up, and the divisor is the batch's.
package struct StepGraph: Sendable {
    package let graph: Graph
    /// Σ_n of the objective, a single number.
    package let loss: Value
    /// `[N, C]`
    package let outputs: Value
    /// Of `loss`, by parameter; those that do not reach the loss are absent.
    package let gradients: [(name: String, value: Value)]
    package let statistics: [BatchStatistic]
    package let masks: [DropoutMask]

    /// The name of the input of one-hot labels, `[N, C]`.
    package static let targetName = "targets"

    package init(_ architecture: Architecture, objective: Objective, count: Int) throws(GraphError) {
        let network = try architecture.graph(batch: count, mode: .training)
        var graph = network.graph
        let targets = try graph.data(StepGraph.targetName, graph.shape(network.outputs))
        let samples = try objective.perSample(input: network.input, outputs: network.outputs, targets: targets, in: &graph)
        loss = try graph.sum(samples, over: [0])
        let names = network.parameters.filter(\.role.isTrainable).map(\.name)
        let values = graph.gradients(of: loss, to: names.map { graph.input($0)! })
        gradients = zip(names, values).compactMap { name, value in value.map { (name, $0) } }
        (self.graph, outputs) = (graph, network.outputs)
        (statistics, masks) = (network.batchStatistics, network.dropoutMasks)
    }

    /// Loss, outputs, gradients, batch statistics: the order in which a runner has them.
    package var targets: [Value] { [loss, outputs] + gradients.map(\.value) + statistics.map(\.value) }
}
