// Small models, written field by field, that no exporter of the fixtures writes: by command.

import Foundation
import MaxAffineSplines
import TestSupport
import Testing

private typealias W = Written

@Suite struct WrittenModelTests {
    let place: Workplace

    init() throws { place = try Workplace() }

    /// A model of the nodes given, from x, `N` samples of `shape`, to y.
    private func write(_ name: String, _ shape: [Int], _ nodes: [Message], _ initializers: [Message] = []) throws {
        let graph = W.graph(nodes, inputs: [W.value("x", [-1] + shape)], initializers)
        try OutputFile.write(W.model(graph).bytes, to: place.path(name))
    }

    private func write(_ name: String, _ shape: [Int], samples: [Double]) throws {
        try NumpyArray.write(Tensor(shape: shape, elements: samples), to: place.path(name))
    }

    private func numbers(_ name: String) throws -> [Double] {
        try NumpyArray.read(path: place.path(name)).converted(to: Double.self).elements
    }

    private func json(_ arguments: String...) throws -> JSONValue {
        let outcome = try place.start(arguments + ["--json"]).outcome()
        #expect(outcome.status == 0, "\(outcome.error)")
        return try JSONValue(parsing: Array(outcome.output.utf8), file: "output")
    }

    private func refusal(_ arguments: String...) throws -> String {
        let outcome = try place.start(arguments).outcome()
        return "\(outcome.status) \(outcome.error)"
    }

