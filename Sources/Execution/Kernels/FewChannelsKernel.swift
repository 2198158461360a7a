// The input gradient of a first layer: with one or three channels a window's places are so few that vectors run along the image.

import CKernels
import Graphs
import Tensors

/// x[n, c, p·stride + k − padding] += Σ_o w[o, c, k] y[n, o, p], by one product an image and one addition a place:
///
///     planes[(c, k), p] = Σ_o w[o, (c, k)] y[p, o],   x[c, …] += planes[(c, k), …] shifted by k
struct FewChannelsKernel: Kernel {
    /// Beyond this many channels vectors run along the channels.
    static let channelLimit = 4

    let blas: OpenBLAS
    let kernels: UnsafePointer<maso_kernels>
    let scalar: ScalarType
    let window: SlidingWindow
    let batch: Int
    let channels: Int
    let filters: Int

    private var places: Int { window.placeCount }
    private var inputs: Int { window.inputSize.elementCount }
    private var outputs: Int { window.outputSize.elementCount }
    private var planesByteCount: Int { ArenaPlan.aligned(channels * places * outputs * scalar.byteCount) }

    /// The planes of an image, and the image itself channel by channel.
    var scratchByteCount: Int { planesByteCount + channels * inputs * scalar.byteCount }

    func bound(to addresses: Addresses) -> () -> Void {
        let (weight, y, x) = (addresses.reads[0], addresses.reads[1], addresses.writes[0])
        let (planes, image) = (addresses.scratch, addresses.scratch + planesByteCount)
        let segments = SegmentList(window)
        let product = MatrixProduct(
            rows: channels * places, columns: outputs, inner: filters, transposeLeft: true, transposeRight: true)
        let (blas, scalar, size) = (blas, scalar, scalar.byteCount)
        let (batch, channels, inputs, outputs, places, filters) = (batch, channels, inputs, outputs, places, filters)
        let add = kernels.pointee.add_segments!
        let stride = Int64(window.strides.last ?? 1)
        let interleaving = Walk(counts: [inputs, channels], from: [1, inputs], to: [channels, 1]).c
        return {
            for n in 0..<batch {
                product.run(blas, scalar, weight, y + n * outputs * filters * size, planes)
                let target = channels == 1 ? x + n * inputs * size : image
                target.initializeMemory(as: UInt8.self, repeating: 0, count: channels * inputs * size)
                for c in 0..<channels {
                    add(
                        segments.list, Int64(segments.count), stride, planes + c * places * outputs * size, target + c * inputs * size)
                }
                if channels > 1 {
                    withUnsafePointer(to: interleaving) {
                        maso_copy_elements($0, image, x + n * inputs * channels * size, Int32(size))
                    }
                }
            }
        }
    }
}

/// For each place and each line along the last axis, the stretch of outputs whose window has an input there.
private final class SegmentList {
    let list: UnsafeMutablePointer<maso_segment>
    let count: Int

    init(_ window: SlidingWindow) {
        let (incidence, outputs) = (window.incidence, window.outputSize.elementCount)
        let (line, stride) = (window.outputSize.last ?? 1, Int32(window.strides.last ?? 1))
        var segments: [[maso_segment]] = Array(repeating: [], count: window.placeCount)
        for p in 0..<outputs {
            for i in incidence.starts[p]..<incidence.starts[p + 1] {
                let (place, input) = (Int(incidence.places[i]), incidence.inputs[i])
                let from = Int32(place * outputs + p)
                if p % line != 0, let last = segments[place].last, last.from + last.count == from,
                    last.to + last.count * stride == input
                {
                    segments[place][segments[place].count - 1].count += 1
                } else {
                    segments[place].append(maso_segment(from: from, to: input, count: 1))
                }
            }
        }
        let all = segments.flatMap { $0 }
        count = all.count
        list = .allocate(capacity: all.count)
        for (index, segment) in all.enumerated() { list[index] = segment }
    }

    deinit { list.deallocate() }
}
