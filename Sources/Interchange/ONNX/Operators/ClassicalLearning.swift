// The linear operators of the domain ai.onnx.ml, which scikit-learn exports consist of.

import Graphs
import Tensors

extension NodeContext {
    /// The operand as `[N, C]`, in floating-point numbers.
    private func samples() throws(InterchangeError) -> ImportedValue {
        let a = try operand(0)
        guard a.type.isFloatingPoint else { throw unsupported("is supported for floating-point numbers, not \(a.type.name)") }
        try require(a.shape.count == 1 || a.shape.count == 2, "samples of shape [N, C] expected, not \(a.shape)")
        return try reshaped(a, a.shape.count == 1 ? [1] + a.shape : a.shape)
    }

    private func row(_ numbers: [Float]) throws(InterchangeError) -> Value {
        try build { g throws(GraphError) in try g.constant(Tensor(shape: [numbers.count], elements: numbers.map { Double($0) })) }
    }

    /// (x − offset) · scale, feature by feature.
    func scaler() throws(InterchangeError) -> [ImportedValue] {
        let a = try samples()
        let offsets = try floatsAttribute("offset") ?? [0]
        let scales = try floatsAttribute("scale") ?? [1]
        for numbers in [offsets, scales] {
            try require(numbers.count == 1 || numbers.count == a.shape[1], "\(numbers.count) numbers for \(a.shape[1]) features")
        }
        let (u, offset, scale) = (try number(a), try row(offsets), try row(scales))
        return [result(try build { g throws(GraphError) in try g.multiply(g.subtract(u, offset), scale, name: name) }, .float)]
    }

    /// x Wᵀ + b.
    private func linear(_ a: ImportedValue, rows: Int) throws(InterchangeError) -> Value {
        let weights = try floatsAttribute("coefficients") ?? []
        let bias = try floatsAttribute("intercepts")
        try require(
            rows >= 1 && weights.count == rows.multipliedReportingOverflow(by: a.shape[1]).partialValue && bias?.count ?? rows == rows,
            "\(weights.count) coefficients and \(bias?.count ?? 0) intercepts for \(rows) rows of \(a.shape[1]) features")
        let u = try number(a)
        let intercepts = try bias.map { b throws(InterchangeError) in try row(b) }
        return try build { g throws(GraphError) in
            let matrix = try g.constant(Tensor(shape: [rows, a.shape[1]], elements: weights.map { Double($0) }))
            return try g.dense(u, weight: matrix, bias: intercepts, name: name)
        }
    }

    func linearRegressor() throws(InterchangeError) -> [ImportedValue] {
        let a = try samples()
        let value = try linear(a, rows: try integer("targets", default: 1))
        let transform = try string("post_transform", default: "NONE")
        guard transform == "NONE" else { throw unsupported("attribute 'post_transform': \(quoted(transform)) is not supported") }
        return [result(value, .float)]
    }

    /// The scores; the label, which comes first, is no number of the network.
    func linearClassifier() throws(InterchangeError) -> [ImportedValue] {
        let a = try samples()
        acknowledge("classlabels_ints", "classlabels_strings", "multi_class")
        let weightCount = try floatsAttribute("coefficients")?.count ?? 0
        let rows = try floatsAttribute("intercepts")?.count ?? weightCount / max(a.shape[1], 1)
        let transform = try string("post_transform", default: "NONE")
        guard ["NONE", "LOGISTIC", "SOFTMAX"].contains(transform), rows != 1 else {
            throw unsupported("\(rows) rows with post_transform \(quoted(transform)) are not supported")
        }
        let weights = try floatsAttribute("coefficients") ?? []
        let bias = try floatsAttribute("intercepts") ?? [0, 0]
        let features = a.shape[1]
        // The score of one class of two, and its negative.
        let isMirrored =
            rows == 2 && weights.count == 2 * features && bias.count == 2 && bias[0] == -bias[1]
            && (0..<features).allSatisfy { weights[$0] == -weights[$0 + features] }
        let scores = try linear(a, rows: rows)
        let value = try build { g throws(GraphError) in
            switch transform {
            case "LOGISTIC" where isMirrored:
                try g.softmaxOfTwo(
                    g.append(.slice(Slice(starts: [0, 1], counts: [a.shape[0], 1])), [scores]), axis: 1, name: name)
            case "LOGISTIC": try g.smooth(.sigmoid, scores, name: name)
            case "SOFTMAX": try g.softmax(scores, axis: 1, name: name)
            default: scores
            }
        }
        return [ImportedValue(.string, [a.shape[0]]), result(value, .float)]
    }

    /// The numbers below a table of class names.
    func zippedNumbers() throws(InterchangeError) -> [ImportedValue] {
        acknowledge("classlabels_ints", "classlabels_strings", "classlabels_int64s")
        return [try operand(0)]
    }

    /// Chosen entries of the last axis.
    func features() throws(InterchangeError) -> [ImportedValue] {
        let a = try operand(0)
        try require(!a.shape.isEmpty, "a single number has no features")
        let axis = a.shape.count - 1
        var indices: [Int] = []
        for i in try integers(1, "the indices") {
            try require(i >= 0 && i < a.shape[axis], "index \(i) is outside axis \(axis) of size \(a.shape[axis])")
            indices.append(i)
        }
        let rows = axis == 0 ? [1] : Array(a.shape.dropLast())
        return [
            try moved([a]) { g, u throws(GraphError) in
                try g.reshape(g.append(.gather(axis: axis, indices: indices), u, name: name), rows + [indices.count])
            }
        ]
    }

    /// 1 above the threshold, else 0.
    func binarizer() throws(InterchangeError) -> [ImportedValue] {
        let threshold = try float("threshold", default: 0)
        return try activation { g, u throws(GraphError) in
            try g.pieces(u, Pieces(slopes: [0, 0], offsets: [0, 1]), knots: Knots([threshold]), name: name)
        }
    }

    /// Each sample divided by its norm.
    func normalizer() throws(InterchangeError) -> [ImportedValue] {
        let a = try samples()
        let norm = try string("norm", default: "MAX")
        guard let reduction = ["MAX": Reduction.max, "L1": .l1, "L2": .l2][norm] else {
            throw malformed("attribute 'norm': \(quoted(norm)) is not known")
        }
        let u = try number(a)
        // Probabilities are normalised already.
        if norm == "L1", case .softmax(axis: 1) = importer.graph[u].primitive { return [result(u, .float)] }
        return [
            result(
                try build { g throws(GraphError) in
                    let magnitude = norm == "MAX" ? try g.absoluteValue(u) : u
                    let size = try g.reduced(magnitude, reduction, axes: [1])
                    return try g.divide(u, g.append(.broadcast(axes: [1], shape: a.shape), [size]), name: name)
                }, .float)
        ]
    }
}
