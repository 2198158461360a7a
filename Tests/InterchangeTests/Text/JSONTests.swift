import Interchange
import Tensors
import Testing

@Suite struct JSONTests {
    @Test("Law: a value's text, on one line or indented, parses to the value", arguments: UInt64(0)..<64)
    func roundTrip(seed: UInt64) throws {
        var generator = RandomGenerator(seed: seed)
        let value = random(&generator, depth: 0)
        #expect(try JSONValue(parsing: Array(value.text().utf8), file: "x") == value)
        #expect(try JSONValue(parsing: Array(value.text(isIndented: true).utf8), file: "x") == value)
    }

    private func random(_ generator: inout RandomGenerator, depth: Int) -> JSONValue {
        switch generator.integer(below: depth > 3 ? 5 : 7) {
        case 0: return .null
        case 1: return .bool(generator.integer(below: 2) == 0)
        case 2: return JSONValue(Int(truncatingIfNeeded: generator.next()))
        case 3: return JSONValue(Double(bitPattern: generator.next()))
        case 4: return .string(text(&generator))
        case 5: return .array((0..<generator.integer(below: 4)).map { _ in random(&generator, depth: depth + 1) })
        default:
            return .object(
                (0..<generator.integer(below: 4)).map {
                    JSONMember(name: "\($0)" + text(&generator), value: random(&generator, depth: depth + 1))
                })
        }
    }

    private func text(_ generator: inout RandomGenerator) -> String {
        let alphabet: [Character] = ["a", "\"", "\\", "\n", "\0", "ö", "𝕏", "\u{2028}", "/", "\u{7f}"]
        return String((0..<generator.integer(below: 5)).map { _ in alphabet[generator.integer(below: alphabet.count)] })
    }

    @Test("Law: every finite number reads back with the same bits", arguments: UInt64(0)..<64)
    func numbers(seed: UInt64) throws {
        var generator = RandomGenerator(seed: seed)
        let value = Double(bitPattern: generator.next())
        let read = try JSONValue(parsing: Array(JSONValue(value).text().utf8), file: "x")
        #expect(read.double?.bitPattern == (value.isFinite ? value.bitPattern : nil))
        let integer = generator.next()
        #expect(try JSONValue(parsing: Array(JSONValue(integer).text().utf8), file: "x").uint64 == integer)
    }

    @Test("What is not finite is null; members keep their order")
    func writing() {
        let value: JSONValue = ["z": [1, 2.5, true], "a": JSONValue([Double.nan, .infinity, -0.0]), "o": [["k": "v"]], "e": [:]]
        #expect(value.text() == #"{"z":[1,2.5,true],"a":[null,null,-0.0],"o":[{"k":"v"}],"e":{}}"#)
        #expect(
            value.text(isIndented: true) == """
                {
                  "z": [1, 2.5, true],
                  "a": [null, null, -0.0],
                  "o": [
                    {
                      "k": "v"
                    }
                  ],
                  "e": {}
                }
                """)
    }

    @Test("Escapes and surrogate pairs are characters")
    func escapes() throws {
        let text = #" "\"\\\/\b\f\n\r\t\u00e9\ud835\udd4f" "#
        #expect(try JSONValue(parsing: Array(text.utf8), file: "x").string == "\"\\/\u{8}\u{c}\n\r\té𝕏")
    }

    @Test(
        "What is not JSON is refused where it goes wrong",
        arguments: [
            ("", "JSON line 1, column 1: expected a value, found the end"),
            ("{\"a\":1,\n \"a\":2}", "JSON line 2, column 2: expected each name once, found «a» again"),
            ("[1,]", "JSON line 1, column 4: expected a value, found «]»"),
            ("[1 2]", "JSON line 1, column 4: expected ',' or ']', found «2»"),
            ("{\"a\" 1}", "JSON line 1, column 6: expected ':', found «1»"),
            ("{a:1}", "JSON line 1, column 2: expected a name in quotation marks, found «a»"),
            ("01", "JSON line 1, column 2: expected the end of the text, found «1»"),
            ("1.", "JSON line 1, column 3: expected a digit, found the end"),
            ("-", "JSON line 1, column 2: expected a digit, found the end"),
            ("nul", "JSON line 1, column 1: expected a value, found «n»"),
            ("NaN", "JSON line 1, column 1: expected a value, found «N»"),
            ("\"\\ud800\"", "JSON line 1, column 3: expected a character, found half of a surrogate pair"),
            ("\"\\x\"", "JSON line 1, column 3: expected an escape, found «x»"),
            ("\"\n\"", "JSON line 1, column 2: expected a character of a string, found control character 10"),
            ("\"a", "JSON line 1, column 3: expected '\"' at the end of a string, found the end"),
            ("1 //", "JSON line 1, column 3: expected the end of the text, found «/»"),
            (String(repeating: "[", count: 1_000_000), "JSON line 1, column 102: expected at most 100 levels, found more"),
        ])
    func refusals(text: String, message: String) {
        #expect(errorText { _ = try JSONValue(parsing: Array(text.utf8), file: "x") } == "65 x: \(message)")
    }

    @Test("Bytes that are not UTF-8 are refused")
    func encoding() {
        #expect(
            errorText { _ = try JSONValue(parsing: [0x22, 0xff, 0x22], file: "x") }
                == "65 x: JSON line 1, column 2: expected a string in UTF-8, found other bytes")
    }
}
