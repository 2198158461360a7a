// One cell, known by its lines and its code, from which a subdivision can go on exactly.

/// A convex polygon on which all units so far keep their piece.
struct PlanarCell: Sendable {
    /// Counter-clockwise, with how far each may be from where it is exactly: where the line before it meets the line after it.
    let corners: [SIMD2<Double>]
    let errors: [Double]
    /// The line from each corner on; forms are taken on the cell itself.
    let lines: [Line]
    /// For each nonlinearity so far.
    private(set) var codes: [[UInt16]]

    /// Corners between two sides on one line are left out.
    ///
    /// - Parameter codeStarts: where the code of each nonlinearity begins in `code`, and where the last one ends.
    init(corners: [SIMD2<Double>], errors: [Double], lines: [Line], code: [UInt16], codeStarts: [Int]) {
        let kept = PlanarCell.corners(of: lines)
        self.corners = kept.map { corners[$0] }
        self.errors = kept.map { errors[$0] }
        self.lines = kept.map { lines[$0] }
        codes = zip(codeStarts, codeStarts.dropFirst()).map { Array(code[$0..<$1]) }
    }
}

extension PlanarCell {
    /// The corners of a cell whose sides lie on these lines, without those between two sides on one line.
    static func corners(of lines: [Line]) -> [Int] {
        lines.indices.filter { lines[($0 + lines.count - 1) % lines.count] != lines[$0] }
    }

    /// The same polygon with the codes of the first `count` nonlinearities.
    func prefix(_ count: Int) -> PlanarCell {
        var prefix = self
        prefix.codes.removeSubrange(count...)
        return prefix
    }
}

extension PlanarSubdivision {
    /// The subdivision that begins with one cell; the first nonlinearities are those of its codes, each with one cell.
    init(of program: PiecewiseAffineProgram, on cell: PlanarCell) {
        self.init(of: program, corners: cell.corners, errors: cell.errors, lines: cell.lines)
        for code in cell.codes { begin(with: code) }
    }
}
