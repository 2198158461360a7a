// Neighbours in code distance, layer by layer (ICML18 (15), fig. 4).

import Analysis
import Figures
import Interchange
import Splines

enum NeighborsSection {
    static func blocks(_ reading: CodesReading, _ data: ReportData, _ options: ReportOptions) throws -> [Block] {
        let source = data.train ?? data.test
        let searched = reading.searchesTrain ? "training" : "other test"
        var blocks: [Block] = [
            .paragraph(
                """
                Two samples with nearly the same code at a layer are treated alike up to there. The distance is the share of the \
                layer's units whose pieces differ. First layers group what looks alike; last layers should group what is alike.
                """)
        ]
        let layers = depths(options.drawnLayerCount, of: reading.layers.count)
        let queries = drawn(reading, source, options.drawnQueryCount)
        if let pictures = SamplePictures(shape: data.test.sampleShape) {
            let frames = try queries.map { query in
                Frames.Frame(label: label(query, data), figures: [try grid(query, reading, data, source, pictures, layers)])
            }
            if !frames.isEmpty { blocks.append(.frames(Frames(title: "Test sample", frames: frames, initial: 0))) }
        } else if let query = queries.first {
            blocks.append(.table(table(query, reading, data, source, layers)))
        }
        let agreement = reading.layers.indices.map { 100 * reading.agreement(layer: $0, labels: source.labels) }
        var chart = BarChart(
            title: "Neighbours of the query's class, by layer",
            description: "From \(NumberText.significant(agreement.first ?? .nan)) % at the first layer to "
                + "\(NumberText.significant(agreement.last ?? .nan)) % at the last.",
            valueLabel: "% of the \(options.neighborCount) nearest", categories: reading.layers.map(\.name),
            series: [.init("same class", values: agreement, paint: .of(class: 2))])
        chart.width = 520
        blocks.append(
            .figure(
                Figure(
                    chart.picture(),
                    caption: """
                        Over \(reading.queries.count) test samples: the share of the \(options.neighborCount) nearest among \
                        \(reading.searchedCount) \(searched) samples that have the query's class.
                        """)))
        return blocks
    }

    /// The queries drawn: half of them those with the most neighbours of other classes, half as they come; in their own order.
    private static func drawn(_ reading: CodesReading, _ source: DataSet, _ count: Int) -> [CodesReading.Query] {
        func strangers(_ query: CodesReading.Query) -> Int {
            query.neighbors.joined().count { source.labels[$0.index] != query.label }
        }
        let hardest = reading.queries.indices.sorted { (strangers(reading.queries[$1]), $0) < (strangers(reading.queries[$0]), $1) }
            .prefix(count / 2)
        let others = reading.queries.indices.filter { !hardest.contains($0) }.prefix(count - hardest.count)
        return (hardest + others).sorted().map { reading.queries[$0] }
    }

    /// `count` of `total` layers, evenly spread from the first to the last.
    private static func depths(_ count: Int, of total: Int) -> [Int] {
        count >= total || count < 2 ? Array(0..<total) : (0..<count).map { $0 * (total - 1) / (count - 1) }
    }

    private static func label(_ query: CodesReading.Query, _ data: ReportData) -> String {
        "\(data.classNames[query.label]), no. \(query.index)"
    }

    private static func grid(
        _ query: CodesReading.Query, _ reading: CodesReading, _ data: ReportData, _ source: DataSet, _ pictures: SamplePictures,
        _ layers: [Int]
    ) throws -> Figure {
        let image = pictures.sample(data.test, query.index)
        let rows = layers.map { layer -> [ImageGrid.Cell?] in
            [layer == layers[0] ? ImageGrid.Cell(image, caption: "sample", tooltip: "sample \(label(query, data))") : nil]
                + query.neighbors[layer].map { neighbor in
                    let name = data.classNames[source.labels[neighbor.index]]
                    return ImageGrid.Cell(
                        pictures.sample(source, neighbor.index), caption: NumberText.fixed(neighbor.distance, decimals: 3),
                        tooltip: "sample \(neighbor.index), class \(name), distance \(NumberText.significant(neighbor.distance))",
                        isMarked: source.labels[neighbor.index] != query.label)
                }
        }
        let wrong = layers.map { layer in query.neighbors[layer].count { source.labels[$0.index] != query.label } }
        var grid = ImageGrid(
            title: "Neighbours of sample \(label(query, data))",
            description: zip(layers, wrong).map { "\(reading.layers[$0].name): \($1) of another class." }.joined(separator: " "), rows: rows
        )
        grid.rowLabels = layers.map { reading.layers[$0].name }
        (grid.width, grid.largestSide) = (800, 56)
        return Figure(
            try grid.picture(),
            caption: """
                A row a layer: the nearest samples with their distances. A frame marks those of another class than the sample's. Half of \
                the samples drawn are the hardest of \(reading.queries.count).
                """)
    }

    private static func table(
        _ query: CodesReading.Query, _ reading: CodesReading, _ data: ReportData, _ source: DataSet, _ layers: [Int]
    ) -> Table {
        Table(
            caption: "Neighbours of test sample \(label(query, data))", header: ["layer", "nearest: index (class) distance"],
            rows: layers.map { layer in
                [
                    "\(reading.layers[layer].name)",
                    Prose(
                        query.neighbors[layer].map {
                            "\($0.index) (\(data.classNames[source.labels[$0.index]])) \(NumberText.fixed($0.distance, decimals: 3))"
                        }.joined(separator: ", ")),
                ]
            })
    }
}
