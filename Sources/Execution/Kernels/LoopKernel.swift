// A chain of entrywise nodes as one loop: each tile of entries passes through all of them while it is in the first-level cache.

import CKernels
import Graphs

/// Where a register of a loop finds its entries.
enum LoopRegister: Hashable {
    /// Entry i of the step's read, of elements of `size` bytes.
    case read(Int, size: Int)
    /// A smaller array of scalars, spread over the loop.
    case spread(Int, Access)
    /// Entry i of the step's write.
    case write(Int, size: Int)
    /// Lives during a tile only; temporaries of the same index share memory.
    case temporary(Int)
}

/// One instruction of a loop, over registers by index.
struct LoopInstruction {
    var operation: maso_operation
    var result: Int
    var a: Int
    var b: Int
    var slope = 0.0
    var offset = 0.0
    /// Knots or slopes, and closedness or offsets.
    var first: [Double] = []
    var second: [Double] = []
    var codeSize = 1
}

/// A sum of a register's entries into the step's write.
struct LoopSum: Hashable {
    let source: Int
    let write: Int
    let access: Access
    let count: Int
}

struct LoopKernel: Kernel {
    let kernels: UnsafePointer<maso_kernels>
    let scalarSize: Int
    let count: Int
    let registers: [LoopRegister]
    let instructions: [LoopInstruction]
    let sums: [LoopSum]

    /// Entries of a tile: about four kilobytes of scalars, and whole periods of what is spread.
    var tile: Int {
        let target = 4096 / scalarSize
        var tile = 1
        for case .spread(_, let access) in registers where access.period > 1 { tile = lcm(tile, access.period) ?? target + 1 }
        for sum in sums where sum.access.period > 1 { tile = lcm(tile, sum.access.period) ?? target + 1 }
        return tile > target ? target : target / tile * tile
    }

    private func lcm(_ a: Int, _ b: Int) -> Int? {
        var (x, y) = (a, b)
        while y != 0 { (x, y) = (y, x % y) }
        let (product, overflow) = (a / x).multipliedReportingOverflow(by: b)
        return overflow || product > 1 << 20 ? nil : product
    }

    private var temporaryCount: Int {
        registers.reduce(0) { if case .temporary(let index) = $1 { max($0, index + 1) } else { $0 } }
    }
    private var spreadCount: Int { registers.count { if case .spread = $0 { true } else { false } } }
    private var tileByteCount: Int { ArenaPlan.aligned(tile * scalarSize) }

    /// Whether tile after tile sees the same entries of a smaller array.
    private func isPeriodic(_ access: Access) -> Bool {
        count > 0 && access.period * access.repeats == count && tile % access.period == 0
    }

    var scratchByteCount: Int { (temporaryCount + spreadCount + sums.count) * tileByteCount }

    func bound(to addresses: Addresses) -> () -> Void {
        var next = addresses.scratch + temporaryCount * tileByteCount
        func takeTile() -> UnsafeMutableRawPointer {
            defer { next += tileByteCount }
            return next
        }
        let program = LoopProgram(registers: registers.count, instructions: instructions, sums: sums.count)
        for (index, register) in registers.enumerated() {
            var c = maso_register()
            (c.period, c.repeat, c.size) = (1, 1, Int32(scalarSize))
            switch register {
            case .read(let read, let size):
                (c.base, c.mode, c.size) = (addresses.reads[read], maso_direct, Int32(size))
            case .write(let write, let size):
                (c.base, c.mode, c.size) = (addresses.writes[write], maso_direct, Int32(size))
            case .temporary(let slot):
                (c.base, c.mode) = (addresses.scratch + slot * tileByteCount, maso_scratch)
            case .spread(let read, let access):
                (c.base, c.scratch) = (addresses.reads[read], takeTile())
                (c.period, c.repeat) = (Int64(access.period), Int64(access.repeats))
                c.mode = isPeriodic(access) ? maso_periodic : maso_expanded
            }
            program.registers[index] = c
        }
        for (index, sum) in sums.enumerated() {
            program.sums[index] = maso_sum(
                source: Int32(sum.source), periodic: isPeriodic(sum.access) ? 1 : 0, period: Int64(sum.access.period),
                repeat: Int64(sum.access.repeats), count: Int64(sum.count), destination: addresses.writes[sum.write],
                accumulators: takeTile())
        }
        program.header.pointee = maso_loop(
            count: Int64(count), tile: Int64(tile), registerCount: Int32(registers.count),
            instructionCount: Int32(instructions.count), sumCount: Int32(sums.count), registers: program.registers,
            instructions: program.instructions, sums: program.sums)
        let run = kernels.pointee.loop!
        return { run(program.header) }
    }
}

/// The memory of a loop's description, as C reads it.
private final class LoopProgram {
    let header = UnsafeMutablePointer<maso_loop>.allocate(capacity: 1)
    let registers: UnsafeMutablePointer<maso_register>
    let instructions: UnsafeMutablePointer<maso_instruction>
    let sums: UnsafeMutablePointer<maso_sum>
    private let numbers: UnsafeMutablePointer<Double>

    init(registers registerCount: Int, instructions list: [LoopInstruction], sums sumCount: Int) {
        precondition(registerCount <= Int(maso_register_limit), "\(registerCount) registers")
        registers = .allocate(capacity: registerCount)
        instructions = .allocate(capacity: list.count)
        sums = .allocate(capacity: sumCount)
        numbers = .allocate(capacity: list.reduce(0) { $0 + $1.first.count + $1.second.count })
        var next = numbers
        func store(_ values: [Double]) -> UnsafePointer<Double> {
            defer { next += values.count }
            for (offset, value) in values.enumerated() { next[offset] = value }
            return UnsafePointer(next)
        }
        for (index, instruction) in list.enumerated() {
            instructions[index] = maso_instruction(
                operation: instruction.operation, result: Int32(instruction.result), a: Int32(instruction.a), b: Int32(instruction.b),
                slope: instruction.slope, offset: instruction.offset, count: Int32(instruction.first.count),
                codeSize: Int32(instruction.codeSize), first: store(instruction.first), second: store(instruction.second))
        }
    }

    deinit {
        header.deallocate()
        registers.deallocate()
        instructions.deallocate()
        sums.deallocate()
        numbers.deallocate()
    }
}
