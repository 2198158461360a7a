// The one allocation of a plan.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Zeros at a page boundary, given back when nothing refers to them. What is large comes from the system as zeros that cost nothing until
/// they are touched. (In large pages a Jacobian of ResNet-18 took three times the system time, 3.1 to 3.8 s against 0.9 to 1.0.)
final class PlanMemory {
    let start: UnsafeMutableRawPointer
    private let allocation: UnsafeMutableRawPointer

    private static let pageSize = 4096

    init(byteCount: Int) throws(ExecutionError) {
        guard let allocation = calloc(byteCount + PlanMemory.pageSize, 1) else {
            throw .library(name: "the system", problem: "has no \(byteCount) bytes left for a plan")
        }
        (self.allocation, start) = (allocation, allocation.alignedUp(toMultipleOf: PlanMemory.pageSize))
    }

    deinit { free(allocation) }
}
