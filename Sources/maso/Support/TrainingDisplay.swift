// Training as it goes, on standard error: one line an epoch, and on a terminal a line that follows the batches.

import Foundation
import MaxAffineSplines

struct TrainingDisplay {
    private let isQuiet: Bool
    private let isTerminal = isatty(2) == 1
    private var lastShown = ContinuousClock.now

    init(quiet: Bool) { isQuiet = quiet }

    mutating func show(_ event: TrainingEvent) {
        guard !isQuiet else { return }
        switch event {
        case .batch(let progress):
            let now = ContinuousClock.now
            guard isTerminal, lastShown.duration(to: now) > .milliseconds(100) else { return }
            lastShown = now
            let left = progress.secondsLeft.map { ", \(Int($0)) s left" } ?? ""
            writeError(
                "\r\u{1b}[Kepoch \(progress.epoch) of \(progress.epochCount), batch \(progress.batch) of \(progress.batchCount): "
                    + "loss \(brief(progress.loss)), accuracy \(brief(progress.accuracy)), \(Int(progress.imagesPerSecond)) images a second\(left)"
            )
        case .epoch(let record):
            let test = record.testAccuracy.map { ", test accuracy \(brief($0))" } ?? ""
            writeError(
                "\(isTerminal ? "\r\u{1b}[K" : "")epoch \(record.epoch): loss \(brief(record.trainLoss)), accuracy \(brief(record.trainAccuracy))"
                    + "\(test), \(brief(record.seconds)) s\n")
        case .checkpoint: break
        }
    }

    func finish() { if isTerminal && !isQuiet { writeError("\r\u{1b}[K") } }

}
