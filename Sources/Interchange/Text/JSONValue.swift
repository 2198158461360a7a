// JSON (RFC 8259) as a value: members keep their order, numbers keep their digits.

/// A JSON value.
public enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    /// A number as written, so that no digit is lost. Made from Swift numbers by `init`, read by `int`, `uint64` and `double`.
    case number(String)
    case string(String)
    case array([JSONValue])
    /// In the order written; no name twice.
    case object([JSONMember])

    public init(_ value: Int) { self = .number(String(value)) }
    public init(_ value: UInt64) { self = .number(String(value)) }
    /// The shortest digits that read back as the same number; `null` where it is not finite.
    public init(_ value: Double) { self = value.isFinite ? .number("\(value)") : .null }
    /// The shortest digits that read back as the same Float; `null` where it is not finite.
    public init(_ value: Float) { self = value.isFinite ? .number("\(value)") : .null }
    public init(_ value: String) { self = .string(value) }
    public init(_ value: Bool) { self = .bool(value) }
    public init(_ values: [Int]) { self = .array(values.map { JSONValue($0) }) }
    public init(_ values: [Double]) { self = .array(values.map { JSONValue($0) }) }
    public init(_ values: [String]) { self = .array(values.map { JSONValue($0) }) }

    /// The member called `name`, or `nil`. Linear in the number of members.
    public subscript(_ name: String) -> JSONValue? { members?.first { $0.name == name }?.value }

    /// A whole number written without fraction or exponent that fits, else `nil`.
    public var int: Int? { if case .number(let text) = self { Int(text) } else { nil } }
    /// A whole number written without sign, fraction or exponent that fits, else `nil`.
    public var uint64: UInt64? { if case .number(let text) = self { UInt64(text) } else { nil } }
    /// The nearest Double, `nil` where that is infinite or this is no number.
    public var double: Double? {
        guard case .number(let text) = self, let value = Double(text), value.isFinite else { return nil }
        return value
    }
    public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    public var string: String? { if case .string(let value) = self { value } else { nil } }
    public var array: [JSONValue]? { if case .array(let values) = self { values } else { nil } }
    public var members: [JSONMember]? { if case .object(let members) = self { members } else { nil } }

    /// An object with further members at its end; of any other value, that value.
    public func appending(_ further: [JSONMember]) -> JSONValue { members.map { .object($0 + further) } ?? self }

    /// What kind of value this is, for errors.
    public var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a truth value"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

/// A named value of a JSON object.
public struct JSONMember: Hashable, Sendable {
    public let name: String
    public let value: JSONValue

    public init(name: String, value: JSONValue) { (self.name, self.value) = (name, value) }
}

extension JSONValue: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral
{
    /// An object whose members keep the order of the literal.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(elements.map { JSONMember(name: $0.0, value: $0.1) })
    }
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int) { self.init(value) }
    public init(floatLiteral value: Double) { self.init(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
}
