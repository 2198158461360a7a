// What the suites of this chapter share.

import Foundation
import Interchange
import Networks
import Tensors
import Training

/// Calls `body` with the path of a new empty folder, which is removed afterwards.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "maso-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try body(folder)
}

/// The text of the error that `body` throws with its exit code, `nil` where it throws none.
func errorText(_ body: () throws -> Void) -> String? {
    do {
        try body()
        return nil
    } catch let error as TrainingError {
        return "\(error.exitCode) \(error)"
    } catch let error as InterchangeError { return "\(error.exitCode) \(error)" } catch { return "untyped: \(error)" }
}

extension TrainingConfiguration {
    /// The defaults, changed.
    static func with(_ change: (inout TrainingConfiguration) -> Void) -> TrainingConfiguration {
        var configuration = TrainingConfiguration()
        change(&configuration)
        return configuration
    }
}

/// A network that has everything: convolution, batch normalization, dropout, pooling.
func everythingNetwork(batchNorm: Bool = true) throws -> Architecture {
    try Architecture(
        name: "everything", inputShape: [1, 8, 8], classCount: 10,
        layers: [.convolution(4, kernel: 3, padding: .same)] + (batchNorm ? [.batchNormalization()] : []) + [
            .leakyReLU(0.01), .maximumPooling(2), .dropout(0.25), .flatten, .dense(16), .relu, .dense(10), .softmax,
        ], normalization: .perSample)
}

/// The first digits.
func digits(_ count: Int, _ split: Split = .train) -> DataSet { Digits.dataSet(split).subset(Array(0..<count)) }
