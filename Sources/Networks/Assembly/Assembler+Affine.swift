// Affine layers: their windows, parameters and fans.

import Graphs
import Tensors

extension Assembler {
    mutating func dense(_ u: Value, _ units: Int, bias: Bool, _ name: String, nodeName: String? = nil) throws(GraphError) -> Value {
        try check(units, 1...Assembler.sizeLimit, "units", name)
        guard shape(u).count == 2 else {
            throw GraphError(node: name, what: "operand 0", expected: "[N, D] (flatten comes first)", got: "\(shape(u))")
        }
        let inputs = shape(u)[1]
        let weight = try weight("\(name).weight", [units, inputs], fanIn: inputs, fanOut: units, on: u)
        return try graph.dense(u, weight: weight, bias: self.bias(name, units, if: bias), name: nodeName ?? name)
    }

    mutating func convolution(_ u: Value, _ channels: Int, _ window: SlidingWindow, _ groups: Int, bias: Bool, _ name: String)
        throws(GraphError) -> Value
    {
        let inputs = try channelCount(u, name)
        try checkGroups(groups, inputs, channels, name)
        let shape = [channels, inputs / groups] + window.kernelSize
        let places = window.placeCount
        let weight = try weight("\(name).weight", shape, fanIn: inputs / groups * places, fanOut: channels * places, on: u)
        return try graph.convolution(
            u, weight: weight, bias: self.bias(name, channels, if: bias), window: window, groups: groups, name: name)
    }

    mutating func transposedConvolution(_ u: Value, _ channels: Int, _ window: SlidingWindow, _ groups: Int, bias: Bool, _ name: String)
        throws(GraphError) -> Value
    {
        let inputs = try channelCount(u, name)
        try checkGroups(groups, inputs, channels, name)
        let shape = [inputs, channels / groups] + window.kernelSize
        let places = window.placeCount
        let weight = try weight("\(name).weight", shape, fanIn: inputs * places, fanOut: channels / groups * places, on: u)
        return try graph.transposedConvolution(
            u, weight: weight, bias: self.bias(name, channels, if: bias), window: window, groups: groups, name: name)
    }

    private func checkGroups(_ groups: Int, _ inputs: Int, _ channels: Int, _ name: String) throws(GraphError) {
        try check(channels, 1...Assembler.sizeLimit, "channels", name)
        try check(groups, 1...Assembler.sizeLimit, "groups", name)
        guard inputs % groups == 0, channels % groups == 0 else {
            throw GraphError(node: name, what: "groups", expected: "a divisor of \(inputs) and \(channels) channels", got: "\(groups)")
        }
    }

    mutating func batchNormalization(_ u: Value, _ momentum: Double, _ epsilon: Double, _ name: String) throws(GraphError) -> Value {
        guard momentum >= 0, momentum <= 1 else {
            throw GraphError(node: name, what: "momentum", expected: "from 0 to 1", got: "\(momentum)")
        }
        guard epsilon > 0, epsilon.isFinite else {
            throw GraphError(node: name, what: "epsilon", expected: "above 0 and finite", got: "\(epsilon)")
        }
        let channels = try channelCount(u, name)
        // The scale is divided by a positive deviation: it is the sign of the slope.
        let scale = try parameter("\(name).scale", [channels], .scale, isNonNegative: isNonNegative(on: u))
        let shift = try parameter("\(name).shift", [channels], .bias)
        let mean = try parameter("\(name).mean", [channels], .runningMean)
        let variance = try parameter("\(name).variance", [channels], .runningVariance)
        switch mode {
        case .inference:
            return try graph.batchNormalization(
                u, scale: scale, shift: shift, mean: mean, variance: variance, epsilon: epsilon, name: name)
        case .training:
            let count = shape(u).elementCount / channels
            guard count > 1 else {
                throw GraphError(node: name, what: "batch", expected: "more than one value a channel in training", got: "1")
            }
            let (normalized, batchMean, batchVariance) = try graph.batchNormalizationInTraining(
                u, scale: scale, shift: shift, epsilon: epsilon, name: name)
            let unbiased = try graph.affine(batchVariance, slope: Double(count) / Double(count - 1))
            statistics.append(BatchStatistic(value: batchMean, parameter: "\(name).mean", momentum: momentum))
            statistics.append(BatchStatistic(value: unbiased, parameter: "\(name).variance", momentum: momentum))
            return normalized
        }
    }

    // MARK: Windows

