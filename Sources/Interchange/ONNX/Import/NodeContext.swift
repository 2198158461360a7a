// What a rule sees of its node: operands, attributes, and the ways to refuse.

import Graphs
import Tensors

/// A node being imported. Every attribute that a rule does not ask for is refused.
final class NodeContext {
    let node: ONNXNode
    let inputs: [ImportedValue?]
    let scope: Scope
    let importer: Importer
    private var attributesRead: Set<String> = []

    init(_ node: ONNXNode, _ inputs: [ImportedValue?], scope: Scope, importer: Importer) {
        (self.node, self.inputs, self.scope, self.importer) = (node, inputs, scope, importer)
    }

    var opset: Int { scope.opset }
    /// The name of the nodes made: the file's, or the name of the first output.
    var name: String { node.name.isEmpty ? node.outputs.first ?? "" : node.name }

    func malformed(_ reason: String) -> InterchangeError { importer.malformed(node.place, reason) }
    func unsupported(_ reason: String) -> InterchangeError { importer.unsupported(node.place, reason) }

    func require(_ condition: Bool, _ reason: @autoclosure () -> String) throws(InterchangeError) {
        if !condition { throw malformed(reason()) }
    }

    // MARK: Operands

    func optional(_ position: Int) -> ImportedValue? { position < inputs.count ? inputs[position] : nil }

    func operand(_ position: Int) throws(InterchangeError) -> ImportedValue {
        guard let value = optional(position) else { throw malformed("input \(position) is missing") }
        return value
    }

    /// Operands `range`, all of which have to be there.
    func operands(from first: Int = 0) throws(InterchangeError) -> [ImportedValue] {
        var values: [ImportedValue] = []
        for position in first..<max(inputs.count, first) { values.append(try operand(position)) }
        return values
    }

    /// The operand in the graph.
    func number(_ position: Int) throws(InterchangeError) -> Value { try number(operand(position)) }
    func number(_ value: ImportedValue) throws(InterchangeError) -> Value { try importer.number(value, place: node.place) }

    /// The operand's whole numbers, which must not depend on the data.
    func integers(_ position: Int, _ what: String) throws(InterchangeError) -> [Int] { try integers(operand(position), what) }

    func integers(_ value: ImportedValue, _ what: String) throws(InterchangeError) -> [Int] {
        guard value.type.isInteger || value.type == .bool else {
            throw malformed("\(what): whole numbers expected, not \(value.type.name)")
        }
        guard case .integers(let numbers)? = value.constant else { throw dependent(what) }
        return numbers
    }

    /// The operand's numbers, which must not depend on the data.
    func doubles(_ value: ImportedValue, _ what: String) throws(InterchangeError) -> [Double] {
        if let constant = value.constant { return constant.doubles }
        if let index = value.initializer {
            switch importer.initializers[index].tensor.elements {
            case .floats(let numbers): return numbers.map { Double($0) }
            case .doubles(let numbers): return numbers
            case .integers, .strings: break
            }
        }
        throw dependent(what)
    }

    private func dependent(_ what: String) -> InterchangeError { unsupported("\(what) cannot depend on the data") }

    /// The single number of an operand.
    func scalar(_ value: ImportedValue, _ what: String) throws(InterchangeError) -> Double {
        let numbers = try doubles(value, what)
        guard numbers.count == 1 else { throw malformed("\(what): one number expected, not shape \(value.shape)") }
        return numbers[0]
    }

    /// The single number that an exact constant operand is, or repeats without making `other` larger; `nil` otherwise.
    func exactScalar(_ value: ImportedValue, beside other: Shape) -> Double? {
        guard value.isExact, let uniform = value.everywhere ?? value.constant?.uniform else { return nil }
        let missing = other.count - value.shape.count
        let fits = missing >= 0 && value.shape.indices.allSatisfy { value.shape[$0] == 1 || value.shape[$0] == other[$0 + missing] }
        return fits ? uniform : nil
    }

    // MARK: Attributes

    private func attribute(_ name: String) throws(InterchangeError) -> ONNXAttribute? {
        attributesRead.insert(name)
        return try node.attributes[name].flatMap { attribute throws(InterchangeError) in try scope.resolve(attribute) }
    }

    private func wrongKind(_ name: String, _ expected: String, _ found: ONNXAttribute) -> InterchangeError {
        malformed("attribute \(quoted(name)): \(expected) expected, not \(found.kind)")
    }

    func integer(_ name: String) throws(InterchangeError) -> Int? {
        switch try attribute(name) {
        case nil: return nil
        case .integer(let number): return number
        case let other?: throw wrongKind(name, "an integer", other)
        }
    }

