// A max-affine spline operator with its parameters laid out (ICML18 (5)). Ties go to the smallest piece, here and wherever a code is read.

public import Tensors

/// K units, each the maximum of affine pieces over D inputs.
///
///     S[A,B](x)_k = max over r of ⟨A_{k,r}, x⟩ + B_{k,r}          ICML18 (5)
public struct MaxAffineOperator: Hashable, Sendable {
    /// Shape `[K, R, D]`.
    public let slopes: Tensor<Double>
    /// Shape `[K, R]`; −∞ marks a piece that the unit does not have (padding in a pooling window), which is never chosen.
    public let offsets: Tensor<Double>

    /// - Throws: `ShapeError` when the shapes do not fit or a unit has no piece.
    public init(slopes: Tensor<Double>, offsets: Tensor<Double>) throws(ShapeError) {
        guard slopes.rank == 3, Array(slopes.shape.prefix(2)) == offsets.shape, offsets.shape[1] > 0 else {
            throw ShapeError(
                what: "slopes, offsets", where: "MaxAffineOperator", expected: "[K, R, D], [K, R] with R ≥ 1",
                got: "\(slopes.shape), \(offsets.shape)")
        }
        (self.slopes, self.offsets) = (slopes, offsets)
    }

    public var unitCount: Int { slopes.shape[0] }
    public var pieceCount: Int { slopes.shape[1] }
    public var inputCount: Int { slopes.shape[2] }

    /// ⟨A_{k,r}, x⟩ + B_{k,r} for all units and pieces, shape `[K, R]`. O(K · R · D).
    public func pieces(at x: [Double]) -> Tensor<Double> {
        precondition(x.count == inputCount, "x has \(x.count) entries, expected \(inputCount)")
        var values = offsets
        for piece in 0..<values.count where values.elements[piece] > -.infinity {
            var sum = values.elements[piece]
            for (d, coordinate) in x.enumerated() { sum += slopes.elements[piece * inputCount + d] * coordinate }
            values.elements[piece] = sum
        }
        return values
    }

    /// The first largest piece of each unit (ICML18 (14)).
    public func code(at x: [Double]) -> [Int] {
        let values = pieces(at: x)
        return (0..<unitCount).map { k in
            var best = 0
            for r in 1..<pieceCount where values[k, r] > values[k, best] { best = r }
            return best
        }
    }

    /// S(x) = A[x] x + B[x], shape `[K]`.
    public func callAsFunction(_ x: [Double]) -> [Double] {
        let values = pieces(at: x)
        return zip(0..., code(at: x)).map { values[$0, $1] }
    }
}