    func window(
        _ u: Value, _ kernel: Extent, _ stride: Extent, _ dilation: Extent, _ padding: Margin, roundingUp: Bool = false, _ name: String
    ) throws(GraphError) -> SlidingWindow {
        let inputSize = try spatialSize(u, name)
        let (kernel, strides, dilations, low, high) = try sizes(inputSize, kernel, stride, dilation, padding, name)
        return try SlidingWindow(
            inputSize: inputSize, kernelSize: kernel, strides: strides, dilations: dilations, paddingLow: low, paddingHigh: high,
            roundingUp: roundingUp, node: name)
    }

    /// The window whose outputs are u's entries.
    func transposedWindow(
        _ u: Value, _ kernel: Extent, _ stride: Extent, _ dilation: Extent, _ padding: Margin, _ extra: Extent, _ name: String
    ) throws(GraphError) -> SlidingWindow {
        let outputSize = try spatialSize(u, name)
        if case .same = padding {
            throw GraphError(node: name, what: "padding", expected: "valid, full or numbers (a transposed convolution)", got: "same")
        }
        let (kernel, strides, dilations, low, high) = try sizes(outputSize, kernel, stride, dilation, padding, name)
        let extras = try numbers(extra, rank: outputSize.count, 0...Assembler.extentLimit, "output padding", name)
        for axis in extras.indices where extras[axis] >= strides[axis] {
            throw GraphError(
                node: name, what: "output padding", expected: "less than the stride \(strides[axis])", got: "\(extras[axis])")
        }
        let inputSize = outputSize.indices.map { axis in
            (outputSize[axis] - 1) * strides[axis] + dilations[axis] * (kernel[axis] - 1) + 1 + extras[axis] - low[axis] - high[axis]
        }
        let window = try SlidingWindow(
            inputSize: inputSize, kernelSize: kernel, strides: strides, dilations: dilations, paddingLow: low, paddingHigh: high,
            node: name)
        precondition(window.outputSize == outputSize, "\(window.outputSize) windows, expected \(outputSize)")
        return window
    }

    mutating func meanPooling(
        _ u: Value, _ size: Extent, _ stride: Extent, _ padding: Margin, _ roundingUp: Bool, _ countingPadding: Bool, _ name: String
    ) throws(GraphError) -> Value {
        let inputSize = try spatialSize(u, name)
        let window = try window(u, size, stride, 1, padding, roundingUp: roundingUp, name)
        let (_, _, _, _, declared) = try sizes(inputSize, size, stride, 1, padding, name)
        let work = window.outputSize.checkedElementCount?.multipliedReportingOverflow(by: window.kernelSize.reduce(0, +))
        guard let work, !work.overflow, work.partialValue <= Assembler.elementLimit, window.everyWindowMeetsInputByPadding else {
            throw GraphError(
                node: name, what: "window", expected: "an entry of the input in every window, and a possible number of them",
                got: "\(window.kernelSize) over \(inputSize) with padding \(window.paddingLow), \(declared)")
        }
        return try graph.meanPooling(
            u, window: window, countingPadding: countingPadding, declaredPaddingHigh: declared, name: name)
    }

    private func sizes(
        _ inputSize: [Int], _ kernel: Extent, _ stride: Extent, _ dilation: Extent, _ padding: Margin, _ name: String
    ) throws(GraphError) -> (kernel: [Int], strides: [Int], dilations: [Int], low: [Int], high: [Int]) {
        let (rank, limits) = (inputSize.count, 1...Assembler.extentLimit)
        let kernel = try numbers(kernel, rank: rank, limits, "kernel", name)
        let strides = try numbers(stride, rank: rank, limits, "stride", name)
        let dilations = try numbers(dilation, rank: rank, limits, "dilation", name)
        guard let (low, high) = padding.zeros(inputSize: inputSize, kernel: kernel, strides: strides, dilations: dilations) else {
            throw GraphError(node: name, what: "padding", expected: "\(rank) numbers a side", got: "\(padding)")
        }
        for zeros in low + high { try check(zeros, 0...Assembler.sizeLimit, "padding", name) }
        return (kernel, strides, dilations, low, high)
    }

    private func numbers(_ extent: Extent, rank: Int, _ range: ClosedRange<Int>, _ what: String, _ name: String) throws(GraphError)
        -> [Int]
    {
        guard let numbers = extent.sizes(rank: rank) else {
            throw GraphError(node: name, what: what, expected: "\(rank) numbers, one a spatial axis", got: "\(extent)")
        }
        for number in numbers { try check(number, range, what, name) }
        return numbers
    }
}

extension SlidingWindow {
    /// Whether no window lies in the padding alone, by the padding's size: no window begins before the input by its whole extent.
    fileprivate var everyWindowMeetsInputByPadding: Bool {
        inputSize.indices.allSatisfy { axis in
            paddingLow[axis] < kernelSize[axis] && (outputSize[axis] - 1) * strides[axis] - paddingLow[axis] < inputSize[axis]
        }
    }
}
