// Runs the command as users do: the binary, in a folder of its own, its whole text and exit code compared.

import Foundation
import MaxAffineSplines

/// A folder that is removed at the end, in which commands run.
final class Workplace: Sendable {
    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "maso-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    struct Outcome: Equatable {
        let status: Int32
        let output: String
        let error: String
    }

    /// Runs `maso` with `arguments`, and waits for it.
    @discardableResult
    func maso(_ arguments: String...) throws -> Outcome { try start(arguments).outcome() }

    /// A running command.
    struct Running {
        let process: Process
        let output: URL
        let error: URL

        func outcome() throws -> Outcome {
            process.waitUntilExit()
            let status = process.terminationReason == .uncaughtSignal ? -process.terminationStatus : process.terminationStatus
            return Outcome(
                status: status, output: try String(contentsOf: output, encoding: .utf8),
                error: try String(contentsOf: error, encoding: .utf8))
        }
    }

    /// Starts `maso` with `arguments`; what it prints goes to files, so that no pipe can fill.
    func start(_ arguments: [String], outputPath: String? = nil) throws -> Running {
        let process = Process()
        process.executableURL = Workplace.binary
        process.arguments = arguments
        process.currentDirectoryURL = folder
        let (output, error) = (folder.appending(path: ".out-\(UUID().uuidString)"), folder.appending(path: ".err-\(UUID().uuidString)"))
        for file in [output, error] { _ = FileManager.default.createFile(atPath: file.path(), contents: nil) }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try outputPath.map { try FileHandle(forWritingTo: URL(filePath: $0)) } ?? FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: error)
        try process.run()
        return Running(process: process, output: output, error: error)
    }

    /// The visible files in the folder, sorted.
    func files() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path()).filter { !$0.hasPrefix(".out-") && !$0.hasPrefix(".err-") }
            .sorted()
    }

    func path(_ name: String) -> String { folder.appending(path: name).path() }

    /// The command beside the test bundle.
    private static let binary: URL = {
        let arguments = CommandLine.arguments
        let bundle = arguments.firstIndex(of: "--test-bundle-path").map { arguments[$0 + 1] } ?? arguments[0]
        var folder = URL(filePath: bundle).deletingLastPathComponent()
        while folder.path() != "/" {
            let candidate = folder.appending(path: "maso")
            if FileManager.default.isExecutableFile(atPath: candidate.path()) && !candidate.hasDirectoryPath { return candidate }
            folder = folder.deletingLastPathComponent()
        }
        fatalError("no maso beside \(bundle)")
    }()
}
