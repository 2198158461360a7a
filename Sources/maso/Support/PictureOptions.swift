// What a picture of a partition shows.

import ArgumentParser
import MaxAffineSplines

/// `--color --layer --depth --unit --data --split --labels`: what is drawn of a planar partition.
struct PictureOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Colours: class (largest output), code, slope (‖A‖₂) or activity (units beyond their first piece).", valueName: "what"))
    var color: PartitionMap.Coloring = .class

    @Option(help: ArgumentHelp("Draw the regions of this nonlinearity alone; the first is 0.", valueName: "l"))
    var layer: Int?

    @Option(help: ArgumentHelp("Draw the cells after this nonlinearity.", valueName: "l"))
    var depth: Int?

    @Option(help: ArgumentHelp("Draw the zero set of a unit: nonlinearity and unit, such as 1:0; may be repeated.", valueName: "l:u"))
    var unit: [UnitArgument] = []

    @Option(
        help: ArgumentHelp(
            "Draw the power diagram of this nonlinearity: its cells as by --depth, their centres and radii.", valueName: "l"))
    var centers: Int?

    @Option(help: ArgumentHelp("Draw samples of these data, as for other commands.", valueName: "data"))
    var data: String?

    @Option(help: ArgumentHelp("train or test.", valueName: "split"))
    var split: Split = .train

    @OptionGroup var labels: LabelOptions

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Draw the graph of this output over the plane, in .svg; the first is 0.", valueName: "k"))
    var surface: Int?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Models to draw before this one, such as the epochs of train --snapshots: one animated .svg, or frames in .html.",
            valueName: "models"))
    var frames: [String] = []

    struct UnitArgument: ExpressibleByArgument {
        let unit: PartitionMap.Unit

        init?(argument: String) {
            let parts = argument.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
            guard parts.count == 2, let layer = parts[0], let unit = parts[1], layer >= 0, unit >= 0 else { return nil }
            self.unit = PartitionMap.Unit(layer: layer, unit: unit)
        }
    }

    func validate() throws {
        let sets = given.filter { ["--layer", "--depth", "--centers"].contains($0) }
        if sets.count > 1 { throw ValidationError("\(sets.joined(separator: " and ")) exclude each other") }
    }

    /// Those that are given, by name.
    private var given: [String] {
        [
            ("--layer", layer != nil), ("--depth", depth != nil), ("--centers", centers != nil), ("--unit", !unit.isEmpty),
            ("--surface", surface != nil), ("--frames", !frames.isEmpty), ("--data", data != nil), ("--color slope", color == .slope),
        ].filter(\.1).map(\.0)
    }

    /// - Throws: `ValidationError` where the kind of file cannot hold what was asked for.
    func requireForm(_ form: String) throws {
        if surface != nil, form != "svg" {
            throw ValidationError("--surface: expected -o with a name ending in .svg; .html has the first outputs")
        }
        if !frames.isEmpty, form != "svg", form != "html" {
            throw ValidationError("--frames: expected -o with a name ending in .svg or .html")
        }
        let drawn = given.filter { ["--layer", "--depth", "--data", "--centers"].contains($0) }
        for name in drawn where form == "npz" || form == "json" && name != "--centers" {
            throw ValidationError(
                "\(name): expected -o with a name ending in .svg, .png or .html" + (name == "--centers" ? ", or .json" : ""))
        }
        if !frames.isEmpty, surface != nil { throw ValidationError("--frames and --surface exclude each other") }
    }

    /// Those asked for, each once.
    var units: [PartitionMap.Unit] { unit.map(\.unit).reduce(into: []) { if !$0.contains($1) { $0.append($1) } } }

    /// The classes' names, as far as they have any.
    func classNames(_ model: Model, _ common: CommonOptions) throws -> [String] {
        try labels.names(classCount: model.outputCount, common) ?? model.classNames ?? []
    }

    /// The map as asked for.
    /// - Throws: `Failure` for a layer or unit that the network does not have; what reading data throws.
    func map(_ partition: PlanarPartition, _ model: Model, _ common: CommonOptions) throws -> PartitionMap {
        let counts = partition.unitCounts
        for (name, layer) in [("--layer", layer), ("--depth", depth), ("--centers", centers)] {
            if let layer, !counts.indices.contains(layer) {
                throw Failure.usage("\(name) \(layer): the network has nonlinearities 0 to \(counts.count - 1)")
            }
        }
        for unit in units {
            guard counts.indices.contains(unit.layer), unit.unit < counts[unit.layer] else {
                let has = counts.enumerated().map { "\($0):0 to \($0):\($1 - 1)" }.joined(separator: ", ")
                throw Failure.usage("--unit \(unit.layer):\(unit.unit): the network has units \(has)")
            }
        }
        let names = try classNames(model, common)
        var map = PartitionMap(partition, classNames: names)
        map.coloring = color
        map.units = units
        if let layer { map.sets = .layer(layer) }
        if let depth { map.sets = .depth(depth) }
        if let centers {
            guard map.partition.program.isMaxAffine(layer: centers) else {
                throw Failure(
                    .unavailable, "--centers \(centers): its units are not maxima of their pieces, so its regions are no power cells")
            }
            (map.sets, map.coloring, map.showsBoundary, map.centersOfLayer) = (.depth(centers), .code, false, centers)
        }
        if let data { map.samples = try samples(data, on: partition.domain, model, names, common) }
        return map
    }

    /// - Throws: `Failure` where what was asked for needs all cells at once.
    func requireStreamed() throws {
        guard let first = given.first(where: { $0 != "--data" }) else { return }
        throw Failure(
            .unavailable,
            "\(first): more cells than are kept at once, which are drawn by class, code or activity while they go by; a smaller box has fewer"
        )
    }

    /// Draws a partition of more cells than are kept, in the form that the file's name ends in.
    func write(
        _ program: PiecewiseAffineProgram, _ domain: Domain, _ summary: PartitionSummary, _ model: Model, to output: String, form: String,
        _ common: CommonOptions
    ) throws {
        let names = try classNames(model, common)
        let title = "The cells of \(model.title)"
        var streamed = try StreamedMap(of: program, on: domain, coloring: color, classNames: names, title: title)
        if let data { streamed.samples = try samples(data, on: domain, model, names, common) }
        let progress = SharedProgress("cells drawn", quiet: common.quiet)
        let (map, image) = try streamed.rendered(cellCount: summary.cellCount, threads: common.threadCount) { progress.show($0) }
        progress.finish()
        switch form {
        case "png": try OutputFile.write(try map.framed(image).png(), to: output)
        case "svg": try OutputFile.write(try map.picture(over: image).document, to: output)
        default:
            let page = try PartitionPage.page(
                map, image, summary, on: domain, name: model.title, provenance: provenance(model, common))
            try OutputFile.write(page.html(), to: output)
        }
    }

    /// - Throws: `Failure` where what was asked for is not drawn in three dimensions.
    func requireSolid() throws {
        if let first = given.first {
            throw Failure(
                .unavailable,
                first == "--color slope"
                    ? "\(first): cells in three dimensions are coloured by class, code or activity"
                    : "\(first): drawn in two dimensions; in three, the cells after the last nonlinearity are")
        }
    }

    /// Draws the cells of a box in three dimensions.
    func write(
        _ program: PiecewiseAffineProgram, box domain: Domain, _ summary: PartitionSummary, _ model: Model, to output: String,
        _ common: CommonOptions
    ) throws {
        guard case .box(let box) = domain.region else { return }
        guard summary.cellCount <= 20_000 else {
            throw Failure(.unavailable, "-o: \(summary.cellCount) cells are too many to be drawn as solids (20000); .json has all of them")
        }
        let names = try classNames(model, common)
        let map = try SolidMap(of: program, on: box, embedding: domain.embedding, coloring: color, classNames: names)
        try OutputFile.write(map.plot(title: "The cells of \(model.title)", cellCount: summary.cellCount).picture().document, to: output)
    }

    private func provenance(_ model: Model, _ common: CommonOptions) -> Provenance {
        Provenance(
            command: commandLine, version: MaxAffineSplinesVersion.text, seed: common.seed, modelHash: String(model.digest.prefix(16)),
            worstResidual: nil, remarks: [])
    }

    /// Writes the partition in the form that the file's name ends in.
    func write(
        _ map: PartitionMap, _ measures: CellMeasures, _ summary: PartitionSummary, _ model: Model, to output: String, form: String,
        _ common: CommonOptions
    ) throws {
        let title = "The cells of \(model.title)"
        switch form {
        case "json":
            try OutputFile.write(map.partition.json(map.boundary, measures, units: map.units, centersOfLayer: centers).text(), to: output)
        case "npz": try NumpyArchive.write(map.partition.arrays(map.boundary, measures), to: output)
        case "png":
            let picture = map.map(title: title)
            try OutputFile.write(try picture.framed(picture.raster(width: 1200, oversampling: 2)).png(), to: output)
        case "svg":
            let document: String
            if let surface {
                guard (0..<map.partition.program.outputCount).contains(surface) else {
                    throw Failure.usage("--surface \(surface): the network has outputs 0 to \(map.partition.program.outputCount - 1)")
                }
                document = map.surface(ofOutput: surface, title: title).picture().document
            } else if !frames.isEmpty {
                document = Film(title: title, description: map.caption, frames: try moments(map, model, common)).document
            } else {
                document = try PartitionPage.picture(map.map(title: title), shapeLimit: 100_000).document
            }
            try OutputFile.write(document, to: output)
        default:
            let page = try PartitionPage.page(
                map, measures, summary, name: model.title, frames: frames.isEmpty ? [] : try moments(map, model, common),
                provenance: provenance(model, common))
            try OutputFile.write(page.html(), to: output)
        }
    }

    /// The maps of the models of `--frames` and of the model itself, on one domain.
    private func moments(_ last: PartitionMap, _ model: Model, _ common: CommonOptions) throws -> [Film.Frame] {
        var maps: [(String, PartitionMap)] = []
        for path in frames {
            let moment = try Model(path: path, budget: common.budget)
            let partition = try PlanarPartition(of: PiecewiseAffineProgram(moment.readable), on: last.partition.domain)
            var map = try map(partition, moment, common)
            map.samples = last.samples
            maps.append((moment.title, map))
        }
        maps.append((model.title, last))
        // One scale and one rectangle for all, so that frames can be compared.
        let values = maps.flatMap(\.1.values)
        let windows = maps.map { $0.1.map(title: "").window }
        let shown = windows.dropFirst().reduce(windows[0]) {
            Window(low: pointwiseMin($0.low, $1.low), high: pointwiseMax($0.high, $1.high))
        }
        return try maps.map { name, map in
            var map = map
            map.shown = shown
            if let low = values.min(), let high = values.max() { map.range = low...high }
            let label = [".safetensors", ".onnx"].reduce(name) { $0.hasSuffix($1) ? String($0.dropLast($1.count)) : $0 }
            let picture = try PartitionPage.picture(map.map(title: label, width: 520), shapeLimit: 5_000)
            return Film.Frame(label: "\(label): \(NumberText.count(map.partition.cellCount)) cells", picture: picture)
        }
    }

    /// At most 400 samples, as many of each class as it has among the first; on a slice where it is nearest to them.
    private func samples(
        _ data: String, on domain: Domain, _ model: Model, _ names: [String], _ common: CommonOptions
    ) throws -> [PolygonMap.Samples] {
        let data = try model.aligned(DataSource(data).load(split, seed: common.seed, budget: common.budget))
        let indices = Array(0..<min(data.count, 400))
        let inputs = try model.inputs(data, indices)
        let width = inputs.elements.count / max(indices.count, 1)
        let points = indices.map { index -> SIMD2<Double> in
            let input = Array(inputs.elements[index * width..<(index + 1) * width])
            let place = domain.embedding?.coordinates(nearest: input) ?? input
            return SIMD2(place[0], place[1])
        }
        return (0..<data.classCount).map { label in
            let members = indices.filter { data.labels[$0] == label }
            let name = names.indices.contains(label) ? names[label] : "class \(label)"
            return PolygonMap.Samples(
                name, points: members.map { points[$0] }, color: ClassColors.color(label))
        }
    }
}

extension PartitionMap.Coloring: ExpressibleByArgument {}
