// A partition on a page of its own.

public import Figures
public import Partitions

/// The page of `maso partition -o page.html`.
public enum PartitionPage {
    /// The map with shapes, or beyond `shapeLimit` cells with an image.
    public static func picture(_ map: PolygonMap, shapeLimit: Int = 20_000) throws -> Picture {
        map.cells.count > shapeLimit ? try map.pictureWithImage(pixels: Int(1.6 * map.width)) : map.picture()
    }

    /// The page of a partition of more cells than are kept: its map as an image, and the counts.
    ///
    /// - Throws: `PNGError` when libpng does.
    public static func page(
        _ map: PolygonMap, _ image: Raster, _ summary: PartitionSummary, on domain: Domain, name: String, provenance: Provenance
    ) throws -> Page {
        page(
            summary, on: domain, boundaryLength: summary.boundary?.length, name: name, provenance: provenance,
            sections: [
                Page.Section(
                    "The partition", anchor: "partition",
                    [
                        .figure(
                            Figure(try map.picture(over: image), caption: Prose(map.description + " Dark line: where the class changes.")))
                    ]),
                Page.Section("Counts", PartitionSection.counts(summary)),
            ])
    }

    private static func page(
        _ summary: PartitionSummary, on domain: Domain, boundaryLength: Double?, name: String, provenance: Provenance,
        sections: [Page.Section]
    ) -> Page {
        Page(
            title: "The cells of \(name)", kicker: "Partition",
            lead: "On each cell every unit keeps its piece, and the network is one affine map.",
            introduction: [.paragraph("Cut here: \(domain.text)."), facts(summary, boundaryLength: boundaryLength)],
            sections: sections, provenance: provenance)
    }

    /// - Parameter boundaryLength: where outputs tie elsewhere too, the length of what divides classes.
    private static func facts(_ summary: PartitionSummary, boundaryLength: Double?) -> Block {
        let unbounded = summary.unboundedCount > 0 ? [Fact(NumberText.count(summary.unboundedCount), "of them unbounded")] : []
        let cells = Fact(NumberText.count(summary.cellCount), summary.cellCount == 1 ? "cell" : "cells")
        return .facts(
            [cells] + unbounded + [
                .init(
                    summary.distinctMapCount.map { NumberText.count($0) } ?? "–",
                    summary.distinctMapCount == 1 ? "affine map" : "different affine maps"),
                .init(
                    (boundaryLength ?? summary.boundaryLength).map { NumberText.significant($0) } ?? "–", "length of the decision boundary"),
                summary.cellCount == 1
                    ? .init(NumberText.significant(summary.minVolume), "area")
                    : .init("\(NumberText.significant(summary.minVolume)) – \(NumberText.significant(summary.maxVolume))", "areas"),
            ])
    }

    /// - Throws: `PNGError` when libpng does.
    public static func page(
        _ map: PartitionMap, _ measures: CellMeasures, _ summary: PartitionSummary, name: String, frames: [Film.Frame] = [],
        provenance: Provenance
    ) throws -> Page {
        page(
            summary, on: map.partition.domain, boundaryLength: map.boundary.length, name: name, provenance: provenance,
            sections: [
                Page.Section(
                    "The partition", anchor: "partition",
                    [.figure(Figure(try picture(map.map(title: "The cells of \(name)")), caption: Prose(map.caption)))])
            ] + (frames.isEmpty ? [] : [Page.Section("Through time", PartitionSection.frames(frames))])
                + (map.partition.cellCounts.isEmpty ? [] : [Page.Section("Layers", try PartitionSection.layers(map))]) + [
                    Page.Section("Graphs of the outputs", anchor: "graphs", PartitionSection.graphs(map)),
                    Page.Section("Classes and boundary", PartitionSection.classes(map)),
                    Page.Section("Sizes and shapes", PartitionSection.measures(measures)),
                ] + (summary.cellCounts.isEmpty ? [] : [Page.Section("Counts", PartitionSection.counts(summary))]))
    }
}
