// What exact arithmetic, and readers of classes, ask of a streamed cell.

import Geometry

extension CellBlock.Cell {
    /// How far each corner may be from where it is exactly.
    var vertexErrors: [Double] { range.map { block.errors[Int(block.corners[$0])] } }

    /// Where the code of each nonlinearity begins in `flatCode`, and where the last one ends.
    var codeStarts: [Int] { block.network.codeStarts }

    /// The exact corners, without those on straight sides.
    var exactVertices: [ExactPoint] {
        var subdivision = PlanarSubdivision(of: block.network.program, on: exactly)
        return subdivision.mesh.vertices(of: 0).map { subdivision.point($0) }
    }
}

extension CellBlock.Cell {
    /// The line that each side lies on, from corner i to the next.
    var sideLines: [Line] { range.map { block.lines[Int(block.sides[$0])] } }
}

extension Line {
    /// The nonlinearity that cut along it; −1 of the domain's border.
    var level: Int {
        switch self {
        case .border: -1
        case .knot(_, _, _, _, let level), .tie(_, _, _, _, let level): level
        }
    }
}
