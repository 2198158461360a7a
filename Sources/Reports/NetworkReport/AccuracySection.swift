// How often the largest output is the right one, and which classes are taken for which.

import Figures

enum AccuracySection {
    static func blocks(test: OutputsReading, train: OutputsReading?, classNames: [String], of total: Int) throws -> [Block] {
        let counts = test.confusion.flatMap(\.self).map(Double.init)
        var map = HeatMap(
            title: "Confusion", description: describe(test, classNames), values: counts, rowLabels: classNames, columnLabels: classNames,
            mapping: ColorMapping(scale: .blues, low: 0, high: max(1, counts.max() ?? 1)))
        (map.rowTitle, map.columnTitle, map.significantDigits) = ("true class", "largest output", 4)
        let shares = classNames.indices.map { y -> Double in
            let row = test.confusion[y].reduce(0, +)
            return row == 0 ? .nan : 100 * Double(test.confusion[y][y]) / Double(row)
        }
        let bars = BarChart(
            title: "Accuracy by class", description: describe(shares, classNames), valueLabel: "% right", categories: classNames,
            series: [.init("test", values: shares, paint: .of(class: 0))])
        let read: Prose = test.count == total ? "all \(total) test samples" : "\(test.count) of \(total) test samples, evenly spread"
        var text: Prose = "The largest output is the true class for \(strong: NumberText.percent(test.accuracy)) of \(read)"
        if let train { text = "\(text), and for \(NumberText.percent(train.accuracy)) of \(train.count) training samples" }
        return [
            .paragraph("\(text)."),
            .figures([
                Figure(map.picture(), caption: "Rows are true classes, columns what the network says; the diagonal is right."),
                Figure(bars.picture(), caption: "The share of each class that is right."),
            ]),
        ]
    }

    private static func describe(_ reading: OutputsReading, _ names: [String]) -> String {
        let wrong = reading.confusion.indices.flatMap { y in
            reading.confusion[y].indices.filter { $0 != y && reading.confusion[y][$0] > 0 }.map { (y, $0, reading.confusion[y][$0]) }
        }.sorted { $0.2 > $1.2 }
        guard let worst = wrong.first else { return "Every sample is on the diagonal." }
        return "\(NumberText.percent(reading.accuracy)) lie on the diagonal. Most often mistaken: \(names[worst.0]) for \(names[worst.1]), "
            + "\(worst.2) times."
    }

    private static func describe(_ shares: [Double], _ names: [String]) -> String {
        guard let worst = shares.indices.filter({ !shares[$0].isNaN }).min(by: { shares[$0] < shares[$1] }) else { return "No samples." }
        return "The lowest is class \(names[worst]) with \(NumberText.significant(shares[worst])) %."
    }
}
