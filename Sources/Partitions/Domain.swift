// Where a partition is taken: a box or a convex polygon of the input space, or of the parameters of a slice of it.

/// A bounded domain: a box or convex polygon in coordinates, which are the network's inputs or, with an embedding, parameters of a slice.
public struct Domain: Hashable, Sendable {
    public enum Region: Hashable, Sendable {
        /// A range for each coordinate.
        case box([ClosedRange<Double>])
        /// The corners of a convex polygon of two coordinates, counter-clockwise.
        case polygon([SIMD2<Double>])
    }

    /// The affine map t ↦ origin + Σ t_k directions[k] into the network's inputs.
    public struct Embedding: Hashable, Sendable {
        public let origin: [Double]
        public let directions: [[Double]]

        public init(origin: [Double], directions: [[Double]]) { (self.origin, self.directions) = (origin, directions) }
    }

    public let region: Region
    public let embedding: Embedding?

    public init(_ region: Region, embedding: Embedding? = nil) { (self.region, self.embedding) = (region, embedding) }

    public static func box(_ ranges: [ClosedRange<Double>]) -> Domain { Domain(.box(ranges)) }

    /// The number of coordinates.
    public var dimension: Int {
        switch region {
        case .box(let ranges): ranges.count
        case .polygon: 2
        }
    }

    /// The program as a function of the domain's coordinates.
    ///
    /// - Throws: `PartitionError` where the numbers of coordinates differ or the domain has no interior.
    func program(_ program: PiecewiseAffineProgram) throws(PartitionError) -> PiecewiseAffineProgram {
        var numbers = embedding.map { $0.origin + $0.directions.joined() } ?? []
        switch region {
        case .box(let ranges): numbers += ranges.flatMap { [$0.lowerBound, $0.upperBound] }
        case .polygon(let corners): numbers += corners.flatMap { [$0.x, $0.y] }
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
        let expected = embedding.map { $0.directions.count } ?? program.inputCount
        guard dimension == expected, dimension > 0 else {
            throw PartitionError(what: "coordinates", where: "domain", expected: "\(expected)", got: "\(dimension)")
        }
        return try embedding.map { embedding throws(PartitionError) in try program.restricted(to: embedding) } ?? program
    }
}
