// The numbers of a network, by name and in order. A Double model stays Double (DESIGN §3).

public import Graphs
public import Tensors

/// Named tensors, all of one scalar type.
public struct Parameters: Hashable, Sendable {
    public enum Storage: Hashable, Sendable {
        case float32([Tensor<Float>])
        case float64([Tensor<Double>])
    }

    /// Unique, in the order of the tensors.
    public let names: [String]
    public let storage: Storage

    /// - Precondition: as many names as tensors, each once.
    public init(names: [String], _ storage: Storage) {
        self.names = names
        self.storage = storage
        precondition(Set(names).count == names.count && names.count == shapes.count, "\(names.count) names, \(shapes.count) tensors")
    }

    /// Tensors of either scalar.
    public init<S: Scalar>(names: [String], tensors: [Tensor<S>]) {
        if let floats = tensors as? [Tensor<Float>] {
            self.init(names: names, .float32(floats))
        } else {
            self.init(names: names, .float64(tensors.map { $0.converted() }))
        }
    }

    public var shapes: [Shape] {
        switch storage {
        case .float32(let tensors): tensors.map(\.shape)
        case .float64(let tensors): tensors.map(\.shape)
        }
    }

    /// Whether the numbers are stored in Double.
    public var isDouble: Bool { if case .float64 = storage { true } else { false } }

    /// The number of numbers, running statistics included.
    public var count: Int { shapes.reduce(0) { $0 + $1.elementCount } }

    /// All tensors in one scalar: Float widens exactly, Double rounds to the nearest Float.
    public func tensors<S: Scalar>(as _: S.Type = S.self) -> [Tensor<S>] {
        switch storage {
        case .float32(let tensors): tensors.map { $0.converted() }
        case .float64(let tensors): tensors.map { $0.converted() }
        }
    }

    /// The tensor of that name, or `nil`.
    public func tensor<S: Scalar>(_ name: String, as _: S.Type = S.self) -> Tensor<S>? {
        guard let index = names.firstIndex(of: name) else { return nil }
        switch storage {
        case .float32(let tensors): return tensors[index].converted()
        case .float64(let tensors): return tensors[index].converted()
        }
    }

    /// The values of a network graph's parameter inputs.
    public func bindings<S: Scalar>(as _: S.Type = S.self) -> Bindings<S> {
        Bindings(uniqueKeysWithValues: zip(names, tensors(as: S.self).map(Datum.scalars)))
    }

    /// The same numbers stored in Double: exact.
    public func widened() -> Parameters { Parameters(names: names, .float64(tensors())) }
}
