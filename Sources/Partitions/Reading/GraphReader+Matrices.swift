// The matrices of the linear primitives, row by row of (column, weight), with every weight as it stands in the graph.

import Graphs
import Tensors

extension GraphReader {
    /// The operand that varies and the matrix that the node applies to it, or `nil` where both operands vary.
    func matrix(of node: Node) throws -> (varying: Value, rows: [SymbolicValue.Row])? {
        let operands = node.operands
        let count = node.type.shape.elementCount
        switch node.primitive {
        case .sum(let axes):
            // Input entry i is summed into the output entry that a broadcast would copy to i.
            let shape = graph.shape(operands[0])
            return (operands[0], transposed(try places(.broadcast(axes: axes, shape: shape), from: node.type.shape, to: shape), count))
        case .scatter(let axis, let indices, _):
            let shape = graph.shape(operands[0])
            return (operands[0], transposed(try places(.gather(axis: axis, indices: indices), from: node.type.shape, to: shape), count))
        case .windowSum(let window, let isTransposed):
            let shape = isTransposed ? node.type.shape : graph.shape(operands[0])
            let rows = windowRows(window, planes: shape[0] * shape[1]) { _, _ in 1 }
            return (operands[0], isTransposed ? transpose(rows, columnCount: count) : rows)
        case .matrixProduct(let transposeLeft, let transposeRight): return product(node, transposeLeft, transposeRight)
        case .convolution(let convolution): return self.convolution(node, convolution)
        case .input, .constant, .fill, .broadcast, .reshape, .transpose, .pad, .slice, .concatenate, .gather, .add, .subtract, .affine,
            .multiply, .divide, .select, .apply, .pick, .smooth, .softmax, .logSumExp:
            return nil
        }
    }

    /// Where each entry of `shape` comes from under a primitive that moves entries of `from`.
    private func places(_ primitive: Primitive, from: Shape, to shape: Shape) throws -> [Int] {
        let numbers = Tensor(shape: from, elements: (0..<from.elementCount).map { Double($0) })
        return try GraphReader.run(primitive, [numbers]).map { Int($0) }
    }

    private func transposed(_ places: [Int], _ count: Int) -> [SymbolicValue.Row] {
        var rows = [SymbolicValue.Row](repeating: [], count: count)
        for (i, place) in places.enumerated() { rows[place].append((column: i, value: 1)) }
        return rows
    }

    private func transpose(_ rows: [SymbolicValue.Row], columnCount: Int) -> [SymbolicValue.Row] {
        var result = [SymbolicValue.Row](repeating: [], count: columnCount)
        for (r, row) in rows.enumerated() { for entry in row { result[entry.column].append((column: r, value: entry.value)) } }
        return result
    }

    /// Rows of a window that slides over planes; `weight` of a plane and a place.
    private func windowRows(_ window: SlidingWindow, planes: Int, _ weight: (Int, Int) -> Double) -> [SymbolicValue.Row] {
        let (incidence, size) = (window.incidence, window.inputSize.elementCount)
        return (0..<planes).flatMap { plane in
            (0..<incidence.starts.count - 1).map { position in
                (incidence.starts[position]..<incidence.starts[position + 1]).map {
                    (column: plane * size + Int(incidence.inputs[$0]), value: weight(plane, Int(incidence.places[$0])))
                }
            }
        }
    }

    private func product(_ node: Node, _ transposeLeft: Bool, _ transposeRight: Bool) -> (Value, [SymbolicValue.Row])? {
        let (left, right) = (node.operands[0], node.operands[1])
        let shape = node.type.shape
        let (m, n) = (shape[shape.count - 2], shape[shape.count - 1])
        let leftShape = graph.shape(left)
        let k = leftShape[leftShape.count - (transposeLeft ? 2 : 1)]
        func leftIndex(_ b: Int, _ i: Int, _ p: Int) -> Int { b * m * k + (transposeLeft ? p * m + i : i * k + p) }
        func rightIndex(_ b: Int, _ p: Int, _ j: Int) -> Int { b * k * n + (transposeRight ? j * k + p : p * n + j) }
        let batches = shape.dropLast(2).reduce(1, *)
        var rows: [SymbolicValue.Row] = []
        rows.reserveCapacity(shape.elementCount)
        for b in 0..<batches {
            for i in 0..<m {
                for j in 0..<n {
                    if let weights = constants[right.index], depends[left.index] {
                        rows.append((0..<k).map { (column: leftIndex(b, i, $0), value: weights[rightIndex(b, $0, j)]) })
                    } else if let weights = constants[left.index], depends[right.index] {
                        rows.append((0..<k).map { (column: rightIndex(b, $0, j), value: weights[leftIndex(b, i, $0)]) })
                    } else {
                        return nil
                    }
                }
            }
        }
        return (depends[left.index] ? left : right, rows)
    }

    private func convolution(_ node: Node, _ form: Convolution) -> (Value, [SymbolicValue.Row])? {
        let (first, second) = (node.operands[0], node.operands[1])
        let window = form.window
        let (weight, data) = form.role == .input ? (first, second) : (second, first)
        guard form.role != .weight, let weights = constants[weight.index], depends[data.index] else { return nil }
        let weightShape = graph.shape(weight)
        let (outputs, inputsPerGroup) = (weightShape[0], weightShape[1])
        let perGroup = outputs / form.groups
        let (inputSize, kernelSize) = (window.inputSize.elementCount, window.placeCount)
        let channels = inputsPerGroup * form.groups
        let incidence = window.incidence
        let samples = graph.shape(data)[0]
        var rows: [SymbolicValue.Row] = []
        for n in 0..<samples {
            for o in 0..<outputs {
                for position in 0..<incidence.starts.count - 1 {
                    var row: SymbolicValue.Row = []
                    for c in 0..<inputsPerGroup {
                        let plane = n * channels + o / perGroup * inputsPerGroup + c
                        for entry in incidence.starts[position]..<incidence.starts[position + 1] {
                            let place = Int(incidence.places[entry])
                            let value = weights[(o * inputsPerGroup + c) * kernelSize + place]
                            row.append((column: plane * inputSize + Int(incidence.inputs[entry]), value: value))
                        }
                    }
                    rows.append(row)
                }
            }
        }
        if form.role == .output { return (data, rows) }
        return (data, transpose(rows, columnCount: node.type.shape.elementCount))
    }
}
