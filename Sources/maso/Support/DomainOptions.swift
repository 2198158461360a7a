// Where a partition is taken, as options (DESIGN §6).

import ArgumentParser
import MaxAffineSplines

/// `--box --domain --polygon --points --plane --principal`; none: everything.
struct DomainOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("A box: one range for all coordinates or one for each, such as -1:1 or -1:1,0:2.", valueName: "lo:hi,…"))
    var box: String?

    @Option(
        help: ArgumentHelp("A JSON file with a box or polygon and, for a slice, an embedding (origin, directions).", valueName: "f.json"))
    var domain: String?

    @Option(help: ArgumentHelp("A convex polygon of a plane: its corners, K×2.", valueName: "f.npy"))
    var polygon: String?

    @Option(help: ArgumentHelp("A polyline in inputs of any size: its points, K×input; two points are a segment.", valueName: "p.npy"))
    var points: String?

    @Option(help: ArgumentHelp("The plane through three inputs, 3×input, with lengths as among the inputs.", valueName: "p.npy"))
    var plane: String?

    @Option(
        help: ArgumentHelp("The plane through the mean of DATA (as in train) along its two directions of most variance.", valueName: "data")
    )
    var principal: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("How far --plane and --principal go beyond the points, in parts of their longer side (0.1).", valueName: "x"))
    var margin: Double?

    func validate() throws {
        let given = [
            ("--box", box), ("--domain", domain), ("--polygon", polygon), ("--points", points), ("--plane", plane),
            ("--principal", principal),
        ].filter { $0.1 != nil }.map(\.0)
        if given.count > 1 { throw ValidationError("\(given.joined(separator: " and ")) exclude each other") }
        if let margin {
            guard plane != nil || principal != nil else { throw ValidationError("--margin goes with --plane or --principal") }
            guard margin >= 0, margin <= 1e6 else { throw ValidationError("--margin: expected 0 to 1000000, got \(margin)") }
        }
    }

    /// What is cut into cells.
    enum Choice {
        case domain(Domain)
        case polyline([[Double]])
    }

    func choice(_ model: Model, _ common: CommonOptions) throws -> Choice {
        let inputs = model.readable.inputShape.elementCount
        if let domain {
            let read = try Domain(path: domain, budget: common.budget)
            let lengths = read.embedding.map { ([$0.origin] + $0.directions).map(\.count) } ?? [read.dimension]
            if let odd = lengths.first(where: { $0 != inputs }) {
                throw wrong(
                    domain, read.embedding == nil ? "domain" : "domain.embedding", "\(inputs) coordinates, as the network's input",
                    "\(odd)")
            }
            return .domain(read)
        }
        if let box { return .domain(.box(try DomainOptions.ranges(box, count: inputs))) }
        if let polygon {
            let corners = try rows(polygon, expected: "[K, 2]", common) { $0.count == 2 && $0[1] == 2 }
            return .domain(try inFile(polygon) { try Domain.polygon(around: corners.map { SIMD2($0[0], $0[1]) }) })
        }
        if let points {
            let corners = try inputRows(points, model, common)
            guard corners.count > 1 else { throw wrong(points, "shape", "at least 2 points", "\(corners.count)") }
            if let twice = corners.indices.dropFirst().first(where: { corners[$0] == corners[$0 - 1] }) {
                throw wrong(points, "point \(twice)", "another than point \(twice - 1)", "the same")
            }
            return .polyline(corners)
        }
        if let plane {
            let corners = try inputRows(plane, model, common)
            guard corners.count == 3 else { throw wrong(plane, "shape", "3 points", "\(corners.count)") }
            return .domain(try inFile(plane) { try Domain.plane(through: corners, margin: margin ?? 0.1) })
        }
        if let principal {
            let data = try DataSource(principal).load(.train, seed: common.seed, budget: common.budget)
            try model.requireFit(data)
            return .domain(try Domain(principal: model.inputs(of: data, Array(0..<data.count)), margin: margin ?? 0.1))
        }
        guard inputs <= 2 else {
            throw Failure(
                .unavailable,
                "the whole of \(inputs) dimensions: give a box (--box), or a part of it (--points, --plane, --principal, --domain)")
        }
        return .domain(Domain(.whole(dimension: inputs)))
    }

    /// `LO:HI[,LO:HI…]`
    static func ranges(_ box: String, count: Int) throws -> [ClosedRange<Double>] {
        let ranges = try box.split(separator: ",", omittingEmptySubsequences: false).map { part in
            let ends = part.split(separator: ":", omittingEmptySubsequences: false).map { Double($0) }
            guard ends.count == 2, let low = ends[0], let high = ends[1], low < high, low.isFinite, high.isFinite else {
                throw Failure.usage("--box: expected LO:HI with LO < HI, found '\(part)'")
            }
            return low...high
        }
        guard ranges.count == 1 || ranges.count == count else {
            throw Failure.usage("--box: expected one range, or one for each of \(count) inputs, found \(ranges.count)")
        }
        return ranges.count == 1 ? [ClosedRange<Double>](repeating: ranges[0], count: count) : ranges
    }

    private func wrong(_ path: String, _ place: String, _ expected: String, _ found: String) -> InterchangeError {
        .malformed(file: path, place: place, expected: expected, found: found)
    }

    /// A domain from a file's numbers, whose faults are the file's.
    private func inFile(_ path: String, _ body: () throws -> Domain) throws -> Domain {
        do { return try body() } catch let error as PartitionError { throw wrong(path, error.what, error.expected, error.got) }
    }

    /// Inputs of the network, row by row.
    private func inputRows(_ path: String, _ model: Model, _ common: CommonOptions) throws -> [[Double]] {
        let shape = model.readable.inputShape
        let expected = "[K" + shape.map { ", \($0)" }.joined() + "]"
        return try rows(path, expected: expected, common) {
            Array($0.dropFirst()) == shape || ($0.count == 2 && $0[1] == shape.elementCount)
        }
    }

    private func rows(_ path: String, expected: String, _ common: CommonOptions, _ fits: (Shape) -> Bool) throws -> [[Double]] {
        let array = try NumpyArray.read(path: path, budget: common.budget)
        guard array.shape.count > 1, fits(array.shape) else { throw wrong(path, "shape", expected, "\(array.shape)") }
        let numbers: Tensor<Double> = array.converted()
        let size = max(numbers.shape.dropFirst().reduce(1, *), 1)
        if let odd = numbers.elements.firstIndex(where: { !(abs($0) <= 1e100) }) {
            throw wrong(path, "row \(odd / size)", "numbers of at most 1e100", "\(numbers.elements[odd])")
        }
        return (0..<numbers.shape[0]).map { Array(numbers.elements[$0 * size..<($0 + 1) * size]) }
    }
}
