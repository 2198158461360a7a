// `maso region` by command: its JSON keys, its files, its refusals.

import MaxAffineSplines
import Testing

@Suite struct RegionCommandTests {
    private func write(_ place: Workplace, _ name: String, _ shape: Shape, _ elements: [Double]) throws {
        try NumpyArray.write(.float64(Tensor(shape: shape, elements: elements)), to: place.path(name))
    }

    private func run(_ place: Workplace, _ arguments: [String]) throws -> JSONValue {
        let outcome = try place.start(["region"] + arguments + ["--json"]).outcome()
        #expect(outcome.status == 0 && outcome.error == "", "\(arguments): \(outcome.error)")
        return try JSONValue(parsing: Array(outcome.output.utf8), file: "region")
    }

    @Test("The toy network: exact, a wedge between two lines through 0, written as both forms")
    func toy() throws {
        let place = try Workplace()
        try write(place, "x.npy", [2, 2], [0.5, 0.25, -1, 2])
        let result = try run(place, ["Toy", "--init", "1", "x.npy", "-o", "r.npz"])
        #expect(result["exact"] == true && result["samples"]?.array?.count == 2)
        for sample in result["samples"]?.array ?? [] {
            for key in ["facets", "inRadius", "distance", "boundaryDistance", "residual", "margin", "center", "layers"] {
                #expect(sample[key] != nil, "\(key)")
            }
            // No offsets: a cone with 0 at its tip, of two facets, in which balls of every size fit.
            #expect(sample["facets"]?.int == 2 && sample["inRadius"] == .null && sample["unbounded"] == true)
            #expect(sample["facetCertificate"] == "exact" && sample["undecided"]?.int == 0 && sample["boundary"] == false)
            #expect((sample["distance"]?.double ?? 0) > 0 && (sample["residual"]?.double ?? 1) < 1e-12)
        }
        let arrays = try NumpyArchive.read(path: place.path("r.npz"))
        #expect(arrays.first { $0.name == "slopes" }?.tensor.shape == [4, 2])
        #expect(arrays.first { $0.name == "starts" }?.tensor.shape == [3])
        let boxed = try run(place, ["Toy", "--init", "1", "x.npy", "--box", "-2:2", "-o", "r.json"])
        #expect(boxed["samples"]?.array?.allSatisfy { ($0["inRadius"]?.double ?? 0) > 0 && $0["unbounded"] == false } == true)
        #expect(try place.files() == ["r.json", "r.npz", "x.npy"])
    }

    @Test("Walks of the toy network meet all cells that the partition counts")
    func walks() throws {
        let place = try Workplace()
        try write(place, "x.npy", [1, 2], [0.5, 0.25])
        let partition = try place.maso("partition", "Toy", "--init", "1", "--box", "-1:1", "--json")
        let regions = try JSONValue(parsing: Array(partition.output.utf8), file: "partition")["regions"]
        let walk = try run(place, ["Toy", "--init", "1", "x.npy", "--walk", "--box", "-1:1"])["samples"]?.array?.first
        #expect(walk?["cells"] == regions && walk?["end"] == "complete" && walk?["unbounded"]?.int == 0)
        let stopped = try run(place, ["Toy", "--init", "1", "x.npy", "--walk", "--cells", "7"])["samples"]?.array?.first
        #expect(stopped?["cells"]?.int == 7 && stopped?["end"] == "cells" && stopped?["complete"] == false)
        let ball = try run(place, ["Toy", "--init", "1", "x.npy", "--ball", "1e-9", "-o", "w.npz"])["samples"]?.array?.first
        #expect(ball?["cells"]?.int == 1 && ball?["complete"] == true && ball?["unbounded"]?.int == 1)
        let arrays = try NumpyArchive.read(path: place.path("w.npz"))
        #expect(arrays.first { $0.name == "codes" }?.tensor.shape == [1, 45 + 3])
    }

    @Test("An image network is read in Double, and says what is open when its time is over")
    func images() throws {
        let place = try Workplace()
        var rng = RandomGenerator(seed: 1, purpose: "region images")
        try write(place, "x.npy", [1, 1, 8, 8], (0..<64).map { _ in rng.uniform(-1, 1) })
        let sample = try run(place, ["DigitsCNN", "--init", "1", "x.npy", "--seconds", "0.5"])["samples"]?.array?.first
        #expect(sample?["facetCertificate"] == "rounded" && (sample?["facets"]?.int ?? 0) > 0)
        #expect((sample?["inequalities"]?.int ?? 0) >= (sample?["facets"]?.int ?? 0) + (sample?["undecided"]?.int ?? 0))
        let (distance, lower) = (sample?["distance"]?.double ?? 0, sample?["distanceLowerBound"]?.double ?? 0)
        #expect(distance > 0 && lower > 0 && lower <= distance && distance - lower < 1e-9)
    }

    @Test("Refusals")
    func refusals() throws {
        let place = try Workplace()
        try write(place, "x.npy", [1, 2], [0.5, 0.25])
        try write(place, "odd.npy", [1, 2], [0.5, .nan])
        try write(place, "wide.npy", [1, 3], [0.5, 0, 0])
        func refused(_ arguments: [String], _ status: Int32, _ line: String) throws {
            let outcome = try place.start(["region", "Toy", "--init", "1"] + arguments).outcome()
            #expect(outcome == Workplace.Outcome(status: status, output: "", error: "maso: \(line)\n"), "\(arguments)")
        }
        try refused(["odd.npy"], 65, "odd.npy: sample 0: expected finite numbers, found nan")
        try refused(["wide.npy"], 65, "wide.npy: shape: expected [N, 2], found [1, 3]")
        try refused(["none.npy"], 66, "none.npy: no such file")
        try refused(["x.npy", "--box", "0:0.1"], 65, "x.npy: sample 0: expected coordinates in the box, found 0.5 at coordinate 0")
        try refused(["x.npy", "--cells", "3"], 64, "--cells and --steps go with --walk or --ball")
        try refused(["x.npy", "--ball", "-1"], 64, "--ball: expected a radius above 0, got -1.0")
        try refused(["x.npy", "-o", "r.txt"], 64, "-o r.txt: expected a name ending in .json or .npz")
        try refused(["x.npy", "-o", "none/r.npz"], 73, "none/r.npz: cannot be created: no such folder")
    }
}
