// The one file of this chapter that names a platform's C library.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

func decimalLogarithm(_ x: Double) -> Double { log10(x) }
func cubeRoot(_ x: Double) -> Double { cbrt(x) }
func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }
func sine(degrees: Double) -> Double { sin(degrees * .pi / 180) }
func cosine(degrees: Double) -> Double { cos(degrees * .pi / 180) }
