import ArgumentParser
import MaxAffineSplines

struct Affine: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Writes the local affine map f(x) = A[x] x + b[x] of each sample, in Double.",
        discussion: "DIR gets slopes.npy (N×K×input), offsets.npy (N×K) and outputs.npy (N×K).")

    @OptionGroup var input: SampleOptions

    @Option(
        name: .customShort("o"),
        help: ArgumentHelp("The folder to write, made if missing.", valueName: "dir"))
    var output: String

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Read from this layer's output on: an index or a name as in info.", valueName: "layer"))
    var from: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Read to this layer's output.", valueName: "layer"))
    var to: String?

    @Flag(help: "Where the network is not piecewise affine, the Jacobian J and f − Jx.")
    var tangent = false

    @OptionGroup var common: CommonOptions

    func run() throws {
        let start = ContinuousClock.now
        try OutputFolder.check(output)
        let (model, x) = try input.load(common)
        Interruption.willMake(output)
        let folder = try OutputFolder(output)
        func finder(_ layer: String?) -> ((ReadableGraph) throws -> Value)? {
            layer.map { name in { graph in try graph.layers().named(name).output } }
        }
        let reader = try reading(model) {
            try AffineReader(
                model.readable, batch: max(1, min(16, x.shape[0])), from: finder(from), to: finder(to), tangent: tangent)
        }
        let summary = try write(reader, x, folder)
        let object: JSONValue = [
            "samples": JSONValue(x.shape[0]), "residual": summary.residual.map { JSONValue($0) } ?? .null,
            "margin": summary.margin.map { JSONValue($0) } ?? .null, "boundary": JSONValue(summary.boundary),
            "notFinite": JSONValue(summary.notFinite), "exact": JSONValue(reader.isExact && summary.notFinite.isEmpty),
            "seconds": JSONValue(seconds(since: start)),
            "ties": "the first piece that attains the maximum",
        ]
        if !summary.notFinite.isEmpty {
            let cause = reader.isExact ? "numbers too large for Double" : "outside the domain of a logarithm, a square root or a division"
            writeError("maso: samples \(brief(summary.notFinite)): not all that was read is finite (\(cause))\n")
        }
        try printResult(common.json, object, output: output) { text(x.shape[0], reader, summary) }
    }

    private struct Summary {
        var residual: Double?
        var margin: Double?
        var boundary: [Int] = []
        var notFinite: [Int] = []
    }

    private func write(_ reader: AffineReader, _ x: Tensor<Double>, _ folder: borrowing OutputFolder) throws -> Summary {
        let (count, outputs) = (x.shape[0], reader.outputCount)
        var slopes = try NumpyWriter<Double>(folder.file("slopes.npy"), shape: [count, outputs] + reader.inputShape)
        var offsets = try NumpyWriter<Double>(folder.file("offsets.npy"), shape: [count, outputs])
        var values = try NumpyWriter<Double>(folder.file("outputs.npy"), shape: [count, outputs])
        var summary = Summary()
        var progress = Progress("samples", total: count, quiet: common.quiet)
        for first in stride(from: 0, to: count, by: reader.batch) {
            let maps = try reader.read(x.rows(first..<min(first + reader.batch, count))) { try slopes.append($0.elements) }
            try offsets.append(maps.offsets.elements)
            try values.append(maps.outputs.elements)
            for residual in maps.residuals {  // one that is no number stays
                summary.residual = residual.isNaN ? residual : summary.residual.map { $0.isNaN ? $0 : max($0, residual) } ?? residual
            }
            summary.margin = (maps.margins + [summary.margin].compactMap { $0 }).min()
            summary.boundary += maps.isOnBoundary.indices.filter { maps.isOnBoundary[$0] }.map { $0 + first }
            summary.notFinite += maps.isFinite.indices.filter { !maps.isFinite[$0] }.map { $0 + first }
            progress.show(first + maps.outputs.shape[0])
        }
        progress.finish()
        try slopes.synchronise()
        try offsets.synchronise()
        try values.synchronise()
        try slopes.commit()
        try offsets.commit()
        try values.commit()
        return summary
    }

    private func text(_ count: Int, _ reader: AffineReader, _ summary: Summary) -> String {
        var lines = ["\(count) samples: slopes.npy, offsets.npy and outputs.npy in \(output)"]
        if reader.isExact {
            lines.append(
                "residual ‖f(x) − (A[x]x + b[x])‖ at most \(brief(summary.residual ?? 0)), smallest margin \(brief(summary.margin ?? .infinity))"
            )
            if !summary.boundary.isEmpty {
                lines.append("on a boundary, where the first piece is a convention: \(brief(summary.boundary))")
            }
        } else {
            lines.append("not piecewise affine: the slopes are the Jacobian at x, and the offsets f − Jx")
        }
        return lines.joined(separator: "\n")
    }
}
