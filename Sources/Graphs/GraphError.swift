// A wrong graph is refused where it is built, and the refusal names the node.

/// A node that cannot be built, or a binding that does not fit, with what was expected in its place.
public struct GraphError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The node's name, or its primitive where it has none.
    public let node: String
    /// The part refused, such as "operand 1".
    public let what: String
    public let expected: String
    public let got: String

    public init(node: String, what: String, expected: String, got: String) {
        (self.node, self.what, self.expected, self.got) = (node, what, expected, got)
    }

    public var description: String { "\(node): \(what): expected \(expected), got \(got)" }
}
