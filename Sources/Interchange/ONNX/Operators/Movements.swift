// Operators that only move entries, repeat them, or lay constants around them: linear, with a constant beside at most.

import Graphs
import Tensors

extension NodeContext {
    // MARK: Axes

    func reshape() throws(InterchangeError) -> [ImportedValue] {
        let a = try operand(0)
        let allowZero = try flag("allowzero")
        var shape = try integers(1, "the shape")
        try require(shape.count { $0 == -1 } <= 1 && shape.allSatisfy { $0 >= -1 }, "shape \(shape) is not valid")
        for (axis, size) in shape.enumerated() where size == 0 && !allowZero {
            try require(axis < a.shape.count, "shape \(shape) keeps axis \(axis) of a value of shape \(a.shape)")
            shape[axis] = a.shape[axis]
        }
        if let open = shape.firstIndex(of: -1) {
            shape[open] = 1
            guard let rest = shape.checkedElementCount else { throw malformed("shape \(shape) is too large") }
            try require(rest > 0 && a.shape.elementCount % rest == 0, "shape \(shape) does not divide \(a.shape.elementCount) elements")
            shape[open] = a.shape.elementCount / rest
        }
        try importer.checkSize(shape, node.place)
        return [try reshaped(a, shape)]
    }

    func reshaped(_ a: ImportedValue, _ shape: Shape) throws(InterchangeError) -> ImportedValue {
        guard shape.checkedElementCount == a.shape.elementCount else {
            throw malformed("shape \(a.shape) cannot become \(shape)")
        }
        return shape == a.shape
            ? a : keepingNumber(a, try moved([a]) { g, u throws(GraphError) in try g.reshape(u[0], shape, name: name) })
    }

    func flatten() throws(InterchangeError) -> [ImportedValue] {
        let a = try operand(0)
        let given = try integer("axis", default: 1)
        try require(given >= -a.shape.count && given <= a.shape.count, "axis \(given) is outside a value of \(a.shape.count) axes")
        let axis = given < 0 ? given + a.shape.count : given
        return [try reshaped(a, [a.shape[..<axis].reduce(1, *), a.shape[axis...].reduce(1, *)])]
    }

    /// Axes given as an input since operator set 13, as an attribute before.
    private func givenAxes(since version: Int) throws(InterchangeError) -> [Int]? {
        if opset < version { return try integersAttribute("axes") }
        return try optional(1).map { axes throws(InterchangeError) in try integers(axes, "the axes") }
    }

    func squeeze() throws(InterchangeError) -> [ImportedValue] {
        let a = try operand(0)
        var axes = a.shape.indices.filter { a.shape[$0] == 1 }
        if let given = try givenAxes(since: 13) { axes = try self.axes(given, rank: a.shape.count) }
        try require(axes.allSatisfy { a.shape[$0] == 1 }, "axes \(axes) of shape \(a.shape) are not of size 1")
        return [try reshaped(a, a.shape.indices.filter { !axes.contains($0) }.map { a.shape[$0] })]
    }

    func unsqueeze() throws(InterchangeError) -> [ImportedValue] {
        let a = try operand(0)
        guard let given = try givenAxes(since: 13) else { throw malformed("names no axes") }
        try require(given.count <= ModelReader.axisLimit, "names \(given.count) axes")
        let axes = try self.axes(given, rank: a.shape.count + given.count)
        var shape = a.shape
        for axis in axes.sorted() { shape.insert(1, at: axis) }
        return [try reshaped(a, shape)]
    }

    func transpose() throws(InterchangeError) -> [ImportedValue] {
        let a = try operand(0)
        let order = try integersAttribute("perm") ?? Array(a.shape.indices.reversed())
        return [try transposed(a, axes(order, rank: a.shape.count))]
    }

    func transposed(_ a: ImportedValue, _ order: [Int]) throws(InterchangeError) -> ImportedValue {
        try require(order.sorted() == Array(a.shape.indices), "order \(order) does not name each of \(a.shape.count) axes once")
        return try moved([a]) { g, u throws(GraphError) in try g.append(.transpose(order), u, name: name) }
    }

