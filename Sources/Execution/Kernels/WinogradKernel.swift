// Convolutions 3×3 with stride 1 by Winograd's minimal filtering F(4×4, 3×3): transforms of tiles and 36 matrix products, a stretch of
// tiles at a time so that everything stays in the second-level cache.

import CKernels
import Graphs
import Tensors

/// A 3×3 convolution of images `[N, H, W, channels]` to `[N, H', W', filters]`, in tiles.
struct WinogradForm: Hashable {
    let batch: Int
    let inputSize: [Int]
    let outputSize: [Int]
    let padding: [Int]
    let channels: Int
    let filters: Int

    var tileRows: Int { (outputSize[0] + 3) / 4 }
    var tileColumns: Int { (outputSize[1] + 3) / 4 }
    var tileCount: Int { batch * tileRows * tileColumns }

    /// The form for (x, y) of a convolution; `nil` for other windows, or channels that do not fill vectors.
    init?(_ convolution: Convolution, input: Shape, output: Shape) {
        let window = convolution.window
        guard convolution.groups == 1, window.kernelSize == [3, 3], window.strides == [1, 1], window.dilations == [1, 1],
            input[1] % 16 == 0, output[1] % 16 == 0, input[1] > 0, output[1] > 0
        else { return nil }
        batch = input[0]
        switch convolution.role {
        case .output, .weight:
            (inputSize, outputSize, padding) = (window.inputSize, window.outputSize, window.paddingLow)
            (channels, filters) = (input[1], output[1])
        case .input:
            // The transpose is the convolution with the weight turned round, from the other side.
            guard let swapped = window.swapped else { return nil }
            (inputSize, outputSize, padding) = (swapped.inputSize, swapped.outputSize, swapped.paddingLow)
            (channels, filters) = (output[1], input[1])
        }
    }

    /// Whether it is faster than the direct sum: products saved against transforms, both counted as multiplications a channel pair
    /// or channel, with the measured price of a transformed number (about eight multiplications).
    var isFaster: Bool {
        let tiles = tileRows * tileColumns
        let direct = 9 * outputSize[0] * outputSize[1] * channels * filters
        let tiled = 36 * tiles * (channels * filters + 8 * (channels + filters))
        return batch > 0 && 5 * tiled < 4 * direct
    }

    /// Tiles at a time: matrices small enough for OpenBLAS's own small-matrix kernels.
    var chunk: Int { max(16, min(tileCount, 64, 1_000_000 / (channels * filters))) }

    /// A line beyond a power of two, so that the 36 matrices do not fall on the same cache lines.
    var inputStep: Int { chunk * channels + 16 }
    var outputStep: Int { chunk * filters + 16 }

    var c: maso_winograd {
        maso_winograd(
            inputRows: Int64(inputSize[0]), inputColumns: Int64(inputSize[1]), outputRows: Int64(outputSize[0]),
            outputColumns: Int64(outputSize[1]), padRow: Int64(padding[0]), padColumn: Int64(padding[1]), tileRows: Int64(tileRows),
            tileColumns: Int64(tileColumns), channels: Int64(channels), filters: Int64(filters), inputStep: Int64(inputStep),
            outputStep: Int64(outputStep))
    }
}

/// A weight transformed for one direction.
struct WinogradWeight: Hashable {
    let value: Value
    let isTransposed: Bool
}

/// (x, transformed weight[, bias]) → y
struct WinogradKernel: Kernel {
    let blas: OpenBLAS
    let kernels: UnsafePointer<maso_kernels>
    let scalar: ScalarType
    let form: WinogradForm
    let hasBias: Bool

    private var inputBytes: Int { 36 * form.inputStep * scalar.byteCount }
    private var outputBytes: Int { 36 * form.outputStep * scalar.byteCount }
    var scratchByteCount: Int { inputBytes + outputBytes + form.channels * scalar.byteCount }

