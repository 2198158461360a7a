// The one place where readings run graphs.

import Graphs

/// Runs a graph in Double.
enum Evaluation {
    static func run(_ graph: Graph, _ targets: [Value], _ bindings: Bindings<Double>) throws -> [Datum<Double>] {
        try Interpreter.run(graph, targets, bindings)
    }
}
