// The cells of the plane round a network's data, for networks of two inputs (THEORY §8).

import Analysis
import Figures
import Interchange
public import Partitions
import Splines
import Tensors

/// A planar partition round the test samples.
public struct PartitionReading: Sendable {
    public let map: PartitionMap
    public let summary: PartitionSummary

    /// The cells of the smallest box that holds the samples and a tenth of its sides beyond.
    ///
    /// - Precondition: the network reads two numbers.
    /// - Throws: whatever reading the samples or the graph throws.
    init(_ data: ReportData, _ program: PiecewiseAffineProgram, _ indices: [Int]) throws {
        precondition(program.inputCount == 2, "\(program.inputCount) inputs, expected 2")
        let points = try data.model.inputs(of: data.test, indices).elements
        let places = indices.indices.map { SIMD2(points[2 * $0], points[2 * $0 + 1]) }
        let ranges = [places.map(\.x), places.map(\.y)].map { values -> ClosedRange<Double> in
            let (low, high) = (values.min() ?? 0, values.max() ?? 0)
            let margin = high > low ? 0.1 * (high - low) : 1
            return (low - margin)...(high + margin)
        }
        let partition = try PlanarPartition(of: program, on: .box(ranges))
        var map = PartitionMap(partition, classNames: data.classNames)
        map.samples = (0..<data.test.classCount).map { label in
            let members = indices.indices.prefix(400).filter { data.test.labels[indices[$0]] == label }
            return PolygonMap.Samples(data.classNames[label], points: members.map { places[$0] }, color: ClassColors.color(label))
        }
        (self.map, summary) = (map, PartitionSummary(partition, map.boundary))
    }

    /// The map, the layers, the regions of the classes, sizes and shapes, graphs.
    /// - Throws: `PNGError` when libpng does.
    func blocks() throws -> [Block] {
        let introduction: [Block] = [
            .paragraph(
                """
                On each cell every unit keeps its piece, and the network is one affine map. These are all cells of the box round the \
                samples, cut exactly: \(strong: NumberText.count(summary.cellCount)) of them.
                """),
            .figure(Figure(try PartitionPage.picture(map.map(title: "The cells round the samples")), caption: Prose(map.caption))),
        ]
        return introduction + [.heading("Layer by layer")] + (try PartitionSection.layers(map)) + [.heading("Classes and boundary")]
            + PartitionSection.classes(map) + [.heading("Sizes and shapes")] + PartitionSection.measures(CellMeasures(map.partition))
            + [.heading("Graphs of the outputs")] + PartitionSection.graphs(map)
    }
}
