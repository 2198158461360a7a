// Matrix products, and convolutions as products with the matrix of windows (im2col): the form that Double uses, and Float wherever
// oneDNN has no kernel of its own.

import CKernels
import Graphs
import Tensors

/// A stack of matrix products.
struct StackedProductKernel: Kernel {
    let blas: OpenBLAS
    let scalar: ScalarType
    let product: MatrixProduct
    let stack: Int

    func bound(to addresses: Addresses) -> () -> Void {
        let (left, right, result) = (addresses.reads[0], addresses.reads[1], addresses.writes[0])
        let (blas, scalar, product, stack) = (blas, scalar, product, stack)
        let (rows, columns, inner) = (product.rows, product.columns, product.inner)
        let size = scalar.byteCount
        return {
            for i in 0..<stack {
                product.run(
                    blas, scalar, left + i * rows * inner * size, right + i * inner * columns * size, result + i * rows * columns * size)
            }
        }
    }
}

/// Any convolution of the trilinear form, in any number of dimensions, strided, dilated, grouped: a row of the window matrix holds
/// what a window sees, place by place, and the weights lie as `[O, kernel…, C / groups]`.
struct WindowMatrixKernel: Kernel {
    let blas: OpenBLAS
    let kernels: UnsafePointer<maso_kernels>
    let scalar: ScalarType
    let convolution: Convolution
    let batch: Int
    let channels: Int
    let filters: Int

    private var groups: Int { convolution.groups }
    private var groupChannels: Int { channels / groups }
    private var groupFilters: Int { filters / groups }
    private var places: Int { convolution.window.placeCount }
    private var inputs: Int { convolution.window.inputSize.elementCount }
    private var outputs: Int { convolution.window.outputSize.elementCount }
    private var rowLength: Int { places * groupChannels }

    /// Whether the input itself is the window matrix.
    private var isPointwise: Bool {
        let window = convolution.window
        return groups == 1 && places == 1 && window.strides.allSatisfy { $0 == 1 } && inputs == outputs
            && window.paddingLow.allSatisfy { $0 == 0 }
    }

    /// Rows of the window matrix that are made at a time: about half a megabyte.
    private var chunk: Int { max(1, min(batch * outputs, (1 << 19) / max(1, rowLength * scalar.byteCount))) }

    var scratchByteCount: Int { isPointwise ? 0 : chunk * rowLength * scalar.byteCount }

    func bound(to addresses: Addresses) -> () -> Void {
        let table = PositionTable(convolution.window)
        let (a, b, result, matrix) = (addresses.reads[0], addresses.reads[1], addresses.writes[0], addresses.scratch)
        let size = scalar.byteCount
        let (blas, scalar, role) = (blas, scalar, convolution.role)
        let (groups, channels, filters, places, rowLength) = (groups, channels, filters, places, rowLength)
        let (groupChannels, groupFilters, inputs, outputs) = (groupChannels, groupFilters, inputs, outputs)
        let (batch, chunk, isPointwise) = (batch, chunk, isPointwise)
        let (unfold, fold) = (kernels.pointee.unfold!, kernels.pointee.fold!)
        let resultByteCount =
            switch role {
            case .output: 0
            case .input: batch * inputs * channels * size
            case .weight: filters * rowLength * size
            }
        /// Calls `body` for each stretch of rows that lie in one image: the image, its rows, and the first row in the chunk.
        func forEachImage(_ rows: Range<Int>, _ body: (Int, Int, Int, Int) -> Void) {
            var row = rows.lowerBound
            while row < rows.upperBound {
                let (image, p) = row.quotientAndRemainder(dividingBy: outputs)
                let count = min(outputs - p, rows.upperBound - row)
                body(image, p, p + count, row - rows.lowerBound)
                row += count
            }
        }
        func windows(_ x: UnsafeMutableRawPointer, _ rows: Range<Int>, _ group: Int) {
            forEachImage(rows) { image, from, to, first in
                unfold(
                    table.positions, Int64(from), Int64(to), Int64(places), x + (image * inputs * channels + group * groupChannels) * size,
                    Int64(channels), Int64(groupChannels), matrix + first * rowLength * size)
            }
        }
        return {
            if resultByteCount > 0 { result.initializeMemory(as: UInt8.self, repeating: 0, count: resultByteCount) }
            for start in stride(from: 0, to: batch * outputs, by: chunk) {
                let rows = start..<min(start + chunk, batch * outputs)
                for group in 0..<groups {
                    let weightOffset = group * groupFilters * rowLength * size
                    let outputOffset = (start * filters + group * groupFilters) * size
                    switch role {
                    case .output:
                        if !isPointwise { windows(a, rows, group) }
                        MatrixProduct(
                            rows: rows.count, columns: groupFilters, inner: rowLength, transposeRight: true, resultStride: filters
                        ).run(blas, scalar, isPointwise ? a + start * channels * size : matrix, b + weightOffset, result + outputOffset)
                    case .input:
                        MatrixProduct(rows: rows.count, columns: rowLength, inner: groupFilters, leftStride: filters).run(
                            blas, scalar, b + outputOffset, a + weightOffset, isPointwise ? result + start * channels * size : matrix)
                        if isPointwise { continue }
                        forEachImage(rows) { image, from, to, first in
                            fold(
                                table.positions, Int64(from), Int64(to), Int64(places), matrix + first * rowLength * size, Int64(channels),
                                Int64(groupChannels), result + (image * inputs * channels + group * groupChannels) * size)
                        }
                    case .weight:
                        if !isPointwise { windows(a, rows, group) }
                        MatrixProduct(
                            rows: groupFilters, columns: rowLength, inner: rows.count, transposeLeft: true, leftStride: filters, beta: 1
                        ).run(blas, scalar, b + outputOffset, isPointwise ? a + start * channels * size : matrix, result + weightOffset)
                    }
                }
            }
        }
    }
}

/// For each (output position, place) the input position, or −1 in the padding.
private final class PositionTable {
    let positions: UnsafeMutablePointer<Int32>

    init(_ window: SlidingWindow) {
        let (incidence, places) = (window.incidence, window.placeCount)
        let count = window.outputSize.elementCount * places
        positions = .allocate(capacity: count)
        positions.initialize(repeating: -1, count: count)
        for p in 0..<window.outputSize.elementCount {
            for i in incidence.starts[p]..<incidence.starts[p + 1] {
                positions[p * places + Int(incidence.places[i])] = incidence.inputs[i]
            }
        }
    }

    deinit { positions.deallocate() }
}
