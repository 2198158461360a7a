// The parts of a page about a planar partition, for its own page and for reports.

import Figures
import Partitions

enum PartitionSection {
    /// A frame for each nonlinearity: the cells up to there, and its own regions. Partitions of very many cells are drawn as images.
    static func layers(_ map: PartitionMap) throws -> [Block] {
        let counts = map.partition.cellCounts
        // Images weigh half a megabyte each: of large partitions the first layer, one in the middle and the last.
        let most = map.partition.cellCount > 2_000 ? 3 : 12
        let shown = ReportData.spread(most, of: counts.count).dropLast() + counts.indices.suffix(1)
        let frames = try shown.map { layer -> Frames.Frame in
            var depth = map
            (depth.sets, depth.coloring, depth.showsBoundary, depth.units, depth.samples) = (.depth(layer), .activity, false, [], [])
            var alone = depth
            (alone.sets, alone.coloring) = (.layer(layer), .code)
            let codes = Set(map.partition.regions(ofLayer: layer)).count
            return Frames.Frame(
                label: "\(layer)",
                figures: [
                    Figure(
                        try PartitionPage.picture(depth.map(title: "Up to nonlinearity \(layer)", width: 400), shapeLimit: 2_000),
                        caption:
                            "\(strong: "Up to nonlinearity \(layer)"): \(NumberText.count(counts[layer])) cells. Darker: more units beyond their first piece."
                    ),
                    Figure(
                        try PartitionPage.picture(alone.map(title: "Nonlinearity \(layer) alone", width: 400), shapeLimit: 2_000),
                        caption:
                            "\(strong: "Nonlinearity \(layer) alone"): \(NumberText.count(codes)) codes. Neighbours differ in colour; a region may be several parts."
                    ),
                ])
        }
        return [
            .paragraph(
                """
                Every nonlinearity cuts the cells of those before it: a unit's zero set is straight within a cell and bends at its border. \
                The regions of one nonlinearity alone are unions of cells, in general neither convex nor connected.
                """)
        ] + (frames.isEmpty ? [] : [.frames(Frames(title: "Nonlinearity", frames: frames))])
    }

    /// States of a network one after another.
    static func frames(_ frames: [Film.Frame]) -> [Block] {
        [
            .frames(
                Frames(
                    title: "Model",
                    frames: frames.enumerated().map { index, frame in
                        Frames.Frame(label: "\(index)", figures: [Figure(frame.picture, caption: Prose(frame.label))])
                    }))
        ]
    }

    /// The graphs of the outputs, the first few of them.
    static func graphs(_ map: PartitionMap) -> [Block] {
        var map = map
        map.samples = []
        let names = map.partition.program.outputCount == 1 ? ["the output"] : map.classNames.map { "the output of \($0)" }
        // A facet weighs some sixty bytes as a shape, and as much again as numbers where it can be turned.
        let facetCount = map.coloring == .class ? map.boundary.parts.count : map.partition.cellCount
        guard facetCount <= 10_000 else {
            return [.note("\(NumberText.count(facetCount)) facets are too many for this page; --surface draws them as a file.")]
        }
        let shown = names.prefix(facetCount <= 4_000 ? 4 : 1)
        let others =
            names.count > shown.count
            ? " Of \(names.count) outputs here \(shown.count == 1 ? "is the first" : "are the first \(shown.count)"); --surface draws any of them as a file."
            : ""
        return [
            .paragraph(
                """
                Over each cell the graph of an output is flat. Colours are the map's; the upright shows the range of heights, and corners of \
                the domain carry their coordinates.\(others)
                """)
        ]
            + shown.enumerated().map { output, name -> Block in
                let surface = map.surface(ofOutput: output, title: "The graph of \(name)")
                let caption: Prose = "The graph of \(name)."
                return facetCount <= 4_000 ? .surface(surface, caption: caption) : .figure(Figure(surface.picture(), caption: caption))
            }
    }

