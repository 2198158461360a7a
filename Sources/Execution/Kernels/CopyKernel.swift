// Everything that only moves or adds entries along strides: layouts, broadcasts, transposes, slices, padding, concatenation, gathers
// and scatters, and the sums that no loop has taken over.

import CKernels
import Tensors

/// A walk over two arrays: for each axis a count and the two distances.
struct Walk: Hashable {
    var counts: [Int]
    var from: [Int]
    var to: [Int]
    var fromOffset = 0
    var toOffset = 0

    /// The same walk with axes of one entry dropped, and axes joined where both arrays run on. Axes are walked in the order of `to`.
    var simplified: Walk {
        let axes = counts.indices.filter { counts[$0] != 1 }.sorted { (to[$0], from[$0], $1) > (to[$1], from[$1], $0) }
        var joined = Walk(counts: [], from: [], to: [], fromOffset: fromOffset, toOffset: toOffset)
        for axis in axes {
            if let last = joined.counts.indices.last, joined.from[last] == from[axis] * counts[axis],
                joined.to[last] == to[axis] * counts[axis]
            {
                joined.counts[last] *= counts[axis]
                (joined.from[last], joined.to[last]) = (from[axis], to[axis])
            } else {
                joined.counts.append(counts[axis])
                joined.from.append(from[axis])
                joined.to.append(to[axis])
            }
        }
        if joined.counts.isEmpty { (joined.counts, joined.from, joined.to) = ([1], [1], [1]) }
        return joined
    }

    var c: maso_walk {
        let walk = simplified
        precondition(walk.counts.count <= Int(maso_rank_limit), "\(walk.counts.count) axes")
        var result = maso_walk()
        result.rank = Int32(walk.counts.count)
        withUnsafeMutableBytes(of: &result.counts) { $0.copyNumbers(walk.counts) }
        withUnsafeMutableBytes(of: &result.from) { $0.copyNumbers(walk.from) }
        withUnsafeMutableBytes(of: &result.to) { $0.copyNumbers(walk.to) }
        return result
    }
}

extension UnsafeMutableRawBufferPointer {
    fileprivate func copyNumbers(_ numbers: [Int]) {
        for (index, number) in numbers.enumerated() { storeBytes(of: Int64(number), toByteOffset: index * 8, as: Int64.self) }
    }
}

/// Copies along walks, one for each (read, walk); the write is cleared first where `clears`.
struct CopyKernel: Kernel {
    let elementSize: Int
    let walks: [(read: Int, walk: Walk)]
    /// Bytes to clear first; 0 where the walks cover the write.
    var clears = 0

    func bound(to addresses: Addresses) -> () -> Void {
        let to = addresses.writes[0]
        let size = elementSize
        let (list, clears) = (WalkList(walks.map(\.walk.c)), clears)
        let parts = walks.map { (addresses.reads[$0.read] + $0.walk.fromOffset * size, to + $0.walk.toOffset * size) }
        let isEmpty = walks.map { $0.walk.counts.contains(0) }
        return {
            if clears > 0 { to.initializeMemory(as: UInt8.self, repeating: 0, count: clears) }
            for i in 0..<list.count where !isEmpty[i] { maso_copy_elements(list.walks + i, parts[i].0, parts[i].1, Int32(size)) }
        }
    }
}

/// Adds along walks into a write that is cleared first.
struct AccumulateKernel: Kernel {
    let kernels: UnsafePointer<maso_kernels>
    let elementSize: Int
    let walks: [Walk]
    let byteCount: Int

    func bound(to addresses: Addresses) -> () -> Void {
        let (from, to, size, byteCount) = (addresses.reads[0], addresses.writes[0], elementSize, byteCount)
        let list = WalkList(walks.map(\.c))
        let offsets = walks.map { ($0.fromOffset * size, $0.toOffset * size, $0.counts.contains(0)) }
        let run = kernels.pointee.accumulate!
        return {
            to.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
            for i in 0..<list.count where !offsets[i].2 { run(list.walks + i, from + offsets[i].0, to + offsets[i].1) }
        }
    }
}

/// Walks as C reads them.
private final class WalkList {
    let walks: UnsafeMutablePointer<maso_walk>
    let count: Int

    init(_ list: [maso_walk]) {
        count = list.count
        walks = .allocate(capacity: list.count)
        for (index, walk) in list.enumerated() { walks[index] = walk }
    }

    deinit { walks.deallocate() }
}
