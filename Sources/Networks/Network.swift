// A network: an architecture and its numbers.

public import Graphs
public import Tensors

/// An architecture with parameters that fit it.
public struct Network: Hashable, Sendable {
    /// Changes of its name, normalization or class names leave the parameters fitting.
    public let architecture: Architecture
    public let parameters: Parameters

    /// - Parameter parameters: in any order; kept in the order of the declarations.
    /// - Throws: `NetworkError` when one is missing, superfluous, or of another shape.
    public init(_ architecture: Architecture, _ parameters: Parameters) throws(NetworkError) {
        let places = Dictionary(uniqueKeysWithValues: zip(parameters.names, parameters.names.indices))
        let shapes = parameters.shapes
        var order: [Int] = []
        for declaration in architecture.parameters {
            guard let place = places[declaration.name] else {
                throw NetworkError(declaration.name, expected: "shape \(declaration.shape)", got: "no such parameter")
            }
            guard shapes[place] == declaration.shape else {
                throw NetworkError(declaration.name, "shape", expected: "\(declaration.shape)", got: "\(shapes[place])")
            }
            order.append(place)
        }
        if let extra = Set(parameters.names).subtracting(architecture.parameters.map(\.name)).min() {
            throw NetworkError(extra, expected: "no parameter of this name in \(architecture.name)", got: "one")
        }
        self.architecture = architecture
        let names = order.map { parameters.names[$0] }
        switch parameters.storage {
        case .float32(let tensors): self.parameters = Parameters(names: names, .float32(order.map { tensors[$0] }))
        case .float64(let tensors): self.parameters = Parameters(names: names, .float64(order.map { tensors[$0] }))
        }
    }

    /// An untrained network. The numbers are drawn in Double; in Float they are those rounded.
    public init<S: Scalar>(_ architecture: Architecture, seed: UInt64, initializer: Initializer = .glorotUniform, as _: S.Type = Float.self)
    {
        let tensors = architecture.parameters.map { initializer.draw($0, seed: seed).converted(to: S.self) }
        self.architecture = architecture
        self.parameters = Parameters(names: architecture.parameters.map(\.name), tensors: tensors)
    }

    /// The number of learned numbers.
    public var parameterCount: Int { architecture.parameterCount }

    /// The graph for batches of `batch` samples; run it with `parameters.bindings()` and the input "x".
    public func graph(batch: Int, mode: GraphMode = .inference) throws(GraphError) -> NetworkGraph {
        try architecture.graph(batch: batch, mode: mode)
    }
}
