// What users type wrong, and what their files hold wrong: one line, the documented exit code, nothing left behind (DESIGN §6).

import Foundation
import MaxAffineSplines
import Testing

@Suite struct UsageTests {
    let place: Workplace

    init() throws {
        place = try Workplace()
        try NumpyArray.write(Tensor<Double>.zeros([2, 2]), to: place.path("x.npy"))
        try OutputFile.write([UInt8]("\u{93}NUMPY".utf8.prefix(3)), to: place.path("short.npy"))
        try NumpyArray.write(Tensor<Double>(shape: [1, 2], elements: [0, .nan]), to: place.path("nan.npy"))
        try OutputFile.write("no model", to: place.path("text.safetensors"))
    }

    /// Commands with the exit code and the whole line on standard error.
    static let refusals: [([String], Int32, String)] = [
        (
            ["info", "toy", "--init", "1"], 64,
            "architecture: expected one of \(Architecture.names.joined(separator: ", ")), got 'toy'"
        ),
        (["info", "Toy"], 64, "Toy: an architecture needs --init SEED, and a file has a dot or a slash in its name"),
        (["info", "absent.safetensors"], 66, "absent.safetensors: no such file"),
        (["info", "model.pt"], 69, "model.pt: a PyTorch file; export it: torch.onnx.export(model, example, \"model.onnx\")"),
        (["affine", "Toy", "--init", "1", "absent.npy", "-o", "out"], 66, "absent.npy: no such file"),
        (["affine", "Toy", "--init", "1", "x.npy", "-o", "no/out"], 73, "no/out: cannot be created: no such folder"),
        (["affine", "Toy", "--init", "1", "x.npy", "-o", "x.npy"], 73, "x.npy: cannot be created: is a file, not a folder"),
        (["affine", "Toy", "--init", "1", "nan.npy", "-o", "out"], 65, "nan.npy: sample 0: expected finite numbers, found nan"),
        (["affine", "SmallCNN", "--init", "1", "x.npy", "-o", "out"], 65, "x.npy: shape: expected [N, 1, 28, 28], found [2, 2]"),
        (
            ["affine", "Toy", "--init", "1", "x.npy", "-o", "out", "--to", "relu7"], 64,
            "Toy: no layer 'relu7'; the layers are relu1, relu2, output"
        ),
        (["codes", "Toy", "--init", "1", "x.npy", "-o", "no/c.npz"], 73, "no/c.npz: cannot be created: no such folder"),
        (["neighbors", "Toy", "--init", "1", "--data", "toy:spiral", "--query", "0"], 64, "toy:spiral: unknown toy data (spirals, moons)"),
        (
            ["neighbors", "Toy", "--init", "1", "--data", "toy:spirals", "--query", "-1"], 64,
            "sample -1: toy:spirals has samples 0 to 1999"
        ),
        (
            ["neighbors", "Toy", "--init", "1", "--data", "digits", "--query", "1"], 65,
            "digits: samples of shape [1, 8, 8], the network reads [2]"
        ),
        (
            ["data", "mnist", "nowhere", "--samples", "0", "-o", "s.npy"], 66,
            "nowhere/t10k-images-idx3-ubyte: no such file (nor t10k-images-idx3-ubyte.gz)"
        ),
        (["data", "mnst"], 64, "mnst: unknown data set (mnist, fashion-mnist, cifar10, cifar100, svhn)"),
    ]

    @Test("Refusals: one line, the exit code, no new file", arguments: refusals.indices)
    func refusal(index: Int) throws {
        let (arguments, status, line) = UsageTests.refusals[index]
        let before = try place.files()
        let outcome = try place.start(arguments).outcome()
        #expect(outcome == Workplace.Outcome(status: status, output: "", error: "maso: \(line)\n"))
        #expect(try place.files() == before)
    }

    @Test("Damaged files end with 65 and say where", arguments: ["short.npy", "text.safetensors"])
    func damaged(name: String) throws {
        let outcome =
            name.hasSuffix("npy") ? try place.maso("codes", "Toy", "--init", "1", name, "-o", "c.npz") : try place.maso("info", name)
        #expect(outcome.status == 65)
        #expect(outcome.error.hasPrefix("maso: \(name): "))
        #expect(outcome.error.split(separator: "\n").count == 1)
    }

    @Test("Unknown options and commands end with 64")
    func parsing() throws {
        for arguments in [
            ["frobnicate"], ["info"], ["info", "Toy", "--init", "x"], ["info", "Toy", "--frob"], ["data", "digits", "--samples", "1"],
        ] {
            #expect(try place.start(arguments).outcome().status == 64)
        }
    }

    @Test("A full disk ends with 74, and nothing is half-written")
    func fullDisk() throws {
        let outcome = try place.maso("codes", "Toy", "--init", "1", "x.npy", "-o", "/dev/full")
        #expect(
            outcome == Workplace.Outcome(status: 74, output: "", error: "maso: /dev/full: writing failed: no space left on the device\n"))
        let printed = try place.start(["info", "Toy", "--init", "1"], outputPath: "/dev/full").outcome()
        #expect(printed.status == 74)
        #expect(printed.error.hasPrefix("maso: /dev/stdout: writing failed"))
    }

    @Test("--version and --help end with 0 on standard output")
    func help() throws {
        #expect(try place.maso("--version") == Workplace.Outcome(status: 0, output: "maso \(MaxAffineSplinesVersion.text)\n", error: ""))
        let help = try place.maso("affine", "--help")
        #expect(help.status == 0 && help.error.isEmpty && help.output.hasPrefix("OVERVIEW: Writes the local affine map"))
    }
}
