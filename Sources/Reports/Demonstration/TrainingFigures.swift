// Curves of a training run.

import Figures
import Training

enum TrainingFigures {
    /// Loss and accuracy by epoch, for what was trained on and what was not.
    static func figures(_ history: [EpochRecord]) -> [Figure] {
        let loss = chart(
            "Loss", "cross-entropy", history, train: \.trainLoss, test: \.testLoss, including: [0]
        ) { NumberText.significant($0) }
        let accuracy = chart(
            "Accuracy", "share right", history, train: \.trainAccuracy, test: \.testAccuracy, including: [1]
        ) { NumberText.percent($0) }
        return [
            Figure(loss, caption: "Mean cross-entropy an epoch."),
            Figure(accuracy, caption: "The share of samples whose largest output is right."),
        ]
    }

    private static func chart(
        _ title: String, _ label: String, _ history: [EpochRecord], train: (EpochRecord) -> Double, test: (EpochRecord) -> Double?,
        including: [Double], text: (Double) -> String
    ) -> Picture {
        func points(_ value: (EpochRecord) -> Double?) -> [SIMD2<Double>] {
            history.compactMap { record in value(record).map { SIMD2(Double(record.epoch), $0) } }
        }
        let (training, testing) = (points(train), points(test))
        let ends = [("training", training), ("test", testing)].compactMap { name, points in points.last.map { "\(name) \(text($0.y))" } }
        var chart = LineChart(
            title: title, description: "After \(history.count) epochs: \(ends.joined(separator: ", ")).", xLabel: "epoch", yLabel: label,
            series: [
                .init("training", points: training, paint: .of(class: 0)),
                .init("test", points: testing, paint: .of(class: 1), isDashed: true),
            ])
        chart.including = including
        return chart.picture()
    }
}
