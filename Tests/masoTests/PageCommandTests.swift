// The commands that write pages: their keys, their pages, their refusals.

import Foundation
import MaxAffineSplines
import Testing

@Suite struct PageCommandTests {
    let place: Workplace

    init() throws { place = try Workplace() }

    private func json(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8), file: "output") }

    private func page(_ name: String) throws -> String { try String(contentsOfFile: place.path(name), encoding: .utf8) }

    @Test("demo writes its page, says what it wrote and what to try next")
    func demo() throws {
        let object = try json(place.maso("demo", "-o", "p.html", "--json", "--quiet").output)
        #expect(object["page"]?.string == "p.html")
        #expect(try #require(object["seconds"]?.double) > 0)
        let regions = try #require(object["regions"]?.int)
        #expect(try page("p.html").contains("The trained network has \(regions) cells."))
        #expect(try place.files() == ["p.html"])
    }

    @Test("templates gives products and offsets that add up to the outputs, and names the classes")
    func templates() throws {
        try OutputFile.write((0..<10).map { "digit \($0)\n" }.joined(), to: place.path("names.txt"))
        let outcome = try place.maso(
            "templates", "DigitsCNN", "--init", "4", "--data", "digits", "--samples", "3,0-1", "--labels", "names.txt", "-o", "t.html",
            "--json")
        let samples = try #require(json(outcome.output)["samples"]?.array)
        #expect(samples.compactMap { $0["index"]?.int } == [3, 0, 1])
        #expect(samples.compactMap { $0["label"]?.int } == [3, 0, 1].map { Digits.dataSet(.test).labels[$0] })
        for sample in samples {
            let numbers = try ["innerProducts", "offsets", "outputs"].map { key in
                try #require(sample[key]?.array).compactMap(\.double)
            }
            #expect(numbers.map(\.count) == [10, 10, 10])
            for c in 0..<10 { #expect(abs(numbers[0][c] + numbers[1][c] - numbers[2][c]) <= 1e-12 * max(1, abs(numbers[2][c]))) }
        }
        #expect(try page("t.html").contains("digit 7"))
    }

    @Test("report lists the sections that its page has, and what it left out with the reason")
    func report() throws {
        let object = try json(
            place.maso(
                "report", "DigitsCNN", "--init", "4", "--data", "digits", "--split", "train", "--samples", "30", "-o", "r.html", "--json"
            ).output)
        let html = try page("r.html")
        let sections = try #require(object["sections"]?.array).compactMap(\.string)
        #expect(sections.contains("Templates") && sections.allSatisfy { html.contains("<h2>\($0)<") })
        let omitted = try #require(object["omitted"]?.array)
        #expect(omitted.compactMap { $0["section"]?.string } == ["Memorisation of training samples"])
    }

    static let refusals: [([String], Int32, String)] = [
        (["demo", "-o", "no/p.html"], 73, "no/p.html: cannot be created: no such folder"),
        (
            ["templates", "Toy", "--init", "1", "--data", "toy:moons", "--samples", "1000", "-o", "t.html"], 64,
            "sample 1000: there are samples 0 to 999"
        ),
        (
            ["templates", "Toy", "--init", "1", "--data", "toy:moons", "--samples", "1,x", "-o", "t.html"], 64,
            "'1,x': expected indices and ranges such as 0,5,10-15, found 'x'"
        ),
        (
            ["templates", "Toy", "--init", "1", "--data", "toy:moons", "--samples", "1", "--labels", "two.txt", "-o", "t.html"], 65,
            "two.txt: lines: expected a name for each of 4 classes, found 2"
        ),
        (
            ["report", "Toy", "--init", "1", "--data", "digits", "-o", "r.html"], 65,
            "digits: samples of shape [1, 8, 8], the network reads [2]"
        ),
        (["report", "absent.safetensors", "--data", "digits", "-o", "r.html"], 66, "absent.safetensors: no such file"),
    ]

    @Test("Refusals: one line, the exit code, no new file", arguments: refusals.indices)
    func refusal(index: Int) throws {
        try OutputFile.write("a\nb\n", to: place.path("two.txt"))
        let (arguments, status, line) = PageCommandTests.refusals[index]
        let outcome = try place.start(arguments).outcome()
        #expect(outcome == Workplace.Outcome(status: status, output: "", error: "maso: \(line)\n"))
        #expect(try place.files() == ["two.txt"])
    }
}
