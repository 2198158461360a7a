// The one graph of which everything else is a reading (DESIGN §1): static single assignment, static shapes, one value a node.

public import Tensors

/// A value of a graph, known by the index of the node that makes it.
public struct Value: Hashable, Sendable, Comparable {
    public let index: Int

    package init(_ index: Int) { self.index = index }

    public static func < (left: Value, right: Value) -> Bool { left.index < right.index }
}

/// What a value's elements are.
public enum ElementKind: Hashable, Sendable {
    /// Numbers of the chosen scalar.
    case scalar
    /// Indices of pieces, 0 ..< `pieceCount`: the code of a nonlinearity (ICML18 (14)).
    case code(pieceCount: Int)
}

/// The shape of a value, and what its elements are.
public struct ValueType: Hashable, Sendable, CustomStringConvertible {
    public let shape: Shape
    public let element: ElementKind

    public init(_ shape: Shape, _ element: ElementKind = .scalar) { (self.shape, self.element) = (shape, element) }

    /// The number of pieces of a code, `nil` for numbers.
    public var pieceCount: Int? { if case .code(let count) = element { count } else { nil } }

    public var description: String {
        switch element {
        case .scalar: "\(shape)"
        case .code(let pieceCount): "\(shape) codes of \(pieceCount) pieces"
        }
    }
}

/// A primitive applied to earlier values.
public struct Node: Hashable, Sendable {
    public let primitive: Primitive
    public let operands: [Value]
    public let type: ValueType
    /// The user's name, or "". Names of inputs are unique; others need not be.
    public let name: String

    /// The name, or the primitive where there is none.
    public var label: String { name.isEmpty ? primitive.label : name }
}

/// A directed acyclic graph of primitives, its nodes in an order in which operands come first.
public struct Graph: Sendable {
    public private(set) var nodes: [Node] = []
    private var inputIndex: [String: Value] = [:]

    public init() {}

    /// The node that makes `value`.
    public subscript(value: Value) -> Node { nodes[value.index] }

    /// Every value, operands first.
    public var values: [Value] { nodes.indices.map(Value.init) }

    /// The shape of `value`.
    public func shape(_ value: Value) -> Shape { self[value].type.shape }

    /// The input named `name`, or `nil`.
    public func input(_ name: String) -> Value? { inputIndex[name] }

    /// The inputs of a role, in the order in which they were added.
    public func inputs(_ role: InputRole) -> [Value] {
        values.filter { if case .input(let input) = self[$0].primitive { input.role == role } else { false } }
    }

    /// Appends a node.
    /// - Throws: `GraphError` when the operands' types do not fit the primitive, or an input's name is taken.
    public mutating func append(_ primitive: Primitive, _ operands: [Value] = [], name: String = "") throws(GraphError) -> Value {
        let label = name.isEmpty ? primitive.label : name
        for (position, operand) in operands.enumerated() where operand.index >= nodes.count {
            throw GraphError(
                node: label, what: "operand \(position)", expected: "a value of this graph (\(nodes.count) nodes)",
                got: "value \(operand.index)")
        }
        let type = try primitive.type(of: operands.map { self[$0].type }, node: label)
        let value = Value(nodes.count)
        if case .input(let input) = primitive {
            guard inputIndex.updateValue(value, forKey: input.name) == nil else {
                throw GraphError(node: label, what: "name", expected: "a name not used by another input", got: "'\(input.name)'")
            }
        }
        nodes.append(Node(primitive: primitive, operands: operands, type: type, name: name))
        return value
    }

    /// Gives `name` to the nodes from `first` on that have none and are neither affine nor a choice whatever their operands are: what
    /// a smooth function of several nodes is called, so that messages can say which it was.
    package mutating func nameSmoothNodes(from first: Int, _ name: String) {
        for index in first..<nodes.count where nodes[index].name.isEmpty {
            let node = nodes[index]
            switch node.primitive {
            case .multiply, .divide, .smooth, .softmax, .logSumExp:
                nodes[index] = Node(primitive: node.primitive, operands: node.operands, type: node.type, name: name)
            case .input, .constant, .fill, .matrixProduct, .convolution, .windowSum, .sum, .broadcast, .reshape, .transpose, .pad, .slice,
                .concatenate, .gather, .scatter, .add, .subtract, .affine, .select, .apply, .pick:
                break
            }
        }
    }

    /// Appends a node that a rule of the package's own has made, which is well formed unless the rule is wrong.
    package mutating func emit(_ primitive: Primitive, _ operands: Value..., name: String = "") -> Value {
        do { return try append(primitive, operands, name: name) } catch { preconditionFailure("\(error)") }
    }

    /// Whether each value depends on one of `sources`, themselves included. O(edges).
    public func dependents(of sources: some Sequence<Value>) -> [Bool] {
        var depends = [Bool](repeating: false, count: nodes.count)
        for source in sources { depends[source.index] = true }
        for (index, node) in nodes.enumerated() where !depends[index] {
            depends[index] = node.operands.contains { depends[$0.index] }
        }
        return depends
    }

    /// Whether each value is needed to compute one of `targets`, themselves included. O(edges).
    public func ancestors(of targets: some Sequence<Value>) -> [Bool] {
        var needed = [Bool](repeating: false, count: nodes.count)
        for target in targets { needed[target.index] = true }
        for index in nodes.indices.reversed() where needed[index] {
            for operand in nodes[index].operands { needed[operand.index] = true }
        }
        return needed
    }
}
