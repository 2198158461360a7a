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
    /// - Throws: `PartitionError` where the numbers of coordinates differ or the domain has no interior.
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
        if case .box(let ranges) = region {
            for (i, range) in ranges.enumerated() {
                guard range.lowerBound < range.upperBound, range.lowerBound.isFinite, range.upperBound.isFinite else {
                    throw PartitionError(
                        what: "range of coordinate \(i)", where: "domain", expected: "low < high, both finite",
                        got: "\(range.lowerBound) … \(range.upperBound)")
                }
            }
        }
        let expected = embedding?.dimension ?? program.inputCount
        guard dimension == expected, dimension > 0 else {
            throw PartitionError(what: "coordinates", where: "domain", expected: "\(expected)", got: "\(dimension)")
        }
        let restricted = try embedding.map { embedding throws(PartitionError) in try program.restricted(to: embedding) } ?? program
        if restricted.isBounded(by: Domain.valueLimit, onInputsUpTo: numbers.reduce(1) { max($0, abs($1)) }) { return restricted }
        for point in samples {
            for (index, value) in restricted.values(at: point).enumerated() {
                guard let large = value.first(where: { !(abs($0) <= Domain.valueLimit) }) else { continue }
                throw PartitionError(
                    what: "value", where: index == 0 ? "domain" : "step \(index - 1)",
                    expected: "at most \(Domain.valueLimit) in magnitude on the domain", got: "\(large)")
            }
        }
        return restricted
    }

    /// Values beyond this are refused where `samples` show them: products of two, and their bounds, must be Doubles.
    private static let valueLimit = 1e140

    /// A few points, some of them on the border.
    private var samples: [[Double]] {
        switch region {
        case .box(let ranges): [ranges.map(\.lowerBound), ranges.map(\.upperBound), ranges.map { 0.5 * ($0.lowerBound + $0.upperBound) }]
        case .polygon(let corners): corners.map { [$0.x, $0.y] }
        case .whole(let dimension): [0, 1, -1].map { [Double](repeating: $0, count: dimension) }
        }
    }
}
