// The seam between training and execution: a graph that is filled, replayed and read. The planned executor has this form; the plain
// interpreter takes it here, as the oracle.

import Graphs
import Tensors

/// Computes a graph's targets again and again from inputs that stay where they are.
package protocol GraphRunner<S>: AnyObject {
    associatedtype S: Scalar

    /// Whether the targets depend on the input.
    func reads(_ name: String) -> Bool
    /// Changes an input of numbers in place, row-major.
    func withInput<R>(_ name: String, _ body: (UnsafeMutableBufferPointer<S>) throws -> R) rethrows -> R
    /// Computes all targets.
    func replay()
    /// The numbers of a target, valid until the next replay.
    func withTarget<R>(_ index: Int, _ body: (UnsafeBufferPointer<S>) throws -> R) rethrows -> R
}

/// The interpreter in the form of a runner.
package final class InterpretedRunner<S: Scalar>: GraphRunner {
    private let graph: Graph
    private let targets: [Value]
    private var bindings: [String: Tensor<S>] = [:]
    private var results: [Tensor<S>] = []

    package init(_ graph: Graph, targets: [Value]) {
        let simplified = graph.simplified(keeping: targets)
        (self.graph, self.targets) = (simplified.graph, targets.map { simplified[$0] })
        for node in self.graph.nodes {
            if case .input(let input) = node.primitive { bindings[input.name] = .zeros(input.type.shape) }
        }
    }

    package func reads(_ name: String) -> Bool { bindings[name] != nil }

    package func withInput<R>(_ name: String, _ body: (UnsafeMutableBufferPointer<S>) throws -> R) rethrows -> R {
        guard bindings[name] != nil else { preconditionFailure("no input '\(name)'") }
        return try bindings[name]!.elements.withUnsafeMutableBufferPointer { try body($0) }
    }

    package func replay() {
        do {
            results = try Interpreter.run(graph, targets, bindings.mapValues(Datum.scalars)).map(\.scalars)
        } catch { preconditionFailure("\(error)") }
    }

    package func withTarget<R>(_ index: Int, _ body: (UnsafeBufferPointer<S>) throws -> R) rethrows -> R {
        try results[index].elements.withUnsafeBufferPointer(body)
    }
}
