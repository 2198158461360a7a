// From protobuf to the checked form. Everything that can be wrong with a file's structure is refused here, by name.

import SwiftProtobuf
import Tensors

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension ONNXModel {
    /// The newest versions that are known, those of onnx 1.22.0.
    static let newestIRVersion: Int64 = 13
    static let opsets: ClosedRange<Int64> = 6...27

    /// Reads a model from a file.
    /// - Parameter externalDataFolder: the folder from which external data may come; the model's own where `nil`.
    /// - Throws: `InterchangeError`.
    public init(path: String, budget: MemoryBudget = .standard, externalDataFolder: String? = nil) throws(InterchangeError) {
        try self.init(ONNXModel.file(path: path, budget: budget), externalDataFolder: externalDataFolder)
    }

    /// The bytes of a file that may be a model, which its first field shows.
    package static func file(path: String, budget: MemoryBudget) throws(InterchangeError) -> InputFile {
        try InputFile(path: path, budget: budget) { beginning in
            // The wire types of a model's fields, by number (onnx.proto of onnx 1.22.0).
            let fields: [UInt64: UInt64] = [1: 0, 2: 2, 3: 2, 4: 2, 5: 0, 6: 2, 7: 2, 8: 2, 14: 2, 20: 2, 25: 2, 26: 2]
            guard !beginning.isEmpty, !beginning.starts(with: [0x1f, 0x8b]) else { return nil }
            var (key, shift) = (UInt64(0), UInt64(0))
            for byte in beginning.prefix(10) {
                key |= UInt64(byte & 0x7f) << shift
                shift += 7
                if byte < 0x80 { return fields[key >> 3] == key & 7 ? nil : "not an ONNX model (it does not begin with a field of one)" }
            }
            return nil
        }
    }

    /// Reads a model from a file whose bytes are in memory; its name is the path beside which external data lies.
    /// - Throws: `InterchangeError`.
    public init(_ file: InputFile, externalDataFolder: String? = nil) throws(InterchangeError) {
        let folder = file.name.contains("/") ? String(file.name[...file.name.lastIndex(of: "/")!]) : "."
        try self.init(
            bytes: file.contents(), file: file.name, folder: folder, budget: file.budget, externalDataFolder: externalDataFolder)
    }

    /// Reads a model from the bytes of a file.
    /// - Parameters:
    ///   - file: its name in messages.
    ///   - folder: the folder beside which external data lies; without one, external data is refused.
    /// - Throws: `InterchangeError`.
    public init(
        bytes: [UInt8], file: String, folder: String? = nil, budget: MemoryBudget = .standard, externalDataFolder: String? = nil
    ) throws(InterchangeError) {
        var reader = ModelReader(file: file, folder: folder, budget: budget, externalDataFolder: externalDataFolder)
        try budget.require(WireEstimate.model(bytes), for: "the structure of the file", file: file)
        let proto: Onnx_ModelProto
        do { proto = try Onnx_ModelProto(serializedBytes: bytes, partial: true) } catch {
            throw reader.malformed("", "not an ONNX model (\(ModelReader.reason(error)))")
        }
        self = try reader.model(proto)
    }
}

extension ONNXTensor {
    /// Reads a tensor from the bytes of a `.pb` file.
    /// - Throws: `InterchangeError`.
    public init(bytes: [UInt8], file: String, budget: MemoryBudget = .standard) throws(InterchangeError) {
        var reader = ModelReader(file: file, folder: nil, budget: budget, externalDataFolder: nil)
        let proto: Onnx_TensorProto
        do { proto = try Onnx_TensorProto(serializedBytes: bytes, partial: true) } catch {
            throw reader.malformed("", "not a tensor (\(ModelReader.reason(error)))")
        }
        self = try reader.tensor(proto, place: "tensor \(quoted(proto.name))")
    }
}

/// The reading of one file.
struct ModelReader {
    let file: String
    let folder: String?
    let budget: MemoryBudget
    let externalDataFolder: String?
    /// Bytes of the tensors read so far.
    var bytesUsed = 0
    /// The attributes of a call that the function being read declares.
    private var callAttributes: Set<String> = []

    /// More axes than any tensor has: a shape is quoted in messages, and walked over often.
    static let axisLimit = 64
    /// More inputs than any node has.
    static let operandLimit = 65_536

    init(file: String, folder: String?, budget: MemoryBudget, externalDataFolder: String?) {
        (self.file, self.folder, self.budget, self.externalDataFolder) = (file, folder, budget, externalDataFolder)
    }

    func malformed(_ place: String, _ reason: String) -> InterchangeError { .invalid(file: file, place: place, reason: reason) }
    func unsupported(_ place: String, _ reason: String) -> InterchangeError {
        .unsupported(file: file, what: place.isEmpty ? reason : "\(place): \(reason)")
    }

