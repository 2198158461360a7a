// Training by command: interrupted and killed runs continue to the same bits, and what is wrong is refused before work starts.

import Foundation
import MaxAffineSplines
import Testing

@Suite struct TrainingCommandTests {
    let place: Workplace

    init() throws { place = try Workplace() }

    private func train(_ output: String, epochs: Int, _ more: String...) -> [String] {
        [
            "train", "DigitsCNN", "--data", "digits", "--seed", "3", "--threads", "1", "--learning-rate-decay", "0.9", "--epochs",
            "\(epochs)", "-o", output, "--json",
        ] + more
    }

    private func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(filePath: place.path(name))) }

    /// Starts a run of far too many epochs, ends it by `signal` after the first, and continues it for two more epochs than it had: the
    /// model must be, byte for byte, that of a run that was never stopped.
    private func stopAndResume(_ signal: Int32) throws -> Workplace.Outcome {
        let running = try place.start(train("m.safetensors", epochs: 100_000))
        let start = ContinuousClock.now
        while try String(contentsOf: running.error, encoding: .utf8).contains("epoch 1") == false {
            try #require(running.process.isRunning && start.duration(to: .now) < .seconds(300))
            usleep(2_000)
        }
        kill(running.process.processIdentifier, signal)
        let outcome = try running.outcome()
        #expect(try place.files() == ["m.safetensors.checkpoint"])
        let epochs = outcome.error.split(separator: "\n").count { $0.hasPrefix("epoch ") } + 2
        #expect(try place.start(train("m.safetensors", epochs: epochs, "--resume")).outcome().status == 0)
        #expect(try place.start(train("whole.safetensors", epochs: epochs)).outcome().status == 0)
        #expect(try bytes("m.safetensors") == bytes("whole.safetensors"))
        return outcome
    }

    @Test("A run interrupted by Ctrl-C says how to continue, and continues to the same bits")
    func interrupted() throws {
        let outcome = try stopAndResume(SIGINT)
        #expect(outcome.status == 130 && outcome.output == "")
        let command = train("m.safetensors", epochs: 100_000).joined(separator: " ")
        #expect(outcome.error.hasSuffix("maso: interrupted; continue with: maso \(command) --resume\n"))
    }

    @Test("A run killed between checkpoints leaves no half-written file, and continues to the same bits")
    func killed() throws { #expect(try stopAndResume(SIGKILL).status == -SIGKILL) }

    @Test("A trained model is evaluated, predicted and read")
    func readBack() throws {
        let object = try JSONValue(parsing: Array(place.start(train("m.safetensors", epochs: 30)).outcome().output.utf8), file: "train")
        let evaluated = try JSONValue(
            parsing: Array(place.maso("evaluate", "m.safetensors", "--data", "digits", "--json").output.utf8), file: "evaluate")
        #expect(object["testAccuracy"]?.double == evaluated["accuracy"]?.double)
        #expect(try #require(evaluated["accuracy"]?.double) > 0.9)
        let confusion = try #require(evaluated["confusion"]?.array)
        #expect(confusion.count == 10 && confusion.allSatisfy { $0.array?.count == 10 })
        #expect(confusion.flatMap { $0.array! }.compactMap(\.int).reduce(0, +) == evaluated["samples"]?.int)
        try place.maso("data", "digits", "--samples", "0-8", "-o", "x.npy")
        #expect(try place.maso("predict", "m.safetensors", "x.npy", "-o", "y.npy").status == 0)
        #expect(try place.maso("affine", "m.safetensors", "x.npy", "-o", "out").status == 0)
        let (y, outputs): (Tensor<Double>, Tensor<Double>) = (
            try NumpyArray.read(path: place.path("y.npy")).converted(), try NumpyArray.read(path: place.path("out/outputs.npy")).converted()
        )
        // Float against Double over a dozen layers' worth of sums below 300 terms each.
        #expect(zip(y.elements, outputs.elements).allSatisfy { abs($0 - $1) <= 1e-4 * max(1, abs($1)) })
    }

    @Test("Settings come from TOML, options override them, and wrong ones are named")
    func settings() throws {
        try OutputFile.write("epochs = 1\nbatch = 32\noptimizer = \"nesterov\"\nlearningRate = 0.05\n", to: place.path("good.toml"))
        try OutputFile.write("epochs = 1\nbatsh = 32\n", to: place.path("key.toml"))
        try OutputFile.write("epochs = = 1\n", to: place.path("broken.toml"))
        let toy = ["train", "Toy", "--data", "toy:moons", "-o", "m.safetensors", "--json", "--quiet", "--config"]
        let object = try JSONValue(parsing: Array(place.start(toy + ["good.toml", "--epochs", "2"]).outcome().output.utf8), file: "train")
        #expect(object["epochs"]?.int == 2)
        #expect(object["history"]?.array?[0]["learningRate"]?.double == 0.05)
        let unknown = try place.start(toy + ["key.toml"]).outcome()
        #expect(unknown.status == 65 && unknown.error.hasPrefix("maso: key.toml: batsh: expected one of epochs, batch"))
        let broken = try place.start(toy + ["broken.toml"]).outcome()
        #expect(broken.status == 65 && broken.error.hasPrefix("maso: broken.toml: line 1, column 1"))
    }

    @Test("A resumed training takes the checkpoint's settings, and says what else it was asked for")
    func resumedSettings() throws {
        let command = ["train", "MLP-4", "--data", "toy:moons", "-o", "r.safetensors"]
        #expect(try place.start(command + ["--epochs", "2", "--batch", "32", "--quiet"]).outcome().status == 0)
        let resumed = try place.start(command + ["--resume", "--json"]).outcome()
        #expect(resumed.status == 0 && resumed.output.contains("\"epochs\":2"), "\(resumed)")
        let other = try place.start(command + ["--resume", "--batch", "16"]).outcome()
        #expect(other.status == 64)
        #expect(other.error == "maso: r.safetensors.checkpoint: batch: the checkpoint has 32, asked for is 16\n")
    }

    @Test("Classes are matched by name, whatever a file's own order of them")
    func classNames() throws {
        let rows = (0..<30).map { "\(Double($0 % 3) + Double($0) / 100),\(["cat", "dog", "eel"][$0 % 3])\n" }
        try OutputFile.write("x,label\n" + rows.joined(), to: place.path("train.csv"))
        try OutputFile.write("x,label\n" + rows.filter { !$0.contains("cat") }.joined(), to: place.path("two.csv"))
        try OutputFile.write("x,label\n0,fox\n1,dog\n", to: place.path("other.csv"))
        let train = ["train", "MLP-8", "--data", "csv:train.csv", "-o", "c.safetensors", "--epochs", "2000", "--quiet"]
        #expect(try place.start(train).outcome().status == 0)
        let whole = try place.start(["evaluate", "c.safetensors", "--data", "csv:train.csv", "--split", "train"]).outcome()
        #expect(whole.status == 0 && whole.output.contains("accuracy 1,"), "\(whole)")
        let part = try place.start(["evaluate", "c.safetensors", "--data", "csv:two.csv"]).outcome()
        #expect(part.status == 0 && part.output.contains("accuracy 1,") && part.output.contains("cat  0    0    0"), "\(part)")
        let other = try place.start(["evaluate", "c.safetensors", "--data", "csv:other.csv"]).outcome()
        #expect(other.status == 65)
        #expect(other.error == "maso: csv:other.csv: labels: expected the network's classes cat, dog, eel, found 'fox'\n")
        let named = try place.start(["evaluate", "MLP-4:input=1,classes=20", "--init", "1", "--data", "csv:train.csv"]).outcome()
        #expect(named.status == 0 && named.output.contains("\n19 "), "\(named)")
    }

    @Test("Bad input is refused in one line with its exit code, and nothing is left behind")
    func refusals() throws {
        try OutputFile.write([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 7], to: place.path("short.idx"))
        try OutputFile.write([0, 0, 8, 1, 0, 0, 0, 2, 1, 0], to: place.path("labels.idx"))
        let before = try place.files()
        let cases: [([String], Int32, String)] = [
            (["train", "DigitsCNN", "--data", "idx:short.idx,labels.idx", "-o", "m.safetensors"], 65, "short.idx: "),
            (["train", "DigitsCNN", "--data", "idx:absent.idx,labels.idx", "-o", "m.safetensors"], 66, "absent.idx: no such file"),
            (["train", "Toy", "--data", "digits", "-o", "m.safetensors"], 64, "Toy: input: expected a vector D, got [1, 8, 8]"),
            (["train", "DigitsCNN", "--data", "digits", "-o", "m.onnx"], 64, "-o m.onnx: expected a name that ends in"),
            (["train", "RNN:batchNorm", "--data", "digits", "-o", "m.safetensors"], 64, "RNN: "),
            (
                ["train", "DigitsCNN", "--data", "digits", "-o", "m.safetensors", "--max-memory", "1M", "--threads", "1"], 69,
                "training needs "
            ),
            (
                ["train", "DigitsCNN", "--data", "digits", "-o", "no/m.safetensors"], 73,
                "no/m.safetensors: cannot be created: no such folder"
            ),
            (["train", "DigitsCNN", "--data", "digits", "-o", "m.safetensors", "--resume"], 66, "m.safetensors.checkpoint: no such file"),
            (["train", "DigitsCNN", "--data", "digits", "-o", "m.safetensors", "--batch", "0"], 64, "batch: expected "),
        ]
        for (arguments, status, start) in cases {
            let outcome = try place.start(arguments).outcome()
            #expect(outcome.status == status, "\(arguments): \(outcome)")
            #expect(outcome.error.hasPrefix("maso: \(start)"), "\(arguments): \(outcome.error)")
            #expect(outcome.error.split(separator: "\n").count == 1 && outcome.output.isEmpty)
            #expect(try place.files() == before, "\(arguments)")
        }
    }
}
