// The plane in which samples vary most.

import Geometry
public import Partitions
public import Tensors

extension Domain {
    /// The plane through the mean of samples along their first two principal directions, and the box of the samples' projections, extended
    /// on each side by `margin` times its longer side.
    ///
    /// The directions are found by iteration from a fixed start, until they move by less than 1e-10 a time or 10¹⁰ products were taken, 300
    /// times at least: variances that differ by a hundredth are told apart. Each points where its largest entry is positive. Lengths are those
    /// of the inputs.
    /// - Parameter samples: shape `[N, …]`.
    /// - Throws: `PartitionError` where a number is beyond 1e70, or samples do not vary in two directions beyond rounding.
    public init(principal samples: Tensor<Double>, margin: Double = 0) throws(PartitionError) {
        let count = samples.shape[0]
        let width = count == 0 ? 0 : samples.count / count
        guard count > 2, width > 1 else {
            throw PartitionError(
                what: "samples", where: "principal plane", expected: "at least 3 of at least 2 numbers", got: "\(count) of \(width)")
        }
        if let odd = samples.elements.first(where: { !(abs($0) <= 1e70) }) {
            throw PartitionError(what: "samples", where: "principal plane", expected: "numbers of at most 1e70", got: "\(odd)")
        }
        func tooFlat(_ directions: Int) -> PartitionError {
            PartitionError(
                what: "samples that vary", where: "principal plane", expected: "in two or more",
                got: "in \(directions == 0 ? "no" : "one") direction")
        }
        var mean = [Double](repeating: 0, count: width)
        for n in 0..<count { for d in 0..<width { mean[d] += samples.elements[n * width + d] } }
        for d in 0..<width { mean[d] /= Double(count) }
        func projections(_ direction: [Double]) -> [Double] {
            (0..<count).map { n in
                var sum = 0.0
                for d in 0..<width { sum += (samples.elements[n * width + d] - mean[d]) * direction[d] }
                return sum
            }
        }
        /// The covariance, times the number of samples, applied to a direction.
        func spread(_ direction: [Double]) -> [Double] {
            var result = [Double](repeating: 0, count: width)
            for (n, weight) in projections(direction).enumerated() {
                for d in 0..<width { result[d] += weight * (samples.elements[n * width + d] - mean[d]) }
            }
            return result
        }
        var found: [[Double]] = []
        let iterationLimit = min(max(10_000_000_000 / (2 * count * width), 300), 10_000)
        for _ in 0..<2 {
            var random = RandomGenerator(seed: UInt64(found.count), purpose: "principal directions")
            var direction = (0..<width).map { _ in random.uniform(-1, 1) }
            for _ in 0..<iterationLimit {
                var next = spread(direction)
                // Twice is enough.
                for _ in 0..<2 {
                    for other in found {
                        let part = zip(next, other).reduce(0) { $0 + $1.0 * $1.1 }
                        for d in 0..<width { next[d] -= part * other[d] }
                    }
                }
                let length = Halfspaces.norm(next)
                guard length > 0 else { throw tooFlat(found.count) }
                next = next.map { $0 / length }
                let change = zip(next, direction).reduce(0) { max($0, abs($1.0 - $1.1)) }
                direction = next
                if change < 1e-10 { break }
            }
            let entry = direction.max { abs($0) < abs($1) } ?? 0
            found.append(entry < 0 ? direction.map { -$0 } : direction)
        }
        let ranges = found.map { direction in
            let along = projections(direction)
            return (low: along.min() ?? 0, high: along.max() ?? 0)
        }
        // Projections are rounded by some 1e-16 of what is added up for them.
        var largest = [Double](repeating: 0, count: width)
        for n in 0..<count { for d in 0..<width { largest[d] = max(largest[d], abs(samples.elements[n * width + d])) } }
        for (index, (direction, range)) in zip(found, ranges).enumerated() {
            let size = zip(direction, largest).reduce(0) { $0 + abs($1.0) * $1.1 }
            guard range.high - range.low > 1e-13 * size else { throw tooFlat(index) }
        }
        let border = margin * max(ranges[0].high - ranges[0].low, ranges[1].high - ranges[1].low)
        let box = ranges.map { $0.low - border...$0.high + border }
        self.init(.box(box), embedding: Embedding(origin: mean, directions: found))
    }
}
