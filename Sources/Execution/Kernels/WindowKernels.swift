// Pooling: choosing and summing over windows, and the transposes, for images in either layout.

import CKernels
import Graphs
import Tensors

/// What a pooling step does, with the operands it reads and the values it writes.
enum WindowOperation: Hashable {
    /// (u) → value, code
    case largest
    /// (u, code) → value
    case pick
    /// (v, code) → value
    case place
    /// (u) → value, times a number
    case sum(scale: Double)
    /// (v) → value, times a number
    case spread(scale: Double)

    var isTransposed: Bool {
        switch self {
        case .place, .spread: true
        case .largest, .pick, .sum: false
        }
    }
}

struct WindowKernel: Kernel {
    let kernels: UnsafePointer<maso_kernels>
    let operation: WindowOperation
    let window: SlidingWindow
    /// Images, or channels of images where each is a plane.
    let planes: Int
    /// Neighbouring channels.
    let inner: Int
    let codeSize: Int

    func bound(to addresses: Addresses) -> () -> Void {
        let lists = WindowLists(window, transposed: operation.isTransposed, planes: planes, inner: inner)
        let (reads, writes, codeSize, table) = (addresses.reads, addresses.writes, Int32(codeSize), kernels.pointee)
        let to = writes[0]
        switch operation {
        case .largest:
            let (run, from, code) = (table.largest_in_window!, reads[0], writes[1])
            return { run(lists.header, from, to, code, codeSize) }
        case .pick:
            let (run, from, code) = (table.pick_in_window!, reads[0], reads[1])
            return { run(lists.header, from, code, to, codeSize) }
        case .place:
            let (run, from, code) = (table.place_in_window!, reads[0], reads[1])
            return { run(lists.header, from, code, to, codeSize) }
        case .sum(let scale), .spread(let scale):
            let (run, from) = (table.sum_windows!, reads[0])
            return { run(lists.header, from, to, scale) }
        }
    }
}

/// The incidence of a window, or its transpose (for each input the outputs that see it), as C reads it.
private final class WindowLists {
    let header = UnsafeMutablePointer<maso_windows>.allocate(capacity: 1)
    private let numbers: UnsafeMutablePointer<Int32>

    init(_ window: SlidingWindow, transposed: Bool, planes: Int, inner: Int) {
        let incidence = window.incidence
        let (inputs, outputs, count) = (window.inputSize.elementCount, window.outputSize.elementCount, incidence.places.count)
        let (from, to) = transposed ? (outputs, inputs) : (inputs, outputs)
        numbers = .allocate(capacity: to + 1 + 2 * count)
        let (starts, places, positions) = (numbers, numbers + to + 1, numbers + to + 1 + count)
        if transposed {
            var next = [Int32](repeating: 0, count: inputs + 1)
            for input in incidence.inputs { next[Int(input) + 1] += 1 }
            for i in 0..<inputs { next[i + 1] += next[i] }
            for (i, start) in next.enumerated() { starts[i] = start }
            for p in 0..<outputs {
                for i in incidence.starts[p]..<incidence.starts[p + 1] {
                    let at = Int(next[Int(incidence.inputs[i])])
                    next[Int(incidence.inputs[i])] += 1
                    (places[at], positions[at]) = (incidence.places[i], Int32(p))
                }
            }
        } else {
            for (i, start) in incidence.starts.enumerated() { starts[i] = Int32(start) }
            for i in 0..<count { (places[i], positions[i]) = (incidence.places[i], incidence.inputs[i]) }
        }
        header.pointee = maso_windows(
            planes: Int64(planes), inner: Int64(inner), from: Int64(from), to: Int64(to), starts: starts, places: places,
            positions: positions)
    }

    deinit {
        header.deallocate()
        numbers.deallocate()
    }
}
