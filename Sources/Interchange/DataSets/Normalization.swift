// How samples become a network's input (THEORY §14); a native model records which way it was trained.

import Tensors

/// What is done to each sample before a network sees it.
public enum Normalization: String, CaseIterable, Hashable, Sendable, Codable {
    /// Nothing.
    case none
    /// Zero mean, then largest magnitude 1, over all channels together. A constant sample becomes zero.
    case sample

    /// The samples, shape `[N, …]`, each treated on its own; computed in Double.
    @specialized(where S == Float)
    @specialized(where S == Double)
    public func apply<S: Scalar>(to samples: Tensor<S>) -> Tensor<S> {
        switch self {
        case .none: return samples
        case .sample:
            precondition(samples.rank > 0, "samples of shape []")
            var result = samples
            let size = samples.count == 0 ? 0 : samples.count / samples.shape[0]
            for start in stride(from: 0, to: samples.count, by: max(size, 1)) {
                normalize(&result.elements, start..<start + size)
            }
            return result
        }
    }

    @specialized(where S == Float)
    @specialized(where S == Double)
    private func normalize<S: Scalar>(_ elements: inout [S], _ range: Range<Int>) {
        var (sum, low, high) = (0.0, Double(elements[range.lowerBound]), Double(elements[range.lowerBound]))
        for i in range {
            let value = Double(elements[i])
            sum += value
            low = min(low, value)
            high = max(high, value)
        }
        // A constant sample is recognised exactly: its computed mean may be off by a rounding, which division would blow up to 1.
        guard low != high else {
            for i in range { elements[i] = 0 }
            return
        }
        let mean = sum / Double(range.count)
        let magnitude = max(high - mean, mean - low)
        for i in range { elements[i] = S((Double(elements[i]) - mean) / magnitude) }
    }
}
