// The few shapes that figures are made of.

/// SVG shapes as nodes. Positions must be finite.
public enum Drawing {
    public static func rectangle(
        x: Double, y: Double, width: Double, height: Double, fill: Paint, stroke: Paint? = nil, cornerRadius: Double = 0,
        opacity: Double = 1,
        tooltip: String? = nil
    ) -> MarkupNode {
        .element(
            "rect",
            [
                "x": number(x), "y": number(y), "width": number(max(width, 0)), "height": number(max(height, 0)),
                "rx": cornerRadius > 0 ? number(cornerRadius) : nil, "fill": fill.attribute, "stroke": stroke?.attribute,
                "fill-opacity": opacity < 1 ? number(opacity) : nil,
            ], tooltip.map { [.element("title", text: $0)] } ?? [])
    }

    public static func line(from a: SIMD2<Double>, to b: SIMD2<Double>, stroke: Paint, width: Double = 1, dashes: String? = nil)
        -> MarkupNode
    {
        .element(
            "line",
            [
                "x1": number(a.x), "y1": number(a.y), "x2": number(b.x), "y2": number(b.y), "stroke": stroke.attribute,
                "stroke-width": width == 1 ? nil : number(width), "stroke-dasharray": dashes,
            ])
    }

    public static func circle(center: SIMD2<Double>, radius: Double, fill: Paint, stroke: Paint? = nil, strokeWidth: Double = 1)
        -> MarkupNode
    {
        .element(
            "circle",
            [
                "cx": number(center.x), "cy": number(center.y), "r": number(radius), "fill": fill.attribute, "stroke": stroke?.attribute,
                "stroke-width": stroke == nil || strokeWidth == 1 ? nil : number(strokeWidth),
            ])
    }

    public enum Anchor: String, Sendable { case start, middle, end }

    /// One line of text; `position` is the anchor on the base line.
    public static func text(
        _ text: String, at position: SIMD2<Double>, anchor: Anchor = .start, fill: Paint = .theme(.ink), size: Double? = nil,
        bold: Bool = false,
        rotated degrees: Double = 0
    ) -> MarkupNode {
        .element(
            "text",
            [
                "x": number(position.x), "y": number(position.y), "text-anchor": anchor == .start ? nil : anchor.rawValue,
                "fill": fill.attribute,
                "font-size": size.map(number), "font-weight": bold ? "600" : nil,
                "transform": degrees == 0 ? nil : "rotate(\(number(degrees)) \(number(position.x)) \(number(position.y)))",
            ], text: text)
    }

    public static func path(
        _ data: String, fill: Paint, stroke: Paint? = nil, strokeWidth: Double = 1, opacity: Double = 1, dashes: String? = nil
    ) -> MarkupNode {
        .element(
            "path",
            [
                "d": data, "fill": fill.attribute, "stroke": stroke?.attribute,
                "stroke-width": stroke == nil || strokeWidth == 1 ? nil : number(strokeWidth),
                "stroke-linejoin": stroke == nil ? nil : "round",
                "stroke-linecap": stroke == nil ? nil : "round", "stroke-dasharray": dashes,
                "fill-opacity": opacity < 1 ? number(opacity) : nil,
            ])
    }

    /// A PNG; `isPixelated` keeps its pixels square and sharp.
    public static func image(
        _ png: [UInt8], x: Double, y: Double, width: Double, height: Double, isPixelated: Bool = true, tooltip: String? = nil
    ) -> MarkupNode {
        .element(
            "image",
            [
                "x": number(x), "y": number(y), "width": number(width), "height": number(height), "preserveAspectRatio": "none",
                "image-rendering": isPixelated ? "pixelated" : nil, "href": Base64.dataAddress(png),
            ], tooltip.map { [.element("title", text: $0)] } ?? [])
    }

    public static func group(_ attributes: KeyValuePairs<String, String?> = [:], _ children: [MarkupNode]) -> MarkupNode {
        .element("g", attributes, children)
    }

    private static func number(_ value: Double) -> String { NumberText.coordinate(value) }
}

/// Widths of text guessed from the number of characters, on the safe side: the browser's font is not known when a figure is laid out.
enum TextSize {
    private static let narrow = Set("iljtf.,:;'|!()[] ·".unicodeScalars)

    static func width(_ text: String, size: Double = 12) -> Double {
        text.unicodeScalars.reduce(0) { sum, scalar in
            sum + (narrow.contains(scalar) ? 0.38 : scalar.value > 0x2E80 ? 1.05 : scalar.properties.isUppercase ? 0.74 : 0.635)
        } * size
    }
}
