// Which execution serves: the one place that knows.

package import Execution
import Graphs
import Tensors

/// Makes a runner for a graph and its targets.
package typealias RunnerFactory<S: Scalar> = @Sendable (Graph, [Value]) throws(TrainingError) -> any GraphRunner<S>

extension Executor: GraphRunner {}

package enum Runners {
    /// The planned executor.
    package static func planned<S: Scalar>(_ options: ExecutionOptions) -> RunnerFactory<S> {
        { graph, targets throws(TrainingError) in
            do throws(ExecutionError) {
                return try Executor<S>(graph, targets: targets, options: options)
            } catch {
                if case .memory(let needed, let allowed) = error { throw .memory(needed: needed, allowed: allowed) }
                throw .execution("\(error)")
            }
        }
    }

    /// The plain interpreter, the oracle.
    package static func interpreted<S: Scalar>(_ graph: Graph, targets: [Value]) throws(TrainingError) -> any GraphRunner<S> {
        InterpretedRunner<S>(graph, targets: targets)
    }
}
