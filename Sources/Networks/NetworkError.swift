// What, where, expected, got: how this chapter refuses an architecture, a parameter or a name.

public import Graphs

/// An architecture, parameter or name that cannot be, with what was expected in its place.
public struct NetworkError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Where: a path such as "layers[3].kernel", a node such as "conv2", or a parameter's name.
    public let place: String
    /// The part refused, or "" where the place says it all.
    public let what: String
    public let expected: String
    public let got: String

    public init(_ place: String, _ what: String = "", expected: String, got: String) {
        (self.place, self.what, self.expected, self.got) = (place, what, expected, got)
    }

    /// The refusal of a node.
    public init(_ error: GraphError) { self.init(error.node, error.what, expected: error.expected, got: error.got) }

    public var description: String { "\(place): \(what.isEmpty ? "" : "\(what): ")expected \(expected), got \(got)" }
}
