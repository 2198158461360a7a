// *Select, then apply* (DESIGN §1): a selector finds the code, t = argmax_r ⟨A_r, u⟩ + B_r; pieces or a choice apply what it names.
// Ties go to the first piece, here and wherever a code is made (THEORY §2).

public import Tensors

/// The places where an entry's piece changes, in ascending order.
///
/// The code of u is the number of knots below it: a value at a knot belongs to the lower piece,
/// unless `upperClosed` says that the upper piece owns it.
public struct Knots: Hashable, Sendable {
    public let positions: [Double]
    /// Whether a value exactly at the knot belongs to the piece above.
    public let upperClosed: [Bool]

    public init(_ positions: [Double], upperClosed: [Bool]? = nil) {
        (self.positions, self.upperClosed) = (positions, upperClosed ?? [Bool](repeating: false, count: positions.count))
    }

    /// The piece of `u`; 0 for NaN.
    @inlinable public func piece<S: Scalar>(of u: S) -> Int {
        var piece = 0
        for (position, closed) in zip(positions, upperClosed) where u > S(position) || (closed && u == S(position)) { piece += 1 }
        return piece
    }
}

/// A group of entries of which one is chosen.
public enum Choice: Hashable, Sendable {
    /// One entry of each window, channel by channel: `[N, C, input…]` to `[N, C, output…]`. The code is the position in the full
    /// window (row-major); padding is never chosen.
    case window(SlidingWindow)
    /// One entry along an axis of `count` entries, which is dropped.
    case axis(Int, count: Int)

    /// The number of pieces.
    public var pieceCount: Int {
        switch self {
        case .window(let window): window.placeCount
        case .axis(_, let count): count
        }
    }
}

/// How a code is found.
public enum Selector: Hashable, Sendable {
    /// Entry by entry, by the position among knots.
    case knots(Knots)
    /// The first largest of each group.
    case largest(Choice)
    /// 1 for the `count` largest entries along an axis (ties: first index), 0 for the rest (κ-winners, R17 §4.3.2, THEORY E22).
    case winners(axis: Int, count: Int)
}

/// The affine pieces of an entrywise function: piece r is slopes[r] · u + offsets[r].
public struct Pieces: Hashable, Sendable {
    public let slopes: [Double]
    public let offsets: [Double]

    /// - Precondition: as many offsets as slopes, at least one.
    public init(slopes: [Double], offsets: [Double]? = nil) {
        let offsets = offsets ?? [Double](repeating: 0, count: slopes.count)
        precondition(slopes.count == offsets.count && !slopes.isEmpty, "\(slopes.count) slopes, \(offsets.count) offsets")
        (self.slopes, self.offsets) = (slopes, offsets)
    }

    /// The pieces of the derivative's action: the same slopes without offsets, or `nil` where all slopes are 0.
    public var linearPart: Pieces? { slopes.allSatisfy { $0 == 0 } ? nil : Pieces(slopes: slopes) }

    /// Piece `r` at `u`. A piece of slope 0 is its offset even at ±∞; NaN stays NaN.
    @inlinable public func value<S: Scalar>(of u: S, piece r: Int) -> S {
        slopes[r] == 0 ? (u.isNaN ? u : S(offsets[r])) : S(slopes[r]) * u + S(offsets[r])
    }
}
