// All numbers of a network in one array, so that an optimiser has one loop, and where each parameter lies in it.

public import Networks
import Tensors

/// Where an architecture's parameters lie in one array: first those that gradients change, then the running statistics.
public struct ParameterLayout: Hashable, Sendable {
    /// A parameter and its place.
    public struct Entry: Hashable, Sendable {
        public let declaration: ParameterDeclaration
        public let range: Range<Int>
    }

    /// In the order of the array.
    public let entries: [Entry]
    /// How many numbers gradients change; they come first.
    public let trainableCount: Int
    /// The length of the array.
    public let count: Int
    private let order: [Int]

    public init(_ architecture: Architecture) {
        let declarations = architecture.parameters
        order =
            declarations.indices.filter { declarations[$0].role.isTrainable }
            + declarations.indices.filter { !declarations[$0].role.isTrainable }
        var (entries, end) = ([Entry](), 0)
        for index in order {
            let count = declarations[index].shape.elementCount
            entries.append(Entry(declaration: declarations[index], range: end..<end + count))
            end += count
        }
        (self.entries, count) = (entries, end)
        trainableCount = entries.last { $0.declaration.role.isTrainable }?.range.upperBound ?? 0
    }

    /// The numbers of `parameters`, which are in the order of the architecture's declarations.
    public func flattened(_ parameters: Parameters) -> [Float] {
        let tensors = parameters.tensors(as: Float.self)
        return order.flatMap { tensors[$0].elements }
    }

    /// The parameters that an array holds, in the order of the architecture's declarations.
    public func parameters(_ values: [Float]) -> Parameters {
        precondition(values.count == count, "\(values.count) numbers, expected \(count)")
        var tensors = [Tensor<Float>?](repeating: nil, count: order.count)
        var names = [String](repeating: "", count: order.count)
        for (entry, index) in zip(entries, order) {
            tensors[index] = Tensor(shape: entry.declaration.shape, elements: Array(values[entry.range]))
            names[index] = entry.declaration.name
        }
        return Parameters(names: names, tensors: tensors.map { $0! })
    }
}
