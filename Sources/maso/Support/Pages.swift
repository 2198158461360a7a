// What commands that write pages share.

import ArgumentParser
import Foundation
import MaxAffineSplines

/// `--labels FILE`
struct LabelOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A text file with a line for each class: its name.", valueName: "file"))
    var labels: String?

    /// The names, or `nil` without the option.
    func names(classCount: Int, _ common: CommonOptions) throws -> [String]? {
        try labels.map { try ClassNames.read(path: $0, classCount: classCount, budget: common.budget) }
    }
}

extension DataOptions {
    /// Both parts of the data where there are two; the one asked for is judged.
    func reportData(_ given: Model, _ labels: LabelOptions, _ common: CommonOptions) throws -> ReportData {
        let source = try DataSource(data)
        let chosen = split ?? .test
        var model = given
        let test = try load(common, for: &model)
        try model.requireFit(test)
        let train =
            source.hasSplits && chosen == .test
            ? try model.aligned(source.load(.train, seed: common.seed, budget: common.budget)) : nil
        model = model.limited(to: common.budget.besides(test.byteCount + (train?.byteCount ?? 0)))
        return ReportData(model, train: train, test: test, classNames: try labels.names(classCount: model.outputCount, common))
    }
}

/// The command as typed, quoted for a shell.
var commandLine: String { typedCommand(without: nil) }

/// The command as typed but for a flag, quoted for a shell.
func typedCommand(without flag: String?) -> String {
    let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=+:,./@%")
    let words = CommandLine.arguments.dropFirst().filter { $0 != flag }.map { word in
        word.allSatisfy(plain.contains) && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
    }
    return (["maso"] + words).joined(separator: " ")
}

/// Progress through parts that are named as they come.
final class PartProgress {
    private let isQuiet: Bool
    private var part = ""
    private var progress: Progress?

    init(quiet: Bool) { isQuiet = quiet }

    func show(_ what: String, _ done: Int, _ total: Int) {
        if progress == nil || what != part { (part, progress) = (what, Progress(what, total: total, quiet: isQuiet)) }
        progress?.show(done)
    }

    func finish() { progress?.finish() }
}
