// Partitions in one dimension: an interval, the whole line, a segment or a polyline in an input space of any dimension. A line is taken as
// a strip of the plane whose second coordinate changes nothing, tile by tile: so there is one engine to be trusted, crossings are as exact,
// and a network of many units takes no more memory than its tiles do.

import Geometry

/// The intervals into which a program's cells divide a line or a polyline.
///
/// On a polyline of K segments the coordinate runs from 0 to 1 on each. Its *pieces* are the longest stretches on which every unit has one
/// code; a *cell* is the set of all points with one code, which a polyline may enter several times.
public struct LinearPartition: Sendable {
    /// One interval of one segment, on which every unit has one code.
    public struct Interval: Sendable {
        public let segment: Int
        /// In the segment's coordinate, right to the last places; of networks of many weights to a millionth. Which intervals there are, and
        /// in which order, is exact. Infinite where a cell of the whole line is unbounded.
        public let range: ClosedRange<Double>
        /// The number of its cell: equal for intervals with the same code throughout.
        public let cell: Int
        let piece: LinearPiece
        let program: PiecewiseAffineProgram

        /// The code at each nonlinearity.
        public var codes: [[Int]] { piece.codes }
        /// The network as a function of the segment's coordinate.
        public var map: AffineMap {
            AffineMap(rows: program.frozenRows(of: program.last, codes: codes), inputCount: 1)
        }
        /// The length: of a segment between points, in the input space.
        public let length: Double
    }

    /// In order along the line; neighbours at a corner of a polyline may belong to one piece.
    public let intervals: [Interval]
    /// The number of cells, counting codes up to each nonlinearity.
    public let cellCounts: [Int]
    public let cellCount: Int
    /// The number of pieces: intervals, those that a corner divides counted once.
    public let pieceCount: Int
    /// How many different affine maps of the coordinate there are, compared exactly; `nil` of a polyline, whose segments have coordinates of
    /// their own, and where that would be too much work.
    public let distinctMapCount: Int?
    /// Where the class changes (THEORY §8), by segment and coordinate.
    public let boundaryPoints: [(segment: Int, coordinate: Double)]

    /// The partition of an interval or of the whole line; the same for any number of threads.
    ///
    /// - Throws: `PartitionError` where the domain does not fit the program or has not one dimension, or pieces do not join.
    public init(of program: PiecewiseAffineProgram, on domain: Domain, threads: Int = 1) throws(PartitionError) {
        guard domain.dimension == 1 else {
            throw PartitionError(what: "coordinates", where: "linear partition", expected: "1", got: "\(domain.dimension)")
        }
        let program = try domain.program(program)
        var (range, isWhole) = (0.0...1.0, false)
        switch domain.region {
        case .box(let ranges): range = ranges[0]
        case .whole:
            try PlanarPartition.requireContinuity(program)
            let radius = try Horizon.radius(of: program)
            (range, isWhole) = (-radius...radius, true)
        case .polygon: break
        }
        try self.init([(program, 1)], range, isWhole: isWhole, threads)
    }

    /// The partition of the polyline through `points`, in any dimension; exactly of these points.
    ///
    /// - Throws: `PartitionError` where there are fewer than two, neighbours are equal, or lengths are not the input's.
    public init(of program: PiecewiseAffineProgram, through points: [[Double]], threads: Int = 1) throws(PartitionError) {
        guard points.count > 1 else {
            throw PartitionError(what: "points", where: "polyline", expected: "at least 2", got: "\(points.count)")
        }
        var segments: [(PiecewiseAffineProgram, Double)] = []
        for (i, (p, q)) in zip(points, points.dropFirst()).enumerated() {
            guard p.count == q.count else {
                throw PartitionError(what: "point \(i + 1)", where: "polyline", expected: "\(p.count) numbers", got: "\(q.count)")
            }
            guard p != q else {
                throw PartitionError(what: "point \(i + 1)", where: "polyline", expected: "another than the point before", got: "the same")
            }
            let segment = Domain(.box([0...1]), embedding: Domain.Embedding(through: [p, q]))
            let largest = zip(p, q).map { abs($0 - $1) }.max() ?? 0
            let length = largest * zip(p, q).reduce(0) { $0 + (($1.0 - $1.1) / largest) * (($1.0 - $1.1) / largest) }.squareRoot()
            segments.append((try segment.program(program), length))
        }
        try self.init(segments, 0...1, isWhole: false, threads)
    }

