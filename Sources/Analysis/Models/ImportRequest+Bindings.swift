// The inputs that are bound: to a number, or to one sample's array, which serves all samples.

import Interchange
import Tensors

extension ImportRequest {
    /// What the bound inputs hold where `batch` samples are read.
    func constants(batch: Int) throws(InterchangeError) -> [String: ONNXTensor] {
        var constants: [String: ONNXTensor] = [:]
        for info in file.inputs {
            guard let binding = choices.bindings[info.name] else { continue }
            constants[info.name] = try constant(info, binding, batch: batch)
        }
        return constants
    }

    private func constant(_ info: ONNXValueInfo, _ binding: ImportChoices.Binding, batch: Int) throws(InterchangeError) -> ONNXTensor {
        let argument = "--bind \(info.name)"
        guard let type = info.type else { throw .usage(argument: argument, reason: "the input has no type") }
        let bound: Tensor<Double>
        switch binding {
        case .number(let number):
            let shape = try declaredShape(info, argument, batch: batch)
            try budget.requireElements(of: shape, for: argument, file: file.file)
            bound = Tensor(repeating: number, shape: shape)
        case .array(let tensor, let path):
            bound = try repeated(tensor.converted(to: Double.self), path, info, argument, batch: batch)
        }
        if type.isFloatingPoint { return ONNXTensor(name: info.name, type: type, shape: bound.shape, elements: .doubles(bound.elements)) }
        guard let range = type == .bool ? 0...1 : type.integerRange,
            bound.elements.allSatisfy({ Int(exactly: $0).map(range.contains) == true })
        else {
            throw .usage(argument: argument, reason: "the input is of type \(type.name), and not every number given is one")
        }
        return ONNXTensor(name: info.name, type: type, shape: bound.shape, elements: .integers(bound.elements.map { Int($0) }))
    }

    /// An input's shape as the file has it, its open sizes those of the input that is read.
    private func declaredShape(_ info: ONNXValueInfo, _ argument: String, batch: Int) throws(InterchangeError) -> Shape {
        guard let dimensions = info.dimensions else {
            throw .usage(argument: argument, reason: "the input declares no shape; bind an npy file")
        }
        let known = wholeShape(modelShape, batch).map(sizes) ?? [:]
        var declared: Shape = []
        for (axis, dimension) in dimensions.enumerated() {
            switch dimension {
            case .size(let size): declared.append(size)
            case .symbol(let symbol) where known[symbol] != nil: declared.append(known[symbol]!)
            case .symbol where dimension == input.dimensions?.first: declared.append(batch)
            case .symbol, .unknown:
                guard axis == 0 else {
                    throw .usage(argument: argument, reason: "the input leaves the size of axis \(axis) open; bind an npy file")
                }
                declared.append(batch)
            }
        }
        return declared
    }

    /// One sample's array for all samples, or an array that has none.
    private func repeated(
        _ tensor: Tensor<Double>, _ path: String, _ info: ONNXValueInfo, _ argument: String, batch: Int
    ) throws(InterchangeError) -> Tensor<Double> {
        let dimensions = info.dimensions ?? tensor.shape.map { .size($0) }
        let batchAxis = batchAxis(of: tensor.shape, for: dimensions)
        var shape = tensor.shape
        if let batchAxis, shape.count == dimensions.count - 1 { shape.insert(1, at: batchAxis) }
        let fits =
            shape.count == dimensions.count
            && zip(dimensions, shape).enumerated().allSatisfy { axis, pair in
                if axis == batchAxis { pair.1 == 1 } else if case .size(let size) = pair.0 { size == pair.1 } else { true }
            }
        guard fits else {
            throw .malformed(
                file: path, place: "shape",
                expected: "that of the input \(info.name), \(ImportRequest.text(dimensions))" + (batchAxis != nil ? " for one sample" : ""),
                found: "\(tensor.shape)")
        }
        guard let batchAxis else { return tensor }
        let count = fixedBatch ?? batch
        let run = shape[(batchAxis + 1)...].reduce(1, *)
        shape[batchAxis] = count
        try budget.requireElements(of: shape, for: argument, file: file.file)
        let rows = stride(from: 0, to: tensor.elements.count, by: max(run, 1)).map { tensor.elements[$0..<$0 + run] }
        return Tensor(shape: shape, elements: rows.flatMap { row in (0..<count).flatMap { _ in row } })
    }

    /// The axis along which one sample's array is repeated for all: the first, where it is open, or the one that has the batch of the input
    /// that is read; where that was fixed, if the array lacks it.
    private func batchAxis(of shape: Shape, for dimensions: [ONNXValueInfo.Dimension]) -> Int? {
        func isOpen(_ dimension: ONNXValueInfo.Dimension) -> Bool { if case .size = dimension { false } else { true } }
        if let first = dimensions.first, isOpen(first) { return 0 }
        guard let batch = input.dimensions?.first, batch != .unknown, let axis = dimensions.firstIndex(of: batch) else { return nil }
        return isOpen(batch) || shape.count == dimensions.count - 1 || shape.indices.contains(axis) && shape[axis] == 1 ? axis : nil
    }
}
