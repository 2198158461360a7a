// The network as a list of max-affine spline operators (THEORY §2).

import Analysis
import Figures
import Graphs
import Splines

enum LayersSection {
    /// The table of the layers: what each is made of, its units K, pieces R and kind.
    static func table(_ layers: [SplineLayer], caption: Prose) -> Table {
        Table(
            caption: caption, header: ["layer", "name", "operators", "input", "output", "units K", "pieces R", "kind"],
            rows: layers.map { layer in
                [
                    "\(layer.index)", "\(layer.name)", "\(layer.operators.joined(separator: ", "))", "\(sizes(layer.inputShape))",
                    "\(sizes(layer.outputShape))", "\(layer.units)", "\(layer.pieces)", "\(layer.kind.name)",
                ]
            }, numericColumns: [0, 5, 6])
    }

    static func blocks(_ model: Model) throws -> [Block] {
        let readable = try model.readable.graph(batch: 1)
        let layers = readable.layers()
        let smooth = readable.graph.smoothNodes(for: [readable.output]).map { readable.graph[$0].label }
        var blocks: [Block] = [
            .paragraph(
                """
                A layer is one nonlinearity together with the affine operators before it. Unit k of a layer is the largest of R affine \
                pieces; which piece is largest is the unit's code.
                """),
            .table(table(layers, caption: "\(model.title): \(sizes(model.readable.inputShape)) to \(model.outputCount) outputs")),
        ]
        if !smooth.isEmpty {
            blocks.append(
                .note("Not piecewise affine, because of: \(smooth.joined(separator: ", ")). What is read is the tangent at each sample."))
        }
        return blocks
    }

    private static func sizes(_ shape: [Int]) -> String { shape.map { "\($0)" }.joined(separator: "×") }
}