    private init(
        _ segments: [(program: PiecewiseAffineProgram, length: Double)], _ range: ClosedRange<Double>, isWhole: Bool, _ threads: Int
    ) throws(PartitionError) {
        var (intervals, boundaryPoints): ([Interval], [(segment: Int, coordinate: Double)]) = ([], [])
        // A convex cell is met once by a segment: only a polyline needs to compare codes.
        var cells = CodeClasses(layerCount: segments.count > 1 ? segments[0].program.nonlinearSteps.count : 0)
        var (pieceCount, counts) = (0, [Int]())
        var lastClass: Int?
        for (segment, (program, length)) in segments.enumerated() {
            let tiles = try TiledPartition(of: LinearPartition.strip(program.withClass()), on: .box([range, 0...1]))
            let (parts, outcome) = LinearPiece.pieces(of: tiles, threads: threads)
            counts = Array(outcome.cellCounts.dropLast())
            var previous: LinearPiece?
            for part in parts {
                defer { (previous, lastClass) = (part, part.classIndex) }
                if let previous, previous.hasCodes(of: part) {
                    // The class alone changes.
                    boundaryPoints.append((segment, part.low))
                    let open = intervals.removeLast()
                    intervals.append(open.extended(to: part.high, length: length))
                    continue
                }
                // At a corner of a polyline too.
                if let lastClass, lastClass != part.classIndex { boundaryPoints.append((segment, part.low)) }
                let number = segments.count > 1 ? cells.number(of: part, after: previous) : intervals.count
                if previous != nil || intervals.last?.cell != number { pieceCount += 1 }
                intervals.append(
                    Interval(
                        segment: segment, range: part.low...part.high, cell: number, piece: part, program: program,
                        length: (part.high - part.low) * length))
            }
        }
        if isWhole {
            intervals = intervals.map { interval in
                let low = interval.range.lowerBound == range.lowerBound ? -Double.infinity : interval.range.lowerBound
                let high = interval.range.upperBound == range.upperBound ? Double.infinity : interval.range.upperBound
                return interval.with(low...high, length: high - low)
            }
        }
        (self.intervals, self.pieceCount, self.boundaryPoints) = (intervals, pieceCount, boundaryPoints)
        cellCounts = segments.count == 1 ? counts : cells.counts
        cellCount = segments.count == 1 ? intervals.count : (cells.counts.last ?? 1)
        distinctMapCount = segments.count == 1 ? LinearPartition.distinctMaps(intervals) : nil
    }

    /// How many cells are unbounded.
    public var unboundedCount: Int { intervals.reduce(0) { $0 + ($1.length == .infinity ? 1 : 0) } }

    /// The lengths of the shortest and the longest interval, in the input space for polylines; ∞ where they are unbounded.
    public var lengthRange: ClosedRange<Double> {
        let lengths = intervals.map(\.length)
        return (lengths.min() ?? 0)...(lengths.max() ?? 0)
    }

    /// A program of one input as one of two, the second of which changes nothing.
    static func strip(_ program: PiecewiseAffineProgram) throws(PartitionError) -> PiecewiseAffineProgram {
        try program.restricted(to: Domain.Embedding(origin: [0], directions: [[1], [0]]))
    }

    private static func distinctMaps(_ intervals: [Interval]) -> Int? {
        guard let program = intervals.first?.program, intervals.count <= DistinctMaps.comparedCellCount(of: program) else { return nil }
        var maps = DistinctMaps.Contest(of: program)
        for start in stride(from: 0, to: intervals.count, by: CodeBatch.cellCount) {
            let rows = intervals[start..<min(start + CodeBatch.cellCount, intervals.count)].map { $0.codes.joined().map { UInt16($0) } }
            maps.add(CodeBatch(rows: Array(rows.joined()), count: rows.count))
        }
        return maps.mapCount
    }
}

extension LinearPartition.Interval {
    fileprivate func with(_ range: ClosedRange<Double>, length: Double) -> Self {
        Self(segment: segment, range: range, cell: cell, piece: piece, program: program, length: length)
    }

    fileprivate func extended(to high: Double, length: Double) -> Self {
        with(range.lowerBound...high, length: (high - range.lowerBound) * length)
    }
}
