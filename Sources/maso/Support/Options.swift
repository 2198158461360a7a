// The options that commands share, by name and meaning (DESIGN §6).

import ArgumentParser
import Foundation
import MaxAffineSplines

/// `--json --seed --threads --max-memory --quiet`, everywhere.
struct CommonOptions: ParsableArguments {
    @Flag(help: "Print one JSON object on standard output.")
    var json = false

    @Option(name: .customLong("seed"), parsing: .unconditional, help: ArgumentHelp("The seed of everything random (0).", valueName: "n"))
    var givenSeed: UInt64?

    @Option(parsing: .unconditional, help: ArgumentHelp("How many threads to use; all by default.", valueName: "n"))
    var threads: Int?

    @Option(help: ArgumentHelp("The most memory to use, such as 500M or 4G; half of the machine's by default.", valueName: "size"))
    var maxMemory: String?

    @Flag(help: "No progress on standard error.")
    var quiet = false

    func validate() throws {
        if let threads, threads < 1 { throw ValidationError("--threads: expected at least 1, got \(threads)") }
        if let maxMemory, bytes(maxMemory) == nil {
            throw ValidationError("--max-memory: expected a size such as 500M or 4G, got '\(maxMemory)'")
        }
    }

    var seed: UInt64 { givenSeed ?? 0 }

    var budget: MemoryBudget { maxMemory.flatMap { bytes($0) }.map { MemoryBudget(limit: $0) } ?? .standard }

    var threadCount: Int { threads ?? ProcessInfo.processInfo.activeProcessorCount }

    private func bytes(_ text: String) -> Int? {
        let units = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40]
        let unit = text.last.flatMap { units[$0.uppercased()] }
        guard let number = Int(unit == nil ? text : String(text.dropLast())), number > 0 else { return nil }
        let (product, overflow) = number.multipliedReportingOverflow(by: unit ?? 1)
        return overflow ? nil : product
    }
}

/// MODEL: a file, or an architecture with `--init`.
struct ModelOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("A model file, or an architecture with --init.", valueName: "model"))
    var model: String

    @Option(
        name: .customLong("init"), parsing: .unconditional,
        help: ArgumentHelp("Read the untrained architecture of this seed.", valueName: "seed"))
    var initialSeed: UInt64?

    @OptionGroup(title: "Models of other programs") var imported: ImportOptions

    /// The network, its weights widened.
    /// - Parameter samples: the X.npy that it is to read, whose shape settles what the model leaves open.
    func load(_ common: CommonOptions, samples: String? = nil) throws -> Model {
        if let remedy = foreignFormat { throw Failure(.unavailable, "\(model): \(remedy)") }
        if model.contains(".") || model.contains("/") {
            if initialSeed != nil { throw Failure.usage("\(model): --init is for architectures, and this is a file") }
            return try Model(path: model, imported.choices(common, samples: samples), budget: common.budget).limited(to: common.budget)
        }
        guard let initialSeed else {
            throw Failure.usage("\(model): an architecture needs --init SEED, and a file has a dot or a slash in its name")
        }
        if let option = try imported.choices(common).foreignToNative.first {
            throw Failure.usage("\(option): is for ONNX models")
        }
        let architecture = try Architecture.named(model)
        let network = Network(architecture, seed: initialSeed)
        return Model(network, name: model, digest: SHA256.digest(Array("\(architecture.json) \(initialSeed)".utf8)))
            .limited(to: common.budget)
    }

    /// How to bring a file of another program here, if it is one.
    private var foreignFormat: String? {
        switch model.split(separator: ".").last.map({ $0.lowercased() }) {
        case "pt", "pth": "a PyTorch file; export it: torch.onnx.export(model, example, \"model.onnx\")"
        case "h5", "keras": "a Keras file; export it: model.export(\"model.onnx\", format=\"onnx\")"
        case "pb", "tflite": "a TensorFlow file; export it with tf2onnx: python -m tf2onnx.convert --output model.onnx …"
        case "npy", "npz", "csv": "data, not a model"
        case "pkl", "joblib": "a scikit-learn file; export it with skl2onnx: to_onnx(model, X[:1])"
        default: nil
        }
    }
}

