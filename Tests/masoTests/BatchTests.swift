// Where a model has its samples: nowhere, along the first axis, fixed in number, or on an axis of their own.

import Foundation
import MaxAffineSplines
import TestSupport
import Testing

@Suite struct BatchTests {
    private func samples(_ shape: [Int], _ seed: UInt64 = 3) -> Tensor<Double> {
        var generator = RandomGenerator(seed: seed, purpose: "batch")
        return Tensor(shape: shape, elements: (0..<shape.reduce(1, *)).map { _ in generator.uniform(-1, 1) })
    }

    private let weight: [Float] = [0.5, -1, 0.25, 1, 0.75, -0.5]
    /// relu(x W) for one row x of three numbers: two outputs and their slopes `[2][3]`, worked out here.
    private func row(_ x: ArraySlice<Double>) -> (outputs: [Double], slopes: [[Double]]) {
        let x = Array(x)
        let u = (0..<2).map { k in (0..<3).reduce(0) { $0 + x[$1] * Double(weight[2 * $1 + k]) } }
        return (u.map { max($0, 0) }, (0..<2).map { k in (0..<3).map { u[k] > 0 ? Double(weight[2 * $0 + k]) : 0 } })
    }

    /// y = relu(x W), x `[rows, 3]` of so many rows (below 0: open).
    private func dense(_ rows: Int) -> [UInt8] {
        Written.model(
            Written.graph(
                [Written.node("MatMul", ["x", "w"], ["h"], name: "dense"), Written.node("Relu", ["h"], ["y"], name: "relu")],
                inputs: [Written.value("x", [rows, 3])], [Written.floats("w", [3, 2], weight)])
        ).bytes
    }

    /// y = M relu(x W): the rows of x are the vertices of a graph and no samples.
    private func vertices(_ rows: Int) -> [UInt8] {
        let mixing = (0..<rows * rows).map { Float($0 % 3) - 0.5 }
        return Written.model(
            Written.graph(
                [
                    Written.node("MatMul", ["x", "w"], ["h"], name: "dense"), Written.node("Relu", ["h"], ["g"], name: "relu"),
                    Written.node("MatMul", ["m", "g"], ["y"], name: "mix"),
                ], inputs: [Written.value("x", [rows, 3])],
                [Written.floats("w", [3, 2], weight), Written.floats("m", [rows, rows], mixing)])
        ).bytes
    }

    /// y = relu(x W) − its mean over the open first axis.
    private let centred = Written.model(
        Written.graph(
            [
                Written.node("Relu", ["x"], ["h"], name: "relu"),
                Written.node(
                    "ReduceMean", ["h"], ["m"], [Written.attribute("axes", integers: [0]), Written.attribute("keepdims", integer: 1)],
                    name: "mean"),
                Written.node("Sub", ["h", "m"], ["y"], name: "centre"),
            ], inputs: [Written.value("x", [-1, 3])]), opset: 13
    ).bytes

    private func affine(_ place: Workplace, _ model: [UInt8], _ x: Tensor<Double>, _ options: String...) throws -> (
        outputs: Tensor<Double>, slopes: Tensor<Double>, summary: JSONValue
    ) {
        try Data(model).write(to: URL(filePath: place.path("m.onnx")))
        try NumpyArray.write(x, to: place.path("x.npy"))
        let outcome = try place.start(["affine", "m.onnx", "x.npy", "-o", "out", "--json"] + options).outcome()
        try #require(outcome.status == 0, "\(outcome.error)")
        func array(_ name: String) throws -> Tensor<Double> { try NumpyArray.read(path: place.path("out/\(name).npy")).converted() }
        return (try array("outputs"), try array("slopes"), try JSONValue(parsing: Array(outcome.output.utf8), file: "output"))
    }

