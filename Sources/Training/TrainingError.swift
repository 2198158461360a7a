// What training refuses, in one line each.

import Graphs
public import Interchange

/// Why training cannot start, go on or be resumed.
public enum TrainingError: Error, Hashable, Sendable {
    /// A setting that cannot be. Exit code 64.
    case configuration(field: String, expected: String, got: String)
    /// Data that do not fit the network. Exit code 65.
    case data(name: String, what: String, expected: String, got: String)
    /// The loss is no longer a number, because of the settings. Exit code 64.
    case diverged(epoch: Int, batch: Int, learningRate: Double)
    /// The machine lacks what the plan needs. Exit code 69.
    case execution(String)
    /// A plan needs more bytes than allowed. Exit code 69.
    case memory(needed: Int, allowed: Int)
    /// What is asked for is not what a checkpoint continues. Exit code 64.
    case resumption(checkpoint: String, what: String, has: String, asked: String)
    /// A checkpoint or model file. Exit code as the file's error has it.
    case file(InterchangeError)

    /// The exit code of a command that ends with this error (DESIGN §6).
    public var exitCode: Int32 {
        switch self {
        case .configuration, .resumption, .diverged: 64
        case .data: 65
        case .execution, .memory: 69
        case .file(let error): error.exitCode
        }
    }
}

extension TrainingError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .configuration(let field, let expected, let got): "\(field): expected \(expected), got \(got)"
        case .data(let name, let what, let expected, let got): "\(name): \(what): expected \(expected), got \(got)"
        case .diverged(let epoch, let batch, let learningRate):
            "training: epoch \(epoch), batch \(batch): the loss is not a finite number: lower the learning rate (\(learningRate))"
        case .execution(let text): text
        case .memory(let needed, let allowed):
            "training needs \(needed) bytes, allowed are \(allowed) (--max-memory): a smaller batch or fewer threads need less"
        case .resumption(let checkpoint, let what, let has, let asked):
            "\(checkpoint): \(what): the checkpoint has \(has), asked for is \(asked)"
        case .file(let error): error.description
        }
    }
}
