// A cluster of entrywise nodes becomes the instructions of one loop.

import CKernels
import Graphs
import Tensors

extension Lowering {
    func lowerLoop(_ group: [Value]) throws(ExecutionError) {
        var loop = try LoopBuilder(self, group)
        for value in group { try loop.append(value) }
        loop.finish()
    }
}

/// The registers and instructions of one loop.
private struct LoopBuilder {
    let lowering: Lowering
    let group: [Value]
    let members: Set<Value>
    /// What the loop runs over.
    let shape: Shape
    let layout: Layout
    var reads: [Region] = []
    var writes: [Region] = []
    var registers: [LoopRegister] = []
    var instructions: [LoopInstruction] = []
    var sums: [LoopSum] = []
    var registerOf: [Value: Int] = [:]
    /// Registers that stand for temporaries, and the instruction that last reads each register.
    var temporaries: Set<Int> = []
    var lastRead: [Int: Int] = [:]

    init(_ lowering: Lowering, _ group: [Value]) throws(ExecutionError) {
        (self.lowering, self.group, members) = (lowering, group, Set(group))
        let first = lowering.graph[group[0]]
        if case .sum = first.primitive {
            (shape, layout) = (lowering.graph.shape(first.operands[0]), lowering.layouts[first.operands[0]])
        } else {
            (shape, layout) = (first.type.shape, lowering.layouts[group[0]])
        }
    }

    private var graph: Graph { lowering.graph }

    private mutating func read(_ region: Region) -> Int {
        if let index = reads.firstIndex(of: region) { return index }
        reads.append(region)
        return reads.count - 1
    }

    private mutating func add(_ register: LoopRegister) -> Int {
        if let index = registers.firstIndex(of: register) { return index }
        registers.append(register)
        return registers.count - 1
    }

    /// The register that holds an operand.
    private mutating func register(_ operand: Value) throws(ExecutionError) -> Int {
        if let register = registerOf[operand] { return register }
        let register: Int
        switch graph[operand].primitive {
        case .fill(let number, _) where shape.elementCount > 1:
            register = add(
                .spread(read(lowering.constantRegion(number)), Access(period: 1, repeats: max(1, shape.elementCount))))
        case .broadcast(let axes, _):
            let source = graph[operand].operands[0]
            if let access = Access(shape: shape, layout: layout, dropping: axes), access.repeats > 1 {
                register = add(.spread(read(try lowering.region(of: source, .rowMajor)), access))
            } else {
                fallthrough
            }
        default:
            register = add(.read(read(try lowering.region(of: operand, layout)), size: lowering.elementSize(operand)))
        }
        registerOf[operand] = register
        return register
    }

    /// Whether anything outside the loop reads `value`.
    private func isNeededOutside(_ value: Value) -> Bool {
        lowering.targets.contains(value) || lowering.consumers[value.index].contains { !members.contains($0) }
    }

    private mutating func result(_ value: Value) -> Int {
        let register: Int
        if isNeededOutside(value) {
            writes.append(lowering.define(value, layout))
            registers.append(.write(writes.count - 1, size: lowering.elementSize(value)))
            register = registers.count - 1
        } else {
            registers.append(.temporary(registers.count))
            register = registers.count - 1
            temporaries.insert(register)
        }
        registerOf[value] = register
        return register
    }

