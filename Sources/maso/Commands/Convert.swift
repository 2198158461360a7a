import ArgumentParser
import MaxAffineSplines

struct Convert: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Writes a network as a file of another format: ONNX or native safetensors.",
        discussion: """
            What is written is read back and compared on random samples before it is kept. An ONNX graph that is no chain of native \
            layers is refused, with the node.
              maso convert digits.safetensors digits.onnx
              maso convert lenet.onnx lenet.safetensors --mean 0.1307 --std 0.3081
            """)

    @OptionGroup var source: ModelOptions

    @Argument(help: ArgumentHelp("The file to write: .onnx or .safetensors.", valueName: "out"))
    var output: String

    @OptionGroup var common: CommonOptions

    private var isONNX: Bool { output.lowercased().hasSuffix(".onnx") }

    func validate() throws {
        if !isONNX && !output.lowercased().hasSuffix(".safetensors") {
            throw ValidationError("\(output): expected a name ending in .onnx or .safetensors")
        }
    }

    func run() throws {
        try OutputFile.check(output)
        let model = try source.load(common)
        let difference: Double
        if isONNX {
            let bytes = try model.onnxBytes(file: model.name)
            difference = try checked(model, Model(onnx: bytes, file: output, budget: common.budget))
            try OutputFile.write(bytes, to: output)
        } else {
            let network = try model.nativeNetwork()
            difference = try checked(model, Model(network, name: output, digest: ""))
            try network.write(to: output)
        }
        let object: JSONValue = [
            "file": JSONValue(output), "format": isONNX ? "onnx" : "safetensors", "opset": isONNX ? JSONValue(ONNXExport.opset) : .null,
            "parameters": JSONValue(model.parameterCount), "difference": JSONValue(difference),
        ]
        try printResult(common.json, object, output: output) {
            var lines = [
                "\(output): \(isONNX ? "ONNX, operator set \(ONNXExport.opset)" : "native"), \(model.parameterCount) parameters; read back, its "
                    + "outputs on random samples differ by at most \(brief(difference))"
            ]
            if isONNX && model.normalization != .none {
                lines.append("The normalization of the training data is no part of it: give it samples that are normalized.")
            }
            return lines.joined(separator: "\n")
        }
    }

    /// The difference of the outputs, if it is one that rounding explains.
    private func checked(_ model: Model, _ written: Model) throws -> Double {
        let difference = try model.difference(from: written)
        guard difference <= Model.conversionTolerance else {
            throw Failure(
                .unavailable,
                "\(model.name): what would be written differs by \(brief(difference)) in its outputs, which is more than rounding"
            )
        }
        return difference
    }
}
