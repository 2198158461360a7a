// Resize: linear in its input, one axis after the other. Nearest neighbours are a gather; the rest products with constant matrices.

import Graphs
import Tensors

extension NodeContext {
    /// Resize, whose inputs are (X, scales) in operand set 10 and (X, roi, scales, sizes) since 11.
    func resize() throws(InterchangeError) -> [ImportedValue] {
        let a = try operand(0)
        let rank = a.shape.count
        let mode = try string("mode", default: "nearest")
        let antialias = try flag("antialias")
        let coordinates = try string("coordinate_transformation_mode", default: opset < 11 ? "asymmetric" : "half_pixel")
        let cubic = try float("cubic_coeff_a", default: -0.75)
        let excludesOutside = try flag("exclude_outside")
        let extrapolation = try float("extrapolation_value", default: 0)
        let rounding = try string("nearest_mode", default: opset < 11 ? "floor" : "round_prefer_floor")
        let policy = try string("keep_aspect_ratio_policy", default: "stretch")
        let axes =
            try integersAttribute("axes").map { given throws(InterchangeError) in try self.axes(given, rank: rank) } ?? Array(0..<rank)
        func given(_ position: Int) -> ImportedValue? { optional(position).flatMap { $0.shape.elementCount > 0 ? $0 : nil } }

        var scales = [Double](repeating: 1, count: rank)
        var sizes = a.shape
        if let value = given(opset < 11 ? 1 : 2) {
            let numbers = try doubles(value, "the scales")
            try require(
                numbers.count == axes.count && numbers.allSatisfy { Float($0) > 0 && $0.isFinite },
                "scales \(numbers) do not fit \(axes.count) axes")
            for (axis, scale) in zip(axes, numbers) {
                scales[axis] = scale
                let size = (Double(a.shape[axis]) * scale).rounded(.down)
                try require(size <= Double(Int32.max), "scale \(scale) is too large")
                sizes[axis] = Int(size)
            }
        } else if opset >= 11, let value = given(3) {
            let numbers = try integers(value, "the sizes")
            try require(
                numbers.count == axes.count && numbers.allSatisfy { $0 >= 0 && $0 <= Int(Int32.max) },
                "sizes \(numbers) do not fit \(axes.count) axes")
            try require(axes.allSatisfy { a.shape[$0] > 0 }, "shape \(a.shape) is empty")
            for (axis, size) in zip(axes, numbers) { (sizes[axis], scales[axis]) = (size, Double(size) / Double(a.shape[axis])) }
            if policy != "stretch" {
                let all = axes.map { scales[$0] }
                guard let scale = policy == "not_larger" ? all.min() : policy == "not_smaller" ? all.max() : nil else {
                    throw malformed("attribute 'keep_aspect_ratio_policy': \(quoted(policy)) is not known")
                }
                for axis in axes {
                    scales[axis] = scale
                    sizes[axis] = Int((scale * Double(a.shape[axis])).rounded(.toNearestOrAwayFromZero))
                }
            }
        } else {
            throw malformed("gives neither scales nor sizes")
        }
        var regions = [(start: Double, end: Double)?](repeating: nil, count: rank)
        if coordinates == "tf_crop_and_resize" {
            guard opset >= 11, let roi = given(1) else { throw malformed("gives no region of interest") }
            let numbers = try doubles(roi, "the region of interest")
            try require(
                numbers.count == 2 * axes.count && numbers.allSatisfy { abs($0) < 1e9 },
                "a region of \(numbers.count) numbers does not fit \(axes.count) axes")
            for (i, axis) in axes.enumerated() { regions[axis] = (numbers[i], numbers[i + axes.count]) }
        }
        try importer.checkSize(sizes, node.place)
        let method = ResizeMethod(
            mode: mode, coordinates: coordinates, rounding: rounding, cubic: cubic, excludesOutside: excludesOutside, antialias: antialias)
        guard method.isKnown else { throw malformed("mode \(quoted(mode)), \(quoted(coordinates)), \(quoted(rounding)) is not known") }
        return [try resized(a, sizes, scales, regions, method, extrapolation)]
    }