    static func reason(_ error: any Error) -> String {
        switch error as? BinaryDecodingError {
        case .truncated: "it ends in the middle of a field"
        case .invalidUTF8: "a text is not UTF-8"
        case .messageDepthLimit: "messages are nested more than 100 deep"
        case .internalExtensionError, .trailingGarbage, .missingRequiredFields, .malformedProtobuf, nil: "it is not well-formed protobuf"
        }
    }

    // MARK: The model

    mutating func model(_ proto: Onnx_ModelProto) throws(InterchangeError) -> ONNXModel {
        guard proto.unknownFields.data.isEmpty else {
            throw malformed("", "holds \(proto.unknownFields.data.count) bytes that belong to no field of a model")
        }
        guard proto.hasIrVersion, proto.hasGraph else {
            throw malformed("", "not an ONNX model (\(proto.hasIrVersion ? "it has no graph" : "it has no IR version"))")
        }
        guard proto.irVersion >= 3 else { throw unsupported("", "IR version \(proto.irVersion) is older than 3, the oldest supported") }
        guard proto.irVersion <= ONNXModel.newestIRVersion else {
            throw unsupported("", "IR version \(proto.irVersion) is newer than \(ONNXModel.newestIRVersion), the newest known")
        }
        let opset = try opset(proto.opsetImport, place: "")
        var functions: [FunctionKey: ONNXFunction] = [:]
        for function in proto.functions {
            let key = FunctionKey(domain: standard(function.domain), name: function.name, overload: function.overload)
            guard functions.updateValue(try self.function(function), forKey: key) == nil else {
                throw malformed("function \(quoted(function.name))", "is defined twice")
            }
        }
        let graph = try self.graph(proto.graph, outer: [], place: "graph")
        // A file of other domains alone, such as ai.onnx.ml, need not import what it does not use.
        let unversioned = graph.nodes + functions.values.filter { $0.opset == nil }.flatMap(\.nodes)
        guard opset != nil || !unversioned.contains(where: \.isStandard) else {
            throw malformed("", "imports no version of the operator set 'ai.onnx'")
        }
        return ONNXModel(
            file: file, irVersion: Int(proto.irVersion), opset: Int(opset ?? ONNXModel.opsets.upperBound),
            producer: "\(proto.producerName) \(proto.producerVersion)",
            metadata: Dictionary(proto.metadataProps.map { ($0.key, $0.value) }) { first, _ in first }, graph: graph, functions: functions)
    }

    /// The version of the standard operators, refused where it is not known.
    private func opset(_ imports: [Onnx_OperatorSetIdProto], place: String) throws(InterchangeError) -> Int64? {
        let standard = imports.filter { self.standard($0.domain).isEmpty }
        guard Set(standard.map(\.version)).count <= 1 else { throw malformed(place, "imports two versions of the operator set 'ai.onnx'") }
        guard let version = standard.first?.version else { return nil }
        guard version >= ONNXModel.opsets.lowerBound else {
            throw unsupported(place, "operator set \(version) is older than \(ONNXModel.opsets.lowerBound), the oldest supported")
        }
        guard version <= ONNXModel.opsets.upperBound else {
            throw unsupported(place, "operator set \(version) is newer than \(ONNXModel.opsets.upperBound), the newest known")
        }
        return version
    }

    private func standard(_ domain: String) -> String { domain == "ai.onnx" ? "" : domain }

    private mutating func function(_ proto: Onnx_FunctionProto) throws(InterchangeError) -> ONNXFunction {
        let place = "function \(quoted(proto.name))"
        callAttributes = Set(proto.attribute + proto.attributeProto.map(\.name))
        defer { callAttributes = [] }
        let nodes = try self.nodes(proto.node, given: Set(proto.input), place: place)
        let made = Set(nodes.flatMap(\.outputs) + proto.input)
        if let missing = proto.output.first(where: { !made.contains($0) }) {
            throw malformed(place, "output \(quoted(missing)) is made by no node")
        }
        var defaults: [String: ONNXAttribute] = [:]
        for attribute in proto.attributeProto { defaults[attribute.name] = try self.attribute(attribute, outer: [], place: place) }
        return ONNXFunction(
            name: proto.name, inputs: proto.input, outputs: proto.output, required: Set(proto.attribute), defaults: defaults,
            opset: try opset(proto.opsetImport, place: place).map(Int.init), nodes: nodes)
    }

    // MARK: Graphs

