// The one allocation of a plan.

import CKernels

/// Zeros at a page boundary, given back when nothing refers to them. What is large comes straight from the system: in large pages, whose
/// first touch costs a fraction (ResNet-18's Jacobian in Double spent two fifths of its time on pages of 4 KiB), and zero already.
final class PlanMemory {
    let start: UnsafeMutableRawPointer
    private let mappedByteCount: Int?

    /// From where on memory is mapped: the size of a large page twice.
    private static let mappingThreshold = 1 << 22

    init(byteCount: Int) {
        if byteCount >= PlanMemory.mappingThreshold, let mapped = maso_map(byteCount) {
            (start, mappedByteCount) = (mapped, byteCount)
        } else {
            (start, mappedByteCount) = (.allocate(byteCount: max(byteCount, 1), alignment: 4096), nil)
            start.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
        }
    }

    deinit {
        if let mappedByteCount { maso_unmap(start, mappedByteCount) } else { start.deallocate() }
    }
}
