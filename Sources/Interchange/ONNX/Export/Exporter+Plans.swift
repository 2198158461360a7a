// The table from primitives to operators. What only derivatives have (weight gradients, choices put back) has no operator and is
// refused by name.

import Graphs
import Tensors

extension Exporter {
    /// How `value` is written: as a pattern that it ends, or as its own primitive.
    func plan(_ value: Value) throws(InterchangeError) -> Plan {
        if let pattern = try pattern(value) { return pattern }
        let node = graph[value]
        let operands = node.operands
        let sizes = try self.sizes(of: value)

        /// One operator on the operands.
        func plain(_ name: String, _ attributes: [Onnx_AttributeProto] = []) -> Plan {
            Plan(operands: operands) { output throws(InterchangeError) in
                self.node(name, operands.map(self.name), output, attributes)
            }
        }
        /// One operator on the operand and constants.
        func with(_ name: String, _ constants: [String], _ attributes: [Onnx_AttributeProto] = []) -> Plan {
            Plan(operands: operands) { output throws(InterchangeError) in
                self.node(name, [self.name(operands[0])] + constants, output, attributes)
            }
        }

        switch node.primitive {
        case .input(let input): return try plan(input: input, value)
        case .constant(let tensor): return try plan(constant: tensor, value)
        case .fill(let number, _):
            return Plan(operands: []) { output throws(InterchangeError) in
                self.node("Expand", [self.scalar(number), self.shape(sizes, for: output)], output)
            }
        case .matrixProduct(let transposeLeft, let transposeRight):
            return Plan(operands: operands) { output throws(InterchangeError) in
                func side(_ operand: Value, _ transposed: Bool) -> String {
                    if !transposed { return self.name(operand) }
                    let rank = self.graph.shape(operand).count
                    let order = Array(0..<rank - 2) + [rank - 1, rank - 2]
                    return self.node("Transpose", [self.name(operand)], [self.attribute("perm", order)], for: output)
                }
                let sides = [side(operands[0], transposeLeft), side(operands[1], transposeRight)]
                self.node("MatMul", sides, output)
            }
        case .convolution(let form): return try plan(convolution: form, operands, bias: nil, value)
        case .windowSum(let window, let transposed): return try plan(windowSum: window, transposed, operands[0], factor: nil, value)
        case .sum(let axes): return with("ReduceSum", [integers(axes)], [attribute("keepdims", 0)])
        case .broadcast(let axes, _):
            return Plan(operands: operands) { output throws(InterchangeError) in
                let spread = self.withAxes(axes, rank: sizes.count, operands[0], for: output)
                self.node("Expand", [spread, self.shape(sizes, for: output)], output)
            }
        case .reshape:
            let before = try self.sizes(of: operands[0])
            if sizes.count == 2, before.count > 1, before[0] == sizes[0] { return plain("Flatten", [attribute("axis", 1)]) }
            return Plan(operands: operands) { output throws(InterchangeError) in
                self.node("Reshape", [self.name(operands[0]), self.shape(sizes, inferring: true, for: output)], output)
            }
        case .transpose(let order): return plain("Transpose", [attribute("perm", order)])
        case .pad(let padding):
            try requireSame(value, "its zeros") { $0 }
            if let axis = padding.interior.indices.first(where: { padding.interior[$0] > 0 }),
                try self.sizes(of: operands[0])[axis...].contains(where: { if case .batches = $0 { true } else { false } })
            {
                throw unsupported(value, "lays zeros between samples")
            }
            return plan(padding: padding, operands[0])
        case .slice(let slice): return try plan(slice: slice, operands[0], value)
        case .concatenate(let axis): return plain("Concat", [attribute("axis", axis)])
        case .gather(let axis, let indices):
            try requireSame(value, "its indices") { $0 }
            return with("Gather", [integers(indices)], [attribute("axis", axis)])
        case .scatter(let axis, let indices, let size):
            try requireSame(value, "its indices") { $0 }
            return plan(scatter: indices, axis, size, operands[0])
        case .add: return try plan(entrywise: "Add", operands, value)
        case .subtract: return try plan(entrywise: "Sub", operands, value)
        case .multiply: return try plan(entrywise: "Mul", operands, value)
        case .divide: return try plan(entrywise: "Div", operands, value)
        case .affine(let slope, let offset):
            return Plan(operands: operands) { output throws(InterchangeError) in
                self.writeLine(slope, offset, of: self.name(operands[0]), output)
            }
        case .select: throw unsupported(value, "a code is no number: ONNX has no operator that gives it")
        case .apply(let pieces): return try plan(pieces: pieces, operands, value)
        case .pick(let choice, let transposed): return try plan(choice: choice, transposed, operands, value)
        case .smooth(let function):
            if case .power(let exponent) = function { return with("Pow", [scalar(exponent)]) }
            return plain(function.operatorName)
        case .softmax(let axis): return plain("Softmax", [attribute("axis", axis)])
        case .logSumExp(let axis): return plain("ReduceLogSumExp", [attribute("axes", [axis]), attribute("keepdims", 0)])
        }
    }

