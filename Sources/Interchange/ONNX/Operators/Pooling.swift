// Pooling over windows and over whole images.

import Graphs
import Tensors

extension NodeContext {
    private func rounding() throws(InterchangeError) -> Bool { try flag("ceil_mode") }

    func maximumPooling() throws(InterchangeError) -> [ImportedValue] {
        let a = try operand(0)
        let input = try spatial(a)
        let roundingUp = try rounding()
        acknowledge("storage_order")  // orders the second output, which is not given
        let window = try sliding(window(input: input, kernel: nil), input: input, roundingUp: roundingUp)
        guard a.type.isFloatingPoint else { throw unsupported("is supported for floating-point numbers, not \(a.type.name)") }
        let u = try number(a)
        return [result(try build { g throws(GraphError) in try g.maximumPooling(u, window: window, name: name) }, a.type)]
    }

    func meanPooling() throws(InterchangeError) -> [ImportedValue] {
        let a = try operand(0)
        let input = try spatial(a)
        let (roundingUp, counting) = (try rounding(), try flag("count_include_pad"))
        let attributes = try window(input: input, kernel: nil)
        let window = try sliding(attributes, input: input, roundingUp: roundingUp)
        let u = try number(a)
        return [
            result(
                try build { g throws(GraphError) in
                    try g.meanPooling(u, window: window, countingPadding: counting, declaredPaddingHigh: attributes.high, name: name)
                }, a.type)
        ]
    }

    /// LpPool: (Σ |u|ᵖ)^(1/p) over windows.
    func normPooling() throws(InterchangeError) -> [ImportedValue] {
        let a = try operand(0)
        let input = try spatial(a)
        let (roundingUp, p) = (try rounding(), Double(try integer("p", default: 2)))
        try require(p >= 1, "attribute 'p': \(p)")
        let window = try sliding(window(input: input, kernel: nil), input: input, roundingUp: roundingUp)
        let u = try number(a)
        return [
            result(
                try build { g throws(GraphError) in
                    let powers = p == 2 ? try g.multiply(u, u) : try g.power(g.absoluteValue(u), p)
                    return try g.power(g.append(.windowSum(window, transposed: false), [powers]), 1 / p, name: name)
                }, a.type)
        ]
    }

    enum GlobalPooling { case largest, mean, norm }

    func globalPooling(_ kind: GlobalPooling) throws(InterchangeError) -> [ImportedValue] {
        let a = try operand(0)
        _ = try spatial(a)
        let p = kind == .norm ? Double(try integer("p", default: 2)) : 2
        let axes = Array(2..<a.shape.count)
        let u = try number(a)
        let shape = a.shape.prefix(2) + axes.map { _ in 1 }
        return [
            result(
                try build { g throws(GraphError) in
                    switch kind {
                    case .largest: try g.reshape(g.globalMaximumPooling(u, name: name), Array(shape))
                    case .mean: try g.reshape(g.reduced(u, .mean, axes: axes, name: name), Array(shape))
                    case .norm: try g.reshape(g.power(g.sum(g.power(g.absoluteValue(u), p), over: axes), 1 / p, name: name), Array(shape))
                    }
                }, a.type)
        ]
    }

    /// Local response normalisation: u / (bias + alpha/size · Σ u² over neighbouring channels)^beta.
    func localResponse() throws(InterchangeError) -> [ImportedValue] {
        let a = try operand(0)
        let (alpha, beta, bias) = (try float("alpha", default: 0.0001), try float("beta", default: 0.75), try float("bias", default: 1))
        let size = try integer("size", default: 0)
        try require(a.shape.count >= 3 && size >= 1 && size < 1 << 20, "attribute 'size': \(size) with shape \(a.shape)")
        let rest = a.shape.dropFirst(2).reduce(1, *)
        let window = try sliding(
            WindowAttributes(kernel: [size, 1], strides: [1, 1], dilations: [1, 1], low: [(size - 1) / 2, 0], high: [size / 2, 0]),
            input: [a.shape[1], rest])
        let u = try number(a)
        return [
            result(
                try build { g throws(GraphError) in
                    let squares = try g.reshape(g.multiply(u, u), [a.shape[0], 1, a.shape[1], rest])
                    let sums = try g.reshape(g.append(.windowSum(window, transposed: false), [squares]), a.shape)
                    return try g.divide(u, g.power(g.affine(sums, slope: alpha / Double(size), offset: bias), beta), name: name)
                }, a.type)
        ]
    }
}
