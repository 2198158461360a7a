// Preprocessing as part of the graph: slopes and offsets are then those of the samples as the user has them, not of what the
// network was fed in training.

public import Graphs
import Tensors

/// The map from a user's sample x to a network's input u, an affine operator before the first layer:
///
///     u = (scale · x − mean) / deviation          channel by channel, after the axes have been put in order
public struct InputMap: Hashable, Sendable {
    public var scale: Double
    /// None, one for all, or one for each entry of `channelAxis`.
    public var mean: [Double]
    /// None, one for all, or one for each entry of `channelAxis`; none is 0.
    public var deviation: [Double]
    /// The axis of the network's input, batch axis included, along which `mean` and `deviation` run.
    public var channelAxis: Int
    /// Axis i of the network's input is axis `order[i]` of the samples; `nil` where they lie alike.
    public var order: [Int]?

    public init(scale: Double = 1, mean: [Double] = [], deviation: [Double] = [], channelAxis: Int = 1, order: [Int]? = nil) {
        (self.scale, self.mean, self.deviation, self.channelAxis, self.order) = (scale, mean, deviation, channelAxis, order)
    }

    /// Appends the map and the samples' data input, named `name`; the value is the network's input, of shape `shape`.
    /// - Throws: `GraphError` where the numbers do not fit the channels.
    func build(_ graph: inout Graph, _ name: String, _ shape: Shape) throws(GraphError) -> Value {
        var sampleShape = shape
        if let order { for (axis, source) in order.enumerated() { sampleShape[source] = shape[axis] } }
        var value = try graph.data(name, sampleShape)
        // Axes of one entry are moved without moving any entry: of images of one channel, layouts are shapes.
        if let order {
            let moved = order.filter { sampleShape[$0] != 1 }
            value = moved == moved.sorted() ? try graph.reshape(value, shape) : try graph.append(.transpose(order), [value])
        }
        if scale != 1 { value = try graph.affine(value, slope: scale) }
        for (numbers, primitive) in [(mean, Primitive.subtract), (deviation, .divide)] where !numbers.isEmpty {
            value = try graph.append(primitive, [value, spread(numbers, &graph, shape)])
        }
        return value
    }

    private func spread(_ numbers: [Double], _ graph: inout Graph, _ shape: Shape) throws(GraphError) -> Value {
        if numbers.count == 1 { return try graph.fill(numbers[0], shape) }
        let vector = try graph.constant(Tensor(shape: [numbers.count], elements: numbers))
        return try graph.append(.broadcast(axes: shape.indices.filter { $0 != channelAxis }, shape: shape), [vector])
    }
}

extension Graph {
    /// The axis of `input` that the first convolution or pooling after it takes for the channels, `nil` where there is none.
    public func channelAxis(of input: Value) -> Int? {
        // For each value that is the input with its axes moved: which axis of the input each of its axes is.
        var axes = [[Int]?](repeating: nil, count: nodes.count)
        axes[input.index] = Array(shape(input).indices)
        for value in values where value > input {
            let node = self[value]
            guard let moved = node.operands.lazy.compactMap({ axes[$0.index] }).first else { continue }
            switch node.primitive {
            case .convolution, .windowSum, .select(.largest(.window)): return moved[1]
            case .transpose(let order): axes[value.index] = order.map { moved[$0] }
            case .pad, .slice, .concatenate, .gather, .scatter, .add, .subtract, .affine, .multiply, .divide, .select, .apply, .smooth:
                axes[value.index] = moved
            case .reshape: axes[value.index] = self.axes(of: value).map { $0.map { moved[$0] } }
            case .input, .constant, .fill, .matrixProduct, .sum, .broadcast, .pick, .softmax, .logSumExp: break
            }
        }
        return nil
    }

    /// Which axis of a reshape's operand each of its axes is, where it does nothing but move the one axis of one entry behind the first:
    /// how a transposition of images of one channel is written.
    private func axes(of reshape: Value) -> [Int]? {
        let (from, to) = (shape(self[reshape].operands[0]), shape(reshape))
        guard from.count == to.count, from.first == to.first else { return nil }
        let inner = from.indices.dropFirst()
        let (before, after) = (inner.filter { from[$0] == 1 }, inner.filter { to[$0] == 1 })
        var rest = inner.filter { from[$0] != 1 }[...]
        guard before.count == 1, after.count == 1, rest.map({ from[$0] }) == inner.filter({ to[$0] != 1 }).map({ to[$0] }) else {
            return nil
        }
        return [0] + inner.map { $0 == after[0] ? before[0] : rest.removeFirst() }
    }
}
