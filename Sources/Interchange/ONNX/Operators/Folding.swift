// The small interpreter for what is known when the model is read: shapes, indices, conditions, bounds and factors.

import Graphs
import Tensors

extension NodeContext {
    /// The common shape of several under numpy's broadcasting.
    func commonShape(_ shapes: [Shape]) throws(InterchangeError) -> Shape {
        var common: Shape = []
        for shape in shapes {
            let rank = max(common.count, shape.count)
            var next: Shape = []
            for axis in 0..<rank {
                let (i, j) = (axis + common.count - rank, axis + shape.count - rank)
                let (a, b) = (i < 0 ? 1 : common[i], j < 0 ? 1 : shape[j])
                guard a == b || a == 1 || b == 1 else { throw malformed("shapes \(common) and \(shape) do not broadcast") }
                next.append(a == 1 ? b : a)
            }
            common = next
        }
        try importer.checkSize(common, node.place)
        return common
    }

    /// For each element of `shape` the place of the element of `from` that is repeated there.
    func broadcastIndices(_ from: Shape, to shape: Shape) -> [Int] {
        if from == shape { return Array(0..<shape.elementCount) }
        let missing = shape.count - from.count
        let strides = from.rowMajorStrides
        let steps = shape.indices.map { $0 < missing || from[$0 - missing] == 1 ? 0 : strides[$0 - missing] }
        var index = [Int](repeating: 0, count: shape.count)
        return (0..<shape.elementCount).map { _ in
            defer { index.advance(in: shape) }
            return zip(index, steps).reduce(0) { $0 + $1.0 * $1.1 }
        }
    }

    /// A constant's elements repeated to a shape.
    func repeated(_ value: ImportedValue, to shape: Shape) -> Constant? {
        value.constant.map { value.shape == shape ? $0 : $0.gathered(broadcastIndices(value.shape, to: shape)) }
    }

    /// Whether floating-point elements are few enough to fold, or are whole numbers, which are always folded.
    func folds(_ shape: Shape, _ type: ONNXElementType) -> Bool { !type.isFloatingPoint || shape.elementCount <= Importer.foldLimit }

    /// Numbers as elements of `type`, and whether no rounding was needed.
    func rounded(_ numbers: [Double], _ type: ONNXElementType) -> (Constant, Bool) {
        let narrow = numbers.map(type.rounded)
        return (.numbers(narrow), zip(numbers, narrow).allSatisfy { $0 == $1 || $0.isNaN })
    }

    /// An entrywise operation on constants, `nil` where an operand is not folded.
    func folded(
        _ operands: [ImportedValue], type: ONNXElementType, shape: Shape, integers: (([Int]) -> Int)?,
        numbers: (([Double]) -> Double)?
    ) throws(InterchangeError) -> ImportedValue? {
        guard operands.allSatisfy({ $0.constant != nil }), folds(shape, type), folds(shape, operands[0].type) else { return nil }
        let elements = operands.map { repeated($0, to: shape)! }
        var result = ImportedValue(type, shape)
        result.isExact = operands.allSatisfy(\.isExact)
        if operands.contains(where: { $0.type.isFloatingPoint }) {
            guard let numbers else { return nil }
            let columns = elements.map(\.doubles)
            let values = (0..<shape.elementCount).map { i in numbers(columns.map { $0[i] }) }
            if type.isFloatingPoint {
                let (constant, exact) = rounded(values, type)
                result.constant = constant
                result.isExact = result.isExact && exact
            } else {
                result.constant = .integers(values.map { $0.isFinite && abs($0) < 0x1p62 ? type.wrapped(Int($0)) : 0 })
            }
            return result
        }
        guard let integers else { return nil }
        var columns: [[Int]] = []
        for element in elements { if case .integers(let numbers) = element { columns.append(numbers) } }
        var values: [Int] = []
        values.reserveCapacity(shape.elementCount)
        for i in 0..<shape.elementCount { values.append(type.wrapped(integers(columns.map { $0[i] }))) }
        result.constant = type.isFloatingPoint ? .numbers(values.map { Double($0) }) : .integers(values)
        return result
    }

    /// A rearrangement of entries: built in the graph for numbers, and run on the entries' positions for constants.
    ///
    /// `build` may only move entries, repeat them, or put zeros between them.
    func moved(_ operands: [ImportedValue], _ build: (inout Graph, [Value]) throws(GraphError) -> Value) throws(InterchangeError)
        -> ImportedValue
    {
        let type = operands[0].type
        guard operands.allSatisfy({ $0.type == type }) else {
            throw malformed("its inputs are of types \(operands.map(\.type.name).joined(separator: ", "))")
        }
        var folded: ImportedValue?
        if operands.allSatisfy({ $0.constant != nil && folds($0.shape, type) }) {
            do throws(GraphError) { folded = try foldedMove(operands, type, build) } catch {
                throw malformed("\(error.what): expected \(error.expected), got \(error.got)")
            }
        }
        if var folded {
            // Parameters stay parameters; what is only constant needs no node.
            if type.isFloatingPoint, operands.contains(where: { $0.initializer != nil || $0.number != nil }) {
                folded.number = try movedInGraph(operands, build)
            }
            return folded
        }
        let number = try movedInGraph(operands, build)
        return ImportedValue(type, importer.graph.shape(number), number: number)
    }

    private func movedInGraph(_ operands: [ImportedValue], _ build: (inout Graph, [Value]) throws(GraphError) -> Value)
        throws(InterchangeError)
        -> Value
    {
        var numbers: [Value] = []
        for operand in operands { numbers.append(try number(operand)) }
        return try self.build { graph throws(GraphError) in try build(&graph, numbers) }
    }

    private func foldedMove(
        _ operands: [ImportedValue], _ type: ONNXElementType, _ build: (inout Graph, [Value]) throws(GraphError) -> Value
    ) throws(GraphError) -> ImportedValue? {
        var scratch = Graph()
        var bindings: Bindings<Double> = [:]
        var sources: [Value] = []
        var start = 1  // 0 is the padding
        for (position, operand) in operands.enumerated() {
            sources.append(try scratch.data("\(position)", operand.shape))
            let count = operand.shape.elementCount
            bindings["\(position)"] = .scalars(Tensor(shape: operand.shape, elements: (start..<start + count).map { Double($0) }))
            start += count
        }
        let target = try build(&scratch, sources)
        let shape = scratch.shape(target)
        guard let count = shape.checkedElementCount, count <= (type.isFloatingPoint ? Importer.foldLimit : 1 << 22) else { return nil }
        let positions = try Interpreter.run(scratch, [target], bindings)[0].scalars
        var all: Constant = operands[0].constant!
        for operand in operands.dropFirst() {
            switch (all, operand.constant!) {
            case (.integers(let left), .integers(let right)): all = .integers(left + right)
            case (let left, let right): all = .numbers(left.doubles + right.doubles)
            }
        }
        var result = ImportedValue(type, shape, constant: all.gathered(positions.elements.map { Int($0) - 1 }))
        result.isExact = operands.allSatisfy(\.isExact)
        return result
    }

    /// A value made in the graph, beside what it folds to.
    func result(_ folded: ImportedValue?, _ number: Value, _ type: ONNXElementType) -> ImportedValue {
        var value = folded ?? ImportedValue(type, importer.graph.shape(number))
        value.number = number
        return value
    }
}
