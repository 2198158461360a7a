// `maso partition` by the binary: its files, its pictures, its refusals.

import Foundation
import MaxAffineSplines
import Testing

@Suite struct PartitionTests {
    let place: Workplace

    init() throws {
        place = try Workplace()
        try place.maso("train", "Toy", "--data", "toy:moons", "--epochs", "2", "--quiet", "-o", "toy.safetensors", "--snapshots", "epochs")
    }

    private func json(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8), file: "output") }

    private func text(_ name: String) throws -> String { try String(contentsOfFile: place.path(name), encoding: .utf8) }

    @Test("Every kind of file is written, the same bytes each time")
    func files() throws {
        for options in [
            ["c.json", "--unit", "1:0"], ["c.npz"], ["c.png"], ["c.svg", "--color", "slope"],
            ["c.svg", "--color", "code", "--layer", "1", "--data", "toy:moons"],
            ["c.svg", "--color", "activity", "--depth", "0", "--unit", "1:0", "--unit", "1:2"],
            ["c.svg", "--surface", "2"], ["c.html"],
            ["c.svg", "--frames", "epochs/epoch-000.safetensors", "epochs/epoch-001.safetensors"],
            ["c.html", "--frames", "epochs/epoch-000.safetensors"],
        ] {
            let arguments = ["partition", "toy.safetensors", "--box", "-1:1", "--quiet", "-o"] + options
            var bytes: [Data] = []
            for _ in 0..<2 {
                let outcome = try place.start(arguments).outcome()
                #expect(outcome.status == 0 && outcome.error == "", "\(options)")
                bytes.append(try Data(contentsOf: URL(filePath: place.path(options[0]))))
            }
            #expect(bytes[0] == bytes[1] && bytes[0].count > 1_000, "\(options)")
        }
        #expect(try place.files().contains("epochs"))
    }

    @Test("The answers agree with one another, and with the file")
    func answers() throws {
        let object = try json(place.maso("partition", "toy.safetensors", "--box", "-1:1", "-o", "c.json", "--json").output)
        let file = try json(text("c.json"))
        #expect(file["cells"]?.array?.count == object["regions"]?.int)
        #expect(file["adjacency"]?.array?.count == object["adjacentPairs"]?.int)
        #expect(file["boundary"]?["pieces"]?.int == object["boundaryPieces"]?.int)
        #expect(file["boundary"]?["length"]?.double == object["boundaryLength"]?.double)
        #expect(file["classes"] == object["classes"] && file["distributions"] == object["distributions"])
        #expect(file["domain"]?.text() == #"{"box":[[-1.0,1.0],[-1.0,1.0]]}"#)
        let area = try #require(object["classes"]?.array).compactMap { $0["area"]?.double }.reduce(0, +)
        #expect(abs(area - 4) <= 1e-12)
    }

    static let refusals: [([String], String)] = [
        (["--layer", "2", "-o", "c.svg"], "--layer 2: the network has nonlinearities 0 to 1"),
        (["--depth", "7", "-o", "c.svg"], "--depth 7: the network has nonlinearities 0 to 1"),
        (["--unit", "1:3", "-o", "c.svg"], "--unit 1:3: the network has units 0:0 to 0:44, 1:0 to 1:2"),
        (["--surface", "4", "-o", "c.svg"], "--surface 4: the network has outputs 0 to 3"),
        (["--data", "digits", "-o", "c.svg"], "digits: samples of shape [1, 8, 8], the network reads [2]"),
        (["--frames", "absent.safetensors", "-o", "c.svg"], "absent.safetensors: no such file"),
    ]

    @Test("Refusals: one line and no file", arguments: refusals.indices)
    func refusal(index: Int) throws {
        let (options, line) = PartitionTests.refusals[index]
        let outcome = try place.start(["partition", "toy.safetensors", "--box", "-1:1"] + options).outcome()
        #expect(outcome.error == "maso: \(line)\n" && outcome.output == "" && outcome.status != 0)
        #expect(try !place.files().contains("c.svg"))
    }

    @Test("Usage: what excludes what, and which files hold what")
    func usage() throws {
        for (options, text) in [
            (["--layer", "0", "--depth", "0", "-o", "c.svg"], "--layer and --depth exclude each other"),
            (["--frames", "a.safetensors", "-o", "c.png"], "--frames: expected -o with a name ending in .svg or .html"),
            (["--surface", "0", "-o", "c.html"], "--surface: expected -o with a name ending in .svg; .html has the first outputs"),
            (["--unit", "3", "-o", "c.svg"], "'3'"), (["--color", "red", "-o", "c.svg"], "'red'"),
        ] {
            let outcome = try place.start(["partition", "toy.safetensors", "--box", "-1:1"] + options).outcome()
            #expect(outcome.status == 64 && outcome.error.contains(text), "\(outcome.error)")
        }
    }
}
