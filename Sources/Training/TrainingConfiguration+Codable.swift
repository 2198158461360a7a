// The settings as a file has them: every key optional, an unknown key refused, wrong values named.

public import Interchange
import Networks

extension TrainingConfiguration: Codable {
    /// The names of the settings in files, in the order of the properties.
    enum CodingKeys: String, CodingKey, CaseIterable {
        case epochs, batch, optimizer, learningRate, learningRateDecay, weightDecay, momentum, firstMomentDecay, secondMomentDecay
        case epsilon, loss, reconstruction, initializer, shuffle, seed, threads, exactConvolution, patience, heldOut
    }

    private struct AnyKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// Settings that are absent have their defaults. Call `validate` for the ranges.
    /// - Throws: `TrainingError.configuration` for an unknown key or a value of the wrong kind.
    public init(from decoder: any Decoder) throws {
        let names = CodingKeys.allCases.map(\.rawValue)
        let unknown = try decoder.container(keyedBy: AnyKey.self).allKeys.map(\.stringValue).filter { !names.contains($0) }
        if let key = unknown.min() {
            throw TrainingError.configuration(field: key, expected: "one of \(names.joined(separator: ", "))", got: "an unknown setting")
        }
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func read<T: Decodable>(_ key: CodingKeys, _ value: inout T, _ expected: String) throws {
            do { value = try container.decodeIfPresent(T.self, forKey: key) ?? value } catch {
                throw TrainingError.configuration(field: key.rawValue, expected: expected, got: "another value")
            }
        }
        // A whole number is a number: 1 for 1.0.
        func readNumber(_ key: CodingKeys, _ value: inout Double?) throws {
            guard container.contains(key), (try? container.decodeNil(forKey: key)) != true else { return }
            if let number = try? container.decode(Double.self, forKey: key) {
                value = number
            } else if let number = try? container.decode(Int64.self, forKey: key) {
                value = Double(number)
            } else {
                throw TrainingError.configuration(field: key.rawValue, expected: "a number", got: "another value")
            }
        }
        func readNumber(_ key: CodingKeys, _ value: inout Double) throws {
            var number: Double? = value
            try readNumber(key, &number)
            value = number ?? value
        }
        func readChoice<T: Decodable & CaseIterable & RawRepresentable<String>>(_ key: CodingKeys, _ value: inout T) throws {
            var name = value.rawValue
            try read(key, &name, "a text")
            guard let choice = T(rawValue: name) else {
                let names = T.allCases.map(\.rawValue).joined(separator: ", ")
                throw TrainingError.configuration(field: key.rawValue, expected: "one of \(names)", got: "'\(name)'")
            }
            value = choice
        }
        try read(.epochs, &epochs, "a whole number")
        try read(.batch, &batch, "a whole number")
        try readChoice(.optimizer, &optimizer)
        try readNumber(.learningRate, &learningRate)
        try readNumber(.learningRateDecay, &learningRateDecay)
        try readNumber(.weightDecay, &weightDecay)
        try readNumber(.momentum, &momentum)
        try readNumber(.firstMomentDecay, &firstMomentDecay)
        try readNumber(.secondMomentDecay, &secondMomentDecay)
        try readNumber(.epsilon, &epsilon)
        try readChoice(.loss, &loss)
        try readNumber(.reconstruction, &reconstruction)
        try readChoice(.initializer, &initializer)
        try read(.shuffle, &shuffle, "true or false")
        // The decoder of TOML traps where a negative number should have no sign; in JSON a seed may take all 64 bits.
        if let number = try? container.decodeIfPresent(Int64.self, forKey: .seed) {
            guard let positive = UInt64(exactly: number) else {
                throw TrainingError.configuration(field: "seed", expected: "a whole number of at least 0", got: "\(number)")
            }
            seed = positive
        } else {
            try read(.seed, &seed, "a whole number of at least 0")
        }
        try read(.threads, &threads, "a whole number")
        try read(.exactConvolution, &exactConvolution, "true or false")
        try read(.patience, &patience, "a whole number")
        try readNumber(.heldOut, &heldOut)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(epochs, forKey: .epochs)
        try container.encode(batch, forKey: .batch)
        try container.encode(optimizer, forKey: .optimizer)
        try container.encodeIfPresent(learningRate, forKey: .learningRate)
        try container.encodeIfPresent(learningRateDecay, forKey: .learningRateDecay)
        try container.encode(weightDecay, forKey: .weightDecay)
        try container.encode(momentum, forKey: .momentum)
        try container.encode(firstMomentDecay, forKey: .firstMomentDecay)
        try container.encode(secondMomentDecay, forKey: .secondMomentDecay)
        try container.encode(epsilon, forKey: .epsilon)
        try container.encode(loss, forKey: .loss)
        try container.encode(reconstruction, forKey: .reconstruction)
        try container.encode(initializer, forKey: .initializer)
        try container.encode(shuffle, forKey: .shuffle)
        try container.encode(seed, forKey: .seed)
        try container.encode(threads, forKey: .threads)
        try container.encode(exactConvolution, forKey: .exactConvolution)
        try container.encodeIfPresent(patience, forKey: .patience)
        try container.encode(heldOut, forKey: .heldOut)
    }

    /// Each setting's name and value as text, to say where two configurations differ.
    var settings: [(name: String, value: String)] {
        func text(_ value: some CustomStringConvertible) -> String { "\(value)" }
        return CodingKeys.allCases.map { key in
            let value =
                switch key {
                case .epochs: text(epochs)
                case .batch: text(batch)
                case .optimizer: optimizer.rawValue
                case .learningRate: learningRate.map(text) ?? "the default"
                case .learningRateDecay: learningRateDecay.map(text) ?? "the default"
                case .weightDecay: text(weightDecay)
                case .momentum: text(momentum)
                case .firstMomentDecay: text(firstMomentDecay)
                case .secondMomentDecay: text(secondMomentDecay)
                case .epsilon: text(epsilon)
                case .loss: loss.rawValue
                case .reconstruction: text(reconstruction)
                case .initializer: initializer.rawValue
                case .shuffle: text(shuffle)
                case .seed: text(seed)
                case .threads: text(threads)
                case .exactConvolution: text(exactConvolution)
                case .patience: patience.map(text) ?? "none"
                case .heldOut: text(heldOut)
                }
            return (key.rawValue, value)
        }
    }
}

extension TrainingConfiguration {
    /// The settings of the training under way that a checkpoint holds.
    /// - Throws: `InterchangeError` where the file is absent or no checkpoint.
    public init(checkpoint path: String, budget: MemoryBudget = .standard) throws(InterchangeError) {
        self = try Checkpoint.configuration(path, budget: budget)
    }
}
