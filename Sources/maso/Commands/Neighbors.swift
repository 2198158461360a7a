import ArgumentParser
import MaxAffineSplines

struct Neighbors: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Finds the samples nearest to one in code distance, layer by layer (ICML18 fig. 4).")

    @OptionGroup var source: ModelOptions
    @OptionGroup var dataSource: DataOptions

    @Option(parsing: .unconditional, help: ArgumentHelp("The index of the sample to start from.", valueName: "i"))
    var query: Int

    @Option(parsing: .unconditional, help: ArgumentHelp("How many neighbours.", valueName: "n"))
    var count = 15

    @Option(parsing: .unconditional, help: ArgumentHelp("One layer only: an index or a name as in info.", valueName: "layer"))
    var layer: String?

    @OptionGroup var common: CommonOptions

    func validate() throws {
        if count < 1 { throw ValidationError("--count: expected at least 1, got \(count)") }
    }

    func run() throws {
        var model = try source.load(common)
        let data = try dataSource.load(common, for: &model, default: .train)
        let neighbors = try neighborhoods(model, data)
        let object: JSONValue = [
            "query": JSONValue(query), "queryLabel": JSONValue(data.labels[query]),
            "layers": .array(
                neighbors.map { name, found in
                    ["name": JSONValue(name), "neighbors": .array(found.map { json($0, data) })]
                }),
        ]
        try printResult(common.json, object) {
            "sample \(query) (class \(data.labels[query])); neighbours as index (class) distance\n"
                + neighbors.map { name, found in
                    "\(printable(name)): "
                        + found.map { "\($0.index) (\(data.labels[$0.index])) \(brief($0.distance))" }.joined(separator: ", ")
                }.joined(separator: "\n")
        }
    }

    private func json(_ neighbor: CodeNeighbor, _ data: DataSet) -> JSONValue {
        [
            "index": JSONValue(neighbor.index), "distance": JSONValue(neighbor.distance), "label": JSONValue(data.labels[neighbor.index]),
        ]
    }

    private func neighborhoods(_ model: Model, _ data: DataSet) throws -> [(String, [CodeNeighbor])] {
        let reader = try CodeReader(model.readable, batch: 64)
        var chosen = Array(reader.layers.indices)
        if let layer {
            let index = try reader.layers.named(layer).index
            chosen = chosen.filter { reader.layers[$0].index == index }
        }
        let queryCodes = try reader.read(model.inputs(data, [query])).codes
        var searches = chosen.map { CodeNeighborSearch(query: queryCodes[$0], count: count, excluding: query) }
        var progress = Progress("samples", total: data.count, quiet: common.quiet)
        for first in stride(from: 0, to: data.count, by: reader.batch) {
            let codes = try reader.read(model.inputs(data, Array(first..<min(first + reader.batch, data.count)))).codes
            for (place, index) in chosen.enumerated() { searches[place].add(codes[index], first: first) }
            progress.show(first)
        }
        progress.finish()
        return zip(chosen, searches).map { (reader.layers[$0].name, $1.neighbors) }
    }
}
