// Reductions over axes: sums, extremes, norms, and the places of extremes.

import Graphs
import Tensors

enum Reduction: String {
    case sum, mean, max, min, product, l1, l2, sumSquare, logSum, logSumExp
}

extension NodeContext {
    func reduce(_ reduction: Reduction) throws(InterchangeError) -> [ImportedValue] {
        let a = try operand(0)
        let keep = try flag("keepdims", default: true)
        let asInput = opset >= (reduction == .sum ? 13 : 18)
        let given =
            asInput ? try optional(1).map { v throws(InterchangeError) in try integers(v, "the axes") } : try integersAttribute("axes")
        let noAxesMeansNone = asInput ? try flag("noop_with_empty_axes") : false
        if given?.isEmpty ?? true, noAxesMeansNone {
            guard a.type.isFloatingPoint, let value = try entrywise(reduction, a) else { return [a] }
            return [value]
        }
        let axes = given?.isEmpty ?? true ? Array(a.shape.indices) : try axes(given!, rank: a.shape.count)
        let kept = a.shape.indices.filter { !axes.contains($0) }
        let shape = keep ? a.shape.indices.map { axes.contains($0) ? 1 : a.shape[$0] } : kept.map { a.shape[$0] }
        let folded = try foldedReduction(reduction, a, axes, shape)
        if let folded, !a.type.isFloatingPoint || folded.isExact && a.number == nil && a.initializer == nil { return [folded] }
        guard a.type.isFloatingPoint else { throw unsupported("reduces \(a.type.name) that depends on the data") }
        let u = try number(a)
        return [
            result(
                folded,
                try build { g throws(GraphError) in
                    try g.reshape(g.reduced(u, reduction, axes: axes, name: name), shape)
                }, a.type)
        ]
    }

    /// The reduction over no axes, entry by entry; `nil` where it does nothing.
    private func entrywise(_ reduction: Reduction, _ a: ImportedValue) throws(InterchangeError) -> ImportedValue? {
        let u = try number(a)
        switch reduction {
        case .sum, .mean, .max, .min, .product, .logSumExp: return nil
        case .l1, .l2: return result(try build { g throws(GraphError) in try g.absoluteValue(u, name: name) }, a.type)
        case .sumSquare: return result(try build { g throws(GraphError) in try g.multiply(u, u, name: name) }, a.type)
        case .logSum: return result(try build { g throws(GraphError) in try g.smooth(.logarithm, u, name: name) }, a.type)
        }
    }

    private func foldedReduction(_ reduction: Reduction, _ a: ImportedValue, _ axes: [Int], _ shape: Shape) throws(InterchangeError)
        -> ImportedValue?
    {
        guard let constant = a.constant, folds(a.shape, a.type), ![.l1, .l2, .sumSquare, .logSum, .logSumExp].contains(reduction) else {
            return nil
        }
        // Each element's group: its index with the reduced axes left out.
        let reducedShape = a.shape.indices.map { axes.contains($0) ? 1 : a.shape[$0] }
        let groups = broadcastIndices(reducedShape, to: a.shape)
        var members = [[Int]](repeating: [], count: reducedShape.elementCount)
        for (element, group) in groups.enumerated() { members[group].append(element) }
        var value = ImportedValue(a.type, shape)
        switch constant {
        case .integers(let numbers):
            var results: [Int] = []
            for group in members.map({ $0.map { numbers[$0] } }) {
                switch reduction {
                case .sum: results.append(group.reduce(0, &+))
                case .product: results.append(group.reduce(1, &*))
                case .mean: results.append(group.isEmpty ? 0 : group.reduce(0, &+) / group.count)
                case .max, .min:
                    guard let extreme = reduction == .max ? group.max() : group.min() else { throw malformed("reduces an axis of size 0") }
                    results.append(extreme)
                default: return nil
                }
            }
            value.constant = .integers(results.map(a.type.wrapped))
        case .numbers(let numbers):
            let results = members.map { places -> Double in
                let group = places.map { numbers[$0] }
                switch reduction {
                case .sum: return group.reduce(0, +)
                case .product: return group.reduce(1, *)
                case .mean: return group.reduce(0, +) / Double(group.count)
                case .max: return group.max() ?? -.infinity
                default: return group.min() ?? .infinity
                }
            }
            let (narrow, exact) = rounded(results, a.type)
            (value.constant, value.isExact) = (narrow, exact && a.isExact)
        }
        return value
    }

