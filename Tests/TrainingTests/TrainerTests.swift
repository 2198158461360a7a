// Training as a whole: it learns, and it is a function of settings, data and thread count.

import Foundation
import Interchange
import Networks
import Tensors
import Testing
import Training

@Suite struct TrainerTests {
    @Test("The toy network learns both toy sets", arguments: ToySet.allCases)
    func toy(set: ToySet) throws {
        let configuration = TrainingConfiguration.with {
            ($0.epochs, $0.learningRate, $0.seed) = (120, 1e-2, 1)
        }
        let trainer = try Trainer(
            .named("Toy"), on: set.dataSet(count: 2_000, split: .train), test: set.dataSet(count: 1_000, split: .test), configuration)
        let result = try trainer.run()
        #expect(result.test!.accuracy > 0.95, "\(set): \(result.history.last!)")
        #expect(result.history.count == 120)
    }

    @Test("A convolutional network learns the digits")
    func digitsNetwork() throws {
        var architecture = try Architecture.named("DigitsCNN")
        architecture.normalization = .perSample
        let configuration = TrainingConfiguration.with { ($0.epochs, $0.seed) = (30, 1) }
        let result = try Trainer(architecture, on: Digits.dataSet(.train), test: Digits.dataSet(.test), configuration).run()
        #expect(result.test!.accuracy > 0.9)
        #expect(result.test!.count == 360)
        #expect(result.test!.confusion.joined().reduce(0, +) == 360)
    }
}

@Suite struct DeterminismTests {
    /// Everything of a result that is a function of settings, data and thread count.
    struct Bits: Hashable {
        let parameters: Parameters
        let losses: [Double]
        let accuracies: [Double]

        init(_ result: TrainingResult) {
            parameters = result.network.parameters
            losses = result.history.flatMap { [$0.trainLoss, $0.testLoss ?? -1, $0.heldOutLoss ?? -1, $0.learningRate] }
            accuracies = result.history.flatMap { [$0.trainAccuracy, $0.testAccuracy ?? -1, $0.heldOutAccuracy ?? -1] }
        }
    }

    static let configuration = TrainingConfiguration.with {
        ($0.epochs, $0.batch, $0.seed, $0.weightDecay, $0.learningRateDecay) = (3, 32, 5, 1e-4, 0.9)
    }

    /// 150 samples: four batches of 32 and one of 22.
    func trainer(_ change: (inout TrainingConfiguration) -> Void = { _ in }, batchNorm: Bool = true) throws -> Trainer {
        var configuration = DeterminismTests.configuration
        change(&configuration)
        return try Trainer(everythingNetwork(batchNorm: batchNorm), on: digits(150), test: digits(50, .test), configuration)
    }

    @Test("The same seed gives the same bits, another seed other bits", arguments: [1, 2, 3])
    func sameSeed(threads: Int) throws {
        func bits(seed: UInt64) throws -> Bits {
            Bits(try trainer({ ($0.seed, $0.threads) = (seed, threads) }, batchNorm: threads == 1).run())
        }
        let first = try bits(seed: 5)
        #expect(try bits(seed: 5) == first)
        #expect(try bits(seed: 6).parameters != first.parameters)
    }

    @Test("Two threads compute what one does, up to rounding; with batch normalization, to the bit")
    func threads() throws {
        let (one, two) = (try trainer(batchNorm: false).run(), try trainer({ $0.threads = 2 }, batchNorm: false).run())
        let pairs = zip(one.network.parameters.tensors(as: Double.self), two.network.parameters.tensors(as: Double.self))
        let largest = pairs.flatMap { zip($0.elements, $1.elements).map { abs($0 - $1) } }.max()!
        // Adam divides by the root of squared gradients, so that the rounding of tiny ones is magnified to steps of η = 3e-3.
        #expect(largest > 0 && largest < 1e-2)
        #expect(abs(one.history[2].trainLoss - two.history[2].trainLoss) < 1e-3)
        #expect(try Bits(trainer().run()) == Bits(trainer({ $0.threads = 2 }).run()))
    }

