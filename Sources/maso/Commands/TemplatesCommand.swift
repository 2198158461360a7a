import ArgumentParser
import MaxAffineSplines

struct TemplatesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "templates", abstract: "Draws what a network compares samples with, class by class (THEORY §5).")

    @OptionGroup var source: ModelOptions
    @OptionGroup var dataSource: DataOptions

    @Option(help: ArgumentHelp("The samples: indices and ranges, such as 0,5,10-15.", valueName: "i,j,…"))
    var samples: String

    @Option(name: .customShort("o"), help: ArgumentHelp("The page to write.", valueName: "page.html"))
    var output: String

    @OptionGroup var labels: LabelOptions
    @OptionGroup var common: CommonOptions

    func run() throws {
        try OutputFile.check(output)
        var model = try source.load(common)
        let test = try dataSource.load(common, for: &model)
        try model.requireFit(test)
        let indices = try indices(samples, below: test.count)
        let data = ReportData(model, train: nil, test: test, classNames: try labels.names(classCount: model.outputCount, common))
        let progress = PartProgress(quiet: common.quiet)
        let reading = try TemplatesReading(data, indices, progress: progress.show)
        progress.finish()
        let page = try NetworkReport.templatesPage(
            reading, data,
            provenance: Provenance(
                command: commandLine, version: MaxAffineSplinesVersion.text, seed: common.seed, modelHash: String(model.digest.prefix(16)),
                worstResidual: reading.worstResidual, remarks: data.remarks))
        try OutputFile.write(page.html(), to: output)
        let object: JSONValue = [
            "page": JSONValue(output),
            "samples": .array(
                reading.samples.map { sample in
                    [
                        "index": JSONValue(sample.index), "label": JSONValue(sample.label),
                        "innerProducts": JSONValue(sample.templates.innerProducts), "offsets": JSONValue(sample.templates.offsets),
                        "outputs": JSONValue(sample.templates.outputs),
                    ]
                }),
            "residual": reading.worstResidual.map { JSONValue($0) } ?? .null, "exact": JSONValue(reading.isExact),
        ]
        try printResult(common.json, object, output: output) {
            "\(output): templates of \(reading.samples.count) samples\n"
                + table(
                    [["sample", "class", "largest output", "⟨A[x]_c, x⟩", "b[x]_c", "f_c(x)"]]
                        + reading.samples.map { sample in
                            let (templates, c) = (sample.templates, sample.templates.predictedClass)
                            return [
                                "\(sample.index)", data.classNames[sample.label], data.classNames[c], brief(templates.innerProducts[c]),
                                brief(templates.offsets[c]), brief(templates.outputs[c]),
                            ]
                        })
        }
    }
}
