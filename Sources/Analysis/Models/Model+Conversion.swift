// Models as files of another format: what is written computes what was read, and that is checked before it is kept.

import Graphs
public import Interchange
public import Networks
import Splines
import Tensors

extension Model {
    /// The bytes of an ONNX file that computes this model's outputs, for any number of samples where the model allows it.
    ///
    /// A native network keeps its parameters' names and carries its architecture along; where it ends with a softmax, the file has the
    /// probabilities as a second output.
    /// - Parameter file: the name for errors.
    /// - Throws: `InterchangeError.unsupported` for what ONNX has no operator for.
    public func onnxBytes(file: String) throws(InterchangeError) -> [UInt8] {
        if let network {
            return try ONNXExport.bytes(
                name: file, parameters: network.parameters.tensorsByName,
                metadata: [(ONNXExport.architectureKey, network.architecture.json)], isDouble: network.parameters.hasDoubleWeights
            ) { batch throws(InterchangeError) in
                do throws(GraphError) {
                    let built = try network.graph(batch: batch)
                    let probabilities = built.probabilities.map { [("probabilities", $0)] } ?? []
                    return ExportableGraph(
                        graph: built.graph, input: built.input, inputName: NetworkGraph.inputName,
                        outputs: [("outputs", built.outputs)] + probabilities)
                } catch { throw .unsupported(file: file, what: error.description) }
            }
        }
        let numbers = readable.parameters.compactMapValues { datum -> Tensor<Double>? in
            if case .scalars(let tensor) = datum { tensor } else { nil }
        }
        let isFloat = numbers.values.allSatisfy { $0.elements.allSatisfy { Double(Float($0)) == $0 || $0.isNaN } }
        return try ONNXExport.bytes(
            name: file, parameters: numbers.mapValues { isFloat ? .float($0.converted()) : .double($0) },
            batch: readable.fixedBatch.map(ExportBatch.fixed) ?? .any
        ) { batch throws(InterchangeError) in
            let built: ReadableGraph
            do { built = try readable.graph(batch: batch) } catch let error as InterchangeError { throw error } catch {
                throw .unsupported(file: file, what: "\(error)")
            }
            return ExportableGraph(
                graph: built.graph, input: built.input, inputName: inputName, outputs: [(outputName, built.output)])
        }
    }

    /// The native network that computes this model's outputs: itself, the one that an ONNX file was made from, or the layers that its
    /// graph is recognised as.
    /// - Throws: `InterchangeError.unsupported` where the graph is no chain of our layers, naming the node.
    public func nativeNetwork() throws -> Network {
        if let network { return network }
        let digest = digest
        if let json = embeddedArchitecture, let architecture = try? Architecture(json: json) {
            let tensors = architecture.parameters.compactMap { declaration -> Tensor<Double>? in
                guard case .scalars(let tensor)? = readable.parameters[declaration.name], tensor.shape == declaration.shape else {
                    return nil
                }
                return tensor
            }
            let names = architecture.parameters.map(\.name)
            if tensors.count == names.count {
                let isFloat = tensors.allSatisfy { $0.elements.allSatisfy { Double(Float($0)) == $0 } }
                let parameters =
                    isFloat
                    ? Parameters(names: names, tensors: tensors.map { $0.converted(to: Float.self) })
                    : Parameters(names: names, tensors: tensors)
                // The file may have been changed since: the graph is what counts.
                if let network = try? Network(architecture, parameters),
                    architecture.inputShape == readable.inputShape, architecture.classCount == outputCount,
                    try difference(from: Model(network, name: name, digest: digest)) <= Model.conversionTolerance
                {
                    return network
                }
            }
        }
        let built = try readable.graph(batch: readable.fixedBatch ?? 2)
        return try Network(
            recognizing: built.graph, input: built.input, output: built.output, parameters: readable.parameters,
            name: title, file: name)
    }

    /// What the rounding of constants to Float may change.
    public static let conversionTolerance = 1e-5

    /// The largest difference of outputs on random samples, relative to the largest output or 1.
    /// - Precondition: the models have one input shape and as many outputs.
    public func difference(from other: Model, samples: Int = 8, seed: UInt64 = 0) throws -> Double {
        precondition(other.readable.inputShape == readable.inputShape && other.outputCount == outputCount, "models of other shapes")
        var generator = RandomGenerator(seed: seed, purpose: "conversion")
        let shape = [samples] + readable.inputShape
        let x = Tensor<Double>(shape: shape, elements: (0..<shape.elementCount).map { _ in generator.uniform(-1, 1) })
        let mine = try OutputReader(readable, batch: samples).read(x).elements
        let theirs = try OutputReader(other.readable, batch: samples).read(x).elements
        let scale = max(1, mine.map(abs).max() ?? 0)
        // NaN on both sides is agreement; on one, it is not.
        return zip(mine, theirs).map { $0 == $1 || $0.isNaN && $1.isNaN ? 0 : abs($0 - $1) / scale }.reduce(0) {
            $1.isNaN ? .infinity : max($0, $1)
        }
    }
}

extension Parameters {
    /// Whether a weight, a tensor of two axes or more, is no Float; where there is none, any tensor. The vectors of a Float network become
    /// Double too where a mean and a deviation of its samples have become a layer: as in a graph, they are rounded to the weights' type.
    fileprivate var hasDoubleWeights: Bool {
        guard case .float64(let tensors) = storage else { return false }
        let weights = tensors.filter { $0.rank >= 2 }
        return (weights.isEmpty ? tensors : weights).contains { $0.elements.contains { Double(Float($0)) != $0 && !$0.isNaN } }
    }

    /// The tensors in their own type, by name.
    fileprivate var tensorsByName: [String: ParameterTensor] {
        switch storage {
        case .float32(let tensors): Dictionary(uniqueKeysWithValues: zip(names, tensors.map(ParameterTensor.float)))
        case .float64(let tensors): Dictionary(uniqueKeysWithValues: zip(names, tensors.map(ParameterTensor.double)))
        }
    }
}
