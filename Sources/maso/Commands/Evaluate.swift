import ArgumentParser
import MaxAffineSplines

struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Prints accuracy, loss and confusion on data.")

    @OptionGroup var source: ModelOptions
    @OptionGroup var dataSource: DataOptions
    @OptionGroup var common: CommonOptions

    func run() throws {
        var model = try source.load(common)
        let data = try dataSource.load(common, for: &model)
        let evaluation = try model.evaluate(on: data)
        let object: JSONValue = [
            "samples": JSONValue(evaluation.count), "accuracy": JSONValue(evaluation.accuracy), "loss": JSONValue(evaluation.loss),
            "confusion": .array(evaluation.confusion.map { JSONValue($0) }),
        ]
        try printResult(common.json, object) {
            let known = model.classNames ?? data.classNames ?? []
            let names = evaluation.confusion.indices.map { $0 < known.count ? known[$0] : "\($0)" }
            let rows = evaluation.confusion.enumerated().map { label, counts in [names[label]] + counts.map { "\($0)" } }
            return "\(evaluation.count) samples: accuracy \(brief(evaluation.accuracy)), cross-entropy \(brief(evaluation.loss))\n"
                + "rows: true class, columns: predicted\n" + table([[""] + names] + rows)
        }
    }
}
