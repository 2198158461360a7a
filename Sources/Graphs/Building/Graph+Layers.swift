// Building with layers: the affine operators of THEORY §2.

import Tensors

extension Graph {
    /// u Wᵀ + b over the last axis; u `[N, D]`, weight `[K, D]`, bias `[K]`.
    public mutating func dense(_ u: Value, weight: Value, bias: Value? = nil, name: String = "") throws(GraphError) -> Value {
        let product = try append(
            .matrixProduct(transposeLeft: false, transposeRight: true), [u, weight], name: bias == nil ? name : "")
        guard let bias else { return product }
        return try append(.add, [product, broadcast(bias, alongAxis: shape(product).count - 1, of: product)], name: name)
    }

    /// Cross-correlation; u `[N, C, input…]`, weight `[O, C / groups, kernel…]`, bias `[O]`.
    public mutating func convolution(
        _ u: Value, weight: Value, bias: Value? = nil, window: SlidingWindow, groups: Int = 1, name: String = ""
    ) throws(GraphError) -> Value {
        let product = try append(.convolution(Convolution(window, groups: groups)), [u, weight], name: bias == nil ? name : "")
        return try addingChannelBias(product, bias, name)
    }

    /// The transpose of a convolution; u `[N, O, output…]`, weight `[O, C / groups, kernel…]`, bias `[C]`; makes `[N, C, input…]`
    /// for the `window`'s input size.
    public mutating func transposedConvolution(
        _ u: Value, weight: Value, bias: Value? = nil, window: SlidingWindow, groups: Int = 1, name: String = ""
    ) throws(GraphError) -> Value {
        let form = Convolution(window, groups: groups, role: .input)
        let product = try append(.convolution(form), [weight, u], name: bias == nil ? name : "")
        return try addingChannelBias(product, bias, name)
    }

    private mutating func addingChannelBias(_ product: Value, _ bias: Value?, _ name: String) throws(GraphError) -> Value {
        guard let bias else { return product }
        return try append(.add, [product, broadcast(bias, alongAxis: 1, of: product)], name: name)
    }

    /// The mean over windows, `[N, C, input…]` to `[N, C, output…]`.
    /// - Parameter countingPadding: whether zeros of the padding count as entries; windows that reach past the padding
    ///   (`roundingUp`) never count what lies beyond.
    public mutating func meanPooling(
        _ u: Value, window: SlidingWindow, countingPadding: Bool = false, declaredPaddingHigh: [Int]? = nil, name: String = ""
    ) throws(GraphError) -> Value {
        let total = try append(.windowSum(window, transposed: false), [u])
        let counts = window.entryCounts(countingPadding: countingPadding, paddingHigh: declaredPaddingHigh ?? window.paddingHigh)
        if let count = counts.first, counts.allSatisfy({ $0 == count }) { return try affine(total, slope: 1 / count, name: name) }
        let weights = try constant(Tensor(shape: window.outputSize, elements: counts.map { 1 / $0 }))
        return try append(.multiply, [total, broadcast(weights, to: shape(total))], name: name)
    }

    /// The mean over all spatial axes, `[N, C, input…]` to `[N, C]`.
    public mutating func globalMeanPooling(_ u: Value, name: String = "") throws(GraphError) -> Value {
        try mean(u, over: Array(2..<max(2, shape(u).count)), name: name)
    }

    /// (u − mean) / √(variance + ε) · scale + shift, per channel (axis 1): batch normalisation in inference. All four are `[C]`.
    public mutating func batchNormalization(
        _ u: Value, scale: Value, shift: Value, mean: Value, variance: Value, epsilon: Double, name: String = ""
    ) throws(GraphError) -> Value {
        let deviation = try append(.smooth(.squareRoot), [affine(variance, slope: 1, offset: epsilon)])
        let slope = try append(.divide, [scale, deviation])
        let centred = try append(.subtract, [u, broadcast(mean, alongAxis: 1, of: u)])
        let scaled = try append(.multiply, [centred, broadcast(slope, alongAxis: 1, of: u)])
        return try append(.add, [scaled, broadcast(shift, alongAxis: 1, of: u)], name: name)
    }

    /// Batch normalisation in training: by the batch's own mean and (biased) variance, which are returned for the running ones.
    public mutating func batchNormalizationInTraining(
        _ u: Value, scale: Value, shift: Value, epsilon: Double, name: String = ""
    ) throws(GraphError) -> (normalized: Value, mean: Value, variance: Value) {
        let axes = shape(u).indices.filter { $0 != 1 }
        let mean = try mean(u, over: axes)
        let centred = try append(.subtract, [u, broadcast(mean, alongAxis: 1, of: u)])
        let variance = try self.mean(append(.multiply, [centred, centred]), over: axes)
        let deviation = try append(.smooth(.squareRoot), [affine(variance, slope: 1, offset: epsilon)])
        let slope = try append(.divide, [scale, deviation])
        let scaled = try append(.multiply, [centred, broadcast(slope, alongAxis: 1, of: u)])
        return (try append(.add, [scaled, broadcast(shift, alongAxis: 1, of: u)], name: name), mean, variance)
    }

    /// u times a mask drawn anew at each training step, whose entries are 0 or 1 / (1 − rate) (`noise` input named `name`).
    /// In every reading dropout is the identity, and no node.
    public mutating func dropoutInTraining(_ u: Value, name: String) throws(GraphError) -> Value {
        try append(.multiply, [u, noise(name, shape(u))], name: name)
    }
}

extension SlidingWindow {
    /// How many entries a mean divides by, for each output position.
    func entryCounts(countingPadding: Bool, paddingHigh: [Int]) -> [Double] {
        // A window's count is the product of those along the axes.
        let counts = inputSize.indices.map { axis in
            (0..<outputSize[axis]).map { position in
                (0..<kernelSize[axis]).count { place in
                    let coordinate = position * strides[axis] + place * dilations[axis] - paddingLow[axis]
                    return countingPadding
                        ? coordinate < inputSize[axis] + paddingHigh[axis] : coordinate >= 0 && coordinate < inputSize[axis]
                }
            }
        }
        var position = [Int](repeating: 0, count: inputSize.count)
        return (0..<outputSize.elementCount).map { _ in
            defer { position.advance(in: outputSize) }
            return Double(zip(counts, position).map { $0[$1] }.elementCount)
        }
    }
}
