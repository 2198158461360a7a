// Whether a program's values and the bounds on their rounding are Doubles: neither ∞ nor lost below the least of them.

extension PiecewiseAffineProgram {
    /// Products of two values must be Doubles, and so must 2⁻⁵³ of any: what bounds on rounding are made of.
    static let magnitudes = 1e-290...1e140

    /// Refuses a program with values that are larger at the samples, or with units that are smaller on the whole domain, but not 0.
    ///
    /// - Parameters:
    ///   - size: what no input exceeds.
    ///   - samples: points of the domain.
    func requireMagnitudes(onInputsUpTo size: Double, samples: [[Double]]) throws(PartitionError) {
        let (least, most) = coarseMagnitudes(onInputsUpTo: size)
        if most > PiecewiseAffineProgram.magnitudes.upperBound {
            for point in samples {
                for (index, value) in values(at: point).enumerated() {
                    guard let large = value.first(where: { !(abs($0) <= PiecewiseAffineProgram.magnitudes.upperBound) }) else { continue }
                    throw PartitionError(
                        what: "value", where: index == 0 ? "domain" : "step \(index - 1)",
                        expected: "at most \(PiecewiseAffineProgram.magnitudes.upperBound) in magnitude on the domain", got: "\(large)")
                }
            }
        }
        if least < PiecewiseAffineProgram.magnitudes.lowerBound {
            for (index, extents) in extents(onInputsUpTo: size).enumerated() {
                guard let unit = extents.firstIndex(where: { $0 > 0 && $0 < PiecewiseAffineProgram.magnitudes.lowerBound }) else {
                    continue
                }
                throw PartitionError(
                    what: "unit \(unit)", where: "step \(index - 1)",
                    expected: "0, or up to \(PiecewiseAffineProgram.magnitudes.lowerBound) in magnitude at least",
                    got: "of at most \(extents[unit])")
            }
        }
    }

    /// The least that `extents` may be where they are not 0, and the most, from each step's extreme numbers.
    private func coarseMagnitudes(onInputsUpTo size: Double) -> (least: Double, most: Double) {
        var bounds = [(least: size, most: size)]
        for step in steps {
            var (least, most) = (Double.infinity, 0.0)
            switch step {
            case .affine(let terms, let offset):
                (least, most) = PiecewiseAffineProgram.extremes(offset)
                for term in terms {
                    let (smallest, largest) = PiecewiseAffineProgram.extremes(term.matrix.values)
                    least = min(least, smallest * bounds[term.source].least)
                    most += Double(term.matrix.longestRow) * largest * bounds[term.source].most
                }
            case .pieces(let source, let pieces, _):
                for piece in pieces {
                    let (slopes, offsets) = (PiecewiseAffineProgram.extremes(piece.slopes), PiecewiseAffineProgram.extremes(piece.offsets))
                    least = min(least, slopes.smallest * bounds[source].least, offsets.smallest)
                    most = max(most, slopes.largest * bounds[source].most + offsets.largest)
                }
            case .maximum(let source, _): (least, most) = bounds[source]
            }
            bounds.append((least, most))
        }
        return bounds.reduce((.infinity, 0)) { (min($0.least, $1.least), max($0.most, $1.most)) }
    }

    /// For every value a bound on the magnitude of each of its units: the sum of the magnitudes that make it up. More than 0 unless it is 0.
    private func extents(onInputsUpTo size: Double) -> [[Double]] {
        func product(_ a: Double, _ b: Double) -> Double { a == 0 || b == 0 ? 0 : max(abs(a) * b, .leastNonzeroMagnitude) }
        var extents = [[Double](repeating: size, count: inputCount)]
        for step in steps {
            switch step {
            case .affine(let terms, let offset):
                var sums = offset.map { abs($0) }
                for term in terms {
                    for r in sums.indices {
                        for (column, value) in term.matrix.row(r) { sums[r] += product(value, extents[term.source][column]) }
                    }
                }
                extents.append(sums)
            case .pieces(let source, let pieces, _):
                extents.append(
                    zip(pieces, extents[source]).map { piece, extent in
                        zip(piece.slopes, piece.offsets).reduce(0) { max($0, product($1.0, extent) + abs($1.1)) }
                    })
            case .maximum(let source, let groups):
                extents.append(groups.map { group in group.members.reduce(0) { max($0, extents[source][$1]) } })
            }
        }
        return extents
    }

    /// The magnitudes of the smallest number but 0, ∞ of none, and of the largest.
    private static func extremes(_ numbers: [Double]) -> (smallest: Double, largest: Double) {
        numbers.withUnsafeBufferPointer { numbers in
            var (smallest, largest) = (Double.infinity, 0.0)
            for number in numbers {
                let size = abs(number)
                if size > largest { largest = size }
                let other = size == 0 ? .infinity : size
                if other < smallest { smallest = other }
            }
            return (smallest, largest)
        }
    }
}
