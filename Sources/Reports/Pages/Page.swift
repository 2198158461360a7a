// A page: one file that explains itself, loads nothing, and reads without JavaScript.
import Figures
import Interchange

/// A page from title to footer.
public struct Page: Hashable, Sendable {
    public struct Section: Hashable, Sendable {
        public var title: String
        /// The address of the section within the page; from the title when nil.
        public var anchor: String?
        public var blocks: [Block]

        public init(_ title: String, anchor: String? = nil, _ blocks: [Block]) {
            (self.title, self.anchor, self.blocks) = (title, anchor, blocks)
        }
    }

    public var title: String
    /// A few words above the title.
    public var kicker: String
    public var lead: Prose
    /// What follows the lead before the first section.
    public var introduction: [Block]
    public var sections: [Section]
    public var provenance: Provenance

    public init(
        title: String, kicker: String = "", lead: Prose, introduction: [Block] = [], sections: [Section], provenance: Provenance
    ) {
        (self.title, self.kicker, self.lead, self.introduction) = (title, kicker, lead, introduction)
        (self.sections, self.provenance) = (sections, provenance)
    }

    /// The page as HTML: the same text for the same values, everywhere.
    public func html() -> String {
        var renderer = PageRenderer()
        let anchors = anchors()
        let body: [MarkupNode] = [
            .element("a", ["class": "skip", "href": "#content"], text: "Skip to the content"),
            .element("header", ["class": "hero"], hero(&renderer)),
            .element(
                "div", ["class": "layout"],
                [
                    contents(anchors),
                    .element("main", ["id": "content"], zip(sections, anchors).map { renderer.section($0, anchor: $1) }),
                ]),
            provenance.footer,
            .element("script", [:], [.verbatim(PageScript.text)]),
        ]
        var output = "<!DOCTYPE html>\n"
        let writer = MarkupWriter()
        writer.write(.element("html", ["lang": "en"], [head, .element("body", [:], body)]), to: &output)
        return output + "\n"
    }

    /// What the page may do: nothing but its own style sheet and script, named by their hashes, and images within it.
    static var contentSecurityPolicy: String {
        let (style, script) = (SHA256.hash(Array(PageStyle.text.utf8)), SHA256.hash(Array(PageScript.text.utf8)))
        return "default-src 'none'; img-src data:; style-src 'sha256-\(Base64.text(style))'; "
            + "script-src 'sha256-\(Base64.text(script))'; base-uri 'none'; form-action 'none'"
    }

    private var head: MarkupNode {
        .element(
            "head", [:],
            [
                .element("meta", ["charset": "utf-8"]),
                .element("meta", ["http-equiv": "Content-Security-Policy", "content": Page.contentSecurityPolicy]),
                .element("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
                .element("meta", ["name": "color-scheme", "content": "light dark"]),
                .element("meta", ["name": "description", "content": lead.plain]),
                .element("meta", ["name": "generator", "content": "maso"]),
                .element("title", text: title),
                .element("style", [:], [.verbatim(PageStyle.text)]),
            ])
    }

    private func hero(_ renderer: inout PageRenderer) -> [MarkupNode] {
        var nodes: [MarkupNode] = kicker.isEmpty ? [] : [.element("p", ["class": "kicker"], text: kicker)]
        nodes.append(.element("h1", text: title))
        nodes.append(.element("p", ["class": "lead"], lead.nodes))
        return nodes + introduction.map { renderer.block($0) }
    }

    private func contents(_ anchors: [String]) -> MarkupNode {
        let items = zip(sections, anchors).map { section, anchor -> MarkupNode in
            .element("li", [:], [.element("a", ["href": "#" + anchor], text: section.title)])
        }
        return .element(
            "nav", ["class": "contents", "aria-label": "Contents"],
            [.element("p", ["class": "contents-title"], text: "On this page"), .element("ol", [:], items)])
    }

    /// One anchor a section, all different.
    private func anchors() -> [String] {
        var taken: Set<String> = ["content"]
        return sections.map { section in
            let base = section.anchor ?? Page.slug(section.title)
            var anchor = base
            var number = 2
            while !taken.insert(anchor).inserted { (anchor, number) = ("\(base)-\(number)", number + 1) }
            return anchor
        }
    }

    /// Letters and digits of a title in lower case with hyphens between words.
    static func slug(_ title: String) -> String {
        let words = title.lowercased().split { !($0.isLetter || $0.isNumber) }.joined(separator: "-")
        return words.isEmpty ? "section" : words
    }
}
