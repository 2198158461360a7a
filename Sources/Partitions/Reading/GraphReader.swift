// Reading a graph as a program: constants are evaluated, rearrangements composed, every matrix becomes a step, every selected code a
// nonlinearity (DESIGN §1, «one graph, many readings»).

public import Graphs
public import Splines
public import Tensors

extension PiecewiseAffineProgram {
    /// A network with batch 1 as steps.
    ///
    /// - Throws: `PartitionError` naming the first node that is not piecewise affine, or chooses among values that another code selected.
    public init(_ network: ReadableNetwork) throws {
        let readable = try network.graph(batch: 1)
        let batch = readable.graph.shape(readable.input)[0]
        guard batch == 1 else {
            throw PartitionError(
                what: "batch", where: network.name, expected: "one sample",
                got: "\(batch), which the model has fixed (--shape with all axes of its input reads them as one sample)")
        }
        try self.init(readable.graph, input: readable.input, output: readable.output, parameters: network.parameters)
    }

    /// The value `output` of a graph as a function of the data input `input`, both flattened.
    public init(_ graph: Graph, input: Value, output: Value, parameters: Bindings<Double>) throws {
        var reader = try GraphReader(graph, input: input, output: output, parameters: parameters)
        self = try reader.read()
    }
}

struct GraphReader {
    let graph: Graph
    let input: Value
    let output: Value
    let depends: [Bool]
    let needed: [Bool]
    /// The values of the nodes that do not depend on the input, where the others read them.
    let constants: [Int: [Double]]
    var program: PiecewiseAffineProgram
    var symbols: [Int: SymbolicValue] = [:]
    /// For a code: the program's value it was selected from, and the value of the step that owns it once there is one.
    var codes: [Int: (source: Int, owner: Int?)] = [:]

    init(_ graph: Graph, input: Value, output: Value, parameters: Bindings<Double>) throws {
        (self.graph, self.input, self.output) = (graph, input, output)
        needed = graph.ancestors(of: [output])
        depends = graph.dependents(of: [input])
        var wanted: [Value] = []
        for (index, node) in graph.nodes.enumerated() where needed[index] && depends[index] {
            for operand in node.operands where !depends[operand.index] && graph[operand].type.pieceCount == nil { wanted.append(operand) }
        }
        if !depends[output.index] { wanted.append(output) }
        let data = try Interpreter.run(graph, wanted, parameters)
        constants = Dictionary(zip(wanted.map(\.index), data.map { $0.scalars.elements })) { first, _ in first }
        program = PiecewiseAffineProgram(inputCount: max(graph.shape(input).elementCount, 1))
        symbols[input.index] = .identity(of: 0, count: program.inputCount)
    }

    mutating func read() throws -> PiecewiseAffineProgram {
        for (index, node) in graph.nodes.enumerated() where needed[index] && depends[index] && index != input.index {
            if case .select(let selector) = node.primitive {
                if case .winners = selector { throw refusal(node, "a code by knots or by the largest") }
                codes[index] = (try materialize(node.operands[0]), nil)
            } else {
                symbols[index] = try symbol(of: node)
            }
        }
        let end = depends[output.index] ? symbols[output.index]! : SymbolicValue(terms: [], offset: constants[output.index]!)
        if end.wholeSource != program.last { try emit(end) }
        return try program.joiningSharedPieces()
    }

    func refusal(_ node: Node, _ expected: String) -> PartitionError {
        PartitionError(what: "node", where: node.label, expected: expected, got: node.primitive.label)
    }

    // MARK: Steps

    /// Makes a symbol the next value of the program.
    @discardableResult private mutating func emit(_ symbol: SymbolicValue) throws(PartitionError) -> Int {
        let terms = symbol.terms.map { term in
            Term(source: term.source, matrix: SparseMatrix(rows: term.rows, columnCount: program.counts[term.source]))
        }
        return try program.append(.affine(terms, offset: symbol.offset))
    }

    private typealias Term = PiecewiseAffineProgram.Term

    /// The program's value that holds a value of the graph, made if need be.
    private mutating func materialize(_ value: Value) throws(PartitionError) -> Int {
        let symbol = self.symbol(value)
        if let whole = symbol.wholeSource, program.counts[whole] == symbol.count { return whole }
        let step = try emit(symbol)
        symbols[value.index] = .identity(of: step, count: symbol.count)
        return step
    }

