// Writing JSON: one line, or indented for people; always the same text for the same value.

extension JSONValue {
    /// The text, without a line break at its end.
    ///
    /// - Parameter isIndented: one member a line, two spaces deeper each level; arrays without objects in them stay on one line.
    public func text(isIndented: Bool = false) -> String {
        var result = ""
        write(into: &result, indentation: isIndented ? 0 : nil)
        return result
    }

    private func write(into result: inout String, indentation: Int?) {
        switch self {
        case .null: result += "null"
        case .bool(let value): result += value ? "true" : "false"
        case .number(let text): result += text
        case .string(let value): JSONValue.write(value, into: &result)
        case .array(let values):
            let inner = values.contains { $0.holdsObject } ? indentation.map { $0 + 2 } : nil
            JSONValue.write(values, "[", "]", into: &result, inner: inner, isSpaced: indentation != nil) { value, result in
                value.write(into: &result, indentation: inner)
            }
        case .object(let members):
            let inner = indentation.map { $0 + 2 }
            JSONValue.write(members, "{", "}", into: &result, inner: inner, isSpaced: indentation != nil) { member, result in
                JSONValue.write(member.name, into: &result)
                result += inner == nil ? ":" : ": "
                member.value.write(into: &result, indentation: inner)
            }
        }
    }

    private var holdsObject: Bool {
        switch self {
        case .object: true
        case .array(let values): values.contains { $0.holdsObject }
        case .null, .bool, .number, .string: false
        }
    }

    private static func write<Item>(
        _ items: [Item], _ open: String, _ close: String, into result: inout String, inner: Int?, isSpaced: Bool,
        _ body: (Item, inout String) -> Void
    ) {
        result += open
        for (index, item) in items.enumerated() {
            if index > 0 { result += inner == nil && isSpaced ? ", " : "," }
            if let inner { result += "\n" + String(repeating: " ", count: inner) }
            body(item, &result)
        }
        if let inner, !items.isEmpty { result += "\n" + String(repeating: " ", count: inner - 2) }
        result += close
    }

    private static func write(_ text: String, into result: inout String) {
        result += "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\0"..<" ", "\u{7f}", "\u{2028}", "\u{2029}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        result += "\""
    }
}
