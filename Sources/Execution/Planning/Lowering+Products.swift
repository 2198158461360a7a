// Matrix products and convolutions: which kernel makes them.

import Graphs
import Tensors

extension Lowering {
    func lowerProduct(_ value: Value, _ transposeLeft: Bool, _ transposeRight: Bool) throws(ExecutionError) {
        let (left, right) = (graph[value].operands[0], graph[value].operands[1])
        let (shape, leftShape) = (graph.shape(value), graph.shape(left))
        let rank = shape.count
        let product = MatrixProduct(
            rows: shape[rank - 2], columns: shape[rank - 1], inner: leftShape[transposeLeft ? rank - 2 : rank - 1],
            transposeLeft: transposeLeft, transposeRight: transposeRight)
        let reads = [try region(of: left, .rowMajor), try region(of: right, .rowMajor)]
        let kernel = StackedProductKernel(
            blas: try OpenBLAS.shared.get(), scalar: scalar, product: product, stack: shape.dropLast(2).reduce(1, *))
        emit("matrixProduct: OpenBLAS", kernel, for: value, reads: reads, writes: [define(value, .rowMajor)])
    }

    /// The shapes of x and y of a convolution, whichever of the two it makes.
    func imageShapes(_ form: Convolution, _ value: Value) -> (input: Shape, output: Shape) {
        let operands = graph[value].operands
        return switch form.role {
        case .output: (graph.shape(operands[0]), graph.shape(value))
        case .input: (graph.shape(value), graph.shape(operands[1]))
        case .weight: (graph.shape(operands[0]), graph.shape(operands[1]))
        }
    }

    private func oneDNN(_ form: Convolution, _ value: Value, hasBias: Bool) throws(ExecutionError) -> OneDNNConvolution? {
        guard scalar == .float, options.usesOneDNN, case .success(let engine) = OneDNNEngine.shared else { return nil }
        let shapes = imageShapes(form, value)
        return try OneDNNConvolution(form, input: shapes.input, output: shapes.output, hasBias: hasBias, engine: engine)
    }

    /// Whether oneDNN has a kernel for the convolution `value` with a bias.
    func makesOneDNN(_ value: Value) throws(ExecutionError) -> Bool {
        guard case .convolution(let form) = graph[value].primitive else { return false }
        return try oneDNN(form, value, hasBias: true) != nil
    }

    /// - Parameter biased: the sum of the convolution and its bias, where that is made at once.
    func lowerConvolution(_ form: Convolution, _ value: Value, biased: Value?) throws(ExecutionError) {
        let operands = graph[value].operands
        if form.role == .input, form.groups == 1, graph.shape(value)[1] <= FewChannelsKernel.channelLimit {
            try lowerFewChannels(form, value)
            return
        }
        if try lowerWinograd(form, value, biased: biased) { return }
        guard let library = try oneDNN(form, value, hasBias: biased != nil) else {
            try lowerWindowMatrix(form, value)
            return
        }
        if form.role == .weight, !library.isWide, try lowerSwapped(form, value) { return }
        let label = "\(form.role == .output ? "convolution" : "convolution (\(form.role.rawValue))"): \(library.operation.kernelName)"
        let kernel = OneDNNConvolutionKernel(convolution: library)
        switch form.role {
        case .output:
            var reads = [try region(of: operands[0], .channelsLast), try weightRegion(operands[1], library)]
            if let biased { reads.append(try biasRegion(of: biased, product: value)) }
            emit(label, kernel, for: value, reads: reads, writes: [define(biased ?? value, .channelsLast)])
        case .input:
            let reads = [try weightRegion(operands[0], library), try region(of: operands[1], .channelsLast)]
            emit(label, kernel, for: value, reads: reads, writes: [define(value, .channelsLast)])
        case .weight:
            let reads = [try region(of: operands[0], .channelsLast), try region(of: operands[1], .channelsLast)]
            if library.takesPlainWeight {
                emit(label, kernel, for: value, reads: reads, writes: [define(value, .rowMajor)])
            } else {
                let blocked = newRegion(byteCount: library.weight.byteCount, home(of: value))
                emit(label, kernel, for: value, reads: reads, writes: [blocked])
                let reorder = try OneDNNReorderKernel(from: library.weight, to: library.plainWeight, engine: library.engine)
                emit(
                    "reorder: \(reorder.operation.kernelName)", reorder, for: value, reads: [blocked], writes: [define(value, .rowMajor)])
            }
        }
    }

    /// The bias that `sum` adds to `product`, an entry a channel.
    func biasRegion(of sum: Value, product: Value) throws(ExecutionError) -> Region {
        let operands = graph[sum].operands
        let spread = operands[0] == product ? operands[1] : operands[0]
        return try region(of: graph[spread].operands[0], .rowMajor)
    }

