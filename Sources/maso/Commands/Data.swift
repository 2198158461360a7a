import ArgumentParser
import Foundation
import MaxAffineSplines

struct DataSets: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data",
        abstract: "Fetches data sets, says what is where, and writes samples as a network's input.",
        discussion: """
            NAME is mnist, fashion-mnist, cifar10, cifar100 or svhn; digits and toy:NAME need no files. Files are verified by SHA-256 \
            and an interrupted download is continued.
              maso data mnist data/mnist
              maso data mnist data/mnist --offline
              maso data digits --samples 0-15 -o x.npy
            """)

    @Argument(help: ArgumentHelp("The data set.", valueName: "name"))
    var name: String

    @Argument(help: ArgumentHelp("The folder of its files; the name's own by default.", valueName: "dir"))
    var folder: String?

    @Flag(help: "Fetch nothing: only say what is there.")
    var offline = false

    @Option(help: ArgumentHelp("Write these samples instead: indices and ranges, such as 0,5,10-15.", valueName: "i,j,…"))
    var samples: String?

    @Option(help: ArgumentHelp("The split that the indices are in: train or test.", valueName: "split"))
    var split = Split.test

    @Flag(help: "Write pixels as they are; otherwise each image has mean 0 and largest magnitude 1, as for training.")
    var raw = false

    @Option(name: .customShort("o"), help: ArgumentHelp("The npy file for the samples.", valueName: "x.npy"))
    var output: String?

    @OptionGroup var common: CommonOptions

    func validate() throws {
        if (samples == nil) != (output == nil) { throw ValidationError("--samples and -o go together") }
    }

    func run() async throws {
        if let samples, let output { return try writeSamples(samples, output) }
        if name == "digits" || name.hasPrefix("toy:") {
            throw Failure.usage("\(name): needs no files; --samples and -o write its samples")
        }
        let entry = try DataCatalog.entry(name)
        let folder = folder ?? name
        let created = offline ? nil : try OutputFolder(folder)  // removed again if nothing is fetched into it
        var rows: [(CatalogFile, String)] = []
        for file in entry.files { rows.append((file, try await bring(file, folder))) }
        _ = consume created
        let object: JSONValue = [
            "name": JSONValue(entry.name), "folder": JSONValue(folder),
            "files": .array(
                rows.map { file, state in
                    [
                        "name": JSONValue(file.name), "state": JSONValue(state), "size": JSONValue(file.size),
                        "sha256": JSONValue(file.checksum), "address": JSONValue(file.addresses[0]),
                    ]
                }),
        ]
        try printResult(common.json, object, output: output) {
            "\(entry.title) (\(entry.source)) in \(folder); read it as --data \(entry.format):\(folder)\n"
                + table(rows.map { ["  " + $0.name, $1, "\($0.size) bytes", $0.addresses[0]] })
        }
    }

    private func bring(_ file: CatalogFile, _ folder: String) async throws -> String {
        if offline {
            return switch try file.state(in: folder, budget: common.budget) {
            case .missing: "missing"
            case .verified: "verified"
            case .different: "different"
            case .partial(let size): "partial, \(size) bytes"
            }
        }
        let isQuiet = common.quiet || isatty(2) == 0
        let fetched = try await file.fetch(into: folder) { done, total in
            if !isQuiet { writeError("\r\u{1b}[K\(file.name): \(done) of \(total) bytes") }
        }
        if fetched && !isQuiet { writeError("\r\u{1b}[K") }
        return fetched ? "fetched" : "verified"
    }

    private func writeSamples(_ list: String, _ output: String) throws {
        try OutputFile.check(output)
        let argument = folder.map { "\(name == "fashion-mnist" ? "mnist" : name):\($0)" } ?? name
        let data = try DataSource(argument).load(split, seed: common.seed, budget: common.budget)
        let indices = try indices(list, below: data.count)
        let inputs: Tensor<Double> = data.inputs(indices, normalization: raw ? .none : .standard(for: data.sampleShape))
        try NumpyArray.write(inputs, to: output)
        let object: JSONValue = [
            "files": [["name": JSONValue(output), "shape": JSONValue(inputs.shape)]], "indices": JSONValue(indices),
            "labels": JSONValue(indices.map { data.labels[$0] }),
        ]
        try printResult(common.json, object, output: output) {
            "\(indices.count) samples of \(argument) in \(output), classes \(indices.map { "\(data.labels[$0])" }.joined(separator: " "))"
        }
    }
}

/// The indices of a list such as "0,5,10-15".
func indices(_ list: String, below count: Int) throws -> [Int] {
    var indices: [Int] = []
    for part in list.split(separator: ",", omittingEmptySubsequences: false) {
        let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1], first <= last else {
            throw Failure.usage("'\(list)': expected indices and ranges such as 0,5,10-15, found '\(part)'")
        }
        guard first >= 0, last < count else { throw Failure.usage("sample \(last): there are samples 0 to \(count - 1)") }
        indices += first...last
    }
    return indices
}