    mutating func append(_ value: Value) throws(ExecutionError) {
        let node = graph[value]
        let a = try register(node.operands[0])
        let b = node.operands.count > 1 ? try register(node.operands[1]) : a
        if case .sum(let axes) = node.primitive {
            let access = Access(shape: shape, layout: layout, dropping: axes)!
            writes.append(lowering.define(value, .rowMajor))
            sums.append(LoopSum(source: a, write: writes.count - 1, access: access, count: node.type.shape.elementCount))
            lastRead[a] = Int.max
            return
        }
        lastRead[a] = max(lastRead[a] ?? 0, instructions.count)
        lastRead[b] = max(lastRead[b] ?? 0, instructions.count)
        var instruction = LoopInstruction(operation: maso_copy, result: result(value), a: a, b: b)
        switch node.primitive {
        case .add: instruction.operation = maso_add
        case .subtract: instruction.operation = maso_subtract
        case .multiply: instruction.operation = maso_multiply
        case .divide: instruction.operation = maso_divide
        case .affine(let slope, let offset):
            (instruction.operation, instruction.slope, instruction.offset) = (maso_affine, slope, offset)
        case .select(.knots(let knots)):
            (instruction.operation, instruction.codeSize) = (maso_select, lowering.elementSize(value))
            (instruction.first, instruction.second) = (knots.positions, knots.upperClosed.map { $0 ? 1 : 0 })
        case .apply(let pieces):
            (instruction.operation, instruction.codeSize) = (maso_apply, lowering.elementSize(node.operands[1]))
            (instruction.first, instruction.second) = (pieces.slopes, pieces.offsets)
        case .smooth(let function):
            instruction.operation = function.operation
            if case .power(let exponent) = function { instruction.slope = exponent }
        case .input, .constant, .fill, .matrixProduct, .convolution, .windowSum, .sum, .broadcast, .reshape, .transpose, .pad, .slice,
            .concatenate, .gather, .scatter, .select, .pick, .softmax, .logSumExp:
            preconditionFailure("\(node.label) is not entrywise")
        }
        instructions.append(instruction)
    }

    mutating func finish() {
        shareTemporaries()
        let kernel = LoopKernel(
            kernels: lowering.kernels, scalarSize: lowering.scalar.byteCount, count: shape.elementCount, registers: registers,
            instructions: instructions, sums: sums)
        let label = "loop: " + group.map { graph[$0].primitive.label }.joined(separator: ", ")
        lowering.emit(label, kernel, for: group[0], reads: reads, writes: writes, replaceable: replaceable())
    }

    /// Gives temporaries whose lives do not meet the same tile.
    private mutating func shareTemporaries() {
        var free: [Int] = []
        var count = 0
        var slotOf: [Int: Int] = [:]
        for (index, instruction) in instructions.enumerated() {
            let operands = Set([instruction.a, instruction.b])
            // The result's slot is taken before the operands' are given back: instructions of several passes read and write apart.
            if temporaries.contains(instruction.result) {
                let slot = free.popLast() ?? count
                if slot == count { count += 1 }
                slotOf[instruction.result] = slot
                registers[instruction.result] = .temporary(slot)
                if lastRead[instruction.result] == nil { free.append(slot) }
            }
            for operand in operands where temporaries.contains(operand) && lastRead[operand] == index {
                free.append(slotOf[operand]!)
            }
        }
    }

    /// Writes that may lie over a read: both of one scalar an entry, and the read is done with when the write is made.
    private func replaceable() -> [(write: Int, read: Int)] {
        let size = lowering.scalar.byteCount
        var pairs: [(write: Int, read: Int)] = []
        for (index, instruction) in instructions.enumerated() {
            guard case .write(let write, size) = registers[instruction.result], instruction.operation != maso_select else { continue }
            for (register, kind) in registers.enumerated() {
                guard case .read(let read, size) = kind, let last = lastRead[register], last <= index else { continue }
                let others = registers.contains { if case .spread(read, _) = $0 { true } else { false } }
                if !others { pairs.append((write, read)) }
            }
        }
        return pairs
    }
}

extension SmoothFunction {
    fileprivate var operation: maso_operation {
        switch self {
        case .exponential: maso_exponential
        case .logarithm: maso_logarithm
        case .squareRoot: maso_square_root
        case .reciprocal: maso_reciprocal
        case .errorFunction: maso_error_function
        case .sigmoid: maso_sigmoid
        case .hyperbolicTangent: maso_tangent
        case .softplus: maso_softplus
        case .power: maso_power
        }
    }
}
