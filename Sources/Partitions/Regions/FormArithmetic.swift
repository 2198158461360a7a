// Affine forms in exact or in rounded arithmetic: what a cell's inequalities are made of.

import Geometry

/// An affine function of d coordinates, as the frozen network makes them.
protocol FormArithmetic: Sendable {
    static func constant(_ value: Double, dimension: Int) -> Self
    static func coordinate(_ index: Int, dimension: Int) -> Self
    static func - (a: Self, b: Self) -> Self
    prefix static func - (a: Self) -> Self
    mutating func add(_ factor: Double, times other: Self)
    /// Adds a number.
    mutating func shift(by constant: Double)
    /// Whether every slope is 0.
    var isConstant: Bool { get }
    /// d slopes and an offset, each rounded once.
    var doubles: [Double] { get }
    /// −1, 0 or 1 at a point, where `value` is known there to `bound`; 0 where it cannot be told.
    func sign(at point: CellPoint, value: Double, bound: Double) -> Int
    /// −1, 0 or 1: the sign of the derivative in a direction.
    func sign(along direction: [Double]) -> Int
}

/// A point to read a cell at.
struct CellPoint: Sendable {
    let exact: ExactPoint
    let doubles: [Double]
    /// How far each coordinate may be from the one that is meant; 0 where `doubles` are exact.
    let errors: [Double]

    init(_ point: ExactPoint) {
        (exact, doubles) = (point, point.doubles)
        errors = doubles.indices.map { [doubles] i in point.isDyadic(i, doubles[i]) ? 0 : abs(doubles[i]) * 0x1p-52 + 0x1p-1060 }
    }
    init(_ point: [Double], errors: [Double]? = nil) {
        (exact, doubles) = (ExactPoint(point), point)
        self.errors = errors ?? [Double](repeating: 0, count: point.count)
    }
}

extension AffineForm: FormArithmetic {
    mutating func add(_ factor: Double, times other: AffineForm) { add(Dyadic(factor), times: other) }
    mutating func shift(by constant: Double) { coefficients[dimension] = coefficients[dimension] + Dyadic(constant) }
    var doubles: [Double] { coefficients.map(\.doubleValue) }
    func sign(at point: CellPoint, value: Double, bound: Double) -> Int {
        abs(value) > bound ? (value > 0 ? 1 : -1) : sign(at: point.exact)
    }
    func sign(along direction: [Double]) -> Int {
        zip(coefficients, direction).reduce(Dyadic.zero) { $0 + $1.0 * Dyadic($1.1) }.signum
    }
}

/// A form in Doubles.
struct RoundedForm: FormArithmetic {
    /// d slopes, then the offset.
    var doubles: [Double]

    static func constant(_ value: Double, dimension: Int) -> RoundedForm {
        RoundedForm(doubles: [Double](repeating: 0, count: dimension) + [value])
    }
    static func coordinate(_ index: Int, dimension: Int) -> RoundedForm {
        RoundedForm(doubles: (0...dimension).map { $0 == index ? 1 : 0 })
    }
    static func - (a: RoundedForm, b: RoundedForm) -> RoundedForm {
        var difference = a
        difference.add(-1, times: b)
        return difference
    }
    static prefix func - (a: RoundedForm) -> RoundedForm { RoundedForm(doubles: a.doubles.map { -$0 }) }

    mutating func add(_ factor: Double, times other: RoundedForm) {
        doubles.withUnsafeMutableBufferPointer { sum in
            other.doubles.withUnsafeBufferPointer { term in for i in 0..<sum.count { sum[i] += factor * term[i] } }
        }
    }
    mutating func shift(by constant: Double) { doubles[doubles.count - 1] += constant }
    var isConstant: Bool { doubles.dropLast().allSatisfy { $0 == 0 } }
    func sign(at point: CellPoint, value: Double, bound: Double) -> Int { abs(value) > bound ? (value > 0 ? 1 : -1) : 0 }
    func sign(along direction: [Double]) -> Int {
        let slope = zip(doubles, direction).reduce(0) { $0 + $1.0 * $1.1 }
        return slope > 0 ? 1 : slope < 0 ? -1 : 0
    }
}
