// Parameters in place: one owner of the numbers that executors read and an optimiser writes, without copies between them.

public import Graphs
public import Tensors

/// Named arrays at fixed addresses, shared between executors and replicas.
///
/// Whoever changes them while an executor replays breaks a rule; replays may read them together.
public final class ParameterBuffers<S: Scalar>: @unchecked Sendable {
    // Sendable: addresses never change, and the numbers are guarded by the rule above.

    /// The names, in order.
    public let names: [String]
    /// The shape of each.
    public let shapes: [Shape]
    /// Grows with every access that may change a number, so that executors know when to derive anew what they keep.
    public private(set) var version = 0
    private let memory: UnsafeMutableRawPointer
    private let offsets: [String: (offset: Int, count: Int)]
    private let byteCount: Int

    /// Zeros for the inputs of a graph that have role `parameter`, in the graph's order.
    public convenience init(for graph: Graph) {
        let inputs = graph.inputs(.parameter)
        self.init(inputs.map { (graph[$0].label, graph.shape($0)) })
    }

    /// Zeros for names and shapes.
    public init(_ parameters: [(name: String, shape: Shape)]) {
        (names, shapes) = (parameters.map(\.name), parameters.map(\.shape))
        var offsets: [String: (offset: Int, count: Int)] = [:]
        var end = 0
        for (name, shape) in parameters {
            offsets[name] = (end, shape.elementCount)
            end += ArenaPlan.aligned(shape.elementCount * MemoryLayout<S>.stride)
        }
        precondition(offsets.count == parameters.count, "\(parameters.count) parameters, \(offsets.count) names")
        (self.offsets, byteCount) = (offsets, max(end, ArenaPlan.alignment))
        memory = .allocate(byteCount: byteCount, alignment: ArenaPlan.alignment)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
    }

    deinit { memory.deallocate() }

    func address(_ name: String) -> (address: UnsafeMutableRawPointer, count: Int)? {
        offsets[name].map { (memory + $0.offset, $0.count) }
    }

    /// Reads and changes a parameter in place, row-major.
    /// - Precondition: `name` is one of `names`.
    public func withParameter<R>(_ name: String, _ body: (UnsafeMutableBufferPointer<S>) throws -> R) rethrows -> R {
        guard let (address, count) = address(name) else { preconditionFailure("no parameter '\(name)'") }
        version += 1
        return try body(UnsafeMutableBufferPointer(start: address.assumingMemoryBound(to: S.self), count: count))
    }

    /// All numbers in one stretch, in the order of `names`, zeros between them for alignment: for optimisers that treat all alike.
    public func withAll<R>(_ body: (UnsafeMutableBufferPointer<S>) throws -> R) rethrows -> R {
        version += 1
        let count = byteCount / MemoryLayout<S>.stride
        return try body(UnsafeMutableBufferPointer(start: memory.assumingMemoryBound(to: S.self), count: count))
    }

    /// The parameter as a tensor. Copies.
    public subscript(name: String) -> Tensor<S> {
        get {
            guard let (address, count) = address(name), let index = names.firstIndex(of: name) else {
                preconditionFailure("no parameter '\(name)'")
            }
            let numbers = UnsafeBufferPointer(start: UnsafePointer(address.assumingMemoryBound(to: S.self)), count: count)
            return Tensor(shape: shapes[index], elements: Array(numbers))
        }
        set {
            withParameter(name) {
                precondition(newValue.count == $0.count, "\(newValue.count) elements for '\(name)' of \($0.count)")
                for (index, element) in newValue.elements.enumerated() { $0[index] = element }
            }
        }
    }
}
