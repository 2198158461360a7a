// Where fixtures lie, and temporary folders that clean up after themselves.

import Foundation
import Interchange
import Testing

/// A file of Tests/InterchangeTests/Fixtures, written by Tools/interchange_fixtures.py.
func fixture(_ name: String) -> String {
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/\(name)").path
}

func bytes(of path: String) throws -> [UInt8] { try InputFile(path: path).stored }

/// Calls `body` with a new empty folder, which is removed afterwards.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "maso-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try body(folder)
}

/// All that lies in a folder, hidden files included.
func contents(of folder: String) throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder).sorted() }

/// The text of the error that `body` throws, `nil` where it throws none.
func errorText(_ body: () throws -> Void) -> String? {
    do {
        try body()
        return nil
    } catch let error as InterchangeError { return "\(error.exitCode) \(error)" } catch { return "untyped: \(error)" }
}

/// The folder of the large data sets: `MASO_DATA`, or `../shared/data` beside the package.
enum LargeData {
    static let folder: String? = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let places: [String?] = [
            ProcessInfo.processInfo.environment["MASO_DATA"], root.appending(path: "../shared/data").standardized.path,
        ]
        return places.compactMap { $0 }.first { FileManager.default.fileExists(atPath: $0) }
    }()
    static let hasMNIST = folder.map { FileManager.default.fileExists(atPath: $0 + "/mnist/train-images-idx3-ubyte.gz") } ?? false
    static let reason: Comment = "needs MNIST in ../shared/data/mnist or $MASO_DATA/mnist"
}
