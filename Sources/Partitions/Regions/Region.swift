// The cell of one point, in any dimension: its facets, the largest ball inside, and how far the point is from its border and from the
// decision boundary within (THEORY §8).

public import Geometry
import Tensors

/// A cell around a point: a convex polytope, on which the network is one affine map.
public struct Region: Sendable {
    /// One inequality ⟨slope, x⟩ + offset ≥ 0 that bounds the cell and is implied by no others.
    public struct Facet: Sendable {
        /// The nonlinearity and unit whose piece changes there. Of several that coincide, the first.
        public let origin: InequalityOrigin
        public let slope: [Double]
        public let offset: Double
        /// From the point to the facet's hyperplane.
        public let distance: Double
        /// The direction of a ray from the ball's centre that leaves the cell through it.
        let direction: [Double]
        /// Its number among the inequalities.
        let row: Int
    }

    /// A distance with a bound that is proved, rounding accounted for; equal where it is exact to rounding.
    public struct Distance: Sendable {
        /// ∞ where time ran out and the bound is all that is known.
        public let value: Double
        public let lowerBound: Double
        /// The unit, or for the decision boundary the class (1 of a single output), that is reached.
        public let unit: Int
        public let layer: Int
    }

    public let point: [Double]
    /// The code at each nonlinearity.
    public let codes: [[Int]]
    public let facets: [Facet]
    /// The inequalities before redundant ones are dropped: one or two for a unit that is not constant on the cell.
    public let inequalityCount: Int
    /// Inequalities of which it was not decided whether they are facets: the search was stopped, or rounding left them open.
    public let undecidedCount: Int
    /// What proves the facets.
    public let facetCertificate: InscribedBall.Certificate
    /// The largest ball inside; `nil` where none was found, or the cell has no interior.
    public let ball: InscribedBall?
    /// Whether the cell is unbounded, for networks read in Double to rounding; `nil` where that was not decided.
    public let isUnbounded: Bool?
    /// To the cell's border, over all its inequalities but those of a box; `nil` where there are none.
    public let distance: Distance?
    /// To the nearest point of the closed cell at which the class changes; `nil` where it is proved, to rounding, that there is none.
    public let boundaryDistance: Distance?
    /// How many pre-activations are at a tie in the point, or within rounding of one: then it lies on the borders of several cells.
    public let tieCount: Int
    /// Whether the cell is the one that the first-piece rule names. Where that has no interior, it is the one met first in a fixed direction.
    public let isNamedByRule: Bool
    /// Where it is not: whether it is proved, for networks read in Double to rounding, that the cell of the rule has no interior; else none
    /// was found in time.
    public let isNamedCellFlat: Bool
    /// The network on the cell as a function of its inputs.
    public let map: AffineMap
    /// For every nonlinearity the centre and radius of its region (`PowerCell`), inside the cell of the layers before; `nil` where its units
    /// are not maxima of their pieces, so that its regions are no power cells.
    public let powerCells: [PowerCell?]
    /// Whether forms, facets and the ball were had in exact arithmetic.
    public let isExact: Bool

    /// The index of the largest output at the point; of a single output 1 where it is positive.
    public var classIndex: Int { classIndex(at: point) }

    func classIndex(at point: [Double]) -> Int {
        let outputs = map(point)
        if outputs.count == 1 { return outputs[0] > 0 ? 1 : 0 }
        return outputs.indices.reduce(0) { outputs[$1] > outputs[$0] ? $1 : $0 }
    }
}

/// Reads the cells of points of one network.
public struct RegionReader: Sendable {
    /// How much exact arithmetic is tried before Doubles are taken: multiplications of one cell's forms.
    private static let exactWork = 2_000_000
    /// The largest dimension of exact certificates: their systems are solved in fractions.
    private static let exactDimension = 12

    public let program: PiecewiseAffineProgram
    /// Whether cells are read in exact arithmetic: small networks of few inputs.
    public let isExact: Bool
    let box: [ClosedRange<Double>]?

    /// - Parameter box: what cells are intersected with.
    /// - Throws: `PartitionError` where the box does not fit, or pieces do not join at their knots.
    public init(_ program: PiecewiseAffineProgram, in box: [ClosedRange<Double>]? = nil) throws(PartitionError) {
        try self.init(program, in: box, isExact: RegionReader.allowsExactness(program))
    }

