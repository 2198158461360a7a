// The slides' toy network trained: two inputs, four classes, 45-3-4, its parameters kept after each epoch (THEORY §13, §15).

public import Analysis
import Interchange
import Networks
import Partitions
import Splines
import Tensors
import Training

/// A training of the toy network with its partition at chosen epochs.
public struct ToyRun: Sendable {
    /// The network after an epoch.
    public struct Moment: Sendable {
        /// 0 before training.
        public let epoch: Int
        public let model: Model
        /// The cells of the whole network.
        public let whole: PlanarPartition
        public let boundary: DecisionBoundary

        /// The number of cells that layer 1 alone cuts.
        public var firstCellCount: Int { whole.cellCounts[0] }
    }

    public static let classNames = ["blue", "orange", "green", "purple"]
    public static let domain = Domain.box([-1...1, -1...1])

    public let train: DataSet
    public let result: TrainingResult
    /// The chosen epochs in order, the last one included.
    public let moments: [Moment]

    /// The largest ‖f(x) − (A x + b)‖∞ / max(1, ‖f(x)‖∞) at the centres of the last moment's cells: A and b the cell's, f the network's.
    public let worstResidual: Double

    public var last: Moment { moments[moments.count - 1] }

    /// - Throws: `TrainingError`; `NetworkError` and `PartitionError` for bugs alone.
    init(seed: UInt64, epochs: Int, progress: ReportProgress) throws {
        train = ToySet.spirals.dataSet(count: 1_000, split: .train, seed: seed)
        let test = ToySet.spirals.dataSet(count: 1_000, split: .test, seed: seed)
        var architecture = try Architecture.named("Toy")
        architecture.classNames = ToyRun.classNames
        var configuration = TrainingConfiguration()
        (configuration.seed, configuration.epochs, configuration.batch) = (seed, epochs, 32)
        (configuration.learningRate, configuration.learningRateDecay) = (5e-3, 0.97)
        result = try Trainer(architecture, on: train, test: test, configuration).run(keepsSnapshots: true) { event in
            if case .epoch(let record) = event { progress("toy network: epochs", record.epoch, epochs) }
        }
        let snapshots = result.snapshots
        let chosen = ToyRun.shownEpochs(snapshots.count - 1)
        moments = try chosen.enumerated().map { place, epoch in
            progress("toy network: partitions", place + 1, chosen.count)
            let network = try Network(architecture, snapshots[epoch])
            return try Moment(epoch: epoch, model: Model(network, name: "Toy", digest: network.digest))
        }
        worstResidual = try moments[moments.count - 1].worstResidual()
    }

    /// Epochs worth a picture: dense at the start, where most happens, about twelve in all.
    static func shownEpochs(_ last: Int) -> [Int] {
        var epochs = [0]
        var step = 1.0
        while epochs.last! < last {
            epochs.append(min(last, epochs.last! + Int(step)))
            step *= 1.42
        }
        return epochs
    }
}

extension ToyRun.Moment {
    init(epoch: Int, model: Model) throws {
        let program = try PiecewiseAffineProgram(model.readable)
        (self.epoch, self.model) = (epoch, model)
        whole = try PlanarPartition(of: program, on: ToyRun.domain)
        boundary = whole.decisionBoundary()
    }

    fileprivate func worstResidual() throws -> Double {
        let cells = Array(whole.cells)
        let centers = cells.map(\.centroid)
        let reader = try CodeReader(model.readable, batch: cells.count)
        let outputs = try reader.read(Tensor(shape: [cells.count, 2], elements: centers.flatMap { [$0.x, $0.y] })).outputs
        return zip(cells, centers).enumerated().map { index, pair in
            let (f, g) = (outputs.rows(index..<index + 1).elements, pair.0.map([pair.1.x, pair.1.y]))
            return (zip(f, g).map { abs($0 - $1) }.max() ?? 0) / max(1, f.map(abs).max() ?? 0)
        }.max() ?? 0
    }
}

extension Network {
    /// SHA-256 of the architecture's text and the parameters' bits, widened.
    var digest: String {
        var bytes = Array(architecture.json.utf8)
        for tensor in parameters.tensors(as: Double.self) {
            for number in tensor.elements { withUnsafeBytes(of: number.bitPattern.littleEndian) { bytes += $0 } }
        }
        return SHA256.digest(bytes)
    }
}
