// Markup as values: one small tree for SVG, HTML and MathML, escaped where it becomes text and nowhere else.

/// An element with attributes in the order they were given.
public struct Element: Hashable, Sendable {
    public struct Attribute: Hashable, Sendable {
        public let name: String
        public let value: String
    }

    public var name: String
    public var attributes: [Attribute]
    public var children: [MarkupNode]

    /// An element; attributes whose value is nil are left out.
    public init(_ name: String, _ attributes: KeyValuePairs<String, String?> = [:], _ children: [MarkupNode] = []) {
        self.name = name
        self.attributes = attributes.compactMap { name, value in value.map { Attribute(name: name, value: $0) } }
        self.children = children
    }

    public init(_ name: String, _ attributes: KeyValuePairs<String, String?> = [:], text: String) {
        self.init(name, attributes, [.text(text)])
    }

    public subscript(attribute: String) -> String? { attributes.first { $0.name == attribute }?.value }
}

/// What stands between an element's tags.
public enum MarkupNode: Hashable, Sendable {
    case element(Element)
    /// Text, escaped when written.
    case text(String)
    /// Markup that is already safe: style sheets, scripts and data blocks of our own.
    case verbatim(String)
}

extension MarkupNode {
    public static func element(_ name: String, _ attributes: KeyValuePairs<String, String?> = [:], _ children: [MarkupNode] = [])
        -> MarkupNode
    {
        .element(Element(name, attributes, children))
    }

    public static func element(_ name: String, _ attributes: KeyValuePairs<String, String?> = [:], text: String) -> MarkupNode {
        .element(Element(name, attributes, text: text))
    }
}

/// Writes markup. Elements that HTML calls void and SVG's empty shapes close themselves; all others get both tags, so
/// that one text is right for HTML and XML parsers.
public struct MarkupWriter: Sendable {
    /// Fixed colours in place of `var(--name)`, for files that stand without the page's style sheet.
    public var themeColors: [String: String] = [:]

    public init() {}

    public func text(_ node: MarkupNode) -> String {
        var output = ""
        write(node, to: &output)
        return output
    }

    public func write(_ node: MarkupNode, to output: inout String) {
        switch node {
        case .text(let text): output += MarkupWriter.escaped(text)
        case .verbatim(let text): output += text
        case .element(let element): write(element, to: &output)
        }
    }

    private func write(_ element: Element, to output: inout String) {
        output += "<" + element.name
        for attribute in element.attributes {
            output += " \(attribute.name)=\"\(MarkupWriter.escaped(themeColors[attribute.value] ?? attribute.value))\""
        }
        if element.children.isEmpty, MarkupWriter.selfClosing.contains(element.name) {
            output += "/>"
            return
        }
        output += ">"
        for child in element.children { write(child, to: &output) }
        output += "</\(element.name)>"
    }

    private static let selfClosing: Set<String> = [
        "meta", "link", "br", "hr", "img", "input", "col", "wbr",
        "path", "rect", "line", "circle", "polyline", "polygon", "image", "use",
    ]

    /// `text` with the five characters that markup reserves escaped, and those that XML 1.0 forbids replaced by U+FFFD.
    public static func escaped(_ text: String) -> String {
        let special = text.utf8.contains { $0 < 0x20 || $0 == 0x26 || $0 == 0x3C || $0 == 0x3E || $0 == 0x22 || $0 == 0x27 || $0 == 0xEF }
        guard special else { return text }
        var output = ""
        output.reserveCapacity(text.utf8.count + 16)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": output += "&amp;"
            case "<": output += "&lt;"
            case ">": output += "&gt;"
            case "\"": output += "&quot;"
            case "'": output += "&#39;"
            case "\t", "\n", "\r": output.unicodeScalars.append(scalar)
            case "\u{0}"..<"\u{20}", "\u{FFFE}", "\u{FFFF}": output += "\u{FFFD}"
            default: output.unicodeScalars.append(scalar)
            }
        }
        return output
    }
}
