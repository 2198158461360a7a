// Laws of the exact numbers, and of polytopes and meshes under cuts.

import Geometry
import TestSupport
import Tensors
import Testing

@Suite struct ExactArithmeticTests {
    @Test("Law: one exact operation rounded once is the machine's operation")
    func rounding() {
        var rng = RandomGenerator(seed: 1, purpose: "rational")
        for _ in 0..<2_000 {
            let (a, b) = (Double(bitPattern: rng.next() & ~(1 << 62)), Double(bitPattern: rng.next() & ~(1 << 62)))
            guard a.isFinite, b.isFinite, b != 0 else { continue }
            #expect(Dyadic(a).doubleValue == a)
            #expect((Dyadic(a) * Dyadic(b)).doubleValue == a * b)
            #expect((Rational(a) / Rational(b)).doubleValue == a / b)
            for bits in [0, 1, 60, 192] {
                let (quotient, exact) = (Dyadic(a).divided(by: Dyadic(b), bits: bits), Rational(a) / Rational(b))
                let rest = Rational(quotient) - exact
                #expect(rest.magnitude <= exact.magnitude * Rational(Dyadic(BigInteger(1), exponent: -bits)))
            }
            let c = a.scaled(to: b)
            #expect((Dyadic(a) + Dyadic(c)).doubleValue == a + c)
        }
        #expect(Rational(BigInteger(1), BigInteger(3)).doubleValue == 1.0 / 3)
        let least = Double.leastNonzeroMagnitude
        #expect(Dyadic(least).doubleValue == least)
        #expect((Rational(least) * Rational(0.5)).doubleValue == 0)  // a tie goes to even
        #expect((Rational(least) * Rational(1.5)).doubleValue == 2 * least)
    }

    @Test("Law: a form is a multiple of its own multiples, of no other form and of 0 only where it is 0")
    func multiples() {
        var rng = RandomGenerator(seed: 4, purpose: "multiples")
        func draw() -> Dyadic { Dyadic(Double(rng.integer(below: 7) - 3) * 0.3) }
        let zero = AffineForm.constant(0, dimension: 2)
        for _ in 0..<500 {
            let form = AffineForm(coefficients: (0..<3).map { _ in draw() })
            let factor = draw()
            #expect((factor * form).isMultiple(of: form))
            #expect(form.isMultiple(of: factor * form) == (!factor.isZero || form.isZero))
            #expect(form.isMultiple(of: zero) == form.isZero && zero.isMultiple(of: form))
            for i in 0..<3 {
                var other = form
                other.coefficients[i] = other.coefficients[i] + Dyadic(0x1p-80)
                // One coefficient alone, and no other but 0: a multiple still, unless 0.
                let isLone = (0..<3).allSatisfy { $0 == i || form.coefficients[$0].isZero }
                #expect(other.isMultiple(of: form) == (isLone && !form.isZero))
            }
        }
    }

