// The one place where readings run graphs: a plan in Double, made once, its parameters shared with the plans beside it.

import Execution
import Graphs
import Tensors

/// A graph with its targets, planned once and replayed.
final class PlannedGraph {
    private let executor: Executor<Double>
    private let shapes: [Shape]

    /// - Throws: `ExecutionError.memory` where the plan needs more than is left of `memory`.
    init(
        _ graph: Graph, _ targets: [Value], parameters: ParameterBuffers<Double>, options: ExecutionOptions = ExecutionOptions(),
        memory: inout MemoryAllowance
    ) throws(ExecutionError) {
        let plan = try ExecutionPlan(graph, targets: targets, of: Double.self, options: options)
        try memory.take(plan.plannedBytes)
        executor = try Executor(plan, parameters: parameters)
        shapes = targets.map { graph.shape($0) }
    }

    /// Sets inputs; those not named keep what they hold, and names that the targets do not need are passed over.
    func bind(_ bindings: Bindings<Double>) {
        for (name, datum) in bindings where executor.reads(name) {
            switch datum {
            case .scalars(let tensor): bind(name, tensor)
            case .code(let code): executor.setCode(name, code.elements.span)
            }
        }
    }

    /// Sets one input of numbers.
    func bind(_ name: String, _ tensor: Tensor<Double>) {
        guard executor.reads(name) else { return }
        executor.withInput(name) { buffer in
            precondition(buffer.count == tensor.count, "\(tensor.count) numbers for '\(name)' of \(buffer.count)")
            _ = buffer.update(from: tensor.elements)
        }
    }

    /// Computes the targets.
    func run() { executor.replay() }

    /// The numbers of a target, until the next run.
    func withTarget<R>(_ index: Int, _ body: (UnsafeBufferPointer<Double>) throws -> R) rethrows -> R {
        try executor.withTarget(index, body)
    }

    /// A target as a tensor. Copies.
    func tensor(_ index: Int) -> Tensor<Double> {
        executor.withTarget(index) { Tensor(shape: shapes[index], elements: Array($0)) }
    }

    /// A target that is a code. Copies.
    func code(_ index: Int) -> Code { executor.code(index) }
}

extension ParameterBuffers where S == Double {
    /// The parameters of a graph, filled.
    /// - Throws: `GraphError` when one is not bound or has another shape.
    convenience init(for graph: Graph, _ bindings: Bindings<Double>) throws(GraphError) {
        self.init(for: graph)
        for (name, shape) in zip(names, shapes) {
            guard case .scalars(let tensor)? = bindings[name], tensor.shape == shape else {
                throw GraphError(
                    node: name, what: "parameter", expected: "\(shape)", got: bindings[name].map { "\($0.shape)" } ?? "nothing bound")
            }
            withParameter(name) { _ = $0.update(from: tensor.elements) }
        }
    }
}
