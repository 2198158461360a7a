// Which convolutions go through Winograd's filtering.

import Graphs
import Tensors

extension Lowering {
    /// - Returns: whether the convolution was lowered to Winograd's filtering, which it is where that is faster.
    func lowerWinograd(_ form: Convolution, _ value: Value, biased: Value?) throws(ExecutionError) -> Bool {
        let shapes = imageShapes(form, value)
        guard scalar == .float ? options.usesWinograd : options.usesWinogradInDouble,
            let tiles = WinogradForm(form, input: shapes.input, output: shapes.output),
            tiles.isFaster, scalar == .float || min(tiles.channels, tiles.filters) >= 64
        else { return false }
        let blas = try OpenBLAS.shared.get()
        let operands = graph[value].operands
        switch form.role {
        case .output:
            var reads = [try region(of: operands[0], .channelsLast), try transformed(operands[1], isTransposed: false)]
            if let biased { reads.append(try biasRegion(of: biased, product: value)) }
            emit(
                "convolution: Winograd", WinogradKernel(blas: blas, kernels: kernels, scalar: scalar, form: tiles, hasBias: biased != nil),
                for: value,
                reads: reads, writes: [define(biased ?? value, .channelsLast)])
        case .input:
            let reads = [try region(of: operands[1], .channelsLast), try transformed(operands[0], isTransposed: true)]
            emit(
                "convolution (input): Winograd", WinogradKernel(blas: blas, kernels: kernels, scalar: scalar, form: tiles, hasBias: false),
                for: value,
                reads: reads, writes: [define(value, .channelsLast)])
        case .weight:
            let reads = [try region(of: operands[0], .channelsLast), try region(of: operands[1], .channelsLast)]
            emit(
                "convolution (weight): Winograd", WinogradGradientKernel(blas: blas, kernels: kernels, scalar: scalar, form: tiles),
                for: value,
                reads: reads, writes: [define(value, .rowMajor)])
        }
        return true
    }

    private func transformed(_ weight: Value, isTransposed: Bool) throws(ExecutionError) -> Region {
        let key = WinogradWeight(value: weight, isTransposed: isTransposed)
        if let region = transformedWeights[key] { return region }
        let shape = graph.shape(weight)
        let plain = try region(of: weight, .rowMajor)
        let region = newRegion(byteCount: 36 * shape[0] * shape[1] * scalar.byteCount, home(of: weight))
        let kernel = WinogradWeightKernel(kernels: kernels, filters: shape[0], channels: shape[1], isTransposed: isTransposed)
        emit("Winograd weight", kernel, for: weight, reads: [plain], writes: [region])
        transformedWeights[key] = region
        return region
    }
}
