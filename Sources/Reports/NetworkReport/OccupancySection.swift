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
        let constant = zip(reading.layers, reading.occupancies).map { 100 * Double($1.constantUnitCount) / Double(max($0.units, 1)) }
        var chart = BarChart(
            title: "Units that never switch, by layer",
            description: "\(reading.cells.constantUnitCount) of \(units) units are on one piece for all \(count) samples.",
            valueLabel: "% of the layer's units", categories: reading.layers.map(\.name),
            series: [.init("never switch", values: constant, paint: .of(class: 0))])
        chart.width = 520
        return [
            .paragraph(
                """
                A code names a region of a layer; all codes together name a cell, on which the network is one affine map. \
                \(count) test samples visit \(strong: NumberText.count(reading.cells.distinctCodeCount)) cells.
                """),
            .table(
                Table(
                    caption: "Regions visited by \(count) test samples",
                    header: ["layer", "units", "pieces", "different codes", "most samples in one", "units that never switch"],
                    rows: rows + [row("all layers: cells", units: "\(units)", pieces: "", reading.cells)], numericColumns: [1, 2, 3, 4, 5])),
            .figure(
                Figure(chart.picture(), caption: "The share of each layer's units that are on the same piece for all samples.")),
        ]
    }

    private static func row(_ name: Prose, units: Prose, pieces: Prose, _ occupancy: Occupancy) -> [Prose] {
        [
            name, units, pieces, "\(occupancy.distinctCodeCount)", "\(occupancy.samplesPerRegion.first ?? 0)",
            "\(occupancy.constantUnitCount)",
        ]
    }
}
