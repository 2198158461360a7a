// The smallest and the largest area of a stream of cells, exactly, without keeping the cells.

import Geometry

/// Doubles choose the cells that may be the smallest or the largest, with a bound on their errors; pairs of Doubles decide among them, and
/// exact arithmetic where these leave it open.
struct AreaExtremes: Sendable {
    private struct Candidate: Sendable {
        /// A bound from below on the signed area.
        var floor: Double
        let cell: PlanarCell
        /// The area, and how far from there it may be.
        var known: (area: Rational, bound: Rational)?

        mutating func decide(exactly: Bool, _ program: PiecewiseAffineProgram) {
            if !exactly, let (area, bound) = cell.longArea(of: program) {
                known = (Rational(area), Rational(bound))
            } else {
                var subdivision = PlanarSubdivision(of: program, on: cell)
                known = (subdivision.exactArea(of: 0), .zero)
            }
        }
    }

    /// The candidates for the least of sign · area.
    private struct Least: Sendable {
        let sign: Double
        var ceiling = Double.infinity
        var candidates: [Candidate] = []

        mutating func add(_ area: Double, _ bound: Double, _ cell: @autoclosure () -> PlanarCell, _ program: PiecewiseAffineProgram) {
            guard sign * area - bound <= ceiling else { return }
            insert(Candidate(floor: sign * area - bound, cell: cell()), ceiling: sign * area + bound, program)
        }

        mutating func insert(_ candidate: Candidate, ceiling: Double, _ program: PiecewiseAffineProgram) {
            if ceiling < self.ceiling {
                self.ceiling = ceiling
                candidates.removeAll { $0.floor > ceiling }
            }
            candidates.append(candidate)
            if candidates.count > 64 { settle(program) }
        }

        /// Leaves one candidate, the least.
        mutating func settle(_ program: PiecewiseAffineProgram) {
            for i in candidates.indices where candidates[i].known == nil { candidates[i].decide(exactly: false, program) }
            prune()
            if candidates.count > 1 {
                for i in candidates.indices where candidates[i].known!.bound.signum > 0 { candidates[i].decide(exactly: true, program) }
                prune()
                candidates.removeSubrange(1...)
            }
            guard let (area, bound) = candidates.first?.known else { return }
            let signed = sign > 0 ? area : -area
            ceiling = (signed + bound).doubleValue.nextUp
            candidates[0].floor = (signed - bound).doubleValue.nextDown
        }

        /// Leaves those that may be the least as they are known.
        private mutating func prune() {
            let signed = candidates.map { sign > 0 ? $0.known!.area : -$0.known!.area }
            guard let ceiling = zip(signed, candidates).map({ $0 + $1.known!.bound }).min() else { return }
            candidates = zip(signed, candidates).filter { $0 - $1.known!.bound <= ceiling }.map(\.1)
        }

        /// The least area, rounded once; 0 where there was no cell.
        mutating func value(_ program: PiecewiseAffineProgram) -> Double {
            settle(program)
            guard let (area, bound) = candidates.first?.known else { return 0 }
            let (low, high) = ((area - bound).doubleValue, (area + bound).doubleValue)
            if low == high { return low }
            candidates[0].decide(exactly: true, program)
            return candidates[0].known!.area.doubleValue
        }
    }

    private let program: PiecewiseAffineProgram
    private var least = Least(sign: 1)
    private var most = Least(sign: -1)

    init(_ program: PiecewiseAffineProgram) { self.program = program }

    mutating func add(_ block: CellBlock) {
        for cell in block.cells {
            let (area, bound) = cell.areaWithBound
            least.add(area, bound, cell.exactly, program)
            most.add(area, bound, cell.exactly, program)
        }
    }

    mutating func merge(_ other: AreaExtremes) {
        for candidate in other.least.candidates where candidate.floor <= least.ceiling {
            least.insert(candidate, ceiling: other.least.ceiling, program)
        }
        for candidate in other.most.candidates where candidate.floor <= most.ceiling {
            most.insert(candidate, ceiling: other.most.ceiling, program)
        }
    }

    /// Both exact values, rounded once; 0 … 0 where there was no cell.
    mutating func range() -> ClosedRange<Double> { least.value(program)...most.value(program) }
}