    /// CumSum: a product with a triangle of ones along the axis.
    func runningSum() throws(InterchangeError) -> [ImportedValue] {
        let a = try operand(0)
        let axes = try integers(1, "the axis")
        try require(axes.count == 1, "the axis: one number expected, not \(axes.count)")
        let axis = try axis(axes[0], rank: a.shape.count)
        let (isExclusive, isReverse) = (try flag("exclusive"), try flag("reverse"))
        let count = a.shape[axis]
        func adds(_ from: Int, to place: Int) -> Bool {
            from == place ? !isExclusive : isReverse ? from > place : from < place
        }
        if case .integers(let numbers)? = a.constant {
            let stride = a.shape[(axis + 1)...].reduce(1, *)
            var sums = numbers
            // Along each line, from its first entry on or from its last: what a sum continues has been made before.
            for index in numbers.indices {
                let entry = isReverse ? numbers.count - 1 - index : index
                let before = isReverse ? entry + stride : entry - stride
                let isFirst = entry / stride % count == (isReverse ? count - 1 : 0)
                let sum = isFirst ? 0 : sums[before] &+ (isExclusive ? numbers[before] : 0)
                sums[entry] = a.type.wrapped(isExclusive ? sum : sum &+ numbers[entry])
            }
            return [ImportedValue.integers(sums, a.shape, type: a.type)]
        }
        guard a.type.isFloatingPoint else { throw unsupported("adds up \(a.type.name) that depends on the data") }
        try importer.checkSize([count, count], node.place)
        let u = try number(a)
        let order = a.shape.indices.filter { $0 != axis } + [axis]
        let back = a.shape.indices.map { order.firstIndex(of: $0)! }
        return [
            result(
                try build { g throws(GraphError) in
                    let ones = (0..<count * count).map { adds($0 / count, to: $0 % count) ? 1.0 : 0 }
                    let turned = try g.append(.transpose(order), [u])
                    let flat = try g.reshape(turned, [a.shape.elementCount / max(count, 1), count])
                    let sums = try g.append(
                        .matrixProduct(transposeLeft: false, transposeRight: false),
                        [flat, g.constant(Tensor(shape: [count, count], elements: ones))], name: name)
                    return try g.append(.transpose(back), [g.reshape(sums, order.map { a.shape[$0] })])
                }, a.type)
        ]
    }

    /// ArgMax and ArgMin: the code itself, as a number.
    func place(ofLargest largest: Bool) throws(InterchangeError) -> [ImportedValue] {
        let a = try operand(0)
        let axis = try axis(integer("axis", default: 0), rank: a.shape.count)
        let keep = try flag("keepdims", default: true)
        let last = try flag("select_last_index")
        let count = a.shape[axis]
        try require(count > 0, "axis \(axis) has size 0")
        var shape = a.shape
        if keep { shape[axis] = 1 } else { shape.remove(at: axis) }
        if let places = rankedPlaces(a, axis: axis, count: 1, largest: largest, last: last) {
            return [.integers(places, shape)]
        }
        let u = try number(a)
        return [
            result(
                try build { g throws(GraphError) in
                    let signed = largest ? u : try g.negate(u)
                    let ordered = last ? try g.append(.gather(axis: axis, indices: (0..<count).reversed()), [signed]) : signed
                    let choice = Choice.axis(axis, count: count)
                    let code = try g.append(.select(.largest(choice)), [ordered], name: name)
                    let places = (0..<count).map { Double(last ? count - 1 - $0 : $0) }
                    let chosen = try g.append(.pick(choice, transposed: false), [ordered, code])
                    let number = try g.append(.apply(Pieces(slopes: places.map { _ in 0 }, offsets: places)), [chosen, code], name: name)
                    return try g.reshape(number, shape)
                }, .int64)
        ]
    }

    /// For each line along `axis` the places of its `count` largest or smallest entries, first to last, of equal ones the first (or `last`)
    /// first; row-major with `count` in the axis's place. `nil` where the entries depend on the data.
    private func rankedPlaces(_ a: ImportedValue, axis: Int, count: Int, largest: Bool, last: Bool = false) -> [Int]? {
        func ranked<T: Comparable>(_ numbers: [T]) -> [Int] {
            let (size, after) = (a.shape[axis], a.shape[(axis + 1)...].reduce(1, *))
            var places = [Int](repeating: 0, count: size == 0 ? 0 : numbers.count / size * count)
            for line in 0..<(size == 0 ? 0 : numbers.count / size) {
                let (outer, inner) = (line / after, line % after)
                func entry(_ place: Int) -> T { numbers[(outer * size + place) * after + inner] }
                let order = (0..<size).sorted { i, j in
                    let (x, y) = (entry(i), entry(j))
                    return x == y ? (last ? i > j : i < j) : largest ? x > y : x < y
                }
                for i in 0..<count { places[(outer * count + i) * after + inner] = order[i] }
            }
            return places
        }
        if case .integers(let numbers)? = a.constant { return ranked(numbers) }
        guard let numbers = a.constant?.doubles ?? a.initializer.flatMap({ importer.initializers[$0].tensor.doubles }),
            !numbers.contains(where: \.isNaN)
        else { return nil }
        return ranked(numbers)
    }

