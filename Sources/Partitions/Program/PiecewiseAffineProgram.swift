// What the partition knows of a network: a sequence of affine maps, elementwise pieces and group maxima over flat vectors. Every
// piecewise-affine graph reduces to it; skips and concatenations are affine maps of several earlier values.

/// A piecewise-affine network as steps over flat vectors.
///
/// Value 0 is the input, value i + 1 the result of step i; the last step's value is the output.
public struct PiecewiseAffineProgram: Hashable, Sendable {
    /// One summand of an affine step: `matrix` applied to an earlier value.
    public struct Term: Hashable, Sendable {
        public let source: Int
        public let matrix: SparseMatrix

        public init(source: Int, matrix: SparseMatrix) { (self.source, self.matrix) = (source, matrix) }
    }

    /// The entries of a value among which a maximum is taken, in tie order, and the code that each stands for.
    public struct Group: Hashable, Sendable {
        public let members: [Int]
        /// Ascending; for a padded window the positions in the full window.
        public let codes: [Int]

        public init(members: [Int], codes: [Int]? = nil) { (self.members, self.codes) = (members, codes ?? Array(members.indices)) }
    }

    public enum Step: Hashable, Sendable {
        /// The sum of the terms and `offset`.
        case affine([Term], offset: [Double])
        /// Unit k of `source` through `pieces[k]`. With `code`, an earlier such step's value, the same pieces are chosen there as there: it
        /// must read the same source, with the same knots, and is no nonlinearity of its own (a parametric ReLU's second half).
        case pieces(source: Int, pieces: [PiecewiseFunction], code: Int? = nil)
        /// Unit k is the largest entry of `source` among `groups[k]`; the first of equal ones names the code.
        case maximum(source: Int, groups: [Group])

        /// Whether the step has a code.
        public var isNonlinear: Bool {
            switch self {
            case .affine: false
            case .pieces(_, _, let code): code == nil
            case .maximum: true
            }
        }
    }

    public let inputCount: Int
    public private(set) var steps: [Step] = []
    /// The length of every value, the input's first.
    public private(set) var counts: [Int]

    /// The identity on `inputCount` numbers; append steps to it.
    public init(inputCount: Int) {
        precondition(inputCount > 0, "\(inputCount) inputs")
        self.inputCount = inputCount
        counts = [inputCount]
    }

    /// The value that the next step may read: the last one so far.
    public var last: Int { steps.count }
    public var outputCount: Int { counts[last] }
    /// The indices of the steps that have codes, in order: the layers of the partition.
    public var nonlinearSteps: [Int] { steps.indices.filter { steps[$0].isNonlinear } }

    /// Appends a step and returns the index of its value.
    ///
    /// - Throws: `PartitionError` where a source does not exist, sizes differ, a number is not finite, or a group is empty.
    @discardableResult public mutating func append(_ step: Step) throws(PartitionError) -> Int {
        let place = "step \(steps.count)"
        func require(_ holds: Bool, _ what: String, _ expected: @autoclosure () -> String, _ got: @autoclosure () -> String)
            throws(PartitionError)
        {
            if !holds { throw PartitionError(what: what, where: place, expected: expected(), got: got()) }
        }
        func requireSource(_ source: Int) throws(PartitionError) {
            try require(counts.indices.contains(source), "source", "0 … \(last)", "\(source)")
        }
        switch step {
        case .affine(let terms, let offset):
            try require(offset.allSatisfy(\.isFinite), "offset", "finite numbers", "\(offset.first { !$0.isFinite } ?? 0)")
            for term in terms {
                try requireSource(term.source)
                let (got, expected) = ((term.matrix.rowCount, term.matrix.columnCount), (offset.count, counts[term.source]))
                try require(got == expected, "matrix", "[\(expected.0), \(expected.1)]", "[\(got.0), \(got.1)]")
                let odd = term.matrix.values.first { !$0.isFinite }
                try require(odd == nil, "weight", "a finite number", "\(odd ?? 0)")
            }
            counts.append(offset.count)
        case .pieces(let source, let pieces, let code):
            try requireSource(source)
            try require(pieces.count == counts[source], "pieces", "\(counts[source]) units", "\(pieces.count)")
            if let code {
                guard steps.indices.contains(code - 1), case .pieces(source, let owners, nil) = steps[code - 1] else {
                    throw PartitionError(what: "code", where: place, expected: "a value made by pieces of value \(source)", got: "\(code)")
                }
                try require(zip(owners, pieces).allSatisfy { $0.knots == $1.knots }, "knots", "those of value \(code)", "others")
            }
            counts.append(pieces.count)
        case .maximum(let source, let groups):
            try requireSource(source)
            for group in groups {
                try require(!group.members.isEmpty, "group", "at least one member", "none")
                try require(group.codes.count == group.members.count, "codes", "\(group.members.count)", "\(group.codes.count)")
                let odd = group.members.first { !(0..<counts[source]).contains($0) }
                try require(odd == nil, "member", "0 ..< \(counts[source])", "\(odd ?? 0)")
            }
            counts.append(groups.count)
        }
        steps.append(step)
        return last
    }

