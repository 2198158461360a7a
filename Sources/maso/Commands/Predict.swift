import ArgumentParser
import MaxAffineSplines

struct Predict: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Writes a network's outputs, before a final softmax.")

    @OptionGroup var input: SampleOptions

    @Option(name: .customShort("o"), help: ArgumentHelp("The file to write, N×K.", valueName: "Y.npy"))
    var output: String

    @OptionGroup var common: CommonOptions

    func run() throws {
        try OutputFile.check(output)
        let (model, x) = try input.load(common)
        let outputs = try model.predict(x)
        try NumpyArray.write(outputs, to: output)
        try printResult(common.json, ["samples": JSONValue(x.shape[0]), "outputs": JSONValue(outputs.shape)], output: output) {
            "\(x.shape[0]) samples: outputs of shape \(outputs.shape) in \(output)"
        }
    }
}
