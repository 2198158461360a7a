// Padding in all modes.

import Graphs
import Tensors

extension NodeContext {
    func pad() throws(InterchangeError) -> [ImportedValue] {
        let a = try operand(0)
        let mode = try string("mode", default: "constant")
        var (pads, axes): ([Int], [Int]) = ([], Array(a.shape.indices))
        var filling: ImportedValue?
        if opset < 11 {
            pads = try integersAttribute("pads") ?? []
            let value = try float("value", default: 0)
            if value != 0 { filling = ImportedValue(a.type, [], constant: .numbers([value])) }
        } else {
            pads = try integers(1, "the pads")
            filling = optional(2)
            if let given = optional(3) { axes = try self.axes(integers(given, "the axes"), rank: a.shape.count) }
        }
        let limit = Int(Int32.max)
        try require(
            pads.count == 2 * axes.count && pads.allSatisfy { (-limit...limit).contains($0) }, "pads \(pads) do not fit \(axes.count) axes")
        try require(filling == nil || filling!.shape.elementCount == 1, "the value to pad with is not one number")
        var (low, high) = (a.shape.map { _ in 0 }, a.shape.map { _ in 0 })
        for (i, axis) in axes.enumerated() { (low[axis], high[axis]) = (pads[i], pads[i + axes.count]) }
        let sizes = a.shape.indices.map { a.shape[$0] + low[$0] + high[$0] }
        try require(sizes.allSatisfy { $0 >= 0 }, "pads \(pads) remove more than shape \(a.shape) has")
        try importer.checkSize(sizes, node.place)
        switch mode {
        case "constant": return [try paddedWithConstant(a, low, high, filling)]
        case "edge", "reflect", "wrap":
            var result = a
            for axis in a.shape.indices where low[axis] != 0 || high[axis] != 0 {
                let size = a.shape[axis]
                try require(size > 0, "axis \(axis) of shape \(a.shape) has nothing to repeat")
                let indices = (-low[axis]..<size + high[axis]).map { i -> Int in
                    switch mode {
                    case "edge": return min(max(i, 0), size - 1)
                    case "wrap": return ((i % size) + size) % size
                    default:
                        if size == 1 { return 0 }
                        let period = 2 * (size - 1)
                        let phase = ((i % period) + period) % period
                        return phase < size ? phase : period - phase
                    }
                }
                result = try moved([result]) { g, u throws(GraphError) in try g.append(.gather(axis: axis, indices: indices), u, name: name)
                }
            }
            return [result]
        default: throw malformed("attribute 'mode': \(quoted(mode)) is not known")
        }
    }

    private func paddedWithConstant(_ a: ImportedValue, _ low: [Int], _ high: [Int], _ filling: ImportedValue?) throws(InterchangeError)
        -> ImportedValue
    {
        // Negative pads cut first.
        var cut = a
        for axis in a.shape.indices where low[axis] < 0 || high[axis] < 0 {
            let start = min(max(0, -low[axis]), a.shape[axis])
            cut = try sliced(cut, axis: axis, start: start, count: max(0, a.shape[axis] - start + min(high[axis], 0)), step: 1)
        }
        let padding = Padding(low: low.map { max($0, 0) }, high: high.map { max($0, 0) })
        guard (padding.low + padding.high).contains(where: { $0 != 0 }) else { return cut }
        let inner = cut.shape
        func zeros(_ value: ImportedValue) throws(InterchangeError) -> ImportedValue {
            try moved([value]) { g, u throws(GraphError) in try g.append(.pad(padding), u, name: name) }
        }
        guard let filling, filling.constant?.uniform != 0 else { return try zeros(cut) }
        let mask = try zeros(ImportedValue(.int64, inner, constant: .integers([Int](repeating: 1, count: inner.elementCount))))
        guard case .integers(let inside)? = mask.constant else { throw unsupported("pads a value that is too large") }
        if !a.type.isFloatingPoint {
            guard case .integers(let numbers)? = try zeros(cut).constant, case .integers(let fill)? = filling.constant else {
                throw unsupported("pads whole numbers that depend on the data")
            }
            return .integers(zip(numbers, inside).map { $1 == 1 ? $0 : fill[0] }, mask.shape, type: a.type)
        }
        let (padded, value) = (try number(zeros(cut)), try number(filling))
        let isConstant = filling.constant?.uniform
        return result(
            try build { g throws(GraphError) in
                if let number = isConstant {
                    let surround = Tensor(shape: mask.shape, elements: inside.map { $0 == 1 ? 0 : number })
                    return try g.add(padded, g.constant(surround), name: name)
                }
                let surround = try g.constant(Tensor(shape: mask.shape, elements: inside.map { Double(1 - $0) }))
                return try g.add(padded, g.multiply(g.broadcast(g.reshape(value, []), to: mask.shape), surround), name: name)
            }, a.type)
    }
}