    func bound(to addresses: Addresses) -> () -> Void {
        let (x, weight, y, bias) = (addresses.reads[0], addresses.reads[1], addresses.writes[0], hasBias ? addresses.reads[2] : nil)
        let (inputs, outputs) = (addresses.scratch, addresses.scratch + inputBytes)
        let zeros = outputs + outputBytes
        let (blas, scalar, size, form, c) = (blas, scalar, scalar.byteCount, form, form.c)
        let (transform, gather) = (kernels.pointee.winograd_input!, kernels.pointee.winograd_output!)
        return {
            zeros.initializeMemory(as: UInt8.self, repeating: 0, count: form.channels * size)
            withUnsafePointer(to: c) { c in
                for first in stride(from: 0, to: form.tileCount, by: form.chunk) {
                    let count = min(form.chunk, form.tileCount - first)
                    transform(c, Int64(first), Int64(count), x, zeros, inputs)
                    let product = MatrixProduct(rows: count, columns: form.filters, inner: form.channels)
                    for q in 0..<36 {
                        product.run(
                            blas, scalar, inputs + q * form.inputStep * size, weight + q * form.channels * form.filters * size,
                            outputs + q * form.outputStep * size)
                    }
                    gather(c, Int64(first), Int64(count), outputs, bias, y)
                }
            }
        }
    }
}

/// (w) → transformed weight
struct WinogradWeightKernel: Kernel {
    let kernels: UnsafePointer<maso_kernels>
    let filters: Int
    let channels: Int
    let isTransposed: Bool

    func bound(to addresses: Addresses) -> () -> Void {
        let (from, to, run) = (addresses.reads[0], addresses.writes[0], kernels.pointee.winograd_weight!)
        let (filters, channels, transposed) = (Int64(filters), Int64(channels), Int32(isTransposed ? 1 : 0))
        return { run(from, filters, channels, transposed, to) }
    }
}

/// (x, y) → weight gradient
struct WinogradGradientKernel: Kernel {
    let blas: OpenBLAS
    let kernels: UnsafePointer<maso_kernels>
    let scalar: ScalarType
    let form: WinogradForm

    private var inputBytes: Int { 36 * form.inputStep * scalar.byteCount }
    private var outputBytes: Int { 36 * form.outputStep * scalar.byteCount }
    private var weightBytes: Int { 36 * form.channels * form.filters * scalar.byteCount }
    var scratchByteCount: Int { inputBytes + outputBytes + weightBytes + form.channels * scalar.byteCount }

    func bound(to addresses: Addresses) -> () -> Void {
        let (x, y, weight) = (addresses.reads[0], addresses.reads[1], addresses.writes[0])
        let (inputs, outputs) = (addresses.scratch, addresses.scratch + inputBytes)
        let (sums, zeros) = (outputs + outputBytes, outputs + outputBytes + weightBytes)
        let (blas, scalar, size, form, c) = (blas, scalar, scalar.byteCount, form, form.c)
        let (transform, spread) = (kernels.pointee.winograd_input!, kernels.pointee.winograd_spread!)
        let finish = kernels.pointee.winograd_weight_gradient!
        return {
            zeros.initializeMemory(as: UInt8.self, repeating: 0, count: form.channels * size)
            withUnsafePointer(to: c) { c in
                for first in stride(from: 0, to: form.tileCount, by: form.chunk) {
                    let count = min(form.chunk, form.tileCount - first)
                    transform(c, Int64(first), Int64(count), x, zeros, inputs)
                    spread(c, Int64(first), Int64(count), y, outputs)
                    let product = MatrixProduct(
                        rows: form.channels, columns: form.filters, inner: count, transposeLeft: true, beta: first == 0 ? 0 : 1)
                    for q in 0..<36 {
                        product.run(
                            blas, scalar, inputs + q * form.inputStep * size, outputs + q * form.outputStep * size,
                            sums + q * form.channels * form.filters * size)
                    }
                }
            }
            finish(sums, Int64(form.filters), Int64(form.channels), weight)
        }
    }
}
