import Foundation
import Interchange
import Networks
import Tensors
import TestSupport
import Testing

@Suite struct DataSetTests {
    @Test("The embedded digits are scikit-learn's, and their parts are disjoint and complete")
    func digits() throws {
        let reference = try JSONValue(path: fixture("digits.json"))
        let all = Digits.all
        guard case .uint8(let pixels) = all.samples else { Issue.record("not bytes"); return }
        #expect(pixels.shape == [1_797, 1, 8, 8])
        #expect(SHA256.digest(pixels.elements) == reference["pixels"]?.string)
        #expect(SHA256.digest(all.labels.map { UInt8($0) }) == reference["labels"]?.string)
        let (train, test) = (Digits.dataSet(.train), Digits.dataSet(.test))
        #expect((train.count, test.count) == (1_437, 360))
        #expect(train.labels + test.labels == all.labels)
    }

    @Test("Normalised samples agree with NumPy's to a few roundings")
    func normalization() throws {
        let reference = try #require(try JSONValue(path: fixture("digits.json"))["normalized"]?.array)
        let mine: Tensor<Double> = Digits.all.inputs([0, 1, 2], normalization: .perSample)
        #expect(mine.shape == [3, 1, 8, 8])
        for (value, expected) in zip(mine.elements, reference.flatMap { $0.array! }) {
            #expect(abs(value - expected.double!) <= 4 * 0x1p-52)
        }
    }

    @Test("Law: a normalised sample has mean zero and largest magnitude one, or is zero where it was constant", arguments: UInt64(0)..<32)
    func normalizationLaw(seed: UInt64) {
        var generator = RandomGenerator(seed: seed)
        for sampler in Sampler.allCases {
            let samples: Tensor<Double> = sampler.tensor([5, 2, 3], using: &generator)
            let normalized = Normalization.perSample.apply(to: samples)
            for row in 0..<5 {
                let (before, after) = (samples.rows(row..<row + 1).elements, normalized.rows(row..<row + 1).elements)
                if Set(before).count == 1 {
                    #expect(after.allSatisfy { $0 == 0 })
                } else {
                    #expect(after.map(abs).max() == 1)
                    #expect(abs(after.reduce(0, +)) <= 64 * 0x1p-52 / (before.max()! - before.min()!))
                }
            }
        }
        let constants = Tensor<Float>(shape: [2, 3], elements: [0.1, 0.1, 0.1, 0, 0, 0])
        #expect(Normalization.perSample.apply(to: constants).elements == [0, 0, 0, 0, 0, 0])
        #expect(Normalization.none.apply(to: constants) == constants)
    }

    @Test("Toy data lie in [−1, 1]², are the same for a seed, and have equal classes", arguments: ToySet.allCases)
    func toys(set: ToySet) {
        let data = set.dataSet(count: 400, split: .train, seed: 3)
        #expect(data == set.dataSet(count: 400, split: .train, seed: 3))
        #expect(data.samples != set.dataSet(count: 400, split: .train, seed: 4).samples)
        #expect(data.samples != set.dataSet(count: 400, split: .test, seed: 3).samples)
        #expect(data.samples.converted(to: Double.self).elements.allSatisfy { abs($0) <= 1 })
        #expect((0..<4).map { label in data.labels.count { $0 == label } } == [100, 100, 100, 100])
    }

    @Test("A noiseless point determines its class: spiral arms by their angle, moons by the nearest moon")
    func toySeparation() {
        let spirals = ToySet.spirals.dataSet(count: 400, split: .train, noise: 0, seed: 1)
        let points = spirals.samples.converted(to: Double.self).elements
        for i in 0..<400 {
            let (x, y) = (points[2 * i], points[2 * i + 1])
            let turn = (atan2(y, x) / (2 * Double.pi) - 0.6 * (x * x + y * y).squareRoot()) * 4
            #expect(abs((turn - Double(spirals.labels[i])).remainder(dividingBy: 4)) < 1e-9)
        }
    }

    @Test("A split is disjoint, complete and the same for a seed", arguments: UInt64(0)..<8)
    func split(seed: UInt64) {
        let data = DataSet(
            name: "x", samples: .int32(Tensor(shape: [10, 1], elements: (0..<10).map { Int32($0) })), labels: Array(0..<10), classCount: 10)
        let (train, test) = data.split(testFraction: 0.3, seed: seed)
        #expect((train.count, test.count) == (7, 3))
        #expect((train.labels + test.labels).sorted() == Array(0..<10))
        #expect(train.samples.integers == train.labels)
        #expect(data.split(testFraction: 0.3, seed: seed).test == test)
    }

    @Test("IDX pairs are read, big-endian and compressed; images without channels get one")
    func idx() throws {
        let data = try DataSource("idx:\(fixture("images.idx")),\(fixture("labels.idx.gz"))").load(.test)
        #expect(data.samples == .int16(Tensor(shape: [2, 1, 2, 3], elements: (-6..<6).map { Int16($0) })))
        #expect(data.labels == [3, 0])
        #expect(data.classCount == 4)
    }