    @Test("What is flattened across samples is no layer: refused by name")
    func flattenedAcrossSamples() throws {
        try write(
            "tokens.onnx", [2, 3],
            [
                W.node("Transpose", ["x"], ["t"], [W.attribute("perm", integers: [0, 2, 1])], name: "t"),
                W.node("Reshape", ["t", "rows"], ["r"], name: "rows"), W.node("MatMul", ["r", "w"], ["m"], name: "m"),
                W.node("Reshape", ["m", "back"], ["y"], name: "back"),
            ],
            [W.integers("rows", [2], [-1, 2]), W.integers("back", [2], [-1, 3]), W.floats("w", [2, 1], [1, 2])])
        #expect(
            try refusal("convert", "tokens.onnx", "out.safetensors")
                == "69 maso: tokens.onnx: is no chain of the layers of native models: «back» (reshape): shape [6, 1] becomes [2, 3], of "
                + "which the first axis is no longer that of the samples\n")
    }

    @Test("What does not depend on the data has slopes of 0: x⁰ is 1")
    func constantOutput() throws {
        try write("one.onnx", [3], [W.node("Pow", ["x", "zero"], ["y"], name: "p")], [W.floats("zero", [], [0])])
        try write("x.npy", [2, 3], samples: [1, -2, 3, 0.5, 4, -6])
        let read = try json("affine", "one.onnx", "x.npy", "-o", "out")
        #expect(read["residual"]?.double == 0 && read["boundary"] == [])
        #expect(try numbers("out/outputs.npy") == [Double](repeating: 1, count: 6))
        #expect(try numbers("out/offsets.npy") == [Double](repeating: 1, count: 6))
        #expect(try numbers("out/slopes.npy") == [Double](repeating: 0, count: 18))
    }

    @Test("A batch that is fixed at no sample is refused by every command")
    func emptyBatch() throws {
        let graph = W.graph([W.node("Relu", ["x"], ["y"])], inputs: [W.value("x", [0, 3])])
        try OutputFile.write(W.model(graph).bytes, to: place.path("none.onnx"))
        try write("x.npy", [2, 3], samples: [Double](repeating: 0, count: 6))
        for call in [
            ["info", "none.onnx"], ["affine", "none.onnx", "x.npy", "-o", "out"], ["codes", "none.onnx", "x.npy", "-o", "c.npz"],
            ["predict", "none.onnx", "x.npy", "-o", "y.npy"], ["region", "none.onnx", "x.npy"], ["convert", "none.onnx", "m.safetensors"],
        ] {
            let outcome = try place.start(call).outcome()
            #expect(outcome.status == 69 && outcome.error == "maso: none.onnx: input 'x' is a batch of 0 samples\n", "\(call)")
        }
    }

    @Test("Quantised numbers are on a boundary only half-way between two of them")
    func quantised() throws {
        try write(
            "q.onnx", [1],
            [W.node("QuantizeLinear", ["x", "s", "z"], ["q"]), W.node("DequantizeLinear", ["q", "s", "z"], ["y"], name: "d")],
            [W.floats("s", [], [0.25]), W.tensor("z", [], raw: [120], type: 2)])
        try write("x.npy", [8, 1], samples: [0.05, 0.175, 0.325, 0.425, 0.55, -0.325, 0.625, -0.7])
        let read = try json("affine", "q.onnx", "x.npy", "-o", "out")
        #expect(read["boundary"] == [6])
        #expect(try numbers("out/outputs.npy") == [0, 0.25, 0.25, 0.5, 0.5, -0.25, 0.5, -0.75])
        #expect(try numbers("out/slopes.npy") == [Double](repeating: 0, count: 8))
    }

    @Test("The two largest of four are piecewise affine, and on a boundary only where entries are equal")
    func largestEntries() throws {
        try write("top.onnx", [4], [W.node("TopK", ["x", "k"], ["y", ""], name: "t")], [W.integers("k", [1], [2])])
        try write("x.npy", [3, 4], samples: [1, 4, 2, 3, 0.5, -3, 9, 1, 0, 5, 5, 1])
        #expect(try json("info", "top.onnx")["kind"]?.string == "piecewise affine")
        let read = try json("affine", "top.onnx", "x.npy", "-o", "out")
        #expect(read["boundary"] == [2] && read["residual"]?.double == 0)
        #expect(try numbers("out/outputs.npy") == [4, 3, 9, 1, 5, 5])
        #expect(
            try numbers("out/slopes.npy") == [
                0, 1, 0, 0, 0, 0, 0, 1,  // 4 and 3
                0, 0, 1, 0, 0, 0, 0, 1,  // 9 and 1
                0, 1, 0, 0, 0, 0, 1, 0,  // both 5
            ])
    }

    @Test("Images of one channel have their layout where a reshape stands for the transposition")
    func oneChannel() throws {
        // A convolution of [2, 3] images of one channel, the channels last: Σ over a 2×2 window of w · x.
        try write(
            "grey.onnx", [2, 3, 1],
            [
                W.node("Reshape", ["x", "first"], ["r"], name: "r"), W.node("Conv", ["r", "w"], ["c"], name: "c"),
                W.node("Flatten", ["c"], ["y"], name: "f"),
            ], [W.integers("first", [4], [-1, 1, 2, 3]), W.floats("w", [1, 1, 2, 2], [1, 2, 4, 8])])
        try write("x.npy", [1, 1, 2, 3], samples: [1, 2, 3, 4, 5, 6])
        _ = try json("affine", "grey.onnx", "x.npy", "-o", "out", "--layout", "nchw")
        // 1 + 2·2 + 4·4 + 8·5 = 61, 2 + 2·3 + 4·5 + 8·6 = 76.
        #expect(try numbers("out/outputs.npy") == [61, 76])
        #expect(try NumpyArray.read(path: place.path("out/slopes.npy")).shape == [1, 2, 1, 2, 3])
        #expect(try numbers("out/slopes.npy") == [1, 2, 0, 4, 8, 0, 0, 1, 2, 0, 4, 8])
        try write("last.npy", [1, 2, 3, 1], samples: [1, 2, 3, 4, 5, 6])
        _ = try json("affine", "grey.onnx", "last.npy", "-o", "out", "--layout", "nhwc")
        #expect(try numbers("out/outputs.npy") == [61, 76])
        #expect(try place.maso("convert", "grey.onnx", "grey.safetensors", "--layout", "nchw").status == 0)
    }

    @Test(
        "A network that is nothing but a softmax, its logarithm or the identity is the identity",
        arguments: ["Softmax", "LogSoftmax", "Identity"])
    func identity(name: String) throws {
        try write("model.onnx", [3], [W.node(name, ["x"], ["y"], name: "n")])
        try write("x.npy", [1, 3], samples: [1, -2, 0.5])
        #expect(try json("affine", "model.onnx", "x.npy", "-o", "out")["residual"]?.double == 0)
        #expect(try numbers("out/slopes.npy") == [1, 0, 0, 0, 1, 0, 0, 0, 1])
        #expect(try numbers("out/offsets.npy") == [0, 0, 0])
        #expect(try numbers("out/outputs.npy") == [1, -2, 0.5])
    }

    @Test("Names are shown with their control characters escaped, and are themselves in JSON")
    func names() throws {
        let name = "a\u{1b}[2J\nb"
        try write("model.onnx", [2], [W.node("Relu", ["x"], ["y"], name: name)])
        try write("x.npy", [1, 2], samples: [1, 2])
        for arguments in [["info", "model.onnx"], ["codes", "model.onnx", "x.npy", "-o", "c.npz"]] {
            let text = try place.start(arguments).outcome().output
            #expect(text.contains("a\\u{1b}[2J\\u{a}b  ") && !text.contains("\u{1b}"))
        }
        #expect(try json("info", "model.onnx")["layers"]?.array?[0]["name"]?.string == name)
        #expect(
            try refusal("affine", "model.onnx", "x.npy", "-o", "out", "--from", "c")
                == "64 maso: model.onnx: no layer 'c'; the layers are a\\u{1b}[2J\\u{a}b, output\n")
        try write("smooth.onnx", [2], [W.node("Sigmoid", ["x"], ["y"], name: name)])
        #expect(try place.maso("info", "smooth.onnx").output.hasSuffix("Not piecewise affine, because of: a\\u{1b}[2J\\u{a}b.\n"))
        #expect(
            try refusal("affine", "smooth.onnx", "x.npy", "-o", "out")
                == "69 maso: smooth.onnx: not piecewise affine: a\\u{1b}[2J\\u{a}b; the tangent (J, f − Jx) can be read instead (--tangent)\n"
        )
    }

    @Test("Arrays of codes have names that are safe to unpack, each once; JSON says whose they are")
    func namesOfArrays() throws {
        let names = ["../../x", "/etc/passwd", "etc/passwd", "c:\\d\u{7}", "//."]
        let values = ["x"] + names.indices.map { "v\($0)" }
        let nodes = names.indices.map { W.node("Relu", [values[$0]], [$0 == names.count - 1 ? "y" : values[$0 + 1]], name: names[$0]) }
        try write("model.onnx", [2], nodes)
        try write("x.npy", [1, 2], samples: [1, 2])
        let layers = try #require(try json("codes", "model.onnx", "x.npy", "-o", "c.npz")["layers"]?.array)
        #expect(layers.compactMap { $0["name"]?.string } == names)
        let safe = ["x", "etc/passwd#2", "etc/passwd", "c__d_", "array"]
        #expect(layers.compactMap { $0["array"]?.string } == safe)
        #expect(try NumpyArchive.read(path: place.path("c.npz")).map(\.name) == safe)
    }

    @Test("An input is not bound to what is no number")
    func boundToNoNumber() throws {
        let graph = W.graph([W.node("Add", ["x", "v"], ["y"])], inputs: [W.value("x"), W.value("v")])
        try OutputFile.write(W.model(graph).bytes, to: place.path("two.onnx"))
        #expect(try refusal("info", "two.onnx", "--bind", "v=nan") == "64 maso: --bind v: expected a number or an npy file, got 'nan'\n")
        #expect(try place.maso("info", "two.onnx", "--bind", "v=inf").status == 0)
    }
}
