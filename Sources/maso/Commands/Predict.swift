import ArgumentParser
import MaxAffineSplines

struct Predict: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Writes a network's outputs, before a final softmax.")

    @OptionGroup var source: ModelOptions

    @Argument(help: ArgumentHelp("The samples, an npy file of shape N×input.", valueName: "X.npy"))
    var samples: String

    @Option(name: .customShort("o"), help: ArgumentHelp("The file to write, N×K.", valueName: "Y.npy"))
    var output: String

    @OptionGroup var common: CommonOptions

    func run() throws {
        try OutputFile.check(output)
        let model = try source.load(common, samples: samples)
        let x = try readSamples(samples, of: model, common)
        let outputs = try model.predict(x)
        try NumpyArray.write(outputs, to: output)
        try printResult(common.json, ["samples": JSONValue(x.shape[0]), "outputs": JSONValue(outputs.shape)]) {
            "\(x.shape[0]) samples: outputs of shape \(outputs.shape) in \(output)"
        }
    }
}
