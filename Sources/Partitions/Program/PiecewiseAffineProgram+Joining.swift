// A parametric ReLU comes as two sets of pieces under one code, scaled unit by unit and added: in the end one set of pieces.

import Geometry

extension PiecewiseAffineProgram {
    /// The same function, of the same codes, where pieces that share a code and are only added up, unit by unit, are one step.
    ///
    /// That is so only where no slope and no offset rounds.
    package func joiningSharedPieces() throws(PartitionError) -> PiecewiseAffineProgram {
        guard steps.contains(where: { if case .pieces(_, _, .some) = $0 { true } else { false } }) else { return self }
        let readers = readers
        var (joined, dropped, place) = ([Int: [PiecewiseFunction]](), Set<Int>(), [Int: Int]())
        for (index, step) in steps.enumerated() {
            guard case .affine(let terms, let offset) = step, let (owner, pieces) = sum(terms, offset) else { continue }
            let shares = steps.indices.filter { if case .pieces(_, _, owner) = steps[$0] { true } else { false } }
            let summands = [owner] + shares.map { $0 + 1 }
            guard Set(terms.map(\.source)) == Set(summands), summands.allSatisfy({ readers[$0] == [index] }) else { continue }
            joined[owner - 1] = pieces
            dropped.formUnion(shares + [index])
            place[index + 1] = owner
        }
        var program = PiecewiseAffineProgram(inputCount: inputCount)
        var values = [0]
        for (index, step) in steps.enumerated() {
            if dropped.contains(index) {
                values.append(values[place[index + 1] ?? 0])
                continue
            }
            switch step {
            case .affine(let terms, let offset):
                let moved = terms.map { Term(source: values[$0.source], matrix: $0.matrix) }
                values.append(try program.append(.affine(moved, offset: offset)))
            case .pieces(let source, let pieces, let code):
                let pieces = joined[index] ?? pieces
                values.append(try program.append(.pieces(source: values[source], pieces: pieces, code: code.map { values[$0] })))
            case .maximum(let source, let groups): values.append(try program.append(.maximum(source: values[source], groups: groups)))
            }
        }
        return program
    }

    /// For each value the steps that read it; of the output −1 too.
    private var readers: [Set<Int>] {
        var readers = [Set<Int>](repeating: [], count: counts.count)
        for (index, step) in steps.enumerated() {
            switch step {
            case .affine(let terms, _): for term in terms { readers[term.source].insert(index) }
            case .pieces(let source, _, _), .maximum(let source, _): readers[source].insert(index)
            }
        }
        readers[last].insert(-1)
        return readers
    }

    /// What an affine step makes, as pieces, of several pieces under one code, unit by unit; and the value that owns the code.
    private func sum(_ terms: [Term], _ offset: [Double]) -> (owner: Int, pieces: [PiecewiseFunction])? {
        var summands: [(functions: [PiecewiseFunction], factors: [Double])] = []
        var owners = Set<Int>()
        for term in terms {
            guard term.source > 0, case .pieces(_, let functions, let code) = steps[term.source - 1],
                term.matrix.rowCount == functions.count
            else { return nil }
            var factors = [Double](repeating: 0, count: functions.count)
            for unit in factors.indices {
                for (column, value) in term.matrix.row(unit) {
                    if column != unit || factors[unit] != 0 { return nil }
                    factors[unit] = value
                }
            }
            summands.append((functions, factors))
            owners.insert(code ?? term.source)
        }
        guard owners.count == 1, let owner = owners.first, summands.count > 1 else { return nil }
        var pieces: [PiecewiseFunction] = []
        for unit in offset.indices {
            let knots = summands[0].functions[unit].knots
            var (slopes, offsets) = ([Double](), [Double]())
            for r in 0...knots.count {
                guard let slope = exactSum(summands.map { ($0.factors[unit], $0.functions[unit].slopes[r]) }, plus: 0),
                    let shift = exactSum(summands.map { ($0.factors[unit], $0.functions[unit].offsets[r]) }, plus: offset[unit])
                else { return nil }
                slopes.append(slope)
                offsets.append(shift)
            }
            pieces.append(PiecewiseFunction(knots: knots, slopes: slopes, offsets: offsets))
        }
        return (owner, pieces)
    }
}

/// The sum of products and a number, where it is a Double.
private func exactSum(_ products: [(Double, Double)], plus number: Double) -> Double? {
    let exact = products.reduce(Dyadic(number)) { $0 + Dyadic($1.0) * Dyadic($1.1) }
    let rounded = exact.doubleValue
    return rounded.isFinite && Dyadic(rounded) == exact ? rounded : nil
}
