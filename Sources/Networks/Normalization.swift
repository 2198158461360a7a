// What happens to a sample before it is the network's input (THEORY §14). It is recorded with the architecture.

public import Tensors

/// A map of samples.
public enum Normalization: Hashable, Sendable {
    /// What samples are put through unless something else is said: images per sample, vectors and sequences as they are.
    public static func standard(for sampleShape: Shape) -> Normalization { sampleShape.count == 3 ? .perSample : .none }

    case none
    /// To zero mean and largest magnitude 1 over the whole sample; a constant sample becomes zero.
    case perSample
    /// slope · x + offset
    case affine(slope: Double, offset: Double)
    /// (x − mean) / deviation for each channel, the sample's first axis.
    case perChannel(mean: [Double], deviation: [Double])

    /// The samples normalized; `[N]` + the sample's shape. The arithmetic is in Double, rounded once.
    @specialized(where S == Float)
    @specialized(where S == Double)
    public func apply<S: Scalar>(to samples: Tensor<S>) -> Tensor<S> {
        guard samples.count > 0 else { return samples }
        var result = samples.elements
        switch self {
        case .none: return samples
        case .affine(let slope, let offset):
            for i in result.indices { result[i] = S(slope * Double(result[i]) + offset) }
        case .perSample:
            let size = result.count / samples.shape[0]
            for start in Swift.stride(from: 0, to: result.count, by: size) { Normalization.centre(&result, start..<start + size) }
        case .perChannel(let mean, let deviation):
            let place = samples.shape.dropFirst(2).reduce(1, *)
            precondition(samples.rank >= 2 && samples.shape[1] == mean.count, "\(mean.count) channels, samples \(samples.shape)")
            for i in result.indices {
                let channel = i / place % mean.count
                result[i] = S((Double(result[i]) - mean[channel]) / deviation[channel])
            }
        }
        return Tensor(shape: samples.shape, elements: result)
    }

    private static func centre<S: Scalar>(_ numbers: inout [S], _ range: Range<Int>) {
        var (total, low, high) = (0.0, Double.infinity, -Double.infinity)
        for i in range {
            let number = Double(numbers[i])
            total += number
            (low, high) = (min(low, number), max(high, number))
        }
        // A constant sample is recognised exactly: its computed mean may be off by a rounding, which division would blow up to 1.
        let mean = total / Double(range.count)
        let largest = max(high - mean, mean - low)
        for i in range { numbers[i] = low == high ? 0 : S((Double(numbers[i]) - mean) / largest) }
    }

    /// Why it does not fit samples of that shape, if it does not.
    func refusal(inputShape: Shape) -> NetworkError? {
        switch self {
        case .none, .perSample: return nil
        case .affine(let slope, let offset):
            if slope.isFinite && offset.isFinite { return nil }
            return NetworkError("normalization", expected: "finite numbers", got: "\(slope), \(offset)")
        case .perChannel(let mean, let deviation):
            let channels = inputShape[0]
            guard mean.count == channels, deviation.count == channels else {
                return NetworkError("normalization", expected: "\(channels) channels", got: "\(mean.count), \(deviation.count)")
            }
            if mean.allSatisfy(\.isFinite) && deviation.allSatisfy({ $0 > 0 && $0.isFinite }) { return nil }
            return NetworkError("normalization", expected: "finite means, positive deviations", got: "\(mean), \(deviation)")
        }
    }
}
