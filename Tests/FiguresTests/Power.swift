// The power function for tests, apart from the platform imports of the sources.

import Foundation

func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }
