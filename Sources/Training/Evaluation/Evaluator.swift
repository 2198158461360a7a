// What a network is worth on labelled samples: accuracy, loss, confusion; computed in batches.

import Dispatch
internal import Execution
import Graphs
public import Interchange
public import Networks
public import Tensors

/// A network judged by labelled samples.
public struct Evaluation: Hashable, Sendable {
    /// The number of samples.
    public let count: Int
    /// The mean loss, without penalties and reconstruction.
    public let loss: Double
    /// `confusion[y][p]`: how many samples of class y have their first largest output at p.
    public let confusion: [[Int]]

    /// The number of samples whose first largest output is that of their class.
    public var correctCount: Int { confusion.indices.reduce(0) { $0 + confusion[$1][$1] } }
    /// `correctCount` / `count`.
    public var accuracy: Double { Double(correctCount) / Double(count) }
}

extension Evaluation {
    /// Outputs `[N, C]` before a softmax, judged by labels below C: cross-entropy and confusion.
    public init(outputs: Tensor<Double>, labels: [Int]) {
        let classes = outputs.shape[1]
        precondition(labels.count == outputs.shape[0] && labels.allSatisfy { $0 < classes }, "\(labels.count) labels for \(outputs.shape)")
        var confusion = [[Int]](repeating: [Int](repeating: 0, count: classes), count: classes)
        var total = 0.0
        for (row, label) in labels.enumerated() {
            let z = outputs.elements[row * classes..<(row + 1) * classes]
            let largest = z.max() ?? 0
            confusion[label][z.firstIndex(of: largest).map { $0 - row * classes } ?? 0] += 1
            total += largest + Double.logarithm(z.reduce(0) { $0 + Double.exponential($1 - largest) }) - outputs[row, label]
        }
        self.init(count: labels.count, loss: total / Double(max(labels.count, 1)), confusion: confusion)
    }
}

/// Runs a network in inference on batches of one size, halved where memory is short, with a plan of its own for the rest.
package final class Evaluator<S: Scalar> {
    private let architecture: Architecture
    private let loss: Loss
    private var batch: Int
    private let makeRunner: RunnerFactory<S>
    private var runners: [Int: any GraphRunner<S>] = [:]

    package init(
        _ architecture: Architecture, loss: Loss = .crossEntropy, batch: Int = 256,
        makeRunner: @escaping RunnerFactory<S>
    ) {
        (self.architecture, self.loss, self.batch, self.makeRunner) = (architecture, loss, batch, makeRunner)
    }

    private func runner(_ count: Int) throws(TrainingError) -> any GraphRunner<S> {
        if let runner = runners[count] { return runner }
        do {
            let network = try architecture.graph(batch: count)
            var graph = network.graph
            let targets = try graph.data(StepGraph.targetName, graph.shape(network.outputs))
            let losses = try Objective(loss: loss).perSample(input: network.input, outputs: network.outputs, targets: targets, in: &graph)
            let runner = try makeRunner(graph, [network.outputs, losses])
            runners[count] = runner
            return runner
        } catch let error as TrainingError { throw error } catch { throw .execution("\(error)") }
    }

    /// Calls `body` with each batch's rows and its runner, which has its parameters and samples.
    ///
    /// - Parameter numbers: the samples of some rows, row-major.
    private func forEachBatch(
        _ parameters: Parameters, count: Int, labels: [Int]?, numbers: (Range<Int>) throws(TrainingError) -> ArraySlice<S>,
        _ body: (Range<Int>, any GraphRunner<S>) -> Void
    ) throws(TrainingError) {
        let tensors = parameters.tensors(as: S.self)
        var (start, filled) = (0, Set<Int>())
        while start < count {
            let rows = start..<min(start + batch, count)
            let runner: any GraphRunner<S>
            do { runner = try self.runner(rows.count) } catch {
                guard case .memory = error, rows.count > 1 else { throw error }
                batch = rows.count / 2
                continue
            }
            start = rows.upperBound
            // The parameters stay in a runner from batch to batch.
            if filled.insert(rows.count).inserted {
                for (name, tensor) in zip(parameters.names, tensors) where runner.reads(name) {
                    runner.withInput(name) { copy(tensor.elements[...], to: $0) }
                }
            }
            let samples = try numbers(rows)
            if runner.reads(NetworkGraph.inputName) { runner.withInput(NetworkGraph.inputName) { copy(samples, to: $0) } }
            let batchLabels = labels.map { Array($0[rows]) } ?? []
            runner.withInput(StepGraph.targetName) { oneHot(batchLabels, classCount: architecture.classCount, to: $0) }
            runner.replay()
            body(rows, runner)
        }
    }

    package func evaluate(_ parameters: Parameters, on data: LabelledSamples<S>) throws(TrainingError) -> Evaluation {
        let size = architecture.inputShape.elementCount
        return try evaluate(parameters, labels: data.labels) { data.numbers[$0.lowerBound * size..<$0.upperBound * size] }
    }

    /// The same of samples that are made into numbers batch by batch.
    package func evaluate(_ parameters: Parameters, on data: DataSet) throws(TrainingError) -> Evaluation {
        try data.requireFit(architecture)
        return try evaluate(parameters, labels: data.labels) { rows throws(TrainingError) in
            try data.numbers(rows, for: architecture)[...]
        }
    }

    private func evaluate(
        _ parameters: Parameters, labels: [Int], numbers: (Range<Int>) throws(TrainingError) -> ArraySlice<S>
    ) throws(TrainingError) -> Evaluation {
        let classes = architecture.classCount
        var confusion = [[Int]](repeating: [Int](repeating: 0, count: classes), count: classes)
        var total = 0.0
        try forEachBatch(parameters, count: labels.count, labels: labels, numbers: numbers) { rows, runner in
            runner.withTarget(0) { outputs in
                for row in 0..<rows.count {
                    let predicted = firstLargest(outputs, row * classes..<(row + 1) * classes)
                    confusion[labels[rows.lowerBound + row]][predicted] += 1
                }
            }
            runner.withTarget(1) { for loss in $0 { total += Double(loss) } }
        }
        return Evaluation(count: labels.count, loss: total / Double(labels.count), confusion: confusion)
    }

    package func predict(_ parameters: Parameters, _ samples: Tensor<S>) throws(TrainingError) -> Tensor<S> {
        var outputs: [S] = []
        outputs.reserveCapacity(samples.shape[0] * architecture.classCount)
        let size = architecture.inputShape.elementCount
        try forEachBatch(
            parameters, count: samples.shape[0], labels: nil,
            numbers: { samples.elements[$0.lowerBound * size..<$0.upperBound * size] }
        ) { _, runner in
            runner.withTarget(0) { outputs.append(contentsOf: $0) }
        }
        return Tensor(shape: [samples.shape[0], architecture.classCount], elements: outputs)
    }
}

