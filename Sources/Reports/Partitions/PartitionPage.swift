// A partition on a page of its own.

public import Figures
public import Partitions

/// The page of `maso partition -o page.html`.
public enum PartitionPage {
    public static func page(_ map: PolygonMap, _ summary: PartitionSummary, name: String, provenance: Provenance) -> Page {
        let picture = map.cells.count > 20_000 ? (try? map.pictureWithImage(pixels: 1400)) ?? map.picture() : map.picture()
        let counts: [[Prose]] = summary.cellCounts.enumerated().map { ["\($0)", "\($1)"] }
        return Page(
            title: "The cells of \(name)", kicker: "Partition",
            lead: "On each cell every unit keeps its piece, and the network is one affine map.",
            introduction: [
                .facts([
                    .init(NumberText.count(summary.cellCount), "cells"),
                    .init(summary.distinctMapCount.map { NumberText.count($0) } ?? "–", "different affine maps"),
                    .init(summary.boundaryLength.map { NumberText.significant($0) } ?? "–", "length of the decision boundary"),
                    .init("\(NumberText.significant(summary.minVolume)) – \(NumberText.significant(summary.maxVolume))", "areas"),
                ])
            ],
            sections: [
                Page.Section(
                    "The partition", anchor: "partition",
                    [
                        .figure(
                            Figure(
                                picture,
                                caption:
                                    "Colours: the class whose output is largest (of one output: its sign). Dark line: the decision boundary."
                            ))
                    ]),
                Page.Section(
                    "Counts", anchor: "counts",
                    [
                        .paragraph(
                            "A cell is a set of the domain with interior on which every unit has one code. The table counts the cells of the codes up to and with each nonlinearity."
                        ),
                        .table(
                            Table(
                                caption: "Cells after each nonlinearity", header: ["nonlinearity", "cells"], rows: counts,
                                numericColumns: [0, 1])),
                    ]),
            ], provenance: provenance)
    }
}
