// Partitions in one dimension: an interval, the whole line, a segment or a polyline in an input space of any dimension. A line is taken as
// a strip of the plane whose second coordinate changes nothing, so that there is one engine to be trusted, and crossings are as exact.

import Geometry

/// The intervals into which a program's cells divide a line or a polyline.
///
/// On a polyline of K segments the coordinate runs from 0 to 1 on each. Its *pieces* are the longest stretches on which every unit has one
/// code; a *cell* is the set of all points with one code, which a polyline may enter several times.
public struct LinearPartition: Sendable {
    /// One interval of one segment, on which every unit has one code.
    public struct Interval: Sendable {
        public let segment: Int
        /// In the segment's coordinate; infinite where a cell of the whole line is unbounded.
        public let range: ClosedRange<Double>
        /// The number of its cell: equal for intervals with the same code throughout.
        public let cell: Int
        let index: Int
        let partition: PlanarPartition

        /// The code at each nonlinearity.
        public var codes: [[Int]] { partition.cell(index).codes }
        /// The network as a function of the segment's coordinate.
        public var map: AffineMap {
            let map = partition.cell(index).map
            return AffineMap(slopes: map.slopes.map { Array($0[..<1]) }, offsets: map.offsets)
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
    /// How many different affine maps of the coordinate there are; `nil` of a polyline, whose segments have coordinates of their own.
    public let distinctMapCount: Int?
    /// Where the class changes (THEORY §8), by segment and coordinate.
    public let boundaryPoints: [(segment: Int, coordinate: Double)]

    /// The partition of an interval or of the whole line.
    ///
    /// - Throws: `PartitionError` where the domain does not fit the program or has not one dimension, or pieces do not join.
    public init(of program: PiecewiseAffineProgram, on domain: Domain) throws(PartitionError) {
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
        try self.init([(program, 1)], range, isWhole: isWhole)
    }

    /// The partition of the polyline through `points`, in any dimension; exactly of these points.
    ///
    /// - Throws: `PartitionError` where there are fewer than two, neighbours are equal, or lengths are not the input's.
    public init(of program: PiecewiseAffineProgram, through points: [[Double]]) throws(PartitionError) {
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
        try self.init(segments, 0...1, isWhole: false)
    }

    private init(_ segments: [(program: PiecewiseAffineProgram, length: Double)], _ range: ClosedRange<Double>, isWhole: Bool)
        throws(PartitionError)
    {
        var (intervals, boundaryPoints): ([Interval], [(segment: Int, coordinate: Double)]) = ([], [])
        var numbers: [[[Int]]: Int] = [:]
        var (prefixes, pieceCount, counts, maps): ([Set<[[Int]]>], Int, [Int], Int?) = ([], 0, [], nil)
        for (segment, (program, length)) in segments.enumerated() {
            let partition = try PlanarPartition(of: LinearPartition.strip(program), on: .box([range, 0...1]))
            counts = partition.cellCounts
            if segments.count == 1 { maps = partition.distinctMapCount() }
            for (place, (index, low, high)) in partition.alongFirstCoordinate().enumerated() {
                var number = intervals.count
                if segments.count > 1 {
                    // Only a polyline meets a cell twice.
                    let codes = partition.cell(index).codes
                    number = numbers[codes] ?? numbers.count
                    numbers[codes] = number
                    prefixes = prefixes.isEmpty ? codes.map { _ in [] } : prefixes
                    for layer in codes.indices { prefixes[layer].insert(Array(codes[...layer])) }
                }
                if place > 0 || intervals.last?.cell != number { pieceCount += 1 }
                let ends = (
                    isWhole && low == range.lowerBound ? -.infinity : low, isWhole && high == range.upperBound ? .infinity : high
                )
                intervals.append(
                    Interval(
                        segment: segment, range: ends.0...ends.1, cell: number, index: index, partition: partition,
                        length: (ends.1 - ends.0) * length))
            }
            boundaryPoints += partition.decisionBoundary().curve.polylines.map { (segment, $0.points[0].x) }.sorted { $0.1 < $1.1 }
        }
        (self.intervals, self.pieceCount, self.boundaryPoints, distinctMapCount) = (intervals, pieceCount, boundaryPoints, maps)
        cellCounts = segments.count == 1 ? counts : prefixes.map(\.count)
        cellCount = segments.count == 1 ? intervals.count : numbers.count
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
}

extension PlanarPartition {
    /// The cells of a strip from left to right, with the ends of each. Their order is that of the mesh, not of rounded numbers.
    fileprivate func alongFirstCoordinate() -> [(index: Int, low: Double, high: Double)] {
        var subdivision = subdivision
        let mesh = subdivision.mesh
        var after = [Int: (cell: Int, at: Double)](minimumCapacity: cellCount)
        var isFirst = [Bool](repeating: true, count: cellCount)
        for edge in 0..<mesh.edgeCount {
            let (left, right) = mesh.cells(of: edge)
            guard left >= 0, right >= 0 else { continue }
            let (start, end) = (Int(mesh.origin[2 * edge]), mesh.target(2 * edge))
            // Going up, the cell on the left hand is the lower one.
            let isRising = subdivision.position(start).y < subdivision.position(end).y
            let (lower, upper) = isRising ? (Int(left), Int(right)) : (Int(right), Int(left))
            after[lower] = (upper, subdivision.firstCoordinate(of: start))
            isFirst[upper] = false
        }
        guard case .box(let ranges) = domain.region, var cell = isFirst.firstIndex(of: true) else { return [] }
        var (ordered, low): ([(index: Int, low: Double, high: Double)], Double) = ([], ranges[0].lowerBound)
        while let next = after[cell] {
            let high = max(low, next.at)
            ordered.append((cell, low, high))
            (cell, low) = (next.cell, high)
        }
        return ordered + [(cell, low, max(low, ranges[0].upperBound))]
    }
}

extension PlanarSubdivision {
    /// The first coordinate of a vertex to about a unit in the last place: exactly and rounded once where floating point was further off.
    fileprivate mutating func firstCoordinate(of vertex: Int) -> Double {
        let (x, bound) = (positions.value(0, at: vertex), positions.bound(0, at: vertex))
        return bound <= abs(x) * 0x1p-50 ? x : point(vertex)[0].doubleValue
    }
}
