import ArgumentParser
import MaxAffineSplines

struct Codes: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Writes the code of each layer: which piece every unit is on.",
        discussion: """
            codes.npz gets an array a layer, shape N×units, pieces numbered from 0, named as in info; names that would not be safe to \
            unpack lose what makes them so, such as a leading slash, and --json says which array is which layer's.
            """)

    @OptionGroup var input: SampleOptions

    @Option(name: .customShort("o"), help: ArgumentHelp("The file to write.", valueName: "codes.npz"))
    var output: String

    @OptionGroup var common: CommonOptions

    func run() throws {
        try OutputFile.check(output)
        let (model, x) = try input.load(common)
        let reader = try CodeReader(model.readable, batch: max(1, min(64, x.shape[0])))
        var elements = [[Int32]](repeating: [], count: reader.layers.count)
        var occupancies = [Occupancy](repeating: Occupancy(), count: reader.layers.count)
        var progress = Progress("samples", total: x.shape[0], quiet: common.quiet)
        for first in stride(from: 0, to: x.shape[0], by: reader.batch) {
            let codes = try reader.read(x.rows(first..<min(first + reader.batch, x.shape[0]))).codes
            for (layer, code) in codes.enumerated() {
                elements[layer] += code.elements
                occupancies[layer].add(code)
            }
            progress.show(first)
        }
        progress.finish()
        let names = NumpyArchive.safeNames(reader.layers.map(\.name))
        let arrays = zip(zip(reader.layers, names), elements).map { entry, codes in
            let (layer, name) = entry
            let shape = [x.shape[0], layer.units]
            let tensor: NumericTensor =
                layer.pieces <= 256
                ? .uint8(Tensor(shape: shape, elements: codes.map { UInt8($0) })) : .int32(Tensor(shape: shape, elements: codes))
            return NamedTensor(name: name, tensor: tensor)
        }
        try NumpyArchive.write(arrays, to: output)
        let rows = zip(reader.layers, occupancies)
        let object: JSONValue = [
            "samples": JSONValue(x.shape[0]),
            "layers": .array(
                zip(rows, names).map { row, array in
                    let (layer, occupancy) = row
                    return [
                        "name": JSONValue(layer.name), "array": JSONValue(array), "units": JSONValue(layer.units),
                        "pieces": JSONValue(layer.pieces),
                        "distinctCodes": JSONValue(occupancy.distinctCodeCount), "constantUnits": JSONValue(occupancy.constantUnitCount),
                    ]
                }),
        ]
        try printResult(common.json, object, output: output) {
            "\(x.shape[0]) samples in \(output)\n"
                + table(
                    [["layer", "units", "pieces", "distinct codes", "constant units"]]
                        + rows.map { [$0.name, "\($0.units)", "\($0.pieces)", "\($1.distinctCodeCount)", "\($1.constantUnitCount)"] })
        }
    }
}
