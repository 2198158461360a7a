// How samples are prepared for imported networks, and which inputs and outputs are read: the options, by command.

import Foundation
import MaxAffineSplines
import Testing

@Suite struct ImportChoicesTests {
    private static let models = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "InterchangeTests/Fixtures/ONNX").path()

    private static func model(_ name: String) -> String { "\(models)/\(name).onnx" }

    private func samples(_ shape: [Int], _ seed: UInt64 = 3) -> Tensor<Double> {
        var generator = RandomGenerator(seed: seed, purpose: "import choices")
        return Tensor(shape: shape, elements: (0..<shape.reduce(1, *)).map { _ in generator.uniform(-1, 1) })
    }

    /// The arrays of `maso affine MODEL x -o out OPTIONS`.
    private func affine(_ place: Workplace, _ model: String, _ x: Tensor<Double>, _ options: String...) throws -> [String: Tensor<Double>] {
        try NumpyArray.write(x, to: place.path("x.npy"))
        let outcome = try place.start(["affine", model, "x.npy", "-o", "out"] + options).outcome()
        #expect(outcome.status == 0, "\(outcome.error)")
        return try Dictionary(
            uniqueKeysWithValues: ["slopes", "offsets", "outputs"].map {
                ($0, try NumpyArray.read(path: place.path("out/\($0).npy")).converted(to: Double.self))
            })
    }

    private func near(_ a: Tensor<Double>, _ b: Tensor<Double>) -> Bool {
        a.shape == b.shape && zip(a.elements, b.elements).allSatisfy { abs($0 - $1) <= 1e-12 * max(1, abs($1)) }
    }

    @Test("Law: with scale, mean and deviation folded in, f is that of the prepared sample, and slopes are those of the sample itself")
    func prepared() throws {
        let place = try Workplace()
        let (scale, mean, deviation) = (0.25, [0.3, -0.2], [0.5, 2.0])
        let x = samples([3, 2, 5, 5])
        let channel = { (place: Int) in place / 25 % 2 }
        let u = Tensor(
            shape: x.shape, elements: x.elements.enumerated().map { (scale * $1 - mean[channel($0)]) / deviation[channel($0)] })
        let plain = try affine(place, Self.model("densenet-script-17"), u)
        let found = try affine(
            place, Self.model("densenet-script-17"), x, "--scale", "0.25", "--mean", "0.3,-0.2", "--std", "0.5,2")
        #expect(near(found["outputs"]!, plain["outputs"]!))
        // A[x] = A[u] · scale / deviation, and b[x] = b[u] − A[u] · mean / deviation.
        let slopes = plain["slopes"]!.elements
        let expected = slopes.enumerated().map { $1 * scale / deviation[channel($0)] }
        #expect(near(found["slopes"]!, Tensor(shape: plain["slopes"]!.shape, elements: expected)))
        let offsets = plain["offsets"]!.elements.enumerated().map { row, offset in
            offset - (0..<50).reduce(0) { $0 + slopes[row * 50 + $1] * mean[channel($1)] / deviation[channel($1)] }
        }
        #expect(near(found["offsets"]!, Tensor(shape: plain["offsets"]!.shape, elements: offsets)))
    }

    @Test("Law: samples in the other layout have the same outputs, and slopes in their own layout", arguments: ["nhwc", "keras"])
    func layout(name: String) throws {
        let place = try Workplace()
        // nhwc-script-17 reads [4, 4, 2], keras-cnn-tensorflow [12, 12, 3]; both are given images with the channels first.
        let (model, size, channels) = name == "nhwc" ? ("nhwc-script-17", 4, 2) : ("keras-cnn-tensorflow", 12, 3)
        let last = samples([2, size, size, channels])
        func first(_ t: Tensor<Double>, leading: Int) -> [Double] {
            (0..<leading).flatMap { row in
                (0..<channels).flatMap { c in (0..<size * size).map { t.elements[(row * size * size + $0) * channels + c] } }
            }
        }
        let plain = try affine(place, Self.model(model), last)
        let moved = try affine(
            place, Self.model(model), Tensor(shape: [2, channels, size, size], elements: first(last, leading: 2)), "--layout", "nchw")
        #expect(near(moved["outputs"]!, plain["outputs"]!))
        let rows = 2 * plain["outputs"]!.shape[1]
        #expect(moved["slopes"]!.shape == [2, rows / 2, channels, size, size])
        #expect(moved["slopes"]!.elements == first(plain["slopes"]!, leading: rows))
        // The layout that the network has already changes nothing.
        let same = try affine(place, Self.model(model), last, "--layout", "nhwc")
        #expect(same["slopes"]! == plain["slopes"]!)
    }

    @Test("A network of several inputs is read in one, the others bound to a number or an array")
    func severalInputs() throws {
        let place = try Workplace()
        for backend in ["tensorflow", "torch"] {
            let model = Self.model("keras-two-\(backend)")
            let tolerance = backend == "torch" ? 1e-6 : 1e-12  // Keras's torch backend multiplies in float32
            let archive = try NumpyArchive.read(path: model.replacingOccurrences(of: ".onnx", with: ".npz"))
            let answers = Dictionary(uniqueKeysWithValues: archive.map { ($0.name, $0.tensor.converted(to: Double.self)) })
            let names = try #require(
                try JSONValue(parsing: Array(place.maso("info", model, "--bind", "second=0.5", "--json").output.utf8), file: "info")[
                    "inputs"]
            )
            #expect(names == [["name": "first", "shape": [6]]])
            let byNumber = try affine(place, model, answers["x"]!, "--bind", "second=0.5")
            #expect(zip(byNumber["outputs"]!.elements, answers["y"]!.elements).allSatisfy { abs($0 - $1) < tolerance })
            #expect(zip(byNumber["slopes"]!.elements, answers["jacobian"]!.elements).allSatisfy { abs($0 - $1) < tolerance })
            try NumpyArray.write(Tensor<Double>(repeating: 0.5, shape: [4]), to: place.path("half.npy"))
            #expect(try affine(place, model, answers["x"]!, "--bind", "second=half.npy") == byNumber)
            // The other output does not depend on the second input; the second input can be read too.
            let other = try place.maso("info", model, "--output", backend == "torch" ? "29" : "Identity_1:0", "--json").output
            let affineOne = try JSONValue(parsing: Array(other.utf8), file: "info")
            #expect(affineOne["kind"]?.string == "affine" && affineOne["inputs"] == [["name": "first", "shape": [6]]])
            let second = try place.maso("info", model, "--input", "second", "--bind", "first=0", "--json").output
            #expect(try JSONValue(parsing: Array(second.utf8), file: "info")["inputs"] == [["name": "second", "shape": [4]]])
        }
    }

    @Test("Law: several inputs that are not chosen among are read as one, sample by sample one after the other")
    func joinedInputs() throws {
        let place = try Workplace()
        let model = Self.model("keras-two-tensorflow")
        let x = samples([3, 10])
        let joined = try affine(place, model, x)
        #expect(joined["slopes"]!.shape == [3, 3, 10])
        // The slopes of the second input alone are the last four of each row.
        let second = Tensor(shape: [1, 4], elements: Array(x.elements[6..<10]))
        try NumpyArray.write(Tensor(shape: [6], elements: Array(x.elements[..<6])), to: place.path("first.npy"))
        let alone = try affine(place, model, second, "--input", "second", "--bind", "first=first.npy")
        let all: [Double] = joined["slopes"]!.elements
        let lasts: [Double] = (0..<3).flatMap { (row: Int) -> ArraySlice<Double> in all[row * 10 + 6..<row * 10 + 10] }
        #expect(alone["slopes"]!.elements == lasts)
        let info = try JSONValue(parsing: Array(place.maso("info", model, "--json").output.utf8), file: "info")
        #expect(info["inputs"] == [["name": "first", "shape": [6]], ["name": "second", "shape": [4]]])
    }

    @Test("Choices that do not fit are refused in one line")
    func refusals() throws {
        let place = try Workplace()
        func refusal(_ arguments: String...) throws -> String {
            let outcome = try place.start(["info"] + arguments).outcome()
            return "\(outcome.status) \(outcome.error.replacingOccurrences(of: Self.models + "/", with: ""))"
        }
        let (dense, mlp, two) = (Self.model("densenet-script-17"), Self.model("mlp-script-17"), Self.model("keras-two-torch"))
        #expect(
            try refusal(dense, "--mean", "1,2,3")
                == "64 maso: --mean: expected one number or 2, one for each entry of axis 1 of the input [1, 2, 5, 5], found 3\n")
        #expect(try refusal(dense, "--mean", "nan") == "64 maso: --mean: expected finite numbers, got 'nan'\n")
        #expect(try refusal(dense, "--mean", "") == "64 maso: --mean: expected finite numbers, got ''\n")
        #expect(try refusal(dense, "--std", "1,0") == "64 maso: --std: expected numbers above 0, got 0.0\n")
        #expect(try refusal(dense, "--std", "-1") == "64 maso: --std: expected numbers above 0, got -1.0\n")
        #expect(try refusal(dense, "--scale", "0") == "64 maso: --scale: expected a finite number other than 0, got 0.0\n")
        #expect(try refusal(dense, "--scale", "inf") == "64 maso: --scale: expected a finite number other than 0, got inf\n")
        #expect(
            try refusal(mlp, "--layout", "nhwc")
                == "64 maso: --layout nhwc: the network reads samples of shape [3], not images of three axes\n")
        #expect(try refusal("SmallCNN", "--init", "1", "--mean", "0.5") == "64 maso: --mean: is for ONNX models\n")
        #expect(
            try refusal(two, "--input", "first")
                == "69 maso: keras-two-torch.onnx: the output needs several inputs, first, second: read one (--input first) and bind the "
                + "others to a number or an npy file (--bind second=0)\n")
        #expect(
            try refusal(two, "--bind", "third=0") == "64 maso: --bind third: keras-two-torch.onnx has no such input; it has first, second\n"
        )
        #expect(
            try refusal(two, "--input", "third")
                == "64 maso: --input third: keras-two-torch.onnx has no such input to be read; it has first, second\n")
        #expect(try refusal(two, "--output", "q") == "64 maso: --output q: keras-two-torch.onnx has no such output; it has 35, 29\n")
        #expect(try refusal(two, "--bind", "second") == "64 maso: --bind: expected NAME=NUMBER or NAME=FILE.npy, got 'second'\n")
        #expect(try refusal(two, "--bind", "second=0", "--bind", "second=1") == "64 maso: --bind second: given twice\n")
        try NumpyArray.write(Tensor<Double>(repeating: 0, shape: [5]), to: place.path("five.npy"))
        #expect(
            try refusal(two, "--bind", "second=five.npy")
                == "65 maso: five.npy: shape: expected that of the input second, [?, 4] for one sample, found [5]\n")
        #expect(try refusal(dense, "--shape", "3x0") == "64 maso: --shape: expected sizes such as 3x64x64, got '3x0'\n")
    }
}
