// The partition of a box in any dimension, cell by cell: floating point decides the signs that it can prove, exact arithmetic the others.

public import Geometry

/// The cells of a piecewise-affine program on a bounded domain of any dimension, one after the other.
///
/// The cells are those of `ExactSubdivision`, which decides every sign in fractions. Memory follows the depth of the
/// network and not the number of cells.
public struct SolidPartition: Sendable {
    /// One cell.
    public struct Cell {
        let part: SolidPart
        /// A code for each nonlinearity, each with an entry for every unit.
        public let codes: [[Int]]
        let program: PiecewiseAffineProgram

        /// The cell with exact vertices, which are made now: facets are met in exact arithmetic.
        public var polytope: Polytope { part.polytope }

        /// The vertices in Doubles, in the order of `polytope`: each with a bound on how far any coordinate is from the exact one.
        public var roundedVertices: [(position: [Double], bound: Double)] {
            (0..<part.vertexCount).map {
                (Array(part.positions[$0 * part.dimension..<($0 + 1) * part.dimension]), part.displacements[$0])
            }
        }

        /// The volume in Doubles, and a bound on its error.
        public var roundedVolume: (volume: Double, bound: Double) { part.roundedVolume }

        /// The radius of the largest ball inside; 0 where the cell is so thin that its hyperplanes in Doubles leave none.
        ///
        /// - Parameters:
        ///   - polytope: the cell's own.
        ///   - start: a point inside, to rounding.
        public func inRadius(of polytope: Polytope, near start: [Double]) -> Double {
            var rows = Halfspaces(dimension: part.dimension)
            for (index, facet) in part.facets.enumerated() {
                // The cell lies on the side of any vertex that is not on the hyperplane.
                guard let inner = polytope.vertices.first(where: { !$0.facets.contains(index) }) else { continue }
                // Made anew whenever it is asked for.
                let exact = facet.form
                let form = exact.sign(at: inner.point) < 0 ? -exact : exact
                rows.append(slope: form.coefficients.dropLast().map(\.doubleValue), offset: form.coefficients[part.dimension].doubleValue)
            }
            return max(rows.inscribedBall(near: start)?.radius ?? 0, 0)
        }

        /// The network on this cell, A x + b, as Doubles. O(weights).
        public var map: AffineMap {
            AffineMap(rows: program.frozenRows(of: program.last, codes: codes), inputCount: program.inputCount)
        }
    }

    /// What is left when all cells have gone by.
    public struct Outcome: Hashable, Sendable {
        /// The number of cells after each nonlinearity, counting the codes up to there.
        public fileprivate(set) var cellCounts: [Int]
        /// How many signs floating point left open.
        public fileprivate(set) var exactSignCount = 0
    }

    /// The program as a function of the domain's coordinates.
    public let program: PiecewiseAffineProgram
    /// Where the cells are.
    public let domain: Domain
    private let start: Polytope
    private let sides: [AffineForm]

    /// - Throws: `PartitionError` where the domain does not fit the program, or is not bounded.
    public init(of program: PiecewiseAffineProgram, on domain: Domain) throws(PartitionError) {
        self.program = try domain.program(program)
        self.domain = domain
        (start, sides) = (try domain.polytope(), try domain.sides())
    }

    /// Calls `body` with every cell.
    ///
    /// - Parameter viewer: a direction from which no cell is hidden by one that comes before it: the farthest come first.
    @discardableResult public func forEachCell(from viewer: [Double]? = nil, _ body: (Cell) throws -> Void) rethrows -> Outcome {
        let d = program.inputCount
        precondition(viewer.map { $0.count == d } ?? true, "a direction of \(viewer?.count ?? 0) coordinates")
        let reach = CellForms.Reach((0..<d).map { i in start.vertices.reduce(0) { max($0, abs($1.position[i])) } })
        return try BlockStore.lend { store in
            var walk = Walk(
                program: program, depths: program.depths, layers: program.nonlinearSteps.count, viewer: viewer, reach: reach, store: store,
                outcome: Outcome(cellCounts: [Int](repeating: 0, count: program.nonlinearSteps.count)))
            try walk.descend(SolidPart(start, sides: sides, reach), codes: [], values: [.coordinates(reach)], body)
            return walk.outcome
        }
    }

    /// The way through the steps, part by part.
    private struct Walk {
        let program: PiecewiseAffineProgram
        let depths: [Int]
        let layers: Int
        let viewer: [Double]?
        let reach: CellForms.Reach
        let store: BlockStore
        var outcome: Outcome

        /// Takes the steps from `values.count − 1` on, on one part, to the last that has codes.
        mutating func descend(_ part: SolidPart, codes: [[Int]], values: [CellForms], _ body: (Cell) throws -> Void) rethrows {
            var values = values
            while codes.count < layers {
                switch program.steps[values.count - 1] {
                case .affine(let terms, let offset):
                    values.append(.affine(terms.map { ($0.matrix, values[$0.source]) }, offset: offset, reach))
                case .pieces(let source, let functions, let shared?):
                    values.append(.pieces(functions, codes[depths[shared] - 1], of: values[source]))
                case .pieces(let source, let functions, nil):
                    let forms = values[source]
                    return try divide(SolidDivision(part, forms, functions, viewer: viewer, store), codes, values, body) { code, _ in
                        .pieces(functions, code, of: forms)
                    }
                case .maximum(let source, let groups):
                    let forms = values[source]
                    return try divide(SolidDivision(part, forms, groups, viewer: viewer, store), codes, values, body) { _, winners in
                        .winners(winners, of: forms)
                    }
                }
            }
            try body(Cell(part: part, codes: codes, program: program))
        }

        /// Goes on with every part of a division.
        private mutating func divide(
            _ division: consuming SolidDivision, _ codes: [[Int]], _ values: [CellForms], _ body: (Cell) throws -> Void,
            _ value: (_ code: [Int], _ winners: [Int]) -> CellForms
        ) rethrows {
            var division = division
            try division.forEachPart { part, code, winners in
                outcome.cellCounts[codes.count] += 1
                let isLast = codes.count + 1 == layers
                try descend(part, codes: codes + [code], values: isLast ? [] : values + [value(code, winners)], body)
            }
            outcome.exactSignCount += division.exactSignCount
        }
    }
}
