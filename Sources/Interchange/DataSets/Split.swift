// Which part of the data: what a network learns from, or what it is judged by.

/// A part of a data set.
public enum Split: String, CaseIterable, Hashable, Sendable {
    case train, test
}
