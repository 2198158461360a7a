// The smallest and the largest area of a stream of cells, exactly, without keeping the cells.

import Geometry

/// Doubles choose the cells that may be the smallest or the largest, with a bound on their errors; exact arithmetic decides among them.
struct AreaExtremes: Sendable {
    private struct Candidate: Sendable {
        /// A bound from below on the signed area.
        var floor: Double
        let cell: PlanarCell
        var exact: Rational?
    }

    /// The candidates for the least of sign · area.
    private struct Least: Sendable {
        let sign: Double
        var ceiling = Double.infinity
        var candidates: [Candidate] = []
        /// Whether there were more candidates than exact arithmetic is to compare.
        var isOpen = false

        mutating func add(_ area: Double, _ bound: Double, _ cell: @autoclosure () -> PlanarCell, _ program: PiecewiseAffineProgram) {
            guard sign * area - bound <= ceiling, !isOpen else { return }
            insert(Candidate(floor: sign * area - bound, cell: cell()), ceiling: sign * area + bound, program)
        }

        mutating func insert(_ candidate: Candidate, ceiling: Double, _ program: PiecewiseAffineProgram) {
            if ceiling < self.ceiling {
                self.ceiling = ceiling
                candidates.removeAll { $0.floor > ceiling }
            }
            candidates.append(candidate)
            if candidates.count > 64, !program.isLarge { settle(program) }
            if candidates.count > 16, program.isLarge { leaveOpen() }
        }

        mutating func leaveOpen() { (isOpen, candidates) = (true, []) }

        mutating func merge(_ other: Least, _ program: PiecewiseAffineProgram) {
            if isOpen || other.isOpen { return leaveOpen() }
            for candidate in other.candidates where candidate.floor <= ceiling && !isOpen {
                insert(candidate, ceiling: other.ceiling, program)
            }
        }

        var value: Double { isOpen ? .nan : candidates.first?.exact?.doubleValue ?? 0 }

        /// Leaves one candidate, the least in exact arithmetic.
        mutating func settle(_ program: PiecewiseAffineProgram) {
            for i in candidates.indices where candidates[i].exact == nil {
                var subdivision = PlanarSubdivision(of: program, on: candidates[i].cell)
                candidates[i].exact = subdivision.exactArea(of: 0)
            }
            let best = candidates.min { a, b in sign > 0 ? a.exact! < b.exact! : b.exact! < a.exact! }
            candidates = best.map { [$0] } ?? []
            guard let value = best?.exact?.doubleValue else { return }
            ceiling = (sign * value).nextUp
            candidates[0].floor = (sign * value).nextDown
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
        least.merge(other.least, program)
        most.merge(other.most, program)
    }

    /// Both exact values, rounded once; 0 where there was no cell, NaN where a large network has too many candidates.
    mutating func range() -> (least: Double, most: Double) {
        least.settle(program)
        most.settle(program)
        return (least.value, most.value)
    }
}