    /// - Parameter isExact: whether cells are read in exact arithmetic, however long that takes.
    public init(_ program: PiecewiseAffineProgram, in box: [ClosedRange<Double>]? = nil, isExact: Bool) throws(PartitionError) {
        try PlanarPartition.requireContinuity(program)
        if let box { _ = try Domain.box(box).program(program) }
        (self.program, self.box) = (program, box)
        self.isExact = isExact
    }

    private static func allowsExactness(_ program: PiecewiseAffineProgram) -> Bool {
        let entries = program.steps.reduce(0) { sum, step in
            guard case .affine(let terms, _) = step else { return sum }
            return sum + terms.reduce(0) { $0 + $1.matrix.values.count }
        }
        return program.inputCount <= exactDimension && entries * (program.inputCount + 1) <= exactWork
    }

    /// How many bytes the inequalities of one cell take, about.
    public var byteCount: Int {
        let rows = program.steps.reduce(0) { sum, step in
            switch step {
            case .affine: sum
            case .pieces(_, let pieces, let shared): sum + (shared == nil ? pieces.reduce(0) { $0 + min($1.knots.count, 2) } : 0)
            case .maximum(_, let groups): sum + groups.reduce(0) { $0 + $1.members.count - 1 }
            }
        }
        // Forms while they are read, then the rows that linear programs use.
        let widest = program.counts.max() ?? 0
        return 8 * (program.inputCount + 4) * (2 * rows + 3 * widest)
    }

    /// What to find out besides the inequalities, and for how long.
    public struct Options: Sendable {
        /// How long the searches for the largest ball, the decision boundary and facets take at most, a third each and the last what the
        /// others leave. What is known then is said.
        public var seconds: Double
        public var findsFacets: Bool

        public init(seconds: Double = .infinity, findsFacets: Bool = true) { (self.seconds, self.findsFacets) = (seconds, findsFacets) }
    }

    /// The cell of a point.
    ///
    /// - Parameter progress: told what is being done, and how many of how many inequalities are decided.
    /// - Throws: `PartitionError` where the point is not finite, has another dimension or lies outside the box, or the network's values are
    ///   no Doubles by far.
    public func region(
        at point: [Double], options: Options = Options(), progress: (String, Int, Int) -> Void = { _, _, _ in }
    ) throws(PartitionError) -> Region {
        guard point.count == program.inputCount else {
            throw PartitionError(what: "point", where: "region", expected: "\(program.inputCount) numbers", got: "\(point.count)")
        }
        if let odd = point.first(where: { !(abs($0) <= 1e100) }) {
            throw PartitionError(what: "coordinate", where: "region", expected: "at most 1e100 in magnitude", got: "\(odd)")
        }
        if let box, let i = point.indices.first(where: { !box[$0].contains(point[$0]) }) {
            let range = "\(box[i].lowerBound) … \(box[i].upperBound)"
            throw PartitionError(what: "coordinate \(i)", where: "region", expected: "one in the box, \(range)", got: "\(point[i])")
        }
        try program.requireMagnitudes(onInputsUpTo: point.reduce(1) { max($0, abs($1)) }, samples: [point])
        let at = CellPoint(point)
        return isExact
            ? region(at, AffineForm.self, options, progress) : region(at, RoundedForm.self, options, progress)
    }

    private func region<Form: FormArithmetic>(
        _ point: CellPoint, _: Form.Type, _ options: Options, _ progress: (String, Int, Int) -> Void
    ) -> Region {
        progress("inequalities", 0, 1)
        let (tieCount, isFlat): (Int, Bool)
        do {
            // What the cell that the rule names takes of memory is given back before another is read.
            var named = CellAnalysis(
                CellReading<Form>(program, at: point, ties: .first), at: point, in: box, ties: .first, options)
            (tieCount, isFlat) = (named.reading.tieCount, named.isFlat)
            if named.hasInterior || tieCount == 0 { return named.region(isNamedByRule: true, tieCount: tieCount, progress) }
        }
        // The cells that meet in the point are many; a generic direction leads into one with interior.
        var random = RandomGenerator(seed: 0, purpose: "region")
        let direction = point.doubles.indices.map { i in
            let drawn = random.uniform(-1, 1)
            guard let box else { return drawn }
            return point.doubles[i] == box[i].lowerBound ? abs(drawn) : point.doubles[i] == box[i].upperBound ? -abs(drawn) : drawn
        }
        let ties = CellReading<Form>.Ties.toward(direction)
        var beside = CellAnalysis(CellReading<Form>(program, at: point, ties: ties), at: point, in: box, ties: ties, options)
        return beside.region(isNamedByRule: false, isNamedCellFlat: isFlat, tieCount: tieCount, progress)
    }
}
