// Models from files: what a file is, its name says and its content must confirm.

import Graphs
public import Interchange
import Networks
import Splines
import Tensors

extension Model {
    /// A native model (`.safetensors`) or an imported one (`.onnx`).
    ///
    /// - Throws: `InterchangeError` when the file is absent, wrong, or of a kind that is not supported, and for choices that do not
    ///   fit the model.
    public init(path: String, _ choices: ImportChoices = ImportChoices(), budget: MemoryBudget = .standard) throws(InterchangeError) {
        if path.lowercased().hasSuffix(".onnx") {
            if choices.architecture != nil {
                throw .usage(argument: "--architecture", reason: "is for safetensors files; an ONNX model has its graph")
            }
            try self.init(onnx: path, choices, budget: budget)
        } else {
            if let option = choices.foreignToNative.first {
                throw .usage(argument: option, reason: "is for ONNX models")
            }
            let network =
                if let architecture = choices.architecture {
                    try Network(weights: path, architecture: architecture, budget: budget)
                } else {
                    try Network(path: path, budget: budget)
                }
            self.init(network, name: path, digest: try SHA256.digest(path: path, budget: budget))
        }
    }
}
