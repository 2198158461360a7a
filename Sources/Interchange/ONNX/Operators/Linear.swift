// Matrix products, convolutions, and Einsum, which is a product over named axes.

import Graphs
import Tensors

extension NodeContext {
    func matrixProduct() throws(InterchangeError) -> [ImportedValue] {
        let (a, b) = (try operand(0), try operand(1))
        guard a.type == b.type, a.type.isFloatingPoint else { throw unsupported("is supported for floating-point numbers of one type") }
        try require(!a.shape.isEmpty && !b.shape.isEmpty, "a single number has no matrix product")
        let left = a.shape.count == 1 ? [1] + a.shape : a.shape
        let right = b.shape.count == 1 ? b.shape + [1] : b.shape
        try require(left.last == right[right.count - 2], "shapes \(a.shape) and \(b.shape) do not multiply")
        let stack = try commonShape([Array(left.dropLast(2)), Array(right.dropLast(2))])
        var shape = stack
        if a.shape.count > 1 { shape.append(left[left.count - 2]) }
        if b.shape.count > 1 { shape.append(right[right.count - 1]) }
        try importer.checkSize(shape, node.place)
        let (u, v) = (try number(a), try number(b))
        return [
            result(
                try build { g throws(GraphError) in
                    let (rows, inner) = (left[left.count - 2], left[left.count - 1])
                    let product = Primitive.matrixProduct(transposeLeft: false, transposeRight: false)
                    if right.count == 2 && left.count > 2 {
                        // One matrix for all: the stack's rows are rows of one product.
                        let flat = try g.reshape(u, [left.dropLast(2).reduce(1, *) * rows, inner])
                        return try g.reshape(g.append(product, [flat, g.reshape(v, right)], name: name), shape)
                    }
                    let spreadLeft = try g.broadcast(g.reshape(u, left), to: stack + left.suffix(2))
                    let spreadRight = try g.broadcast(g.reshape(v, right), to: stack + right.suffix(2))
                    return try g.reshape(g.append(product, [spreadLeft, spreadRight], name: name), shape)
                }, a.type)
        ]
    }

    func gemm() throws(InterchangeError) -> [ImportedValue] {
        let (a, b) = (try operand(0), try operand(1))
        let (alpha, beta) = (try float("alpha", default: 1), try float("beta", default: 1))
        if opset < 7 { acknowledge("broadcast") }
        let (transposeLeft, transposeRight) = (try flag("transA"), try flag("transB"))
        guard a.type.isFloatingPoint, a.type == b.type else { throw unsupported("is supported for floating-point numbers of one type") }
        let (u, v) = (try number(a), try number(b))
        let c = try optional(2).map { c throws(InterchangeError) in try number(c) }
        return [
            result(
                try build { g throws(GraphError) in
                    var product = try g.append(
                        .matrixProduct(transposeLeft: transposeLeft, transposeRight: transposeRight), [u, v], name: c == nil ? name : "")
                    if alpha != 1 { product = try g.affine(product, slope: alpha) }
                    guard let c else { return product }
                    let term = beta == 1 ? c : try g.affine(c, slope: beta)
                    return try g.append(.add, [product, g.broadcast(term, to: g.shape(product))], name: name)
                }, a.type)
        ]
    }

    // MARK: Windows

    /// The window that an operator's attributes describe.
    struct WindowAttributes {
        let kernel: [Int]
        let strides: [Int]
        let dilations: [Int]
        let low: [Int]
        let high: [Int]
    }

