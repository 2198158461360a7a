import ArgumentParser
import Foundation
import MaxAffineSplines

struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Trains an architecture on data.",
        discussion: """
            Settings come from --config, and options given here override them. A checkpoint (M.checkpoint) is written at the start and \
            after each epoch; with --resume training continues from it as if it had never stopped, bit for bit, with its settings.
              maso train SmallCNN --data mnist:data/mnist --epochs 2 -o m.safetensors
            """)

    @Argument(
        help: ArgumentHelp(
            "The architecture, with options: NAME[:pooling=max|mean,batchNorm,convex,input=CxHxW,classes=N].", valueName: "arch"))
    var architecture: String

    @Option(help: ArgumentHelp("The data; the input's shape and the classes are taken from it.", valueName: "data"))
    var data: String

    @Option(name: .customShort("o"), help: ArgumentHelp("The model file to write.", valueName: "m.safetensors"))
    var output: String

    @Flag(help: "Continue from the checkpoint beside the model.")
    var resume = false

    @Option(help: ArgumentHelp("A TOML file of settings, named such as learningRate.", valueName: "file.toml"))
    var config: String?

    @Option(help: ArgumentHelp("sample (zero mean, largest magnitude 1: images by default) or none.", valueName: "kind"))
    var normalization: NormalizationChoice?

    @Option(help: ArgumentHelp("A folder for the network before training and after each epoch of this run.", valueName: "dir"))
    var snapshots: String?

    @OptionGroup(title: "Settings") var settings: TrainingOptions
    @OptionGroup var common: CommonOptions

    enum NormalizationChoice: String, ExpressibleByArgument, CaseIterable { case sample, none }

    func run() throws {
        guard output.hasSuffix(".safetensors") else { throw Failure.usage("-o \(output): expected a name that ends in .safetensors") }
        try OutputFile.check(output)
        if let kind = try? FileManager.default.attributesOfItem(atPath: output)[.type] as? FileAttributeType, kind != .typeRegular {
            throw Failure(.cannotCreate, "\(output): cannot be created: is not a regular file, and a checkpoint is written beside it")
        }
        if let snapshots { try OutputFolder.check(snapshots) }
        let checkpoint = output + ".checkpoint"
        if !resume { try OutputFile.check(checkpoint) }
        let configuration = try configuration()
        let (train, test) = try load(configuration.seed)
        var architecture = try Architecture.named(architecture, inputShape: train.sampleShape, classCount: train.classCount)
        switch normalization {
        case .sample: architecture.normalization = .perSample
        case .some(.none): architecture.normalization = .none
        case nil: break
        }
        architecture.classNames = train.classNames
        let left = common.budget.besides(train.byteCount + (test?.byteCount ?? 0))
        let trainer = try Trainer(architecture, on: train, test: test, configuration, maximumBytes: left.limit)
        Interruption.isCancelling = true
        var display = TrainingDisplay(quiet: common.quiet)
        let result = try trainer.run(
            checkpoint: checkpoint, resumes: resume, cancellation: Interruption.cancellation, keepsSnapshots: snapshots != nil
        ) { display.show($0) }
        display.finish()
        if let snapshots {
            let folder = try OutputFolder(snapshots)
            let first = result.history.count + 1 - result.snapshots.count
            for (index, parameters) in result.snapshots.enumerated() {
                let number = String(first + index)
                let name = "epoch-" + String(repeating: "0", count: max(0, 3 - number.count)) + number
                try Network(architecture, parameters).write(to: "\(folder.path)/\(name).safetensors")
            }
        }
        if case .cancelled = result.outcome {
            throw Failure(.interrupted, "interrupted; continue with: \(typedCommand(without: "--resume")) --resume")
        }
        try result.network.write(to: output)
        try report(result)
    }

    private func configuration() throws -> TrainingConfiguration {
        var configuration = TrainingConfiguration()
        if let config {
            configuration = try TrainingConfiguration(tomlFile: config, budget: common.budget)
        } else if resume {
            configuration = try TrainingConfiguration(checkpoint: output + ".checkpoint", budget: common.budget)
        }
        settings.apply(to: &configuration)
        if let seed = common.givenSeed { configuration.seed = seed }
        if common.threads != nil || (config == nil && !resume) { configuration.threads = common.threadCount }
        try configuration.validate()
        return configuration
    }

    /// Training and test data: the published splits, or a fifth held out where the data come in one piece of at least five samples.
    private func load(_ seed: UInt64) throws -> (train: DataSet, test: DataSet?) {
        let source = try DataSource(data)
        let train = try source.load(.train, seed: seed, budget: common.budget)
        if source.hasSplits { return (train, try source.load(.test, seed: seed, budget: common.budget)) }
        let parts = train.split(testFraction: 0.2, seed: seed)
        return (parts.train, parts.test.count > 0 ? parts.test : nil)
    }

    private func report(_ result: TrainingResult) throws {
        let last = result.history.last
        func optional(_ number: Double?) -> JSONValue { number.map { JSONValue($0) } ?? .null }
        let object: JSONValue = [
            "model": JSONValue(output), "architecture": JSONValue(architecture), "parameters": JSONValue(result.network.parameterCount),
            "epochs": JSONValue(result.history.count), "trainLoss": optional(last?.trainLoss),
            "trainAccuracy": optional(last?.trainAccuracy),
            "testLoss": optional(result.test?.loss), "testAccuracy": optional(result.test?.accuracy),
            "imagesPerSecond": JSONValue(result.imagesPerSecond), "seconds": JSONValue(result.seconds),
            "history": .array(
                result.history.map { record in
                    [
                        "epoch": JSONValue(record.epoch), "learningRate": JSONValue(record.learningRate),
                        "trainLoss": JSONValue(record.trainLoss), "trainAccuracy": JSONValue(record.trainAccuracy),
                        "testLoss": optional(record.testLoss), "testAccuracy": optional(record.testAccuracy),
                        "seconds": JSONValue(record.seconds),
                    ]
                }),
        ]
        try printResult(common.json, object, output: output) {
            "\(output): \(result.network.parameterCount) parameters, \(result.history.count) epochs in \(brief(result.seconds)) s, "
                + "test accuracy \(result.test.map { brief($0.accuracy) } ?? "–"), loss \(result.test.map { brief($0.loss) } ?? "–")"
        }
    }
}

