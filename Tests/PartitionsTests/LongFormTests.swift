// Forms in pairs of Doubles beside exact ones: within their bounds, and the bounds small.

import Geometry
import Partitions
import TestSupport
import Tensors
import Testing

@Suite struct LongFormTests {
    /// The exact forms of all units of all values under a code, step after step.
    private static func exactForms(_ program: PiecewiseAffineProgram, code: (_ layer: Int, _ unit: Int) -> Int) -> [[AffineForm]] {
        var (forms, layers) = ([[AffineForm.coordinate(0, dimension: 2), .coordinate(1, dimension: 2)]], [0])
        for step in program.steps {
            switch step {
            case .affine(let terms, let offset):
                forms.append(
                    offset.indices.map { unit in
                        var form = AffineForm.constant(offset[unit], dimension: 2)
                        for term in terms {
                            for (column, weight) in term.matrix.row(unit) { form.add(Dyadic(weight), times: forms[term.source][column]) }
                        }
                        return form
                    })
            case .pieces(let source, let pieces, let owner):
                let layer = owner.map { layers[$0] - 1 } ?? layers[layers.count - 1]
                forms.append(
                    pieces.indices.map { unit in
                        let piece = code(layer, unit)
                        return Dyadic(pieces[unit].slopes[piece]) * forms[source][unit] - Dyadic(-pieces[unit].offsets[piece])
                    })
            case .maximum(let source, let groups):
                let layer = layers[layers.count - 1]
                forms.append(
                    groups.indices.map { k in forms[source][groups[k].members[groups[k].codes.firstIndex(of: code(layer, k))!]] })
            }
            layers.append(layers[layers.count - 1] + (step.isNonlinear ? 1 : 0))
        }
        return forms
    }

    /// Any code will do, whether or not a cell has it.
    private static func randomCode(_ program: PiecewiseAffineProgram, _ rng: inout RandomGenerator) -> [[Int]] {
        program.nonlinearSteps.map { index in
            switch program.steps[index] {
            case .affine: []
            case .pieces(_, let pieces, _): pieces.map { rng.integer(below: $0.slopes.count) }
            case .maximum(_, let groups): groups.map { $0.codes[rng.integer(below: $0.codes.count)] }
            }
        }
    }

    private static func magnitude(_ x: Dyadic) -> Dyadic { x.signum < 0 ? -x : x }

