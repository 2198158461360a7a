// The binary version of CIFAR-10 and CIFAR-100: records of one or two labels and 3 072 bytes, the red, green and blue planes in
// row order; as files, gzip-compressed or not, or in the archive as it is published.

import Tensors

/// Reading CIFAR's binary version.
public enum CIFAR: Hashable, Sendable {
    case cifar10
    /// With its 100 fine classes.
    case cifar100

    /// The images of a split, shape `[N, 3, 32, 32]`.
    ///
    /// - Parameter folder: holds the `.bin` files, or the archive's folder with them, or the archive.
    public func read(folder: String, split: Split, name: String, budget: MemoryBudget = .standard) throws(InterchangeError) -> DataSet {
        let files = try contents(of: fileNames(split), in: folder, budget: budget)
        var pixels: [UInt8] = []
        var labels: [Int] = []
        for file in files {
            let part = try records(file.bytes, file: file.name)
            pixels += part.pixels
            labels += part.labels
        }
        return DataSet(
            name: name, samples: .uint8(Tensor(shape: [labels.count, 3, 32, 32], elements: pixels)), labels: labels, classCount: classCount,
            classNames: try classNames(in: folder, budget: budget))
    }

    /// The records of one file's bytes.
    public func records(_ bytes: [UInt8], file: String) throws(InterchangeError) -> (pixels: [UInt8], labels: [Int]) {
        // CIFAR-100 has the coarse label before the fine one.
        let labelCount = self == .cifar10 ? 1 : 2
        let recordSize = labelCount + 3072
        guard !bytes.isEmpty, bytes.count % recordSize == 0 else {
            throw .malformed(
                file: file, place: "length", expected: "one or more records of \(recordSize) bytes", found: "\(bytes.count) bytes")
        }
        var (pixels, labels): ([UInt8], [Int]) = ([], [])
        pixels.reserveCapacity(bytes.count)
        for start in stride(from: 0, to: bytes.count, by: recordSize) {
            let label = Int(bytes[start + labelCount - 1])
            guard label < classCount else {
                throw .malformed(
                    file: file, place: "record \(start / recordSize)", expected: "a label in 0 ..< \(classCount)", found: "\(label)")
            }
            labels.append(label)
            pixels += bytes[start + labelCount..<start + recordSize]
        }
        return (pixels, labels)
    }

    private var classCount: Int { self == .cifar10 ? 10 : 100 }
    private var archiveName: String { self == .cifar10 ? "cifar-10-binary.tar.gz" : "cifar-100-binary.tar.gz" }
    private var archiveFolder: String { self == .cifar10 ? "cifar-10-batches-bin" : "cifar-100-binary" }

    private func fileNames(_ split: Split) -> [String] {
        switch (self, split) {
        case (.cifar10, .train): (1...5).map { "data_batch_\($0).bin" }
        case (.cifar10, .test): ["test_batch.bin"]
        case (.cifar100, .train): ["train.bin"]
        case (.cifar100, .test): ["test.bin"]
        }
    }

    private func contents(of names: [String], in folder: String, budget: MemoryBudget) throws(InterchangeError) -> [(
        name: String, bytes: [UInt8]
    )] {
        for place in [folder, "\(folder)/\(archiveFolder)"] {
            guard let found = try? names.map({ name throws(InterchangeError) in try existing(name, in: place) }) else { continue }
            var result: [(name: String, bytes: [UInt8])] = []
            for path in found { result.append((path, try InputFile(path: path, budget: budget).contents())) }
            return result
        }
        let archive = "\(folder)/\(archiveName)"
        guard fileExists(archive) else { throw .absent(file: "\(folder)/\(names[0])", reason: "no such file (nor \(archiveName) there)") }
        let bytes = try InputFile(path: archive, budget: budget).contents()
        let entries = try TarArchive.entries(bytes, file: archive)
        var result: [(name: String, bytes: [UInt8])] = []
        for name in names {
            guard let entry = entries.first(where: { $0.name == "\(archiveFolder)/\(name)" }) else {
                throw .malformed(file: archive, place: "archive", expected: "a file \(name)", found: "none")
            }
            result.append(("\(archive): \(name)", Array(bytes[entry.range])))
        }
        return result
    }

    /// The names in the text file that comes with the data, where it is there.
    private func classNames(in folder: String, budget: MemoryBudget) throws(InterchangeError) -> [String]? {
        let name = self == .cifar10 ? "batches.meta.txt" : "fine_label_names.txt"
        guard let file = try? contents(of: [name], in: folder, budget: budget).first else { return nil }
        let names = String(decoding: file.bytes, as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init)
        guard names.count == classCount else {
            throw .malformed(file: file.name, place: "lines", expected: "\(classCount) names", found: "\(names.count)")
        }
        return names
    }
}

/// The path of `name` in `folder`, or of its compressed form.
func existing(_ name: String, in folder: String) throws(InterchangeError) -> String {
    for path in ["\(folder)/\(name)", "\(folder)/\(name).gz"] where fileExists(path) { return path }
    throw .absent(file: "\(folder)/\(name)", reason: "no such file (nor \(name).gz)")
}

func fileExists(_ path: String) -> Bool { (try? System.status(of: path)) != nil }
