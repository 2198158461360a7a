// Whether a graph for N samples is N times that for one: the same steps on each sample, with the same constants.

import Tensors

extension Graph {
    /// The first value needed for `output` that is not, sample by sample, made as in the graph for one sample; `nil` where all are.
    ///
    /// Both graphs' steps are numbered alike: by primitive, one sample's shape, and operands. What leaves a sample's entries in their order
    /// is no step. Where that does not show that the outputs are the same, constants that were built in other ways are compared by entries.
    ///
    /// - Precondition: `mixer(of: input, to: output, parameters: parameters)` is `nil`.
    public func departure(
        of output: Value, at input: Value, from single: Graph, output singleOutput: Value, at singleInput: Value,
        parameters: Bindings<Double> = [:]
    ) -> Value? {
        if shape(output).elementCount == 0 { return nil }
        let depends = dependents(of: [input])
        var departure: Value?
        for comparesEntries in [false, true] {
            var steps = SampleSteps(comparesEntries ? parameters : nil)
            let theirs = steps.numbers(of: single, at: singleInput, for: singleOutput)
            let mine = steps.numbers(of: self, at: input, for: output)
            if mine[output.index] == theirs[singleOutput.index] { return nil }
            let known = Set(theirs.compactMap(\.self))
            departure = values.first { depends[$0.index] && mine[$0.index].map(known.contains) == false }
        }
        return departure ?? output
    }
}

/// Numbers of steps: equal for equal entries of each sample.
private struct SampleSteps {
    private enum Step: Hashable {
        case input(Shape)
        /// The shapes are one sample's: that of the result, and those of the operands, whose order of entries alone has numbers.
        case primitive(Primitive, Shape, [Int], operandShapes: [Shape])
        /// Entries by two hashes of them all.
        case entries([Int], Shape)
    }

    /// Where constants are told by their entries, as far as these can be found, and not by how they are made: the parameters.
    private let parameters: Bindings<Double>?
    private var numbers: [Step: Int] = [:]

    init(_ parameters: Bindings<Double>?) { self.parameters = parameters }

    /// A number for each value that `output` needs.
    mutating func numbers(of graph: Graph, at input: Value, for output: Value) -> [Int?] {
        let samples = Samples(count: graph.shape(input)[0])
        let layouts = zip(graph.sampleDependences(of: input), graph.values).map { samples.layout($0, graph.shape($1)) }
        let needed = graph.ancestors(of: [output])
        let constants = parameters.map { ConstantEntries(graph, $0) }
        var result = [Int?](repeating: nil, count: graph.nodes.count)
        for value in graph.values where needed[value.index] || value == input {
            let node = graph[value]
            let places = node.operands.map { layouts[$0.index] }
            if value == input {
                result[value.index] = number(.input(samples.part(of: node.type.shape, along: 0)))
                continue
            }
            guard case .along(let axis, let run) = layouts[value.index] else {
                result[value.index] = number(plain(node, result))
                continue
            }
            let shape = samples.part(of: node.type.shape, along: axis)
            let operands = node.operands.indices.map { index in
                let operand = node.operands[index]
                guard layouts[operand.index] == .none else { return result[operand.index]! }
                let axis = samples.axis(ofConstant: index, of: node.primitive, places, rank: node.type.shape.count)
                return constant(operand, along: axis, run: run, samples, graph, constants, result)
            }
            let operandShapes = zip(node.operands, places).map { operand, place in
                if case .along(let axis, _) = place { samples.part(of: graph.shape(operand), along: axis) } else { [] as Shape }
            }
            result[value.index] =
                samples.step(node.primitive, along: axis, run: run, node.type.shape).map {
                    number(.primitive($0, shape, operands, operandShapes: operandShapes))
                } ?? operands[0]
        }
        if layouts[output.index] == .none { result[output.index] = constant(output, along: 0, run: 1, samples, graph, constants, result) }
        return result
    }

    /// The number of what one sample meets of a constant.
    private mutating func constant(
        _ value: Value, along axis: Int?, run: Int, _ samples: Samples, _ graph: Graph, _ constants: ConstantEntries?, _ result: [Int?]
    ) -> Int {
        let node = graph[value]
        let shape = axis.map { samples.part(of: node.type.shape, along: $0) } ?? node.type.shape
        if let constants, !node.isInput || shape.elementCount <= SampleSteps.inputLimit, let entries = constants[value] {
            guard let axis else { return number(.entries(SampleSteps.hashes(entries), shape)) }
            let (size, after) = (node.type.shape[axis], node.type.shape.dropFirst(axis + 1).reduce(1, *))
            let own = entries.indices.filter { $0 / after % size / run % samples.count == 0 }.map { entries[$0] }
            return number(.entries(SampleSteps.hashes(own), shape))
        }
        let part: Primitive
        switch node.primitive {
        case .fill(let number, _): part = .fill(number, shape)
        case .broadcast(let axes, _) where axis.map(axes.contains) == true: part = .broadcast(axes: axes, shape: shape)
        default: return result[value.index]!
        }
        return number(.primitive(part, shape, node.operands.map { result[$0.index]! }, operandShapes: []))
    }

    /// A step on what depends on no sample.
    private func plain(_ node: Node, _ result: [Int?]) -> Step {
        .primitive(node.primitive, node.type.shape, node.operands.map { result[$0.index]! }, operandShapes: [])
    }

    /// Larger parameters are told by their names.
    private static let inputLimit = 1 << 20

    private static func hashes(_ entries: [UInt64]) -> [Int] {
        [0, 1].map { salt in
            var hasher = Hasher()
            hasher.combine(salt)
            hasher.combine(entries)
            return hasher.finalize()
        }
    }

    private mutating func number(_ step: Step) -> Int {
        if let known = numbers[step] { return known }
        numbers[step] = numbers.count
        return numbers.count - 1
    }
}

extension Samples {
    /// What one sample has of a shape.
    fileprivate func part(of shape: Shape, along axis: Int) -> Shape {
        var shape = shape
        shape[axis] /= count
        return shape
    }

    /// A primitive as one sample sees it, whose result is `shape` for all; `nil` where it leaves a sample's entries in their order.
    fileprivate func step(_ primitive: Primitive, along axis: Int, run: Int, _ shape: Shape) -> Primitive? {
        switch primitive {
        case .reshape: return nil
        case .transpose(let order):
            let part = part(of: shape, along: axis)
            let moved = order.indices.filter { part[$0] > 1 }.map { order[$0] }
            return zip(moved, moved.dropFirst()).allSatisfy { $0 < $1 } ? nil : .transpose(moved)
        default: return scaled(primitive, along: axis, run: run, shape, to: 1) ?? primitive
        }
    }
}

extension Node {
    fileprivate var isInput: Bool { if case .input = primitive { true } else { false } }
}
