// The architecture as versioned JSON, as model files carry it (DESIGN §7).

import Foundation
import Graphs
import Tensors

extension Normalization: Codable {
    public init(from decoder: any Decoder) throws {
        var fields = try Fields(decoder)
        let type: String = try fields.required("type")
        switch type {
        case "none": self = .none
        case "perSample": self = .perSample
        case "affine": self = .affine(slope: try fields.required("slope"), offset: try fields.required("offset"))
        case "perChannel": self = .perChannel(mean: try fields.required("mean"), deviation: try fields.required("deviation"))
        default: throw fields.refusal("type", expected: "none, perSample, affine or perChannel", got: "'\(type)'")
        }
        try fields.finish()
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        switch self {
        case .none: try container.encode("none", forKey: Key("type"))
        case .perSample: try container.encode("perSample", forKey: Key("type"))
        case .affine(let slope, let offset):
            try container.encode("affine", forKey: Key("type"))
            try container.encode(slope, forKey: Key("slope"))
            try container.encode(offset, forKey: Key("offset"))
        case .perChannel(let mean, let deviation):
            try container.encode("perChannel", forKey: Key("type"))
            try container.encode(mean, forKey: Key("mean"))
            try container.encode(deviation, forKey: Key("deviation"))
        }
    }
}

extension Architecture: Codable {
    public init(from decoder: any Decoder) throws {
        var fields = try Fields(decoder)
        let version: Int = try fields.required("version")
        guard version == Architecture.version else {
            throw fields.refusal("version", expected: "\(Architecture.version)", got: "\(version)")
        }
        let (name, input, classes): (String, Shape, Int) =
            (try fields.required("name"), try fields.required("input"), try fields.required("classes"))
        let layers: [Layer] = try fields.required("layers")
        let (isConvex, normalization, classNames): (Bool?, Normalization?, [String]?) =
            (try fields.optional("convex"), try fields.optional("normalization"), try fields.optional("classNames"))
        try fields.finish()
        try self.init(
            name: name, inputShape: input, classCount: classes, layers: layers, isConvex: isConvex ?? false,
            normalization: normalization ?? .none, classNames: classNames)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(Architecture.version, forKey: Key("version"))
        try container.encode(name, forKey: Key("name"))
        try container.encode(inputShape, forKey: Key("input"))
        try container.encode(classCount, forKey: Key("classes"))
        try container.encode(layers, forKey: Key("layers"))
        if isConvex { try container.encode(true, forKey: Key("convex")) }
        if normalization != .none { try container.encode(normalization, forKey: Key("normalization")) }
        if let classNames { try container.encode(classNames, forKey: Key("classNames")) }
    }

    /// The architecture that `json` describes, which may come from anyone.
    /// - Throws: `NetworkError` with the path to what is wrong.
    public init(json: String) throws(NetworkError) {
        do {
            self = try JSONDecoder().decode(Architecture.self, from: Data(json.utf8))
        } catch let error as NetworkError {
            throw error
        } catch DecodingError.keyNotFound(let key, let context) {
            throw NetworkError(path(context.codingPath + [key]), expected: "a value", got: "no such key")
        } catch DecodingError.typeMismatch(let type, let context) {
            throw NetworkError(path(context.codingPath), expected: Architecture.jsonName(type), got: "another type")
        } catch DecodingError.valueNotFound(let type, let context) {
            throw NetworkError(path(context.codingPath), expected: Architecture.jsonName(type), got: "null")
        } catch DecodingError.dataCorrupted(let context) {
            throw NetworkError(path(context.codingPath), expected: "JSON", got: "something else")
        } catch {
            throw NetworkError("architecture", expected: "JSON", got: "something else")
        }
    }

    /// One line of JSON, keys in alphabetical order: equal architectures give equal text.
    public var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do { return String(decoding: try encoder.encode(self), as: UTF8.self) } catch { preconditionFailure("\(error)") }
    }

    private static func jsonName(_ type: any Any.Type) -> String {
        switch type {
        case is Int.Type: "a whole number"
        case is Double.Type: "a number"
        case is String.Type: "a string"
        case is Bool.Type: "true or false"
        case is [String: Any].Type: "an object"
        default: "an array"
        }
    }
}
