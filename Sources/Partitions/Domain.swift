// Where a partition is taken: a box, a convex polygon or the whole of the input space, or of the parameters of a slice of it.

/// A domain: a box, a convex polygon or everything, in coordinates that are the network's inputs or, with an embedding, parameters of a slice.
public struct Domain: Hashable, Sendable {
    public enum Region: Hashable, Sendable {
        /// A range for each coordinate.
        case box([ClosedRange<Double>])
        /// The corners of a convex polygon of two coordinates, counter-clockwise.
        case polygon([SIMD2<Double>])
        /// Every value of one or two coordinates: the whole line or plane.
        case whole(dimension: Int)
    }

    public let region: Region
    public let embedding: Embedding?

    public init(_ region: Region, embedding: Embedding? = nil) { (self.region, self.embedding) = (region, embedding) }

    public static func box(_ ranges: [ClosedRange<Double>]) -> Domain { Domain(.box(ranges)) }

    /// Whether it is unbounded.
    public var isWhole: Bool { if case .whole = region { true } else { false } }

    /// The square of all points that are at most `radius` from 0 in either coordinate.
    static func square(_ radius: Double) -> Domain { .box([-radius...radius, -radius...radius]) }

    /// The number of coordinates.
    public var dimension: Int {
        switch region {
        case .box(let ranges): ranges.count
        case .polygon: 2
        case .whole(let dimension): dimension
        }
    }

    /// The program as a function of the domain's coordinates.
    ///
    /// - Throws: `PartitionError` where the numbers of coordinates differ, the domain has no interior, or numbers of either are too large or
    ///   too small for Doubles.
    func program(_ program: PiecewiseAffineProgram) throws(PartitionError) -> PiecewiseAffineProgram {
        var numbers = embedding?.numbers ?? []
        switch region {
        case .box(let ranges): numbers += ranges.flatMap { [$0.lowerBound, $0.upperBound] }
        case .polygon(let corners): numbers += corners.flatMap { [$0.x, $0.y] }
        case .whole: break
        }
        // So that lengths, areas and the points of a slice are finite.
        if let large = numbers.first(where: { !(abs($0) <= 1e100) }) {
            throw PartitionError(what: "number", where: "domain", expected: "at most 1e100 in magnitude", got: "\(large)")
        }
        for (i, range) in ranges.enumerated() {
            guard range.low < range.high else {
                throw PartitionError(
                    what: "range of coordinate \(i)", where: "domain", expected: "low < high", got: "\(range.low) … \(range.high)")
            }
            // So that areas are Doubles.
            guard range.high - range.low >= 1e-100 else {
                throw PartitionError(
                    what: "range of coordinate \(i)", where: "domain", expected: "of 1e-100 at least", got: "\(range.low) … \(range.high)")
            }
        }
        let expected = embedding?.dimension ?? program.inputCount
        guard dimension == expected, dimension > 0 else {
            throw PartitionError(what: "coordinates", where: "domain", expected: "\(expected)", got: "\(dimension)")
        }
        let restricted = try embedding.map { embedding throws(PartitionError) in try program.restricted(to: embedding) } ?? program
        try restricted.requireMagnitudes(onInputsUpTo: numbers.reduce(1) { max($0, abs($1)) }, samples: samples)
        return restricted
    }

    /// The least and the largest of each coordinate; none where all are met.
    private var ranges: [(low: Double, high: Double)] {
        switch region {
        case .box(let ranges): ranges.map { ($0.lowerBound, $0.upperBound) }
        case .polygon(let corners):
            [0, 1].map { axis in (corners.map { $0[axis] }.min() ?? 0, corners.map { $0[axis] }.max() ?? 0) }
        case .whole: []
        }
    }

    /// A few points, some of them on the border.
    private var samples: [[Double]] {
        switch region {
        case .box(let ranges): [ranges.map(\.lowerBound), ranges.map(\.upperBound), ranges.map { 0.5 * ($0.lowerBound + $0.upperBound) }]
        case .polygon(let corners): corners.map { [$0.x, $0.y] }
        case .whole(let dimension): [0, 1, -1].map { [Double](repeating: $0, count: dimension) }
        }
    }
}
