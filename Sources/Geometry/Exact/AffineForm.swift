// Exact affine forms and exact points, and the one predicate everything stands on: the sign of a form at a point.

/// The exact affine function ⟨slope, x⟩ + offset of d coordinates.
public struct AffineForm: Hashable, Sendable {
    /// d slopes, then the offset.
    public var coefficients: [Dyadic]

    public init(coefficients: [Dyadic]) { self.coefficients = coefficients }

    public init(slope: [Double], offset: Double) { coefficients = (slope + [offset]).map { Dyadic($0) } }

    public static func constant(_ value: Double, dimension: Int) -> AffineForm {
        AffineForm(coefficients: [Dyadic](repeating: .zero, count: dimension) + [Dyadic(value)])
    }

    /// The coordinate `index` itself.
    public static func coordinate(_ index: Int, dimension: Int) -> AffineForm {
        AffineForm(coefficients: (0...dimension).map { $0 == index ? .one : .zero })
    }

    /// The form (q − p) × (x − p) of two coordinates: 0 on the line through both points, positive to the left of the way from p to q.
    public static func vanishing(onLineThrough p: SIMD2<Double>, _ q: SIMD2<Double>) -> AffineForm {
        let (px, py, qx, qy) = (Dyadic(p.x), Dyadic(p.y), Dyadic(q.x), Dyadic(q.y))
        return AffineForm(coefficients: [py - qy, qx - px, px * qy - py * qx])
    }

    public var dimension: Int { coefficients.count - 1 }
    /// The slopes as fractions.
    package var slope: [Rational] { coefficients.dropLast().map { Rational($0) } }
    /// Whether it is 0 everywhere.
    public var isZero: Bool { coefficients.allSatisfy(\.isZero) }
    /// Whether every slope is 0.
    public var isConstant: Bool { coefficients.dropLast().allSatisfy(\.isZero) }

    /// Whether it is another form times a number, 0 among them.
    package func isMultiple(of other: AffineForm) -> Bool {
        guard let pivot = other.coefficients.firstIndex(where: { !$0.isZero }) else { return isZero }
        return zip(coefficients, other.coefficients).allSatisfy { $0 * other.coefficients[pivot] == coefficients[pivot] * $1 }
    }

    public static func + (a: AffineForm, b: AffineForm) -> AffineForm {
        AffineForm(coefficients: zip(a.coefficients, b.coefficients).map { $0 + $1 })
    }
    public static func - (a: AffineForm, b: AffineForm) -> AffineForm {
        AffineForm(coefficients: zip(a.coefficients, b.coefficients).map { $0 - $1 })
    }
    public static prefix func - (a: AffineForm) -> AffineForm { AffineForm(coefficients: a.coefficients.map { -$0 }) }
    public static func * (factor: Dyadic, a: AffineForm) -> AffineForm { AffineForm(coefficients: a.coefficients.map { factor * $0 }) }
    public static func - (a: AffineForm, constant: Dyadic) -> AffineForm {
        var difference = a
        difference.coefficients[a.dimension] = a.coefficients[a.dimension] - constant
        return difference
    }

    /// Adds `factor` · `other`.
    public mutating func add(_ factor: Dyadic, times other: AffineForm) {
        for i in coefficients.indices where !other.coefficients[i].isZero {
            coefficients[i] = coefficients[i] + factor * other.coefficients[i]
        }
    }

    /// −1, 0 or 1: the exact sign at a point.
    public func sign(at point: ExactPoint) -> Int { scaledValue(at: point).signum }

    /// The exact value at a point times the point's (positive) weight.
    public func scaledValue(at point: ExactPoint) -> Dyadic {
        var sum = Dyadic.zero
        for (a, x) in zip(coefficients, point.coordinates) where !a.isZero && !x.isZero { sum = sum + a * Dyadic(x) }
        return sum
    }

    /// The exact value at a point.
    public func value(at point: ExactPoint) -> Rational { Rational(scaledValue(at: point)) / Rational(point.weight) }
}

/// An exact rational point, in homogeneous integers: coordinates x₁ … x_d and a weight w > 0 stand for (x₁/w, …, x_d/w).
public struct ExactPoint: Hashable, Sendable {
    /// d + 1 integers without a common divisor, the weight last and positive: so equal points are equal values.
    public let coordinates: [BigInteger]