    private static func check(_ program: PiecewiseAffineProgram, _ rng: inout RandomGenerator, _ name: Comment) {
        let code = randomCode(program, &rng)
        let exact = exactForms(program) { code[$0][$1] }
        var pairs: [(long: LongForm, exact: AffineForm)] = []
        for value in 1...program.last {
            for unit in 0..<program.counts[value] {
                let other = rng.integer(below: program.counts[value])
                let isDifference = other != unit && rng.integer(below: 2) == 0
                let form = isDifference ? exact[value][unit] - exact[value][other] : exact[value][unit]
                let long = LongForm(of: value, unit: unit, minus: isDifference ? other : nil, in: program) { code[$0][$1] }
                // Weights and offsets are below 2⁴ and rows have at most 2⁶ entries, so no sum of magnitudes passes (2¹⁰) a step.
                let size = Double(sign: .plus, exponent: 10 * program.steps.count, significand: 1)
                for i in 0...2 {
                    #expect(magnitude(long.form.coefficients[i] - form.coefficients[i]) <= Dyadic(long.errors[i]), name)
                    #expect(long.errors[i] <= 0x1p-80 * size, name)
                }
                pairs.append((long, form))
            }
        }
        for _ in 0..<40 {
            let (f, g, h) = (
                pairs[rng.integer(below: pairs.count)], pairs[rng.integer(below: pairs.count)], pairs[rng.integer(below: pairs.count)]
            )
            let point = ExactPoint.crossing(g.exact, h.exact)
            if let sign = LongForm.sign(of: f.long, at: g.long, h.long) { #expect(point.map { f.exact.sign(at: $0) } == sign, name) }
            if let crossing = LongForm.crossing(g.long, h.long) {
                guard let point else { Issue.record(name); continue }
                let distance = (0...1).map { Self.magnitude(point[$0] - Rational(crossing.place[$0])) }
                #expect(distance[0] + distance[1] <= Rational(Dyadic(crossing.error)), name)
            }
            if let (area, bound) = LongForm.area(between: [f.long, g.long, h.long]) {
                let corners = [(h, f), (f, g), (g, h)].compactMap { ExactPoint.crossing($0.0.exact, $0.1.exact) }
                guard corners.count == 3 else { Issue.record(name); continue }
                let (u, v) = ((0...1).map { corners[1][$0] - corners[0][$0] }, (0...1).map { corners[2][$0] - corners[0][$0] })
                let exact = (u[0] * v[1] - u[1] * v[0]) * Rational(0.5)
                #expect(Self.magnitude(Rational(area) - exact) <= Rational(Dyadic(bound)), name)
            }
        }
    }

    private static func magnitude(_ x: Rational) -> Rational { x.signum < 0 ? -x : x }

    @Test("Law: coefficients, signs and crossings are within their bounds of the exact ones", arguments: NetworkSampler.allCases)
    func withinBounds(sampler: NetworkSampler) throws {
        for seed in UInt64(0)..<60 {
            var rng = RandomGenerator(seed: seed, purpose: "long forms \(sampler.rawValue)")
            Self.check(try sampler.program(inputs: 2, &rng), &rng, "\(sampler) \(seed)")
        }
    }

    @Test("Law: the same for dense layers with weights of all bits") func dense() throws {
        for seed in UInt64(0)..<20 {
            var rng = RandomGenerator(seed: seed, purpose: "long forms, dense")
            func number() -> Double { Double(rng.integer(below: 1 << 53)) * 0x1p-52 - 1 }
            var program = PiecewiseAffineProgram(inputCount: 2)
            for width in [21, 18, 24, 3] {
                let rows = (0..<width).map { _ in (0..<program.outputCount).map { _ in number() } }
                let matrix = SparseMatrix(dense: rows, columnCount: program.outputCount)
                try program.append(.affine([.init(source: program.last, matrix: matrix)], offset: (0..<width).map { _ in number() }))
                try program.append(.pieces(source: program.last, pieces: [PiecewiseFunction](repeating: .relu, count: width)))
            }
            Self.check(program, &rng, "dense \(seed)")
        }
    }

    @Test("Hand-worked: a sum that cancels to 2⁻⁷⁰ keeps its sign") func cancels() throws {
        // (1 + 2⁻⁵²)² − (1 + 2⁻⁵¹) = 2⁻¹⁰⁴ at x = 1 + 2⁻⁵²; here the weights multiply: w₂ w₁ − c.
        var program = PiecewiseAffineProgram(inputCount: 2)
        let weight = 1 + 0x1p-52
        for rows in [[[weight, 0], [0, 1]], [[weight, -(1 + 0x1p-51)]]] {
            let matrix = SparseMatrix(dense: rows, columnCount: 2)
            try program.append(.affine([.init(source: program.last, matrix: matrix)], offset: rows.map { _ in 0 }))
        }
        // f = w² x − (1 + 2⁻⁵¹) y is 2⁻¹⁰⁴ where x = y = 1: within the bound, so no sign is told; twice the gap in y, and it is.
        let f = LongForm(of: 2, unit: 0, minus: nil, in: program) { _, _ in 0 }
        let lines = { (y: Double) in
            (LongForm(AffineForm(slope: [1, 0], offset: -1)), LongForm(AffineForm(slope: [0, 1], offset: -y)))
        }
        let (x, near) = lines(1)
        #expect(LongForm.sign(of: f, at: x, near) == nil)
        let (_, far) = lines(1 + 0x1p-52)
        #expect(LongForm.sign(of: f, at: x, far) == -1)
    }

    @Test("Hand-worked: without offsets the origin is told exactly, and what leaves Double's range is left open") func ends() throws {
        func program(_ weight: Double) throws -> PiecewiseAffineProgram {
            var program = PiecewiseAffineProgram(inputCount: 2)
            for rows in [[[weight, 0.3], [0.7, weight]], [[weight, -0.1]]] {
                let matrix = SparseMatrix(dense: rows, columnCount: 2)
                try program.append(.affine([.init(source: program.last, matrix: matrix)], offset: rows.map { _ in 0 }))
            }
            return program
        }
        func forms(_ weight: Double) throws -> [LongForm] {
            let program = try program(weight)
            return [(2, 0), (1, 0), (1, 1)].map { value, unit in
                LongForm(of: value, unit: unit, minus: nil, in: program) { _, _ in 0 }
            }
        }
        let plain = try forms(0.1)
        #expect(LongForm.sign(of: plain[0], at: plain[1], plain[2]) == 0)
        // The products of weights overflow, or the lines' coefficients are beyond what bounds are kept for.
        for weight in [1e200, 1e120] {
            let far = try forms(weight)
            #expect(LongForm.sign(of: far[0], at: far[1], far[2]) == nil)
        }
    }
}
