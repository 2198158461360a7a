// Random piecewise-affine programs: every kind of layer, generic and coarse weights, and families made of coincidences.

import Partitions
import TestSupport
import Tensors

/// What random programs are made of.
enum NetworkSampler: String, CaseIterable {
    /// Multiples of 2⁻¹⁰: ties are rare.
    case generic
    /// Multiples of ½: ties everywhere.
    case coarse
    /// Rows that repeat, negate or scale one another, or are zero.
    case repeated
    /// All lines of the first layer through one point.
    case concurrent
    /// Parallel lines.
    case parallel
    /// Lines through corners of [−1, 1]ᵈ and along its sides.
    case corners
    /// No offsets.
    case biasFree
    /// Rows that nearly coincide, to 10⁻¹⁴.
    case nearlyEqual

    /// The rows [weights, offset] of a dense layer.
    func rows(_ count: Int, inputs: Int, first: Bool, _ rng: inout RandomGenerator) -> [[Double]] {
        func coarse() -> Double { Double(rng.integer(below: 9) - 4) / 2 }
        func fine() -> Double { Double(rng.integer(below: 4097) - 2048) / 1024 }
        var rows = (0..<count).map { _ in (0...inputs).map { _ in self == .generic || self == .nearlyEqual ? fine() : coarse() } }
        let small = [-2.0, -1, -0.5, 0, 0.5, 1, 2]
        switch self {
        case .generic, .coarse: break
        case .repeated:
            for r in 1..<max(count, 1) where rng.integer(below: 3) > 0 {
                let (source, factor) = (rng.integer(below: r), small[rng.integer(below: small.count)])
                rows[r] = rows[source].map { factor * $0 }
            }
        case .concurrent where first:
            let point = (0..<inputs).map { _ in Double(rng.integer(below: 5) - 2) / 4 }
            for r in 0..<count { rows[r][inputs] = -zip(rows[r], point).reduce(0) { $0 + $1.0 * $1.1 } }
        case .parallel where first:
            for r in 1..<max(count, 1) where rng.integer(below: 4) > 0 { rows[r] = Array(rows[0].dropLast()) + [rows[r][inputs]] }
        case .corners where first:
            for r in 0..<count {
                if rng.integer(below: 3) == 0 {
                    rows[r] = (0...inputs).map { _ in 0 }
                    (rows[r][rng.integer(below: inputs)], rows[r][inputs]) = (1, rng.integer(below: 2) == 0 ? 1 : -1)
                } else {
                    let corner = (0..<inputs).map { _ in rng.integer(below: 2) == 0 ? -1.0 : 1 }
                    rows[r][inputs] = -zip(rows[r], corner).reduce(0) { $0 + $1.0 * $1.1 }
                }
            }
        case .biasFree: for r in 0..<count { rows[r][inputs] = 0 }
        case .nearlyEqual:
            for r in 1..<max(count, 1) where rng.integer(below: 2) == 0 {
                rows[r] = rows[rng.integer(below: r)]
                rows[r][rng.integer(below: inputs + 1)] += Double(rng.integer(below: 3) - 1) * 0x1p-46
            }
        case .concurrent, .parallel, .corners: break
        }
        return rows
    }

    /// A program of one to three nonlinearities on `inputs` numbers.
    func program(inputs: Int, _ rng: inout RandomGenerator) throws -> PiecewiseAffineProgram {
        var program = PiecewiseAffineProgram(inputCount: inputs)
        let layers = 1 + rng.integer(below: inputs > 2 ? 2 : 3)
        for layer in 0..<layers {
            let width = 2 + rng.integer(below: inputs > 2 ? 3 : 4)
            try dense(width, layer == 0, &program, &rng)
            let source = program.last
            switch rng.integer(below: 8) {
            case 0: try pieces(.absoluteValue, &program)
            case 1: try pieces(.leakyRelu(slope: [0.25, -0.5, 2, 1][rng.integer(below: 4)]), &program)
            case 2: try pieces(.clip(low: -0.5, high: 1), &program)
            case 3:
                var order = rng.permutation(width)
                let groups = [Array(order[..<(width / 2 + 1)]), Array(order[(width / 2)...])]  // they overlap in one entry
                order = []
                try program.append(.maximum(source: source, groups: groups.map { .init(members: $0) }))
            case 4:  // a ReLU, then a maximum over entries that are often identically 0
                try pieces(.relu, &program)
                try program.append(
                    .maximum(source: program.last, groups: [.init(members: Array(0..<width)), .init(members: [0, width - 1])]))
            case 5:  // a skip: z + relu(z)
                try pieces(.relu, &program)
                let terms = [source, program.last].map { PiecewiseAffineProgram.Term(source: $0, matrix: .identity(width)) }
                try program.append(.affine(terms, offset: [Double](repeating: 0, count: width)))
            default: try pieces(.relu, &program)
            }
        }
        try dense(1 + rng.integer(below: 3), false, &program, &rng)
        return program
    }

    private func pieces(_ function: PiecewiseFunction, _ program: inout PiecewiseAffineProgram) throws {
        try program.append(.pieces(source: program.last, pieces: [PiecewiseFunction](repeating: function, count: program.outputCount)))
    }

    private func dense(_ width: Int, _ first: Bool, _ program: inout PiecewiseAffineProgram, _ rng: inout RandomGenerator) throws {
        let inputs = program.outputCount
        let rows = rows(width, inputs: inputs, first: first, &rng)
        let matrix = SparseMatrix(dense: rows.map { Array($0.dropLast()) }, columnCount: inputs)
        try program.append(.affine([.init(source: program.last, matrix: matrix)], offset: rows.map { $0[inputs] }))
    }
}
