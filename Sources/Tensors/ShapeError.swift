// What, where, expected, got: the one form in which sizes that do not fit are refused.

/// A size that does not fit, with what was expected in its place.
public struct ShapeError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The value refused, such as "weight".
    public let what: String
    /// The type, node or file that refused it.
    public let place: String
    public let expected: String
    public let got: String

    public init(what: String, where place: String, expected: String, got: String) {
        (self.what, self.place, self.expected, self.got) = (what, place, expected, got)
    }

    public var description: String { "\(place): \(what): expected \(expected), got \(got)" }
}