    @Test("A fixed batch is no example of one where a reshape takes a sample's length from it: a row of 8 is summed by threes")
    func fixedBatchInReshape() throws {
        let model = Written.model(
            Written.graph(
                [
                    Written.node("Reshape", ["x", "image"], ["i"], name: "image"),
                    Written.node("Conv", ["i", "w"], ["c"], [Written.attribute("pads", integers: [1, 1])], name: "conv"),
                    Written.node("Reshape", ["c", "row"], ["r"], name: "row"), Written.node("Relu", ["r"], ["y"], name: "relu"),
                ], inputs: [Written.value("x", [2, 8])],
                [
                    Written.integers("image", [3], [2, 1, -1]), Written.integers("row", [2], [-1, 8]),
                    Written.floats("w", [1, 1, 3], [1, 1, 1]),
                ]))
        let place = try Workplace()
        let (outputs, slopes, _) = try affine(place, model.bytes, Tensor(shape: [1, 8], elements: (1...8).map(Double.init)))
        #expect(outputs.elements == [3, 6, 9, 12, 15, 18, 21, 15])
        let near: [Double] = (0..<64).map { place in abs(place / 8 - place % 8) <= 1 ? 1 : 0 }
        #expect(slopes.elements == near)
    }

    @Test("Rows that are added to others for each place are no samples: refused by name, and read whole by --shape")
    func places() throws {
        let model = Written.model(
            Written.graph(
                [
                    Written.node("Shape", ["x"], ["s"]), Written.node("Gather", ["s", "zero"], ["n"]),
                    Written.node("Slice", ["p", "zero", "n", "zero"], ["q"]), Written.node("Add", ["x", "q"], ["a"], name: "places"),
                    Written.node("Relu", ["a"], ["y"], name: "relu"),
                ], inputs: [Written.value("x", [-1, 2])],
                [Written.integers("zero", [1], [0]), Written.floats("p", [5, 2], [0, 0, 1, 1, 2, 2, 3, 3, 4, 4])]))
        let place = try Workplace()
        let x = Tensor<Double>(shape: [3, 2], elements: [-2, 1, -2, 1, -1, 1])
        let (outputs, slopes, _) = try affine(place, model.bytes, x.reshaped([1, 3, 2]), "--shape", "3x2")
        #expect(outputs.elements == [0, 1, 0, 2, 1, 3])
        let active: Set<Int> = [7, 21, 28, 35]
        let expected: [Double] = (0..<36).map { active.contains($0) ? 1 : 0 }
        #expect(slopes.elements == expected)
        try NumpyArray.write(x, to: place.path("x.npy"))
        let refused = try place.start(["predict", "m.onnx", "x.npy", "-o", "y.npy"]).outcome()
        #expect(refused.status == 69 && refused.error.contains("node 'places' brings the samples of a batch together"))
    }

    @Test("Maps from and to a layer are those of the layer's name, whatever nodes the graph has for so many samples")
    func layersByName() throws {
        // A class token, expanded to the batch, before two tokens; relu; a product; relu.
        let model = Written.model(
            Written.graph(
                [
                    Written.node("Shape", ["x"], ["s"]), Written.node("Gather", ["s", "zero"], ["n"]),
                    Written.node("Concat", ["n", "ends"], ["to"], [Written.attribute("axis", integer: 0)]),
                    Written.node("Expand", ["cls", "to"], ["c"], name: "expand"),
                    Written.node("Concat", ["c", "x"], ["t"], [Written.attribute("axis", integer: 1)], name: "tokens"),
                    Written.node("Relu", ["t"], ["r"], name: "first"), Written.node("MatMul", ["r", "w"], ["m"], name: "m"),
                    Written.node("Relu", ["m"], ["y"], name: "second"),
                ], inputs: [Written.value("x", [-1, 2, 2])],
                [
                    Written.integers("zero", [1], [0]), Written.integers("ends", [2], [1, 2]), Written.floats("cls", [1, 1, 2], [1, -1]),
                    Written.floats("w", [2, 1], [1, -1]),
                ]))
        let place = try Workplace()
        let x = Tensor<Double>(shape: [2, 2, 2], elements: [3, 1, -2, 4, -1, 2, 5, 1])
        let (outputs, slopes, _) = try affine(place, model.bytes, x, "--to", "first")
        #expect(outputs.elements == [1, 0, 3, 1, 0, 4, 1, 0, 0, 2, 5, 1])
        #expect(slopes.shape == [2, 6, 2, 2])
        // For each sample and active entry of the layer, the entry of the sample that it is.
        let active: [[Int: Int]] = [[2: 0, 3: 1, 5: 3], [3: 1, 4: 2, 5: 3]]
        var expected = [Double](repeating: 0, count: 48)
        for (n, entries) in active.enumerated() { for (k, i) in entries { expected[(n * 6 + k) * 4 + i] = 1 } }
        #expect(slopes.elements == expected)
        let after = try affine(place, model.bytes, x, "--from", "first")
        #expect(after.outputs.elements == [1, 2, 0, 1, 0, 4] && after.slopes.shape == [2, 3, 3, 2])
    }