extension Network {
    /// Accuracy, loss and confusion on labelled samples, which are normalized as the architecture says; in the parameters' own scalar.
    ///
    /// - Parameter batch: the most samples at once; fewer where a plan of them needs more than `maximumBytes`.
    /// - Throws: `TrainingError.data` where the samples or classes are not the network's; `.memory` where one sample needs too much.
    public func evaluate(on data: DataSet, loss: Loss = .crossEntropy, batch: Int = 256, maximumBytes: Int? = nil) throws(TrainingError)
        -> Evaluation
    {
        func evaluation<S: Scalar>(_: S.Type) throws(TrainingError) -> Evaluation {
            try Evaluator<S>(
                architecture, loss: loss, batch: batch, makeRunner: Runners.planned(ExecutionOptions(maximumBytes: maximumBytes))
            )
            .evaluate(parameters, on: data)
        }
        return parameters.isDouble ? try evaluation(Double.self) : try evaluation(Float.self)
    }

    /// The outputs before a final softmax, `[N, C]`, of samples `[N, …]` that are the network's input as they are.
    ///
    /// - Throws: `TrainingError.data` where the samples' shape is not the network's.
    public func predict<S: Scalar>(_ samples: Tensor<S>, batch: Int = 256, maximumBytes: Int? = nil) throws(TrainingError) -> Tensor<S> {
        guard Array(samples.shape.dropFirst()) == architecture.inputShape, samples.rank > 0 else {
            throw .data(
                name: architecture.name, what: "samples", expected: "shape [N] + \(architecture.inputShape)", got: "\(samples.shape)")
        }
        return try Evaluator<S>(architecture, batch: batch, makeRunner: Runners.planned(ExecutionOptions(maximumBytes: maximumBytes)))
            .predict(
                parameters, samples)
    }
}

extension DataSet {
    /// The samples as an architecture's input, normalized as it says.
    ///
    /// - Throws: `TrainingError.data` where there are none, or the samples or classes are not the architecture's.
    package func labelledSamples<S: Scalar>(for architecture: Architecture, as _: S.Type = S.self) throws(TrainingError)
        -> LabelledSamples<S>
    {
        try requireFit(architecture)
        return LabelledSamples(
            numbers: try numbers(0..<count, for: architecture), labels: labels, size: architecture.inputShape.elementCount)
    }

    fileprivate func requireFit(_ architecture: Architecture) throws(TrainingError) {
        guard count > 0 else { throw .data(name: name, what: "samples", expected: "at least one", got: "none") }
        guard sampleShape == architecture.inputShape else {
            throw .data(name: name, what: "shape of a sample", expected: "\(architecture.inputShape)", got: "\(sampleShape)")
        }
        guard let largest = labels.max(), largest < architecture.classCount else {
            throw .data(name: name, what: "classes", expected: "at most \(architecture.classCount)", got: "\(classCount)")
        }
    }

    /// Samples that fit an architecture as its input, row-major.
    fileprivate func numbers<S: Scalar>(_ rows: Range<Int>, for architecture: Architecture) throws(TrainingError) -> [S] {
        let numbers: Tensor<S> = inputs(Array(rows), normalization: architecture.normalization)
        if let wrong = numbers.elements.firstIndex(where: { !$0.isFinite }) {
            let size = max(1, numbers.count / rows.count)
            throw .data(
                name: name, what: "sample \(rows.lowerBound + wrong / size)", expected: "finite numbers",
                got: "\(numbers.elements[wrong])")
        }
        return numbers.elements
    }
}
