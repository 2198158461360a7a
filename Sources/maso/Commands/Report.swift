import ArgumentParser
import MaxAffineSplines

struct Report: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Writes one page with everything that a network's spline tells about its data.",
        discussion: "What does not apply to the network is named on the page with the reason.")

    @OptionGroup var source: ModelOptions
    @OptionGroup var dataSource: DataOptions

    @Option(name: .customShort("o"), help: ArgumentHelp("The page to write.", valueName: "page.html"))
    var output: String

    @OptionGroup var labels: LabelOptions

    @Option(parsing: .unconditional, help: ArgumentHelp("How many samples of each part of the data to read.", valueName: "n"))
    var samples = 600

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Cut the plane through samples of three classes, or as much of its middle as has at most n cells; this may take minutes.",
            valueName: "n"))
    var slice = 0

    @OptionGroup var common: CommonOptions

    func validate() throws {
        if slice < 0 { throw ValidationError("--slice: expected a number of cells, got \(slice)") }
        if samples < 1 { throw ValidationError("--samples: expected at least 1, got \(samples)") }
    }

    func run() throws {
        try OutputFile.check(output)
        let model = try source.load(common)
        var options = ReportOptions()
        options.sampleCount = samples
        options.sliceCellLimit = slice
        let data = try dataSource.reportData(model, labels, common)
        let progress = PartProgress(quiet: common.quiet)
        let report = try NetworkReport(data, options: options, progress: progress.show)
        progress.finish()
        let page = report.page(
            provenance: Provenance(
                command: commandLine, version: MaxAffineSplinesVersion.text, seed: common.seed, modelHash: String(model.digest.prefix(16)),
                worstResidual: report.worstResidual, remarks: data.remarks))
        try OutputFile.write(page.html(), to: output)
        let object: JSONValue = [
            "page": JSONValue(output), "sections": JSONValue(report.sections.map(\.title)),
            "omitted": .array(report.omissions.map { ["section": JSONValue($0.title), "reason": JSONValue($0.reason)] }),
            "accuracy": JSONValue(report.test.accuracy), "residual": report.worstResidual.map { JSONValue($0) } ?? .null,
        ]
        try printResult(common.json, object, output: output) {
            (["\(output): " + report.sections.map(\.title).joined(separator: ", ")]
                + report.omissions.map { "left out: \($0.title), because \($0.reason)" }).joined(separator: "\n")
        }
    }
}
