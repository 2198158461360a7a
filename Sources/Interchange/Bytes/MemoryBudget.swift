// Sizes that a file claims are checked against this before anything is allocated (DESIGN §7).

import Tensors

/// The largest amount of memory that one reading may take, `--max-memory` of the commands.
public struct MemoryBudget: Hashable, Sendable {
    /// Bytes.
    public let limit: Int

    /// - Precondition: `limit` is not negative.
    public init(limit: Int) {
        precondition(limit >= 0, "limit \(limit), expected at least 0")
        self.limit = limit
    }

    /// Half of the machine's memory.
    public static var standard: MemoryBudget { MemoryBudget(limit: System.memory / 2) }

    /// What is left beside `bytes` that are held.
    public func besides(_ bytes: Int) -> MemoryBudget { MemoryBudget(limit: max(0, limit - bytes)) }

    /// Refuses to read what needs more than the limit.
    ///
    /// - Parameter bytes: the need; `nil` where it overflows.
    /// - Throws: `InterchangeError.unsupported`.
    func require(_ bytes: Int?, for what: String, file: String) throws(InterchangeError) {
        guard let bytes else { throw .unsupported(file: file, what: "\(what) needs more memory than any machine has") }
        guard bytes <= limit else {
            throw .unsupported(
                file: file, what: "\(what) needs \(MemoryBudget.text(bytes)), allowed are \(MemoryBudget.text(limit)) (--max-memory)")
        }
    }

    /// Refuses a value of `shape` in Double that needs more than the limit.
    ///
    /// - Throws: `InterchangeError.unsupported`.
    package func requireElements(of shape: [Int], for what: String, file: String) throws(InterchangeError) {
        let bytes = shape.elementCountFromOutside?.multipliedReportingOverflow(by: 8)
        try require(bytes.flatMap { $0.overflow ? nil : $0.partialValue }, for: "\(what): a value of shape \(shape)", file: file)
    }

    /// A number of bytes as people read it.
    static func text(_ bytes: Int) -> String {
        switch bytes {
        case ..<10_000: "\(bytes) bytes"
        case ..<10_000_000: "\(bytes / 1_000) kB"
        case ..<10_000_000_000: "\(bytes / 1_000_000) MB"
        default: "\(bytes / 1_000_000_000) GB"
        }
    }
}

extension Array where Element == Int {
    /// The number of elements of a shape from outside; `nil` where an axis is negative, or where the product overflows even with
    /// axes of size 0 left out, because strides multiply the others.
    var elementCountFromOutside: Int? {
        allSatisfy { $0 >= 0 } && map { Swift.max($0, 1) }.checkedElementCount != nil ? elementCount : nil
    }
}
