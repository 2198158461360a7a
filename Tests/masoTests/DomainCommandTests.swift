// Domains by command: the whole text where a domain is refused, and counts where they are known.

import MaxAffineSplines
import Testing

@Suite struct DomainCommandTests {
    private func write(_ place: Workplace, _ name: String, _ shape: Shape, _ elements: [Double]) throws -> String {
        try NumpyArray.write(.float64(Tensor(shape: shape, elements: elements)), to: place.path(name))
        return name
    }

    @Test("A domain that cannot be is refused in one line")
    func refusals() throws {
        let place = try Workplace()
        func refused(_ arguments: [String], _ status: Int32, _ line: String) throws {
            let outcome = try place.start(["partition", "Toy", "--init", "1"] + arguments).outcome()
            #expect(outcome == Workplace.Outcome(status: status, output: "", error: "maso: \(line)\n"), "\(arguments)")
        }
        let flat = try write(place, "flat.npy", [3, 2], [0, 0, 1, 1, 2, 2])
        let two = try write(place, "two.npy", [2, 2], [0, 0, 1, 1])
        let same = try write(place, "same.npy", [3, 2], [0, 0, 1, 1, 1, 1])
        let wide = try write(place, "wide.npy", [2, 3], [0, 0, 0, 1, 1, 1])
        let odd = try write(place, "odd.npy", [2, 2], [0, .nan, 1, 1])
        try refused(["--polygon", two], 65, "two.npy: corners: expected at least 3, finite, found 2")
        try refused(
            ["--polygon", flat], 65,
            "flat.npy: corner: expected one inside the side from (0.0, 0.0) to (1.0, 1.0), as all corners of a convex polygon are, found (2.0, 2.0)"
        )
        try refused(["--polygon", wide], 65, "wide.npy: shape: expected [K, 2], found [2, 3]")
        try refused(["--points", wide], 65, "wide.npy: shape: expected [K, 2], found [2, 3]")
        try refused(["--points", same], 65, "same.npy: point 2: expected another than point 1, found the same")
        try refused(["--points", odd], 65, "odd.npy: row 0: expected numbers of at most 1e100, found nan")
        try refused(["--plane", flat], 65, "flat.npy: points: expected three that span a plane, found three on a line")
        try refused(["--plane", two], 65, "two.npy: shape: expected 3 points, found 2")
        try refused(["--points", two, "--box", "-1:1"], 64, "--box and --points exclude each other")
        try refused(["--margin", "1"], 64, "--margin goes with --plane or --principal")
        try refused(["--points", two, "-o", "line.svg"], 69, "-o .svg: a line is written as .json or .npz")
        try OutputFile.write(#"{"box": [[0, 1]]}"#, to: place.path("line.json"))
        try OutputFile.write(
            #"{"box": [[0, 1]], "embedding": {"origin": [0, 0, 0], "directions": [[1, 0, 0]]}}"#, to: place.path("slice.json"))
        try refused(["--domain", "line.json"], 65, "line.json: domain: expected 2 coordinates, as the network's input, found 1")
        try refused(
            ["--domain", "slice.json"], 65, "slice.json: domain.embedding: expected 2 coordinates, as the network's input, found 3")
        try refused(["--points", "none.npy"], 66, "none.npy: no such file")
        #expect(
            try place.maso("partition", "SmallCNN", "--init", "1")
                == Workplace.Outcome(
                    status: 69, output: "",
                    error:
                        "maso: the whole of 784 dimensions: give a box (--box), or a part of it (--points, --plane, --principal, --domain)\n"
                ))
    }

    @Test("The whole plane, a polygon and a line of the toy network, whose first layer has no offsets")
    func counts() throws {
        let place = try Workplace()
        func regions(_ arguments: [String]) throws -> JSONValue {
            let outcome = try place.start(["partition", "Toy", "--init", "1", "--json"] + arguments).outcome()
            #expect(outcome.status == 0 && outcome.error == "")
            return try JSONValue(parsing: Array(outcome.output.utf8), file: "partition")
        }
        // 45 lines through 0 make 90 sectors, all unbounded.
        let whole = try regions([])
        #expect(whole["regionsPerLayer"]?.array?.first?.int == 90)
        #expect(whole["unbounded"] == whole["regions"] && whole["maxVolume"] == .null && whole["minVolume"] == .null)
        // A segment through 0 crosses all lines there: two cells of the first layer.
        let segment = try write(place, "segment.npy", [2, 2], [-1, -0.5, 1, 0.5])
        #expect(try regions(["--points", segment, "-o", "line.json"])["regionsPerLayer"]?.array?.first?.int == 2)
        #expect(try place.files() == ["line.json", "segment.npy"])
        let triangle = try write(place, "triangle.npy", [3, 2], [-1, -1, 0, 1, 1, -1])
        #expect(try regions(["--polygon", triangle])["regions"] == whole["regions"])
        try OutputFile.write(#"{"polygon": [[-1, -1], [1, -1], [0, 1]]}"#, to: place.path("triangle.json"))
        #expect(try regions(["--domain", "triangle.json"])["regions"] == whole["regions"])
        // The same triangle in coordinates that are turned, mirrored and stretched.
        let slice = #"{"polygon": [[-1, 1], [-1, -1], [1, 0]], "embedding": {"origin": [0, 0], "directions": [[0, 1], [-1, 0]]}}"#
        try OutputFile.write(slice, to: place.path("slice.json"))
        #expect(try regions(["--domain", "slice.json"])["regions"] == whole["regions"])
    }

    @Test("A box of three directions in an image: what the file tells of its cells agrees")
    func solid() throws {
        let place = try Workplace()
        func numbers(_ value: (Int) -> Double) -> String { "[" + (0..<64).map { "\(value($0))" }.joined(separator: ",") + "]" }
        let directions = [3, 20, 37].map { pixel in numbers { $0 == pixel ? 1 : $0 == pixel + 9 ? -0.5 : 0 } }.joined(separator: ",")
        let embedding = "{\"origin\": \(numbers { Double($0 % 7) / 8 }), \"directions\": [\(directions)]}"
        let side = 0x1p-8
        let box = "[[\(-side), \(side)], [\(-side), \(side)], [0, \(side)]]"
        try OutputFile.write("{\"box\": \(box), \"embedding\": \(embedding)}", to: place.path("box.json"))
        let outcome = try place.start(["partition", "DigitsCNN", "--init", "1", "--domain", "box.json", "--json", "-o", "c.json"]).outcome()
        #expect(outcome.status == 0)
        let object = try JSONValue(parsing: Array(outcome.output.utf8), file: "partition")
        let file = try JSONValue(path: place.path("c.json"))
        let cells = try #require(file["cells"]?.array)
        let volume = 4 * side * side * side
        #expect(cells.count == object["regions"]?.int && cells.count > 10)
        #expect(abs(cells.compactMap { $0["volume"]?.double }.reduce(0, +) - volume) <= 1e-12 * volume)
        for cell in cells {
            let (centroid, vertices) = (try #require(cell["centroid"]?.array), try #require(cell["vertices"]?.array))
            for (i, x) in centroid.compactMap(\.double).enumerated() {
                let sides = vertices.compactMap { $0.array?[i].double }
                #expect(sides.min()! < x && x < sides.max()!)
                #expect(2 * (cell["inRadius"]?.double ?? .infinity) <= (sides.max()! - sides.min()!) * (1 + 1e-9))
            }
        }
        let pairs = try #require(file["adjacency"]?.array)
        // Cells of a box hang together: a tree of them has one edge less than there are cells.
        #expect(pairs.count >= cells.count - 1)
        let distributions = try #require(file["distributions"])
        #expect(abs((distributions["volume"]?["mean"]?.double ?? 0) - volume / Double(cells.count)) <= 1e-12 * volume)
        #expect(abs((distributions["neighbors"]?["mean"]?.double ?? 0) - 2 * Double(pairs.count) / Double(cells.count)) <= 1e-12)
        #expect(distributions["volume"]?["minimum"] == object["minVolume"] && distributions["volume"]?["maximum"] == object["maxVolume"])
        #expect(file["domain"]?["embedding"]?["directions"]?.array?.count == 3)
    }
}
