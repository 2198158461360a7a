// What `--data` names (DESIGN §6).

import Tensors

/// A data set as a command's argument names it: `digits`, `mnist:DIR`, `cifar10:DIR`, `cifar100:DIR`, `svhn:DIR`,
/// `idx:IMAGES,LABELS`, `npy:X,Y`, `csv:FILE`, `toy:NAME`.
public enum DataSource: Hashable, Sendable {
    case digits
    /// MNIST or any data set in its four files, such as Fashion-MNIST.
    case mnist(folder: String)
    case cifar10(folder: String)
    case cifar100(folder: String)
    case svhn(folder: String)
    case idx(images: String, labels: String)
    case npy(samples: String, labels: String)
    case csv(path: String)
    case toy(ToySet)

    static let forms = "digits, mnist:DIR, cifar10:DIR, cifar100:DIR, svhn:DIR, idx:IMAGES,LABELS, npy:X,Y, csv:FILE, toy:NAME"

    /// - Throws: `usage` where the argument has none of the forms.
    public init(_ argument: String) throws(InterchangeError) {
        let (kind, rest): (String, String?)
        if let colon = argument.firstIndex(of: ":") {
            (kind, rest) = (String(argument[..<colon]), String(argument[argument.index(after: colon)...]))
        } else {
            (kind, rest) = (argument, nil)
        }
        func one(_ form: String) throws(InterchangeError) -> String {
            guard let rest, !rest.isEmpty else { throw .usage(argument: argument, reason: "expected \(form)") }
            return rest
        }
        func two(_ form: String) throws(InterchangeError) -> (String, String) {
            let parts = try one(form).split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else { throw .usage(argument: argument, reason: "expected \(form)") }
            return (parts[0], parts[1])
        }
        switch kind {
        case "digits":
            guard rest == nil else { throw .usage(argument: argument, reason: "expected digits alone") }
            self = .digits
        case "mnist": self = .mnist(folder: try one("mnist:DIR"))
        case "cifar10": self = .cifar10(folder: try one("cifar10:DIR"))
        case "cifar100": self = .cifar100(folder: try one("cifar100:DIR"))
        case "svhn": self = .svhn(folder: try one("svhn:DIR"))
        case "idx":
            let (images, labels) = try two("idx:IMAGES,LABELS")
            self = .idx(images: images, labels: labels)
        case "npy":
            let (samples, labels) = try two("npy:X,Y")
            self = .npy(samples: samples, labels: labels)
        case "csv": self = .csv(path: try one("csv:FILE"))
        case "toy":
            let names = ToySet.allCases.map(\.rawValue).joined(separator: ", ")
            guard let set = ToySet(rawValue: try one("toy:NAME (\(names))")) else {
                throw .usage(argument: argument, reason: "unknown toy data (\(names))")
            }
            self = .toy(set)
        default: throw .usage(argument: argument, reason: "unknown data (\(DataSource.forms))")
        }
    }

    /// Whether training and test data are different samples. Data that come in one piece are the same for both.
    public var hasSplits: Bool {
        switch self {
        case .digits, .mnist, .cifar10, .cifar100, .svhn, .toy: true
        case .idx, .npy, .csv: false
        }
    }

    /// Reads the samples of a split; all of them where the data come in one piece.
    ///
    /// - Parameter seed: of the toy data, which are made.
    public func load(_ split: Split, seed: UInt64 = 0, budget: MemoryBudget = .standard) throws(InterchangeError) -> DataSet {
        switch self {
        case .digits: return Digits.dataSet(split)
        case .mnist(let folder):
            let prefix = split == .train ? "train" : "t10k"
            return try IDX.readDataSet(
                images: try existing("\(prefix)-images-idx3-ubyte", in: folder),
                labels: try existing("\(prefix)-labels-idx1-ubyte", in: folder), name: "mnist:\(folder)", classCount: 10, budget: budget)
        case .cifar10(let folder):
            return try CIFAR.cifar10.read(folder: folder, split: split, name: "cifar10:\(folder)", budget: budget)
        case .cifar100(let folder):
            return try CIFAR.cifar100.read(folder: folder, split: split, name: "cifar100:\(folder)", budget: budget)
        case .svhn(let folder): return try SVHN.read(folder: folder, split: split, name: "svhn:\(folder)", budget: budget)
        case .idx(let images, let labels):
            return try IDX.readDataSet(images: images, labels: labels, name: "idx:\(images),\(labels)", budget: budget)
        case .npy(let samples, let labels):
            let inputs = try NumpyArray.read(path: samples, budget: budget)
            guard inputs.shape.count >= 2, inputs.shape.allSatisfy({ $0 > 0 }) else {
                throw .malformed(file: samples, place: "shape", expected: "[N, …] with a sample in each row", found: "\(inputs.shape)")
            }
            if let odd = inputs.firstNonFinite {
                let place = "sample \(odd.index / max(inputs.count / inputs.shape[0], 1))"
                throw .malformed(file: samples, place: place, expected: "finite numbers, as Floats too", found: "\(odd.value)")
            }
            let classes = try NumpyArray.read(path: labels, budget: budget).labels(count: inputs.shape[0], file: labels)
            return DataSet(name: "npy:\(samples),\(labels)", samples: inputs, labels: classes, classCount: classes.max()! + 1)
        case .csv(let path): return try CSV.read(path: path, budget: budget)
        case .toy(let set): return set.dataSet(count: split == .train ? 2_000 : 1_000, split: split, seed: seed)
        }
    }
}