/// DATA and which part of it.
struct DataOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The data: digits, mnist:DIR, cifar10:DIR, idx:IMAGES,LABELS, npy:X,Y, csv:FILE, toy:NAME.", valueName: "data"))
    var data: String

    @Option(help: ArgumentHelp("train or test.", valueName: "split"))
    var split: Split?

    /// The samples of the split asked for, or of the default one, their classes numbered as the network's, which keeps to what memory
    /// they leave.
    func load(_ common: CommonOptions, for model: inout Model, default split: Split = .test) throws -> DataSet {
        let data = try model.aligned(DataSource(data).load(self.split ?? split, seed: common.seed, budget: common.budget))
        model = model.limited(to: common.budget.besides(data.byteCount))
        return data
    }
}

extension Split: ExpressibleByArgument {}

extension Model {
    /// - Throws: `Failure` where the samples have another size than the network reads.
    func requireFit(_ data: DataSet) throws {
        let (given, read) = (data.sampleShape, readable.inputShape)
        guard given.elementCount == read.elementCount else {
            throw Failure(.wrongData, "\(data.name): samples of shape \(given), the network reads \(read)")
        }
        if network == nil, given.count == 3, given[0] > 1, given != read, Array(given[1...]) + [given[0]] == read {
            throw Failure.usage("\(data.name): samples of shape \(given), the network reads \(read): give --layout nchw")
        }
    }

    /// The data as the network's input, the indices checked against it.
    func inputs(_ data: DataSet, _ indices: [Int]) throws -> Tensor<Double> {
        try requireFit(data)
        try data.requireSamples(indices)
        return try inputs(of: data, indices)
    }
}

extension DataSet {
    /// - Throws: `Failure.usage` for an index that the data do not have.
    func requireSamples(_ indices: [Int]) throws {
        if let wrong = indices.first(where: { $0 < 0 || $0 >= count }) {
            throw Failure.usage("sample \(wrong): \(name) has samples 0 to \(count - 1)")
        }
    }
}

/// MODEL X.npy: a network and the samples that it reads.
struct SampleOptions: ParsableArguments {
    @OptionGroup var source: ModelOptions

    @Argument(help: ArgumentHelp("The samples, an npy file of shape N×input.", valueName: "X.npy"))
    var samples: String

    /// The network, which keeps to what memory the samples leave, and the samples: its input as it is, any real type, batch first.
    func load(_ common: CommonOptions) throws -> (model: Model, samples: Tensor<Double>) {
        let model = try source.load(common, samples: samples)
        let array = try NumpyArray.read(path: samples, budget: common.budget)
        let expected = model.readable.inputShape
        let shape = array.shape == expected ? [1] + expected : array.shape  // one sample may come as it is
        guard shape.count == expected.count + 1, Array(shape.dropFirst()) == expected else {
            throw InterchangeError.malformed(
                file: samples, place: "shape",
                expected: "[N" + expected.map { ", \($0)" }.joined() + "]"
                    + (model.readsWhole ? ", all of the network's input being one sample" : ""),
                found: "\(array.shape)")
        }
        let numbers: Tensor<Double> = array.converted().reshaped(shape)
        if let wrong = numbers.elements.firstIndex(where: { !$0.isFinite }) {
            let size = max(expected.elementCount, 1)
            throw InterchangeError.malformed(
                file: samples, place: "sample \(wrong / size)", expected: "finite numbers", found: "\(numbers.elements[wrong])")
        }
        return (model.limited(to: common.budget.besides(numbers.count * MemoryLayout<Double>.stride)), numbers)
    }
}
