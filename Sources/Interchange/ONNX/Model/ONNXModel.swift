// The checked intermediate form of a model: what the file says, without protobuf, in order of computation.

import Tensors

/// A model whose structure has been checked: names resolve, nodes are in order, tensors have their bytes.
public struct ONNXModel: Sendable {
    /// The file's name, for messages.
    public let file: String
    public let irVersion: Int
    /// The version of the operator set "ai.onnx"; the newest known where the file imports none and has none of its operators.
    public let opset: Int
    /// "name version" of the program that wrote the file.
    public let producer: String
    /// Texts that a program left in the file; they mean nothing to the graph.
    public let metadata: [String: String]
    public let graph: ONNXGraph
    /// By domain, name and overload.
    let functions: [FunctionKey: ONNXFunction]

    /// The declared inputs that are not initialisers: what has to be bound.
    public var inputs: [ONNXValueInfo] { graph.inputs.filter { graph.initializers[$0.name] == nil } }
    public var outputs: [ONNXValueInfo] { graph.outputs }
}

/// A declared input or output.
public struct ONNXValueInfo: Sendable {
    /// A size, a name that stands for one, or nothing known.
    public enum Dimension: Hashable, Sendable {
        case size(Int)
        case symbol(String)
        case unknown
    }

    public let name: String
    /// `nil` for what is no tensor (sequences, maps, optionals), and where nothing is declared.
    public let type: ONNXElementType?
    /// `nil` where the rank is not declared.
    public let dimensions: [Dimension]?
    /// Whether it is declared as other than a tensor.
    public let isNotTensor: Bool
}

/// A graph, its nodes in an order in which inputs come first.
public struct ONNXGraph: Sendable {
    public let inputs: [ONNXValueInfo]
    public let outputs: [ONNXValueInfo]
    public let initializers: [String: ONNXTensor]
    public let nodes: [ONNXNode]
}

/// An operator applied to named values.
public struct ONNXNode: Sendable {
    public let name: String
    /// "" for the standard operators.
    public let domain: String
    public let operatorName: String
    let overload: String
    /// Names of values; "" for an optional one that is left out.
    public let inputs: [String]
    public let outputs: [String]
    let attributes: [String: ONNXAttribute]

    /// Whether the node is of the standard domain, or has one in a subgraph.
    var isStandard: Bool {
        domain.isEmpty
            || attributes.values.contains { if case .graph(let graph) = $0 { graph.nodes.contains(where: \.isStandard) } else { false } }
    }

    /// How messages name the node: by its name, or by its first output where it has none.
    var place: String {
        let label = name.isEmpty ? outputs.first { !$0.isEmpty } ?? "" : name
        return "node \(quoted(label)) (\(operatorName))"
    }
}

/// A local function: a graph whose attributes are bound where it is called.
struct ONNXFunction: Sendable {
    let name: String
    let inputs: [String]
    let outputs: [String]
    /// Attributes without default.
    let required: Set<String>
    let defaults: [String: ONNXAttribute]
    let opset: Int?
    let nodes: [ONNXNode]
}

struct FunctionKey: Hashable, Sendable {
    let domain: String
    let name: String
    let overload: String
}

/// The value of an attribute.
indirect enum ONNXAttribute: Sendable {
    case float(Float)
    case integer(Int)
    case string(String)
    case tensor(ONNXTensor)
    case graph(ONNXGraph)
    case floats([Float])
    case integers([Int])
    case strings([String])
    /// The attribute of this name of the function's caller.
    case reference(String)
    /// A kind that no operator here has.
    case other(String)

    var kind: String {
        switch self {
        case .float: "a float"
        case .integer: "an integer"
        case .string: "a string"
        case .tensor: "a tensor"
        case .graph: "a graph"
        case .floats: "floats"
        case .integers: "integers"
        case .strings: "strings"
        case .reference: "a reference"
        case .other(let kind): kind
        }
    }
}

extension ONNXModel {
    /// Whether an output is a table of class names and numbers for each sample, as scikit-learn's exporter lays over the probabilities:
    /// the numbers are a tensor.
    func isZipped(_ output: String) -> Bool {
        graph.nodes.contains { $0.outputs == [output] && $0.operatorName == "ZipMap" && $0.domain == "ai.onnx.ml" }
    }

    /// The operators of the file, those in subgraphs and functions included; "domain.Name" outside the standard domain.
    package var operatorNames: Set<String> {
        func names(_ nodes: [ONNXNode]) -> [String] {
            nodes.flatMap { node -> [String] in
                let inner = node.attributes.values.flatMap { attribute -> [String] in
                    if case .graph(let graph) = attribute { names(graph.nodes) } else { [] }
                }
                let key = FunctionKey(domain: node.domain, name: node.operatorName, overload: node.overload)
                if functions[key] != nil { return inner }
                return inner + [node.domain.isEmpty ? node.operatorName : "\(node.domain).\(node.operatorName)"]
            }
        }
        return Set(names(graph.nodes) + functions.values.flatMap { names($0.nodes) })
    }
}

extension ONNXTensor {
    /// The numbers, `nil` for texts.
    package var doubles: [Double]? {
        switch elements {
        case .floats(let numbers): numbers.map { Double($0) }
        case .doubles(let numbers): numbers
        case .integers(let numbers): numbers.map { Double($0) }
        case .strings: nil
        }
    }
}

extension ONNXElementType {
    /// `x` as an output of this type holds it.
    package func storing(_ x: Double) -> Double { rounded(x) }
}
