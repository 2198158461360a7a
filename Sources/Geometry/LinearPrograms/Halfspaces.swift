// Convex sets given by inequalities, in any dimension: what linear programs are about. Numbers are Doubles, taken as exact.

/// The set of points x with ⟨slope_i, x⟩ + offset_i ≥ 0 for every row i.
public struct Halfspaces: Sendable {
    public let dimension: Int
    /// Shape `[count, dimension]`.
    public private(set) var slopes: [Double] = []
    public private(set) var offsets: [Double] = []
    /// ‖slope‖ of every row, off by less than (dimension + 8) · 2⁻⁵³ of itself.
    public private(set) var norms: [Double] = []

    public init(dimension: Int) { self.dimension = dimension }

    public var count: Int { offsets.count }

    /// Appends a row.
    ///
    /// - Precondition: as many slopes as the dimension.
    public mutating func append(slope: some Collection<Double>, offset: Double) {
        precondition(slope.count == dimension, "\(slope.count) slopes, expected \(dimension)")
        slopes += slope
        offsets.append(offset)
        norms.append(Halfspaces.norm(slope))
    }

    /// Makes room for as many rows in all.
    public mutating func reserveCapacity(_ rowCount: Int) {
        slopes.reserveCapacity(rowCount * dimension)
        offsets.reserveCapacity(rowCount)
        norms.reserveCapacity(rowCount)
    }

    /// Removes the last row.
    public mutating func removeLast() {
        slopes.removeLast(dimension)
        offsets.removeLast()
        norms.removeLast()
    }

    /// The Euclidean length, without overflow or underflow on the way.
    package static func norm(_ vector: some Collection<Double>) -> Double {
        var (largest, square) = (0.0, 0.0)
        for x in vector {
            largest = max(largest, abs(x))
            square += x * x
        }
        if square > 1e-200 && square < 1e200 { return square.squareRoot() }
        guard largest > 0, largest.isFinite else { return largest }
        square = 0
        for x in vector { square += (x / largest) * (x / largest) }
        return largest * square.squareRoot()
    }

    public func slope(_ row: Int) -> ArraySlice<Double> { slopes[row * dimension..<(row + 1) * dimension] }

    /// ⟨slope, vector⟩ of a row.
    public func product(_ row: Int, _ vector: [Double]) -> Double {
        let range = row * dimension..<(row + 1) * dimension
        return slopes.withUnsafeBufferPointer { a in
            vector.withUnsafeBufferPointer { Halfspaces.product(UnsafeBufferPointer(rebasing: a[range]), $0) }
        }
    }

    /// ⟨a, x⟩, eight sums at a time.
    package static func product(_ a: UnsafeBufferPointer<Double>, _ x: UnsafeBufferPointer<Double>) -> Double {
        precondition(a.count == x.count, "\(a.count) and \(x.count) entries")
        var (sums, i) = (SIMD8<Double>.zero, 0)
        let (rawA, rawX) = (UnsafeRawBufferPointer(a), UnsafeRawBufferPointer(x))
        while i + 8 <= x.count {
            sums +=
                rawA.loadUnaligned(fromByteOffset: 8 * i, as: SIMD8<Double>.self)
                * rawX.loadUnaligned(fromByteOffset: 8 * i, as: SIMD8<Double>.self)
            i += 8
        }
        var sum = sums.sum()
        while i < x.count {
            sum += a[i] * x[i]
            i += 1
        }
        return sum
    }

    /// A row at a point, and a bound on the error: that of a sum of n + 1 products in any order (Higham 2002, §3.1), with the magnitudes'
    /// sum bounded by Cauchy and Schwarz.
    public func value(_ row: Int, at point: [Double]) -> (value: Double, bound: Double) {
        let value = product(row, point) + offsets[row]
        let reach = norms[row] * Halfspaces.norm(point) + abs(offsets[row])
        return (value, Double(dimension + 16) * 0x1p-53 * reach * (1 + 0x1p-30))
    }

    /// Rows at `point`, all of them.
    public func values(at point: [Double]) -> [Double] { (0..<count).map { product($0, point) + offsets[$0] } }
}
