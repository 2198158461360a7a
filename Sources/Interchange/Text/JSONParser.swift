// Reading JSON strictly: RFC 8259 and nothing more, bounded depth, no name twice. Foundation's decoder keeps the last of two
// equal names and has its own ideas of depth and numbers; the header of a hostile file is no place for them.

extension JSONValue {
    /// The value that some UTF-8 text holds, with nothing but white space around it.
    ///
    /// - Parameter file: the name that errors give.
    /// - Throws: `InterchangeError.malformed` with line and column (in bytes, from 1).
    public init(parsing text: [UInt8], file: String) throws(InterchangeError) {
        var parser = JSONParser(bytes: text, file: file, range: 0..<text.count)
        self = try parser.document()
    }

    /// The value in a file.
    public init(path: String, budget: MemoryBudget = .standard) throws(InterchangeError) {
        let file = try InputFile(path: path, budget: budget)
        try self.init(parsing: try file.contents(), file: path)
    }
}

struct JSONParser {
    /// Deeper nesting is refused: each level costs stack.
    static let maximumDepth = 100

    let bytes: [UInt8]
    let file: String
    let start: Int
    let end: Int
    var position: Int

    init(bytes: [UInt8], file: String, range: Range<Int>) {
        (self.bytes, self.file) = (bytes, file)
        (start, end, position) = (range.lowerBound, range.upperBound, range.lowerBound)
    }

    mutating func document() throws(InterchangeError) -> JSONValue {
        skipSpace()
        let value = try self.value(depth: 0)
        skipSpace()
        if position < end { throw error("the end of the text") }
        return value
    }

    private mutating func value(depth: Int) throws(InterchangeError) -> JSONValue {
        guard depth <= JSONParser.maximumDepth else { throw error("at most \(JSONParser.maximumDepth) levels", found: "more") }
        guard let byte = peek else { throw error("a value") }
        switch byte {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
        case UInt8(ascii: "t"):
            try word("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try word("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try word("null")
            return .null
        default: throw error("a value")
        }
    }

    private mutating func object(depth: Int) throws(InterchangeError) -> JSONValue {
        position += 1
        var members: [JSONMember] = []
        var names: Set<String> = []
        skipSpace()
        if accept("}") { return .object(members) }
        while true {
            skipSpace()
            let place = position
            guard peek == UInt8(ascii: "\"") else { throw error("a name in quotation marks") }
            let name = try string()
            guard names.insert(name).inserted else {
                position = place
                throw error("each name once", found: "\(quoted(name)) again")
            }
            skipSpace()
            guard accept(":") else { throw error("':'") }
            skipSpace()
            members.append(JSONMember(name: name, value: try value(depth: depth + 1)))
            skipSpace()
            if accept("}") { return .object(members) }
            guard accept(",") else { throw error("',' or '}'") }
        }
    }

    private mutating func array(depth: Int) throws(InterchangeError) -> JSONValue {
        position += 1
        var values: [JSONValue] = []
        skipSpace()
        if accept("]") { return .array(values) }
        while true {
            skipSpace()
            values.append(try value(depth: depth + 1))
            skipSpace()
            if accept("]") { return .array(values) }
            guard accept(",") else { throw error("',' or ']'") }
        }
    }

    private mutating func number() throws(InterchangeError) -> String {
        let first = position
        _ = accept("-")
        if !accept("0") { try digits() }
        if accept(".") { try digits() }
        if accept("e") || accept("E") {
            if !accept("+") { _ = accept("-") }
            try digits()
        }
        return String(decoding: bytes[first..<position], as: UTF8.self)
    }

    private mutating func digits() throws(InterchangeError) {
        let first = position
        while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
        if position == first { throw error("a digit") }
    }

    private mutating func string() throws(InterchangeError) -> String {
        position += 1
        var text: [UInt8] = []
        let first = position
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                guard let result = String(validating: text, as: UTF8.self) else {
                    position = first
                    throw error("a string in UTF-8", found: "other bytes")
                }
                position += 1
                return result
            case UInt8(ascii: "\\"):
                position += 1
                text.append(contentsOf: String(try escape()).utf8)
            case 0..<0x20: throw error("a character of a string", found: "control character \(byte)")
            default:
                text.append(byte)
                position += 1
            }
        }
        throw error("'\"' at the end of a string")
    }

    private mutating func escape() throws(InterchangeError) -> Character {
        guard let byte = peek else { throw error("an escape") }
        let place = position
        position += 1
        switch byte {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let unit = try codeUnit()
            if let scalar = Unicode.Scalar(unit) { return Character(scalar) }
            // A surrogate: the second half must follow.
            if unit < 0xdc00, accept("\\"), accept("u") {
                let second = try codeUnit()
                if (0xdc00..<0xe000).contains(second),
                    let scalar = Unicode.Scalar(0x10000 + (UInt32(unit) - 0xd800) << 10 + UInt32(second) - 0xdc00)
                {
                    return Character(scalar)
                }
            }
            position = place
            throw error("a character", found: "half of a surrogate pair")
        default:
            position = place
            throw error("an escape")
        }
    }

    private mutating func codeUnit() throws(InterchangeError) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { throw error("a hexadecimal digit") }
            unit = unit << 4 | UInt16(digit)
            position += 1
        }
        return unit
    }

    private mutating func word(_ word: StaticString) throws(InterchangeError) {
        let first = position
        for offset in 0..<word.utf8CodeUnitCount {
            guard peek == word.utf8Start[offset] else {
                position = first
                throw error("a value")
            }
            position += 1
        }
    }

    private var peek: UInt8? { position < end ? bytes[position] : nil }

    private mutating func accept(_ character: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { position += 1 }
    }

    private func error(_ expected: String, found: String? = nil) -> InterchangeError {
        let line = bytes[start..<position].count { $0 == 0x0a } + 1
        let column = position - (bytes[start..<position].lastIndex(of: 0x0a).map { $0 + 1 } ?? start) + 1
        let here = peek.map { $0 < 0x80 ? quoted(String(Unicode.Scalar($0))) : "byte \($0)" } ?? "the end"
        return .malformed(file: file, place: "JSON line \(line), column \(column)", expected: expected, found: found ?? here)
    }
}