    @Test("The planned executor trains as the interpreter does", arguments: [false, true])
    func oracle(batchNorm: Bool) throws {
        // Plain gradient descent: Adam would magnify the rounding of tiny gradients to steps of η.
        var trainer = try trainer(
            { ($0.epochs, $0.reconstruction, $0.optimizer, $0.learningRate) = (2, 1e-3, .gradientDescent, 1e-2) }, batchNorm: batchNorm)
        let planned = try trainer.run()
        trainer.makeRunner = Runners.interpreted
        let interpreted = try trainer.run()
        for (ours, oracle) in zip(planned.history, interpreted.history) {
            #expect(abs(ours.trainLoss - oracle.trainLoss) < 1e-4)
            #expect(abs(ours.testLoss! - oracle.testLoss!) < 1e-4)
        }
    }

    @Test("Resuming from a checkpoint is bit for bit never having stopped", arguments: ["adam", "nesterov", "gradientDescent"], [1, 2])
    func resumption(method: String, threads: Int) throws {
        let trainer = try trainer(
            {
                $0.optimizer = .init(rawValue: method)!
                ($0.threads, $0.patience, $0.learningRate) = (threads, 5, 1e-2)
            }, batchNorm: threads == 1)
        let whole = Bits(try trainer.run())
        try withTemporaryFolder { folder in
            // 135 samples are left without the held-out tenth: five batches an epoch, three epochs.
            for stop in [0, 1, 4, 5, 7, 12] {
                let path = "\(folder)/\(stop).checkpoint"
                let cancellation = Cancellation()
                var batches = 0
                if stop == 0 { cancellation.cancel() }
                let cancelled = try trainer.run(checkpoint: path, cancellation: cancellation) { event in
                    if case .batch = event { batches += 1 }
                    if batches == stop { cancellation.cancel() }
                }
                #expect(cancelled.outcome == .cancelled(checkpoint: path))
                let resumed = try trainer.run(checkpoint: path, resumes: true)
                #expect(resumed.outcome == .finished)
                #expect(Bits(resumed) == whole, "stopped after \(stop)")
            }
        }
    }

    @Test("A killed run continues from the checkpoint of its last epoch")
    func kill() throws {
        let trainer = try trainer()
        let whole = Bits(try trainer.run())
        try withTemporaryFolder { folder in
            let (path, saved) = ("\(folder)/m.checkpoint", "\(folder)/saved")
            var checkpoints = 0
            _ = try trainer.run(checkpoint: path) { event in
                guard case .checkpoint = event else { return }
                checkpoints += 1
                // What kill -9 in the second epoch leaves.
                if checkpoints == 2 { try! FileManager.default.copyItem(atPath: path, toPath: saved) }
            }
            #expect(checkpoints == 4)  // at the start, and after each epoch
            #expect(Bits(try trainer.run(checkpoint: saved, resumes: true)) == whole)
            // A finished training resumed is the finished training; more epochs may be asked for.
            #expect(Bits(try trainer.run(checkpoint: path, resumes: true)) == whole)
            let longer = try self.trainer { $0.epochs = 4 }
            #expect(Bits(try longer.run(checkpoint: path, resumes: true)) == Bits(try longer.run()))
        }
    }

    @Test("Without shuffling the order is that of the data; the last batch is what is left")
    func unshuffled() throws {
        var sizes: [Int] = []
        let trainer = try trainer { ($0.shuffle, $0.epochs) = (false, 1) }
        _ = try trainer.run { if case .batch(let progress) = $0 { sizes.append(progress.batchCount) } }
        #expect(sizes == [5, 5, 5, 5, 5])
        #expect(try Bits(trainer.run()) != Bits(self.trainer { $0.epochs = 1 }.run()))
    }
}
