// Convolution (cross-correlation, as every framework has it: THEORY E25) as one trilinear form, so that it is closed under
// differentiation: each of its three values is the derivative of the form with respect to the third.

/// The trilinear form
///
///     T(x, w, y) = Σ over n, o, c, p, k of y[n, o, p] · w[o, c, k] · x[n, c, p·stride + k·dilation − padding]
///
/// with x of shape `[N, C, input…]`, w `[O, C / groups, kernel…]`, y `[N, O, output…]`.
public struct Convolution: Hashable, Sendable {
    /// Which of the three the operation makes; its operands are the other two, in the order x, w, y.
    public enum Role: String, Hashable, Sendable {
        /// (x, w): the convolution.
        case output
        /// (w, y): its transpose: the input gradient, or a transposed convolution.
        case input
        /// (x, y): the weight gradient.
        case weight
    }

    public let window: SlidingWindow
    /// Groups of channels that do not see one another.
    public let groups: Int
    public let role: Role

    public init(_ window: SlidingWindow, groups: Int = 1, role: Role = .output) {
        (self.window, self.groups, self.role) = (window, groups, role)
    }

    /// The same form with another value made.
    public func making(_ role: Role) -> Convolution { Convolution(window, groups: groups, role: role) }
}