    @Test("An open axis of a bound input that has the batch's name takes the batch, as the states of recurrent networks")
    func boundBatch() throws {
        let states = Message().text(1, "h").message(
            2,
            Message().message(
                1,
                Message().integer(1, 1).message(
                    2,
                    Message().message(1, Message().integer(1, 1)).message(1, Message().text(2, "N")).message(1, Message().integer(1, 2)))))
        let model = Written.model(
            Written.graph(
                [
                    Written.node("Squeeze", ["h", "zero"], ["s"], name: "squeeze"), Written.node("Add", ["x", "s"], ["a"], name: "a"),
                    Written.node("Relu", ["a"], ["y"], name: "relu"),
                ], inputs: [Written.value("x", [-1, 2]), states], [Written.integers("zero", [1], [0])]))
        let place = try Workplace()
        let x = Tensor<Double>(shape: [3, 2], elements: [1, -1, 2, -3, -4, 5])
        #expect(try affine(place, model.bytes, x, "--bind", "h=2").outputs.elements == [3, 1, 4, 0, 0, 7])
        try NumpyArray.write(Tensor<Double>(shape: [1, 1, 2], elements: [1, 3]), to: place.path("h.npy"))
        #expect(try affine(place, model.bytes, x, "--bind", "h=h.npy").outputs.elements == [2, 2, 3, 0, 0, 8])
    }