    @Test("SVHN's files are read, compressed and not: rows before columns, and 10 means 0", arguments: ["svhn.mat", "svhn-plain.mat.gz"])
    func svhn(name: String) throws {
        let data = try SVHN.read(bytes: try InputFile(path: fixture(name)).contents(), file: name, name: "svhn")
        #expect(data.labels == [1, 0, 9])
        guard case .uint8(let pixels) = data.samples else { Issue.record("not bytes"); return }
        #expect(pixels.shape == [3, 3, 32, 32])
        for (n, channel, row, column) in [(0, 0, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1), (2, 1, 30, 7), (1, 2, 31, 31)] {
            #expect(Int(pixels[n, channel, row, column]) == (row + 2 * column + 5 * channel + 100 * n) % 256)
        }
    }

    @Test("CIFAR records are read from files and from the published archive's layout")
    func cifar() throws {
        func record(_ labels: [UInt8], _ value: UInt8) -> [UInt8] { labels + [UInt8](repeating: value, count: 3072) }
        try withTemporaryFolder { folder in
            let batch = record([7], 1) + record([2], 9)
            try OutputFile.write(batch, to: "\(folder)/test_batch.bin")
            for number in 1...5 { try OutputFile.write(record([UInt8(number)], 0), to: "\(folder)/data_batch_\(number).bin") }
            let test = try DataSource("cifar10:\(folder)").load(.test)
            #expect(test.labels == [7, 2])
            #expect(test.sampleShape == [3, 32, 32])
            #expect(try DataSource("cifar10:\(folder)").load(.train).labels == [1, 2, 3, 4, 5])
            try OutputFile.write(record([19, 99], 1), to: "\(folder)/test.bin")
            #expect(try DataSource("cifar100:\(folder)").load(.test).labels == [99])
        }
        try withTemporaryFolder { folder in
            try FileManager.default.createDirectory(atPath: "\(folder)/cifar-10-batches-bin", withIntermediateDirectories: true)
            try OutputFile.write(record([7], 1), to: "\(folder)/cifar-10-batches-bin/test_batch.bin")
            let names = (0..<10).map { "class \($0)" }
            try OutputFile.write(names.joined(separator: "\n") + "\n\n", to: "\(folder)/cifar-10-batches-bin/batches.meta.txt")
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = ["tar", "-C", folder, "-czf", "\(folder)/cifar-10-binary.tar.gz", "cifar-10-batches-bin"]
            try process.run()
            process.waitUntilExit()
            try FileManager.default.removeItem(atPath: "\(folder)/cifar-10-batches-bin")
            let data = try DataSource("cifar10:\(folder)").load(.test)
            #expect(data.labels == [7])
            #expect(data.classNames == names)
        }
    }

    @Test("CSV: header or none, any of three separators, label by name or last, classes by number or name")
    func csv() throws {
        func read(_ text: String, label: String? = nil) throws -> DataSet { try CSV.read(bytes: Array(text.utf8), file: "x", label: label) }
        let plain = try read("1,2.5,0\n-3e2,.5,2\n")
        #expect(plain.samples == .float32(Tensor(shape: [2, 2], elements: [1, 2.5, -300, 0.5])))
        #expect(plain.labels == [0, 2])
        #expect(plain.classCount == 3)
        let header = try read("\u{feff}label;a;b\r\n1; 2 ;3\r\n\r\n0;4;5")
        #expect(header.labels == [1, 0])
        #expect(header.samples == .float32(Tensor(shape: [2, 2], elements: [2, 3, 4, 5])))
        let named = try read("a\tkind\tb\n1\t\"z\"\t2\n3\ta\t4\n", label: "kind")
        #expect(named.labels == [1, 0])
        #expect(named.classNames == ["a", "z"])
    }

    @Test("Law: numbers of a CSV file are rounded as Swift rounds them", arguments: UInt64(0)..<200)
    func csvNumbers(seed: UInt64) throws {
        var generator = RandomGenerator(seed: seed)
        var digits = (0...generator.integer(below: 20)).map { _ in "\(generator.integer(below: 10))" }
        if generator.integer(below: 2) == 0 { digits.insert(".", at: generator.integer(below: digits.count + 1)) }
        if generator.integer(below: 4) == 0 { digits.append("e\(generator.integer(below: 30) - 15)") }
        let text = digits.joined()
        try #require(Double(text) != nil || text.hasPrefix(".") || text.hasSuffix("."))
        let expected = Double(text.hasPrefix(".") ? "0" + text : text.hasSuffix(".") ? text + "0" : text)
        guard let expected else { return }
        #expect(CSV.number(Array(text.utf8), 0..<text.utf8.count)?.bitPattern == expected.bitPattern)
    }

    @Test(.enabled(if: LargeData.hasMNIST, LargeData.reason))
    func mnist() throws {
        let clock = ContinuousClock()
        var data: DataSet?
        let time = try clock.measure { data = try DataSource("mnist:\(LargeData.folder!)/mnist").load(.train) }
        let train = try #require(data)
        #expect(train.samples.shape == [60_000, 1, 28, 28])
        guard case .uint8(let pixels) = train.samples else { Issue.record("not bytes"); return }
        // The checksum of the decompressed file, less its 16 bytes of header, from the canonical one of the whole.
        let header: [UInt8] = [0, 0, 8, 3, 0, 0, 0xea, 0x60, 0, 0, 0, 28, 0, 0, 0, 28]
        #expect(SHA256.digest(header + pixels.elements) == "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db")
        print("MNIST: 60 000 images read in \(time)")
        let test = try DataSource("mnist:\(LargeData.folder!)/mnist").load(.test)
        #expect(test.count == 10_000)
        #expect(test.labels.prefix(5) == [7, 2, 1, 0, 4])
    }
}
