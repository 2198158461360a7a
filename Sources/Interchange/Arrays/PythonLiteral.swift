// The header of an npy file is a Python dictionary literal: this reads the few literals that NumPy writes there.

/// A Python literal of an npy header.
enum PythonLiteral: Hashable {
    case string(String)
    case bool(Bool)
    case integer(Int)
    case tuple([PythonLiteral])
    case list([PythonLiteral])
    case none
}

/// Reads `{'name': literal, …}` with nothing but white space after it.
struct PythonParser {
    private let text: [UInt8]
    private let file: String
    private let offset: Int
    private var position = 0

    /// - Parameter offset: of the text in its file, for errors.
    init(_ text: ArraySlice<UInt8>, file: String, offset: Int) {
        (self.text, self.file, self.offset) = (Array(text), file, offset)
    }

    mutating func dictionary() throws(InterchangeError) -> [String: PythonLiteral] {
        var result: [String: PythonLiteral] = [:]
        try require("{")
        while !accept("}") {
            guard case .string(let name) = try literal(depth: 0) else { throw error("a name in quotation marks") }
            guard result[name] == nil else { throw error("each name once", found: "\(quoted(name)) again") }
            try require(":")
            result[name] = try literal(depth: 0)
            if !accept(",") {
                try require("}")
                break
            }
        }
        skipSpace()
        if position < text.count { throw error("the end of the header") }
        return result
    }

    private mutating func literal(depth: Int) throws(InterchangeError) -> PythonLiteral {
        guard depth < 8 else { throw error("at most 8 levels", found: "more") }
        skipSpace()
        guard let first = peek else { throw error("a Python literal") }
        switch first {
        case "'", "\"": return .string(try string())
        case "(": return .tuple(try sequence("(", ")", depth: depth))
        case "[": return .list(try sequence("[", "]", depth: depth))
        case "-", "0"..."9": return .integer(try integer())
        default:
            if acceptWord("True") { return .bool(true) }
            if acceptWord("False") { return .bool(false) }
            if acceptWord("None") { return .none }
            throw error("a Python literal")
        }
    }

    private mutating func sequence(_ open: Unicode.Scalar, _ close: Unicode.Scalar, depth: Int) throws(InterchangeError) -> [PythonLiteral]
    {
        try require(open)
        var items: [PythonLiteral] = []
        while !accept(close) {
            items.append(try literal(depth: depth + 1))
            if !accept(",") {
                try require(close)
                break
            }
        }
        return items
    }

    private mutating func string() throws(InterchangeError) -> String {
        let quote = text[position]
        position += 1
        let first = position
        while position < text.count, text[position] != quote {
            if text[position] == UInt8(ascii: "\\") { throw error("a string without escapes") }
            position += 1
        }
        guard position < text.count, let result = String(validating: text[first..<position], as: UTF8.self) else {
            throw error("the end of a string")
        }
        position += 1
        return result
    }

    private mutating func integer() throws(InterchangeError) -> Int {
        let first = position
        if peek == "-" { position += 1 }
        while let digit = peek, ("0"..."9").contains(digit) { position += 1 }
        guard let value = Int(String(decoding: text[first..<position], as: UTF8.self)) else {
            position = first
            throw error("an integer of 64 bits")
        }
        if peek == "L" { position += 1 }  // Python 2
        return value
    }

    private mutating func acceptWord(_ word: String) -> Bool {
        guard text[position...].starts(with: word.utf8) else { return false }
        position += word.utf8.count
        return true
    }

    private mutating func accept(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard peek == character else { return false }
        position += 1
        return true
    }

    private mutating func require(_ character: Unicode.Scalar) throws(InterchangeError) {
        guard accept(character) else { throw error("'\(character)'") }
    }

    private var peek: Unicode.Scalar? { position < text.count ? Unicode.Scalar(text[position]) : nil }

    private mutating func skipSpace() {
        while let byte = peek, byte == " " || byte == "\n" || byte == "\t" || byte == "\r" { position += 1 }
    }

    private func error(_ expected: String, found: String? = nil) -> InterchangeError {
        .malformed(
            file: file, place: "byte \(offset + position): header", expected: expected,
            found: found ?? peek.map { quoted(String($0)) } ?? "the end of the header")
    }
}
