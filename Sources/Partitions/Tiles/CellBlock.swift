// Finished cells as they leave the subdivision: a tile's worth at a time, with all that a reader may ask of them.

import CKernels
import Geometry

/// Cells of a planar partition that are neighbours, a few hundred at most.
public struct CellBlock: Sendable {
    /// Where the corners are, and how far from there they may be exactly.
    let positions: [SIMD2<Double>]
    let errors: [Double]
    /// Cell i has the corners `starts[i] ..< starts[i + 1]` of `corners`; the side after a corner lies on the line beside it.
    let starts: [Int32]
    let corners: [Int32]
    let sides: [Int32]
    /// For each side on the block's border the depth of the two tiles that lie on its sides, parts of one division; on the domain's border
    /// 0, and below 0 inside the block.
    let borderDepths: [Int32]
    /// The least depth of a tile that has been finished between the block before and this one: what lies beyond sides of greater depth, in
    /// blocks before this one, has been handed on.
    var finishedDepth = Int32.max
    let lines: [Line]
    let codes: Codes
    let network: TiledNetwork
    /// Whether in the last nonlinearity units may be exactly at a knot, or equal, along a side.
    let mayTie: Bool

    /// The codes of all nonlinearities, one after the other.
    struct Codes: Sendable {
        /// Those that all cells share.
        let shared: [UInt16]
        /// Where cells differ: what is added to the unit's code where the cell has the bit.
        let units: [(unit: Int, delta: Int)]
        private let bits: [UInt64]
        private var words: Int { (units.count + 63) / 64 }

        fileprivate init(shared: [UInt16], units: [(unit: Int, delta: Int)], bits: [UInt64]) {
            (self.shared, self.units, self.bits) = (shared, units, bits)
        }

        /// Whether a cell has the bit of `units[i]`.
        func has(_ i: Int, cell: Int) -> Bool { bits[cell * words + i / 64] >> UInt64(i % 64) & 1 == 1 }

        /// The numbers in `units` of those that come before `end` of which the cell has the bit.
        func units(of cell: Int, before end: Int) -> [Int32] {
            units.indices.filter { units[$0].unit < end && has($0, cell: cell) }.map { Int32(truncatingIfNeeded: $0) }
        }
    }

    /// The cells, in the order of the subdivision.
    public var cells: some RandomAccessCollection<Cell> { (0..<starts.count - 1).lazy.map { Cell(block: self, index: $0) } }
    public var count: Int { starts.count - 1 }

    /// One cell of a block.
    public struct Cell: Sendable {
        let block: CellBlock
        let index: Int

        var range: Range<Int> { Int(block.starts[index])..<Int(block.starts[index + 1]) }

        /// Its corners, counter-clockwise. Corners of neighbours on a straight side count as corners.
        public var vertices: [SIMD2<Double>] { range.map { block.positions[Int(block.corners[$0])] } }

        public var centroid: SIMD2<Double> { ConvexPolygon(vertices).centroid }

        /// The area, and a bound on its error.
        public var areaWithBound: (area: Double, bound: Double) {
            ConvexPolygon(vertices).areaWithBound(errors: vertexErrors)
        }

        /// The code at each nonlinearity: for every unit the number of its piece.
        public var codes: [[Int]] {
            let (flat, starts) = (flatCode, block.network.codeStarts)
            return starts.indices.dropLast().map { layer in
                block.network.twinless.expand(flat[starts[layer]..<starts[layer + 1]], ofLayer: layer)
            }
        }

        /// The network on this cell, A x + b, as Doubles. O(weights).
        public var map: AffineMap { PlanarSubdivision(of: block.network.program, on: exactly).map(of: 0) }

        var flatCode: [UInt16] {
            var code = block.codes.shared
            for (i, entry) in block.codes.units.enumerated() where block.codes.has(i, cell: index) {
                code[entry.unit] = UInt16(truncatingIfNeeded: Int(code[entry.unit]) + entry.delta)
            }
            return code
        }

        /// The exact area.
        public func exactArea() -> Rational {
            var subdivision = PlanarSubdivision(of: block.network.program, on: exactly)
            return subdivision.exactArea(of: 0)
        }

        /// What exact arithmetic needs to know of the cell.
        var exactly: PlanarCell {
            PlanarCell(
                corners: vertices, errors: vertexErrors,
                lines: range.map { block.lines[Int(block.sides[$0])] }, code: flatCode, codeStarts: block.network.codeStarts)
        }
    }
}

extension CellBlock {
    /// The cells of a finished tile.
    init(_ tile: borrowing Tile, _ network: TiledNetwork) {
        let count = tile.mesh.cellCount
        var (starts, corners, sides, borderDepths) = ([0] as [Int32], [Int32](), [Int32](), [Int32]())
        starts.reserveCapacity(count + 1)
        corners.reserveCapacity(tile.mesh.halfEdges.count)
        sides.reserveCapacity(tile.mesh.halfEdges.count)
        borderDepths.reserveCapacity(tile.mesh.halfEdges.count)
        let (columns, words) = (tile.codes.varying.map(\.column), (tile.codes.varying.count + 63) / 64)
        var bits = [UInt64](repeating: 0, count: count * words)
        for cell in 0..<count {
            tile.mesh.forEachSide(of: cell) { h in
                let edge = tile.mesh.halfEdges[h]
                corners.append(edge.origin)
                sides.append(edge.line)
                borderDepths.append(~edge.twin)
                let row = tile.mesh.rows.start + Int(edge.origin) * tile.mesh.stride
                for (i, column) in columns.enumerated() where row[column] > 0 { bits[cell * words + i / 64] |= 1 << UInt64(i % 64) }
            }
            starts.append(Int32(truncatingIfNeeded: corners.count))
        }
        (self.starts, self.corners, self.sides, self.borderDepths) = (starts, corners, sides, borderDepths)
        (self.network, lines) = (network, network.lines)
        mayTie = tile.mayTie
        positions = (0..<tile.mesh.vertexCount).map { tile.mesh.position($0) }
        errors = (0..<tile.mesh.vertexCount).map { tile.mesh.vertices[$0].displacement }
        let shared = tile.codes.shared
        guard let expansion = tile.codes.expansion else {
            codes = Codes(shared: shared, units: tile.codes.varying.map { ($0.unit, $0.delta) }, bits: bits)
            return
        }
        codes = Codes(
            shared: expansion.expand(shared, layerCount: tile.codes.layerCount),
            units: tile.codes.varying.map { (expansion.units[$0.unit], $0.delta) }, bits: bits)
    }
}
