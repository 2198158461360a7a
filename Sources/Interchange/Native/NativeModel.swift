// The native model file: safetensors whose metadata hold the architecture (DESIGN §7). It may come from anyone.

public import Networks
import Tensors

/// Reading and writing native models.
public enum NativeModel {
    /// The version of the file's form that this program writes.
    public static let version = "1"
    /// What the names of tensors that are no parameters begin with: the state of a training under way. Readers of models skip them.
    public static let statePrefix = "training/"

    /// The file of a network, with more texts and tensors if given.
    ///
    /// - Precondition: the names of `state` begin with `statePrefix`.
    public static func file(_ network: Network, metadata: [(name: String, value: String)] = [], state: [NamedTensor] = [])
        -> SafetensorsFile
    {
        precondition(state.allSatisfy { $0.name.hasPrefix(statePrefix) }, "state tensors without the prefix \(statePrefix)")
        let tensors =
            switch network.parameters.storage {
            case .float32(let tensors): tensors.map(NumericTensor.float32)
            case .float64(let tensors): tensors.map(NumericTensor.float64)
            }
        return SafetensorsFile(
            metadata: [("format", "maso"), ("version", version), ("architecture", network.architecture.json)] + metadata,
            tensors: zip(network.parameters.names, tensors).map { NamedTensor(name: $0, tensor: $1) } + state)
    }

    /// The network in a file.
    ///
    /// - Parameter name: of the file, for errors.
    /// - Throws: `malformed` where it is no native model, or a wrong one, or a sealed one that was changed; `unsupported` for a later
    ///   version.
    public static func network(in file: SafetensorsFile, name: String) throws(InterchangeError) -> Network {
        try file.requireSeal(name: name)
        let architecture = try architecture(in: file, name: name)
        var parameters: [String: NumericTensor] = [:]
        for named in file.tensors where !named.name.hasPrefix(statePrefix) { parameters[named.name] = named.tensor }
        let type: ElementType = parameters.values.contains { $0.elementType == .float64 } ? .float64 : .float32
        for declaration in architecture.parameters {
            guard let tensor = parameters[declaration.name], tensor.elementType != type else { continue }
            throw .malformed(
                file: name, place: "tensor \(quoted(declaration.name))",
                expected: "\(type.rawValue)\(type == .float64 ? ", as others are" : "")", found: tensor.elementType.rawValue)
        }
        return try network(architecture, parameters, name: name)
    }

    /// The network of an architecture and the tensors of a file, in Double where one of them is.
    ///
    /// - Parameter names: what the file calls a parameter, where not by its name.
    static func network(
        _ architecture: Architecture, _ tensors: [String: NumericTensor], names: [String: String] = [:], name: String
    ) throws(InterchangeError) -> Network {
        var left = tensors
        var taken: [NumericTensor] = []
        for declaration in architecture.parameters {
            let own = names[declaration.name] ?? declaration.name
            let place = "tensor \(quoted(own))"
            guard let tensor = left.removeValue(forKey: own) else {
                throw .malformed(file: name, place: place, expected: "shape \(declaration.shape)", found: "no such tensor")
            }
            guard tensor.shape == declaration.shape else {
                throw .malformed(file: name, place: place, expected: "shape \(declaration.shape)", found: "\(tensor.shape)")
            }
            try check(tensor, declaration, place, file: name)
            taken.append(tensor)
        }
        if let extra = left.keys.min() {
            throw .malformed(
                file: name, place: "tensor \(quoted(extra))", expected: "a parameter of the architecture", found: "none of this name")
        }
        let parameterNames = architecture.parameters.map(\.name)
        let numbers =
            taken.contains { $0.elementType == .float64 }
            ? Parameters(names: parameterNames, tensors: taken.map { $0.converted(to: Double.self) })
            : Parameters(names: parameterNames, tensors: taken.map { $0.converted(to: Float.self) })
        do { return try Network(architecture, numbers) } catch {
            throw .malformed(file: name, place: error.place, expected: error.expected, found: error.got)
        }
    }

    private static func architecture(in file: SafetensorsFile, name: String) throws(InterchangeError) -> Architecture {
        guard let format = file.metadata("format"), format == "maso" else {
            throw .malformed(
                file: name, place: "__metadata__: format", expected: "«maso», a native model",
                found: file.metadata("format").map { quoted($0) } ?? "none")
        }
        guard let version = file.metadata("version"), let number = Int(version), number >= 1, "\(number)" == version else {
            throw .malformed(
                file: name, place: "__metadata__: version", expected: "a number from 1",
                found: file.metadata("version").map { quoted($0) } ?? "none")
        }
        guard version == NativeModel.version else {
            throw .unsupported(file: name, what: "model version \(version) is not supported (\(NativeModel.version) is)")
        }
        guard let text = file.metadata("architecture") else {
            throw .malformed(file: name, place: "__metadata__: architecture", expected: "JSON", found: "none")
        }
        return try architecture(JSONValue(parsing: Array(text.utf8), file: "\(name): architecture"), file: name, place: "architecture: ")
    }

    /// The architecture that JSON describes. It has been through the strict parser, which bounds the depth and refuses a name that
    /// comes twice.
    /// - Throws: `unsupported` for a later version, `malformed` for anything else.
    static func architecture(_ json: JSONValue, file: String, place: String) throws(InterchangeError) -> Architecture {
        if let version = json["version"]?.int, version > Architecture.version {
            throw .unsupported(file: file, what: "architecture version \(version) is not supported (\(Architecture.version) is)")
        }
        do { return try Architecture(json: json.text()) } catch {
            throw .malformed(
                file: file, place: "\(place)\(error.place)\(error.what.isEmpty ? "" : ": \(error.what)")", expected: error.expected,
                found: error.got)
        }
    }

    /// Numbers that no training leaves would make every reading wrong without a word.
    private static func check(_ tensor: NumericTensor, _ declaration: ParameterDeclaration, _ place: String, file: String)
        throws(InterchangeError)
    {
        let values = tensor.converted(to: Double.self).elements
        let mayBeNegative = !declaration.isNonNegative && declaration.role != .runningVariance
        if let wrong = values.firstIndex(where: { !($0.isFinite && (mayBeNegative || $0 >= 0)) }) {
            throw .malformed(
                file: file, place: "\(place): element \(wrong)",
                expected: mayBeNegative ? "a finite number" : "a finite number of at least 0", found: "\(values[wrong])")
        }
    }
}

extension Network {
    /// The network in a native model file.
    ///
    /// - Throws: `InterchangeError`, one line with the file, the place in it, what was expected and what was found.
    public init(path: String, budget: MemoryBudget = .standard) throws(InterchangeError) {
        self = try NativeModel.network(in: SafetensorsFile(path: path, budget: budget), name: path)
    }

    /// Writes a native model file, whole or not at all.
    ///
    /// - Parameter metadata: more texts, such as the command that trained it.
    public func write(to path: String, metadata: [(name: String, value: String)] = []) throws(InterchangeError) {
        try NativeModel.file(self, metadata: metadata).write(to: path)
    }
}