    private func plan(input: Input, _ value: Value) throws(InterchangeError) -> Plan {
        switch input.role {
        case .data:
            guard value == first.input else { throw unsupported(value, "is another input; one is exported") }
            names[value] = first.inputName
            return Plan(operands: []) { _ throws(InterchangeError) in }
        case .parameter:
            guard let tensor = parameters[input.name] else { throw unsupported(value, "has no numbers") }
            names[value] = input.name
            return Plan(operands: []) { _ throws(InterchangeError) in self.write(tensor, as: input.name) }
        case .code, .noise: throw unsupported(value, "is an input of role \(input.role.rawValue)")
        }
    }

    /// Numbers that every sample has alike are written once, and repeated.
    private func plan(constant tensor: Tensor<Double>, _ value: Value) throws(InterchangeError) -> Plan {
        let sizes = try self.sizes(of: value)
        if let axis = sizes.firstIndex(of: .batches(1)), let part = tensor.part(repeatedAlong: axis),
            case .constant(let other)? = twin(value), other.part(repeatedAlong: axis) == part
        {
            return Plan(operands: []) { output throws(InterchangeError) in
                self.node("Expand", [self.numbers(part.shape, part.elements), self.shape(sizes, for: output)], output)
            }
        }
        try requireSame(value, "its numbers") { $0 }
        return Plan(operands: []) { output throws(InterchangeError) in self.write(.double(tensor), as: output) }
    }

    // MARK: Arithmetic

    /// slope · u + offset.
    func writeLine(_ slope: Double, _ offset: Double, of u: String, _ output: String) {
        if offset == 0 {
            if slope == -1 { return node("Neg", [u], output) }
            return node("Mul", [u, scalar(slope)], output)
        }
        let scaled = slope == 1 ? u : slope == -1 ? node("Neg", [u], for: output) : node("Mul", [u, scalar(slope)], for: output)
        node("Add", [scaled, scalar(offset)], output)
    }

    /// An operator that repeats one of its operands by itself.
    func plan(entrywise name: String, _ operands: [Value], _ value: Value) throws(InterchangeError) -> Plan {
        let rank = graph.shape(value).count
        for position in [1, 0] {
            let (small, other) = (graph[operands[position]], operands[1 - position])
            if case .fill(let number, _) = small.primitive {
                return Plan(operands: [other]) { output throws(InterchangeError) in
                    let pair = [self.name(other), self.scalar(number)]
                    self.node(name, position == 1 ? pair : pair.reversed(), output)
                }
            }
            if case .broadcast(let axes, _) = small.primitive {
                let u = small.operands[0]
                return Plan(operands: [other, u]) { output throws(InterchangeError) in
                    let pair = [self.name(other), self.withAxes(axes, rank: rank, u, for: output)]
                    self.node(name, position == 1 ? pair : pair.reversed(), output)
                }
            }
        }
        return Plan(operands: operands) { output throws(InterchangeError) in self.node(name, operands.map(self.name), output) }
    }

    /// `u` with axes of size 1 inserted, so that it repeats along them; leading ones need not be written.
    func withAxes(_ axes: [Int], rank: Int, _ u: Value, for output: String) -> String {
        if axes == Array(0..<axes.count) { return name(u) }
        return node("Unsqueeze", [name(u), integers(axes)], for: output)
    }

    // MARK: Movements

