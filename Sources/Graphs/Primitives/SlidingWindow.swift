// The geometry that convolution and pooling share, in any number of spatial dimensions.

import Tensors

/// A window that slides over the spatial axes. Every array has one number a spatial axis.
///
///     outputSize = ⌊(inputSize + paddingLow + paddingHigh − dilation·(kernelSize − 1) − 1) / stride⌋ + 1
public struct SlidingWindow: Hashable, Sendable {
    public let inputSize: [Int]
    public let kernelSize: [Int]
    public let strides: [Int]
    public let dilations: [Int]
    public let paddingLow: [Int]
    public let paddingHigh: [Int]
    public let outputSize: [Int]

    /// A window; strides and dilations default to 1, paddings to 0.
    /// - Parameter roundingUp: one more, partial, window where the stride leaves a rest; it must begin inside the input or its low padding.
    /// - Throws: `GraphError` when an array's length differs, a size is not positive, a padding is negative, or no window fits.
    public init(
        inputSize: [Int], kernelSize: [Int], strides: [Int]? = nil, dilations: [Int]? = nil, paddingLow: [Int]? = nil,
        paddingHigh: [Int]? = nil, roundingUp: Bool = false, node: String = "window"
    ) throws(GraphError) {
        let rank = inputSize.count
        let ones = [Int](repeating: 1, count: rank)
        let zeros = [Int](repeating: 0, count: rank)
        let (strides, dilations) = (strides ?? ones, dilations ?? ones)
        let (low, high) = (paddingLow ?? zeros, paddingHigh ?? zeros)
        let limit = Int(Int32.max)
        let checks: [(String, [Int], Int)] = [
            ("input size", inputSize, 1), ("kernel size", kernelSize, 1), ("strides", strides, 1), ("dilations", dilations, 1),
            ("padding", low, 0), ("padding", high, 0),
        ]
        for (what, numbers, least) in checks {
            guard numbers.count == rank, numbers.allSatisfy({ $0 >= least && $0 <= limit }) else {
                throw GraphError(node: node, what: what, expected: "\(rank) numbers from \(least) to \(limit)", got: "\(numbers)")
            }
        }
        var (output, highUsed) = (zeros, high)
        for axis in 0..<rank {
            let extent = dilations[axis] * (kernelSize[axis] - 1) + 1
            let room = inputSize[axis] + low[axis] + high[axis] - extent
            guard room >= 0 else {
                throw GraphError(
                    node: node, what: "kernel size along spatial axis \(axis)", expected: "at most \(room + extent) with its dilation",
                    got: "\(extent)")
            }
            output[axis] = room / strides[axis] + 1
            if roundingUp && room % strides[axis] != 0 && output[axis] * strides[axis] < inputSize[axis] + low[axis] {
                highUsed[axis] += strides[axis] - room % strides[axis]
                output[axis] += 1
            }
        }
        (self.inputSize, self.kernelSize, self.strides, self.dilations) = (inputSize, kernelSize, strides, dilations)
        (self.paddingLow, self.paddingHigh, self.outputSize) = (low, highUsed, output)
    }

    /// The number of places in a window, padding included: pieces of a maximum over it.
    public var placeCount: Int { kernelSize.elementCount }

    /// Whether no window lies in the padding alone, as choosing an entry requires. O(sizes of the axes).
    package var everyWindowMeetsInput: Bool {
        inputSize.indices.allSatisfy { axis in
            (0..<outputSize[axis]).allSatisfy { position in
                (0..<kernelSize[axis]).contains { place in
                    let coordinate = position * strides[axis] + place * dilations[axis] - paddingLow[axis]
                    return coordinate >= 0 && coordinate < inputSize[axis]
                }
            }
        }
    }

    /// For each output position the places of its window that fall inside the input.
    package var incidence: Incidence {
        let rank = inputSize.count
        var incidence = Incidence()
        var (position, place) = ([Int](repeating: 0, count: rank), [Int](repeating: 0, count: rank))
        for _ in 0..<outputSize.elementCount {
            for placeIndex in 0..<placeCount {
                var (inside, index) = (true, 0)
                for axis in 0..<rank {
                    let coordinate = position[axis] * strides[axis] + place[axis] * dilations[axis] - paddingLow[axis]
                    inside = inside && coordinate >= 0 && coordinate < inputSize[axis]
                    index = index * inputSize[axis] + coordinate
                }
                if inside {
                    incidence.places.append(Int32(placeIndex))
                    incidence.inputs.append(Int32(index))
                }
                place.advance(in: kernelSize)
            }
            incidence.starts.append(incidence.places.count)
            position.advance(in: outputSize)
        }
        return incidence
    }
}

/// Which inputs each output position sees: for position p the entries `starts[p] ..< starts[p + 1]`, in order of place.
package struct Incidence: Sendable {
    /// Offsets into the two arrays below, one more than there are output positions.
    package var starts: [Int] = [0]
    /// The place in the window (row-major).
    package var places: [Int32] = []
    /// The input position (row-major over the spatial axes).
    package var inputs: [Int32] = []
}

extension Array where Element == Int {
    /// The next multi-index in row-major order; wraps to zeros after the last.
    package mutating func advance(in shape: [Int]) {
        for axis in indices.reversed() {
            self[axis] += 1
            if self[axis] < shape[axis] { return }
            self[axis] = 0
        }
    }
}
