import ArgumentParser
import Foundation
import MaxAffineSplines

struct Partition: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Cuts a domain into a network's cells, exactly.",
        discussion: """
            A cell is a set of the domain with interior on which every unit has one code; cells that only touch are not counted. In two \
            dimensions -o writes the cells as .json or .npz, or draws them as .svg, .png or .html.
              maso partition toy.safetensors --box -1:1 -o toy.svg
            """)

    @OptionGroup var source: ModelOptions

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The box: one range for all coordinates or one for each, such as -1:1 or -1:1,0:2.", valueName: "lo:hi,…"))
    var box: String?

    @Option(help: ArgumentHelp("A JSON file with a box and, for a slice, an embedding (origin, directions).", valueName: "f.json"))
    var domain: String?

    @Option(name: .customShort("o"), help: ArgumentHelp("The file to write: .json, .npz, .svg, .png or .html.", valueName: "file"))
    var output: String?

    @OptionGroup var common: CommonOptions

    private static let forms = ["json", "npz", "svg", "png", "html"]

    func validate() throws {
        if box != nil && domain != nil { throw ValidationError("--box and --domain exclude each other") }
        if let output, !Partition.forms.contains(form(output)) {
            throw ValidationError("-o \(output): expected a name ending in .\(Partition.forms.joined(separator: ", ."))")
        }
    }

    func run() throws {
        if let output { try OutputFile.check(output) }
        let start = ContinuousClock.now
        let model = try source.load(common)
        let program = try PiecewiseAffineProgram(model.readable)
        let domain = try domain(inputs: program.inputCount)
        guard domain.dimension <= 8 else {
            throw Failure(.unavailable, "a box in \(domain.dimension) dimensions: give a slice of it (--domain with an embedding)")
        }
        let planar = domain.dimension == 2 ? try PlanarPartition(of: program, on: domain) : nil
        if let output, planar == nil {
            throw Failure(.unavailable, "\(output): files and pictures are of two-dimensional domains; this one has \(domain.dimension)")
        }
        let summary = try planar.map { PartitionSummary($0) } ?? PartitionSummary(exactly: program, on: domain)
        let elapsed = seconds(since: start)
        if let output, let planar { try write(planar, summary, model, to: output) }
        let object: JSONValue = [
            "regions": JSONValue(summary.cellCount), "regionsPerLayer": JSONValue(summary.cellCounts),
            "distinctAffineMaps": JSONValue(summary.distinctMapCount),
            "boundaryLength": summary.boundaryLength.map { JSONValue($0) } ?? .null, "minVolume": JSONValue(summary.minVolume),
            "maxVolume": JSONValue(summary.maxVolume), "seconds": JSONValue(elapsed), "peakBytes": JSONValue(peakBytes()),
            "cell": "a set of the domain with interior on which every unit has one code",
            "ties": "the first piece that attains the maximum",
        ]
        try printResult(common.json, object) { text(summary, elapsed) }
    }

    private func form(_ path: String) -> String { path.split(separator: ".").last.map { $0.lowercased() } ?? "" }

    private func domain(inputs: Int) throws -> Domain {
        if let domain { return try Domain(path: domain, budget: common.budget) }
        guard let box else {
            throw Failure(.unavailable, "partitions of the whole plane are not there yet: give --box LO:HI or --domain F.json")
        }
        let ranges = try box.split(separator: ",", omittingEmptySubsequences: false).map { part in
            let ends = part.split(separator: ":", omittingEmptySubsequences: false).map { Double($0) }
            guard ends.count == 2, let low = ends[0], let high = ends[1], low < high, low.isFinite, high.isFinite else {
                throw Failure.usage("--box: expected LO:HI with LO < HI, found '\(part)'")
            }
            return low...high
        }
        guard ranges.count == 1 || ranges.count == inputs else {
            throw Failure.usage("--box: expected one range, or one for each of \(inputs) inputs, found \(ranges.count)")
        }
        return .box(ranges.count == 1 ? [ClosedRange<Double>](repeating: ranges[0], count: inputs) : ranges)
    }

    private func write(_ partition: PlanarPartition, _ summary: PartitionSummary, _ model: Model, to output: String) throws {
        let map = partition.map(title: "The cells of \(model.name)")
        switch form(output) {
        case "json": try OutputFile.write(partition.json.text(), to: output)
        case "npz": try NumpyArchive.write(partition.arrays, to: output)
        case "svg": try OutputFile.write(map.picture().document, to: output)
        case "png": try OutputFile.write(try map.raster(width: 1200, oversampling: 2).png(), to: output)
        default:
            let page = PartitionPage.page(
                map, summary, name: model.name,
                provenance: Provenance(
                    command: commandLine, version: MaxAffineSplinesVersion.text, seed: common.seed,
                    modelHash: String(model.digest.prefix(16)), worstResidual: nil, remarks: []))
            try OutputFile.write(page.html(), to: output)
        }
    }

    private func text(_ summary: PartitionSummary, _ elapsed: Double) -> String {
        var lines = [
            "\(summary.cellCount) cells (sets with interior on which every unit has one code) in \(brief(elapsed)) s",
            "after each nonlinearity: \(summary.cellCounts.map { "\($0)" }.joined(separator: ", "))",
            "\(summary.distinctMapCount) different affine maps; volumes from \(brief(summary.minVolume)) to \(brief(summary.maxVolume))",
        ]
        if let length = summary.boundaryLength { lines.append("decision boundary of length \(brief(length))") }
        if let output { lines.append("written to \(output)") }
        return lines.joined(separator: "\n")
    }

    /// The most memory that this process has had.
    private func peakBytes() -> Int {
        var usage = rusage()
        #if os(Linux)
            getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
            return usage.ru_maxrss * 1024
        #else
            getrusage(RUSAGE_SELF, &usage)
            return usage.ru_maxrss
        #endif
    }
}