    /// The symbol of any value, constants included.
    private func symbol(_ value: Value) -> SymbolicValue {
        symbols[value.index] ?? SymbolicValue(terms: [], offset: constants[value.index]!)
    }

    /// A selection that holds the value, made if need be: what a matrix may be applied to.
    private mutating func selection(_ value: Value) throws(PartitionError) -> SymbolicValue {
        if self.symbol(value).isSelection, !self.symbol(value).terms.isEmpty { return self.symbol(value) }
        _ = try materialize(value)
        return self.symbol(value)
    }

    private mutating func applying(_ rows: [SymbolicValue.Row], to value: Value) throws(PartitionError) -> SymbolicValue {
        try selection(value).applying(rows)
    }

    // MARK: Primitives

    private mutating func symbol(of node: Node) throws -> SymbolicValue {
        let operands = node.operands
        let count = node.type.shape.elementCount
        switch node.primitive {
        case .reshape: return self.symbol(operands[0])
        case .broadcast, .transpose, .pad, .slice, .gather, .concatenate: return try rearranged(node)
        case .add: return try sum(operands, signs: [1, 1])
        case .subtract: return try sum(operands, signs: [1, -1])
        case .affine(let slope, let offset):
            if slope == 1 || slope == -1, offset == 0 { return try sum([operands[0]], signs: [slope]) }
            var scaled = try applying((0..<count).map { [(column: $0, value: slope)] }, to: operands[0])
            scaled.offset = [Double](repeating: offset, count: count)
            return scaled
        case .multiply:
            guard let (varying, factors) = split(operands) else { throw refusal(node, "one factor without the input") }
            return try applying(factors.enumerated().map { [(column: $0.offset, value: $0.element)] }, to: varying)
        case .divide:
            // Division by a constant: exact when the reciprocal is, else each quotient rounds as the graph's own does.
            guard !depends[operands[1].index], let divisors = constants[operands[1].index] else {
                throw refusal(node, "a divisor without the input")
            }
            return try applying(divisors.enumerated().map { [(column: $0.offset, value: 1 / $0.element)] }, to: operands[0])
        case .sum, .scatter, .windowSum, .matrixProduct, .convolution:
            guard let (varying, rows) = try matrix(of: node) else { throw refusal(node, "one factor without the input") }
            return try applying(rows, to: varying)
        case .apply(let pieces): return try applied(pieces, node)
        case .pick(let choice, let transposed): return try picked(choice, transposed, node)
        case .smooth(.power(1)): return self.symbol(operands[0])
        case .input, .constant, .fill, .select, .smooth, .softmax, .logSumExp: throw refusal(node, "a piecewise-affine node")
        }
    }

    /// The operand that depends on the input and the constant one's numbers.
    private func split(_ operands: [Value]) -> (Value, [Double])? {
        if let second = constants[operands[1].index], depends[operands[0].index] { return (operands[0], second) }
        if let first = constants[operands[0].index], depends[operands[1].index] { return (operands[1], first) }
        return nil
    }

    /// Sums and differences, term by term; offsets that would round are made values first.
    private mutating func sum(_ operands: [Value], signs: [Double]) throws(PartitionError) -> SymbolicValue {
        let offsets = operands.map { self.symbol($0).offset }
        let clashes = offsets.count == 2 && zip(offsets[0], offsets[1]).contains { $0 != 0 && $1 != 0 }
        if clashes, let varying = operands.first(where: { depends[$0.index] }) { _ = try materialize(varying) }
        var terms: [(source: Int, rows: [SymbolicValue.Row])] = []
        var offset = [Double](repeating: 0, count: offsets[0].count)
        for (operand, sign) in zip(operands, signs) {
            let symbol = self.symbol(operand)
            terms += symbol.terms.map { term in
                (term.source, sign == 1 ? term.rows : term.rows.map { $0.map { (column: $0.column, value: sign * $0.value) } })
            }
            for i in offset.indices { offset[i] += sign * symbol.offset[i] }
        }
        return SymbolicValue(terms: terms, offset: offset)
    }

