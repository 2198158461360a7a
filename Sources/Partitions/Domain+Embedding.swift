// Slices of an input space: by an origin and directions, through points exactly, or isometric through three points.

import Geometry

extension Domain {
    /// An affine map from the domain's coordinates t into the network's inputs.
    public struct Embedding: Hashable, Sendable {
        /// What t = 0 is.
        public let origin: [Double]
        /// How the input changes with each coordinate; rounded where the embedding goes through points.
        public let directions: [[Double]]
        /// The points of an embedding through points, where these and the frame are what is exact.
        private let points: [[Double]]?
        private let frame: [[Double]]

        /// t ↦ origin + Σ t_k directions[k]
        public init(origin: [Double], directions: [[Double]]) {
            (self.origin, self.directions, points, frame) = (origin, directions, nil, [])
        }

        /// t ↦ (1 − Σ w_k) points[0] + Σ w_k points[k + 1] with w = frame · t, exactly: the differences of points, which may round, are
        /// never taken. So an input that agrees in some of the points keeps its value wherever the others have no weight.
        ///
        /// - Parameter frame: a row for each point but the first, a column for each coordinate; none: w = t.
        /// - Precondition: there are at least two points, all of one length, and the frame's rows have one length.
        public init(through points: [[Double]], frame: [[Double]]? = nil) {
            precondition(points.count > 1 && points.allSatisfy { $0.count == points[0].count }, "\(points.count) points")
            let weights = points.count - 1
            let frame = frame ?? (0..<weights).map { k in (0..<weights).map { $0 == k ? 1 : 0 } }
            precondition(frame.count == weights && frame.allSatisfy { $0.count == frame[0].count }, "\(frame.count) rows of a frame")
            origin = points[0]
            directions = frame[0].indices.map { j in
                points[0].indices.map { i in (0..<weights).reduce(0) { $0 + frame[$1][j] * (points[$1 + 1][i] - points[0][i]) } }
            }
            (self.points, self.frame) = (points, frame)
        }

        public var dimension: Int { directions.count }

        /// Whether the directions span as many dimensions as they are, by more than 1e-12 of their lengths.
        public var hasIndependentDirections: Bool {
            var rows = Halfspaces(dimension: origin.count)
            for direction in directions { rows.append(slope: direction, offset: 0) }
            return rows.hasIndependentSlopes
        }

        /// Every number in it.
        var numbers: [Double] { points.map { Array(($0 + frame).joined()) } ?? origin + directions.joined() }

        /// The input at `coordinates`, rounded.
        public func callAsFunction(_ coordinates: [Double]) -> [Double] {
            origin.indices.map { i in zip(coordinates, directions).reduce(origin[i]) { $0 + $1.0 * $1.1[i] } }
        }

        /// The coordinates of the point of the slice that is nearest to an input, rounded: (DᵀD)⁻¹ Dᵀ (x − origin) for the directions D.
        ///
        /// - Precondition: there are two directions, which span a plane, and as many numbers as an input has.
        public func coordinates(nearest input: [Double]) -> [Double] {
            precondition(dimension == 2 && input.count == origin.count, "\(dimension) directions, \(input.count) numbers")
            func product(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
            let (u, v) = (directions[0], directions[1])
            let way = zip(input, origin).map { $0 - $1 }
            // The part of v across u, as Gram and Schmidt take it.
            let share = product(u, v) / product(u, u)
            let across = zip(u, v).map { $1 - share * $0 }
            let second = product(across, way) / product(across, across)
            return [product(u, way) / product(u, u) - share * second, second]
        }

        /// The embedding as steps.
        ///
        /// - Throws: `PartitionError` where a vector does not have the input's length.
        func program(inputCount: Int) throws(PartitionError) -> PiecewiseAffineProgram {
            let vectors = points ?? [origin] + directions
            for vector in vectors where vector.count != inputCount {
                throw PartitionError(what: "vector", where: "embedding", expected: "\(inputCount) numbers", got: "\(vector.count)")
            }
            var program = PiecewiseAffineProgram(inputCount: max(dimension, 1))
            var (columns, offset) = (directions, origin)
            if points != nil {
                // w, and then all weights of the points: 1 − Σ w_k, w₁, w₂, …
                let count = frame.count
                let matrix = SparseMatrix(dense: frame, columnCount: dimension)
                try program.append(.affine([.init(source: 0, matrix: matrix)], offset: [Double](repeating: 0, count: count)))
                let rows = [[Double](repeating: -1, count: count)] + (0..<count).map { k in (0..<count).map { $0 == k ? 1 : 0 } }
                let weights = SparseMatrix(dense: rows, columnCount: count)
                let one = [1] + [Double](repeating: 0, count: count)
                try program.append(.affine([.init(source: program.last, matrix: weights)], offset: one))
                (columns, offset) = (vectors, [Double](repeating: 0, count: inputCount))
            }
            let rows = (0..<inputCount).map { i in columns.map { $0[i] } }
            let matrix = SparseMatrix(dense: rows, columnCount: columns.count)
            try program.append(.affine([.init(source: program.last, matrix: matrix)], offset: offset))
            return program
        }
    }

