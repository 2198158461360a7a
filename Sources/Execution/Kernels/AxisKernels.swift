// Choosing, softmax and log-sum-exp along the middle of three axes [before, along, after].

import CKernels
import Graphs

enum AxisOperation: Hashable {
    /// (u) → value, code
    case largest
    /// (u, code) → value
    case pick
    /// (v, code) → value
    case place
    /// (u) → code
    case winners(Int)
    case softmax
    case logSumExp
}

struct AxisKernel: Kernel {
    let kernels: UnsafePointer<maso_kernels>
    let operation: AxisOperation
    let before: Int
    let along: Int
    let after: Int
    let codeSize: Int

    func bound(to addresses: Addresses) -> () -> Void {
        let (reads, writes, codeSize, table) = (addresses.reads, addresses.writes, Int32(codeSize), kernels.pointee)
        let (before, along, after) = (Int64(before), Int64(along), Int64(after))
        let (from, to) = (reads[0], writes[0])
        switch operation {
        case .largest:
            let (run, code) = (table.largest_along_axis!, writes[1])
            return { run(from, to, code, codeSize, before, along, after) }
        case .pick:
            let (run, code) = (table.pick_along_axis!, reads[1])
            return { run(from, code, to, codeSize, before, along, after) }
        case .place:
            let (run, code) = (table.place_along_axis!, reads[1])
            return { run(from, code, to, codeSize, before, along, after) }
        case .winners(let count):
            let run = table.winners_along_axis!
            return { run(from, to, Int64(count), before, along, after) }
        case .softmax:
            let run = table.softmax!
            return { run(from, to, before, along, after) }
        case .logSumExp:
            let run = table.log_sum_exp!
            return { run(from, to, before, along, after) }
        }
    }
}
