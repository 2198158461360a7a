// Linear programs in Double, by Clp's simplex method, with rows added as they are needed. What it answers is a candidate: others certify.

import CClp

/// Maximise ⟨objective, x⟩ where rows ⟨a, x⟩ + b ≥ 0 hold and every variable is within its bounds. One thread at a time.
public final class SimplexProgram {
    /// What a solve ended with.
    public enum Outcome: Sendable {
        /// A point, a multiplier ≥ 0 for every row, and what each variable's bounds cost.
        case optimal(point: [Double], multipliers: [Double], costs: [Double])
        case infeasible
        /// A direction in which the objective grows for ever.
        case unbounded(direction: [Double]?)
        /// Stopped by the limit or by numerical trouble.
        case undecided
    }

    /// The solver and its version.
    public static var solver: String { "Clp \(String(cString: Clp_Version()))" }

    private let model: UnsafeMutableRawPointer
    private let variableCount: Int
    private var hasNewObjective = false
    /// Whether every coefficient so far is finite: Clp stops the process at others, so nothing is solved with them.
    private var isFinite = true
    public private(set) var rowCount = 0

    /// A program without rows. Bounds may be infinite.
    public init(variables: [ClosedRange<Double>], objective: [Double]) {
        precondition(variables.count == objective.count, "\(variables.count) variables, \(objective.count) coefficients")
        guard let model = Clp_newModel() else { preconditionFailure("Clp has no memory left") }
        self.model = UnsafeMutableRawPointer(model)
        variableCount = variables.count
        Clp_setLogLevel(self.model, 0)
        let starts = [CoinBigIndex](repeating: 0, count: variables.count + 1)
        Clp_loadProblem(
            self.model, Int32(variables.count), 0, starts, nil, nil, variables.map(\.lowerBound), variables.map(\.upperBound), objective,
            nil,
            nil)
        Clp_setOptimizationDirection(self.model, -1)
        Clp_setPrimalTolerance(self.model, 1e-9)
        Clp_setDualTolerance(self.model, 1e-9)
    }

    deinit { Clp_deleteModel(model) }

    /// Coefficients of programs that Clp scales.
    private static let scaled = 1e-20...1e20

    /// Another objective over the same rows.
    public func setObjective(_ objective: [Double]) {
        isFinite = isFinite && objective.allSatisfy(\.isFinite)
        guard isFinite else { return }
        Clp_chgObjCoefficients(model, objective)
        hasNewObjective = true
    }

    /// Appends a row ⟨slope, x⟩ + offset ≥ 0.
    public func append(slope: some Collection<Double>, offset: Double) {
        // An offset that is infinite to Clp would leave the row out.
        isFinite = isFinite && abs(offset) < 1e25 && slope.allSatisfy(\.isFinite)
        rowCount += 1
        guard isFinite else { return }
        let entries = slope.enumerated().filter { $0.element != 0 }
        // Clp's scales would run away with such numbers, and it stops the program where they do.
        if entries.contains(where: { !SimplexProgram.scaled.contains(abs($0.element)) }) { Clp_scaling(model, 0) }
        let columns = entries.map { Int32($0.offset) }
        Clp_addRows(
            model, 1, [-offset], [Double.greatestFiniteMagnitude], [0, CoinBigIndex(columns.count)], columns, entries.map(\.element))
    }

    /// Solves from where the last solve ended: by the dual method after new rows, by the primal one after a new objective.
    public func solve(seconds: Double = .infinity) -> Outcome {
        guard isFinite else { return .undecided }
        if seconds.isFinite { Clp_setMaximumSeconds(model, max(seconds, 0.001)) }
        if hasNewObjective { _ = Clp_primal(model, 0) } else { _ = Clp_dual(model, 0) }
        hasNewObjective = false
        switch Clp_status(model) {
        case 0:
            let point = Array(UnsafeBufferPointer(start: Clp_primalColumnSolution(model), count: variableCount))
            let duals = UnsafeBufferPointer(start: Clp_dualRowSolution(model), count: rowCount)
            // Clp minimises: its duals of ≥ rows of a maximisation are ≤ 0.
            let costs = Array(UnsafeBufferPointer(start: Clp_dualColumnSolution(model), count: variableCount))
            return .optimal(point: point, multipliers: duals.map { max(-$0, 0) }, costs: costs)
        case 1: return .infeasible
        case 2:
            guard let ray = Clp_unboundedRay(model) else { return .unbounded(direction: nil) }
            defer { Clp_freeRay(model, ray) }
            return .unbounded(direction: Array(UnsafeBufferPointer(start: ray, count: variableCount)))
        default: return .undecided
        }
    }
}
