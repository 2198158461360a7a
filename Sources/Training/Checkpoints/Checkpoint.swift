// A training under way as a file: a native model (so every reading works on it) with the rest of the state beside the parameters.

import Foundation
import Interchange
import Networks
import Tensors

package enum Checkpoint {
    /// The metadata's name of the record.
    static let recordName = "training"
    static let bestName = NativeModel.statePrefix + "best"

    /// What of the state is not a tensor.
    struct Record: Codable {
        struct Best: Codable {
            let epoch: Int
            let loss: Double
        }

        let configuration: TrainingConfiguration
        let data: DataFingerprint
        let epoch: Int
        let batch: Int
        let lossSum: Double
        let correctCount: Int
        let sampleCount: Int
        let steps: Int
        let shuffling: [UInt64]
        let dropout: [UInt64]
        let best: Best?
        let history: [EpochRecord]
    }

    /// The file of a state.
    static func file(_ state: TrainingState, of trainer: Trainer) -> SafetensorsFile {
        let record = Record(
            configuration: trainer.configuration, data: trainer.fingerprint, epoch: state.epoch, batch: state.batch,
            lossSum: state.lossSum, correctCount: state.correctCount, sampleCount: state.sampleCount, steps: state.optimizer.stepCount,
            shuffling: state.shuffling.state, dropout: state.dropout.state,
            best: state.best.map { Record.Best(epoch: $0.epoch, loss: $0.loss) }, history: state.history)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        let text: String
        let network: Network
        do {
            text = String(decoding: try encoder.encode(record), as: UTF8.self)
            network = try Network(trainer.architecture, trainer.layout.parameters(state.values))
        } catch { preconditionFailure("\(error)") }
        var arrays = zip(state.optimizer.method.momentNames.map { NativeModel.statePrefix + $0 }, state.optimizer.moments).map { ($0, $1) }
        if let best = state.best { arrays.append((bestName, best.values)) }
        return NativeModel.file(
            network, metadata: [(recordName, text)],
            state: arrays.map { NamedTensor(name: $0.0, tensor: .float32(Tensor(shape: [$0.1.count], elements: $0.1))) }
        ).sealed
    }

    /// The state in a file.
    ///
    /// - Throws: `TrainingError.file` where it is no checkpoint, or not as it was written; `.resumption` for the first difference from
    ///   this architecture, configuration and data.
    package static func read(_ path: String, for trainer: Trainer) throws(TrainingError) -> TrainingState {
        let file: SafetensorsFile
        do { file = try open(path, budget: trainer.budget) } catch { throw .file(error) }
        return try state(in: file, path: path, for: trainer)
    }

    private static func open(_ path: String, budget: MemoryBudget) throws(InterchangeError) -> SafetensorsFile {
        let file = try SafetensorsFile(path: path, budget: budget)
        guard file.metadata(SafetensorsFile.checksumName) != nil else {
            throw .malformed(file: path, place: "__metadata__: \(SafetensorsFile.checksumName)", expected: "one", found: "none")
        }
        return file
    }

    /// The state in a file, which need not be sealed.
    package static func state(in file: SafetensorsFile, path: String, for trainer: Trainer) throws(TrainingError) -> TrainingState {
        let (network, record): (Network, Record)
        do throws(InterchangeError) {
            network = try NativeModel.network(in: file, name: path)
            record = try Checkpoint.record(in: file, path: path)
        } catch { throw .file(error) }
        try requireSame(network.architecture, record, path: path, for: trainer)
        do { return try state(network, record, in: file, path: path, for: trainer) } catch { throw .file(error) }
    }

    /// The settings of a training under way.
    /// - Throws: `InterchangeError` where the file is no checkpoint.
    static func configuration(_ path: String, budget: MemoryBudget) throws(InterchangeError) -> TrainingConfiguration {
        let file = try open(path, budget: budget)
        try file.requireSeal(name: path)
        return try record(in: file, path: path).configuration
    }

    private static func requireSame(_ architecture: Architecture, _ record: Record, path: String, for trainer: Trainer)
        throws(TrainingError)
    {
        func require(_ holds: Bool, _ what: String, _ has: String, _ asked: String) throws(TrainingError) {
            if !holds { throw .resumption(checkpoint: path, what: what, has: has, asked: asked) }
        }
        if let difference = difference(trainer.architecture, architecture) {
            try require(false, "architecture: \(difference.place)", difference.found, difference.expected)
        }
        for (mine, its) in zip(trainer.configuration.settings, record.configuration.settings) {
            // More epochs may be asked for, unless the learning rate follows their number.
            if mine.name == "epochs" && trainer.configuration.learningRateDecay != nil { continue }
            try require(mine.value == its.value, mine.name, its.value, mine.value)
        }
        let (data, its) = (trainer.fingerprint, record.data)
        try require(data.count == its.count, "training data", "\(its.count) samples of \(its.name)", "\(data.count) of \(data.name)")
        try require(data.digest == its.digest, "training data", "\(its.name) with digest \(its.digest)", "\(data.name) with \(data.digest)")
    }

    private static func state(
        _ network: Network, _ record: Record, in file: SafetensorsFile, path: String, for trainer: Trainer
    ) throws(InterchangeError) -> TrainingState {
        func require(_ holds: Bool, _ place: String, _ expected: String, _ found: String) throws(InterchangeError) {
            if !holds { throw .malformed(file: path, place: place, expected: expected, found: found) }
        }
        let limit = 1 << 40
        func count(_ value: Int, _ name: String) throws(InterchangeError) {
            try require((0...limit).contains(value), "training: \(name)", "from 0 to \(limit)", "\(value)")
        }
        try count(record.epoch, "epoch")
        try count(record.steps, "steps")
        try count(record.correctCount, "correctCount")
        try count(record.sampleCount, "sampleCount")
        try require(record.history.count == record.epoch, "training: history", "\(record.epoch) epochs", "\(record.history.count)")
        let batchCount = (trainer.train.labels.count - 1) / trainer.configuration.batch + 1
        try require((0...batchCount).contains(record.batch), "training: batch", "from 0 to \(batchCount)", "\(record.batch)")
        try require(record.batch == 0 || record.sampleCount > 0, "training: sampleCount", "some after a batch", "\(record.sampleCount)")
        func random(_ words: [UInt64], _ name: String) throws(InterchangeError) -> RandomGenerator {
            guard let generator = RandomGenerator(state: words) else {
                throw .malformed(
                    file: path, place: "training: \(name)", expected: "four numbers that are not all 0", found: "\(words.prefix(5))")
            }
            return generator
        }
        func array(_ name: String, count: Int) throws(InterchangeError) -> [Float] {
            guard let tensor = file.tensors.first(where: { $0.name == name })?.tensor else {
                throw .malformed(file: path, place: "tensor «\(name)»", expected: "shape [\(count)]", found: "no such tensor")
            }
            guard case .float32(let numbers) = tensor, numbers.shape == [count] else {
                throw .malformed(
                    file: path, place: "tensor «\(name)»", expected: "float32 [\(count)]",
                    found: "\(tensor.elementType.rawValue) \(tensor.shape)")
            }
            return numbers.elements
        }

        var state = TrainingState(
            values: trainer.layout.flattened(network.parameters), trainableCount: trainer.layout.trainableCount,
            configuration: trainer.configuration)
        var moments: [[Float]] = []
        for name in trainer.configuration.method.momentNames {
            moments.append(try array(NativeModel.statePrefix + name, count: trainer.layout.trainableCount))
        }
        state.optimizer = Optimizer(trainer.configuration.method, moments: moments, stepCount: record.steps)
        (state.epoch, state.batch, state.history) = (record.epoch, record.batch, record.history)
        (state.lossSum, state.correctCount, state.sampleCount) = (record.lossSum, record.correctCount, record.sampleCount)
        state.shuffling = try random(record.shuffling, "shuffling")
        state.dropout = try random(record.dropout, "dropout")
        if let best = record.best {
            let range = 1...max(1, record.epoch)
            try require(range.contains(best.epoch), "training: best", "an epoch from 1 to \(range.upperBound)", "\(best.epoch)")
            state.best = BestParameters(epoch: best.epoch, loss: best.loss, values: try array(bestName, count: trainer.layout.count))
        }
        return state
    }

    private static func record(in file: SafetensorsFile, path: String) throws(InterchangeError) -> Record {
        guard let text = file.metadata(recordName) else {
            throw .malformed(file: path, place: "__metadata__: training", expected: "a training under way", found: "none")
        }
        // The strict parser first: it bounds the depth, and refuses a name that comes twice.
        _ = try JSONValue(parsing: Array(text.utf8), file: "\(path): training")
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        do {
            return try decoder.decode(Record.self, from: Data(text.utf8))
        } catch TrainingError.configuration(let field, let expected, let got) {
            throw .malformed(file: path, place: "configuration: \(field)", expected: expected, found: got)
        } catch DecodingError.keyNotFound(let key, let context) {
            throw .malformed(file: path, place: place(context.codingPath + [key]), expected: "a value", found: "no such key")
        } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
            DecodingError.dataCorrupted(let context)
        {
            throw .malformed(file: path, place: place(context.codingPath), expected: "the state of a training", found: "another value")
        } catch {
            throw .malformed(file: path, place: "training", expected: "the state of a training", found: "another value")
        }
    }

    private static func place(_ keys: [any CodingKey]) -> String {
        keys.reduce("training") { place, key in key.intValue.map { "\(place)[\($0)]" } ?? "\(place): \(key.stringValue)" }
    }

    /// The first part in which two architectures differ.
    private static func difference(_ mine: Architecture, _ its: Architecture) -> (place: String, expected: String, found: String)? {
        if mine.name != its.name { return ("name", mine.name, its.name) }
        if mine.inputShape != its.inputShape { return ("input", "\(mine.inputShape)", "\(its.inputShape)") }
        if mine.classCount != its.classCount { return ("classes", "\(mine.classCount)", "\(its.classCount)") }
        if mine.layers.count != its.layers.count { return ("layers", "\(mine.layers.count)", "\(its.layers.count)") }
        for (index, (a, b)) in zip(mine.layers, its.layers).enumerated() where a != b { return ("layers[\(index)]", "\(a)", "\(b)") }
        if mine.isConvex != its.isConvex { return ("convex", "\(mine.isConvex)", "\(its.isConvex)") }
        if mine.normalization != its.normalization { return ("normalization", "\(mine.normalization)", "\(its.normalization)") }
        if mine.classNames != its.classNames {
            return ("classNames", "\(mine.classNames ?? [])", "\(its.classNames ?? [])")
        }
        return nil
    }
}
