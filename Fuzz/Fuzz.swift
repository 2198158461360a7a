// One libFuzzer entry for all readers of Tests/InterchangeTests/Readers.swift; FUZZ_READER names the one under attack.

import Foundation
import Interchange

private let reader: Reader = {
    let name = ProcessInfo.processInfo.environment["FUZZ_READER"] ?? ""
    guard let reader = Reader.all.first(where: { $0.name == name }) else {
        fatalError("FUZZ_READER must be one of \(Reader.all.map(\.name).joined(separator: ", "))")
    }
    return reader
}()

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let bytes = Array(UnsafeBufferPointer(start: data, count: count))
    do throws(InterchangeError) { try reader.read(bytes) } catch { precondition(!error.description.contains("\n"), "not one line") }
    return 0
}
