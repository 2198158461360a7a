// The walk over the nodes that the wanted outputs need, in order, each by the rule of its operator.

import Graphs
import Tensors

/// One import. A class, because rules, subgraphs and functions all add to the same graph.
final class Importer {
    let model: ONNXModel
    let options: ONNXImportOptions
    var graph = Graph()
    var parameters: [String: ParameterTensor] = [:]
    /// The initialisers used, each with its value in the graph once there is one.
    var initializers: [(tensor: ONNXTensor, value: Value?)] = []
    /// Names of the functions being written out, outermost first.
    var functionStack: [FunctionKey] = []
    /// Nodes imported so far, subgraphs written out each time: a bound on loops within loops.
    var nodeCount = 0

    /// Folding floating-point arithmetic stops at this many elements: it serves shapes, bounds and factors, not weights.
    static let foldLimit = 4096
    static let nodeLimit = 100_000

    init(_ model: ONNXModel, _ options: ONNXImportOptions) { (self.model, self.options) = (model, options) }

    func malformed(_ place: String, _ reason: String) -> InterchangeError { .invalid(file: model.file, place: place, reason: reason) }
    func unsupported(_ place: String, _ reason: String) -> InterchangeError {
        .unsupported(file: model.file, what: "\(place): \(reason)")
    }

    // MARK: The whole model

    func network() throws(InterchangeError) -> ImportedNetwork {
        for name in options.constants.keys.sorted() where !model.inputs.contains(where: { $0.name == name }) {
            throw malformed("input \(quoted(name))", "is no input of the model, which has \(list(model.inputs.map(\.name)))")
        }
        var skipped: [String: String] = [:]
        var wanted = model.outputs
        if let names = options.outputs {
            wanted = []
            for name in names {
                guard let output = model.outputs.first(where: { $0.name == name }) else {
                    throw malformed("output \(quoted(name))", "is no output of the model, which has \(list(model.outputs.map(\.name)))")
                }
                wanted.append(output)
            }
        } else {
            for output in wanted
            where output.isNotTensor && !model.isZipped(output.name) || output.type.map({ !$0.isNetworkData }) == true {
                skipped[output.name] = output.isNotTensor ? "is not a tensor" : "is of type \(output.type!.name)"
            }
            wanted.removeAll { skipped[$0.name] != nil }
        }
        guard !wanted.isEmpty else { throw unsupported("graph", "no output is a tensor of floating-point numbers") }

        let scope = Scope(model.graph, opset: model.opset, parent: nil)
        let needed = scope.neededNodes(for: wanted.map(\.name))
        let used = scope.usedNames(needed, outputs: wanted.map(\.name))
        var inputs: [ImportedNetwork.Port] = []
        for input in model.inputs where used.contains(input.name) {
            let value = try self.input(input)
            if let data = graph.input(input.name) { inputs.append(ImportedNetwork.Port(name: input.name, value: data, type: value.type)) }
            scope.values[input.name] = value
        }
        try run(scope, needed)
        var outputs: [ImportedNetwork.Port] = []
        for output in wanted {
            let place = "output \(quoted(output.name))"
            let value = try scope.lookup(output.name, importer: self, place: place)
            outputs.append(
                ImportedNetwork.Port(name: output.name, value: try number(value, place: place), type: value.type))
        }
        let kept = inputs.map(\.value) + outputs.map(\.value)
        let simplified = graph.simplified(keeping: kept)
        func moved(_ port: ImportedNetwork.Port) -> ImportedNetwork.Port {
            ImportedNetwork.Port(name: port.name, value: simplified[port.value], type: port.type)
        }
        return ImportedNetwork(
            graph: simplified.graph, inputs: inputs.map(moved), outputs: outputs.map(moved),
            parameters: parameters.filter { simplified.graph.input($0.key) != nil }, skippedOutputs: skipped)
    }

    private func list(_ names: [String]) -> String { names.isEmpty ? "none" : names.map { "\(quoted($0))" }.joined(separator: ", ") }

    /// A data input with a static shape, or a constant that stands for it.
    private func input(_ info: ONNXValueInfo) throws(InterchangeError) -> ImportedValue {
        let place = "input \(quoted(info.name))"
        if info.isNotTensor { throw unsupported(place, "is not a tensor") }
        if let constant = options.constants[info.name] {
            if let type = info.type, type != constant.type {
                throw malformed(place, "is of type \(type.name), but is bound to \(constant.type.name)")
            }
            return try bound(constant, place)
        }
        guard let type = info.type else { throw malformed(place, "has no type") }
        guard type.isNetworkData || type.isInteger && options.wholeNumberInputs.contains(info.name) else {
            throw unsupported(place, "is of type \(type.name): data are floating-point numbers; bind it as a constant (--bind)")
        }
        var shape: Shape
        if let given = options.shapes[info.name] {
            shape = given
            if let declared = info.dimensions {
                let fits =
                    declared.count == given.count
                    && zip(declared, given).allSatisfy { if case .size(let size) = $0 { size == $1 } else { true } }
                guard fits else { throw malformed(place, "does not have the shape \(given)") }
            }
        } else {
            guard let dimensions = info.dimensions else { throw unsupported(place, "declares no shape; give one (--shape)") }
            shape = []
            for (axis, dimension) in dimensions.enumerated() {
                switch dimension {
                case .size(let size): shape.append(size)
                case .symbol(let symbol):
                    if let size = options.dimensions[symbol] {
                        shape.append(size)
                    } else if axis == 0 {
                        shape.append(options.batchSize)
                    } else {
                        throw unsupported(place, "leaves the size \(quoted(symbol)) of axis \(axis) open; give one (--shape)")
                    }
                case .unknown:
                    guard axis == 0 else { throw unsupported(place, "leaves the size of axis \(axis) open; give a shape (--shape)") }
                    shape.append(options.batchSize)
                }
            }
        }
        try checkSize(shape, place)
        do throws(GraphError) {
            guard let map = options.inputMaps[info.name] else {
                return ImportedValue(type, shape, number: try graph.data(info.name, shape))
            }
            return ImportedValue(type, shape, number: try map.build(&graph, info.name, shape))
        } catch { throw malformed(place, error.description) }
    }

