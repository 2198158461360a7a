// Training as a whole: it learns, and it is a function of settings, data and thread count.

import Interchange
import Networks
import Tensors
import Testing
import Training

@Suite struct TrainerTests {
    @Test("The toy network learns both toy sets", arguments: ToySet.allCases)
    func toy(set: ToySet) throws {
        let configuration = TrainingConfiguration.with {
            ($0.epochs, $0.learningRate, $0.learningRateDecay, $0.seed) = (120, 1e-2, 0.98, 1)
        }
        let trainer = try Trainer(
            .named("Toy"), on: set.dataSet(count: 2_000, split: .train), test: set.dataSet(count: 1_000, split: .test), configuration)
        let result = try trainer.run()
        #expect(result.test!.accuracy > 0.95, "\(set): \(result.history.last!)")
        #expect(result.history.count == 120)
    }

    @Test("A convolutional network learns the digits")
    func digitsNetwork() throws {
        let architecture = try Architecture.named("DigitsCNN")
        let configuration = TrainingConfiguration.with { ($0.epochs, $0.seed) = (6, 1) }
        let result = try Trainer(architecture, on: Digits.dataSet(.train), test: Digits.dataSet(.test), configuration).run()
        #expect(result.test!.accuracy > 0.9)
        #expect(result.test!.count == 360)
        #expect(result.test!.confusion.joined().reduce(0, +) == 360)
    }
}
