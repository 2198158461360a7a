// How many regions of each layer the data visit, and which units never switch on them (THEORY §8).

import Analysis
import Figures
import Splines

enum OccupancySection {
    static func blocks(_ reading: CodesReading) -> [Block] {
        let count = reading.cells.sampleCount
        let rows = zip(reading.layers, reading.occupancies).map { layer, occupancy -> [Prose] in
            row("\(layer.name)", units: "\(layer.units)", pieces: "\(layer.pieces)", occupancy)
        }
        let units = reading.layers.reduce(0) { $0 + $1.units }
        let distinct = reading.occupancies.map { Double($0.distinctCodeCount) }
        let chart = BarChart(
            title: "Regions visited, by layer",
            description: "\(count) samples visit \(reading.cells.distinctCodeCount) different cells of the whole network.",
            valueLabel: "different codes among \(count) samples", categories: reading.layers.map(\.name),
            series: [.init("codes", values: distinct, paint: .of(class: 0))])
        return [
            .paragraph(
                """
                A code names a region of a layer; all codes together name a cell, on which the network is one affine map. \
                \(count) test samples visit \(strong: NumberText.count(reading.cells.distinctCodeCount)) cells.
                """),
            .figure(Figure(chart.picture(), caption: "How many regions of each layer the samples visit.")),
            .table(
                Table(
                    caption: "Regions visited by \(count) test samples",
                    header: ["layer", "units", "pieces", "different codes", "most samples in one", "units that never switch"],
                    rows: rows + [row("all layers: cells", units: "\(units)", pieces: "", reading.cells)], numericColumns: [1, 2, 3, 4, 5])),
        ]
    }

    private static func row(_ name: Prose, units: Prose, pieces: Prose, _ occupancy: Occupancy) -> [Prose] {
        [
            name, units, pieces, "\(occupancy.distinctCodeCount)", "\(occupancy.samplesPerRegion.first ?? 0)",
            "\(occupancy.constantUnitCount)",
        ]
    }
}
