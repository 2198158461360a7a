// Normalisations. Batch normalisation in inference is affine; the others divide by what they measure, and are smooth.

import Graphs
import Tensors

extension NodeContext {
    func batchNormalization() throws(InterchangeError) -> [ImportedValue] {
        let a = try operand(0)
        let (epsilon, momentum) = (try float("epsilon", default: 1e-5), try float("momentum", default: 0.9))
        let training = try flag("training_mode")
        if opset < 7 { acknowledge("is_test", "consumed_inputs") }
        if opset < 9 { try require(try flag("spatial", default: true), "attribute 'spatial': 0 is not supported") }
        try require(a.shape.count >= 2 || a.shape.count == 1, "shape \(a.shape) has no channels")
        let axis = a.shape.count == 1 ? 0 : 1
        var numbers: [Value] = []
        for position in 0..<5 { numbers.append(try number(position)) }
        let (u, scale, shift, mean, variance) = (numbers[0], numbers[1], numbers[2], numbers[3], numbers[4])
        if training {
            let axes = a.shape.indices.filter { $0 != axis }
            let results = try build { g throws(GraphError) -> [Value] in
                let batchMean = try g.reduced(u, .mean, axes: axes)
                let centred = try g.subtract(u, g.broadcast(batchMean, alongAxis: axis, of: u))
                let batchVariance = try g.reduced(g.multiply(centred, centred), .mean, axes: axes)
                let slope = try g.divide(scale, g.smooth(.squareRoot, g.affine(batchVariance, slope: 1, offset: epsilon)))
                let scaled = try g.multiply(centred, g.broadcast(slope, alongAxis: axis, of: u))
                func running(_ old: Value, _ new: Value) throws(GraphError) -> Value {
                    try g.add(g.affine(old, slope: momentum), g.affine(new, slope: 1 - momentum))
                }
                return [
                    try g.add(scaled, g.broadcast(shift, alongAxis: axis, of: u), name: name), try running(mean, batchMean),
                    try running(variance, batchVariance),
                ]
            }
            return results.map { result($0, a.type) }
        }
        return [
            result(
                try build { g throws(GraphError) in
                    let rows = try g.reshape(u, axis == 0 ? [1] + a.shape : a.shape)
                    let normal = try g.batchNormalization(
                        rows, scale: scale, shift: shift, mean: mean, variance: variance, epsilon: epsilon, name: self.name)
                    return try g.reshape(normal, a.shape)
                }, a.type)
        ]
    }

    func instanceNormalization() throws(InterchangeError) -> [ImportedValue] {
        let a = try operand(0)
        _ = try spatial(a)
        let epsilon = try float("epsilon", default: 1e-5)
        let (u, scale, shift) = (try number(a), try number(1), try number(2))
        return [
            result(
                try build { g throws(GraphError) in
                    let normal = try g.standardised(u, axes: Array(2..<a.shape.count), epsilon: epsilon).value
                    let scaled = try g.multiply(normal, g.broadcast(scale, alongAxis: 1, of: u))
                    return try g.add(scaled, g.broadcast(shift, alongAxis: 1, of: u), name: name)
                }, a.type)
        ]
    }

    func layerNormalization() throws(InterchangeError) -> [ImportedValue] {
        let a = try operand(0)
        let axis = try axis(integer("axis", default: -1), rank: a.shape.count)
        let epsilon = try float("epsilon", default: 1e-5)
        acknowledge("stash_type")
        let (u, scale) = (try number(a), try number(1))
        let shift = try optional(2).map { b throws(InterchangeError) in try number(b) }
        let axes = Array(axis..<a.shape.count)
        let results = try build { g throws(GraphError) -> [Value] in
            let normal = try g.standardised(u, axes: axes, epsilon: epsilon)
            var value = try g.multiply(normal.value, scale, name: shift == nil ? name : "")
            if let shift { value = try g.add(value, shift, name: name) }
            let reduced = a.shape.indices.map { axes.contains($0) ? 1 : a.shape[$0] }
            let inverse = try g.smooth(.reciprocal, normal.deviation)
            return [value, try g.reshape(normal.mean, reduced), try g.reshape(inverse, reduced)]
        }
        return results.map { result($0, a.type) }
    }

