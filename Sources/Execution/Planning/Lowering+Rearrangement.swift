// What only moves entries, or adds them along strides.

import Graphs
import Tensors

extension Lowering {
    func lowerSum(_ value: Value, over axes: [Int]) throws(ExecutionError) {
        let operand = graph[value].operands[0]
        let (shape, layout) = (graph.shape(operand), layouts[operand])
        var strides = [Int](repeating: 0, count: shape.count)
        let kept = shape.indices.filter { !axes.contains($0) }
        for (axis, stride) in zip(kept, graph.shape(value).rowMajorStrides) { strides[axis] = stride }
        let walk = Walk(counts: shape, from: layout.strides(shape), to: strides)
        let from = try region(of: operand, layout)
        emitAccumulation(value, [walk], from: from, .rowMajor)
    }

    private func emitAccumulation(_ value: Value, _ walks: [Walk], from: Region, _ layout: Layout) {
        let byteCount = graph[value].type.byteCount(scalar)
        let kernel = AccumulateKernel(kernels: kernels, elementSize: scalar.byteCount, walks: walks, byteCount: byteCount)
        emit(graph[value].primitive.label, kernel, for: value, reads: [from], writes: [define(value, layout)])
    }

    func lowerRearrangement(_ value: Value) throws(ExecutionError) {
        let node = graph[value]
        let layout = layouts[value]
        var reads: [Region] = []
        for operand in node.operands { reads.append(try region(of: operand, layout)) }
        let shapes = node.operands.map { graph.shape($0) }
        let (from, to) = (layout.strides(shapes[0]), layout.strides(node.type.shape))
        func copy(_ walks: [(read: Int, walk: Walk)], clears: Bool = false) {
            let kernel = CopyKernel(elementSize: scalar.byteCount, walks: walks, clears: clears ? node.type.byteCount(scalar) : 0)
            emit(node.primitive.label, kernel, for: value, reads: reads, writes: [define(value, layout)])
        }
        switch node.primitive {
        case .transpose(let order):
            copy([(0, Walk(counts: node.type.shape, from: order.map { from[$0] }, to: to))])
        case .slice(let slice):
            let steps = zip(slice.steps, from).map { $0 * $1 }
            copy([(0, Walk(counts: slice.counts, from: steps, to: to, fromOffset: offset(slice.starts, from)))])
        case .pad(let padding):
            let steps = zip(padding.interior, to).map { ($0 + 1) * $1 }
            copy([(0, Walk(counts: shapes[0], from: from, to: steps, toOffset: offset(padding.low, to)))], clears: true)
        case .concatenate(let axis):
            var start = 0
            copy(
                shapes.enumerated().map { position, shape in
                    defer { start += shape[axis] }
                    return (position, Walk(counts: shape, from: layout.strides(shape), to: to, toOffset: start * to[axis]))
                })
        case .gather(let axis, let indices):
            copy(
                runs(indices).map { run in
                    let counts = replacing(node.type.shape, axis, run.count)
                    return (
                        0,
                        Walk(counts: counts, from: from, to: to, fromOffset: run.index * from[axis], toOffset: run.position * to[axis])
                    )
                })
        case .scatter(let axis, let indices, _):
            let walks = runs(indices).map { run in
                Walk(
                    counts: replacing(shapes[0], axis, run.count), from: from, to: to, fromOffset: run.position * from[axis],
                    toOffset: run.index * to[axis])
            }
            emitAccumulation(value, walks, from: reads[0], layout)
        case .input, .constant, .fill, .matrixProduct, .convolution, .windowSum, .sum, .broadcast, .reshape, .add, .subtract, .affine,
            .multiply, .divide, .select, .apply, .pick, .smooth, .softmax, .logSumExp:
            preconditionFailure("\(node.label) does not only move entries")
        }
    }

    private func offset(_ index: [Int], _ strides: [Int]) -> Int { zip(index, strides).reduce(0) { $0 + $1.0 * $1.1 } }

    private func replacing(_ shape: Shape, _ axis: Int, _ size: Int) -> Shape {
        var shape = shape
        shape[axis] = size
        return shape
    }

    /// Stretches in which indices count upwards by one.
    private func runs(_ indices: [Int]) -> [(position: Int, index: Int, count: Int)] {
        var runs: [(position: Int, index: Int, count: Int)] = []
        for (position, index) in indices.enumerated() {
            if let last = runs.last, last.index + last.count == index {
                runs[runs.count - 1].count += 1
            } else {
                runs.append((position, index, 1))
            }
        }
        return runs
    }
}
