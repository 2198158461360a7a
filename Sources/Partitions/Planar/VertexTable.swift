// The values of a network at the vertices of a mesh, each with a bound on its error: |value − exact| ≤ bound at the exact vertex.
// A certified sign is a value outside its bound; everything else is for exact arithmetic to decide.

/// One value of a program at every vertex: unit by unit, a row of numbers and a row of bounds on their errors.
struct VertexTable: Sendable {
    /// Half the distance from 1 to the next Double: the relative error of one rounding.
    static let roundoff = 0x1p-53
    /// What covers the underflow of a product or quotient; far below any number a network's values are compared with.
    static let tiny = 0x1p-1000

    let unitCount: Int
    /// The distance between rows: how many vertices there is room for.
    private(set) var stride: Int
    var values: [Double]
    var bounds: [Double]

    init(unitCount: Int, capacity: Int) {
        (self.unitCount, stride) = (unitCount, capacity)
        values = [Double](repeating: 0, count: unitCount * capacity)
        bounds = values
    }

    func value(_ unit: Int, at vertex: Int) -> Double { values[unit * stride + vertex] }
    func bound(_ unit: Int, at vertex: Int) -> Double { bounds[unit * stride + vertex] }

    mutating func set(_ unit: Int, at vertex: Int, _ value: Double, bound: Double) {
        values[unit * stride + vertex] = value
        bounds[unit * stride + vertex] = bound
    }

    /// Room for `capacity` vertices, of which `count` are kept.
    mutating func grow(to capacity: Int, keeping count: Int) {
        guard capacity > stride else { return }
        self = gathered(capacity: capacity, vertices: Array(0..<count))
    }

    /// The table of some of the vertices, in the order given.
    func gathered(capacity: Int, vertices: [Int]) -> VertexTable {
        var table = VertexTable(unitCount: unitCount, capacity: capacity)
        for unit in 0..<unitCount {
            for (new, old) in vertices.enumerated() {
                table.values[unit * capacity + new] = values[unit * stride + old]
                table.bounds[unit * capacity + new] = bounds[unit * stride + old]
            }
        }
        return table
    }

    /// Fills vertex `new` with the point a + τ (b − a) of an edge along which every unit is affine.
    ///
    /// τ is in [0, 1] and off by at most `slack`.
    mutating func interpolate(_ new: Int, from a: Int, to b: Int, at tau: Double, slack: Double) {
        values.withUnsafeMutableBufferPointer { values in
            bounds.withUnsafeMutableBufferPointer { bounds in
                var row = 0
                for _ in 0..<unitCount {
                    let (valueA, valueB) = (values[row + a], values[row + b])
                    let difference = valueB - valueA
                    let value = valueA + tau * difference
                    values[row + new] = value
                    let (boundA, boundB) = (bounds[row + a], bounds[row + b])
                    if valueA == valueB && boundA == 0 && boundB == 0 {
                        bounds[row + new] = 0
                    } else {
                        // The ends' errors weigh 1 − τ and τ, up to slack; three roundings, each at most of these magnitudes.
                        let rounding = VertexTable.roundoff * (4 * abs(difference) + 2 * abs(value))
                        bounds[row + new] = (max(boundA, boundB) + slack * abs(difference) + rounding) * (1 + 0x1p-40) + VertexTable.tiny
                    }
                    row += stride
                }
            }
        }
    }

    /// The values of a unit minus `level` compared with 0: signs where they are certain, 2 where not.
    ///
    /// - Returns: whether there are positive, negative and uncertain ones.
    func signs(of unit: Int, minus level: Double, count: Int, into signs: inout [Int8]) -> (positive: Bool, negative: Bool, doubtful: Bool)
    {
        var seen = (positive: false, negative: false, doubtful: false)
        values.withUnsafeBufferPointer { values in
            bounds.withUnsafeBufferPointer { bounds in
                signs.withUnsafeMutableBufferPointer { signs in
                    let row = unit * stride
                    var (lowest, highest, doubts) = (0 as Int8, 0 as Int8, 0)
                    for v in 0..<count {
                        let difference = values[row + v] - level
                        let bound = bounds[row + v]
                        // Rounding is monotone: a rounded difference above the bound is one of an exact difference above it.
                        var sign: Int8 = difference > bound ? 1 : 0
                        if difference < -bound { sign = -1 }
                        let doubtful = sign == 0 && bound != 0
                        lowest = min(lowest, sign)
                        highest = max(highest, sign)
                        if doubtful {
                            sign = 2
                            doubts += 1
                        }
                        signs[v] = sign
                    }
                    seen = (highest > 0, lowest < 0, doubts > 0)
                }
            }
        }
        return seen
    }
}