    func upsample() throws(InterchangeError) -> [ImportedValue] {
        let a = try operand(0)
        let mode = try string("mode", default: "nearest")
        let given = opset < 9 ? try floatsAttribute("scales")?.map { Double($0) } ?? [] : try doubles(operand(1), "the scales")
        try require(
            given.count == a.shape.count && given.allSatisfy { $0 >= 1 && $0 < Double(Int32.max) },
            "scales \(given) do not fit shape \(a.shape)")
        let sizes = zip(a.shape, given).map { Int((Double($0) * $1).rounded(.down)) }
        try importer.checkSize(sizes, node.place)
        let method = ResizeMethod(
            mode: mode, coordinates: "asymmetric", rounding: "floor", cubic: -0.75, excludesOutside: false, antialias: false)
        guard method.isKnown else { throw malformed("attribute 'mode': \(quoted(mode)) is not known") }
        return [try resized(a, sizes, given, a.shape.map { _ in nil }, method, 0)]
    }

    private func resized(
        _ a: ImportedValue, _ sizes: [Int], _ scales: [Double], _ regions: [(start: Double, end: Double)?], _ method: ResizeMethod,
        _ extrapolation: Double
    ) throws(InterchangeError) -> ImportedValue {
        var value = a
        // The places outside the region of interest, along each axis, take one number.
        var outside = [[Bool]](repeating: [], count: a.shape.count)
        for axis in a.shape.indices where sizes[axis] != a.shape[axis] || scales[axis] != 1 || regions[axis] != nil {
            let (input, output) = (a.shape[axis], sizes[axis])
            try require(input > 0, "axis \(axis) of shape \(a.shape) is empty")
            let places = (0..<output).map {
                method.coordinate($0, scale: scales[axis], input: input, output: output, region: regions[axis])
            }
            outside[axis] = places.map { regions[axis] != nil && ($0 < 0 || $0 > Double(input - 1)) }
            if method.mode == "nearest" {
                let indices = places.map { method.nearest($0, input: input) }
                value = try moved([value]) { g, u throws(GraphError) in try g.append(.gather(axis: axis, indices: indices), u, name: name) }
                continue
            }
            try importer.checkSize([output, input], node.place)
            var matrix = [Double](repeating: 0, count: output * input)
            for (row, place) in places.enumerated() {
                for (column, weight) in method.weights(place, scale: scales[axis], input: input) { matrix[row * input + column] += weight }
            }
            let u = try number(value)
            value = result(
                try build { g throws(GraphError) in
                    let shape = g.shape(u)
                    let others = shape.indices.filter { $0 != axis }
                    let last = try g.append(.transpose(others + [axis]), [u])
                    let rows = try g.reshape(last, [others.map { shape[$0] }.elementCount, input])
                    let weights = try g.constant(Tensor(shape: [output, input], elements: matrix))
                    let product = try g.append(.matrixProduct(transposeLeft: false, transposeRight: true), [rows, weights], name: name)
                    let back = try g.reshape(product, others.map { shape[$0] } + [output])
                    var order = Array(0..<shape.count - 1)
                    order.insert(shape.count - 1, at: axis)
                    return try g.append(.transpose(order), [back])
                }, a.type)
        }
        guard outside.contains(where: { $0.contains(true) }) else { return value }
        var index = [Int](repeating: 0, count: sizes.count)
        let mask = (0..<sizes.elementCount).map { _ in
            defer { index.advance(in: sizes) }
            return index.indices.contains { !outside[$0].isEmpty && outside[$0][index[$0]] }
        }
        let u = try number(value)
        return result(
            try build { g throws(GraphError) in
                let kept = try g.multiply(u, g.constant(Tensor(shape: sizes, elements: mask.map { $0 ? 0 : 1 })))
                return try g.add(kept, g.constant(Tensor(shape: sizes, elements: mask.map { $0 ? extrapolation : 0 })), name: name)
            }, a.type)
    }
}

/// How coordinates are mapped and neighbours weighted (Operators.md, Resize).
private struct ResizeMethod {
    let mode: String
    let coordinates: String
    let rounding: String
    let cubic: Double
    let excludesOutside: Bool
    let antialias: Bool