    /// Reads `kernel_shape`, `strides`, `dilations`, `pads` and `auto_pad`.
    func window(input: [Int], kernel given: [Int]?) throws(InterchangeError) -> WindowAttributes {
        let rank = input.count
        let limit = Int(Int32.max)
        let declared = try integersAttribute("kernel_shape")
        guard let kernel = given ?? declared, kernel == declared ?? kernel else {
            throw malformed(
                "attribute 'kernel_shape': \(declared.map { "\($0)" } ?? "nothing") does not fit the weight \(given.map { "\($0)" } ?? "")")
        }
        let strides = try integersAttribute("strides") ?? [Int](repeating: 1, count: rank)
        let dilations = try integersAttribute("dilations") ?? [Int](repeating: 1, count: rank)
        let pads = try integersAttribute("pads") ?? [Int](repeating: 0, count: 2 * rank)
        let automatic = try string("auto_pad", default: "NOTSET")
        for (name, numbers, least) in [("kernel_shape", kernel, 1), ("strides", strides, 1), ("dilations", dilations, 1)] {
            try require(
                numbers.count == rank && numbers.allSatisfy { $0 >= least && $0 <= limit },
                "attribute \(quoted(name)): \(rank) numbers from \(least) to \(limit) expected, not \(numbers)")
        }
        try require(
            pads.count == 2 * rank && pads.allSatisfy { $0 >= 0 && $0 <= limit },
            "attribute 'pads': \(2 * rank) numbers expected, none negative, not \(pads)")
        var (low, high) = (Array(pads[..<rank]), Array(pads[rank...]))
        switch automatic {
        case "NOTSET": break
        case "VALID": (low, high) = ([Int](repeating: 0, count: rank), [Int](repeating: 0, count: rank))
        case "SAME_UPPER", "SAME_LOWER":
            for axis in 0..<rank {
                let output = (input[axis] + strides[axis] - 1) / strides[axis]
                let extent = dilations[axis] * (kernel[axis] - 1) + 1
                let total = max(0, (output - 1) * strides[axis] + extent - input[axis])
                (low[axis], high[axis]) = automatic == "SAME_UPPER" ? (total / 2, total - total / 2) : (total - total / 2, total / 2)
            }
        default: throw malformed("attribute 'auto_pad': \(quoted(automatic)) is not known")
        }
        return WindowAttributes(kernel: kernel, strides: strides, dilations: dilations, low: low, high: high)
    }

    func spatial(_ a: ImportedValue) throws(InterchangeError) -> [Int] {
        try require(a.shape.count >= 3, "shape [N, C, …] with spatial axes expected, not \(a.shape)")
        try require(a.shape.dropFirst(2).allSatisfy { $0 >= 1 && $0 <= Int(Int32.max) }, "shape \(a.shape) has an empty spatial axis")
        return Array(a.shape.dropFirst(2))
    }

    func sliding(_ attributes: WindowAttributes, input: [Int], roundingUp: Bool = false) throws(InterchangeError) -> SlidingWindow {
        let window = try build { _ throws(GraphError) in
            try SlidingWindow(
                inputSize: input, kernelSize: attributes.kernel, strides: attributes.strides, dilations: attributes.dilations,
                paddingLow: attributes.low, paddingHigh: attributes.high, roundingUp: roundingUp)
        }
        // Every kernel keeps a table of them.
        try importer.checkSize(window.outputSize + window.kernelSize, node.place)
        return window
    }

    func convolution() throws(InterchangeError) -> [ImportedValue] {
        let (a, weight) = (try operand(0), try operand(1))
        let input = try spatial(a)
        try require(weight.shape.count == a.shape.count, "a weight of shape \(weight.shape) does not fit an input of shape \(a.shape)")
        let groups = try integer("group", default: 1)
        let attributes = try window(input: input, kernel: Array(weight.shape.dropFirst(2)))
        let window = try sliding(attributes, input: input)
        try require(
            groups >= 1 && groups <= Int(Int32.max) && a.shape[1] % groups == 0,
            "attribute 'group': \(groups) does not divide \(a.shape[1]) channels")
        let (u, w) = (try number(a), try number(weight))
        let bias = try optional(2).map { b throws(InterchangeError) in try number(b) }
        return [
            result(
                try build { g throws(GraphError) in
                    try g.convolution(u, weight: w, bias: bias, window: window, groups: groups, name: name)
                }, a.type)
        ]
    }

