// From a graph to steps: layouts, clusters, kernels. Values are made in one layout and converted where another is read.

import CKernels
import Graphs
import Tensors

/// A plan in the making.
final class Lowering {
    let graph: Graph
    let targets: Set<Value>
    let scalar: ScalarType
    let options: ExecutionOptions
    let kernels: UnsafePointer<maso_kernels>
    let layouts: LayoutChoice
    let consumers: [[Value]]
    /// Whether a value depends on parameters and constants alone.
    let isStatic: [Bool]

    private(set) var regions: [RegionDescription] = []
    /// Steps that run when parameters have changed.
    private(set) var staticSteps: [Step] = []
    /// Steps that run at each replay.
    private(set) var steps: [Step] = []
    private var located: [Place: Region] = [:]
    private var inputRegions: [String: Region] = [:]
    /// Weights as oneDNN prefers them.
    var libraryWeights: [Value: [(layout: OneDNNLayout, region: Region)]] = [:]
    /// Weights as Winograd's filtering transforms them: turned round for input gradients, or not.
    var transformedWeights: [WinogradWeight: Region] = [:]
    /// Nodes that another node's kernel makes too, with that node.
    private(set) var pairs: [Value: Value] = [:]

    private struct Place: Hashable {
        let value: Value
        let layout: Layout
    }

    init(_ graph: Graph, targets: [Value], scalar: ScalarType, options: ExecutionOptions) throws(ExecutionError) {
        (self.graph, self.targets, self.scalar, self.options) = (graph, Set(targets), scalar, options)
        let set = options.instructionSet.kernelSet
        kernels = scalar == .float ? maso_float_kernels(set) : maso_double_kernels(set)
        layouts = LayoutChoice(graph)
        var consumers = [[Value]](repeating: [], count: graph.nodes.count)
        for value in graph.values { for operand in Set(graph[value].operands) { consumers[operand.index].append(value) } }
        self.consumers = consumers
        let changing = graph.values.filter {
            if case .input(let input) = graph[$0].primitive { input.role != .parameter } else { false }
        }
        isStatic = graph.dependents(of: changing).map { !$0 }
        pairs = try findPairs()
        for group in Clusters(graph, layouts: layouts, isStatic: isStatic, pairs: pairs).groups { try lower(group) }
        for target in targets { _ = try region(of: target, .rowMajor) }
    }

    // MARK: Pairs that one kernel makes

    private func findPairs() throws(ExecutionError) -> [Value: Value] {
        let kept = targets
        var pairs: [Value: Value] = [:]
        for value in graph.values {
            let node = graph[value]
            switch node.primitive {
            case .add:
                // convolution + a bias for each channel, a parameter
                guard scalar == .float, options.usesOneDNN else { continue }
                for (product, bias) in [(node.operands[0], node.operands[1]), (node.operands[1], node.operands[0])] {
                    guard case .convolution(let form) = graph[product].primitive, form.role == .output, !kept.contains(product),
                        consumers[product.index] == [value], isStatic[bias.index],
                        case .broadcast(let axes, let shape) = graph[bias].primitive,
                        axes == shape.indices.filter({ $0 != 1 }), try makesOneDNN(product)
                    else { continue }
                    pairs[value] = product
                    break
                }
            case .affine(_, 0):
                if case .windowSum = graph[node.operands[0]].primitive, consumers[node.operands[0].index] == [value],
                    !kept.contains(node.operands[0])
                {
                    pairs[value] = node.operands[0]
                }
            case .pick(let choice, transposed: false):
                if case .select(.largest(choice)) = graph[node.operands[1]].primitive,
                    graph[node.operands[1]].operands[0] == node.operands[0]
                {
                    pairs[value] = node.operands[1]
                }
            case .input, .constant, .fill, .matrixProduct, .convolution, .windowSum, .sum, .broadcast, .reshape, .transpose, .pad, .slice,
                .concatenate, .gather, .scatter, .subtract, .affine, .multiply, .divide, .select, .apply, .pick, .smooth, .softmax,
                .logSumExp:
                continue
            }
        }
        return pairs
    }

    // MARK: Regions

    func newRegion(byteCount: Int, _ home: RegionHome) -> Region {
        regions.append(RegionDescription(byteCount: byteCount, home: home))
        return Region(index: regions.count - 1)
    }

    /// Where what is derived from `value` lives.
    func home(of value: Value) -> RegionHome { isStatic[value.index] ? .persistent : .arena }

    /// A region that a kernel will fill with `value` in `layout`.
    func define(_ value: Value, _ layout: Layout) -> Region {
        let region = newRegion(byteCount: graph[value].type.byteCount(scalar), home(of: value))
        set(value, layout, region)
        return region
    }

    func set(_ value: Value, _ layout: Layout, _ region: Region) { located[place(value, layout)] = region }

