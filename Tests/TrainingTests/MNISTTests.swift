// The measure of training on real images; takes a minute, so only where it is asked for.

import Foundation
import Interchange
import Networks
import Tensors
import Testing
import Training

private let folder: String? = {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let places: [String?] = [ProcessInfo.processInfo.environment["MASO_DATA"], root.appending(path: "../shared/data").standardized.path]
    return places.compactMap { $0 }.first { FileManager.default.fileExists(atPath: $0 + "/mnist") }
}()

@Suite struct MNISTTests {
    @Test(
        "SmallCNN reaches 98.5 % on MNIST in two epochs",
        .enabled(if: folder != nil && ProcessInfo.processInfo.environment["MASO_TEST_LONG"] != nil, "needs MNIST and MASO_TEST_LONG"))
    func smallCNN() throws {
        let source = DataSource.mnist(folder: folder! + "/mnist")
        let (train, test) = (try source.load(.train), try source.load(.test))
        var architecture = try Architecture.named("SmallCNN")
        architecture.normalization = .perSample
        let threads = Int(ProcessInfo.processInfo.environment["MASO_THREADS"] ?? "2")!
        let configuration = TrainingConfiguration.with { ($0.epochs, $0.seed, $0.threads) = (2, 1, threads) }
        let result = try Trainer(architecture, on: train, test: test, configuration).run { event in
            switch event {
            case .epoch(let record): print(record)
            case .batch(let progress) where progress.batch % 100 == 0: print(progress)
            case .batch, .checkpoint: break
            }
        }
        print(result.imagesPerSecond, "images a second with", threads, "threads")
        #expect(result.test!.accuracy >= 0.985)
    }
}