    public var dimension: Int { coordinates.count - 1 }
    public var weight: BigInteger { coordinates[dimension] }

    /// - Precondition: the last coordinate is not 0.
    public init(homogeneous: [Dyadic]) {
        let integers = ExactPoint.primitive(homogeneous)
        guard let weight = integers.last, !weight.isZero else { preconditionFailure("a point of weight 0") }
        coordinates = weight.signum < 0 ? integers.map { -$0 } : integers
    }

    /// The integers without a common divisor that are in the same proportion.
    private static func primitive(_ numbers: [Dyadic]) -> [BigInteger] {
        let exponent = numbers.lazy.filter { !$0.isZero }.map(\.exponent).min() ?? 0
        let integers = numbers.map { $0.mantissa.shifted(by: $0.isZero ? 0 : $0.exponent - exponent) }
        let divisor = integers.reduce(BigInteger(0)) { BigInteger.greatestCommonDivisor($0, $1) }
        return divisor.isZero ? integers : integers.map { $0.dividedExactly(by: divisor) }
    }

    public init(_ coordinates: [Double]) { self.init(homogeneous: coordinates.map { Dyadic($0) } + [.one]) }

    /// The exact coordinate `index`.
    public subscript(index: Int) -> Rational { Rational(coordinates[index], weight) }

    /// Every coordinate rounded to nearest.
    public var doubles: [Double] { (0..<dimension).map { self[$0].doubleValue } }

    /// The point between `a` and `b` where `form` is 0.
    ///
    /// - Precondition: the signs of `form` at `a` and `b` are opposite.
    public static func crossing(of form: AffineForm, from a: ExactPoint, to b: ExactPoint) -> ExactPoint {
        let (atA, atB) = (form.scaledValue(at: a), form.scaledValue(at: b))
        precondition(atA.signum * atB.signum < 0, "signs \(atA.signum) and \(atB.signum) at the ends, expected opposite ones")
        // f(a) w_a and f(b) w_b are the scaled values: (f(a)w_a) b − (f(b)w_b) a has form value 0, and weight of constant sign.
        return ExactPoint(homogeneous: zip(a.coordinates, b.coordinates).map { atA * Dyadic($1) - atB * Dyadic($0) })
    }

    /// The common zero of two forms of two coordinates, or `nil` where their lines are parallel or equal.
    public static func crossing(_ f: AffineForm, _ g: AffineForm) -> ExactPoint? {
        let (a, b, c) = (f.coefficients[0], f.coefficients[1], f.coefficients[2])
        let (d, e, h) = (g.coefficients[0], g.coefficients[1], g.coefficients[2])
        let weight = a * e - b * d
        return weight.isZero ? nil : ExactPoint(homogeneous: [b * h - c * e, c * d - a * h, weight])
    }

    /// The point where all forms are 0, or `nil` where there is no such point or more than one.
    ///
    /// Homogeneous vectors on which the forms so far are 0 have a basis of d + 1 fewer vectors with each independent form:
    /// where h(b) ≠ 0, every h(b) c − h(c) b has h = 0.
    public init?(commonZeroOf forms: [AffineForm], dimension: Int) {
        var basis = (0...dimension).map { i in (0...dimension).map { BigInteger($0 == i ? 1 : 0) } }
        for form in forms {
            let values = basis.map { vector in
                zip(form.coefficients, vector).reduce(Dyadic.zero) { $1.0.isZero || $1.1.isZero ? $0 : $0 + $1.0 * Dyadic($1.1) }
            }
            guard let pivot = values.firstIndex(where: { !$0.isZero }) else { continue }
            let (b, atB) = (basis[pivot], values[pivot])
            for j in basis.indices where j != pivot && !values[j].isZero {
                basis[j] = ExactPoint.primitive(zip(basis[j], b).map { atB * Dyadic($0) - values[j] * Dyadic($1) })
            }
            basis.remove(at: pivot)
        }
        guard basis.count == 1, let weight = basis[0].last, !weight.isZero else { return nil }
        self.init(homogeneous: basis[0].map { Dyadic($0) })
    }
}
