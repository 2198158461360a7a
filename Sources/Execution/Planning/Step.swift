// A plan is a list of steps over regions of memory: what is read, what is written, and the kernel that does it.

import Graphs
import Tensors

/// A stretch of memory, known by its index in the plan.
struct Region: Hashable {
    let index: Int
}

/// Where a region's memory comes from.
enum RegionHome: Hashable {
    /// The arena, for as long as the region lives.
    case arena
    /// Its own memory: derived from parameters, so it keeps its contents between replays.
    case persistent
    /// Filled once when the plan is bound.
    case constant(Tensor<Double>)
    /// The caller's: an input.
    case input(String)
}

/// The size and home of a region.
struct RegionDescription {
    let byteCount: Int
    let home: RegionHome
}

/// The work of a step, as a value that knows its sizes; bound to addresses it becomes a function without arguments.
protocol Kernel {
    /// Memory that the kernel needs while it runs.
    var scratchByteCount: Int { get }
    /// The function that does the work at the addresses given; it allocates nothing.
    func bound(to addresses: Addresses) throws(ExecutionError) -> () -> Void
}

extension Kernel {
    var scratchByteCount: Int { 0 }
}

/// The addresses of a step's regions, in the order of its reads and writes.
struct Addresses {
    let reads: [UnsafeMutableRawPointer]
    let writes: [UnsafeMutableRawPointer]
    let scratch: UnsafeMutableRawPointer
}

/// One call of a kernel.
struct Step {
    /// For listings: what the step computes and by which kernel.
    let label: String
    let kernel: any Kernel
    let reads: [Region]
    let writes: [Region]
    /// Pairs (position in writes, position in reads) of which the first may take the place of the second.
    let replaceable: [(write: Int, read: Int)]

    init(_ label: String, _ kernel: any Kernel, reads: [Region], writes: [Region], replaceable: [(write: Int, read: Int)] = []) {
        (self.label, self.kernel, self.reads, self.writes, self.replaceable) = (label, kernel, reads, writes, replaceable)
    }
}

/// The number type of a plan.
enum ScalarType: Hashable {
    case float
    case double

    init<S: Scalar>(_: S.Type) { self = S.self == Float.self ? .float : .double }

    var byteCount: Int { self == .float ? 4 : 8 }
}

extension ValueType {
    /// Bytes of one element: codes take one byte where their pieces allow it.
    func elementSize(_ scalar: ScalarType) -> Int { pieceCount.map { $0 <= 256 ? 1 : 4 } ?? scalar.byteCount }

    func byteCount(_ scalar: ScalarType) -> Int { shape.elementCount * elementSize(scalar) }
}
