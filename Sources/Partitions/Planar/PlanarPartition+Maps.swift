// How many affine maps the network has on its cells: fewer than cells, where a unit switches that the output does not see.

import Geometry

/// Residues modulo the Mersenne prime 2⁶¹ − 1. Every Double has one, sums and products go over into them: so maps with different residues
/// are different, without any rounding.
struct Residue: Hashable, Sendable {
    static let modulus: UInt64 = (1 << 61) - 1
    let word: UInt64

    init(word: UInt64) { self.word = word }

    /// - Precondition: `value` is finite.
    init(_ value: Double) {
        guard value != 0 else {
            word = 0
            return
        }
        let significand = value.significandBitPattern | (value.isNormal ? 1 << 52 : 0)
        let exponent = (value.isNormal ? Int(value.exponentBitPattern) : 1) - 1075
        // 2⁶¹ = 1 here, so a power of two is a rotation of 61 bits.
        let shift = UInt64(((exponent % 61) + 61) % 61)
        let rotated = ((significand << shift) | (shift == 0 ? 0 : significand >> (61 - shift))) & Residue.modulus
        let reduced = rotated == Residue.modulus ? 0 : rotated
        word = value < 0 && reduced != 0 ? Residue.modulus - reduced : reduced
    }

    static func + (a: Residue, b: Residue) -> Residue {
        let sum = a.word + b.word
        return Residue(word: sum >= modulus ? sum - modulus : sum)
    }

    static func * (a: Residue, b: Residue) -> Residue {
        let product = a.word.multipliedFullWidth(by: b.word)
        let sum = (product.low & modulus) + ((product.high << 3) | (product.low >> 61))
        return Residue(word: sum >= modulus ? sum - modulus : sum)
    }
}

extension PlanarPartition {
    /// The number of different affine maps (A, b) among the cells, as functions of the domain's coordinates, counted exactly.
    ///
    /// Different residues prove maps different; equal ones are compared in exact arithmetic.
    public func distinctMapCount() -> Int {
        var subdivision = subdivision
        let residues = subdivision.outputResidues()
        let length = 3 * program.outputCount
        var classes: [[Residue]: [Int]] = [:]
        for cell in 0..<cellCount { classes[Array(residues[cell * length..<(cell + 1) * length]), default: []].append(cell) }
        var count = 0
        for members in classes.values where members.count > 0 {
            var representatives: [[AffineForm]] = []
            if members.count == 1 {
                count += 1
                continue
            }
            for member in members {
                let forms = (0..<program.outputCount).map { subdivision.outputForm($0, of: member) }
                if !representatives.contains(forms) { representatives.append(forms) }
            }
            count += representatives.count
        }
        return count
    }
}

extension PlanarSubdivision {
    /// The rows [A b] of the output on every cell, as residues: cell by cell, unit by unit, three numbers each.
    fileprivate func outputResidues() -> [Residue] {
        // A value's rows are kept for the cells of the level at which it was made.
        var values: [(level: Int, rows: [Residue])] = [(0, [1, 0, 0, 0, 1, 0].map { Residue($0) })]
        var level = 0
        let depths = program.depths
        func cellCount(_ level: Int) -> Int { level == 0 ? 1 : history.levels[level - 1].parents.count }
        for (index, step) in program.steps.enumerated() {
            let count = program.counts[index + 1]
            if step.isNonlinear { level += 1 }
            var rows = [Residue](repeating: Residue(word: 0), count: cellCount(level) * count * 3)
            switch step {
            case .affine(let terms, let offset):
                let weights = terms.map { $0.matrix.values.map { Residue($0) } }
                let shifts = offset.map { Residue($0) }
                for cell in 0..<cellCount(level) {
                    for r in 0..<count {
                        var sum = (Residue(word: 0), Residue(word: 0), shifts[r])
                        for (term, weights) in zip(terms, weights) {
                            let (sourceLevel, source) = values[term.source]
                            let first = history.ancestor(of: cell, at: level, up: sourceLevel) * program.counts[term.source]
                            for entry in term.matrix.rowStarts[r]..<term.matrix.rowStarts[r + 1] {
                                let (weight, at) = (weights[entry], 3 * (first + Int(term.matrix.columns[entry])))
                                sum = (sum.0 + weight * source[at], sum.1 + weight * source[at + 1], sum.2 + weight * source[at + 2])
                            }
                        }
                        let at = 3 * (cell * count + r)
                        (rows[at], rows[at + 1], rows[at + 2]) = sum
                    }
                }
            case .pieces(let source, let functions, let shared):
                let (sourceLevel, from) = values[source]
                let coded = depths[shared ?? index + 1]
                let tables = functions.map { ($0.slopes.map { Residue($0) }, $0.offsets.map { Residue($0) }) }
                for cell in 0..<cellCount(level) {
                    let first = history.ancestor(of: cell, at: level, up: sourceLevel) * count
                    let codeCell = history.ancestor(of: cell, at: level, up: coded)
                    for unit in 0..<count {
                        let code = history.levels[coded - 1].code(unit, of: codeCell)
                        let (slope, offset) = (tables[unit].0[code], tables[unit].1[code])
                        let (at, origin) = (3 * (cell * count + unit), 3 * (first + unit))
                        for i in 0..<3 { rows[at + i] = slope * from[origin + i] }
                        rows[at + 2] = rows[at + 2] + offset
                    }
                }
            case .maximum(let source, let groups):
                let (sourceLevel, from) = values[source]
                for cell in 0..<cellCount(level) {
                    let first = history.ancestor(of: cell, at: level, up: sourceLevel) * program.counts[source]
                    for (unit, group) in groups.enumerated() {
                        let code = history.levels[level - 1].code(unit, of: cell)
                        let origin = 3 * (first + group.members[group.codes.firstIndex(of: code)!])
                        for i in 0..<3 { rows[3 * (cell * count + unit) + i] = from[origin + i] }
                    }
                }
            }
            values.append((level, rows))
        }
        let (outputLevel, rows) = values[program.last]
        let length = 3 * program.outputCount
        if outputLevel == level { return rows }
        return (0..<cellCount(level)).flatMap { cell -> ArraySlice<Residue> in
            let ancestor = history.ancestor(of: cell, at: level, up: outputLevel)
            return rows[ancestor * length..<(ancestor + 1) * length]
        }
    }
}
