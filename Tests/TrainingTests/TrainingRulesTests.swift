// What changes parameters besides gradients: running statistics, masks, projections, decay, early stopping, refusals.

import Execution
import Foundation
import Graphs
import Interchange
import Networks
import Tensors
import Testing
import Training

@Suite struct TrainingRulesTests {
    /// A data set of vectors.
    private func vectors(_ count: Int, size: Int, seed: UInt64 = 1, classes: Int = 2) -> DataSet {
        var generator = RandomGenerator(seed: seed, purpose: "vectors")
        let numbers = (0..<count * size).map { _ in generator.uniform(-1, 1) }
        return DataSet(
            name: "vectors", samples: .float64(Tensor(shape: [count, size], elements: numbers)), labels: (0..<count).map { $0 % classes },
            classCount: classes)
    }

    @Test("Running statistics follow the batches: mean and unbiased variance, momentum 0.1")
    func runningStatistics() throws {
        let architecture = try Architecture(
            name: "norm", inputShape: [3], classCount: 2, layers: [.batchNormalization(), .dense(2), .softmax])
        let data = vectors(20, size: 3)
        let configuration = TrainingConfiguration.with { ($0.epochs, $0.batch, $0.shuffle) = (2, 8, false) }
        let network = try Trainer(architecture, on: data, configuration).run().network
        let x: Tensor<Float> = data.samples.converted()
        var (means, variances) = ([Double](repeating: 0, count: 3), [Double](repeating: 1, count: 3))
        for _ in 0..<2 {
            for batch in [0..<8, 8..<16, 16..<20] {
                for c in 0..<3 {
                    let values = batch.map { Double(x[$0, c]) }
                    let mean = values.reduce(0, +) / Double(values.count)
                    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
                    means[c] = 0.9 * means[c] + 0.1 * mean
                    variances[c] = 0.9 * variances[c] + 0.1 * variance
                }
            }
        }
        for (name, expected) in [("mean", means), ("variance", variances)] {
            let running = try #require(network.parameters.tensor("batchNorm1.\(name)", as: Double.self) ?? find(network, suffix: name))
            for (ours, exact) in zip(running.elements, expected) { #expect(abs(ours - exact) < 1e-6) }
        }
    }

    private func find(_ network: Network, suffix: String) -> Tensor<Double>? {
        network.parameters.names.first { $0.hasSuffix(".\(suffix)") }.flatMap { network.parameters.tensor($0) }
    }

    @Test("With batch normalization a last batch of one sample is left out, without it is learned from")
    func singleSample() throws {
        func batchCount(_ layers: [Layer]) throws -> Int {
            let architecture = try Architecture(name: "one", inputShape: [3], classCount: 2, layers: layers + [.dense(2)])
            let configuration = TrainingConfiguration.with { ($0.epochs, $0.batch, $0.threads) = (1, 8, 2) }
            var count = 0
            _ = try Trainer(architecture, on: vectors(17, size: 3), configuration).run { if case .batch = $0 { count += 1 } }
            return count
        }
        #expect(try batchCount([.batchNormalization()]) == 2)
        #expect(try batchCount([]) == 3)
    }

    @Test("Dropout keeps 1 − rate of the units, scaled so that the mean stays")
    func dropout() throws {
        // One weight w on the mask alone: f = (mask · 1) w with squared error against 1 and 0 gives the masks away in the loss.
        // With w = 0 the loss is 1 whatever the mask; so look at the network's own draws through the accuracy of a frozen network:
        // inputs of ones, weights fixed by a learning rate of almost 0.
        let architecture = try Architecture(
            name: "drop", inputShape: [1], classCount: 2, layers: [.dropout(0.3), .dense(2, bias: false)])
        let ones = DataSet(
            name: "ones", samples: .float64(Tensor(repeating: 1, shape: [2000, 1])), labels: [Int](repeating: 1, count: 2000), classCount: 2
        )
        let parameters = Parameters(
            names: architecture.parameters.map(\.name), tensors: [Tensor<Float>(shape: [2, 1], elements: [0, 1])])
        let configuration = TrainingConfiguration.with {
            ($0.epochs, $0.batch, $0.loss, $0.learningRate, $0.optimizer, $0.threads) =
                (1, 100, .squaredError, 1e-30, .gradientDescent, 2)
        }
        let trainer = try Trainer(architecture, on: ones, configuration, initial: Network(architecture, parameters))
        let record = try trainer.run().history[0]
        // Kept: outputs (0, 1/0.7), so class 1; dropped: (0, 0), a tie, so class 0. Loss (1/0.7 − 1)² or 1.
        let kept = record.trainAccuracy
        #expect(abs(kept - 0.7) < 4 * (0.7 * 0.3 / 2000).squareRoot())  // four standard deviations
        #expect(abs(record.trainLoss - (kept * pow(1 / 0.7 - 1, 2) + (1 - kept))) < 1e-5)
    }

    @Test("A convex architecture keeps its later weights at or above 0")
    func projection() throws {
        let architecture = try Architecture.named("MLP-8-8:convex", inputShape: [3], classCount: 2)
        let result = try Trainer(
            architecture, on: vectors(64, size: 3), .with { ($0.epochs, $0.learningRate) = (20, 0.05) }
        ).run()
        var (kept, free, zeros) = (0, 0, 0)
        for declaration in architecture.parameters {
            let tensor: Tensor<Float> = result.network.parameters.tensor(declaration.name)!
            if declaration.isNonNegative {
                kept += 1
                #expect(tensor.elements.allSatisfy { $0 >= 0 })
                zeros += tensor.elements.count { $0 == 0 }
            } else if tensor.elements.contains(where: { $0 < 0 }) {
                free += 1
            }
        }
        #expect(kept == 2 && free > 0 && zeros > 0)
    }

    @Test("Weight decay is the gradient of (λ/2)‖w‖², on weights and not on biases")
    func weightDecay() throws {
        let architecture = try Architecture(name: "linear", inputShape: [2], classCount: 2, layers: [.dense(2)])
        let start = Parameters(
            names: architecture.parameters.map(\.name),
            tensors: architecture.parameters.map { Tensor<Float>(repeating: 2, shape: $0.shape) })
        func trained(_ decay: Double) throws -> [String: [Float]] {
            let configuration = TrainingConfiguration.with {
                ($0.epochs, $0.optimizer, $0.learningRate, $0.weightDecay) = (1, .gradientDescent, 0.5, decay)
            }
            let network = try Trainer(architecture, on: vectors(8, size: 2), configuration, initial: Network(architecture, start)).run()
                .network
            let tensors = network.parameters.tensors(as: Float.self)
            return Dictionary(uniqueKeysWithValues: zip(network.parameters.names, tensors.map(\.elements)))
        }
        let (plain, decayed) = (try trained(0), try trained(0.25))
        // One batch, one step: w − ½(g + ¼·2) is ¼ less.
        for (name, numbers) in plain {
            let shift: Float = name.hasSuffix("weight") ? 0.25 : 0
            for (a, b) in zip(numbers, decayed[name]!) { #expect(abs(a - b - shift) < 1e-6) }
        }
    }

    @Test("Early stopping returns the parameters of the best held-out loss")
    func patience() throws {
        // Random labels: the held-out loss rises as soon as the training set is memorised.
        let configuration = TrainingConfiguration.with {
            ($0.epochs, $0.patience, $0.heldOut, $0.learningRate, $0.learningRateDecay) = (200, 3, 0.5, 0.05, 1)
        }
        let trainer = try Trainer(.named("MLP-32", inputShape: [4], classCount: 2), on: vectors(60, size: 4), configuration)
        let result = try trainer.run(keepsSnapshots: true)
        guard case .stoppedEarly(let best) = result.outcome else {
            Issue.record("\(result.outcome)")
            return
        }
        let losses = result.history.map { $0.heldOutLoss! }
        #expect(result.history.count == best + 3 && losses[best - 1] == losses.min())
        #expect(result.snapshots.count == best + 4)
        #expect(result.network.parameters == result.snapshots[best])
    }

    @Test("The learning rate decays by its factor each epoch")
    func decay() throws {
        let result = try Trainer(
            .named("MLP-4", inputShape: [2], classCount: 2), on: vectors(8, size: 2),
            .with { ($0.epochs, $0.learningRate, $0.learningRateDecay) = (3, 0.5, 0.5) }
        ).run()
        #expect(result.history.map(\.learningRate) == [0.5, 0.25, 0.125])
        let (small, large) = (try Architecture.named("SmallCNN"), try Architecture.named("LargeCNN"))
        let standard = TrainingConfiguration.with { $0.epochs = 4 }
        #expect(standard.learningRate(epochs: 0, for: small) == 3e-3 && standard.learningRate(epochs: 0, for: large) == 5e-4)
        #expect(abs(standard.learningRate(epochs: 4, for: small) - 3e-4) < 1e-15)
        let halved = TrainingConfiguration.with { ($0.learningRate, $0.learningRateDecay) = (8, 0.25) }
        #expect(halved.learningRate(epochs: 1.5, for: small) == 1)
    }

    @Test("Several seeds give several networks, each that of its seed")
    func seeds() throws {
        let (architecture, data) = (try Architecture.named("MLP-4", inputShape: [2], classCount: 2), vectors(8, size: 2))
        let configuration = TrainingConfiguration.with { $0.epochs = 2 }
        let results = try Trainer.run(seeds: [3, 4], architecture, on: data, configuration)
        for (seed, result) in zip([3, 4] as [UInt64], results) {
            let alone = try Trainer(architecture, on: data, .with { ($0.epochs, $0.seed) = (2, seed) }).run()
            #expect(result.network == alone.network)
        }
        #expect(results[0].network != results[1].network)
    }

    @Test("Evaluation in batches is evaluation of each sample; predictions are outputs", arguments: [1, 7, 64])
    func evaluation(batch: Int) throws {
        let data = digits(40, .test)
        let network = Network(try everythingNetwork(), seed: 3, as: Float.self)
        let evaluation = try network.evaluate(on: data, batch: batch)
        let x: Tensor<Double> = data.inputs(normalization: .perSample)
        let outputs = try Network(network.architecture, network.parameters.widened()).predict(x, batch: batch)
        var (loss, confusion) = (0.0, [[Int]](repeating: [Int](repeating: 0, count: 10), count: 10))
        for (row, label) in data.labels.enumerated() {
            let z = (0..<10).map { outputs[row, $0] }
            loss += log(z.map(exp).reduce(0, +)) - z[label]
            confusion[label][z.firstIndex(of: z.max()!)!] += 1
        }
        #expect(evaluation.confusion == confusion)
        #expect(abs(evaluation.loss - loss / 40) < 1e-5)
        #expect(evaluation.accuracy == Double((0..<10).map { confusion[$0][$0] }.reduce(0, +)) / 40)
        let bindings: Bindings<Double> = network.parameters.bindings().merging(["x": .scalars(x)]) { $1 }
        let graph = try network.graph(batch: 40)
        let exact = try Interpreter.run(graph.graph, [graph.outputs], bindings)[0].scalars
        #expect(zip(exact.elements, outputs.elements).allSatisfy { abs($0 - $1) < 1e-12 })
    }

    @Test(
        "Settings that cannot be are refused in one line",
        arguments: [
            (#"{"epochs": 0}"#, "64 epochs: expected from 1 to 1000000, got 0"),
            (#"{"batch": -1}"#, "64 batch: expected from 1 to 1000000, got -1"),
            (#"{"optimizer": "sgd"}"#, "64 optimizer: expected one of gradientDescent, nesterov, adam, got 'sgd'"),
            (#"{"learningRate": 0}"#, "64 learningRate: expected a positive number, got 0.0"),
            (#"{"learningRate": "fast"}"#, "64 learningRate: expected a number, got another value"),
            (#"{"learningRateDecay": 1.5}"#, "64 learningRateDecay: expected above 0 and at most 1, got 1.5"),
            (#"{"weightDecay": -1}"#, "64 weightDecay: expected a number of at least 0, got -1.0"),
            (#"{"momentum": 1}"#, "64 momentum: expected from 0.0 to less than 1.0, got 1.0"),
            (#"{"seed": -1}"#, "64 seed: expected a whole number of at least 0, got -1"),
            (#"{"shuffle": 1}"#, "64 shuffle: expected true or false, got another value"),
            (#"{"threads": 0}"#, "64 threads: expected from 1 to 256, got 0"),
            (#"{"exactConvolution": 1}"#, "64 exactConvolution: expected true or false, got another value"),
            (#"{"patience": 0}"#, "64 patience: expected from 1 to 1000000, got 0"),
            (#"{"heldOut": 1}"#, "64 heldOut: expected above 0 and below 1, got 1.0"),
            (
                #"{"initializer": "zero"}"#,
                "64 initializer: expected one of glorotUniform, glorotNormal, heUniform, heNormal, orthogonal, got 'zero'"
            ),
            (
                #"{"epoch": 3}"#,
                "64 epoch: expected one of epochs, batch, optimizer, learningRate, learningRateDecay, weightDecay, momentum, "
                    + "firstMomentDecay, secondMomentDecay, epsilon, loss, reconstruction, initializer, shuffle, seed, threads, "
                    + "exactConvolution, patience, heldOut, got an unknown setting"
            ),
        ])
    func configuration(json: String, text: String) {
        #expect(
            errorText { try JSONDecoder().decode(TrainingConfiguration.self, from: Data(json.utf8)).validate() } == text)
    }

    @Test("A configuration survives being written and read")
    func coding() throws {
        let configuration = TrainingConfiguration.with {
            ($0.epochs, $0.learningRate, $0.seed, $0.patience, $0.optimizer) = (3, 0.1, UInt64.max, 2, .nesterov)
        }
        let data = try JSONEncoder().encode(configuration)
        #expect(try JSONDecoder().decode(TrainingConfiguration.self, from: data) == configuration)
        #expect(try JSONDecoder().decode(TrainingConfiguration.self, from: Data("{}".utf8)) == TrainingConfiguration())
    }

    @Test("Exact convolutions are plans without Winograd's filtering, and the memory is shared among the threads")
    func execution() {
        let fast = TrainingConfiguration.with { $0.threads = 4 }.execution(maximumBytes: 4096)
        #expect(fast.usesWinograd && fast.maximumBytes == 1024)
        #expect(!TrainingConfiguration.with { $0.exactConvolution = true }.execution(maximumBytes: nil).usesWinograd)
    }

    @Test("The samples count against the memory, the test's and the held-out ones too")
    func samplesInMemory() throws {
        // 40 and 10 samples of two Floats each.
        let (train, test) = (ToySet.moons.dataSet(count: 40, split: .train), ToySet.moons.dataSet(count: 10, split: .test))
        let architecture = try Architecture.named("MLP-3", inputShape: [2], classCount: 4)
        func text(_ bytes: Int) -> String? {
            errorText { _ = try Trainer(architecture, on: train, test: test, .with { $0.patience = 1 }, maximumBytes: bytes) }
        }
        #expect(text(400) == nil)
        #expect(text(399)?.hasPrefix("69 training needs 400 bytes, allowed are 399 (--max-memory)") == true)
        // What is left is for the plans.
        let left = errorText { _ = try Trainer(architecture, on: train, test: test, maximumBytes: 500).run() }
        #expect(left?.hasSuffix("bytes, allowed are 100 (--max-memory): a smaller batch or fewer threads need less") == true)
    }

    @Test("Data that do not fit are refused, and a training that diverges says so")
    func refusals() throws {
        let toy = try Architecture.named("Toy")
        func text(_ data: DataSet, _ change: (inout TrainingConfiguration) -> Void = { _ in }) -> String? {
            errorText { _ = try Trainer(toy, on: data, .with(change)).run() }
        }
        #expect(text(vectors(8, size: 3)) == "65 vectors: shape of a sample: expected [2], got [3]")
        #expect(text(vectors(8, size: 2, classes: 5)) == "65 vectors: classes: expected at most 4, got 5")
        #expect(text(vectors(8, size: 2).subset([])) == "65 vectors: samples: expected at least one, got none")
        let holed = DataSet(
            name: "holed", samples: .float64(Tensor(shape: [2, 2], elements: [0, 1, 2, .nan])), labels: [0, 1], classCount: 2)
        #expect(text(holed) == "65 holed: sample 1: expected finite numbers, got nan")
        #expect(
            text(vectors(2, size: 2)) { $0.patience = 2 }
                == "64 heldOut: expected a fraction that leaves samples on both sides of 2, got 0.1")
        #expect(
            text(vectors(8, size: 2)) { ($0.optimizer, $0.learningRate, $0.learningRateDecay) = (.gradientDescent, 1e30, 1) }
                == "64 training: epoch 2, batch 1: the loss is not a finite number: lower the learning rate (1e+30)")
    }
}
