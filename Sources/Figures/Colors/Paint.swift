// What a shape is filled or stroked with; the colours of the page follow the reader's light or dark theme.

/// A colour that follows the theme, by the name of its CSS custom property.
public enum ThemeColor: String, CaseIterable, Hashable, Sendable {
    /// The page behind everything.
    case paper
    /// Cards and figures on the page.
    case surface
    /// Text.
    case ink
    /// Secondary text: captions, tick labels.
    case muted
    /// Rules, grid lines, borders.
    case line
    /// Links and what is chosen.
    case accent

    public var light: Color {
        switch self {
        case .paper: Color(0xF7F7F5)
        case .surface: Color(0xFFFFFF)
        case .ink: Color(0x1A1D23)
        case .muted: Color(0x5A6270)
        case .line: Color(0xE2E4E8)
        case .accent: Color(0x0067A3)
        }
    }

    public var dark: Color {
        switch self {
        case .paper: Color(0x101216)
        case .surface: Color(0x181B20)
        case .ink: Color(0xE8EAEE)
        case .muted: Color(0x9BA4B1)
        case .line: Color(0x2D323A)
        case .accent: Color(0x6CBDF0)
        }
    }

    /// The reference as CSS and SVG attributes write it.
    public var reference: String { "var(--\(rawValue))" }
}

/// What a shape is filled or stroked with.
public enum Paint: Hashable, Sendable {
    case none
    case fixed(Color)
    case theme(ThemeColor)

    public static func of(class index: Int) -> Paint { .fixed(ClassColors.color(index)) }

    /// The colour on a light page; nil for none.
    var lightColor: Color? {
        switch self {
        case .none: nil
        case .fixed(let color): color
        case .theme(let color): color.light
        }
    }

    var attribute: String {
        switch self {
        case .none: "none"
        case .fixed(let color): color.hexadecimal
        case .theme(let color): color.reference
        }
    }
}