    /// TopK: the largest, then the largest of the rest, and so on; ties go to the first.
    func topK() throws(InterchangeError) -> [ImportedValue] {
        let a = try operand(0)
        let axis = try axis(integer("axis", default: -1), rank: a.shape.count)
        let largest = try flag("largest", default: true)
        acknowledge("sorted")
        let given = opset < 10 ? try integer("k").map { [$0] } ?? [] : try integers(1, "k")
        guard given.count == 1, given[0] >= 0, given[0] <= a.shape[axis] else {
            throw malformed("k \(given) does not fit shape \(a.shape)")
        }
        guard given[0] <= 1024 else { throw unsupported("k \(given[0]) is more than 1024") }
        let (count, k) = (a.shape[axis], given[0])
        if let known = rankedPlaces(a, axis: axis, count: k, largest: largest) {
            var shape = a.shape
            shape[axis] = k
            let after = a.shape[(axis + 1)...].reduce(1, *)
            let flat = known.indices.map { (($0 / (k * after)) * count + known[$0]) * after + $0 % after }
            return [try gatheredFlat(a, flat, shape: shape), .integers(known, shape)]
        }
        guard a.type.isFloatingPoint else { throw unsupported("is supported for floating-point numbers") }
        let u = try number(a)
        var (values, places): ([Value], [Value]) = ([], [])
        let choice = Choice.axis(axis, count: count)
        for i in 0..<k {
            let (value, place) = try build { g throws(GraphError) -> (Value, Value) in
                let signed = largest ? u : try g.negate(u)
                // Chosen among those not chosen before, and picked from u itself.
                let code = try g.append(.select(.largest(choice)), [g.lacking(signed, winners: i, axis: axis)], name: name)
                let value = try g.append(.pick(choice, transposed: false), [signed, code], name: name)
                let numbers = (0..<count).map { Double($0) }
                let place = try g.append(.apply(Pieces(slopes: numbers.map { _ in 0 }, offsets: numbers)), [value, code])
                return (largest ? value : try g.negate(value), place)
            }
            values.append(value)
            places.append(place)
        }
        if k == 0 {
            var shape = a.shape
            shape[axis] = 0
            return [
                result(try build { g throws(GraphError) in try g.fill(0, shape) }, a.type),
                ImportedValue(.int64, shape, constant: .integers([])),
            ]
        }
        return [
            result(try build { g throws(GraphError) in try g.stack(values, axis: axis) }, a.type),
            result(try build { g throws(GraphError) in try g.stack(places, axis: axis) }, .int64),
        ]
    }
}

extension Graph {
    /// u reduced over `axes`, which are dropped.
    mutating func reduced(_ u: Value, _ reduction: Reduction, axes: [Int], name: String = "") throws(GraphError) -> Value {
        let shape = shape(u)
        let kept = shape.indices.filter { !axes.contains($0) }
        let (keptShape, count) = (kept.map { shape[$0] }, axes.map { shape[$0] }.elementCount)
        switch reduction {
        case .sum: return try sum(u, over: axes)
        case .mean: return try divide(sum(u, over: axes), fill(Double(count), []), name: name)
        case .l1: return try sum(absoluteValue(u), over: axes)
        case .l2: return try smooth(.squareRoot, sum(multiply(u, u), over: axes), name: name)
        case .sumSquare: return try sum(multiply(u, u), over: axes)
        case .logSum: return try smooth(.logarithm, sum(u, over: axes), name: name)
        case .max, .min, .product, .logSumExp: break
        }
        if axes.isEmpty { return u }
        if count == 0 {
            let nothing: [Reduction: Double] = [.max: -.infinity, .min: .infinity, .product: 1, .logSumExp: -.infinity]
            return try fill(nothing[reduction]!, keptShape)
        }
        // The reduced axes as one, last: groups in row-major order, so that the first largest is the first in the file's order.
        let ordered = try append(.transpose(kept + axes.sorted()), [u])
        let joined = try reshape(ordered, keptShape + [count])
        let axis = kept.count
        switch reduction {
        case .max: return try largest(joined, .axis(axis, count: count), name: name)
        case .min: return try negate(largest(negate(joined), .axis(axis, count: count), name: name))
        case .logSumExp: return try logSumExp(joined, axis: axis, name: name)
        default: return try product(joined, axis: axis, name: name)
        }
    }

    /// The product along the last axis, by halves.
    private mutating func product(_ u: Value, axis: Int, name: String) throws(GraphError) -> Value {
        var u = u
        while shape(u)[axis] > 1 {
            let shape = shape(u)
            let half = shape[axis] / 2
            func part(_ start: Int, _ count: Int) -> Primitive {
                var (starts, counts) = ([Int](repeating: 0, count: shape.count), shape)
                (starts[axis], counts[axis]) = (start, count)
                return .slice(Slice(starts: starts, counts: counts))
            }
            let pairs = try append(.multiply, [append(part(0, half), [u]), append(part(half, half), [u])], name: name)
            u = shape[axis] % 2 == 0 ? pairs : try concatenate([pairs, append(part(2 * half, 1), [u])], axis: axis)
        }
        return try reshape(u, Array(shape(u)[..<axis]))
    }
}