    @Test("A batch fixed on export is an example of one: any number of samples is read, by affine, region and partition")
    func fixedBatch() throws {
        let place = try Workplace()
        let x = samples([7, 3])
        let found = try affine(place, dense(4), x)
        for n in 0..<7 {
            let expected = row(x.elements[3 * n..<3 * n + 3])
            for k in 0..<2 {
                #expect(abs(found.outputs[n, k] - expected.outputs[k]) < 1e-15)
                for i in 0..<3 { #expect(found.slopes[n, k, i] == expected.slopes[k][i]) }
            }
        }
        let region = try place.start(["region", "m.onnx", "x.npy", "--json"]).outcome()
        #expect(region.status == 0, "\(region.error)")
        let cells = try place.start(["partition", "m.onnx", "--box", "-1:1", "--json"]).outcome()
        // Two planes through the origin cut the cube in four.
        #expect(try JSONValue(parsing: Array(cells.output.utf8), file: "output")["regions"]?.int == 4, "\(cells.error)")
    }

    @Test("Rows that are no samples are one sample together, whose slopes reach across them")
    func whole() throws {
        let place = try Workplace()
        let x = samples([5, 3])
        for shape in [[5, 3], [1, 5, 3]] {
            let found = try affine(place, vertices(5), x.reshaped(shape))
            #expect(found.slopes.shape == [1, 10, 5, 3])
            for out in 0..<5 {
                for k in 0..<2 {
                    for vertex in 0..<5 {
                        let slopes = row(x.elements[3 * vertex..<3 * vertex + 3]).slopes[k]
                        let factor = Double((5 * out + vertex) % 3) - 0.5
                        for i in 0..<3 { #expect(found.slopes[0, 2 * out + k, vertex, i] == factor * slopes[i]) }
                    }
                }
            }
        }
        let codes = try place.start(["codes", "m.onnx", "x.npy", "-o", "c.npz", "--json"]).outcome()
        #expect(try JSONValue(parsing: Array(codes.output.utf8), file: "output")["layers"]?.array?[0]["units"]?.int == 10, "\(codes.error)")
        let info = try place.start(["info", "m.onnx", "--json"]).outcome()
        #expect(try JSONValue(parsing: Array(info.output.utf8), file: "output")["layers"]?.array?[0]["units"]?.int == 10, "\(info.error)")
    }

    @Test("Samples that a node of an open batch brings together are refused by its name, and read as one where the whole shape is given")
    func mixed() throws {
        let place = try Workplace()
        try Data(centred).write(to: URL(filePath: place.path("m.onnx")))
        try NumpyArray.write(samples([4, 3]), to: place.path("x.npy"))
        for command in [["affine", "m.onnx", "x.npy", "-o", "out"], ["predict", "m.onnx", "x.npy", "-o", "y.npy"]] {
            let outcome = try place.start(command).outcome()
            #expect(outcome.status == 69 && outcome.error.contains("mean") && outcome.error.contains("--shape"), "\(outcome.error)")
        }
        #expect(!FileManager.default.fileExists(atPath: place.path("out")))
        let found = try affine(place, centred, samples([4, 3]), "--shape", "4x3")
        #expect(found.slopes.shape == [1, 12, 4, 3])
        let x = samples([4, 3]).elements
        for (out, input) in (0..<12).flatMap({ out in (0..<12).map { (out, $0) } }) {
            let isOn = x[input] > 0 && out % 3 == input % 3
            let expected = isOn ? (out == input ? 0.75 : -0.25) : 0
            #expect(abs(found.slopes.elements[12 * out + input] - expected) < 1e-15)
        }
    }

    @Test("Codes are of samples where their tokens have joined the first axis")
    func tokens() throws {
        let place = try Workplace()
        let model = Written.model(
            Written.graph(
                [
                    Written.node("Reshape", ["x", "rows"], ["t"], name: "join"), Written.node("MatMul", ["t", "w"], ["h"], name: "dense"),
                    Written.node("Relu", ["h"], ["g"], name: "relu"), Written.node("Reshape", ["g", "flat"], ["y"], name: "flat"),
                ], inputs: [Written.value("x", [-1, 4, 3])],
                [
                    Written.floats("w", [3, 2], weight), Written.integers("rows", [2], [-1, 3]), Written.integers("flat", [2], [-1, 8]),
                ])
        ).bytes
        try Data(model).write(to: URL(filePath: place.path("m.onnx")))
        let x = samples([5, 4, 3])
        try NumpyArray.write(x, to: place.path("x.npy"))
        let outcome = try place.start(["codes", "m.onnx", "x.npy", "-o", "c.npz"]).outcome()
        try #require(outcome.status == 0, "\(outcome.error)")
        let codes = try NumpyArchive.read(path: place.path("c.npz"))
        let found: Tensor<Double> = try #require(codes.first).tensor.converted()
        let expected = (0..<20).flatMap { token in row(x.elements[3 * token..<3 * token + 3]).outputs.map { $0 > 0 ? 1.0 : 0 } }
        #expect(found.shape == [5, 8] && found.elements == expected)
    }

    /// relu(x W), open in its rows, and then what `nodes` do to it as `h`, with `n` the number of rows.
    private func counted(_ nodes: [Message], _ constants: [Message] = []) -> [UInt8] {
        Written.model(
            Written.graph(
                [
                    Written.node("MatMul", ["x", "w"], ["d"], name: "dense"), Written.node("Relu", ["d"], ["h"], name: "relu"),
                    Written.node("Shape", ["x"], ["s"]), Written.node("Gather", ["s", "zero"], ["n"]),
                ] + nodes, inputs: [Written.value("x", [-1, 3])],
                [Written.floats("w", [3, 2], weight), Written.integers("zero", [1], [0])] + constants)
        ).bytes
    }

    @Test(
        "Networks that compute with the number of samples, or with a sample's place, have no batch: refused by name, read whole by --shape")
    func counted() throws {
        let place = try Workplace()
        let x = samples([3, 3])
        let rows = (0..<3).map { row(x.elements[3 * $0..<3 * $0 + 3]).outputs }
        let toFloat = Written.node("Cast", ["n"], ["f"], [Written.attribute("to", integer: 1)])
        let one = Written.integers("one", [], [1])
        let start = Written.integers("start", [], [0])
        let range = [
            Written.node("Squeeze", ["n", "zero"], ["m"]), Written.node("Range", ["start", "m", "one"], ["r"]),
            Written.node("Greater", ["r", "start"], ["g"]), Written.node("Unsqueeze", ["g", "axis"], ["mask"]),
        ]
        let axis = Written.integers("axis", [1], [1])
        let cases: [(model: [UInt8], name: String, expected: (Int, Double) -> Double)] = [
            (counted([toFloat, Written.node("Div", ["h", "f"], ["y"], name: "mean")]), "mean", { $1 / 3 }),
            (
                counted([
                    toFloat, Written.node("Expand", ["f", "n"], ["e"]),
                    Written.node("ReduceSum", ["e"], ["t"], [Written.attribute("keepdims", integer: 0)]),
                    Written.node("Mul", ["h", "t"], ["y"], name: "square"),
                ]), "square", { 9 * $1 }
            ),
            (
                counted(
                    range + [Written.node("Where", ["mask", "h", "none"], ["y"], name: "mask")],
                    [
                        one, start, axis, Written.floats("none", [1], [0]),
                    ]), "mask", { $0 > 0 ? $1 : 0 }
            ),
        ]
        for (model, name, expected) in cases {
            let found = try affine(place, model, x.reshaped([1, 3, 3]), "--shape", "3x3").outputs.elements
            for n in 0..<3 { for k in 0..<2 { #expect(abs(found[2 * n + k] - expected(n, rows[n][k])) < 1e-12, "\(name)") } }
            try NumpyArray.write(x, to: place.path("x.npy"))
            for command in [["affine", "m.onnx", "x.npy", "-o", "o"], ["codes", "m.onnx", "x.npy", "-o", "c.npz"]] {
                let refused = try place.start(command).outcome()
                #expect(refused.status == 69 && refused.error.contains("node '") && refused.error.contains("(--shape)"), "\(refused.error)")
            }
            let info = try place.start(["info", "m.onnx"]).outcome()
            #expect(info.status == 0 && info.output.contains("Several samples at once cannot be read."))
        }
    }

    @Test("Entries scattered and chosen alike in every sample keep samples apart")
    func scatteredAlike() throws {
        let place = try Workplace()
        let x = samples([3, 3])
        let rows = (0..<3).map { row(x.elements[3 * $0..<3 * $0 + 3]).outputs }
        let shape = Written.node("Concat", ["n", "two"], ["to"], [Written.attribute("axis", integer: 0)])
        // Both entries change places; the first becomes 7.
        let model = counted(
            [
                shape, Written.node("Expand", ["swap", "to"], ["i"]),
                Written.node("ScatterElements", ["h", "i", "h"], ["t"], [Written.attribute("axis", integer: 1)], name: "scatter"),
                Written.node("Cast", ["one"], ["first"], [Written.attribute("to", integer: 9)]),
                Written.node("Where", ["first", "seven", "t"], ["y"], name: "choose"),
            ],
            [
                Written.integers("two", [1], [2]), Written.integers("swap", [1, 2], [1, 0]), Written.floats("seven", [1], [7]),
                Written.integers("one", [1, 2], [1, 0]),
            ])
        let found = try affine(place, model, x)
        for n in 0..<3 { #expect(found.outputs[n, 0] == 7 && abs(found.outputs[n, 1] - rows[n][0]) < 1e-15) }
        #expect(found.slopes.shape == [3, 2, 3])
    }

    @Test("A constant made for all samples at once is one for each; a number of samples that counts from three on has no batch")
    func constantsOfAll() throws {
        let place = try Workplace()
        let x = samples([3, 3])
        let rows = (0..<3).map { row(x.elements[3 * $0..<3 * $0 + 3]).outputs }
        let shape = Written.node("Concat", ["n", "two"], ["to"], [Written.attribute("axis", integer: 0)])
        let constants = [Written.integers("two", [1], [2]), Written.floats("b", [1, 2], [1, -2])]
        let negated = counted(
            [
                shape, Written.node("Expand", ["b", "to"], ["e"]), Written.node("Neg", ["e"], ["c"], name: "negate"),
                Written.node("Add", ["h", "c"], ["y"], name: "shift"),
            ], constants)
        let found = try affine(place, negated, x).outputs
        for n in 0..<3 { for k in 0..<2 { #expect(abs(found[n, k] - rows[n][k] - [-1, 2][k]) < 1e-15) } }
        let capped = counted(
            [
                Written.node("Cast", ["n"], ["f"], [Written.attribute("to", integer: 1)]), Written.node("Max", ["f", "least"], ["l"]),
                Written.node("Mul", ["h", "l"], ["y"], name: "count"),
            ], [Written.floats("least", [1], [2])])
        #expect(try affine(place, capped, x.rows(0..<2)).outputs.elements == rows[..<2].joined().map { 2 * $0 })
        try NumpyArray.write(x, to: place.path("x.npy"))
        let refused = try place.start(["predict", "m.onnx", "x.npy", "-o", "y.npy"]).outcome()
        #expect(refused.status == 69 && refused.error.contains("node 'count'"), "\(refused.error)")
    }

    @Test("A network that can be built for one sample alone is read sample by sample; one that cannot be says how to read it whole")
    func oneOrAll() throws {
        func reshaped(_ shape: [Int]) -> [UInt8] {
            Written.model(
                Written.graph(
                    [
                        Written.node("Reshape", ["x", "to"], ["r"], name: "to"), Written.node("MatMul", ["r", "w"], ["d"], name: "dense"),
                        Written.node("Relu", ["d"], ["y"], name: "relu"),
                    ], inputs: [Written.value("x", [-1, 3])], [Written.floats("w", [3, 2], weight), Written.integers("to", [2], shape)])
            ).bytes
        }
        let place = try Workplace()
        let x = samples([4, 3])
        let found = try affine(place, reshaped([1, 3]), x).outputs
        for n in 0..<4 {
            let expected = row(x.elements[3 * n..<3 * n + 3]).outputs
            for k in 0..<2 { #expect(abs(found[n, k] - expected[k]) < 1e-15) }
        }
        try Data(reshaped([4, 3])).write(to: URL(filePath: place.path("m.onnx")))
        let refused = try place.start(["affine", "m.onnx", "x.npy", "-o", "o"]).outcome()
        #expect(
            refused.status == 65 && refused.error.contains("node «to» (Reshape)") && refused.error.contains("--shape"), "\(refused.error)")
        #expect(try affine(place, reshaped([4, 3]), x.reshaped([1, 4, 3]), "--shape", "4x3").outputs.count == 8)
    }

    @Test("A fixed batch that reshapes and transposes name is an example still; an array bound for one sample serves all")
    func namedBatch() throws {
        // Two tokens of three numbers, tokens first and back; a bound shift for each sample.
        let model = Written.model(
            Written.graph(
                [
                    Written.node("Reshape", ["x", "three"], ["t"], name: "split"),
                    Written.node("Transpose", ["t"], ["f"], [Written.attribute("perm", integers: [1, 0, 2])], name: "first"),
                    Written.node("MatMul", ["f", "w"], ["h"], name: "dense"),
                    Written.node("Transpose", ["h"], ["b"], [Written.attribute("perm", integers: [1, 0, 2])], name: "back"),
                    Written.node("Reshape", ["b", "flat"], ["r"], name: "join"), Written.node("Add", ["r", "c"], ["s"], name: "shift"),
                    Written.node("Relu", ["s"], ["y"], name: "relu"),
                ], inputs: [Written.value("x", [5, 6]), Written.value("c", [5, 4])],
                [Written.floats("w", [3, 2], weight), Written.integers("three", [3], [5, 2, 3]), Written.integers("flat", [2], [5, 4])]))
        let place = try Workplace()
        let x = samples([2, 6])
        let shift = [0.5, -0.25, 1, 0]
        for shape in [[4], [1, 4]] {
            try NumpyArray.write(Tensor<Double>(shape: shape, elements: shift), to: place.path("c.npy"))
            let found = try affine(place, model.bytes, x, "--input", "x", "--bind", "c=c.npy")
            for n in 0..<2 {
                for token in 0..<2 {
                    for k in 0..<2 {
                        let u = (0..<3).reduce(shift[2 * token + k]) { $0 + x[n, 3 * token + $1] * Double(weight[2 * $1 + k]) }
                        #expect(abs(found.outputs[n, 2 * token + k] - max(u, 0)) < 1e-15)
                        for i in 0..<6 {
                            let isOwn = u > 0 && i / 3 == token
                            #expect(found.slopes[n, 2 * token + k, i] == (isOwn ? Double(weight[2 * (i % 3) + k]) : 0))
                        }
                    }
                }
            }
        }
        let region = try place.start(["region", "m.onnx", "x.npy", "--input", "x", "--bind", "c=c.npy", "--json"]).outcome()
        #expect(region.status == 0, "\(region.error)")
        let wrong = try place.start(["info", "m.onnx", "--input", "x", "--bind", "c=c.npy", "--shape", "7x6"]).outcome()
        #expect(wrong.status == 64 && wrong.error.contains("--shape 7x6"), "\(wrong.error)")
    }
}
