// Markup read back by a parser that is not ours, for the laws of figures and pages.

import Foundation
import Tensors

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// The stream of a seed for suites that know no tensors.
public func seededGenerator(_ seed: UInt64, purpose: String = "") -> some RandomNumberGenerator {
    RandomGenerator(seed: seed, purpose: purpose)
}

/// An element as an XML parser found it.
public final class ParsedElement {
    public let name: String
    public let attributes: [String: String]
    public internal(set) var children: [ParsedElement] = []
    /// All text within, descendants included.
    public internal(set) var text = ""

    init(name: String, attributes: [String: String]) { (self.name, self.attributes) = (name, attributes) }

    /// This element and all below it, in document order.
    public var all: [ParsedElement] { [self] + children.flatMap(\.all) }

    public func all(_ name: String) -> [ParsedElement] { all.filter { $0.name == name } }
}

/// What the parser says about text that is not well-formed.
public struct MarkupError: Error, CustomStringConvertible {
    public let description: String
}

/// The root element of a well-formed XML text.
public func parseMarkup(_ text: String) throws -> ParsedElement {
    let reader = MarkupReader()
    let parser = XMLParser(data: Data(text.utf8))
    parser.delegate = reader
    // The parser recovers from some errors and still says that it succeeded.
    guard parser.parse(), parser.parserError == nil, !reader.failed, let root = reader.root else {
        throw MarkupError(
            description: "line \(parser.lineNumber), column \(parser.columnNumber): \(String(describing: parser.parserError))")
    }
    return root
}

private final class MarkupReader: NSObject, XMLParserDelegate {
    var root: ParsedElement?
    var open: [ParsedElement] = []
    var failed = false

    func parser(_ parser: XMLParser, parseErrorOccurred error: any Error) { failed = true }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?, attributes: [String: String] = [:]
    ) {
        let element = ParsedElement(name: name, attributes: attributes)
        open.last?.children.append(element)
        open.append(element)
        root = root ?? element
    }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) { open.removeLast() }

    func parser(_ parser: XMLParser, foundCharacters text: String) { for element in open { element.text += text } }
}
