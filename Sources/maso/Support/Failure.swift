// Every error ends as one line on standard error and a documented exit code (DESIGN §6).

import ArgumentParser
import Foundation
import MaxAffineSplines

/// BSD `sysexits`, as users and scripts rely on them.
enum ExitStatus: Int32 {
    case done = 0
    case usage = 64
    case wrongData = 65
    case noInput = 66
    case unavailable = 69
    case bug = 70
    case cannotCreate = 73
    case failedIO = 74
    case interrupted = 130
}

/// An error that knows its exit code.
struct Failure: Error, CustomStringConvertible {
    let status: ExitStatus
    let description: String

    init(_ status: ExitStatus, _ description: String) { (self.status, self.description) = (status, description) }

    static func usage(_ description: String) -> Failure { Failure(.usage, description) }
}

/// What reading the model throws, in its name.
func reading<T>(_ model: Model, _ body: () throws -> T) throws -> T {
    func named(_ error: any Error) -> Failure {
        let failure = Failure(error)
        let isNamed = failure.description.hasPrefix("\(model.name): ")
        return isNamed ? failure : Failure(failure.status, "\(model.name): \(failure.description)")
    }
    do { return try body() } catch let error as ReadingError { throw named(error) } catch let error as PartitionError { throw named(error) }
}

extension Failure {
    /// The failure that an error of the library is for a user.
    init(_ error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case let error as InterchangeError: self.init(ExitStatus(rawValue: error.exitCode) ?? .bug, error.description)
        case let error as ReadingError:
            switch error {
            case .notPiecewiseAffine: self.init(.unavailable, "\(error) (--tangent)")
            case .noSampleAxis: self.init(.unavailable, error.description)
            case .unknownLayer, .unconnected: self.init(.usage, error.description)
            case .wrongSamples: self.init(.wrongData, error.description)
            }
        case let error as TrainingError: self.init(ExitStatus(rawValue: error.exitCode) ?? .bug, error.description)
        case let error as PartitionError: self.init(.unavailable, error.description)
        case let error as ExecutionError: self.init(.unavailable, error.description)
        case let error as NetworkError: self.init(.usage, error.description)
        case let error as GraphError: self.init(.wrongData, error.description)
        default: self.init(.bug, "this is a bug in maso; please report it: \(error)")
        }
    }
}
