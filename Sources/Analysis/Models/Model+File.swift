// Models from files: what a file is, its name says and its content must confirm.

import Graphs
public import Interchange
import Networks
import Splines
import Tensors

extension Model {
    /// A native model (`.safetensors`).
    /// - Throws: `InterchangeError` when the file is absent, wrong, or of a kind that is not supported.
    public init(path: String, budget: MemoryBudget = .standard) throws(InterchangeError) {
        let file = try InputFile(path: path, budget: budget)
        let network = try Network(path: path, budget: budget)
        self.init(network, name: path, digest: SHA256.digest(file.stored))
    }
}