    /// What only moves entries about: run on the entries' own numbers (from 1, so that 0 is a zero filled in).
    private mutating func rearranged(_ node: Node) throws -> SymbolicValue {
        let symbols = node.operands.map { self.symbol($0) }
        var first = 0
        let numbers = node.operands.map { operand -> Tensor<Double> in
            let shape = graph.shape(operand)
            defer { first += shape.elementCount }
            return Tensor(shape: shape, elements: (0..<shape.elementCount).map { Double(first + $0 + 1) })
        }
        let moved = try GraphReader.run(node.primitive, numbers).map { $0 == 0 ? nil : Int($0) - 1 }
        if symbols.count == 1 { return symbols[0].gathered(moved) }
        var joined = SymbolicValue(terms: [], offset: symbols.flatMap(\.offset))
        var start = 0
        for symbol in symbols {
            let (before, after) = (start, first - start - symbol.count)
            for term in symbol.terms {
                let rows = [SymbolicValue.Row](repeating: [], count: before) + term.rows + [SymbolicValue.Row](repeating: [], count: after)
                joined.terms.append((term.source, rows))
            }
            start += symbol.count
        }
        return joined.gathered(moved)
    }

    /// The entries that a primitive makes of constant operands.
    static func run(_ primitive: Primitive, _ operands: [Tensor<Double>]) throws -> [Double] {
        var graph = Graph()
        let values = try operands.map { try graph.constant($0) }
        let result = try graph.append(primitive, values)
        return try Interpreter.run(graph, [result], [:])[0].scalars.elements
    }

    // MARK: Nonlinearities

    private mutating func applied(_ pieces: Graphs.Pieces, _ node: Node) throws -> SymbolicValue {
        let (u, code) = (node.operands[0], node.operands[1])
        guard let known = codes[code.index], case .select(.knots(let knots)) = graph[code].primitive, graph[code].operands == [u],
            !knots.upperClosed.contains(true), zip(knots.positions, knots.positions.dropFirst()).allSatisfy({ $0 < $1 })
        else { throw refusal(node, "pieces chosen by their own argument, knots ascending and closed below") }
        let function = PiecewiseFunction(knots: knots.positions, slopes: pieces.slopes, offsets: pieces.offsets)
        let functions = [PiecewiseFunction](repeating: function, count: program.counts[known.source])
        let step = try program.append(.pieces(source: known.source, pieces: functions, code: known.owner))
        if known.owner == nil { codes[code.index] = (known.source, step) }
        return .identity(of: step, count: functions.count)
    }

    private mutating func picked(_ choice: Choice, _ transposed: Bool, _ node: Node) throws -> SymbolicValue {
        let (u, code) = (node.operands[0], node.operands[1])
        guard let known = codes[code.index], graph[code].primitive == .select(.largest(choice)), graph[code].operands == [u], !transposed
        else { throw refusal(node, "the largest of the entries that the code is of") }
        if let owner = known.owner { return .identity(of: owner, count: program.counts[owner]) }
        let groups = choice.groups(of: graph.shape(u)).map { PiecewiseAffineProgram.Group(members: $0.members, codes: $0.codes) }
        let step = try program.append(.maximum(source: known.source, groups: groups))
        codes[code.index] = (known.source, step)
        return .identity(of: step, count: groups.count)
    }
}

extension Choice {
    /// The entries of each group, flattened, and the code that each stands for.
    fileprivate func groups(of shape: Shape) -> [(members: [Int], codes: [Int])] {
        switch self {
        case .window(let window):
            let (planes, size) = (shape[0] * shape[1], window.inputSize.elementCount)
            let incidence = window.incidence
            return (0..<planes).flatMap { plane in
                (0..<incidence.starts.count - 1).map { position in
                    let range = incidence.starts[position]..<incidence.starts[position + 1]
                    return (range.map { plane * size + Int(incidence.inputs[$0]) }, range.map { Int(incidence.places[$0]) })
                }
            }
        case .axis(let axis, let count):
            let (outer, inner) = (shape[..<axis].reduce(1, *), shape[(axis + 1)...].reduce(1, *))
            var groups: [(members: [Int], codes: [Int])] = []
            for o in 0..<outer {
                for i in 0..<inner { groups.append(((0..<count).map { (o * count + $0) * inner + i }, Array(0..<count))) }
            }
            return groups
        }
    }
}
