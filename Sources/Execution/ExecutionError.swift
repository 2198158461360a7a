// What execution refuses: too little memory, a library that is not there, a binding that does not fit.

import Graphs

/// Why a plan could not be made or run.
public enum ExecutionError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The plan needs more memory than allowed.
    case memory(needed: Int, allowed: Int)
    /// A library that the plan needs could not be loaded or refused to work.
    case library(name: String, problem: String)
    /// A binding or a name that does not fit the graph.
    case binding(GraphError)

    public var description: String {
        switch self {
        case .memory(let needed, let allowed): "needs \(needed) bytes, allowed are \(allowed) (--max-memory)"
        case .library(let name, let problem): "\(name): \(problem)"
        case .binding(let error): "\(error)"
        }
    }
}
