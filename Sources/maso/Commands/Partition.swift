import ArgumentParser
import Foundation
import MaxAffineSplines

struct Partition: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Cuts a domain into a network's cells, exactly.",
        discussion: """
            A cell is a set of the domain with interior on which every unit has one code; cells that only touch are not counted. In two \
            dimensions -o writes the cells as .json or .npz, or draws them as .svg, .png or .html. Without a domain the whole line or plane \
            of a network of one or two inputs is cut, and unbounded cells are counted too. Of very many cells none is kept: they are counted, \
            written (.json) or drawn (.svg, .png, .html, as an image) while they go by.
              maso partition toy.safetensors --box -1:1 -o toy.svg
              maso partition m.safetensors --points from-to.npy --json
            """)

    @OptionGroup var source: ModelOptions

    @OptionGroup var domainOptions: DomainOptions

    @Option(name: .customShort("o"), help: ArgumentHelp("The file to write: .json, .npz, .svg, .png or .html.", valueName: "file"))
    var output: String?

    @OptionGroup(title: "Pictures") var picture: PictureOptions
    @OptionGroup var common: CommonOptions

    private static let forms = ["json", "npz", "svg", "png", "html"]

    func validate() throws {
        if let output { try picture.requireForm(form(output)) }
        if let output, !Partition.forms.contains(form(output)) {
            throw ValidationError("-o \(output): expected a name ending in .\(Partition.forms.joined(separator: ", ."))")
        }
    }

    func run() throws {
        if let output { try OutputFile.check(output) }
        let start = ContinuousClock.now
        let model = try source.load(common)
        let program = try reading(model) { try PiecewiseAffineProgram(model.readable) }
        let result: Result
        switch try domainOptions.choice(model, common) {
        case .polyline(let points):
            result = .linear(try LinearPartition(of: program, through: points, threads: common.threadCount))
        case .domain(let domain): result = try cut(program, domain, model)
        }
        try result.requireForm(output.map { form($0) })
        let summary = try summary(result)
        let elapsed = seconds(since: start)
        if let output { try write(result, summary, model, to: output) }
        var object: JSONValue = [
            "regions": JSONValue(summary.cellCount), "regionsPerLayer": JSONValue(summary.cellCounts),
            "distinctAffineMaps": summary.distinctMapCount.map { JSONValue($0) } ?? .null,
            "boundaryLength": summary.boundaryLength.map { JSONValue($0) } ?? .null, "minVolume": JSONValue(summary.minVolume),
            "maxVolume": JSONValue(summary.maxVolume), "unbounded": JSONValue(summary.unboundedCount), "seconds": JSONValue(elapsed),
            "peakBytes": JSONValue(peakBytes()), "pieces": result.linear.map { JSONValue($0.pieceCount) } ?? .null,
            "boundaryPoints": result.linear.map { JSONValue($0.boundaryPoints.count) } ?? .null,
            "cell": "a set of the domain with interior on which every unit has one code",
            "ties": "the first piece that attains the maximum", "streamed": .bool(result.isStreamed),
            "filter": summary.filter.map { filter($0) } ?? .null,
        ]
        if case .planar(let map, let measures, _) = result { object = object.appending(map.answers(measures)) }
        if let boundary = summary.boundary { object = object.appending(boundary.answers) }
        object = object.appending([JSONMember(name: "open", value: open(result, summary))])
        let names = try summary.boundary == nil ? [] : picture.classNames(model, common)
        try printResult(common.json, object, output: output) { text(result, summary, names, elapsed) }
    }

    /// A partition by the number of its dimensions.
    private enum Result {
        case linear(LinearPartition)
        case planar(PartitionMap, CellMeasures, TiledPartition?)
        /// More cells than are kept.
        case streamed(TiledPartition, PiecewiseAffineProgram)
        case solid(SolidPartition, PiecewiseAffineProgram)

        var planar: PartitionMap? { if case .planar(let map, _, _) = self { map } else { nil } }
        /// Whether the class of a stream is a single output's sign.
        var isSign: Bool { if case .streamed(_, let program) = self { program.outputCount == 1 } else { false } }
        var isStreamed: Bool { if case .streamed = self { true } else { false } }
        var linear: LinearPartition? { if case .linear(let partition) = self { partition } else { nil } }

        /// - Throws: `Failure` where there is no file of this form.
        func requireForm(_ form: String?) throws {
            guard let form else { return }
            switch self {
            case .planar: break
            case .streamed where form != "npz": break
            case .streamed: throw Failure(.unavailable, "-o .npz: more cells than are kept at once; .json is written while they go by")
            case .linear where form == "json" || form == "npz": break
            case .linear: throw Failure(.unavailable, "-o .\(form): a line is written as .json or .npz")
            case .solid where form == "json": break
            case .solid(let partition, _) where partition.domain.dimension == 3 && form == "svg": break
            case .solid(let partition, _):
                let dimension = partition.domain.dimension
                throw Failure(
                    .unavailable,
                    "-o .\(form): a domain of \(dimension) dimensions is written as .json"
                        + (dimension == 3 ? " or drawn as .svg" : ""))
            }
        }
    }

    private func cut(_ program: PiecewiseAffineProgram, _ domain: Domain, _ model: Model) throws -> Result {
        switch domain.dimension {
        case 1: return .linear(try LinearPartition(of: program, on: domain, threads: common.threadCount))
        case 2 where domain.isWhole: return try keep(program, domain, model, nil)
        case 2:
            // Tiles keep no cells; the planar partition does, where they are not too many.
            let tiles = try TiledPartition(of: program, on: domain)
            guard tiles.hasAtMost(PartitionSummary.keptCellCount(of: tiles.program, isDrawn: output != nil)) else {
                return .streamed(tiles, program)
            }
            return try keep(program, domain, model, tiles)
        case 3...8: return .solid(try SolidPartition(of: program, on: domain), program)
        default:
            throw Failure(
                .unavailable,
                "a box in \(domain.dimension) dimensions: give a part of it (--points, --plane, --principal, or --domain with an embedding)"
            )
        }
    }

    private func keep(_ program: PiecewiseAffineProgram, _ domain: Domain, _ model: Model, _ tiles: TiledPartition?) throws -> Result {
        let map = try picture.map(PlanarPartition(of: program, on: domain), model, common)
        return .planar(map, CellMeasures(map.partition), tiles)
    }

    private func summary(_ result: Result) throws -> PartitionSummary {
        switch result {
        case .linear(let partition): return PartitionSummary(partition)
        case .planar(let map, _, let tiles?):
            return PartitionSummary(streaming: tiles, boundary: map.boundary, threads: common.threadCount)
        case .planar(let map, _, nil): return PartitionSummary(map.partition, map.boundary)
        case .streamed(let tiles, _):
            if output != nil { try picture.requireStreamed() }
            let progress = SharedProgress("cells", quiet: common.quiet)
            defer { progress.finish() }
            return PartitionSummary(streaming: tiles, threads: common.threadCount) { progress.show($0) }
        case .solid(let partition, _):
            if let output, form(output) == "svg" { try picture.requireSolid() }
            let progress = SharedProgress("cells", quiet: common.quiet)
            defer { progress.finish() }
            return PartitionSummary(partition) { progress.show($0) }
        }
    }

    private func form(_ path: String) -> String { path.split(separator: ".").last.map { $0.lowercased() } ?? "" }

    private func write(_ result: Result, _ summary: PartitionSummary, _ model: Model, to output: String) throws {
        switch result {
        case .linear(let partition) where form(output) == "json": try OutputFile.write(partition.json.text(), to: output)
        case .linear(let partition): try NumpyArchive.write(partition.arrays, to: output)
        case .planar(let map, let measures, _):
            try picture.write(map, measures, summary, model, to: output, form: form(output), common)
        case .streamed(let tiles, _) where form(output) == "json":
            let progress = SharedProgress("cells written", quiet: common.quiet)
            defer { progress.finish() }
            try tiles.writeJSON(to: output) { progress.show($0) }
        case .streamed(let tiles, let program):
            try picture.write(program, tiles.domain, summary, model, to: output, form: form(output), common)
        case .solid(let partition, _) where form(output) == "json": try partition.writeJSON(to: output)
        case .solid(let partition, let program): try picture.write(program, box: partition.domain, summary, model, to: output, common)
        }
    }

    private func text(_ result: Result, _ summary: PartitionSummary, _ names: [String], _ elapsed: Double) -> String {
        var lines = [
            (summary.cellCount == 1 ? "1 cell (a set" : "\(summary.cellCount) cells (sets")
                + " with interior on which every unit has one code) in \(brief(elapsed)) s",
            "after each nonlinearity: \(summary.cellCounts.map { "\($0)" }.joined(separator: ", "))",
            (summary.distinctMapCount.map { "\($0) different affine maps; " } ?? "")
                + "volumes from \(brief(summary.minVolume)) to \(brief(summary.maxVolume))",
        ]
        if result.isStreamed {
            if summary.distinctMapCount == nil { lines.append("the number of different maps is left open: \(Partition.manyMaps)") }
            if summary.boundary == nil { lines.append("the decision boundary is left open: \(Partition.manyTiles)") }
            lines.append("cells counted as they went by: too many to keep" + (output == nil ? ", but -o may" : ""))
        }
        if summary.unboundedCount > 0 { lines.append("\(summary.unboundedCount) of them unbounded") }
        if let partition = result.linear {
            lines.append("\(partition.pieceCount) pieces along the line; the class changes at \(partition.boundaryPoints.count) points")
        }
        if let map = result.planar {
            let (boundary, curve) = (map.boundary, map.boundary.curve)
            lines += shape(boundary.length, curve.pieceCount, curve.loopCount, boundary.isAmbiguous, boundary.regions, map.classNames)
        }
        if let boundary = summary.boundary {
            let names = PartitionMap.names(of: boundary.regions.map(\.label), names, isSign: result.isSign)
            lines += shape(boundary.length, boundary.pieceCount, boundary.loopCount, boundary.isAmbiguous, boundary.regions, names)
        }
        if let output { lines.append("written to \(output)") }
        return lines.joined(separator: "\n")
    }

    /// The decision boundary and the classes' regions in words.
    private func shape(
        _ length: Double, _ pieces: Int, _ loops: Int, _ isAmbiguous: Bool, _ regions: [LabelledRegion], _ names: [String]
    ) -> [String] {
        [
            "decision boundary of length \(brief(length)) in \(pieces) \(pieces == 1 ? "piece" : "pieces"), "
                + "with \(loops) \(loops == 1 ? "loop" : "loops")" + (isAmbiguous ? "; outputs tie elsewhere too" : "")
        ]
            + regions.map {
                "\(names[$0.label]): area \(brief($0.area)), parts \($0.componentCount), holes \($0.holeCount)"
            }
    }

    private static let manyMaps = "too many cells' maps to compare"
    private static let manyTiles = "too many tiles to keep their borders"

    /// For every answer that is null although there is one, or that this kind of domain has not, why.
    private func open(_ result: Result, _ summary: PartitionSummary) -> JSONValue {
        var reasons: [JSONMember] = []
        if summary.distinctMapCount == nil {
            let isPolyline = (result.linear?.intervals.last?.segment ?? 0) > 0
            reasons.append(
                JSONMember(
                    name: "distinctAffineMaps",
                    value: .string(isPolyline ? "the segments of a polyline have coordinates of their own" : Partition.manyMaps)))
        }
        if summary.boundaryLength == nil {
            let reason =
                switch result {
                case .linear: "a line meets the boundary in points"
                case .solid: "the boundary of a solid is not measured"
                case .streamed where summary.boundary == nil: Partition.manyTiles
                case .planar, .streamed: "outputs tie elsewhere too"
                }
            reasons.append(JSONMember(name: "boundaryLength", value: .string(reason)))
        }
        return .object(reasons)
    }

    /// How the signs of units at vertices were decided.
    private func filter(_ statistics: FilterStatistics) -> JSONValue {
        [
            "signs": JSONValue(statistics.signCount), "halvedTiles": JSONValue(statistics.halvedTileCount),
            "exactSigns": JSONValue(statistics.exactSignCount), "longSigns": JSONValue(statistics.longSignCount),
            "zeroSigns": JSONValue(statistics.zeroSignCount),
            "exactSeconds": JSONValue(statistics.exactSeconds),
        ]
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
