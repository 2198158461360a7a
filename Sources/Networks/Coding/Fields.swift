// Reading JSON that may come from anyone: a value of the wrong type, a missing key and a key that nobody knows are all refused, with
// the path to them.

/// A JSON key.
struct Key: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(_ name: String) { (stringValue, intValue) = (name, nil) }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { (stringValue, self.intValue) = ("\(intValue)", intValue) }
}

/// The fields of a JSON object being read; `finish` refuses those that nobody asked for.
struct Fields {
    private let container: KeyedDecodingContainer<Key>
    private var asked: Set<String> = []

    init(_ decoder: any Decoder) throws {
        container = try decoder.container(keyedBy: Key.self)
    }

    mutating func required<T: Decodable>(_ name: String, _: T.Type = T.self) throws -> T {
        asked.insert(name)
        return try read(name) { try container.decode(T.self, forKey: Key(name)) }
    }

    mutating func optional<T: Decodable>(_ name: String, _: T.Type = T.self) throws -> T? {
        asked.insert(name)
        return try read(name) { try container.decodeIfPresent(T.self, forKey: Key(name)) }
    }

    /// A number that its type cannot hold is refused by the decoder with an error of its own and no path; this gives it one.
    private func read<T>(_ name: String, _ body: () throws -> T) throws -> T {
        do { return try body() } catch let error as DecodingError { throw error } catch let error as NetworkError { throw error } catch {
            throw refusal(name, expected: "numbers that their type can hold", got: "another")
        }
    }

    func finish() throws {
        if let unknown = container.allKeys.map(\.stringValue).filter({ !asked.contains($0) }).min() {
            throw NetworkError(
                path(container.codingPath + [Key(unknown)]), expected: "one of \(asked.sorted().joined(separator: ", "))",
                got: "an unknown key")
        }
    }

    /// A refusal of the field named.
    func refusal(_ name: String, expected: String, got: String) -> NetworkError {
        NetworkError(path(container.codingPath + [Key(name)]), expected: expected, got: got)
    }
}

/// A JSON path as people write it: `layers[3].kernel`.
func path(_ keys: [any CodingKey]) -> String {
    var path = ""
    for key in keys {
        if let index = key.intValue { path += "[\(index)]" } else { path += path.isEmpty ? key.stringValue : ".\(key.stringValue)" }
    }
    return path.isEmpty ? "architecture" : path
}
