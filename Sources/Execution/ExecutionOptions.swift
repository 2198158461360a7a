// What a caller may decide about a plan.

import CKernels

/// The instruction sets that our own loops are compiled for, in ascending order.
public enum InstructionSet: Int, Comparable, Sendable, CaseIterable {
    /// What the compiler takes for granted: SSE2 on x86-64, NEON on arm64.
    case plain
    case avx2
    case avx512

    /// The widest one that this machine runs.
    public static var widest: InstructionSet { InstructionSet(rawValue: Int(maso_widest_instruction_set().rawValue)) ?? .plain }

    public static func < (left: InstructionSet, right: InstructionSet) -> Bool { left.rawValue < right.rawValue }

    var kernelSet: maso_instruction_set { maso_instruction_set(UInt32(rawValue)) }
}

/// Decisions about a plan, each with a default that suits everyone.
public struct ExecutionOptions: Hashable, Sendable {
    /// The most bytes that the plan may need; `nil` for no limit.
    public var maximumBytes: Int?
    /// For our own loops; capped by what the machine runs.
    public var instructionSet: InstructionSet
    /// Whether Float convolutions may use oneDNN; otherwise matrices of windows and OpenBLAS, as in Double.
    public var usesOneDNN: Bool
    /// Whether Float convolutions may use Winograd's minimal filtering, whose rounding error is a few times that of plain sums.
    public var usesWinograd: Bool
    /// The same for Double convolutions of 64 channels and more. Off by default, because margins are judged by the rounding of plain
    /// sums; slopes at fixed codes are read with it.
    public var usesWinogradInDouble: Bool

    public init(
        maximumBytes: Int? = nil, instructionSet: InstructionSet = .widest, usesOneDNN: Bool = true, usesWinograd: Bool = true,
        usesWinogradInDouble: Bool = false
    ) {
        self.maximumBytes = maximumBytes
        self.instructionSet = min(instructionSet, .widest)
        (self.usesOneDNN, self.usesWinograd, self.usesWinogradInDouble) = (usesOneDNN, usesWinograd, usesWinogradInDouble)
    }
}
