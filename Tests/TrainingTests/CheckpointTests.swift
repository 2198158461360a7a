// Checkpoints: native models with a training under way, from anyone.

import Foundation
import Interchange
import Networks
import Tensors
import Testing
import Training

@Suite struct CheckpointTests {
    private func trainer(_ change: (inout TrainingConfiguration) -> Void = { _ in }, data: DataSet? = nil, net: String = "MLP-3") throws
        -> Trainer
    {
        var configuration = TrainingConfiguration.with { ($0.epochs, $0.batch, $0.patience, $0.learningRateDecay) = (2, 8, 5, 0.9) }
        change(&configuration)
        let data = data ?? ToySet.moons.dataSet(count: 40, split: .train)
        return try Trainer(.named(net, inputShape: [2], classCount: 4), on: data, configuration)
    }

    @Test("A checkpoint is a native model of the parameters at that moment")
    func isModel() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/m.checkpoint"
            let result = try trainer().run(checkpoint: path, keepsSnapshots: true)
            #expect(try Network(path: path).parameters == result.snapshots.last)
        }
    }

    @Test("What differs is named")
    func differences() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/m.checkpoint"
            _ = try trainer().run(checkpoint: path)
            func text(_ trainer: Trainer) -> String? {
                errorText { _ = try trainer.run(checkpoint: path, resumes: true) }?.replacingOccurrences(of: path, with: "PATH")
            }
            #expect(try text(trainer()) == nil)
            #expect(try text(trainer { $0.epochs = 3 }) == nil)
            _ = try trainer().run(checkpoint: path)
            #expect(
                try text(trainer { $0.learningRate = 0.5 })
                    == "64 PATH: learningRate: the checkpoint has the default, asked for is 0.5")
            #expect(
                try text(trainer { $0.learningRateDecay = nil })
                    == "64 PATH: learningRateDecay: the checkpoint has 0.9, asked for is the default")
            #expect(try text(trainer { $0.seed = 7 }) == "64 PATH: seed: the checkpoint has 0, asked for is 7")
            #expect(try text(trainer { $0.threads = 2 }) == "64 PATH: threads: the checkpoint has 1, asked for is 2")
            #expect(
                try text(trainer { $0.optimizer = .nesterov })
                    == "64 PATH: optimizer: the checkpoint has adam, asked for is nesterov")
            #expect(
                try text(trainer(data: ToySet.moons.dataSet(count: 44, split: .train)))
                    == "64 PATH: training data: the checkpoint has 40 samples of toy:moons, asked for is 44 of toy:moons")
            let other = try #require(try text(trainer(data: ToySet.moons.dataSet(count: 40, split: .train, seed: 1))))
            #expect(other.hasPrefix("64 PATH: training data: the checkpoint has toy:moons with digest "))
            #expect(try text(trainer(net: "MLP-4")) == "64 PATH: architecture: name: the checkpoint has MLP-3, asked for is MLP-4")
            let missing = errorText { _ = try trainer().run(checkpoint: folder + "/none", resumes: true) }
            #expect(missing == "66 \(folder)/none: no such file")
            let nowhere = errorText { _ = try trainer().run(checkpoint: folder + "/no/m.checkpoint") }
            #expect(nowhere == "73 \(folder)/no/m.checkpoint: cannot be created: no such folder")
        }
    }

    @Test("Hostile checkpoints are refused whole")
    func hostile() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/m.checkpoint"
            let trainer = try trainer()
            _ = try trainer.run(checkpoint: path)
            let whole = try SafetensorsFile(path: path)
            func text(_ change: (inout SafetensorsFile) -> Void) throws -> String? {
                var changed = whole
                change(&changed)
                try changed.sealed.write(to: path)
                return errorText { _ = try trainer.run(checkpoint: path, resumes: true) }?.replacingOccurrences(of: path, with: "PATH")
            }
            func record(_ old: String, _ new: String) throws -> String? {
                try text { file in
                    file.metadata = file.metadata.map { name, value in
                        guard name == "training" else { return (name, value) }
                        #expect(value.contains(old), "\(old) in \(value)")
                        return (name, value.replacingOccurrences(of: old, with: new))
                    }
                }
            }
            #expect(
                try text { $0.metadata.removeAll { $0.name == "training" } }
                    == "65 PATH: __metadata__: training: expected a training under way, found none")
            #expect(
                try text { $0.tensors.removeAll { $0.name == "training/firstMoment" } }
                    == "65 PATH: tensor «training/firstMoment»: expected shape [25], found no such tensor")
            #expect(
                try text { file in
                    file.tensors = file.tensors.map {
                        $0.name == "training/best" ? NamedTensor(name: $0.name, tensor: .float64(Tensor.zeros([25]))) : $0
                    }
                } == "65 PATH: tensor «training/best»: expected float32 [25], found float64 [25]")
            #expect(try record(#""epoch":2,"#, #""epoch":-2,"#) == "65 PATH: training: epoch: expected from 0 to 1099511627776, found -2")
            #expect(
                try record(#""epoch":2,"history""#, #""epoch":1,"history""#) == "65 PATH: training: history: expected 1 epochs, found 2")
            #expect(try record(#""batch":0,"#, #""batch":9,"#) == "65 PATH: training: batch: expected from 0 to 5, found 9")
            #expect(try record(#""batch":0,"#, #""batch":1,"#) == "65 PATH: training: sampleCount: expected some after a batch, found 0")
            #expect(
                try record(#""steps":10"#, #""steps":"many""#)
                    == "65 PATH: training: steps: expected the state of a training, found another value")
            #expect(try record(#""steps":10"#, #""step":10"#) == "65 PATH: training: steps: expected a value, found no such key")
            #expect(
                try record(#""shuffling":["#, #""shuffling":[1,"#)?.hasPrefix("65 PATH: training: shuffling: expected four numbers") == true
            )
            #expect(
                try record(#""epochs":2"#, #""epocs":2"#)?.hasPrefix("65 PATH: configuration: epocs: expected one of epochs, batch") == true
            )
            #expect(
                try record(#"{"batch":"#, #"{"batch":0,"batch":"#)
                    == "65 PATH: training: JSON line 1, column 12: expected each name once, found «batch» again")
        }
    }

    @Test("Law: a changed bit is noticed, or changes nothing")
    func everyBit() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/m.checkpoint"
            let trainer = try trainer { $0.epochs = 1 }
            _ = try trainer.run(checkpoint: path)
            let (bytes, whole) = (try InputFile(path: path).stored, try Checkpoint.read(path, for: trainer))
            var (refused, generator) = (0, RandomGenerator(seed: 1))
            for place in bytes.indices {
                var changed = bytes
                changed[place] ^= 1 << UInt8(generator.integer(below: 8))
                try OutputFile.write(changed, to: path)
                var state: TrainingState?
                if let text = errorText({ state = try Checkpoint.read(path, for: trainer) }) {
                    #expect(text.hasPrefix("65 ") || text.hasPrefix("69 "), "byte \(place): \(text)")  // 69: an unknown element type
                    refused += 1
                } else {
                    #expect(state == whole, "byte \(place)")  // white space of the header, or an escape in it
                }
            }
            #expect(refused >= bytes.count - 8, "\(refused) of \(bytes.count)")
        }
    }

    @Test("A checkpoint without checksum, or with another, is refused")
    func checksum() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/m.checkpoint"
            let trainer = try trainer()
            _ = try trainer.run(checkpoint: path)
            var file = try SafetensorsFile(path: path)
            let digest = try #require(file.metadata("checksum"))
            file.metadata.removeAll { $0.name == "checksum" }
            try file.write(to: path)
            #expect(SHA256.digest(try InputFile(path: path).stored) == digest)
            func text() -> String? { errorText { _ = try trainer.run(checkpoint: path, resumes: true) } }
            #expect(text() == "65 \(path): __metadata__: checksum: expected one, found none")
            file.metadata.append(("checksum", "00"))
            try file.write(to: path)
            #expect(text()?.hasPrefix("65 \(path): checksum of the content: expected «00», found «\(digest.prefix(60))") == true)
            #expect(errorText { _ = try TrainingConfiguration(checkpoint: path) } == text())
            #expect(errorText { _ = try Network(path: path) } == text())
        }
    }
}
