// `maso demo`: trains two small networks and writes the page that explains what a max-affine spline reading is (DESIGN §0, the learner).

import Analysis
import Interchange
import Networks
import Partitions
import Training

/// The two networks of the demonstration, trained and read.
public struct Demonstration: Sendable {
    public let seed: UInt64
    public let toy: ToyRun
    public let digits: TrainingResult
    /// The digits network, read as any report reads one.
    public let report: NetworkReport

    /// The cells of the toy network at the end of training.
    public var regions: Int { toy.last.whole.cellCount }

    /// The largest residual of anything read, at the toy network's cells and the digits.
    public var worstResidual: Double { max(toy.worstResidual, report.worstResidual ?? 0) }

    /// Trains and reads. The same seed gives the same values.
    /// - Throws: `TrainingError` and whatever reading throws.
    public static func make(seed: UInt64 = 0, progress: ReportProgress = { _, _, _ in }) throws -> Demonstration {
        try Demonstration(seed: seed, toyEpochs: 60, digitsEpochs: 16, progress: progress)
    }

    package init(seed: UInt64, toyEpochs: Int, digitsEpochs: Int, options: ReportOptions = .init(), progress: ReportProgress) throws {
        self.seed = seed
        toy = try ToyRun(seed: seed, epochs: toyEpochs, progress: progress)
        var architecture = try Architecture.named("DigitsCNN")
        architecture.normalization = .perSample
        var configuration = TrainingConfiguration()
        (configuration.seed, configuration.epochs, configuration.batch) = (seed, digitsEpochs, 32)
        (configuration.learningRate, configuration.learningRateDecay) = (3e-3, 0.85)
        let (train, test) = (Digits.dataSet(.train), Digits.dataSet(.test))
        digits = try Trainer(architecture, on: train, test: test, configuration).run { event in
            if case .epoch(let record) = event { progress("digits network: epochs", record.epoch, digitsEpochs) }
        }
        let model = Model(digits.network, name: "DigitsCNN", digest: digits.network.digest)
        report = try NetworkReport(ReportData(model, train: train, test: test), options: options) { what, done, total in
            progress("digits network: \(what)", done, total)
        }
    }
}
