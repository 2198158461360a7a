// Formulas in MathML Core, which browsers draw themselves.
import Figures

/// A formula as a tree.
public indirect enum Formula: Hashable, Sendable {
    /// A variable or function name: one letter stands italic, longer names upright.
    case identifier(String)
    case number(String)
    case symbol(String)
    case row([Formula])
    case sub(Formula, Formula)
    case sup(Formula, Formula)
    case subsup(Formula, Formula, Formula)
    case under(Formula, Formula)
    case fraction(Formula, Formula)

    /// The row of parts written in order: letters, digits and symbols, one token each, separated by spaces.
    ///
    /// `"f ( x ) = A [ x ] x + b [ x ]"`. Words of letters become identifiers, digits numbers, everything else symbols;
    /// `a_b` and `a^b` are one subscript or superscript.
    public static func tokens(_ text: String) -> Formula {
        .row(text.split(separator: " ").map { token(String($0)) })
    }

    private static func token(_ text: String) -> Formula {
        if let at = text.firstIndex(of: "_"), at > text.startIndex, text.index(after: at) < text.endIndex {
            return .sub(token(String(text[..<at])), token(String(text[text.index(after: at)...])))
        }
        if let at = text.firstIndex(of: "^"), at > text.startIndex, text.index(after: at) < text.endIndex {
            return .sup(token(String(text[..<at])), token(String(text[text.index(after: at)...])))
        }
        if text.allSatisfy(\.isLetter) { return .identifier(text) }
        return text.allSatisfy { $0.isNumber || $0 == "." } ? .number(text) : .symbol(text)
    }

    /// The formula within a line.
    public var inline: MarkupNode { .element("math", [:], [node]) }

    /// The formula on a line of its own.
    public var display: MarkupNode { .element("math", ["display": "block"], [node]) }

    private var node: MarkupNode {
        switch self {
        case .identifier(let name): .element("mi", text: name)
        case .number(let text): .element("mn", text: text)
        case .symbol(let text): .element("mo", ["stretchy": "([{⟨)]}⟩|‖".contains(text) ? "false" : nil], text: text)
        case .row(let parts): .element("mrow", [:], parts.map(\.node))
        case .sub(let base, let index): .element("msub", [:], [base.node, index.node])
        case .sup(let base, let index): .element("msup", [:], [base.node, index.node])
        case .subsup(let base, let lower, let upper): .element("msubsup", [:], [base.node, lower.node, upper.node])
        case .under(let base, let below): .element("munder", [:], [base.node, below.node])
        case .fraction(let above, let below): .element("mfrac", [:], [above.node, below.node])
        }
    }
}
