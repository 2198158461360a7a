// Letters of straight strokes, for images that carry their own axes: an image has no fonts.

/// Glyphs on a grid 4 wide and 8 high: 0 the foot of descenders, 2 the line that letters stand on, 6 and 8 the tops of small and tall ones.
enum StrokeFont {
    /// From one letter to the next, and from the line to the top of tall letters, in steps of the grid.
    static let (advance, capHeight) = (6.0, 6.0)

    /// Strokes apart by bars; a stroke's points are pairs of digits, x and y.
    private static let glyphs: [Character: String] = [
        " ": "", "0": "12 32 43 47 38 18 07 03 12/25 25", "1": "07 18 28 22/12 32", "2": "07 18 38 47 46 02 42",
        "3": "07 18 38 47 46 35 15/35 44 43 32 12 03", "4": "32 38 04 44", "5": "48 08 05 35 44 43 32 12 03",
        "6": "47 38 18 07 03 12 32 43 44 35 15 04", "7": "08 48 12", "8": "15 06 07 18 38 47 46 35 15 04 03 12 32 43 44 35",
        "9": "46 35 15 06 07 18 38 47 43 32 12 03",
        "a": "46 42/45 36 16 05 03 12 32 43", "b": "08 02/05 16 36 45 43 32 12 03", "c": "45 36 16 05 03 12 32 43",
        "d": "48 42/45 36 16 05 03 12 32 43", "e": "04 44 45 36 16 05 03 12 32 43", "f": "38 28 17 12/06 36",
        "g": "46 41 30 10 01/45 36 16 05 03 12 32 43", "h": "08 02/05 16 36 45 42", "i": "26 22/28 28", "j": "26 21 10/28 28",
        "k": "08 02/04 46/15 42", "l": "28 23 32", "m": "06 02/05 16 25 22/25 36 45 42", "n": "06 02/05 16 36 45 42",
        "o": "16 36 45 43 32 12 03 05 16", "p": "06 00/05 16 36 45 43 32 12 03", "q": "46 40/45 36 16 05 03 12 32 43",
        "r": "06 02/04 26 36",
        "s": "45 36 16 05 14 34 43 32 12 03", "t": "18 13 22 32/06 36", "u": "06 03 12 32 43/46 42", "v": "06 22 46", "w": "06 12 25 32 46",
        "x": "06 42/46 02", "y": "06 22/46 22 10", "z": "06 46 02 42",
        "A": "02 28 42/14 34", "B": "02 08 38 47 46 35 05/35 44 43 32 02", "C": "47 38 18 07 03 12 32 43", "D": "02 08 28 46 44 22 02",
        "E": "48 08 02 42/05 35", "F": "48 08 02/05 35", "G": "47 38 18 07 03 12 32 43 45 25", "H": "08 02/48 42/05 45",
        "I": "28 22/18 38/12 32",
        "J": "48 43 32 12 03", "K": "08 02/48 05 42", "L": "08 02 42", "M": "02 08 25 48 42", "N": "02 08 42 48",
        "O": "12 32 43 47 38 18 07 03 12", "P": "02 08 38 47 46 35 05", "Q": "12 32 43 47 38 18 07 03 12/24 42",
        "R": "02 08 38 47 46 35 05/25 42",
        "S": "47 38 18 07 06 15 35 44 43 32 12 03", "T": "08 48/28 22", "U": "08 03 12 32 43 48", "V": "08 22 48", "W": "08 12 26 32 48",
        "X": "08 42/48 02", "Y": "08 25 48/25 22", "Z": "08 48 02 42",
        ".": "12 12", ",": "22 11", ":": "22 22/25 25", "-": "05 45", "−": "05 45", "–": "05 45", "_": "02 42", "+": "05 45/23 27",
        "=": "04 44/06 46",
        "/": "02 48", "(": "38 27 23 32", ")": "18 27 23 12", ">": "07 45 03", "<": "47 05 43", "≤": "48 06 44/02 42",
        "≥": "08 46 04/02 42",
        "×": "13 47/17 43", "·": "25 25", "‖": "18 12/38 32", "'": "28 26", "…": "02 02/22 22/42 42",
        "%": "02 48/08 18 17 07 08/43 33 32 42 43",
        "₂": "03 14 34 33 02 42", "⁻": "06 26",
        "\"": "18 16/38 36", "&": "42 06 07 18 27 26 04 03 12 22 44", ";": "22 11/25 25", "!": "28 24/22 22",
        "?": "07 18 38 47 46 24/22 22",
        "#": "12 18/32 38/04 44/06 46", "$": "47 07 06 44 43 03/28 22", "@": "33 36 16 13 43 47 38 18 07 03 12 42",
        "*": "23 27/06 44/04 46",
        "[": "38 28 22 32", "]": "18 28 22 12", "{": "38 27 26 15 24 23 32", "}": "18 27 26 35 24 23 12", "\\": "08 42", "^": "06 28 46",
        "`": "18 27", "|": "28 22", "~": "04 15 35 46", "ß": "02 07 18 38 47 35 44 43 32", "ı": "26 22", "’": "28 26", "‘": "28 26",
        "“": "18 16/38 36", "”": "18 16/38 36", "°": "18 28 26 16 18",
    ]
    /// Letters with a mark, by the mark: each after the letter that it stands on.
    private static let marked: [(strokes: String, pairs: String)] = [
        ("17 17/37 37", "aäeëıïoöuüyÿ"), ("17 38", "aáeéıíoóuúyýcćnńsśzź"), ("18 37", "aàeèıìoòuù"), ("07 28 47", "aâeêıîoôuû"),
        ("07 18 37 48", "aãoõnñ"), ("17 28 37 17", "aåuů"), ("22 20 10", "cçsş"), ("08 27 48", "cčsšzžeěrř"),
        ("19 19/39 39", "AÄOÖUÜ"), ("19 39", "EÉAÁOÓ"),
    ]
    private static let superscripts: [Character: Character] = [
        "⁰": "0", "¹": "1", "²": "2", "³": "3", "⁴": "4", "⁵": "5", "⁶": "6", "⁷": "7", "⁸": "8", "⁹": "9",
    ]
    /// What letters are drawn as that have no glyph.
    private static let unknown = "02 42 48 08 02"