    /// For each value the number of nonlinear steps among those up to its own: how many codes its affine form depends on at most.
    public var depths: [Int] { steps.reduce(into: [0]) { $0.append($0[$0.count - 1] + ($1.isNonlinear ? 1 : 0)) } }

    /// The program up to and with its nonlinearity number `index`, whose value becomes the output.
    public func prefix(throughNonlinearity index: Int) -> PiecewiseAffineProgram { prefix(steps: nonlinearSteps[index] + 1) }

    /// The program's first `count` steps.
    package func prefix(steps count: Int) -> PiecewiseAffineProgram {
        var prefix = self
        prefix.steps.removeSubrange(count...)
        prefix.counts.removeSubrange((count + 1)...)
        return prefix
    }

    /// The program on parameters t, its input being what the embedding makes of them.
    ///
    /// - Throws: `PartitionError` where a vector does not have the input's length.
    public func restricted(to embedding: Domain.Embedding) throws(PartitionError) -> PiecewiseAffineProgram {
        var program = try embedding.program(inputCount: inputCount)
        let shift = program.last
        for step in steps {
            switch step {
            case .affine(let terms, let offset):
                try program.append(.affine(terms.map { Term(source: $0.source + shift, matrix: $0.matrix) }, offset: offset))
            case .pieces(let source, let pieces, let code):
                try program.append(.pieces(source: source + shift, pieces: pieces, code: code.map { $0 + shift }))
            case .maximum(let source, let groups): try program.append(.maximum(source: source + shift, groups: groups))
            }
        }
        return program
    }

    /// How many weights its matrices hold.
    var weightCount: Int { weights(ofSparse: 1) }

    /// The same, those of matrices that are mostly zeros counted for the time that they take.
    var weightCost: Int { weights(ofSparse: 20) }

    private func weights(ofSparse factor: Int) -> Int {
        steps.reduce(0) { sum, step in
            guard case .affine(let terms, _) = step else { return sum }
            return sum + terms.reduce(0) { $0 + $1.matrix.values.count * ($1.matrix.isSparse ? factor : 1) }
        }
    }

    /// Whether going through all weights for every cell is too much: tiles go on with reduced networks then. Of dense networks they do not:
    /// the cells of a tile share their products, which take less time than enclosing all units.
    var isLarge: Bool {
        let isSparse = steps.contains { if case .affine(let terms, _) = $0 { terms.contains { $0.matrix.isSparse } } else { false } }
        return isSparse && weightCost >= 500_000
    }

    /// The value at one input, in Double. O(weights).
    public func value(at input: [Double]) -> [Double] { values(at: input)[last] }

    /// All values at one input, the input first.
    func values(at input: [Double]) -> [[Double]] {
        precondition(input.count == inputCount, "\(input.count) inputs, expected \(inputCount)")
        var values = [input]
        for step in steps {
            switch step {
            case .affine(let terms, let offset):
                var sum = offset
                for term in terms {
                    for r in 0..<sum.count { for (column, value) in term.matrix.row(r) { sum[r] += value * values[term.source][column] } }
                }
                values.append(sum)
            case .pieces(let source, let pieces, _): values.append(zip(pieces, values[source]).map { $0($1) })
            case .maximum(let source, let groups):
                values.append(groups.map { group in group.members.map { values[source][$0] }.max() ?? 0 })
            }
        }
        return values
    }
}