    // MARK: Repetition

    func expand() throws(InterchangeError) -> [ImportedValue] {
        let a = try operand(0)
        let given = try integers(1, "the shape")
        let shape = try commonShape([a.shape, given])
        return [try spread(a, to: shape)]
    }

    /// A value whose entries are those of `a`, moved or repeated.
    private func keepingNumber(_ a: ImportedValue, _ value: ImportedValue) -> ImportedValue {
        var value = value
        if a.isExact { value.everywhere = a.everywhere ?? a.constant?.uniform }
        return value
    }

    func spread(_ a: ImportedValue, to shape: Shape) throws(InterchangeError) -> ImportedValue {
        shape == a.shape
            ? a : keepingNumber(a, try moved([a]) { g, u throws(GraphError) in try g.broadcast(u[0], to: shape, name: name) })
    }

    func tile() throws(InterchangeError) -> [ImportedValue] {
        let a = try operand(0)
        let repeats = try integers(1, "the repeats")
        try require(
            repeats.count == a.shape.count && repeats.allSatisfy { $0 >= 0 }, "repeats \(repeats) do not fit shape \(a.shape)")
        let sizes = zip(a.shape, repeats).map { size, count in
            let product = size.multipliedReportingOverflow(by: count)
            return product.overflow ? Int.max : product.partialValue
        }
        try importer.checkSize(sizes, node.place)
        return [
            try moved([a]) { g, u throws(GraphError) in
                var (v, shape) = (u[0], a.shape)
                for (axis, count) in repeats.enumerated() where count != 1 {
                    // An axis of the repetitions before it, then both as one.
                    let spread = try g.append(
                        .broadcast(axes: [axis], shape: shape[..<axis] + [count] + shape[axis...]), [v], name: name)
                    shape[axis] *= count
                    v = try g.append(.reshape(shape), [spread], name: name)
                }
                return v
            }
        ]
    }

    // MARK: Parts

    func concatenate() throws(InterchangeError) -> [ImportedValue] {
        let values = try operands()
        guard let first = values.first else { throw malformed("has no inputs") }
        guard let given = try integer("axis") else { throw malformed("attribute 'axis' is missing") }
        let axis = try axis(given, rank: first.shape.count)
        return [
            try moved(values) { g, u throws(GraphError) in
                if let idiom = try g.twoProbabilities(u, axis: axis, name: name) { return idiom }
                return try g.concatenate(u, axis: axis, name: name)
            }
        ]
    }

    func split() throws(InterchangeError) -> [ImportedValue] {
        let a = try operand(0)
        let axis = try axis(integer("axis", default: 0), rank: a.shape.count)
        let partCount = opset >= 18 ? try integer("num_outputs") : nil
        let given =
            opset < 13 ? try integersAttribute("split") : try optional(1).map { v throws(InterchangeError) in try integers(v, "the sizes") }
        let count = partCount ?? node.outputs.count
        try require(count >= 1 && count == node.outputs.count, "splits into \(count) parts, but has \(node.outputs.count) outputs")
        let size = (a.shape[axis] + count - 1) / count
        let sizes = given ?? (0..<count).map { max(0, min(size, a.shape[axis] - $0 * size)) }
        try require(
            sizes.allSatisfy { $0 >= 0 && $0 <= a.shape[axis] } && sizes.reduce(0, +) == a.shape[axis] && sizes.count >= node.outputs.count,
            "parts of sizes \(sizes) do not make up axis \(axis) of shape \(a.shape)")
        var results: [ImportedValue] = []
        var start = 0
        for size in sizes {
            results.append(try sliced(a, axis: axis, start: start, count: size, step: 1))
            start += size
        }
        return results
    }

