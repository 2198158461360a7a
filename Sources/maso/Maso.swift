// The command: parse, run, and turn every error into one line and an exit code.

import ArgumentParser
import Foundation
import MaxAffineSplines

@main
struct Maso: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "maso",
        abstract: "Reads a trained network exactly: f(x) = A[x] x + b[x], one affine map a cell.",
        discussion: """
            MODEL is a file (.safetensors, .onnx) or an architecture with --init SEED, such as SmallCNN:pooling=mean.
            DATA is digits, mnist:DIR, cifar10:DIR, cifar100:DIR, idx:IMAGES,LABELS, npy:X,Y, csv:FILE or toy:NAME.
            Results go to standard output (--json for one JSON object), progress and errors to standard error.
            """,
        version: "maso \(MaxAffineSplinesVersion.text)",
        subcommands: [
            Demo.self, Train.self, Evaluate.self, Predict.self, Info.self, Affine.self, Codes.self, Neighbors.self, TemplatesCommand.self,
            Partition.self, RegionCommand.self, Report.self, Convert.self, DataSets.self, Doctor.self,
        ])

    static func main() async {
        // A reader that went away and a file that may not grow are errors of writing (74), not deaths by signal.
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        // A standard stream that is closed must not become the number of a file that is opened later.
        for descriptor: Int32 in 0...2 where fcntl(descriptor, F_GETFD) < 0 { _ = open("/dev/null", O_RDWR) }
        Interruption.watch()
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand { try await asynchronous.run() } else { try command.run() }
        } catch {
            if isParsing(error) {
                if exitCode(for: error).isSuccess {
                    do {
                        try printText(fullMessage(for: error))
                        Foundation.exit(ExitStatus.done.rawValue)
                    } catch { end(Failure(error)) }
                }
                let line = message(for: error).split(separator: "\n").joined(separator: " ")
                writeError("maso: \(line)\n")
                Foundation.exit(ExitStatus.usage.rawValue)
            }
            end(Failure(error))
        }
    }

    private static func end(_ failure: Failure) -> Never {
        writeError("maso: \(printable(failure.description))\n")
        Foundation.exit(failure.status.rawValue)
    }

    /// Whether the parser made the error: help, version, or wrong usage, which it prints itself (exit code 64).
    private static func isParsing(_ error: any Error) -> Bool {
        error is ValidationError || error is CleanExit || error is ExitCode
            || String(reflecting: type(of: error)).hasPrefix("ArgumentParser.")
    }
}