    /// The plane through three points with lengths as in the input space: t = (0, 0) is the first point, the first coordinate points to
    /// the second, and the third point has a positive second coordinate. The box is the smallest around the points, extended on each
    /// side by `margin` times its longer side.
    ///
    /// Lengths are those of the input space to rounding, and so are the places of the second and third point; the plane is the points'
    /// own, exactly: inputs that agree in two of them keep their value on the line through these, and units that tie there tie exactly.
    /// - Throws: `PartitionError` where the points do not span a plane, or lengths differ.
    public static func plane(through points: [[Double]], margin: Double = 0) throws(PartitionError) -> Domain {
        guard points.count == 3, points.allSatisfy({ $0.count == points[0].count }), points.joined().allSatisfy({ abs($0) <= 1e100 }) else {
            throw PartitionError(
                what: "points", where: "plane", expected: "three of one length, no number beyond 1e100", got: "\(points.count)")
        }
        guard margin >= 0, margin <= 1e6 else {
            throw PartitionError(what: "margin", where: "plane", expected: "0 to 1e6", got: "\(margin)")
        }
        // The Gram determinant |u|²|v|² − ⟨u, v⟩², exactly. Points on a line that is rounded, of which it is some 2⁻¹⁰⁶ |u|²|v|², span no plane.
        let exact = points.map { $0.map { Dyadic($0) } }
        let (u, v) = (zip(exact[1], exact[0]).map { $0 - $1 }, zip(exact[2], exact[0]).map { $0 - $1 })
        func product(_ a: [Dyadic], _ b: [Dyadic]) -> Dyadic { zip(a, b).reduce(.zero) { $0 + $1.0 * $1.1 } }
        let across = product(u, v)
        let squares = product(u, u) * product(v, v)
        guard squares * Dyadic(0x1p-100) < squares - across * across else {
            throw PartitionError(what: "points", where: "plane", expected: "three that span a plane", got: "three on a line")
        }
        func scaled(_ vector: [Double]) -> (unit: [Double], length: Double) {
            let largest = vector.map { abs($0) }.max() ?? 0
            let length = largest * vector.reduce(0) { $0 + ($1 / largest) * ($1 / largest) }.squareRoot()
            return (vector.map { $0 / length }, length)
        }
        func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
        let (first, width) = scaled(u.map(\.doubleValue))
        // The part of v across u, exactly and rounded once: v |u|² − u ⟨u, v⟩, scaled.
        let square = product(u, u)
        let crosswise = zip(u, v).map { (Rational($1 * square - $0 * across) / Rational(square)).doubleValue }
        let height = scaled(crosswise).length
        let along = dot(first, v.map(\.doubleValue))
        let (x, y) = ((low: min(0, along), high: max(width, along)), height)
        let border = margin * max(x.high - x.low, y)
        return Domain(
            .box([x.low - border...x.high + border, -border...y + border]),
            embedding: Embedding(through: points, frame: [[1 / width, -along / width / height], [0, 1 / height]]))
    }
}
