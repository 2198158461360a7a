// Pooling, choosing along an axis, softmax and log-sum-exp.

import Graphs
import Tensors

extension Lowering {
    private func windowKernel(_ operation: WindowOperation, _ window: SlidingWindow, _ shape: Shape, codeSize: Int = 1) -> WindowKernel {
        WindowKernel(kernels: kernels, operation: operation, window: window, planes: shape[0], inner: shape[1], codeSize: codeSize)
    }

    /// - Parameter group: the sum, and a multiple of it where that is all that is read.
    func lowerWindowSum(_ group: [Value], _ window: SlidingWindow, _ transposed: Bool) throws(ExecutionError) {
        var scale = 1.0
        if let multiple = group.dropFirst().first, case .affine(let slope, _) = graph[multiple].primitive { scale = slope }
        let (value, made) = (group[0], group.last!)
        let from = try region(of: graph[value].operands[0], .channelsLast)
        let kernel = windowKernel(transposed ? .spread(scale: scale) : .sum(scale: scale), window, graph.shape(value))
        emit(graph[value].primitive.label, kernel, for: value, reads: [from], writes: [define(made, .channelsLast)])
    }

    /// - Parameter group: the code, and the values chosen by it.
    func lowerLargest(_ group: [Value], _ choice: Choice) throws(ExecutionError) {
        let code = group[0]
        let operand = graph[code].operands[0]
        let layout: Layout = if case .window = choice { .channelsLast } else { .rowMajor }
        let from = try region(of: operand, layout)
        let codeRegion = define(code, layout)
        let values = group.dropFirst().map { define($0, layout) }
        // Without a pick the values are made all the same, in memory of their own that nothing reads.
        let value = values.first ?? newRegion(byteCount: graph.shape(code).elementCount * scalar.byteCount, home(of: code))
        for (twin, region) in zip(group.dropFirst(), values) where region != value { set(twin, layout, value) }
        let kernel: any Kernel =
            switch choice {
            case .window(let window): windowKernel(.largest, window, graph.shape(code), codeSize: elementSize(code))
            case .axis(let axis, _): axisKernel(.largest, graph.shape(operand), axis, codeSize: elementSize(code))
            }
        emit("largest", kernel, for: code, reads: [from], writes: [value, codeRegion])
    }

    func lowerPick(_ value: Value, _ choice: Choice, _ transposed: Bool) throws(ExecutionError) {
        let (operand, code) = (graph[value].operands[0], graph[value].operands[1])
        let layout: Layout = if case .window = choice { .channelsLast } else { .rowMajor }
        let reads = [try region(of: operand, layout), try region(of: code, layout)]
        let kernel: any Kernel =
            switch choice {
            case .window(let window):
                windowKernel(transposed ? .place : .pick, window, graph.shape(code), codeSize: elementSize(code))
            case .axis(let axis, _):
                axisKernel(
                    transposed ? .place : .pick, graph.shape(transposed ? value : operand), axis, codeSize: elementSize(code))
            }
        emit(graph[value].primitive.label, kernel, for: value, reads: reads, writes: [define(value, layout)])
    }

    private func axisKernel(_ operation: AxisOperation, _ shape: Shape, _ axis: Int, codeSize: Int = 1) -> AxisKernel {
        AxisKernel(
            kernels: kernels, operation: operation, before: Array(shape[..<axis]).elementCount, along: shape[axis],
            after: Array(shape[(axis + 1)...]).elementCount, codeSize: codeSize)
    }

    /// Softmax or winners: the result has the operand's shape, and is made in its layout.
    func lowerAlongAxis(_ value: Value, _ axis: Int, _ operation: AxisOperation) throws(ExecutionError) {
        let (operand, layout) = (graph[value].operands[0], layouts[value])
        let shape = graph.shape(operand)
        let position = layout.order(rank: shape.count).firstIndex(of: axis)!
        let from = try region(of: operand, layout)
        let kernel = axisKernel(operation, layout.physical(shape), position)
        emit(graph[value].primitive.label, kernel, for: value, reads: [from], writes: [define(value, layout)])
    }

    func lowerLogSumExp(_ value: Value, _ axis: Int) throws(ExecutionError) {
        let operand = graph[value].operands[0]
        let from = try region(of: operand, .rowMajor)
        emit(
            "logSumExp", axisKernel(.logSumExp, graph.shape(operand), axis), for: value, reads: [from],
            writes: [define(value, .rowMajor)])
    }
}