    /// ConvTranspose: the transpose of the convolution that makes the input from the output.
    func transposedConvolution() throws(InterchangeError) -> [ImportedValue] {
        let (a, weight) = (try operand(0), try operand(1))
        let input = try spatial(a)
        let rank = input.count
        try require(weight.shape.count == a.shape.count, "a weight of shape \(weight.shape) does not fit an input of shape \(a.shape)")
        let groups = try integer("group", default: 1)
        try require(
            groups >= 1 && groups <= Int(Int32.max) && a.shape[1] % groups == 0,
            "attribute 'group': \(groups) does not divide \(a.shape[1]) channels")
        let extra = try integersAttribute("output_padding") ?? [Int](repeating: 0, count: rank)
        let asked = try integersAttribute("output_shape")
        let automatic = try string("auto_pad", default: "NOTSET")
        let attributes = try window(input: input, kernel: Array(weight.shape.dropFirst(2)))
        let limit = Int(Int32.max)
        try require(extra.count == rank && extra.allSatisfy { $0 >= 0 && $0 <= limit }, "attribute 'output_padding': \(extra)")
        try require(
            asked == nil || (asked!.count == rank && asked!.allSatisfy { $0 >= 1 && $0 <= limit }),
            "attribute 'output_shape': \(asked ?? [])")
        let full = (0..<rank).map { (axis: Int) -> Int in
            attributes.strides[axis] * (input[axis] - 1) + attributes.dilations[axis] * (attributes.kernel[axis] - 1) + 1
        }
        var (low, high) = (attributes.low, attributes.high)
        for axis in 0..<rank {
            let total: Int
            if let asked {
                total = full[axis] + extra[axis] - asked[axis]
            } else if automatic.hasPrefix("SAME") {
                total = full[axis] + extra[axis] - input[axis] * attributes.strides[axis]
            } else {
                continue
            }
            let half = (total - (total & 1)) / 2  // rounded down
            (low[axis], high[axis]) = automatic == "SAME_UPPER" ? (half, total - half) : (total - half, half)
        }
        // The full result, cut by the pads; what lies beyond it (output padding, negative pads) is zero.
        let output = (0..<rank).map { (axis: Int) -> Int in full[axis] + extra[axis] - low[axis] - high[axis] }
        try require(output.allSatisfy { $0 >= 1 && $0 <= limit }, "makes an output of size \(output)")
        try importer.checkSize([a.shape[0], weight.shape[1]] + full, node.place)
        let plain = (low + high).allSatisfy { $0 >= 0 }
        let direct = plain ? directWindow(attributes, output: output, low: low, high: high, input: input) : nil
        let (u, w) = (try number(a), try number(weight))
        let bias = try optional(2).map { b throws(InterchangeError) in try number(b) }
        if let direct {
            return [
                result(
                    try build { g throws(GraphError) in
                        try g.transposedConvolution(u, weight: w, bias: bias, window: direct, groups: groups, name: name)
                    }, a.type)
            ]
        }
        let none = [Int](repeating: 0, count: rank)
        let unpadded = WindowAttributes(
            kernel: attributes.kernel, strides: attributes.strides, dilations: attributes.dilations, low: none, high: none)
        let whole = try sliding(unpadded, input: full)
        let starts = low.map { max($0, 0) }
        let counts = (0..<rank).map { (axis: Int) -> Int in
            let end = min(full[axis], full[axis] + extra[axis] - high[axis])
            return max(0, end - starts[axis])
        }
        let before = low.map { max(-$0, 0) }
        let after = (0..<rank).map { (axis: Int) -> Int in output[axis] - counts[axis] - before[axis] }
        return [
            result(
                try build { g throws(GraphError) in
                    var v = try g.transposedConvolution(u, weight: w, window: whole, groups: groups)
                    let shape = g.shape(v)
                    v = try g.append(.slice(Slice(starts: [0, 0] + starts, counts: shape.prefix(2) + counts)), [v])
                    v = try g.append(.pad(Padding(low: [0, 0] + before, high: [0, 0] + after)), [v])
                    guard let bias else { return v }
                    return try g.append(.add, [v, g.broadcast(bias, alongAxis: 1, of: v)], name: name)
                }, a.type)
        ]
    }

    /// The window whose transpose makes `output`, if it sees exactly `input`.
    private func directWindow(
        _ attributes: WindowAttributes, output: [Int], low: [Int], high: [Int], input: [Int]
    ) -> SlidingWindow? {
        let window = try? SlidingWindow(
            inputSize: output, kernelSize: attributes.kernel, strides: attributes.strides, dilations: attributes.dilations,
            paddingLow: low, paddingHigh: high)
        return window?.outputSize == input ? window : nil
    }
}
