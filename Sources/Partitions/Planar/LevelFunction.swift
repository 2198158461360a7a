// The functions whose zero sets cut cells, and the lines that edges lie on.

/// A function of the vertices that is affine on every cell, continuous, and cuts where it changes sign.
enum LevelFunction: Sendable {
    /// Unit `unit` of `value` minus `knot`.
    case knot(value: Int, unit: Int, knot: Double)
    /// Unit `members[challenger]` of `value` minus the largest of the members before it.
    case challenge(value: Int, members: [Int], challenger: Int)
}

/// The line that an edge lies on, as the exact zero set of a form.
enum Line: Hashable, Sendable {
    /// An edge of the domain, between two of its corners.
    case border(from: SIMD2<Double>, to: SIMD2<Double>)
    /// Where a unit has the value `knot`, on a cell of a level.
    case knot(value: Int, unit: Int, knot: Double, cell: Int, level: Int)
    /// Where two units are equal, on a cell of a level.
    case tie(value: Int, unit: Int, other: Int, cell: Int, level: Int)
}