    func rootMeanSquareNormalization() throws(InterchangeError) -> [ImportedValue] {
        let a = try operand(0)
        let axis = try axis(integer("axis", default: -1), rank: a.shape.count)
        let epsilon = try float("epsilon", default: 1e-5)
        acknowledge("stash_type")
        let (u, scale) = (try number(a), try number(1))
        let axes = Array(axis..<a.shape.count)
        return [
            result(
                try build { g throws(GraphError) in
                    let size = try g.smooth(
                        .squareRoot, g.affine(g.reduced(g.multiply(u, u), .mean, axes: axes), slope: 1, offset: epsilon))
                    let spread = try g.append(.broadcast(axes: axes, shape: a.shape), [size])
                    return try g.multiply(g.divide(u, spread), scale, name: name)
                }, a.type)
        ]
    }

    func groupNormalization() throws(InterchangeError) -> [ImportedValue] {
        let a = try operand(0)
        try require(a.shape.count >= 2, "shape [N, C, …] expected, not \(a.shape)")
        let epsilon = try float("epsilon", default: 1e-5)
        let groups = try integer("num_groups", default: 0)
        acknowledge("stash_type")
        try require(groups >= 1 && a.shape[1] % groups == 0, "attribute 'num_groups': \(groups) does not divide \(a.shape[1]) channels")
        let (u, scale, shift) = (try number(a), try number(1), try number(2))
        let count = a.shape.dropFirst().reduce(1, *) / groups
        return [
            result(
                try build { g throws(GraphError) in
                    // Before operator set 21 there is one scale a group, afterwards one a channel.
                    func perChannel(_ v: Value) throws(GraphError) -> Value {
                        if g.shape(v) == [a.shape[1]] { return v }
                        let repeats = a.shape[1] / groups
                        return try g.append(.gather(axis: 0, indices: (0..<a.shape[1]).map { $0 / repeats }), [v])
                    }
                    let grouped = try g.reshape(u, [a.shape[0], groups, count])
                    let normal = try g.reshape(g.standardised(grouped, axes: [2], epsilon: epsilon).value, a.shape)
                    let scaled = try g.multiply(normal, g.broadcast(perChannel(scale), alongAxis: 1, of: normal))
                    return try g.add(scaled, g.broadcast(perChannel(shift), alongAxis: 1, of: normal), name: name)
                }, a.type)
        ]
    }

    func meanVarianceNormalization() throws(InterchangeError) -> [ImportedValue] {
        let a = try operand(0)
        let axes = try axes(integersAttribute("axes") ?? [0, 2, 3], rank: a.shape.count)
        let u = try number(a)
        return [
            result(
                try build { g throws(GraphError) in
                    let mean = try g.append(.broadcast(axes: axes.sorted(), shape: a.shape), [g.reduced(u, .mean, axes: axes)])
                    let centred = try g.subtract(u, mean)
                    let deviation = try g.smooth(.squareRoot, g.reduced(g.multiply(centred, centred), .mean, axes: axes))
                    let spread = try g.append(.broadcast(axes: axes.sorted(), shape: a.shape), [deviation])
                    return try g.divide(centred, g.affine(spread, slope: 1, offset: 1e-9), name: name)
                }, a.type)
        ]
    }

    func lpNormalization() throws(InterchangeError) -> [ImportedValue] {
        let a = try operand(0)
        let axis = try axis(integer("axis", default: -1), rank: a.shape.count)
        let p = try integer("p", default: 2)
        try require(p == 1 || p == 2, "attribute 'p': \(p)")
        let u = try number(a)
        return [
            result(
                try build { g throws(GraphError) in
                    let norm = try g.reduced(u, p == 1 ? .l1 : .l2, axes: [axis])
                    return try g.divide(u, g.append(.broadcast(axes: [axis], shape: a.shape), [norm]), name: name)
                }, a.type)
        ]
    }
}

extension Graph {
    /// (u − mean) / √(variance + ε) over `axes`, with the mean and the deviation, those axes dropped.
    fileprivate mutating func standardised(_ u: Value, axes: [Int], epsilon: Double) throws(GraphError)
        -> (value: Value, mean: Value, deviation: Value)
    {
        let shape = shape(u)
        let mean = try reduced(u, .mean, axes: axes)
        let centred = try subtract(u, append(.broadcast(axes: axes, shape: shape), [mean]))
        let variance = try reduced(multiply(centred, centred), .mean, axes: axes)
        let deviation = try smooth(.squareRoot, affine(variance, slope: 1, offset: epsilon))
        return (try divide(centred, append(.broadcast(axes: axes, shape: shape), [deviation])), mean, deviation)
    }
}