    @Test("Law: integers beyond the word obey the ring's laws and divide exactly")
    func integers() {
        var rng = RandomGenerator(seed: 2, purpose: "integers")
        func draw() -> BigInteger {
            let small = BigInteger(Int(truncatingIfNeeded: rng.next() >> UInt64(rng.integer(below: 64))))
            return rng.integer(below: 2) == 0 ? small : small * BigInteger(Int.max) - BigInteger(1)
        }
        for _ in 0..<500 {
            let (a, b, c) = (draw(), draw(), draw())
            #expect(a * (b + c) == a * b + a * c)
            #expect((a + b) - b == a)
            if !b.isZero { #expect((a * b).dividedExactly(by: b) == a) }
            #expect(a.shifted(by: 70).shifted(by: -70) == a)
            #expect((a < b) == ((a - b).signum < 0))
        }
    }

    @Test("Law: the parts of a cut polytope add up to it, also where the cut meets vertices", arguments: 1...5)
    func cuts(_ dimension: Int) {
        var rng = RandomGenerator(seed: UInt64(dimension), purpose: "polytope")
        for _ in 0..<10 {
            var parts = [Polytope(box: [ClosedRange<Double>](repeating: -1...1, count: dimension))]
            for facet in 1...3 {
                let form = AffineForm(
                    slope: (0..<dimension).map { _ in Double(rng.integer(below: 3) - 1) }, offset: Double(rng.integer(below: 3) - 1))
                parts = parts.flatMap { part in
                    let cut = part.cut(by: form, facet: facet)
                    return [cut.positive, cut.negative].compactMap { $0 }
                }
            }
            #expect(parts.reduce(Rational.zero) { $0 + $1.volume } == Rational(Double(1 << dimension)))
            #expect(parts.allSatisfy { $0.volume.signum > 0 })
        }
    }

    @Test("Law: forms through one point meet there if they are d independent ones, and in no point if they are not", arguments: 1...6)
    func meeting(_ dimension: Int) {
        var rng = RandomGenerator(seed: UInt64(dimension), purpose: "meeting")
        func draw() -> Double { Double(rng.integer(below: 201) - 100) / 8 }
        for _ in 0..<20 {
            let x = (0..<dimension).map { _ in draw() }
            let point = ExactPoint(x)
            func through() -> AffineForm {
                let slope = (0..<dimension).map { _ in draw() }
                // Sums of products of multiples of 1/8 are exact.
                return AffineForm(slope: slope, offset: -zip(slope, x).reduce(0) { $0 + $1.0 * $1.1 })
            }
            var forms = (0..<dimension).map { _ in through() }
            // Forms that say nothing new change nothing: a zero form, and a sum of two.
            forms.insert(AffineForm.constant(0, dimension: dimension), at: 0)
            forms.append(forms[1] + forms[dimension])
            #expect(ExactPoint(commonZeroOf: forms, dimension: dimension) == point)
            #expect(ExactPoint(commonZeroOf: Array(forms.dropLast(2)), dimension: dimension) == nil)
            forms.append(forms[1] - Dyadic(1))
            #expect(ExactPoint(commonZeroOf: forms, dimension: dimension) == nil)
        }
    }

    @Test("Law: cutting a mesh keeps its invariants, and uniting everything gives the first cell back")
    func mesh() {
        var mesh = PlanarMesh(cornerCount: 4)
        var x = [-1.0, 1, 1, -1]
        var y = [-1.0, -1, 1, 1]
        for (a, b, c) in [(1.0, 0.5, 0.0), (-0.5, 1.0, 0.25), (1.0, 1.0, 0.0), (1.0, -0.25, -0.125)] {  // the third through two corners
            let values = zip(x, y).map { a * $0 + b * $1 + c }
            var signs = values.map { Int8($0 > 0 ? 1 : $0 < 0 ? -1 : 0) }
            let (edges, cells) = (mesh.edgeCount, mesh.cellCount)
            for (i, edge) in mesh.splitEdges(where: &signs).enumerated() {
                let (p, q) = (Int(mesh.origin[2 * edge]), mesh.target(2 * (edges + i)))
                let t = values[p] / (values[p] - values[q])
                x.append(x[p] + t * (x[q] - x[p]))
                y.append(y[p] + t * (y[q] - y[p]))
            }
            for cell in 0..<cells { mesh.splitCell(cell, where: signs, label: 9) }
            #expect(mesh.brokenInvariant() == nil)
        }
        #expect(mesh.cellCount == 1 + 4 + 6)  // one, one more for each line, one for each of the six crossings inside
        let change = mesh.unite([Int32](repeating: 0, count: mesh.cellCount))
        #expect(mesh.brokenInvariant() == nil)
        #expect(mesh.cellCount == 1 && mesh.vertexCount == 4 && change?.vertices == [0, 1, 2, 3])
    }
}

extension Double {
    /// A number near `other` in size, so that sums of both round.
    fileprivate func scaled(to other: Double) -> Double {
        isNormal ? other.significand * Double(sign: .plus, exponent: max(exponent - 20, -1000), significand: 1) : other
    }
}
