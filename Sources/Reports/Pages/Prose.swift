// Running text: plain strings with emphasis, code, links and formulas put in by interpolation, all escaped.
import Figures

/// A line of text with inline markup.
///
///     let text: Prose = "A cell has one code; \(code: "maso info") counts \(emphasis: "units"), and \(math: .identifier("x")) is an input."
public struct Prose: Hashable, Sendable, ExpressibleByStringInterpolation {
    public var nodes: [MarkupNode]

    public init(stringLiteral value: String) { nodes = [.text(value)] }
    public init(_ text: String) { nodes = [.text(text)] }
    public init(stringInterpolation: StringInterpolation) { nodes = stringInterpolation.nodes }

    public struct StringInterpolation: StringInterpolationProtocol {
        var nodes: [MarkupNode] = []

        public init(literalCapacity: Int, interpolationCount: Int) {}

        public mutating func appendLiteral(_ literal: String) { if !literal.isEmpty { nodes.append(.text(literal)) } }
        public mutating func appendInterpolation(_ text: String) { nodes.append(.text(text)) }
        public mutating func appendInterpolation(_ prose: Prose) { nodes += prose.nodes }
        /// A whole number, grouped by threes.
        public mutating func appendInterpolation(_ count: Int) { nodes.append(.text(NumberText.count(count))) }
        /// A number with three significant digits.
        public mutating func appendInterpolation(_ value: Double) { nodes.append(.text(NumberText.significant(value))) }
        public mutating func appendInterpolation(emphasis text: String) { nodes.append(.element("em", text: text)) }
        public mutating func appendInterpolation(strong text: String) { nodes.append(.element("strong", text: text)) }
        public mutating func appendInterpolation(code text: String) { nodes.append(.element("code", text: text)) }
        public mutating func appendInterpolation(math formula: Formula) { nodes.append(formula.inline) }
        /// A link within the page, to the section of that anchor.
        public mutating func appendInterpolation(link text: String, section anchor: String) {
            nodes.append(.element("a", ["href": "#" + anchor], text: text))
        }
        /// A link to the web, which a reader may follow; the page itself loads nothing.
        public mutating func appendInterpolation(link text: String, address: String) {
            precondition(address.hasPrefix("https://"), "links leave the page over https only")
            nodes.append(.element("a", ["href": address, "rel": "noreferrer"], text: text))
        }
    }

    /// The text alone.
    public var plain: String {
        func text(_ node: MarkupNode) -> String {
            switch node {
            case .text(let text): text
            case .verbatim: ""
            case .element(let element): element.children.map(text).joined()
            }
        }
        return nodes.map(text).joined()
    }
}
