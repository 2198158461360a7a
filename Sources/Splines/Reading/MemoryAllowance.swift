// Bounded memory (DESIGN §3): a reader reads fewer samples at once before it refuses.

import Execution
import Graphs

/// The bytes that a reader may still take.
struct MemoryAllowance {
    private let limit: Int
    private(set) var left: Int

    init(_ limit: Int) { (self.limit, left) = (limit, limit) }

    /// - Throws: `ExecutionError.memory` where `bytes` are more than there are.
    mutating func take(_ bytes: Int) throws(ExecutionError) {
        guard bytes <= left else { throw .memory(needed: bytes.addingReportingOverflow(limit - left).partialValue, allowed: limit) }
        left -= bytes
    }
}

extension ReadableNetwork {
    /// What `build` makes for the largest batch that fits `memoryLimit`: `batch`, or half of it as often as needed.
    /// - Throws: what `build` throws, `ExecutionError.memory` only for a single sample, or the one batch size that the graph allows.
    func fitting<Reader>(batch: Int, _ build: (_ batch: Int, _ memory: inout MemoryAllowance) throws -> Reader) throws -> Reader {
        var batch = try self.batch(for: batch)
        while true {
            var memory = MemoryAllowance(memoryLimit)
            do { return try build(batch, &memory) } catch ExecutionError.memory where batch > 1 && fixedBatch == nil { batch /= 2 }
        }
    }
}
