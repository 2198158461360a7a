// Settings of training from a TOML file; errors name the file, the line and the column.

import Foundation
import MaxAffineSplines
import TOMLKit

extension TrainingConfiguration {
    /// Reads settings; those that are absent have their defaults.
    /// - Throws: `InterchangeError` when the file is absent or not TOML; `Failure` for an unknown or wrong setting.
    init(tomlFile path: String, budget: MemoryBudget) throws {
        let bytes = try InputFile(path: path, budget: budget).contents(limit: 1 << 20)
        do {
            self = try TOMLDecoder().decode(TrainingConfiguration.self, from: String(decoding: bytes, as: UTF8.self))
        } catch let error as TOMLParseError {
            throw InterchangeError.malformed(
                file: path, place: "line \(error.source.begin.line), column \(error.source.begin.column)", expected: "TOML",
                found: error.description)
        } catch let error as TrainingError { throw Failure(.wrongData, "\(path): \(error)") }
    }
}
