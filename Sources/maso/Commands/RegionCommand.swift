import ArgumentParser
import MaxAffineSplines

struct RegionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "region",
        abstract: "The cell of each point, in any dimension: its facets, the largest ball inside, distances.",
        discussion: """
            A cell is a set of inputs with interior on which every unit has one code. Distances are Euclidean, in the network's inputs: to the \
            cell's border, and to the nearest point of the cell at which the class changes. Small networks of up to 12 inputs are read in exact \
            arithmetic; larger ones in Double, with bounds. Searches stop after --seconds and say what is proved and what is open. With --walk \
            the cells around a point are counted, across facets, breadth first; with --ball those that a ball around it meets.
              maso region m.safetensors x.npy -o regions.npz
              maso region toy.safetensors x.npy --ball 0.5
            """)

    @OptionGroup var input: SampleOptions

    @Option(
        name: .customShort("o"),
        help: ArgumentHelp("The file to write, .json or .npz: the inequalities, centres, power cells, cells met.", valueName: "file"))
    var output: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Take regions within a box: one range for all inputs or one for each.", valueName: "lo:hi,…"))
    var box: String?

    @Option(
        name: .customLong("seconds"), parsing: .unconditional,
        help: ArgumentHelp(
            "How long the searches for a point's ball, class boundary and facets may take (10), or to walk (60).", valueName: "s"))
    var longest: Double?

    @Flag(help: "Walk from cell to cell across facets.")
    var walk = false

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Walk to all cells that the open ball of this radius around the point meets.", valueName: "r"))
    var ball: Double?

    @Option(parsing: .unconditional, help: ArgumentHelp("Stop a walk at this many cells (1000).", valueName: "n"))
    var cells: Int?

    @Option(parsing: .unconditional, help: ArgumentHelp("Cross at most this many facets on the way to a cell.", valueName: "n"))
    var steps: Int?

    @OptionGroup var common: CommonOptions

    private var walks: Bool { walk || ball != nil }

    func validate() throws {
        if let output, !output.lowercased().hasSuffix(".json"), !output.lowercased().hasSuffix(".npz") {
            throw ValidationError("-o \(output): expected a name ending in .json or .npz")
        }
        if let longest, !(longest > 0) { throw ValidationError("--seconds: expected more than 0, got \(longest)") }
        if let ball, !(ball > 0) { throw ValidationError("--ball: expected a radius above 0, got \(ball)") }
        if let cells, cells < 1 { throw ValidationError("--cells: expected at least 1, got \(cells)") }
        if let steps, steps < 0 { throw ValidationError("--steps: expected at least 0, got \(steps)") }
        if (cells != nil || steps != nil) && !walks { throw ValidationError("--cells and --steps go with --walk or --ball") }
    }

    func run() throws {
        if let output { try OutputFile.check(output) }
        let start = ContinuousClock.now
        let (model, x) = try input.load(common)
        let layers = try model.readable.graph(batch: 1).layers()
        let program = try reading(model) { try PiecewiseAffineProgram(model.readable) }
        let ranges = try box.map { try DomainOptions.ranges($0, count: program.inputCount) }
        let reader = try RegionReader(program, in: ranges)
        guard reader.byteCount <= common.budget.limit else {
            throw Failure(
                .unavailable,
                "the inequalities of one cell need about \(reader.byteCount >> 20) MiB, more than --max-memory (\(common.budget.limit >> 20) MiB)"
            )
        }
        let width = program.inputCount
        let points = (0..<x.shape[0]).map { Array(x.elements[$0 * width..<($0 + 1) * width]) }
        if let ranges { try requireInside(ranges, points) }
        let names = layers.dropLast().map(\.name)
        let results = walks ? try walk(reader, points) : try regions(reader, points, names, model, x)
        let members: JSONValue = [
            "samples": .array(results.map(\.summary)), "exact": JSONValue(reader.isExact), "seconds": JSONValue(seconds(since: start)),
            "cell": "a set of inputs with interior on which every unit has one code",
            "ties": "the first piece that attains the maximum",
        ]
        if let output { try write(results, members, to: output) }
        try printResult(common.json, members, output: output) {
            ((results.isEmpty ? ["no samples"] : results.map(\.text)) + (output.map { ["written to \($0)"] } ?? [])).joined(separator: "\n")
        }
    }

    /// - Throws: `InterchangeError` for the first sample outside the box.
    private func requireInside(_ box: [ClosedRange<Double>], _ points: [[Double]]) throws {
        for (index, point) in points.enumerated() {
            guard let i = point.indices.first(where: { !box[$0].contains(point[$0]) }) else { continue }
            throw InterchangeError.malformed(
                file: input.samples, place: "sample \(index)", expected: "coordinates in the box", found: "\(point[i]) at coordinate \(i)")
        }
    }

    /// What is said of one point: briefly, as text, and in full.
    private struct Sample {
        let summary: JSONValue
        let text: String
        let full: JSONValue
        var region: Region?
        var walk: RegionWalk?
    }

    private func regions(
        _ reader: RegionReader, _ points: [[Double]], _ names: [String], _ model: Model, _ x: Tensor<Double>
    ) throws -> [Sample] {
        // Residual and margin by the graph, apart from the cells.
        let maps = try AffineReader(model.readable, batch: 1)
        return try points.enumerated().map { index, point in
            var progress: Progress?
            var shown = ""
            let region = try reader.region(at: point, options: .init(seconds: longest ?? 10)) { what, done, total in
                if what != shown { (progress, shown) = (Progress("point \(index): \(what)", total: total, quiet: common.quiet), what) }
                progress?.show(done)
            }
            progress?.finish()
            let map = try maps.read(x.rows(index..<index + 1))
            let summary = region.summary(names, residual: map.residuals[0], margin: map.margins[0])
            let text = region.text(index, names.map { printable($0) })
            return Sample(summary: summary, text: text, full: region.full(summary), region: region)
        }
    }

    private func walk(_ reader: RegionReader, _ points: [[Double]]) throws -> [Sample] {
        let limits = RegionWalk.Limits(
            cells: cells ?? 1000, seconds: longest ?? 60, steps: steps ?? .max, radius: ball ?? .infinity)
        return try points.enumerated().map { index, point in
            var progress = Progress("point \(index): cells", total: limits.cells, quiet: common.quiet)
            let walk = try reader.walk(from: point, limits: limits) { read, _ in progress.show(read) }
            progress.finish()
            return Sample(summary: walk.summary, text: walk.text(index), full: walk.full, walk: walk)
        }
    }

    private func write(_ samples: [Sample], _ members: JSONValue, to path: String) throws {
        if path.lowercased().hasSuffix(".json") {
            guard case .object(let list) = members else { return }
            let full = list.map { $0.name == "samples" ? JSONMember(name: "samples", value: .array(samples.map(\.full))) : $0 }
            try OutputFile.write(JSONValue.object(full).text(), to: path)
        } else {
            let arrays = walks ? RegionWalk.arrays(samples.compactMap(\.walk)) : Region.arrays(samples.compactMap(\.region))
            try NumpyArchive.write(arrays, to: path)
        }
    }
}
