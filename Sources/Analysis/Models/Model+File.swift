// Models from files: what a file is, is read from its first bytes and its name together.

import Graphs
public import Interchange
import Networks
import Splines

extension Model {
    /// A native model (`.safetensors`).
    /// - Throws: `InterchangeError` when the file is absent, wrong, or of a kind that is not supported.
    public init(path: String, budget: MemoryBudget = .standard) throws(InterchangeError) {
        throw .unsupported(file: path, what: "not yet")
    }
}
