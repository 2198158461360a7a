// A step bound to a runner: samples and parameters in, loss and gradients out.

import Graphs
import Networks
import Tensors

/// Samples in the network's form, with their classes.
package struct LabelledSamples<S: Scalar>: Sendable {
    /// Row-major, normalized.
    package let numbers: [S]
    package let labels: [Int]
    /// The numbers of one sample.
    package let size: Int
}

/// Computes loss and gradients for a fixed number of samples.
package final class TrainingStep {
    package let count: Int
    private let graph: StepGraph
    private let runner: any GraphRunner<Float>
    private let layout: ParameterLayout
    /// Where the gradients go, in the order of `graph.gradients`.
    private let ranges: [Range<Int>]

    package init(_ graph: StepGraph, count: Int, layout: ParameterLayout, runner: any GraphRunner<Float>) {
        (self.graph, self.count, self.layout, self.runner) = (graph, count, layout, runner)
        let places = Dictionary(uniqueKeysWithValues: layout.entries.map { ($0.declaration.name, $0.range) })
        ranges = graph.gradients.map { places[$0.name]! }
    }

    /// Fills, replays and reads.
    ///
    /// - Parameters:
    ///   - values: the parameters, as `layout` has them.
    ///   - indices: the samples, `count` of them.
    ///   - masks: for each dropout its numbers for these samples.
    ///   - gradients: of the summed objective, as `layout` has them; overwritten.
    package func run(
        values: [Float], data: LabelledSamples<Float>, indices: ArraySlice<Int>, masks: [ArraySlice<Float>], gradients: inout [Float]
    ) -> StepResult {
        precondition(indices.count == count, "\(indices.count) samples, expected \(count)")
        for entry in layout.entries where runner.reads(entry.declaration.name) {
            runner.withInput(entry.declaration.name) { copy(values[entry.range], to: $0) }
        }
        runner.withInput(NetworkGraph.inputName) { gather(data.numbers, rows: indices, size: data.size, to: $0) }
        let classCount = graph.graph.shape(graph.outputs)[1]
        runner.withInput(StepGraph.targetName) { oneHot(indices.map { data.labels[$0] }, classCount: classCount, to: $0) }
        for (mask, numbers) in zip(graph.masks, masks) { runner.withInput(mask.name) { copy(numbers, to: $0) } }
        runner.replay()
        for (position, range) in ranges.enumerated() {
            runner.withTarget(2 + position) { target in
                gradients.withUnsafeMutableBufferPointer { _ = UnsafeMutableBufferPointer(rebasing: $0[range]).update(from: target) }
            }
        }
        return StepResult(
            loss: Double(runner.withTarget(0) { $0[0] }),
            correctCount: runner.withTarget(1) { outputs in
                zip(0..., indices).count { row, sample in
                    firstLargest(outputs, row * classCount..<(row + 1) * classCount) == data.labels[sample]
                }
            },
            statistics: graph.statistics.indices.map { index in runner.withTarget(2 + ranges.count + index) { Array($0) } })
    }
}

/// What a step finds besides gradients.
package struct StepResult: Sendable {
    /// The summed objective.
    package var loss: Double
    /// Samples whose largest output is that of their class.
    package var correctCount: Int
    /// In the order of the graph's batch statistics.
    package var statistics: [[Float]]
}

/// The position of the first largest number, from the start of `range`.
func firstLargest<S: Scalar>(_ numbers: UnsafeBufferPointer<S>, _ range: Range<Int>) -> Int {
    var best = range.lowerBound
    for index in range where numbers[index] > numbers[best] { best = index }
    return best - range.lowerBound
}

func copy<S: Scalar>(_ numbers: ArraySlice<S>, to buffer: UnsafeMutableBufferPointer<S>) {
    precondition(numbers.count == buffer.count, "\(numbers.count) numbers for \(buffer.count)")
    numbers.withUnsafeBufferPointer { _ = buffer.update(from: $0) }
}

/// Rows of `size` numbers, one after the other.
func gather<S: Scalar>(_ numbers: [S], rows: some Collection<Int>, size: Int, to buffer: UnsafeMutableBufferPointer<S>) {
    precondition(rows.count * size == buffer.count, "\(rows.count) rows of \(size) for \(buffer.count)")
    numbers.withUnsafeBufferPointer { source in
        var start = 0
        for row in rows {
            _ = UnsafeMutableBufferPointer(rebasing: buffer[start..<start + size])
                .update(from: UnsafeBufferPointer(rebasing: source[row * size..<(row + 1) * size]))
            start += size
        }
    }
}

/// A row for each label: zeros but for a 1.
func oneHot<S: Scalar>(_ labels: [Int], classCount: Int, to buffer: UnsafeMutableBufferPointer<S>) {
    buffer.update(repeating: 0)
    for (row, label) in labels.enumerated() { buffer[row * classCount + label] = 1 }
}
