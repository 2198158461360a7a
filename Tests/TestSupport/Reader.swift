// A reader under attack. The seeded mutator of the tests and the fuzz targets take every reader from tables of these, which lie beside
// the tests of the chapters: `Reader.interchange` and `Reader.analysis`.

/// A reader of bytes from outside: it may throw the typed errors of its chapter and nothing else, and may not trap.
public struct Reader: Sendable {
    public let name: String
    public let read: @Sendable ([UInt8]) throws -> Void

    public init(_ name: String, _ read: @escaping @Sendable ([UInt8]) throws -> Void) { (self.name, self.read) = (name, read) }
}
