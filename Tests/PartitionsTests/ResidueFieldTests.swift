// The fields in which affine maps are compared.

import Partitions
import Tensors
import Testing

@Suite struct ResidueFieldTests {
    @Test("Moduli are prime, by trial division", arguments: ResidueField.fields) func prime(_ field: ResidueField) {
        var divisor: UInt64 = 2
        while divisor * divisor <= field.prime {
            #expect(field.prime % divisor != 0)
            divisor += 1
        }
        #expect(field.prime < 1 << field.bits)
    }

    @Test("Law: residues of exact sums and products are sums and products of residues", arguments: ResidueField.fields)
    func homomorphism(_ field: ResidueField) {
        var rng = RandomGenerator(seed: 1, purpose: "residues")
        #expect(field.residue(0) == 0 && field.residue(-0.0) == 0 && field.residue(1) == 1)
        for _ in 0..<10_000 {
            // 26 bits each, at exponents whose sums and products are Doubles still.
            func number() -> Double {
                let significand = Double(rng.integer(below: 1 << 26) - (1 << 25))
                return significand
            }
            let scale = Double(sign: .plus, exponent: rng.integer(below: 900) - 450, significand: 1)
            let (a, b) = (number() * scale, number() * scale)
            #expect(field.add(field.residue(a), field.residue(b)) == field.residue(a + b))
            let c = number()
            #expect(field.multiply(field.residue(a), field.residue(c)) == field.residue(a * c))
            #expect(field.add(field.residue(a), field.residue(-a)) == 0)
        }
        // The least Double times 2¹⁰⁷⁴ is 1.
        var one = field.residue(.leastNonzeroMagnitude)
        for _ in 0..<1074 { one = field.multiply(one, 2) }
        #expect(one == 1)
        for number in [0, field.prime - 1, field.prime, 2 * field.prime, (1 << 44) - 1, 1 << 43, .max] as [UInt64] {
            #expect(UInt64(field.reduce(number)) == number % field.prime)
        }
    }
}