    func integer(_ name: String, default standard: Int) throws(InterchangeError) -> Int { try integer(name) ?? standard }

    /// An integer that is 0 or 1.
    func flag(_ name: String, default standard: Bool = false) throws(InterchangeError) -> Bool {
        guard let number = try integer(name) else { return standard }
        try require(0...1 ~= number, "attribute \(quoted(name)): 0 or 1 expected, not \(number)")
        return number == 1
    }

    func integersAttribute(_ name: String) throws(InterchangeError) -> [Int]? {
        switch try attribute(name) {
        case nil: return nil
        case .integers(let numbers): return numbers
        case .other("nothing"): return []
        case let other?: throw wrongKind(name, "integers", other)
        }
    }

    func float(_ name: String) throws(InterchangeError) -> Float? {
        switch try attribute(name) {
        case nil: return nil
        case .float(let number): return number
        case let other?: throw wrongKind(name, "a float", other)
        }
    }

    func float(_ name: String, default standard: Float) throws(InterchangeError) -> Double { Double(try float(name) ?? standard) }

    func floatsAttribute(_ name: String) throws(InterchangeError) -> [Float]? {
        switch try attribute(name) {
        case nil: return nil
        case .floats(let numbers): return numbers
        case .other("nothing"): return []
        case let other?: throw wrongKind(name, "floats", other)
        }
    }

    func string(_ name: String) throws(InterchangeError) -> String? {
        switch try attribute(name) {
        case nil: return nil
        case .string(let text): return text
        case let other?: throw wrongKind(name, "a string", other)
        }
    }

    func string(_ name: String, default standard: String) throws(InterchangeError) -> String { try string(name) ?? standard }

    func strings(_ name: String) throws(InterchangeError) -> [String]? {
        switch try attribute(name) {
        case nil: return nil
        case .strings(let texts): return texts
        case let other?: throw wrongKind(name, "strings", other)
        }
    }

    func tensor(_ name: String) throws(InterchangeError) -> ONNXTensor? {
        switch try attribute(name) {
        case nil: return nil
        case .tensor(let tensor): return tensor
        case let other?: throw wrongKind(name, "a tensor", other)
        }
    }

    func graph(_ name: String) throws(InterchangeError) -> ONNXGraph {
        switch try attribute(name) {
        case nil: throw malformed("attribute \(quoted(name)) is missing")
        case .graph(let graph): return graph
        case let other?: throw wrongKind(name, "a graph", other)
        }
    }

    /// Marks attributes that change nothing here, such as a precision for intermediate sums.
    func acknowledge(_ names: String...) { attributesRead.formUnion(names) }

    /// Refuses inputs and outputs that the operator does not have; empty names at the end are none.
    func refuseExcess(of operatorName: String) throws(InterchangeError) {
        let arity = OperatorArity.of(operatorName, opset: opset)
        for (what, names, most) in [("inputs", node.inputs, arity.inputs), ("outputs", node.outputs, arity.outputs)] {
            let count = (names.lastIndex { !$0.isEmpty } ?? -1) + 1
            try require(count <= most, "has \(count) \(what), at most \(most) in operator set \(opset)")
        }
    }

    func refuseUnreadAttributes() throws(InterchangeError) {
        if let unread = node.attributes.keys.filter({ !attributesRead.contains($0) }).min() {
            throw unsupported("the attribute \(quoted(unread)) is not known")
        }
    }

    // MARK: Axes

    /// An axis counted from the end where negative.
    func axis(_ axis: Int, rank: Int, what: String = "axis") throws(InterchangeError) -> Int {
        guard axis >= -rank, axis < rank else { throw malformed("\(what) \(axis) is outside a value of \(rank) axes") }
        return axis < 0 ? axis + rank : axis
    }

    func axes(_ axes: [Int], rank: Int) throws(InterchangeError) -> [Int] {
        var result: [Int] = []
        for axis in axes { result.append(try self.axis(axis, rank: rank)) }
        guard Set(result).count == result.count else { throw malformed("axes \(axes) name one twice") }
        return result
    }

    // MARK: The graph

    /// Builds in the graph; what it refuses is refused in the node's name.
    func build<T>(_ body: (inout Graph) throws(GraphError) -> T) throws(InterchangeError) -> T {
        do { return try body(&importer.graph) } catch { throw malformed("\(error.what): expected \(error.expected), got \(error.got)") }
    }

    /// The value of the graph as the node's result.
    func result(_ number: Value, _ type: ONNXElementType) -> ImportedValue {
        ImportedValue(type, importer.graph.shape(number), number: number)
    }
}
