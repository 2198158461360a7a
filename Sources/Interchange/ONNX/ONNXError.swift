// A refused model: one line that names the file and the node or tensor, and the exit code of DESIGN §6.

/// Why a model cannot be read.
public struct ONNXError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Whose fault it is.
    public enum Kind: Hashable, Sendable {
        /// The file is wrong: exit code 65.
        case malformed
        /// The file is right, but asks for what the package does not do, or for more memory than allowed: exit code 69.
        case unsupported
    }

    public let kind: Kind
    /// The file's name, as given.
    public let file: String
    /// The node, tensor or value refused, such as "node 'conv1' (Conv)"; empty where the whole file is meant.
    public let place: String
    public let reason: String

    public init(_ kind: Kind, file: String, place: String, reason: String) {
        (self.kind, self.file, self.place, self.reason) = (kind, file, place, reason)
    }

    public var exitCode: Int32 { kind == .malformed ? 65 : 69 }

    public var description: String {
        [file, place, reason].filter { !$0.isEmpty }.map(ONNXError.printable).joined(separator: ": ")
    }

    /// `text` without line breaks and other control characters, which names from a file may contain, cut at 300 characters.
    static func printable(_ text: String) -> String {
        let scalars = text.unicodeScalars.prefix(300).map { scalar -> String in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse:
                "\\u{\(String(scalar.value, radix: 16))}"
            default: String(scalar)
            }
        }
        return scalars.joined() + (text.unicodeScalars.count > 300 ? "…" : "")
    }
}
