// The walk from the outputs back, choosing an operator for each value that is needed, and then forward, writing the nodes. A pattern
// of several primitives that is one operator (a convolution with its bias, a nonlinearity with its code) is written as that operator.

import Graphs
import Tensors

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// One export. A class, because the rules all add to the same file.
final class Exporter {
    /// How a value is written: from which others, and by what nodes.
    struct Plan {
        let operands: [Value]
        let write: (_ output: String) throws(InterchangeError) -> Void
    }

    let file: String
    let first: ExportableGraph
    /// The same for another batch, `nil` where the batch is fixed.
    let second: ExportableGraph?
    let parameters: [String: ParameterTensor]
    let type: ONNXElementType
    var nodes: [Onnx_NodeProto] = []
    var initializers: [Onnx_TensorProto] = []
    /// What values are called in the file.
    var names: [Value: String] = [:]
    private var taken: Set<String> = []
    /// Constants written so far, by what they hold.
    var constants: [Constant: String] = [:]
    /// The truth values of a code: whether its number is above knot i.
    var conditions: [Value: [String]] = [:]
    var batchName: String?

    enum Constant: Hashable {
        case integers([Int])
        case numbers(Shape, [Double])
    }

    init(
        name: String, _ first: ExportableGraph, _ second: ExportableGraph?, parameters: [String: ParameterTensor], type: ONNXElementType
    ) throws(InterchangeError) {
        (file, self.first, self.second, self.parameters, self.type) = (name, first, second, parameters, type)
        let twin = second?.graph.nodes
        guard twin == nil || twin!.count == first.graph.nodes.count else {
            throw .unsupported(file: name, what: "the graph is another one for each batch")
        }
    }

    var graph: Graph { first.graph }

    func unsupported(_ value: Value, _ reason: String) -> InterchangeError {
        .unsupported(file: file, what: "\(quoted(graph[value].label)): \(reason)")
    }

    // MARK: The whole graph

    func proto() throws(InterchangeError) -> Onnx_GraphProto {
        let outputs = first.outputs
        taken = Set(parameters.keys).union(outputs.map(\.name)).union([first.inputName])
        var plans: [Int: Plan] = [:]
        var needed = Set(outputs.map(\.value))
        for value in graph.values.reversed() where needed.contains(value) {
            let plan = try self.plan(value)
            plans[value.index] = plan
            needed.formUnion(plan.operands)
        }
        for value in graph.values {
            guard let plan = plans[value.index] else { continue }
            if names[value] == nil {
                let isInput = if case .input = graph[value].primitive { true } else { false }
                let output = isInput ? nil : outputs.first { $0.value == value }?.name
                names[value] = output ?? (isInput ? "" : unique(graph[value].label))
            }
            try plan.write(names[value]!)
        }
        for (name, value) in outputs where names[value] != name { node("Identity", [names[value]!], name) }

        var proto = Onnx_GraphProto()
        proto.name = "network"
        proto.node = nodes
        proto.initializer = initializers
        proto.input = [try info(first.inputName, first.input)]
        for (name, value) in outputs { proto.output.append(try info(name, value)) }
        return proto
    }

    /// A name that nothing has yet.
    func unique(_ base: String) -> String {
        var (name, suffix) = (base, 2)
        while !taken.insert(name).inserted {
            name = "\(base)_\(suffix)"
            suffix += 1
        }
        return name
    }

    func name(_ value: Value) -> String { names[value]! }

    /// The declaration of an input or output.
    private func info(_ name: String, _ value: Value) throws(InterchangeError) -> Onnx_ValueInfoProto {
        var info = Onnx_ValueInfoProto()
        info.name = name
        info.type.tensorType.elemType = type.rawValue
        for size in try sizes(of: value) {
            var dimension = Onnx_TensorShapeProto.Dimension()
            switch size {
            case .fixed(let count): dimension.dimValue = Int64(count)
            case .batches(1): dimension.dimParam = "batch"
            case .batches(let count): dimension.dimParam = "\(count) * batch"
            }
            info.type.tensorType.shape.dim.append(dimension)
        }
        return info
    }

    // MARK: Nodes

    func node(_ operatorName: String, _ inputs: [String], _ output: String, _ attributes: [Onnx_AttributeProto] = []) {
        var node = Onnx_NodeProto()
        node.opType = operatorName
        node.name = output
        node.input = inputs
        node.output = [output]
        node.attribute = attributes
        nodes.append(node)
    }

    /// A node whose value only the next one needs.
    func node(_ operatorName: String, _ inputs: [String], _ attributes: [Onnx_AttributeProto] = [], for output: String) -> String {
        let name = unique("\(output).\(operatorName)")
        node(operatorName, inputs, name, attributes)
        return name
    }

    func attribute(_ name: String, _ number: Int) -> Onnx_AttributeProto {
        var attribute = Onnx_AttributeProto()
        (attribute.name, attribute.type, attribute.i) = (name, .int, Int64(number))
        return attribute
    }

    func attribute(_ name: String, _ numbers: [Int]) -> Onnx_AttributeProto {
        var attribute = Onnx_AttributeProto()
        (attribute.name, attribute.type, attribute.ints) = (name, .ints, numbers.map { Int64($0) })
        return attribute
    }

    func attribute(_ name: String, float number: Double) -> Onnx_AttributeProto {
        var attribute = Onnx_AttributeProto()
        (attribute.name, attribute.type, attribute.f) = (name, .float, Float(number))
        return attribute
    }

    /// Whether an attribute, which is a Float, holds the number as exactly as the file's own type does.
    func fitsAttribute(_ number: Double) -> Bool { type == .float || Double(Float(number)) == number }

    // MARK: Tensors

    /// Whole numbers: a shape, axes, indices.
    func integers(_ numbers: [Int]) -> String {
        if let known = constants[.integers(numbers)] { return known }
        var tensor = Onnx_TensorProto()
        tensor.dataType = ONNXElementType.int64.rawValue
        tensor.dims = [Int64(numbers.count)]
        tensor.rawData = Data(numbers.flatMap { withUnsafeBytes(of: Int64($0).littleEndian, Array.init) })
        tensor.name = unique("integers")
        initializers.append(tensor)
        constants[.integers(numbers)] = tensor.name
        return tensor.name
    }

    /// Numbers of the file's type.
    func numbers(_ shape: Shape, _ elements: [Double]) -> String {
        if let known = constants[.numbers(shape, elements)] { return known }
        let name = unique("constant")
        write(.double(Tensor(shape: shape, elements: elements)), as: name)
        constants[.numbers(shape, elements)] = name
        return name
    }

    func scalar(_ number: Double) -> String { numbers([], [number]) }

    /// An initialiser.
    func write(_ tensor: ParameterTensor, as name: String) {
        var proto = Onnx_TensorProto()
        proto.name = name
        proto.dataType = type.rawValue
        proto.dims = tensor.shape.map { Int64($0) }
        proto.rawData =
            switch type {
            case .double:
                Data(tensor.converted(to: Double.self).elements.flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian, Array.init) })
            default: Data(tensor.converted(to: Float.self).elements.flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian, Array.init) })
            }
        initializers.append(proto)
    }
}
