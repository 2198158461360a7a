// Weights of another program: a safetensors file without an architecture, and a JSON file that gives it.

public import Networks

/// The architecture of weights that come without one, and what their file calls them.
package struct ForeignArchitecture: Sendable {
    package let architecture: Architecture
    /// By the names of parameters; those that are not here go by their own.
    let tensorNames: [String: String]

    /// Reads the JSON in the bytes of a file, whose name errors give as `file`.
    package init(json bytes: [UInt8], file: String) throws(InterchangeError) {
        let json = try JSONValue(parsing: bytes, file: file)
        guard let members = json.members else {
            throw .malformed(file: file, place: "architecture", expected: "an object", found: json.kind)
        }
        architecture = try NativeModel.architecture(.object(members.filter { $0.name != "tensors" }), file: file, place: "")
        tensorNames = try ForeignArchitecture.tensorNames(json["tensors"], of: architecture, file: file)
    }

    /// The network with the weights of a file.
    package func network(_ file: SafetensorsFile, name: String) throws(InterchangeError) -> Network {
        var tensors: [String: NumericTensor] = [:]
        for named in file.tensors {
            switch named.tensor.elementType {
            case .float16, .bfloat16, .float32, .float64: tensors[named.name] = named.tensor
            case .bool, .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64: break
            }
        }
        return try NativeModel.network(architecture, tensors, names: tensorNames, name: name)
    }

    private static func tensorNames(_ json: JSONValue?, of architecture: Architecture, file: String) throws(InterchangeError)
        -> [String: String]
    {
        guard let json else { return [:] }
        guard let members = json.members else {
            throw .malformed(file: file, place: "tensors", expected: "an object", found: json.kind)
        }
        var names: [String: String] = [:]
        for member in members {
            guard architecture.parameters.contains(where: { $0.name == member.name }) else {
                throw .malformed(
                    file: file, place: "tensors",
                    expected: "parameters of the architecture (\(architecture.parameters.map(\.name).joined(separator: ", ")))",
                    found: quoted(member.name))
            }
            guard let name = member.value.string else {
                throw .malformed(file: file, place: "tensors: \(quoted(member.name))", expected: "a string", found: member.value.kind)
            }
            names[member.name] = name
        }
        return names
    }
}

extension Network {
    /// The network of an architecture in a JSON file and the weights in a safetensors file.
    ///
    /// The JSON is that of native models, and may have one more member, `tensors`, that says what the file calls a parameter:
    ///
    ///     { "version": 1, "name": "mine", "input": [784], "classes": 10, "layers": […], "tensors": { "dense1.weight": "fc.weight" } }
    ///
    /// Weights of 16 bits are widened, which is exact. Tensors of whole numbers, such as a count of batches, are no parameters.
    /// - Throws: `InterchangeError`, one line with the file, the place in it, what was expected and what was found.
    public init(weights: String, architecture path: String, budget: MemoryBudget = .standard) throws(InterchangeError) {
        let form = try ForeignArchitecture(json: InputFile(path: path, budget: budget).contents(), file: path)
        self = try form.network(SafetensorsFile(path: weights, budget: budget), name: weights)
    }
}
