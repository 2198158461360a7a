// Templates: what the network compares a sample with, class by class (THEORY §5; ICML18 fig. 1, R17 fig. 8).

import Analysis
import Figures
import Interchange
import Splines
import Tensors

enum TemplatesSection {
    static func blocks(_ reading: TemplatesReading, _ data: ReportData, classLimit: Int) throws -> [Block] {
        var blocks: [Block] = [
            .paragraph(
                """
                Row c of A[x] is the \(emphasis: "template") of class c: the output is its inner product with the sample plus an offset, \
                \(math: .tokens("f_c ( x ) = ⟨ A [ x ]_c , x ⟩ + b [ x ]_c")). Each sample has templates of its own; they are the same \
                for all samples of its cell.
                """)
        ]
        if !reading.isExact {
            blocks.append(.note("The network is not piecewise affine: these are the rows of its Jacobian J, with offsets f − Jx."))
        }
        if let pictures = SamplePictures(shape: data.test.sampleShape) {
            blocks.append(.figure(try grid(reading, data, pictures, classLimit)))
        } else if data.model.readable.inputShape.reduce(1, *) <= 64 {
            blocks.append(.figures(reading.samples.prefix(4).map { vectorFigure($0, data, classLimit) }))
        } else {
            blocks.append(
                .note(
                    "Samples of shape \("\(data.test.sampleShape)") are no images of one or three channels: templates are given by their numbers."
                ))
        }
        blocks.append(.details(summary: "Inner products, offsets and outputs as numbers", [.table(numbers(reading, data, classLimit))]))
        return blocks
    }

    /// The classes drawn for a sample, in order: all, or its own and those with the largest outputs.
    static func classes(of sample: TemplatesReading.Sample, limit: Int) -> [Int] {
        let outputs = sample.templates.outputs
        guard outputs.count > limit else { return Array(outputs.indices) }
        let byOutput = outputs.indices.sorted { (outputs[$0], $1) > (outputs[$1], $0) }
        let chosen = byOutput.prefix(limit)
        return (chosen.contains(sample.label) ? Array(chosen) : chosen.dropLast() + [sample.label]).sorted()
    }

    private static func grid(_ reading: TemplatesReading, _ data: ReportData, _ pictures: SamplePictures, _ limit: Int) throws -> Figure {
        let showsAll = data.model.outputCount <= limit
        let rows = reading.samples.map { sample -> [ImageGrid.Cell?] in
            let chosen = classes(of: sample, limit: limit)
            let slopes = chosen.map { sample.templates.slopes.rows($0..<$0 + 1).elements }
            let limit = slopes.joined().lazy.map(\.magnitude).max() ?? 0
            let image = ImageGrid.Cell(
                pictures.sample(data.test, sample.index), caption: data.classNames[sample.label],
                tooltip: "sample \(sample.index), class \(data.classNames[sample.label])")
            return [image]
                + zip(chosen, slopes).map { c, slope in
                    let (product, offset, output) = (
                        sample.templates.innerProducts[c], sample.templates.offsets[c], sample.templates.outputs[c]
                    )
                    let name = showsAll ? "" : data.classNames[c] + ": "
                    return ImageGrid.Cell(
                        pictures.template(slope, limit: limit), caption: name + NumberText.fixed(output, decimals: 1),
                        tooltip: "class \(data.classNames[c]): "
                            + "\(NumberText.significant(product, digits: 4)) + (\(NumberText.significant(offset, digits: 4)))"
                            + " = \(NumberText.significant(output, digits: 4))",
                        isMarked: c == sample.label)
                }
        }
        var grid = ImageGrid(
            title: "Templates of all classes",
            description: "One row a sample: the image, then its template for each class with the output below; the true class is framed. "
                + reading.samples.map { describe($0, data) }.joined(separator: " "), rows: rows)
        grid.columnLabels = showsAll ? ["sample"] + data.classNames.prefix(data.model.outputCount) : ["sample"]
        (grid.width, grid.largestSide) = (reading.samples.isEmpty ? 640 : 800, 72)
        return Figure(
            try grid.picture(),
            caption: """
                A row is a sample and its templates, blue negative, white zero, orange positive, on one scale a row; colour images as \
                red, green and blue about grey. Below each the class's output; the true class is framed. Rest the pointer on a \
                template for its inner product and offset.
                """)
    }

    private static func describe(_ sample: TemplatesReading.Sample, _ data: ReportData) -> String {
        "Sample \(sample.index), class \(data.classNames[sample.label]), largest output: "
            + "\(data.classNames[sample.templates.predictedClass])."
    }

    private static func vectorFigure(_ sample: TemplatesReading.Sample, _ data: ReportData, _ limit: Int) -> Figure {
        let chosen = classes(of: sample, limit: limit)
        let values = chosen.flatMap { sample.templates.slopes.rows($0..<$0 + 1).elements }
        let map = HeatMap(
            title: "Templates of sample \(sample.index)", description: describe(sample, data), values: values,
            rowLabels: chosen.map { data.classNames[$0] }, columnLabels: (1...sample.x.count).map { "x\($0)" }, mapping: .diverging(values))
        return Figure(map.picture(), caption: "Sample \(sample.index), class \(data.classNames[sample.label]): a row a class.")
    }

    private static func numbers(_ reading: TemplatesReading, _ data: ReportData, _ limit: Int) -> Table {
        let rows = reading.samples.flatMap { sample in
            classes(of: sample, limit: limit).map { c -> [Prose] in
                let own = c == sample.label ? " ✓" : ""
                return [
                    "\(sample.index)", "\(data.classNames[c])\(own)",
                    Prose(NumberText.fixed(sample.templates.innerProducts[c], decimals: 4)),
                    Prose(NumberText.fixed(sample.templates.offsets[c], decimals: 4)),
                    Prose(NumberText.fixed(sample.templates.outputs[c], decimals: 4)),
                ]
            }
        }
        return Table(
            caption: "✓ marks the true class", header: ["sample", "class", "inner product", "offset", "output"], rows: rows,
            numericColumns: [0, 2, 3, 4])
    }
}