    /// An input that is bound: constants of the graph rather than parameters of the network, as they may follow the batch.
    private func bound(_ constant: ONNXTensor, _ place: String) throws(InterchangeError) -> ImportedValue {
        var value = try tensor(constant, place: place)
        guard value.initializer != nil, let numbers = constant.doubles else { return value }
        do throws(GraphError) {
            let isUniform = numbers.dropFirst().allSatisfy { $0 == numbers[0] } && !numbers.isEmpty
            value.number =
                isUniform
                ? try graph.fill(numbers[0], constant.shape) : try graph.constant(Tensor(shape: constant.shape, elements: numbers))
        } catch { throw malformed(place, error.description) }
        value.initializer = nil
        return value
    }

    // MARK: Values

    /// A tensor of the file or of the caller.
    func tensor(_ tensor: ONNXTensor, place: String) throws(InterchangeError) -> ImportedValue {
        var value = ImportedValue(tensor.type, tensor.shape)
        switch tensor.elements {
        case .integers(let numbers): value.constant = .integers(numbers)
        case .floats(let numbers): if numbers.count <= Importer.foldLimit { value.constant = .numbers(numbers.map { Double($0) }) }
        case .doubles(let numbers): if numbers.count <= Importer.foldLimit { value.constant = .numbers(numbers) }
        case .strings: return value
        }
        if tensor.type.isFloatingPoint {
            value.initializer = initializers.count
            initializers.append((tensor, nil))
        }
        return value
    }

    /// The value in the graph: numbers, whether they depend on the data or not.
    func number(_ value: ImportedValue, place: String) throws(InterchangeError) -> Value {
        if let number = value.number { return number }
        do throws(GraphError) {
            if let index = value.initializer {
                if let known = initializers[index].value { return known }
                let tensor = initializers[index].tensor
                // A name may serve an input, or an initialiser of a subgraph, as well.
                var name = tensor.name.isEmpty ? "constant" : tensor.name
                var suffix = 2
                while parameters[name] != nil || graph.input(name) != nil || model.inputs.contains(where: { $0.name == name }) {
                    name = "\(tensor.name) \(suffix)"
                    suffix += 1
                }
                switch tensor.elements {
                case .floats(let numbers): parameters[name] = .float(Tensor(shape: tensor.shape, elements: numbers))
                case .doubles(let numbers): parameters[name] = .double(Tensor(shape: tensor.shape, elements: numbers))
                case .integers, .strings: preconditionFailure("an initialiser of type \(tensor.type.name)")
                }
                let number = try graph.parameter(name, tensor.shape)
                initializers[index].value = number
                return number
            }
            if let constant = value.constant {
                if let uniform = constant.uniform { return try graph.fill(uniform, value.shape) }
                return try graph.constant(Tensor(shape: value.shape, elements: constant.doubles))
            }
            if let condition = value.condition { return try truth(condition) }
        } catch { throw malformed(place, error.description) }
        throw unsupported(place, "texts are not supported")
    }

    /// 1 where the condition is true, else 0.
    private func truth(_ condition: Condition) throws(GraphError) -> Value {
        let code = graph[condition.code]
        let u = code.operands[0]
        guard graph.shape(u) == code.type.shape else { preconditionFailure("a condition of a group") }
        return try graph.append(.apply(Pieces(slopes: [0, 0], offsets: condition.isInverted ? [1, 0] : [0, 1])), [u, condition.code])
    }

    /// Refuses a value that would take more memory than allowed.
    func checkSize(_ shape: Shape, _ place: String) throws(InterchangeError) {
        guard shape.count <= ModelReader.axisLimit else {
            throw unsupported(place, "makes a value of \(shape.count) axes, more than \(ModelReader.axisLimit)")
        }
        if let negative = shape.first(where: { $0 < 0 }) {
            throw malformed(place, "makes a value of shape \(shape), with an axis of size \(negative)")
        }
        let what = "\(place): a value of shape \(shape)"
        let count = shape.elementCountFromOutside.map { max($0, shape.map { max($0, 1) }.elementCount) }
        let bytes = count?.multipliedReportingOverflow(by: 8)
        try options.budget.require(bytes.flatMap { $0.overflow ? nil : $0.partialValue }, for: what, file: model.file)
        // Convolutions count places in 32 bits.
        guard count! <= Int(Int32.max) else { throw unsupported(place, "a value of shape \(shape) has more than \(Int32.max) elements") }
    }