    private mutating func graph(_ proto: Onnx_GraphProto, outer: Set<String>, place: String) throws(InterchangeError) -> ONNXGraph {
        if let sparse = proto.sparseInitializer.first {
            throw unsupported("tensor \(quoted(sparse.values.name))", "sparse tensors are not supported")
        }
        var initializers: [String: ONNXTensor] = [:]
        for tensor in proto.initializer {
            let place = "tensor \(quoted(tensor.name))"
            guard !tensor.name.isEmpty else { throw malformed(place, "an initialiser has no name") }
            guard initializers[tensor.name] == nil else { throw malformed(place, "is defined twice") }
            initializers[tensor.name] = try self.tensor(tensor, place: place)
        }
        var inputs: [ONNXValueInfo] = []
        var names: Set<String> = []
        for input in proto.input {
            guard !input.name.isEmpty else { throw malformed(place, "an input has no name") }
            guard names.insert(input.name).inserted else { throw malformed("input \(quoted(input.name))", "is declared twice") }
            inputs.append(try valueInfo(input, "input \(quoted(input.name))"))
        }
        let given = names.union(initializers.keys)
        let nodes = try self.nodes(proto.node, given: given, outer: outer, place: place)
        let made = Set(nodes.flatMap(\.outputs)).union(given).union(outer)
        var outputs: [ONNXValueInfo] = []
        for output in proto.output {
            guard made.contains(output.name), !output.name.isEmpty else {
                throw malformed("output \(quoted(output.name))", "is made by no node")
            }
            outputs.append(try valueInfo(output, "output \(quoted(output.name))"))
        }
        return ONNXGraph(inputs: inputs, outputs: outputs, initializers: initializers, nodes: nodes)
    }

    private func valueInfo(_ proto: Onnx_ValueInfoProto, _ place: String) throws(InterchangeError) -> ONNXValueInfo {
        switch proto.type.value {
        case .tensorType(let tensor):
            let type = ONNXElementType(rawValue: tensor.elemType)
            guard type != nil || tensor.elemType == 0 else {
                throw unsupported(place, "element type \(tensor.elemType) is not known")
            }
            var dimensions: [ONNXValueInfo.Dimension]?
            if tensor.hasShape {
                dimensions = []
                for dimension in tensor.shape.dim {
                    switch dimension.value {
                    case .dimValue(let size):
                        guard size >= 0 else { throw malformed(place, "has an axis of size \(size)") }
                        dimensions?.append(.size(Int(size)))
                    case .dimParam(let symbol): dimensions?.append(symbol.isEmpty ? .unknown : .symbol(symbol))
                    case nil: dimensions?.append(.unknown)
                    }
                }
            }
            return ONNXValueInfo(name: proto.name, type: type, dimensions: dimensions, isNotTensor: false)
        case nil: return ONNXValueInfo(name: proto.name, type: nil, dimensions: nil, isNotTensor: false)
        default: return ONNXValueInfo(name: proto.name, type: nil, dimensions: nil, isNotTensor: true)
        }
    }

    // MARK: Nodes

    /// The nodes in an order in which every value is made before it is used.
    private mutating func nodes(_ protos: [Onnx_NodeProto], given: Set<String>, outer: Set<String> = [], place: String)
        throws(InterchangeError) -> [ONNXNode]
    {
        // Subgraphs see what is made here too; that it is made before is checked when the node is imported.
        let visible = given.union(outer).union(protos.lazy.flatMap(\.output))
        var nodes: [ONNXNode] = []
        var maker: [String: Int] = [:]
        for proto in protos {
            let node = try self.node(proto, visible: visible)
            for output in node.outputs where !output.isEmpty {
                guard !given.contains(output) else {
                    throw malformed(node.place, "makes \(quoted(output)), which is an input or initialiser")
                }
                guard maker.updateValue(nodes.count, forKey: output) == nil else {
                    throw malformed(node.place, "makes \(quoted(output)), which another node makes too")
                }
            }
            nodes.append(node)
        }
        var sources = [[Int]](repeating: [], count: nodes.count)
        for (index, node) in nodes.enumerated() {
            let captured = node.attributes.values.flatMap(\.captured)
            for input in Set(node.inputs + captured) where !input.isEmpty && !given.contains(input) {
                if let source = maker[input] {
                    sources[index].append(source)
                } else if !outer.contains(input) && node.inputs.contains(input) {
                    throw malformed(node.place, "input \(quoted(input)) is made by no node")
                }
            }
        }
        // The file's own order, in which every program reads it, as far as it is one: what a node needs and comes later is moved before it.
        enum State { case new, open, done }
        var states = [State](repeating: .new, count: nodes.count)
        var order: [Int] = []
        for root in nodes.indices where states[root] == .new {
            var path = [root]
            while let index = path.last {
                guard states[index] == .new else {
                    path.removeLast()
                    if states[index] == .open {
                        states[index] = .done
                        order.append(index)
                    }
                    continue
                }
                states[index] = .open
                for source in sources[index].sorted(by: >) where states[source] != .done {
                    guard states[source] == .new else {
                        throw malformed(nodes[source].place, "needs its own output, in a cycle of nodes")
                    }
                    path.append(source)
                }
            }
        }
        return order.map { nodes[$0] }
    }

