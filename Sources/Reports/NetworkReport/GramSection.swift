// Gram matrices of templates, as cosines (THEORY §5, §7; R17 fig. 8–10).

import Analysis
import Figures
import Tensors

enum GramSection {
    static func blocks(_ reading: TemplatesReading, _ data: ReportData, classLimit: Int) -> [Block] {
        let count = data.model.outputCount
        let classes = Array(0..<min(count, max(classLimit, 20)))
        var figures = [
            figure(
                "Mean over \(reading.count) samples", reading.meanCosines.elements, count, classes, data,
                caption: "The mean over \(reading.count) test samples.")
        ]
        figures += reading.samples.prefix(3).map { sample in
            figure(
                "Sample \(sample.index)", sample.templates.cosines.elements, count, classes, data,
                caption: "Sample \(sample.index), class \(data.classNames[sample.label]).")
        }
        var blocks: [Block] = [
            .paragraph(
                """
                \(math: .tokens("G = A [ x ] A [ x ]^T")) says which classes the network tells apart by different patterns, here as \
                cosines between templates: 1 is the same direction, 0 orthogonal, −1 opposite. Cross-entropy moves the templates of a \
                sample by amounts that sum to zero over the classes, so they tend to spread.
                """),
            .figures(figures),
        ]
        if classes.count < count { blocks.append(.note("The first \(classes.count) of \(count) classes are shown.")) }
        return blocks
    }

    private static func figure(_ title: String, _ cosines: [Double], _ count: Int, _ classes: [Int], _ data: ReportData, caption: Prose)
        -> Figure
    {
        let values = classes.flatMap { a in classes.map { cosines[a * count + $0] } }
        let others = classes.flatMap { a in classes.filter { $0 != a }.map { cosines[a * count + $0] } }
        let names = classes.map { data.classNames[$0] }
        let map = HeatMap(
            title: "Cosines of templates: \(title)",
            description: "Between different classes from \(NumberText.significant(others.min() ?? 0, digits: 2)) to "
                + "\(NumberText.significant(others.max() ?? 0, digits: 2)).",
            values: values, rowLabels: names, columnLabels: names, mapping: ColorMapping(scale: .blueOrange, low: -1, high: 1))
        return Figure(map.picture(), caption: caption)
    }
}
