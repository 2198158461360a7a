// Values that come from nowhere or from shapes alone.

import Graphs
import Tensors

extension NodeContext {
    func constant() throws(InterchangeError) -> [ImportedValue] {
        if node.attributes["sparse_value"] != nil { throw unsupported("sparse tensors are not supported") }
        let label = node.outputs.first ?? ""
        func floats(_ numbers: [Float], _ shape: Shape) -> ONNXTensor {
            ONNXTensor(name: label, type: .float, shape: shape, elements: .floats(numbers))
        }
        if let tensor = try tensor("value") {
            return [
                try importer.tensor(
                    ONNXTensor(name: label, type: tensor.type, shape: tensor.shape, elements: tensor.elements), place: node.place)
            ]
        }
        if let number = try float("value_float") { return [try importer.tensor(floats([number], []), place: node.place)] }
        if let numbers = try floatsAttribute("value_floats") {
            return [try importer.tensor(floats(numbers, [numbers.count]), place: node.place)]
        }
        if let number = try integer("value_int") { return [.integers([number], [])] }
        if let numbers = try integersAttribute("value_ints") { return [.integers(numbers)] }
        if try string("value_string") != nil { return [ImportedValue(.string, [])] }
        if let texts = try strings("value_strings") { return [ImportedValue(.string, [texts.count])] }
        throw malformed("has no value")
    }

    func constantOfShape() throws(InterchangeError) -> [ImportedValue] {
        let shape = try integers(0, "the shape")
        try importer.checkSize(shape, node.place)
        let tensor = try tensor("value") ?? ONNXTensor(name: "", type: .float, shape: [1], elements: .floats([0]))
        guard tensor.count == 1 else { throw malformed("attribute 'value' holds \(tensor.count) elements, not one") }
        let one = try importer.tensor(tensor, place: node.place)
        guard let number = one.constant else { throw unsupported("texts are not supported") }
        if shape.elementCount <= Importer.foldLimit || !tensor.type.isFloatingPoint {
            return [ImportedValue(tensor.type, shape, constant: number.gathered([Int](repeating: 0, count: shape.elementCount)))]
        }
        var value = result(try build { g throws(GraphError) in try g.fill(number.doubles[0], shape) }, tensor.type)
        value.everywhere = number.doubles[0]
        return [value]
    }

    func shape() throws(InterchangeError) -> [ImportedValue] {
        let a = try operand(0)
        let rank = a.shape.count
        func bounded(_ i: Int) -> Int { min(max(i < 0 ? i + rank : i, 0), rank) }
        let (start, end) = (bounded(try integer("start", default: 0)), bounded(try integer("end", default: rank)))
        return [.integers(start < end ? Array(a.shape[start..<end]) : [])]
    }

    func size() throws(InterchangeError) -> [ImportedValue] { [.integers([try operand(0).shape.elementCount], [])] }

    func range() throws(InterchangeError) -> [ImportedValue] {
        let (first, limit, step) = (try operand(0), try operand(1), try operand(2))
        if first.type.isFloatingPoint {
            let (start, end, delta) = (try scalar(first, "the start"), try scalar(limit, "the limit"), try scalar(step, "the step"))
            try require(delta != 0 && start.isFinite && end.isFinite && delta.isFinite, "step \(delta) from \(start) to \(end)")
            let count = max(0, ((end - start) / delta).rounded(.up))
            guard count <= Double(Importer.foldLimit) else { throw unsupported("makes \(count) numbers") }
            let (constant, exact) = rounded((0..<Int(count)).map { start + Double($0) * delta }, first.type)
            var value = ImportedValue(first.type, [Int(count)], constant: constant)
            value.isExact = exact
            return [value]
        }
        let (starts, ends, steps) = (try integers(first, "the start"), try integers(limit, "the limit"), try integers(step, "the step"))
        try require(starts.count == 1 && ends.count == 1 && steps.count == 1, "its inputs are not single numbers")
        try require(steps[0] != 0, "its step is 0")
        let span = ends[0].subtractingReportingOverflow(starts[0])
        try require(!span.overflow && span.partialValue != .min && steps[0] != .min, "from \(starts[0]) to \(ends[0]) is too far")
        let count =
            (span.partialValue > 0) == (steps[0] > 0) && span.partialValue != 0
            ? Int(clamping: (span.partialValue.magnitude - 1) / steps[0].magnitude) + 1 : 0
        try importer.checkSize([count], node.place)
        return [.integers((0..<count).map { starts[0] + $0 * steps[0] }, type: first.type)]
    }

    func identity() throws(InterchangeError) -> [ImportedValue] { [try operand(0)] }

    /// Dropout: the identity, as in every reading.
    func dropout() throws(InterchangeError) -> [ImportedValue] {
        let a = try operand(0)
        acknowledge("seed", "ratio")
        if opset < 7 { acknowledge("is_test") }
        if let mode = optional(2), try integers(mode, "the training mode").first == 1 {
            let ratio = try optional(1).map { v throws(InterchangeError) in try scalar(v, "the ratio") } ?? 0.5
            guard ratio == 0 else { throw unsupported("drops entries at random: a model in training mode has no one reading") }
        }
        let mask = ImportedValue(.bool, a.shape, constant: .integers([Int](repeating: 1, count: a.shape.elementCount)))
        return [a, mask]
    }

    func eyeLike() throws(InterchangeError) -> [ImportedValue] {
        let a = try operand(0)
        let diagonal = try integer("k", default: 0)
        let type = try integer("dtype").map { Int32(exactly: $0).flatMap(ONNXElementType.init(rawValue:)) } ?? a.type
        guard let type, a.shape.count == 2, type != .string, (-1 << 31..<1 << 31).contains(diagonal) else {
            throw malformed("needs a matrix and a type of numbers")
        }
        let ones = (0..<a.shape.elementCount).map { $0 % a.shape[1] - $0 / a.shape[1] == diagonal ? 1 : 0 }
        return [ImportedValue(type, a.shape, constant: type.isFloatingPoint ? .numbers(ones.map { Double($0) }) : .integers(ones))]
    }
}
