// Sums of many multiples of forms, the work of exact layers: added up in place, since a number that is made for every product costs more
// than the product.

import CGMP

extension AffineForm {
    /// The sum of multiples of forms of `dimension` coordinates, and a constant.
    public static func combination(_ terms: [(weight: Double, form: AffineForm)], plus offset: Double, dimension: Int) -> AffineForm {
        let factors = terms.map { Dyadic($0.weight) }
        return AffineForm(
            coefficients: (0...dimension).map { i in
                var exponent = Int.max
                for (factor, term) in zip(factors, terms) where !term.form.coefficients[i].isZero && !factor.isZero {
                    exponent = min(exponent, factor.exponent + term.form.coefficients[i].exponent)
                }
                let constant = i == dimension ? Dyadic(offset) : .zero
                guard exponent < Int.max else { return constant }
                let sum = BigInteger { sum in
                    var shifted = __mpz_struct()
                    __gmpz_init(&shifted)
                    for (factor, term) in zip(factors, terms) {
                        let coefficient = term.form.coefficients[i]
                        guard !coefficient.isZero, !factor.isZero else { continue }
                        let shift = factor.exponent + coefficient.exponent - exponent
                        let magnitude = factor.mantissa.small.magnitude
                        coefficient.mantissa.withGMP { number in
                            if shift < magnitude.leadingZeroBitCount {
                                add(number, magnitude << UInt(shift), isNegative: factor.signum < 0, to: sum)
                            } else {
                                __gmpz_mul_2exp(&shifted, number, UInt(shift))
                                withUnsafePointer(to: shifted) { add($0, magnitude, isNegative: factor.signum < 0, to: sum) }
                            }
                        }
                    }
                    __gmpz_clear(&shifted)
                }
                return Dyadic(sum, exponent: exponent) + constant
            })
    }

    private static func add(
        _ number: UnsafePointer<__mpz_struct>, _ magnitude: UInt, isNegative: Bool, to sum: UnsafeMutablePointer<__mpz_struct>
    ) {
        if isNegative { __gmpz_submul_ui(sum, number, magnitude) } else { __gmpz_addmul_ui(sum, number, magnitude) }
    }
}
