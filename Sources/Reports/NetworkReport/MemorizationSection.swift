// Histograms of ⟨A[x]_c, x⟩ for right and wrong classes (THEORY §6; ICML18 fig. 2).

import Analysis
import Figures

enum MemorizationSection {
    static func blocks(test: Memorization, train: Memorization?, cosines: Memorization) -> [Block] {
        var figures: [Figure] = []
        if let train { figures.append(figure("Training samples", train, xLabel: "inner product of template and sample")) }
        figures.append(figure("Test samples", test, xLabel: "inner product of template and sample"))
        return [
            .paragraph(
                """
                Cross-entropy pulls the template of the right class towards the sample and pushes the others away: at the optimum for a \
                sample on its own the right template is a multiple of x, and the wrong ones are multiples of −x. How far apart the inner \
                products of right and wrong classes lie measures how much the network does that.
                """),
            .figures(figures),
            .figure(
                figure(
                    "Test samples, as cosines, which do not depend on lengths", cosines, xLabel: "cosine of template and sample",
                    width: 520)),
            .table(
                Table(
                    caption: "Right classes against wrong ones",
                    header: ["samples", "separation", "area under the curve", "mean, right", "mean, wrong"],
                    rows: (train.map { [row("training", $0)] } ?? []) + [row("test", test), row("test, cosines", cosines)],
                    numericColumns: [1, 2, 3, 4])),
            .note(
                """
                Separation is the difference of the means over the pooled deviation; the area is the chance that a right class's number \
                is the larger. Inner products follow from outputs and offsets, of \
                \(train.map { "\($0.correct.count) training and " } ?? "")\(test.correct.count) test samples; cosines need whole \
                templates, of \(cosines.correct.count).
                """),
        ]
    }

    private static func figure(_ name: String, _ values: Memorization, xLabel: String, width: Double = 440) -> Figure {
        var picture = Histogram(
            title: name,
            description: "Mean \(NumberText.significant(mean(values.correct))) for right classes, "
                + "\(NumberText.significant(mean(values.incorrect))) for wrong ones; "
                + "separation \(values.separation.map { NumberText.significant($0) } ?? "not defined").",
            xLabel: xLabel,
            series: [
                .init("wrong classes", values: values.incorrect, paint: .of(class: 1)),
                .init("right class", values: values.correct, paint: .of(class: 0)),
            ])
        picture.width = width
        return Figure(picture.picture(), caption: "\(name).")
    }

    private static func row(_ name: String, _ values: Memorization) -> [Prose] {
        [
            Prose(name), values.separation.map { "\($0)" } ?? "–",
            values.areaUnderCurve.map { Prose(NumberText.fixed($0, decimals: 3)) } ?? "–",
            "\(mean(values.correct))", "\(mean(values.incorrect))",
        ]
    }

    private static func mean(_ values: [Double]) -> Double {
        values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
    }
}