    private mutating func node(_ proto: Onnx_NodeProto, visible: Set<String>) throws(InterchangeError) -> ONNXNode {
        let bare = ONNXNode(
            name: proto.name, domain: standard(proto.domain), operatorName: proto.opType, overload: proto.overload, inputs: proto.input,
            outputs: proto.output, attributes: [:])
        guard max(proto.input.count, proto.output.count) <= ModelReader.operandLimit else {
            throw unsupported(
                bare.place, "takes \(proto.input.count) inputs, more than \(ModelReader.operandLimit)")
        }
        guard !proto.opType.isEmpty else { throw malformed(bare.place, "has no operator") }
        var attributes: [String: ONNXAttribute] = [:]
        for attribute in proto.attribute {
            guard !attribute.name.isEmpty else { throw malformed(bare.place, "an attribute has no name") }
            let value = try self.attribute(attribute, outer: visible, place: bare.place)
            guard attributes.updateValue(value, forKey: attribute.name) == nil else {
                throw malformed(bare.place, "attribute \(quoted(attribute.name)) is given twice")
            }
        }
        return ONNXNode(
            name: bare.name, domain: bare.domain, operatorName: bare.operatorName, overload: bare.overload, inputs: bare.inputs,
            outputs: bare.outputs, attributes: attributes)
    }

    private mutating func attribute(_ proto: Onnx_AttributeProto, outer: Set<String>, place: String) throws(InterchangeError)
        -> ONNXAttribute
    {
        if proto.hasRefAttrName && !proto.refAttrName.isEmpty {
            guard callAttributes.contains(proto.refAttrName) else {
                throw malformed(
                    place, "attribute \(quoted(proto.name)) refers to \(quoted(proto.refAttrName)), which no function around it declares")
            }
            return .reference(proto.refAttrName)
        }
        func text(_ data: Data) throws(InterchangeError) -> String {
            guard let text = String(validating: data, as: UTF8.self) else {
                throw malformed(place, "attribute \(quoted(proto.name)) is not UTF-8")
            }
            return text
        }
        let present: [(Onnx_AttributeProto.AttributeType, Bool)] = [
            (.float, proto.hasF), (.int, proto.hasI), (.string, proto.hasS), (.tensor, proto.hasT), (.graph, proto.hasG),
            (.floats, !proto.floats.isEmpty), (.ints, !proto.ints.isEmpty), (.strings, !proto.strings.isEmpty),
            (.sparseTensor, proto.hasSparseTensor), (.tensors, !proto.tensors.isEmpty), (.graphs, !proto.graphs.isEmpty),
            (.sparseTensors, !proto.sparseTensors.isEmpty), (.typeProto, proto.hasTp), (.typeProtos, !proto.typeProtos.isEmpty),
        ]
        let held = present.filter(\.1).map(\.0)
        let type = proto.hasType && proto.type != .undefined ? proto.type : held.first ?? .undefined
        if let stranger = held.first(where: { $0 != type }) {
            throw malformed(place, "attribute \(quoted(proto.name)) is declared as \(type) but holds \(stranger)")
        }
        switch type {
        case .float: return .float(proto.f)
        case .int: return .integer(Int(proto.i))
        case .string: return .string(try text(proto.s))
        case .tensor: return .tensor(try tensor(proto.t, place: "\(place): attribute \(quoted(proto.name))"))
        case .graph: return .graph(try graph(proto.g, outer: outer, place: "\(place): attribute \(quoted(proto.name))"))
        case .floats: return .floats(proto.floats)
        case .ints: return .integers(proto.ints.map { Int($0) })
        case .strings:
            var texts: [String] = []
            for data in proto.strings { texts.append(try text(data)) }
            return .strings(texts)
        case .sparseTensor, .sparseTensors: return .other("a sparse tensor")
        case .tensors: return .other("tensors")
        case .graphs: return .other("graphs")
        case .typeProto, .typeProtos: return .other("a type")
        case .undefined: return .other("nothing")
        }
    }
}

extension ONNXAttribute {
    /// The values that a subgraph takes from outside itself.
    var captured: [String] {
        guard case .graph(let graph) = self else { return [] }
        let own = Set(graph.nodes.flatMap(\.outputs)).union(graph.initializers.keys).union(graph.inputs.map(\.name))
        let used = graph.nodes.flatMap { $0.inputs + $0.attributes.values.flatMap(\.captured) } + graph.outputs.map(\.name)
        return used.filter { !own.contains($0) }
    }
}
