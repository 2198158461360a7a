// The regions of max-affine layers are power cells (Balestriero et al. 2019; THEORY §8): a layer's joint piece with slope μ and offset β
// is chosen exactly where ‖x − μ‖² − ρ is least, ρ = ‖μ‖² + 2 β, since ‖x − μ‖² − ρ = ‖x‖² − 2 (⟨μ, x⟩ + β).

/// The centre and radius of one region.
public struct PowerCell: Hashable, Sendable {
    /// μ: the slope of the region's piece, for a layer the sum over its units.
    public let center: [Double]
    /// ρ: what is subtracted from the squared distance; may be negative, and only differences between regions matter.
    public let squaredRadius: Double

    public init(center: [Double], squaredRadius: Double) { (self.center, self.squaredRadius) = (center, squaredRadius) }

    /// The region of the affine piece ⟨slope, x⟩ + offset.
    public init(slope: [Double], offset: Double) {
        self.init(center: slope, squaredRadius: slope.reduce(0) { $0 + $1 * $1 } + 2 * offset)
    }

    /// A sum of units' pieces: d slopes, then the offset.
    init(sum: [Double]) { self.init(slope: Array(sum.dropLast()), offset: sum[sum.count - 1]) }

    /// √ρ where that is a number.
    public var radius: Double? { squaredRadius >= 0 ? squaredRadius.squareRoot() : nil }

    /// ‖x − μ‖² − ρ.
    public func power(of x: [Double]) -> Double {
        zip(x, center).reduce(-squaredRadius) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }

    /// ⟨μ, x⟩ + β, which the regions of a diagram compete by: the same order as that of least power, without ‖x‖² to cancel.
    public func affineValue(at x: [Double]) -> Double {
        zip(x, center).reduce((squaredRadius - center.reduce(0) { $0 + $1 * $1 }) / 2) { $0 + $1.0 * $1.1 }
    }
}

/// Regions that share a space between them: each point belongs to the one of least power, the first of equal ones.
public struct PowerDiagram: Hashable, Sendable {
    public let cells: [PowerCell]

    public init(_ cells: [PowerCell]) { self.cells = cells }

    /// The cell that a point belongs to.
    public func cell(of x: [Double]) -> Int {
        let values = cells.map { $0.affineValue(at: x) }
        return values.indices.reduce(0) { values[$1] > values[$0] ? $1 : $0 }
    }
}
