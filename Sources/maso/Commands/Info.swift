import ArgumentParser
import MaxAffineSplines

struct Info: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Shows a network's layers as max-affine spline operators.")

    @OptionGroup var source: ModelOptions
    @OptionGroup var common: CommonOptions

    func run() throws {
        let model = try source.load(common)
        let readable = try model.readable.graph(batch: 1)
        let layers = readable.layers()
        let smooth = readable.graph.smoothNames(for: [readable.output])
        let kind = smooth.isEmpty ? readable.graph.kind(of: [readable.output]).name : SplineKind.smooth.name
        let object: JSONValue = [
            "model": JSONValue(model.name),
            "inputs": .array(model.inputs.map { ["name": JSONValue($0.name), "shape": JSONValue($0.shape)] }),
            "outputs": [["name": JSONValue(model.outputName), "shape": JSONValue([model.outputCount])]],
            "parameters": JSONValue(model.parameterCount), "kind": JSONValue(kind),
            "ties": "the first piece that attains the maximum",
            "batch": batch(model), "preprocessing": model.inputMap.map(json) ?? .null, "layers": .array(layers.map(json)),
            "smoothNodes": JSONValue(smooth),
            "sha256": JSONValue(model.digest),
        ]
        try printResult(common.json, object) { text(model, kind, layers, smooth) }
    }

    /// How many samples are read at once: "any", a number, or why there is no batch.
    private func batch(_ model: Model) -> JSONValue {
        do {
            let size = try model.readable.batch(for: 2)
            return size == 2 && model.readable.fixedBatch == nil ? "any" : JSONValue(size)
        } catch { return JSONValue("\(error)") }
    }

    private func json(_ map: InputMap) -> JSONValue {
        [
            "scale": JSONValue(map.scale), "mean": JSONValue(map.mean), "std": JSONValue(map.deviation),
            "axes": map.order.map { JSONValue($0) } ?? .null,
        ]
    }

    private func json(_ layer: SplineLayer) -> JSONValue {
        [
            "index": JSONValue(layer.index), "name": JSONValue(layer.name), "operators": JSONValue(layer.operators),
            "inputShape": JSONValue(layer.inputShape), "outputShape": JSONValue(layer.outputShape), "units": JSONValue(layer.units),
            "pieces": JSONValue(layer.pieces), "kind": JSONValue(layer.kind.name),
        ]
    }

    private func text(_ model: Model, _ kind: String, _ layers: [SplineLayer], _ smooth: [String]) -> String {
        let rows = layers.map { layer in
            [
                "\(layer.index)", layer.name, layer.operators.joined(separator: ", "), sizes(layer.inputShape), sizes(layer.outputShape),
                "\(layer.units)", "\(layer.pieces)", layer.kind.name,
            ]
        }
        var lines = [
            "\(model.name): \(sizes(model.readable.inputShape)) to \(model.outputCount), \(model.parameterCount) parameters, \(kind)", "",
            table([["layer", "name", "operators", "input", "output", "units", "pieces", "kind"]] + rows), "",
            "A layer is one nonlinearity with the affine operators before it. Ties: the first piece that attains the maximum.",
        ]
        if model.inputs.count > 1 {
            let parts = model.inputs.map { "\(printable($0.name)) (\(sizes($0.shape)))" }.joined(separator: ", ")
            lines.append("A sample is \(parts), one after the other.")
        }
        if model.readsWhole { lines.append("All of the input is one sample: its first axis is no batch.") }
        if let map = model.inputMap { lines.append(prepared(map)) }
        do { _ = try model.readable.batch(for: 2) } catch { lines.append("Several samples at once cannot be read. \(error)") }
        if !smooth.isEmpty { lines.append("Not piecewise affine, because of: \(smooth.map { printable($0) }.joined(separator: ", ")).") }
        return lines.joined(separator: "\n")
    }

    /// What the samples go through, which is part of the network as it is read.
    private func prepared(_ map: InputMap) -> String {
        func numbers(_ numbers: [Double]) -> String {
            numbers.count == 1 ? brief(numbers[0]) : "(\(numbers.map(brief).joined(separator: ", ")))"
        }
        var text = map.scale == 1 ? "x" : "\(brief(map.scale)) x"
        if !map.mean.isEmpty { text += " − \(numbers(map.mean))" }
        if !map.deviation.isEmpty { text = "(\(text)) / \(numbers(map.deviation))" }
        return "Before the first layer: \(text)\(map.order.map { ", the axes of x in the order \($0)" } ?? "")."
    }

    private func sizes(_ shape: [Int]) -> String { shape.map { "\($0)" }.joined(separator: "×") }
}
