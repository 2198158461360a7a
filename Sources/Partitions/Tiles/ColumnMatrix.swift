// A value of the program on one tile: every unit as a combination of the tile's columns.

import CKernels

/// Units over the columns 1, x, y and hinges, column after column: a dense part, and hinges of a unit's own beside it.
///
/// `eta[k]` bounds |combination k of the exact columns − exact unit k| over the tile. Columns that the tile gets later have weight 0.
final class ColumnMatrix {
    struct HingeTerm {
        var unit: Int
        var column: Int
        var coefficient: Double
    }

    let unitCount: Int
    /// The numbers in a column of `data`: a multiple of 8.
    let stride: Int
    let columnCount: Int
    let eta: UnsafeMutablePointer<Double>
    private let numbers: Pool<Double>
    var data: UnsafeMutablePointer<Double> { numbers.start }
    /// The units that are not all zero in `data`, each once.
    var dense: [Int32]
    /// What is added to `data`.
    var hinges: [HingeTerm] = []

    /// All zero, or not initialised.
    init(_ store: BlockStore, unitCount: Int, columnCount: Int, dense: [Int32], isZero: Bool = true) {
        (self.unitCount, self.columnCount, self.dense) = (unitCount, columnCount, dense)
        stride = padded(unitCount)
        let count = (columnCount + 1) * stride
        numbers = isZero ? Pool(store, repeating: 0, count: count) : Pool(store, capacity: count)
        eta = numbers.start + columnCount * stride
    }

    @inline(__always) func column(_ j: Int) -> UnsafeMutablePointer<Double> { numbers.start + j * stride }

    /// Whether a unit is exactly a constant on the tile, with no error in it.
    func isExactlyConstant(_ unit: Int) -> Bool {
        guard eta[unit] == 0 else { return false }
        for j in 1..<columnCount where column(j)[unit] != 0 { return false }
        return true
    }

    /// Whether two units are exactly the same function on the tile, as far as that shows without rounding.
    func areIdentical(_ unit: Int, _ other: Int) -> Bool {
        if unit == other { return true }
        guard eta[unit] == 0, eta[other] == 0 else { return false }
        for j in 0..<columnCount where column(j)[unit] != column(j)[other] { return false }
        return true
    }

    /// Gives rows of `other`, which are zero, units of this one as they are.
    func copy(_ copies: [TiledNetwork.Copy], to other: ColumnMatrix) {
        for j in 0..<columnCount {
            let (from, to) = (column(j), other.column(j))
            for copy in copies { to[copy.row] = from[copy.unit] }
        }
        for copy in copies { other.eta[copy.row] = eta[copy.unit] }
        if hinges.isEmpty { return }
        let rows = Dictionary(grouping: copies, by: \.unit)
        for term in hinges { for copy in rows[term.unit] ?? [] { other.column(term.column)[copy.row] += term.coefficient } }
    }

    /// The same units with the hinge terms among the dense ones.
    func settled(_ store: BlockStore, columnCount: Int) -> ColumnMatrix {
        if hinges.isEmpty { return self }
        let result = ColumnMatrix(store, unitCount: unitCount, columnCount: columnCount, dense: dense)
        result.data.update(from: data, count: self.columnCount * stride)
        result.eta.update(from: eta, count: stride)
        for term in hinges { result.column(term.column)[term.unit] += term.coefficient }
        result.dense = Array(Set(dense).union(hinges.map { Int32($0.unit) })).sorted()
        return result
    }
}
