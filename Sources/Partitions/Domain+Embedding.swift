// Slices of an input space: by an origin and directions, through points exactly, or isometric through three points.

import Geometry

extension Domain {
    /// An affine map from the domain's coordinates t into the network's inputs.
    public struct Embedding: Hashable, Sendable {
        /// What t = 0 is.
        public let origin: [Double]
        /// How the input changes with each coordinate; rounded where the embedding goes through points.
        public let directions: [[Double]]
        /// The points of t = 0, e₁, e₂, …, where these are what is exact.
        private let points: [[Double]]?

        /// t ↦ origin + Σ t_k directions[k]
        public init(origin: [Double], directions: [[Double]]) {
            (self.origin, self.directions, points) = (origin, directions, nil)
        }

        /// t ↦ (1 − Σ t_k) points[0] + Σ t_k points[k + 1], exactly: the differences of points, which may round, are never taken.
        ///
        /// - Precondition: there are at least two points, all of one length.
        public init(through points: [[Double]]) {
            precondition(points.count > 1 && points.allSatisfy { $0.count == points[0].count }, "\(points.count) points")
            origin = points[0]
            directions = points.dropFirst().map { point in zip(point, points[0]).map { $0 - $1 } }
            self.points = points
        }

        public var dimension: Int { directions.count }

        /// Every number in it.
        var numbers: [Double] { points.map { Array($0.joined()) } ?? origin + directions.joined() }

        /// The input at `coordinates`, rounded.
        public func callAsFunction(_ coordinates: [Double]) -> [Double] {
            origin.indices.map { i in zip(coordinates, directions).reduce(origin[i]) { $0 + $1.0 * $1.1[i] } }
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
                // The weights of the points: 1 − Σ t_k, t₁, t₂, …
                let rows =
                    [[Double](repeating: -1, count: dimension)] + (0..<dimension).map { k in (0..<dimension).map { $0 == k ? 1 : 0 } }
                let weights = SparseMatrix(dense: rows, columnCount: dimension)
                let one = [1] + [Double](repeating: 0, count: dimension)
                try program.append(.affine([.init(source: 0, matrix: weights)], offset: one))
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
    /// The directions are orthonormal to rounding, so the plane meets the second and third point to rounding; the partition of that
    /// plane is exact. Inputs that agree in all three points keep their value exactly.
    /// - Throws: `PartitionError` where the points do not span a plane, or lengths differ.
    public static func plane(through points: [[Double]], margin: Double = 0) throws(PartitionError) -> Domain {
        guard points.count == 3, points.allSatisfy({ $0.count == points[0].count }), points.joined().allSatisfy({ abs($0) <= 1e100 }) else {
            throw PartitionError(
                what: "points", where: "plane", expected: "three of one length, no number beyond 1e100", got: "\(points.count)")
        }
        guard margin >= 0, margin <= 1e6 else {
            throw PartitionError(what: "margin", where: "plane", expected: "0 to 1e6", got: "\(margin)")
        }
        // The Gram determinant |u|²|v|² − ⟨u, v⟩², exactly.
        let exact = points.map { $0.map { Dyadic($0) } }
        let (u, v) = (zip(exact[1], exact[0]).map { $0 - $1 }, zip(exact[2], exact[0]).map { $0 - $1 })
        func product(_ a: [Dyadic], _ b: [Dyadic]) -> Dyadic { zip(a, b).reduce(.zero) { $0 + $1.0 * $1.1 } }
        let across = product(u, v)
        guard !(product(u, u) * product(v, v) - across * across).isZero else {
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
        let (second, height) = scaled(crosswise)
        let along = dot(first, v.map(\.doubleValue))
        let (x, y) = ((low: min(0, along), high: max(width, along)), height)
        let border = margin * max(x.high - x.low, y)
        return Domain(
            .box([x.low - border...x.high + border, -border...y + border]),
            embedding: Embedding(origin: points[0], directions: [first, second]))
    }
}
