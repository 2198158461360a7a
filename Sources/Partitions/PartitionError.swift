// The chapter's one error (STYLE §2): what, where, expected, got.

/// Why a network or a domain cannot be partitioned.
public struct PartitionError: Error, Hashable, Sendable, CustomStringConvertible {
    public let what: String
    public let place: String
    public let expected: String
    public let got: String

    public init(what: String, where place: String, expected: String, got: String) {
        (self.what, self.place, self.expected, self.got) = (what, place, expected, got)
    }

    public var description: String { "\(place): \(what) \(got), expected \(expected)" }
}
