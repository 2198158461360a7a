// Networks as ONNX files, for every other program. What is written reads back as the same network: codes, slopes and outputs, to the
// rounding of constants to the file's type.

public import Graphs
import SwiftProtobuf
import Tensors

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A network's graph for one batch size, and what its ends are called.
public struct ExportableGraph: Sendable {
    public let graph: Graph
    public let input: Value
    public let inputName: String
    public let outputs: [(name: String, value: Value)]

    public init(graph: Graph, input: Value, inputName: String, outputs: [(name: String, value: Value)]) {
        (self.graph, self.input, self.inputName, self.outputs) = (graph, input, inputName, outputs)
    }
}

/// What becomes of the batch axis.
public enum ExportBatch: Hashable, Sendable {
    /// Any number of samples, by a symbolic size.
    case any
    /// This number of samples only.
    case fixed(Int)
}

/// Writing ONNX files.
public enum ONNXExport {
    /// The operator set and format that are written: old enough for every runtime in use, new enough for all that is needed.
    public static let opset = 17
    public static let irVersion = 8
    /// The metadata under which a file carries the architecture of the native network that it was made from.
    public static let architectureKey = "maso.architecture"

    /// The bytes of a model.
    ///
    /// - Parameters:
    ///   - name: of the model, for its file and for errors.
    ///   - parameters: the numbers of the graph's inputs of role `parameter`; the file is in Double where one of them is.
    ///   - build: the graph for a number of samples; called for several, to see which sizes are the batch's.
    /// - Throws: `InterchangeError.unsupported` for what ONNX has no operator for, named.
    public static func bytes(
        name: String, parameters: [String: ParameterTensor], metadata: [(name: String, value: String)] = [], batch: ExportBatch = .any,
        isDouble: Bool? = nil, build: (_ batch: Int) throws(InterchangeError) -> ExportableGraph
    ) throws(InterchangeError) -> [UInt8] {
        let holdsDouble = parameters.values.contains { if case .double = $0 { true } else { false } }
        let type: ONNXElementType = isDouble ?? holdsDouble ? .double : .float
        let first: ExportableGraph
        var second: ExportableGraph?
        switch batch {
        case .any: (first, second) = (try build(2), try build(3))
        case .fixed(let count): first = try build(count)
        }
        let exporter = try Exporter(name: name, first, second, parameters: parameters, type: type)
        var model = Onnx_ModelProto()
        model.irVersion = Int64(irVersion)
        model.producerName = "maso"
        var operators = Onnx_OperatorSetIdProto()
        operators.domain = ""
        operators.version = Int64(opset)
        model.opsetImport = [operators]
        model.graph = try exporter.proto()
        model.metadataProps = metadata.map { entry in
            var property = Onnx_StringStringEntryProto()
            (property.key, property.value) = (entry.name, entry.value)
            return property
        }
        do { return [UInt8](try model.serializedBytes() as Data) } catch {
            // Protobuf ends at 2 GB; what is larger needs external data, which is not written.
            throw .unsupported(file: name, what: "the model cannot be written as one file (\(error))")
        }
    }
}
