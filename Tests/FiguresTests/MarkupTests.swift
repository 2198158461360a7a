import Figures
import TestSupport
import Testing

@Suite struct MarkupTests {
    private let writer = MarkupWriter()

    @Test("Text and attributes are escaped, shapes close themselves, other elements do not")
    func exactText() {
        let node = MarkupNode.element(
            "p", ["class": "a\"b", "id": nil], [.text("1 < 2 & 'so'"), .element("path", ["d": "M0 0"]), .element("g")])
        #expect(writer.text(node) == #"<p class="a&quot;b">1 &lt; 2 &amp; &#39;so&#39;<path d="M0 0"/><g></g></p>"#)
        #expect(MarkupWriter.escaped("a\u{0}b\u{1F}\u{FFFE}\nc") == "a\u{FFFD}b\u{FFFD}\u{FFFD}\nc")
    }

    @Test("Law: a parser reads back any text", arguments: UInt64(0)..<32)
    func roundTrip(seed: UInt64) throws {
        var rng = seededGenerator(seed)
        let alphabet = Array("<>&\"'/= aé€ß漢😀]-!?;#x")
        let text = String((0..<60).map { _ in alphabet.randomElement(using: &rng)! })
        let parsed = try parseMarkup(writer.text(.element("t", ["a": text], text: text)))
        #expect(parsed.text == text)
        #expect(parsed.attributes["a"] == text)
    }

    @Test("A picture scales, has a title and a text alternative, and its file resolves the theme")
    func picture() throws {
        let picture = Picture(
            width: 10, height: 5.5, title: "A & B", description: "Two <things>.",
            content: [Drawing.line(from: SIMD2(0, 0), to: SIMD2(1, 1), stroke: .theme(.ink))])
        let inline = try parseMarkup(writer.text(picture.inline))
        #expect(inline.attributes["viewBox"] == "0 0 10 5.5")
        #expect(inline.attributes["role"] == "img")
        #expect(inline.attributes["aria-label"] == "A & B. Two <things>.")
        #expect(inline.children.prefix(2).map(\.name) == ["title", "desc"])
        #expect(inline.all("line").first?.attributes["stroke"] == "var(--ink)")
        let file = try parseMarkup(picture.document)
        #expect(file.attributes["xmlns"] == "http://www.w3.org/2000/svg")
        #expect(file.all("line").first?.attributes["stroke"] == ThemeColor.ink.light.hexadecimal)
        #expect(!picture.document.contains("var("))
    }

    /// RFC 4648, §10.
    @Test("Base64 agrees with the test vectors of RFC 4648")
    func base64() {
        let vectors = ["": "", "f": "Zg==", "fo": "Zm8=", "foo": "Zm9v", "foob": "Zm9vYg==", "fooba": "Zm9vYmE=", "foobar": "Zm9vYmFy"]
        for (plain, coded) in vectors { #expect(Base64.text(plain.utf8) == coded) }
        #expect(Base64.text([0xFB, 0xFF]) == "+/8=")
    }
}
