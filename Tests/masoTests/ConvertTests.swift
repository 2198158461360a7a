// Models as files of another format, by command: what comes out computes what went in, here and in onnxruntime.

import Foundation
import MaxAffineSplines
import TestSupport
import Testing

@Suite struct ConvertTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    private static let models = root.appending(path: "Tests/InterchangeTests/Fixtures/ONNX").path()

    /// Python with onnx and onnxruntime: `MASO_PYTHON`, or `python3`; `nil` where it has neither.
    private static let python: String? = {
        let python = ProcessInfo.processInfo.environment["MASO_PYTHON"] ?? "python3"
        return (try? run("/usr/bin/env", [python, "-c", "import onnx, onnxruntime"]))?.status == 0 ? python : nil
    }()

    private static func run(_ program: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        let pipe = Pipe()
        (process.standardOutput, process.standardError) = (pipe, pipe)
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }

    private func samples(_ place: Workplace, _ shape: [Int], _ name: String = "x.npy") throws {
        var generator = RandomGenerator(seed: 5, purpose: "convert")
        try NumpyArray.write(
            Tensor<Double>(shape: shape, elements: (0..<shape.reduce(1, *)).map { _ in generator.uniform(-1, 1) }), to: place.path(name))
    }

    private func affine(_ place: Workplace, _ model: String, _ out: String, _ options: String...) throws -> [[Double]] {
        let outcome = try place.start(["affine", model, "x.npy", "-o", out] + options).outcome()
        #expect(outcome.status == 0, "\(outcome.error)")
        return try ["slopes", "offsets", "outputs"].map {
            try NumpyArray.read(path: place.path("\(out)/\($0).npy")).converted(to: Double.self).elements
        }
    }

    private func near(_ a: [[Double]], _ b: [[Double]], _ tolerance: Double) -> Bool {
        zip(a, b).allSatisfy { a, b in
            let scale = max(1, b.map(abs).max() ?? 0)
            return a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance * scale }
        }
    }

    @Test(
        "A native network as ONNX has the same maps, and comes back as the same file",
        arguments: [("DigitsCNN:batchNorm", [1, 8, 8]), ("Toy", [2]), ("RNN:input=4x6", [4, 6]), ("Resnet3:input=3x8x8", [3, 8, 8])])
    func roundTrip(architecture: String, shape: [Int]) throws {
        let place = try Workplace()
        try samples(place, [3] + shape)
        #expect(try place.maso("convert", architecture, "--init", "3", "a.safetensors").status == 0)
        #expect(try place.maso("convert", "a.safetensors", "a.onnx").status == 0)
        #expect(try place.maso("convert", "a.onnx", "b.safetensors").status == 0)
        let bytes = { (name: String) in try Data(contentsOf: URL(filePath: place.path(name))) }
        #expect(try bytes("a.safetensors") == bytes("b.safetensors"))
        let (mine, theirs) = (try affine(place, "a.safetensors", "mine"), try affine(place, "a.onnx", "theirs"))
        #expect(near(theirs, mine, 1e-7))
    }

    @Test(
        "Networks of PyTorch and scikit-learn that are chains of our layers become native ones with the same maps",
        arguments: ["mlp-dynamo-20", "lenet-script-17", "mobilenet-dynamo-20", "unet-script-17", "scikit-regressor"])
    func recognized(name: String) throws {
        let place = try Workplace()
        let model = "\(Self.models)/\(name).onnx"
        let info = try JSONValue(parsing: Array(place.maso("info", model, "--json").output.utf8), file: "info")
        try samples(place, [3] + (try #require(info["inputs"]?.array?[0]["shape"]?.array).compactMap(\.int)))
        #expect(try place.maso("convert", model, "out.safetensors").status == 0)
        let (mine, theirs) = (try affine(place, "out.safetensors", "mine"), try affine(place, model, "theirs"))
        #expect(near(mine, theirs, 1e-12))
    }

    @Test("Preprocessing becomes part of what is written")
    func preprocessing() throws {
        let place = try Workplace()
        try samples(place, [3, 1, 10, 10])
        let (model, options) = ("\(Self.models)/lenet-script-17.onnx", ["--scale", "0.5", "--mean", "0.25", "--std", "0.5"])
        let prepared = try affine(place, model, "prepared", "--scale", "0.5", "--mean", "0.25", "--std", "0.5")
        for name in ["out.onnx", "out.safetensors"] {
            #expect(try place.start(["convert", model, name] + options).outcome().status == 0)
            #expect(near(try affine(place, name, "out"), prepared, 1e-12))
        }
    }

    @Test("An array bound for one sample is written for any number of them", arguments: [-1, 4])
    func boundArray(batch: Int) throws {
        // y = relu(x W + c)
        let weight: [Float] = [0.5, -1, 0.25, 1, 0.75, -0.5]
        let model = Written.model(
            Written.graph(
                [
                    Written.node("MatMul", ["x", "w"], ["h"], name: "dense"), Written.node("Add", ["h", "c"], ["s"], name: "shift"),
                    Written.node("Relu", ["s"], ["y"], name: "relu"),
                ], inputs: [Written.value("x", [batch, 3]), Written.value("c", [batch, 2])], [Written.floats("w", [3, 2], weight)]))
        let place = try Workplace()
        try Data(model.bytes).write(to: URL(filePath: place.path("m.onnx")))
        let shift = [0.5, -0.25]
        try NumpyArray.write(Tensor<Double>(shape: [1, 2], elements: shift), to: place.path("c.npy"))
        let written = try place.maso("convert", "m.onnx", "out.onnx", "--bind", "c=c.npy")
        #expect(written.status == 0, "\(written.error)")
        let dimensions = try ONNXModel(path: place.path("out.onnx")).inputs.map(\.dimensions)
        #expect(dimensions == [[.symbol("batch"), .size(3)]])
        try samples(place, [5, 3])
        let x = try NumpyArray.read(path: place.path("x.npy")).converted(to: Double.self)
        #expect(try place.maso("predict", "out.onnx", "x.npy", "-o", "y.npy").status == 0)
        let y = try NumpyArray.read(path: place.path("y.npy")).converted(to: Double.self)
        for n in 0..<5 {
            for k in 0..<2 {
                let u = (0..<3).reduce(shift[k]) { $0 + x[n, $1] * Double(weight[2 * $1 + k]) }
                #expect(abs(y[n, k] - max(u, 0)) < 1e-15)
            }
        }
    }

    @Test("A network is written in the type of its weights, whatever numbers its samples were prepared with")
    func writtenType() throws {
        let place = try Workplace()
        let type = { (name: String) in try ONNXModel(path: place.path(name)).inputs.map(\.type) }
        // 0.1307 and 0.3081 are no Floats.
        let model = "\(Self.models)/lenet-script-17.onnx"
        #expect(try place.maso("convert", model, "a.safetensors", "--mean", "0.1307", "--std", "0.3081").status == 0)
        #expect(try place.maso("convert", "a.safetensors", "a.onnx").status == 0)
        #expect(try type("a.onnx") == [.float])
        // A weight that is no Float makes a network of Double.
        let network = Network(try Architecture.named("Toy"), seed: 1)
        let tensors = network.parameters.tensors(as: Double.self).map { $0.map { $0 + 0x1p-40 } }
        try Network(network.architecture, Parameters(names: network.parameters.names, tensors: tensors)).write(
            to: place.path("d.safetensors"))
        #expect(try place.maso("convert", "d.safetensors", "d.onnx").status == 0)
        #expect(try type("d.onnx") == [.double])
    }

    @Test("Weights of another program are read by an architecture in JSON, and become a native model")
    func foreignWeights() throws {
        let place = try Workplace()
        let tensors = [
            NamedTensor(name: "fc.weight", tensor: .float32(Tensor(shape: [2, 3], elements: [1, 2, 3, 4, 5, 6]))),
            NamedTensor(name: "fc.bias", tensor: .float16(Tensor(shape: [2], elements: [0.5, -0.5]))),
            NamedTensor(name: "steps", tensor: .int64(Tensor(shape: [], elements: [7]))),
        ]
        try SafetensorsFile(tensors: tensors).write(to: place.path("weights.safetensors"))
        func write(_ tensors: JSONValue) throws {
            let json: JSONValue = [
                "version": 1, "name": "mine", "input": [3], "classes": 2, "layers": [["type": "dense", "units": 2]], "tensors": tensors,
            ]
            try OutputFile.write(json.text(), to: place.path("net.json"))
        }
        try write(["dense1.weight": "fc.weight", "dense1.bias": "fc.bias"])
        try NumpyArray.write(Tensor<Double>(shape: [1, 3], elements: [1, 1, 2]), to: place.path("x.npy"))
        #expect(
            try affine(place, "weights.safetensors", "out", "--architecture", "net.json") == [
                [1, 2, 3, 4, 5, 6], [0.5, -0.5], [9.5, 20.5],
            ])
        #expect(try place.maso("convert", "weights.safetensors", "native.safetensors", "--architecture", "net.json").status == 0)
        #expect(try affine(place, "native.safetensors", "out")[2] == [9.5, 20.5])
        func refusal() throws -> String {
            let outcome = try place.maso("info", "weights.safetensors", "--architecture", "net.json")
            return "\(outcome.status) \(outcome.error)"
        }
        try write(["dense1.weight": "fc.weight"])
        #expect(try refusal() == "65 maso: weights.safetensors: tensor «dense1.bias»: expected shape [2], found no such tensor\n")
        try write(["dense1.weight": "fc.bias", "dense1.bias": "fc.weight"])
        #expect(try refusal() == "65 maso: weights.safetensors: tensor «fc.bias»: expected shape [2, 3], found [2]\n")
        try write(["conv1.weight": "fc.weight"])
        #expect(
            try refusal()
                == "65 maso: net.json: tensors: expected parameters of the architecture (dense1.weight, dense1.bias), found «conv1.weight»\n"
        )
        try write(["dense1.weight": 3])
        #expect(try refusal() == "65 maso: net.json: tensors: «dense1.weight»: expected a string, found a number\n")
    }

    @Test("What cannot be converted is refused in one line")
    func refusals() throws {
        let place = try Workplace()
        func refusal(_ arguments: String...) throws -> String {
            let outcome = try place.start(["convert"] + arguments).outcome()
            return "\(outcome.status) \(outcome.error.replacingOccurrences(of: Self.models + "/", with: ""))"
        }
        #expect(
            try refusal("\(Self.models)/lstm-script-17.onnx", "out.safetensors")
                == "69 maso: lstm-script-17.onnx: is no chain of the layers of native models: «/Gather» (gather)\n")
        #expect(try refusal("Toy", "--init", "1", "out.pt") == "64 maso: out.pt: expected a name ending in .onnx or .safetensors\n")
        #expect(try place.files() == [])
    }

    @Test(
        "onnx checks what is written, and onnxruntime computes the same for any batch",
        .enabled(if: python != nil, "needs python3 (or $MASO_PYTHON) with onnx and onnxruntime"),
        arguments: [
            ("DigitsCNN:batchNorm", [1, 8, 8]), ("SmallCNN:pooling=mean,batchNorm", [1, 28, 28]), ("Toy", [2]), ("RNN:input=4x6", [4, 6]),
            ("Resnet3:input=3x8x8,batchNorm", [3, 8, 8]), ("LargeCNN", [3, 32, 32]), ("largeCNN", [3, 32, 32]), ("MLP-9-7:input=5", [5]),
        ])
    func onnxruntime(architecture: String, shape: [Int]) throws {
        let place = try Workplace()
        try samples(place, [4] + shape)
        #expect(try place.maso("convert", architecture, "--init", "3", "a.onnx").status == 0)
        #expect(try place.maso("predict", architecture, "--init", "3", "x.npy", "-o", "y.npy").status == 0)
        let check = Self.root.appending(path: "Tools/check-onnx.py").path()
        let outcome = try Self.run(
            "/usr/bin/env", [Self.python!, check, place.path("a.onnx"), place.path("x.npy"), place.path("y.npy")])
        #expect(outcome.status == 0, "\(outcome.output)")
    }
}