    /// Betti numbers and areas of the classes, and the boundary.
    static func classes(_ map: PartitionMap) -> [Block] {
        let (boundary, curve) = (map.boundary, map.boundary.curve)
        let total = boundary.regions.reduce(0) { $0 + $1.area }
        let rows = boundary.regions.map { region -> [Prose] in
            [
                Prose(map.classNames[region.label]),
                Prose(
                    total.isFinite
                        ? NumberText.percent(region.area / total) : region.area.isFinite ? NumberText.significant(region.area) : "∞"),
                "\(region.componentCount)",
                "\(region.holeCount)",
            ]
        }
        let closed = curve.polylines.count { $0.isClosed }
        var blocks: [Block] = [
            .paragraph(
                """
                The boundary has length \(NumberText.significant(boundary.length, digits: 4)) in \(curve.pieceCount) connected \
                \(curve.pieceCount == 1 ? "piece" : "pieces") with \(curve.loopCount) independent \(curve.loopCount == 1 ? "loop" : "loops"): \
                \(curve.polylines.count) \(curve.polylines.count == 1 ? "polyline" : "polylines") between junctions and the border, \(closed) of them closed.
                """),
            .table(
                Table(
                    caption: "Regions of the classes: connected parts (b₀) and holes (b₁)",
                    header: ["class", total.isFinite ? "share of the domain" : "area", "parts", "holes"],
                    rows: rows, numericColumns: [1, 2, 3])),
        ]
        if boundary.isAmbiguous {
            blocks.append(
                .note(
                    "Outputs are equal elsewhere too: on a whole cell, along a line without changing places, or along the border. There the first class counts."
                ))
        }
        return blocks
    }

    /// Distributions of areas, in-radii, facets and neighbours.
    static func measures(_ measures: CellMeasures) -> [Block] {
        let rows = [
            ("area", measures.volume), ("in-radius", measures.inRadius), ("facets", measures.facetCount),
            ("neighbours", measures.neighborCount),
        ].map { name, distribution -> [Prose] in
            let numbers = [
                distribution.minimum, distribution.lowerQuartile, distribution.median, distribution.upperQuartile, distribution.maximum,
                distribution.mean,
            ]
            return [Prose(name)] + numbers.map { Prose(NumberText.significant($0)) }
        }
        func histogram(_ title: String, _ values: [Double], _ label: String) -> Figure {
            var chart = Histogram(
                title: title, description: "Over \(values.count) cells.", xLabel: label,
                series: [.init("cells", values: values, paint: .of(class: 0))])
            chart.xScale = .logarithmic  // sizes run over many orders of magnitude
            chart.yLabel = "share of the cells"
            return Figure(chart.picture(), caption: Prose(title))
        }
        let most = max(measures.facetCounts.max() ?? 3, 3)
        let facets = BarChart(
            title: "Facets of cells", description: "Cells by their number of sides.", valueLabel: "cells",
            categories: (3...most).map { "\($0) facets" },
            series: [
                .init("cells", values: (3...most).map { n in Double(measures.facetCounts.count { $0 == n }) }, paint: .of(class: 0))
            ])
        return [
            .table(
                Table(
                    caption: "Over \(measures.volumes.count) cells",
                    header: ["", "least", "lower quartile", "median", "upper quartile", "most", "mean"],
                    rows: rows, numericColumns: [1, 2, 3, 4, 5, 6])),
            .figures([
                histogram("Areas of cells", measures.volumes, "area"),
                histogram("In-radii of cells", measures.inRadii, "radius of the largest circle inside"),
                Figure(facets.picture(), caption: "How many sides cells have."),
            ]),
        ]
    }

    static func counts(_ summary: PartitionSummary) -> [Block] {
        [
            .paragraph(
                "A cell is a set of the domain with interior on which every unit has one code. The table counts the cells of the codes up to and with each nonlinearity."
            ),
            .table(
                Table(
                    caption: "Cells after each nonlinearity", header: ["nonlinearity", "cells"],
                    rows: summary.cellCounts.enumerated().map { ["\($0)", Prose(NumberText.count($1))] }, numericColumns: [0, 1])),
        ]
    }
}