    /// The width of a line of text, in steps of the grid.
    static func width(_ text: String) -> Double { max(0, Double(text.count) * advance - 2) }

    /// The strokes of a letter, as points of the grid.
    private static func strokes(of letter: Character) -> [[SIMD2<Double>]] {
        if let digit = superscripts[letter] {
            return strokes(of: digit).map { $0.map { SIMD2(0.6 * $0.x, 8 - 0.6 * (8 - $0.y)) } }
        }
        var text = glyphs[letter]
        for (strokes, pairs) in marked where text == nil {
            let letters = Array(pairs)
            for place in stride(from: 0, to: letters.count, by: 2) where letters[place + 1] == letter {
                text = (glyphs[letters[place]] ?? unknown) + "/" + strokes
            }
        }
        return (text ?? unknown).split(separator: "/").map { stroke in
            stroke.split(separator: " ").map { pair in
                let digits = pair.utf8.map { Double($0) - 48 }
                return SIMD2(digits[0], digits[1])
            }
        }
    }

    /// The strokes of a line of text that begins at (0, 0), in steps of the grid, y up.
    static func strokes(_ text: String) -> [[SIMD2<Double>]] {
        text.enumerated().flatMap { place, letter in
            strokes(of: letter).map { $0.map { $0 + SIMD2(Double(place) * advance, -2) } }
        }
    }
}

extension Canvas {
    /// Where a line of text begins, ends or has its middle.
    enum Anchor { case start, middle, end }

    /// Draws a line of text whose tall letters are `height` high, in units of the window.
    mutating func draw(_ text: String, at place: SIMD2<Double>, anchor: Anchor = .start, height: Double, _ color: Color, thickness: Double)
    {
        let unit = height / StrokeFont.capHeight
        let shift =
            switch anchor {
            case .start: 0.0
            case .middle: StrokeFont.width(text) * unit / 2
            case .end: StrokeFont.width(text) * unit
            }
        let origin = place - SIMD2(shift, 0)
        for stroke in StrokeFont.strokes(text) {
            for (a, b) in zip(stroke, stroke.dropFirst()) {
                draw(from: origin + a * unit, to: origin + b * unit, color, thickness: thickness)
            }
        }
    }
}