    var isKnown: Bool {
        ["nearest", "linear", "bilinear", "cubic"].contains(mode)
            && [
                "half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric", "tf_half_pixel_for_nn",
                "tf_crop_and_resize",
            ].contains(coordinates) && ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"].contains(rounding)
    }

    /// The place in the input of output entry `x`.
    ///
    /// Of nearest neighbours in Float, as the scales are and as other runtimes take it: whether 3 / 0.6 is 5 or a little less decides which
    /// neighbour is taken.
    func coordinate(_ x: Int, scale: Double, input: Int, output: Int, region: (start: Double, end: Double)?) -> Double {
        mode == "nearest"
            ? Double(coordinate(Float(x), scale: Float(scale), input: Float(input), output: Float(output), region))
            : coordinate(Double(x), scale: scale, input: Double(input), output: Double(output), region)
    }

    private func coordinate<T: BinaryFloatingPoint>(
        _ x: T, scale: T, input width: T, output: T, _ region: (start: Double, end: Double)?
    ) -> T {
        switch coordinates {
        case "align_corners": return output == 1 ? 0 : x * (width - 1) / (output - 1)
        case "asymmetric": return x / scale
        case "pytorch_half_pixel": return output == 1 ? 0 : (x + 0.5) / scale - 0.5
        case "tf_half_pixel_for_nn": return (x + 0.5) / scale
        case "half_pixel_symmetric": return width / 2 * (1 - output / (scale * width)) + (x + 0.5) / scale - 0.5
        case "tf_crop_and_resize":
            let (start, end) = (T(region?.start ?? 0), T(region?.end ?? 1))
            let span = (end - start) * (width - 1)
            return start * (width - 1) + (output == 1 ? span / 2 : x * span / (output - 1))
        default: return (x + 0.5) / scale - 0.5
        }
    }

    /// The entry nearest to a place.
    func nearest(_ place: Double, input: Int) -> Int {
        let lower = place.rounded(.down)
        let fraction = place - lower
        let isUpper: Bool =
            switch rounding {
            case "round_prefer_floor": fraction > 0.5
            case "round_prefer_ceil": fraction >= 0.5
            case "floor": false
            default: fraction > 0
            }
        return Int(min(max(lower + (isUpper ? 1 : 0), 0), Double(input - 1)))
    }

    /// The entries that a place takes its value from, with weights; the border repeats outwards.
    func weights(_ place: Double, scale: Double, input: Int) -> [(Int, Double)] {
        // Bounded so that a hostile scale cannot make a footprint larger than the axis needs.
        let narrow = antialias ? max(min(scale, 1), 1 / Double(max(input, 1)) / 4) : 1
        let reach = mode == "cubic" ? 2.0 : 1.0
        let centre = min(max(place, -Double(input)), 2 * Double(input))
        // The floor is the lower neighbour; a whole place is its own upper neighbour, which has the whole weight either way.
        let lower = centre == centre.rounded(.down) ? centre - 1 : centre.rounded(.down)
        let ratio = centre - lower
        let first = Int((-reach / narrow).rounded(.down)) + 1
        let last = 1 - first
        var weights: [(Int, Double)] = []
        for i in first...last {
            let entry = Int(lower) + i
            var weight = kernel(abs(Double(i) - ratio) * narrow)
            if excludesOutside && (entry < 0 || entry >= input) { weight = 0 }
            weights.append((min(max(entry, 0), input - 1), weight))
        }
        guard antialias || excludesOutside else { return weights }
        let total = weights.reduce(0) { $0 + $1.1 }
        return weights.map { ($0.0, $0.1 / total) }
    }

    private func kernel(_ x: Double) -> Double {
        if mode != "cubic" { return max(0, 1 - x) }
        if x <= 1 { return ((cubic + 2) * x - (cubic + 3)) * x * x + 1 }
        return x < 2 ? ((cubic * x - 5 * cubic) * x + 8 * cubic) * x - 4 * cubic : 0
    }
}
