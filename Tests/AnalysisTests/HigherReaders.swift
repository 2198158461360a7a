// The readers of bytes from outside that lie above Interchange, in one table. A new reader is a new row.

import Analysis
import Interchange
import Networks
import Partitions
import TestSupport
import Training

extension Reader {
    static let analysis: [Reader] = [
        Reader("checkpoint") { bytes in
            // Without its checksum, which would keep every change out.
            var file = try SafetensorsFile(bytes: bytes, file: "x", budget: MemoryBudget(limit: 64 << 20))
            file.metadata.removeAll { $0.name == SafetensorsFile.checksumName }
            _ = try Checkpoint.state(in: file, path: "x", for: checkpointTrainer.get())
        },
        Reader("settings") { bytes in
            do { try TrainingConfiguration(toml: bytes, file: "x").validate() } catch TrainingError.configuration {}
        },
        Reader("domain") { _ = try Domain(json: $0, file: "x") },
    ]

    /// What the fixture continues: `maso train MLP-3 --data toy:moons --epochs 2 --patience 5 --threads 1 -o moons.safetensors` left
    /// it as `moons.safetensors.checkpoint`.
    static let checkpointTrainer = Result {
        var configuration = TrainingConfiguration()
        (configuration.epochs, configuration.patience) = (2, 5)
        let train = try DataSource("toy:moons").load(.train)
        var architecture = try Architecture.named("MLP-3", inputShape: train.sampleShape, classCount: train.classCount)
        architecture.classNames = train.classNames
        return try Trainer(architecture, on: train, configuration)
    }
}
