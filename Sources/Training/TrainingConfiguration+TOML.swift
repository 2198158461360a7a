// Settings of training from a TOML file; errors name the file and the place in it.

public import Interchange
import TOMLKit

extension TrainingConfiguration {
    /// Reads settings; those that are absent have their defaults. Call `validate` for the ranges.
    ///
    /// - Throws: `InterchangeError` where the file is absent or not TOML, and for a setting that is unknown or of the wrong kind.
    public init(tomlFile path: String, budget: MemoryBudget = .standard) throws(InterchangeError) {
        try self.init(toml: InputFile(path: path, budget: budget).contents(limit: 1 << 20), file: path)
    }

    /// The settings in the bytes of a file, whose name errors give as `file`.
    package init(toml bytes: [UInt8], file: String) throws(InterchangeError) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .malformed(file: file, place: "text", expected: "UTF-8", found: "other bytes")
        }
        try TrainingConfiguration.requireSettings(text, file: file)
        do { self = try TOMLDecoder().decode(TrainingConfiguration.self, from: text) } catch let error as TOMLParseError {
            throw .malformed(
                file: file, place: "line \(error.source.begin.line), column \(error.source.begin.column)", expected: "TOML",
                found: error.description)
        } catch TrainingError.configuration(let field, let expected, let got) {
            throw .malformed(file: file, place: field, expected: expected, found: got)
        } catch { throw .malformed(file: file, place: "settings", expected: "names with values", found: "another form") }
    }

    /// Settings are plain names with one value each. Lines of any other form are refused before they reach the parser of TOML, whose
    /// assertions end the program for some tables, keys and inline tables (`[# `).
    private static func requireSettings(_ text: String, file: String) throws(InterchangeError) {
        func isSpace(_ character: Character) -> Bool { character == " " || character == "\t" }
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let content = line.drop(while: isSpace)
            if content.isEmpty || content.first == "#" { continue }
            let afterName = content.drop { $0.isASCII && $0.isLetter }
            let value = afterName.drop(while: isSpace).dropFirst().drop(while: isSpace)
            guard afterName.startIndex != content.startIndex, afterName.drop(while: isSpace).first == "=", value.first != "[",
                value.first != "{"
            else {
                throw .malformed(
                    file: file, place: "line \(index + 1)", expected: "a setting, name = value", found: "«\(line.prefix(60))»")
            }
        }
    }
}