    func sliced(_ a: ImportedValue, axis: Int, start: Int, count: Int, step: Int) throws(InterchangeError) -> ImportedValue {
        if start == 0 && step == 1 && count == a.shape[axis] { return a }
        return try moved([a]) { g, u throws(GraphError) in
            if step < 0 { return try g.append(.gather(axis: axis, indices: (0..<count).map { start + $0 * step }), u, name: name) }
            var (starts, counts, steps) = ([Int](repeating: 0, count: a.shape.count), a.shape, [Int](repeating: 1, count: a.shape.count))
            (starts[axis], counts[axis], steps[axis]) = (start, count, step)
            return try g.append(.slice(Slice(starts: starts, counts: counts, steps: steps)), u, name: name)
        }
    }

    func slice() throws(InterchangeError) -> [ImportedValue] {
        let a = try operand(0)
        var (starts, ends, axes, steps): ([Int], [Int], [Int]?, [Int]?)
        if opset < 10 {
            guard let first = try integersAttribute("starts"), let last = try integersAttribute("ends") else {
                throw malformed("attribute 'starts' or 'ends' is missing")
            }
            (starts, ends, axes, steps) = (first, last, try integersAttribute("axes"), nil)
        } else {
            (starts, ends) = (try integers(1, "the starts"), try integers(2, "the ends"))
            axes = try optional(3).map { v throws(InterchangeError) in try integers(v, "the axes") }
            steps = try optional(4).map { v throws(InterchangeError) in try integers(v, "the steps") }
        }
        let chosen = try self.axes(axes ?? Array(0..<starts.count), rank: a.shape.count)
        let strides = steps ?? [Int](repeating: 1, count: starts.count)
        try require(
            ends.count == starts.count && chosen.count == starts.count && strides.count == starts.count,
            "starts, ends, axes and steps differ in number")
        var result = a
        for (i, axis) in chosen.enumerated() {
            let (size, step) = (a.shape[axis], strides[i])
            try require(step != 0 && step != .min, "step \(step) along axis \(axis)")
            func bounded(_ position: Int, _ low: Int, _ high: Int) -> Int { min(max(position < 0 ? position + size : position, low), high) }
            let (start, count): (Int, Int)
            if step > 0 {
                start = bounded(starts[i], 0, size)
                let length = max(0, bounded(ends[i], 0, size) - start)
                count = length == 0 ? 0 : (length - 1) / step + 1
            } else {
                start = bounded(starts[i], -1, size - 1)
                let length = max(0, start - bounded(ends[i], -1, size - 1))
                count = length == 0 ? 0 : (length - 1) / -step + 1
            }
            result = try sliced(result, axis: axis, start: count == 0 ? 0 : start, count: count, step: count <= 1 ? 1 : step)
        }
        return [result]
    }

    // MARK: Images

    func depthToSpace() throws(InterchangeError) -> [ImportedValue] {
        let a = try operand(0)
        let size = try integer("blocksize", default: 0)
        let mode = try string("mode", default: "DCR")
        try require(["DCR", "CRD"].contains(mode), "attribute 'mode': \(quoted(mode)) is not known")
        try require(
            a.shape.count == 4 && size >= 1 && size < 1 << 15 && a.shape[1] % (size * size) == 0,
            "blocks of \(size) do not fit shape \(a.shape)")
        let (n, c, h, w) = (a.shape[0], a.shape[1] / (size * size), a.shape[2], a.shape[3])
        let split = try reshaped(a, mode == "DCR" ? [n, size, size, c, h, w] : [n, c, size, size, h, w])
        return [try reshaped(transposed(split, mode == "DCR" ? [0, 3, 4, 1, 5, 2] : [0, 1, 4, 2, 5, 3]), [n, c, h * size, w * size])]
    }

    func spaceToDepth() throws(InterchangeError) -> [ImportedValue] {
        let a = try operand(0)
        let size = try integer("blocksize", default: 0)
        try require(
            a.shape.count == 4 && size >= 1 && size < 1 << 15 && a.shape[2] % size == 0 && a.shape[3] % size == 0,
            "blocks of \(size) do not fit shape \(a.shape)")
        let (n, c, h, w) = (a.shape[0], a.shape[1], a.shape[2] / size, a.shape[3] / size)
        return [try reshaped(transposed(reshaped(a, [n, c, h, size, w, size]), [0, 3, 5, 1, 2, 4]), [n, c * size * size, h, w])]
    }
}
