// Every reader of bytes from outside that this chapter has, in one table. A new reader is a new row.

import Interchange
import Networks
import TestSupport

extension Reader {
    /// Small enough to notice an allocation that trusts a size.
    static let budget = MemoryBudget(limit: 64 << 20)

    static let interchange: [Reader] = [
        Reader("npy") { _ = try NumpyArray.read(bytes: $0, file: "x", budget: budget) },
        Reader("npz") { _ = try NumpyArchive.read(bytes: $0, file: "x", budget: budget) },
        Reader("safetensors") { _ = try SafetensorsFile(bytes: $0, file: "x", budget: budget) },
        Reader("model") { _ = try NativeModel.network(in: SafetensorsFile(bytes: $0, file: "x", budget: budget), name: "x") },
        Reader("architecture") { bytes in
            // What is accepted must be the same after writing, and its foreign weights must be looked for without a trap.
            let form = try ForeignArchitecture(json: bytes, file: "x")
            guard try Architecture(json: form.architecture.json) == form.architecture else { fatalError("an architecture is not kept") }
            _ = try form.network(SafetensorsFile(tensors: []), name: "x")
        },
        Reader("json") { bytes in
            // What is accepted must survive being written and read again.
            let value = try JSONValue(parsing: bytes, file: "x")
            guard try JSONValue(parsing: Array(value.text().utf8), file: "x") == value else { fatalError("JSON is not kept") }
        },
        Reader("gzip") { _ = try InputFile(name: "x", bytes: $0, budget: budget).contents() },
        Reader("idx") { _ = try IDX.read(InputFile(name: "x", bytes: $0, budget: budget)) },
        Reader("cifar") { bytes in
            _ = try CIFAR.cifar10.records(bytes, file: "x")
            _ = try CIFAR.cifar100.records(bytes, file: "x")
        },
        Reader("csv") { _ = try CSV.read(bytes: $0, file: "x", budget: budget) },
        Reader("matlab") { bytes in
            _ = try MATLABFile.read(bytes, file: "x", budget: budget)
            _ = try SVHN.read(bytes: bytes, file: "x", name: "x", budget: budget)
        },
        Reader("onnx") { bytes in
            var options = ONNXImportOptions()
            options.budget = budget
            _ = try ONNXModel(bytes: bytes, file: "x", budget: budget).network(options)
        },
        Reader("tar") { _ = try TarArchive.entries($0, file: "x") },
        Reader("labels") { _ = try ClassNames.read(bytes: $0, file: "x", classCount: 3) },
    ]
}
