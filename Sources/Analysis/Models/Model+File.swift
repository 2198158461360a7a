// Models from files: what a file is, its name says and its content must confirm.

import Graphs
public import Interchange
import Networks
import Splines
import Tensors

extension Model {
    /// A native model (`.safetensors`) or an imported one (`.onnx`).
    ///
    /// - Parameters:
    ///   - input: which input of an imported network is read, where there are several.
    ///   - output: which output of an imported network is read; the first by default.
    /// - Throws: `InterchangeError` when the file is absent, wrong, or of a kind that is not supported.
    public init(path: String, input: String? = nil, output: String? = nil, budget: MemoryBudget = .standard) throws(InterchangeError) {
        if path.lowercased().hasSuffix(".onnx") {
            try self.init(onnx: path, input: input, output: output, budget: budget)
        } else {
            let network = try Network(path: path, budget: budget)
            self.init(network, name: path, digest: try SHA256.digest(path: path, budget: budget))
        }
    }
}
