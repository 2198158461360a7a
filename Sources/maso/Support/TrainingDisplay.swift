// Training as it goes, on standard error: one line an epoch, and on a terminal a line that follows the batches.

import Foundation
import MaxAffineSplines

struct TrainingDisplay {
    private let isQuiet: Bool
    private let isTerminal = isatty(2) == 1
    private var lastShown = ContinuousClock.now
    private var pace = ""

    init(quiet: Bool) { isQuiet = quiet }

    mutating func show(_ event: TrainingEvent) {
        guard !isQuiet else { return }
        switch event {
        case .batch(let progress):
            let now = ContinuousClock.now
            let left = progress.secondsLeft.map { ", \(Int($0)) s left" } ?? ""
            pace = ", \(Int(progress.imagesPerSecond)) images a second\(left)"
            guard lastShown.duration(to: now) > (isTerminal ? .milliseconds(100) : .seconds(10)) else { return }
            lastShown = now
            writeError(
                "\(isTerminal ? "\r\u{1b}[K" : "")epoch \(progress.epoch) of \(progress.epochCount), batch \(progress.batch) of \(progress.batchCount): "
                    + "loss \(brief(progress.loss)), accuracy \(brief(progress.accuracy))\(pace)" + (isTerminal ? "" : "\n")
            )
        case .epoch(let record):
            let test = record.testAccuracy.map { ", test accuracy \(brief($0))" } ?? ""
            writeError(
                "\(isTerminal ? "\r\u{1b}[K" : "")epoch \(record.epoch): loss \(brief(record.trainLoss)), accuracy \(brief(record.trainAccuracy))"
                    + "\(test), \(brief(record.seconds)) s\(pace)\n")
        case .checkpoint: break
        }
    }

    func finish() { if isTerminal && !isQuiet { writeError("\r\u{1b}[K") } }

}
