// Sizes along spatial axes: one number for all of them, or one for each.

/// Kernel sizes, strides or dilations: `5`, or `[3, 5]` for rows and columns.
public enum Extent: Hashable, Sendable, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral {
    /// The same along every axis.
    case all(Int)
    /// One number an axis.
    case each([Int])

    public init(integerLiteral value: Int) { self = .all(value) }
    public init(arrayLiteral elements: Int...) { self = .each(elements) }

    /// One number an axis, or `nil` where their count is not `rank`.
    func sizes(rank: Int) -> [Int]? {
        switch self {
        case .all(let size): [Int](repeating: size, count: rank)
        case .each(let sizes): sizes.count == rank ? sizes : nil
        }
    }
}

/// The zeros around a window's input.
public enum Margin: Hashable, Sendable {
    /// None: every window lies inside.
    case valid
    /// So many that the output has ⌈input / stride⌉ entries; where their number is odd, the last side has one more.
    case same
    /// dilation · (kernel − 1) on each side: every window that meets the input.
    case full
    /// As many before and after.
    case explicit(Extent)
    /// Given for each side of each axis.
    case sides(low: [Int], high: [Int])

    /// The zeros before and after along one axis, or `nil` where the axes do not match.
    func zeros(inputSize: [Int], kernel: [Int], strides: [Int], dilations: [Int]) -> (low: [Int], high: [Int])? {
        let rank = inputSize.count
        switch self {
        case .valid: return ([Int](repeating: 0, count: rank), [Int](repeating: 0, count: rank))
        case .same:
            let totals = (0..<rank).map { axis in
                let outputs = (inputSize[axis] + strides[axis] - 1) / strides[axis]
                return max(0, (outputs - 1) * strides[axis] + dilations[axis] * (kernel[axis] - 1) + 1 - inputSize[axis])
            }
            return (totals.map { $0 / 2 }, totals.map { $0 - $0 / 2 })
        case .full:
            let sizes = (0..<rank).map { dilations[$0] * (kernel[$0] - 1) }
            return (sizes, sizes)
        case .explicit(let extent): return extent.sizes(rank: rank).map { ($0, $0) }
        case .sides(let low, let high): return low.count == rank && high.count == rank ? (low, high) : nil
        }
    }
}