    // MARK: Nodes

    /// Imports the nodes at `needed`, in order.
    func run(_ scope: Scope, _ needed: [Int]) throws(InterchangeError) {
        nodeCount += needed.count
        for index in needed {
            let node = scope.nodes[index]
            guard nodeCount <= Importer.nodeLimit else {
                throw unsupported(node.place, "the model comes to more than \(Importer.nodeLimit) nodes when its loops are written out")
            }
            var inputs: [ImportedValue?] = []
            for name in node.inputs {
                inputs.append(name.isEmpty || scope.isAbsent(name) ? nil : try scope.lookup(name, importer: self, place: node.place))
            }
            let results = try apply(node, inputs, scope)
            for (position, name) in node.outputs.enumerated() where !name.isEmpty {
                guard position < results.count else {
                    // Only an output that something needs is missed.
                    if scope.isUsed(name) { throw unsupported(node.place, "its output \(position) (\(quoted(name))) is not supported") }
                    continue
                }
                scope.values[name] = results[position]
            }
        }
    }

    private func apply(_ node: ONNXNode, _ inputs: [ImportedValue?], _ scope: Scope) throws(InterchangeError) -> [ImportedValue] {
        let key = FunctionKey(domain: node.domain, name: node.operatorName, overload: node.overload)
        if let function = model.functions[key] { return try call(function, key, node, inputs, scope) }
        let name = node.domain.isEmpty ? node.operatorName : "\(node.domain).\(node.operatorName)"
        guard let rule = OperatorTable.rules[name] else {
            throw unsupported(node.place, "the operator \(quoted(name)) is not supported")
        }
        let before = graph.nodes.count
        let context = NodeContext(node, inputs, scope: scope, importer: self)
        try context.refuseExcess(of: name)
        let results = try rule(context)
        try context.refuseUnreadAttributes()
        graph.nameSmoothNodes(from: before, context.name)
        for index in before..<graph.nodes.count { try checkSize(graph.nodes[index].type.shape, node.place) }
        return results
    }

    /// Writes a local function out.
    private func call(_ function: ONNXFunction, _ key: FunctionKey, _ node: ONNXNode, _ inputs: [ImportedValue?], _ scope: Scope)
        throws(InterchangeError) -> [ImportedValue]
    {
        guard !functionStack.contains(key) else { throw malformed(node.place, "the function calls itself") }
        guard node.inputs.count <= function.inputs.count, node.outputs.count <= function.outputs.count else {
            throw malformed(
                node.place,
                "the function takes \(function.inputs.count) inputs and gives \(function.outputs.count) outputs, not \(node.inputs.count) and \(node.outputs.count)"
            )
        }
        var attributes = function.defaults
        for (name, value) in node.attributes {
            guard function.required.contains(name) || function.defaults[name] != nil else {
                throw unsupported(node.place, "the attribute \(quoted(name)) is not known")
            }
            attributes[name] = try scope.resolve(value)
        }
        guard functionStack.count < 64 else { throw unsupported(node.place, "functions call functions more than 64 deep") }
        functionStack.append(key)
        defer { functionStack.removeLast() }
        let inner = Scope(function.nodes, outputs: function.outputs, attributes: attributes, opset: function.opset ?? scope.opset)
        for (position, name) in function.inputs.enumerated() {
            if position < inputs.count, let value = inputs[position] { inner.values[name] = value } else { inner.absent.insert(name) }
        }
        let wanted = zip(function.outputs, node.outputs).filter { !$1.isEmpty && scope.isUsed($1) }.map(\.0)
        try run(inner, inner.neededNodes(for: wanted))
        var results: [ImportedValue] = []
        for (position, name) in function.outputs.prefix(node.outputs.count).enumerated() {
            if wanted.contains(name) {
                results.append(try inner.lookup(name, importer: self, place: node.place))
            } else {
                results.append(ImportedValue(.string, []))
                _ = position
            }
        }
        return results
    }

    /// Writes a subgraph out with the values given for its inputs.
    func inline(_ subgraph: ONNXGraph, _ inputs: [ImportedValue], parent: Scope, place: String) throws(InterchangeError) -> [ImportedValue]
    {
        guard subgraph.inputs.count == inputs.count else {
            throw malformed(place, "its graph takes \(subgraph.inputs.count) inputs, not \(inputs.count)")
        }
        let scope = Scope(subgraph, opset: parent.opset, parent: parent)
        for (info, value) in zip(subgraph.inputs, inputs) { scope.values[info.name] = value }
        try run(scope, scope.neededNodes(for: subgraph.outputs.map(\.name)))
        var results: [ImportedValue] = []
        for output in subgraph.outputs { results.append(try scope.lookup(output.name, importer: self, place: place)) }
        return results
    }
}
