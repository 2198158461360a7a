// A drawing with its title and text alternative: scales with the page, and stands alone as a file.

/// An SVG drawing in its own coordinates, origin at the top left.
public struct Picture: Hashable, Sendable {
    public let width: Double
    public let height: Double
    /// What it shows, in a few words.
    public let title: String
    /// What a reader who does not see it should know.
    public let description: String
    public let content: [MarkupNode]

    /// - Precondition: width and height are finite and positive.
    public init(width: Double, height: Double, title: String, description: String, content: [MarkupNode]) {
        precondition(width.isFinite && height.isFinite && width > 0 && height > 0, "a picture has a size")
        (self.width, self.height, self.title, self.description, self.content) = (width, height, title, description, content)
    }

    /// The drawing for use within a page, where CSS gives its width and the colours of the theme.
    public var inline: MarkupNode { .element(root(xmlns: nil, background: nil)) }

    /// The drawing as a file of its own, in the light theme's colours.
    public var document: String {
        var writer = MarkupWriter()
        writer.themeColors = Dictionary(uniqueKeysWithValues: ThemeColor.allCases.map { ($0.reference, $0.light.hexadecimal) })
        return #"<?xml version="1.0" encoding="UTF-8"?>"# + "\n"
            + writer.text(.element(root(xmlns: "http://www.w3.org/2000/svg", background: .theme(.surface)))) + "\n"
    }

    private func root(xmlns: String?, background: Paint?) -> Element {
        let size = (NumberText.coordinate(width), NumberText.coordinate(height))
        let ground = background.map { [Drawing.rectangle(x: 0, y: 0, width: width, height: height, fill: $0)] } ?? []
        let separator = title.last.map { ".!?".contains($0) } ?? true ? " " : ". "
        return Element(
            "svg",
            [
                "xmlns": xmlns, "width": size.0, "height": size.1, "viewBox": "0 0 \(size.0) \(size.1)", "role": "img",
                "aria-label": description.isEmpty ? title : title + separator + description,
                "font-family": "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif", "font-size": "12",
            ],
            [.element("title", text: title), .element("desc", text: description)] + ground + content)
    }
}
