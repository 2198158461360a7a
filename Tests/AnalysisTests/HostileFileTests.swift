// Files for the readers above Interchange that are wrong on purpose, each with the whole of its error; then bytes changed at random.

import Analysis
import Foundation
import Interchange
import Networks
import Partitions
import Tensors
import TestSupport
import Testing
import Training

@Suite struct HostileFileTests {
    private func fixture(_ name: String) throws -> [UInt8] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/readers")
        return try InputFile(path: folder.appending(path: name).path).stored
    }

    /// The exit code and the text of what `body` throws, `nil` where it throws nothing.
    private func errorText(_ body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch let error as InterchangeError { return "\(error.exitCode) \(error)" } catch { return "untyped: \(error)" }
    }

    @Test("What the fuzz targets start from is accepted")
    func accepted() throws {
        for (name, file) in [("checkpoint", "moons.checkpoint"), ("settings", "settings.toml"), ("domain", "domain.json")] {
            try #require(Reader.analysis.first { $0.name == name }).read(fixture(file))
        }
        let settings = try TrainingConfiguration(toml: fixture("settings.toml"), file: "x")
        #expect(settings.batch == 32 && settings.seed == 18_000 && settings.learningRateDecay == 1 && !settings.shuffle)
        #expect(settings.heldOut == 0.25 && settings.initializer == .heNormal)
        let domain = try Domain(json: fixture("domain.json"), file: "x")
        #expect(
            domain
                == Domain(
                    .box([-1...1, 0.5...2000]),
                    embedding: Domain.Embedding(origin: [0, 1, -2.5], directions: [[1, 0, 0.25], [0, -1, 1e-3]])))
    }

    @Test(
        "Settings: the place of what is wrong",
        arguments: [
            ("epochs = [", "line 1: expected a setting, name = value, found «epochs = [»"),
            ("# here\n [# ", "line 2: expected a setting, name = value, found « [# »"),
            ("epochs.# = 1", "line 1: expected a setting, name = value, found «epochs.# = 1»"),
            ("epochs = {# ", "line 1: expected a setting, name = value, found «epochs = {# »"),
            ("epochs =", "line 1, column 9: expected TOML, found "),
            ("epochs = 1\nepochs = 2\n", "line 2, column 10: expected TOML, found "),
            ("epochs = \"many\"", "epochs: expected a whole number, found another value"),
            ("epochs = 1e3", "epochs: expected a whole number, found another value"),
            ("batch = 99999999999999999999", "line 1, column 29: expected TOML, found "),
            ("seed = -1", "seed: expected a whole number of at least 0, found -1"),
            ("seed = \"one\"", "seed: expected a whole number of at least 0, found another value"),
            ("optimizer = \"sgd\"", "optimizer: expected one of gradientDescent, nesterov, adam, found 'sgd'"),
            ("shuffle = 1", "shuffle: expected true or false, found another value"),
            ("learningRate = 1979-05-27", "learningRate: expected a number, found another value"),
            ("[epochs]\nx = 1", "line 1: expected a setting, name = value, found «[epochs]»"),
        ])
    func settings(text: String, found: String) throws {
        let error = try #require(errorText { _ = try TrainingConfiguration(toml: Array(text.utf8), file: "x") })
        #expect(error.hasPrefix("65 x: \(found)"), "\(error)")
        #expect(!error.contains("\n"))
    }

    @Test("Settings that are not text")
    func notText() {
        #expect(
            errorText { _ = try TrainingConfiguration(toml: [0x61, 0xff, 0x3d], file: "x") }
                == "65 x: text: expected UTF-8, found other bytes")
    }

    @Test(
        "Domains: the member that is wrong",
        arguments: [
            ("[]", "box: expected a list of [low, high], or as polygon a list of [x, y], found nothing"),
            (#"{"box": []}"#, "box: expected a list of [low, high], or as polygon a list of [x, y], found []"),
            (#"{"box": [[0, 1]], "polygon": []}"#, "polygon: expected a box or a polygon, found []"),
            (#"{"polygon": 3}"#, "polygon: expected a list of [x, y], found 3"),
            (#"{"polygon": [[0, 1], [2]]}"#, "polygon[1]: expected [x, y], found [2]"),
            (#"{"polygon": [[0, 1], [2, 0]]}"#, "corners: expected at least 3, finite, found 2"),
            (
                #"{"polygon": [[0, 0], [1, 1], [2, 2]]}"#,
                "corner: expected one inside the side from (0.0, 0.0) to (1.0, 1.0), as all corners of a convex polygon are, found (2.0, 2.0)"
            ),
            (
                #"{"polygon": [[0, 0], [1, 0], [0, 1]], "embedding": {"origin": [0], "directions": []}}"#,
                "embedding.directions: expected 2 directions, one a coordinate of the polygon, found []"
            ),
            (#"{"box": [[1, 1]]}"#, "box[0]: expected [low, high] with low < high, found [1,1]"),
            (#"{"box": [[0, 1e999]]}"#, "box[0]: expected a list of finite numbers, found [0,1e999]"),
            (#"{"box": [[0, 1], [0]]}"#, "box[1]: expected [low, high] with low < high, found [0]"),
            (#"{"box": [[0, 1]], "embedding": {}}"#, "embedding.origin: expected a list of finite numbers, found nothing"),
            (
                #"{"box": [[0, 1]], "embedding": {"origin": [0], "directions": []}}"#,
                "embedding.directions: expected 1 directions, one a coordinate of the box, found []"
            ),
            (
                #"{"box": [[0, 1]], "embedding": {"origin": [0], "directions": [[1, 2]]}}"#,
                "embedding.directions[0]: expected 1 numbers, as the origin has, found [1,2]"
            ),
            (
                #"{"box": [[0, 1], [0, 1]], "embedding": {"origin": [0, 0], "directions": [[1, 2], [2, 4]]}}"#,
                "embedding.directions: expected directions that are independent by 1e-12 or more, found [[1,2],[2,4]]"
            ),
        ])
    func domains(text: String, found: String) {
        #expect(errorText { _ = try Domain(json: Array(text.utf8), file: "x") } == "65 x: \(found)")
    }

    @Test("Law: bytes changed at random are read or refused, with a typed error of one line", arguments: UInt64(0)..<20)
    func mutation(seed: UInt64) throws {
        var generator = RandomGenerator(seed: seed)
        let seeds = try ["moons.checkpoint", "settings.toml", "domain.json"].map(fixture)
        for _ in 0..<60 {
            let bytes = mutated(seeds, &generator)
            for reader in Reader.analysis {
                do { try reader.read(bytes) } catch {
                    #expect(error is InterchangeError || error is TrainingError, "\(reader.name): \(error)")
                    #expect(!"\(error)".contains("\n"), "\(reader.name): \(error)")
                }
            }
        }
    }
}
