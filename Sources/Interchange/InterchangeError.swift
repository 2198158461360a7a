// Everything read is untrusted and every output may fail: the one error type of this chapter, with the exit codes of DESIGN §6.

/// Why a file could not be read or written, in one line.
///
/// The cases are those that a command's exit code tells apart (BSD `sysexits`).
public enum InterchangeError: Error, Hashable, Sendable {
    /// An argument names no data set or file of a kind that is known. Exit code 64.
    case usage(argument: String, reason: String)
    /// The content of a file is wrong: where in it, what was expected there and what was found. Exit code 65.
    case malformed(file: String, place: String, expected: String, found: String)
    /// The content of a file contradicts itself or its format, in a way that a sentence says best. Exit code 65.
    case invalid(file: String, place: String, reason: String)
    /// There is no such file, or it cannot be opened for reading. Exit code 66.
    case absent(file: String, reason: String)
    /// A valid file needs what is not supported, or more than the memory allowed, or something needed is missing. Exit code 69.
    case unsupported(file: String, what: String)
    /// An output cannot be created. Exit code 73.
    case uncreatable(file: String, reason: String)
    /// Reading or writing failed on the way, as on a full disk. Exit code 74.
    case failed(file: String, operation: String, reason: String)

    /// The exit code of a command that ends with this error.
    public var exitCode: Int32 {
        switch self {
        case .usage: 64
        case .malformed, .invalid: 65
        case .absent: 66
        case .unsupported: 69
        case .uncreatable: 73
        case .failed: 74
        }
    }

    /// The file or argument concerned, as the user named it.
    public var file: String {
        switch self {
        case .usage(let file, _), .malformed(let file, _, _, _), .invalid(let file, _, _), .absent(let file, _), .unsupported(let file, _),
            .uncreatable(let file, _),
            .failed(let file, _, _):
            file
        }
    }
}

extension InterchangeError: CustomStringConvertible {
    /// One line: file, place, expected, found. Control characters that a hostile file brought in are escaped, and of very long texts, such
    /// as its lists, the middle is left out.
    public var description: String {
        let text =
            switch self {
            case .usage(let argument, let reason): "\(argument): \(reason)"
            case .malformed(let file, let place, let expected, let found): "\(file): \(place): expected \(expected), found \(found)"
            case .invalid(let file, let place, let reason): [file, place, reason].filter { !$0.isEmpty }.joined(separator: ": ")
            case .absent(let file, let reason): "\(file): \(reason)"
            case .unsupported(let file, let what): "\(file): \(what)"
            case .uncreatable(let file, let reason): "\(file): cannot be created: \(reason)"
            case .failed(let file, let operation, let reason): "\(file): \(operation) failed: \(reason)"
            }
        return shortened(printable(text))
    }

    /// How much of either end of a long text is kept, in characters.
    private static let endLength = 600

    private func shortened(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard scalars.count > 2 * InterchangeError.endLength else { return text }
        let ends = [scalars.prefix(InterchangeError.endLength), scalars.suffix(InterchangeError.endLength)]
        return ends.map { String(String.UnicodeScalarView($0)) }.joined(separator: " … ")
    }
}

/// `text` with control characters escaped as `\u{…}`, so that it is one line and moves no cursor; the ends of lines stay where
/// `keepsLines`.
package func printable(_ text: String, keepsLines: Bool = false) -> String {
    guard text.unicodeScalars.contains(where: { isControl($0) }) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
        if isControl(scalar) && !(keepsLines && scalar == "\n") {
            result += "\\u{\(String(scalar.value, radix: 16))}"
        } else {
            result.unicodeScalars.append(scalar)
        }
    }
    return result
}

private func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7f..<0xa0, 0x2028, 0x2029, 0x202a...0x202e, 0x2066...0x2069: true
    default: false
    }
}

/// `text` in quotation marks, cut after 60 characters: for names and values quoted from a file.
func quoted(_ text: some StringProtocol) -> String {
    text.unicodeScalars.count <= 60
        ? "«\(text)»" : "«\(String(String.UnicodeScalarView(text.unicodeScalars.prefix(60))))…»"
}