    /// The weight `value` in the layout that `library` prefers.
    private func weightRegion(_ value: Value, _ library: OneDNNConvolution) throws(ExecutionError) -> Region {
        let plain = try region(of: value, .rowMajor)
        if library.takesPlainWeight { return plain }
        if let known = libraryWeights[value]?.first(where: { $0.layout.isEqual(to: library.weight) }) { return known.region }
        let blocked = newRegion(byteCount: library.weight.byteCount, home(of: value))
        let reorder = try OneDNNReorderKernel(from: library.plainWeight, to: library.weight, engine: library.engine)
        emit("reorder: \(reorder.operation.kernelName)", reorder, for: value, reads: [plain], writes: [blocked])
        libraryWeights[value, default: []].append((library.weight, blocked))
        return blocked
    }

    /// The weight gradient with the images' roles swapped: where the padding reaches over the window's edge, the output sees the input
    /// through a window that reaches less far, and the library has a wide kernel for that (DESIGN §4, «what gained»).
    ///
    ///     Σ y[p] x[p + k − P] = Σ x[q] y[q + (K − 1 − k) − (K − 1 − P)]      stride 1
    ///
    /// - Returns: whether there is such a kernel.
    private func lowerSwapped(_ form: Convolution, _ value: Value) throws(ExecutionError) -> Bool {
        let (x, y) = (graph[value].operands[0], graph[value].operands[1])
        // With few channels the narrow kernel is the faster one (1 channel, 5×5: 1.1 ms against 11.4).
        guard let window = form.window.swapped, form.groups == 1, min(graph.shape(x)[1], graph.shape(y)[1]) >= 16,
            case .success(let engine) = OneDNNEngine.shared
        else { return false }
        let swapped = Convolution(window, role: .weight)
        guard
            let library = try OneDNNConvolution(
                swapped, input: graph.shape(y), output: graph.shape(x), hasBias: false, engine: engine), library.isWide
        else { return false }
        let reads = [try region(of: y, .channelsLast), try region(of: x, .channelsLast)]
        let blocked = newRegion(byteCount: library.weight.byteCount, home(of: value))
        emit(
            "convolution (weight), swapped: \(library.operation.kernelName)", OneDNNConvolutionKernel(convolution: library), for: value,
            reads: reads, writes: [blocked])
        let plain = newRegion(byteCount: library.plainWeight.byteCount, home(of: value))
        let reorder = try OneDNNReorderKernel(from: library.weight, to: library.plainWeight, engine: engine)
        emit("reorder: \(reorder.operation.kernelName)", reorder, for: value, reads: [blocked], writes: [plain])
        // w[o, c, k] = w'[c, o, K − 1 − k]
        let shape = graph.shape(value)
        let strides = ([shape[1], shape[0]] + window.kernelSize).rowMajorStrides
        let from = [strides[1], strides[0]] + strides.dropFirst(2).map { -$0 }
        let last = zip(window.kernelSize, strides.dropFirst(2)).reduce(0) { $0 + ($1.0 - 1) * $1.1 }
        let walk = Walk(counts: shape, from: from, to: shape.rowMajorStrides, fromOffset: last)
        emit(
            "flip", CopyKernel(elementSize: scalar.byteCount, walks: [(0, walk)]), for: value, reads: [plain],
            writes: [define(value, .rowMajor)])
        return true
    }

    /// The input gradient of a convolution whose input has few channels.
    private func lowerFewChannels(_ form: Convolution, _ value: Value) throws(ExecutionError) {
        let (weight, y) = (graph[value].operands[0], graph[value].operands[1])
        let kernel = FewChannelsKernel(
            blas: try OpenBLAS.shared.get(), kernels: kernels, scalar: scalar, window: form.window, batch: graph.shape(value)[0],
            channels: graph.shape(value)[1], filters: graph.shape(y)[1])
        let reads = [try region(of: weight, .rowMajor), try region(of: y, .channelsLast)]
        emit(
            "convolution (input): few channels, OpenBLAS", kernel, for: value, reads: reads, writes: [define(value, .channelsLast)])
    }

    private func lowerWindowMatrix(_ form: Convolution, _ value: Value) throws(ExecutionError) {
        let operands = graph[value].operands
        let shapes = imageShapes(form, value)
        let kernel = WindowMatrixKernel(
            blas: try OpenBLAS.shared.get(), kernels: kernels, scalar: scalar, convolution: form, batch: shapes.input[0],
            channels: shapes.input[1], filters: shapes.output[1])
        let reads = [try region(of: operands[0], .channelsLast), try region(of: operands[1], .channelsLast)]
        emit(
            "\(graph[value].primitive.label): window matrix, OpenBLAS", kernel, for: value, reads: reads,
            writes: [define(value, .channelsLast)])
    }
}