    private func place(_ value: Value, _ layout: Layout) -> Place {
        Place(value: value, layout: Layout.coincide(for: graph.shape(value)) ? .rowMajor : layout)
    }

    func elementSize(_ value: Value) -> Int { graph[value].type.elementSize(scalar) }

    /// Where `value` lies in `layout`; made, broadcast or converted now where it was not.
    func region(of value: Value, _ layout: Layout) throws(ExecutionError) -> Region {
        let place = place(value, layout)
        if let region = located[place] { return region }
        let node = graph[value]
        let shape = node.type.shape
        let other: Layout = place.layout == .rowMajor ? .channelsLast : .rowMajor
        if let source = located[Place(value: value, layout: other)] {
            let region = define(value, layout)
            let walk = Walk(counts: shape, from: other.strides(shape), to: layout.strides(shape))
            emit("layout", CopyKernel(elementSize: elementSize(value), walks: [(0, walk)]), for: value, reads: [source], writes: [region])
            return region
        }
        switch node.primitive {
        case .input(let input):
            set(value, .rowMajor, inputRegion(input))
        case .constant(let tensor):
            set(value, .rowMajor, newRegion(byteCount: node.type.byteCount(scalar), .constant(tensor)))
        case .fill(let number, let shape):
            let region = newRegion(byteCount: node.type.byteCount(scalar), .constant(Tensor(repeating: number, shape: shape)))
            set(value, .rowMajor, region)
            set(value, .channelsLast, region)
        case .reshape:
            set(value, .rowMajor, try self.region(of: node.operands[0], .rowMajor))
        case .broadcast(let axes, _):
            let source = try self.region(of: node.operands[0], .rowMajor)
            var strides = [Int](repeating: 0, count: shape.count)
            let kept = shape.indices.filter { !axes.contains($0) }
            for (axis, stride) in zip(kept, kept.map { shape[$0] }.rowMajorStrides) { strides[axis] = stride }
            let region = define(value, layout)
            let walk = Walk(counts: shape, from: strides, to: layout.strides(shape))
            emit(
                node.primitive.label, CopyKernel(elementSize: elementSize(value), walks: [(0, walk)]), for: value, reads: [source],
                writes: [region])
        case .matrixProduct, .convolution, .windowSum, .sum, .transpose, .pad, .slice, .concatenate, .gather, .scatter, .add, .subtract,
            .affine, .multiply, .divide, .select, .apply, .pick, .smooth, .softmax, .logSumExp:
            preconditionFailure("\(node.label) (value \(value.index)) is read before it is made")
        }
        return try self.region(of: value, layout)
    }

    private func inputRegion(_ input: Input) -> Region {
        if let region = inputRegions[input.name] { return region }
        let region = newRegion(byteCount: input.type.byteCount(scalar), .input(input.name))
        inputRegions[input.name] = region
        return region
    }

    /// A single number.
    func constantRegion(_ number: Double) -> Region {
        newRegion(byteCount: scalar.byteCount, .constant(Tensor(shape: [], elements: [number])))
    }

    // MARK: Steps

    func emit(
        _ label: String, _ kernel: any Kernel, for value: Value, reads: [Region], writes: [Region],
        replaceable: [(write: Int, read: Int)] = []
    ) {
        guard writes.contains(where: { regions[$0.index].byteCount > 0 }) else { return }
        let step = Step(label, kernel, reads: reads, writes: writes, replaceable: replaceable)
        if isStatic[value.index] { staticSteps.append(step) } else { steps.append(step) }
    }

    private func lower(_ group: [Value]) throws(ExecutionError) {
        let (first, node) = (group[0], graph[group[0]])
        switch node.primitive {
        case .input, .constant, .fill, .broadcast, .reshape: preconditionFailure("\(node.label) has no step")
        case .add, .subtract, .affine, .multiply, .divide, .apply, .smooth, .select(.knots): try lowerLoop(group)
        case .sum(let axes):
            let operand = node.operands[0]
            if Access(shape: graph.shape(operand), layout: layouts[operand], dropping: axes) != nil {
                try lowerLoop(group)
            } else {
                try lowerSum(first, over: axes)
            }
        case .matrixProduct(let left, let right): try lowerProduct(first, left, right)
        case .convolution(let form): try lowerConvolution(form, first, biased: group.dropFirst().first)
        case .windowSum(let window, let transposed): try lowerWindowSum(group, window, transposed)
        case .select(.largest(let choice)): try lowerLargest(group, choice)
        case .select(.winners(let axis, let count)): try lowerAlongAxis(first, axis, .winners(count))
        case .pick(let choice, let transposed): try lowerPick(first, choice, transposed)
        case .softmax(let axis): try lowerAlongAxis(first, axis, .softmax)
        case .logSumExp(let axis): try lowerLogSumExp(first, axis)
        case .transpose, .pad, .slice, .concatenate, .gather, .scatter: try lowerRearrangement(first)
        }
    }
}