    private func plan(slice: Slice, _ u: Value, _ value: Value) throws(InterchangeError) -> Plan {
        let (from, to) = (try sizes(of: u), try sizes(of: value))
        var axes: [Int] = []
        var (starts, ends): ([Int], [Int]) = ([], [])
        for axis in from.indices where from[axis] != to[axis] || slice.starts[axis] != 0 || slice.steps[axis] != 1 {
            guard case .fixed(let count) = to[axis] else { throw unsupported(value, "takes a part of the batch") }
            try requireSame(value, "its entries") { (primitive: Primitive) -> [Int] in
                if case .slice(let other) = primitive { [other.starts[axis], other.steps[axis]] } else { [] }
            }
            axes.append(axis)
            starts.append(slice.starts[axis])
            ends.append(count == 0 ? slice.starts[axis] : slice.starts[axis] + (count - 1) * slice.steps[axis] + 1)
        }
        let steps = axes.map { slice.steps[$0] }
        return Plan(operands: [u]) { output throws(InterchangeError) in
            let numbers = [starts, ends, axes] + (steps.allSatisfy { $0 == 1 } ? [] : [steps])
            self.node("Slice", [self.name(u)] + numbers.map(self.integers), output)
        }
    }

    /// Zeros between entries are a new axis with zeros after its one entry, joined again without the last of them.
    private func plan(padding: Padding, _ u: Value) -> Plan {
        let shape = graph.shape(u)
        return Plan(operands: [u]) { output throws(InterchangeError) in
            var current = self.name(u)
            for axis in padding.interior.indices where padding.interior[axis] > 0 && shape[axis] > 1 {
                let wide = padding.interior[axis] + 1
                let split = self.node("Unsqueeze", [current, self.integers([axis + 1])], for: output)
                var zeros = [Int](repeating: 0, count: 2 * (shape.count + 1))
                zeros[shape.count + 1 + axis + 1] = wide - 1
                let padded = self.node("Pad", [split, self.integers(zeros), self.scalar(0)], for: output)
                // 0 keeps the size of that place; axes before this one are done, those after it are as they were.
                let joined = [Int](repeating: 0, count: axis) + [shape[axis] * wide] + shape[(axis + 1)...]
                let flat = self.node("Reshape", [padded, self.integers(joined)], for: output)
                current = self.node(
                    "Slice", [flat, self.integers([0]), self.integers([shape[axis] * wide - (wide - 1)]), self.integers([axis])],
                    for: output)
            }
            self.node("Pad", [current, self.integers(padding.low + padding.high), self.scalar(0)], output)
        }
    }

    /// Entries added to their places: a product with the matrix that has a 1 where entry i goes to its place.
    private func plan(scatter indices: [Int], _ axis: Int, _ size: Int, _ u: Value) -> Plan {
        let rank = graph.shape(u).count
        var matrix = [Double](repeating: 0, count: indices.count * size)
        for (entry, place) in indices.enumerated() { matrix[entry * size + place] = 1 }
        let last = (0..<rank).filter { $0 != axis } + [axis]
        let back = (0..<rank).map { last.firstIndex(of: $0)! }
        return Plan(operands: [u]) { output throws(InterchangeError) in
            let moved =
                axis == rank - 1 ? self.name(u) : self.node("Transpose", [self.name(u)], [self.attribute("perm", last)], for: output)
            let placed = [moved, self.numbers([indices.count, size], matrix)]
            if axis == rank - 1 { return self.node("MatMul", placed, output) }
            self.node("Transpose", [self.node("MatMul", placed, for: output)], output, [self.attribute("perm", back)])
        }
    }
}

extension Tensor<Double> {
    /// The first entry along an axis, which keeps size 1, if all others are the same.
    fileprivate func part(repeatedAlong axis: Int) -> Tensor? {
        let run = shape[(axis + 1)...].reduce(1, *)
        guard !elements.isEmpty else { return nil }
        var part: [Double] = []
        for start in stride(from: 0, to: elements.count, by: shape[axis] * run) {
            let first = elements[start..<start + run]
            let isRepeated = (1..<shape[axis]).allSatisfy { place in
                zip(elements[(start + place * run)...], first).allSatisfy { $0.bitPattern == $1.bitPattern }
            }
            guard isRepeated else { return nil }
            part += first
        }
        return Tensor(shape: shape[..<axis] + [1] + shape[(axis + 1)...], elements: part)
    }
}

extension SmoothFunction {
    /// The operator that is this function; powers have an operand of their own.
    fileprivate var operatorName: String {
        switch self {
        case .exponential: "Exp"
        case .logarithm: "Log"
        case .squareRoot: "Sqrt"
        case .reciprocal: "Reciprocal"
        case .errorFunction: "Erf"
        case .sigmoid: "Sigmoid"
        case .hyperbolicTangent: "Tanh"
        case .softplus: "Softplus"
        case .power: "Pow"
        }
    }
}
