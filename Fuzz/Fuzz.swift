// One libFuzzer entry for all readers of the tables beside the tests; FUZZ_READER names the one under attack.

import Foundation
import Interchange
import TestSupport
import Training

private let reader: Reader = {
    let readers = Reader.interchange + Reader.analysis
    let name = ProcessInfo.processInfo.environment["FUZZ_READER"] ?? ""
    guard let reader = readers.first(where: { $0.name == name }) else {
        fatalError("FUZZ_READER must be one of \(readers.map(\.name).joined(separator: ", "))")
    }
    return reader
}()

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let bytes = Array(UnsafeBufferPointer(start: data, count: count))
    do { try reader.read(bytes) } catch {
        precondition(error is InterchangeError || error is TrainingError, "untyped: \(error)")
        precondition(!"\(error)".contains("\n"), "not one line")
    }
    return 0
}