/// The settings of training that are options; the others are in the TOML file.
struct TrainingOptions: ParsableArguments {
    @Option(parsing: .unconditional, help: ArgumentHelp("Passes over the training data.", valueName: "n"))
    var epochs: Int?
    @Option(parsing: .unconditional, help: ArgumentHelp("Samples a step.", valueName: "n"))
    var batch: Int?
    @Option(help: ArgumentHelp("gradientDescent, nesterov or adam.", valueName: "method"))
    var optimizer: TrainingConfiguration.Method?
    @Option(parsing: .unconditional, help: ArgumentHelp("The first epoch's learning rate.", valueName: "η"))
    var learningRate: Double?
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The factor on the learning rate each epoch; by default a tenth over all.", valueName: "factor"))
    var learningRateDecay: Double?
    @Option(parsing: .unconditional, help: ArgumentHelp("Weight decay.", valueName: "λ"))
    var weightDecay: Double?
    @Option(parsing: .unconditional, help: ArgumentHelp("Momentum of nesterov.", valueName: "μ"))
    var momentum: Double?
    @Option(help: ArgumentHelp("glorotUniform, glorotNormal, heUniform, heNormal or orthogonal.", valueName: "name"))
    var initializer: Initializer?
    @Option(help: ArgumentHelp("crossEntropy or squaredError.", valueName: "name"))
    var loss: Loss?
    @Option(parsing: .unconditional, help: ArgumentHelp("The weight of ‖A[x]ᵀf(x) − x‖² in the loss.", valueName: "β"))
    var reconstruction: Double?
    @Option(parsing: .unconditional, help: ArgumentHelp("Stop when a held-out part has not improved for this many epochs.", valueName: "n"))
    var patience: Int?
    @Flag(help: "Keep the order of the data, as R17 does.")
    var noShuffle = false

    @Flag(help: "Convolutions by plain sums alone, without Winograd's filtering: slower, rounding two to four times less.")
    var exactConvolution = false

    /// Puts what was given into `configuration`.
    func apply(to configuration: inout TrainingConfiguration) {
        func set<T>(_ path: WritableKeyPath<TrainingConfiguration, T>, _ value: T?) {
            if let value { configuration[keyPath: path] = value }
        }
        set(\.epochs, epochs)
        set(\.batch, batch)
        set(\.optimizer, optimizer)
        if let learningRate { configuration.learningRate = learningRate }
        if let learningRateDecay { configuration.learningRateDecay = learningRateDecay }
        set(\.weightDecay, weightDecay)
        set(\.momentum, momentum)
        set(\.initializer, initializer)
        set(\.loss, loss)
        set(\.reconstruction, reconstruction)
        if let patience { configuration.patience = patience }
        if noShuffle { configuration.shuffle = false }
        if exactConvolution { configuration.exactConvolution = true }
    }
}

extension TrainingConfiguration.Method: ExpressibleByArgument {}
extension Initializer: ExpressibleByArgument {}
extension Loss: ExpressibleByArgument {}
