// Every reader of bytes from outside, in one table: the seeded mutator of the tests and the fuzz targets both take it from here.
// A new reader is a new row.

import Interchange

/// A reader under attack: it may throw `InterchangeError` and nothing else, and may not trap.
struct Reader: Sendable {
    let name: String
    let read: @Sendable ([UInt8]) throws(InterchangeError) -> Void

    /// Small enough to notice an allocation that trusts a size.
    static let budget = MemoryBudget(limit: 64 << 20)

    static let all: [Reader] = [
        Reader(name: "npy") { bytes throws(InterchangeError) in _ = try NumpyArray.read(bytes: bytes, file: "x", budget: budget) },
        Reader(name: "npz") { bytes throws(InterchangeError) in _ = try NumpyArchive.read(bytes: bytes, file: "x", budget: budget) },
        Reader(name: "safetensors") { bytes throws(InterchangeError) in _ = try SafetensorsFile(bytes: bytes, file: "x", budget: budget) },
        Reader(name: "model") { bytes throws(InterchangeError) in
            _ = try NativeModel.network(in: SafetensorsFile(bytes: bytes, file: "x", budget: budget), name: "x")
        },
        Reader(name: "json") { bytes throws(InterchangeError) in
            // What is accepted must survive being written and read again.
            let value = try JSONValue(parsing: bytes, file: "x")
            guard try JSONValue(parsing: Array(value.text().utf8), file: "x") == value else { fatalError("JSON is not kept") }
        },
        Reader(name: "gzip") { bytes throws(InterchangeError) in _ = try InputFile(name: "x", bytes: bytes, budget: budget).contents() },
        Reader(name: "idx") { bytes throws(InterchangeError) in _ = try IDX.read(InputFile(name: "x", bytes: bytes, budget: budget)) },
        Reader(name: "cifar") { bytes throws(InterchangeError) in
            _ = try CIFAR.cifar10.records(bytes, file: "x")
            _ = try CIFAR.cifar100.records(bytes, file: "x")
        },
        Reader(name: "csv") { bytes throws(InterchangeError) in _ = try CSV.read(bytes: bytes, file: "x", budget: budget) },
        Reader(name: "matlab") { bytes throws(InterchangeError) in
            _ = try MATLABFile.read(bytes, file: "x", budget: budget)
            _ = try SVHN.read(bytes: bytes, file: "x", name: "x", budget: budget)
        },
        Reader(name: "onnx") { bytes throws(InterchangeError) in
            var options = ONNXImportOptions()
            options.budget = budget
            _ = try ONNXModel(bytes: bytes, file: "x", budget: budget).network(options)
        },
        Reader(name: "tar") { bytes throws(InterchangeError) in _ = try TarArchive.entries(bytes, file: "x") },
    ]
}
