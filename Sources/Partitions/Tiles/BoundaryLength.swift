// The length of the decision boundary from cells as they go by. The class is one more nonlinearity (`classStep`), and the boundary is made
// of the sides that lie on its lines. Where outputs might tie otherwise, on a whole cell or along an older side, that is not decided here:
// `DecisionBoundary` is.

import Geometry

/// The boundary's length on the cells of a program with its class as last nonlinearity.
struct BoundaryLength: Sendable {
    private var twice = 0.0
    /// Whether outputs tie nowhere else, so that the length is the boundary's.
    private(set) var isCertain = true

    var length: Double { twice / 2 }

    /// Takes a block of cells divided by class. No output is the other or 0 on the whole of a cell, which `DistinctMaps` tells.
    mutating func add(_ block: CellBlock) {
        let classLevel = block.network.layerCount - 1
        for cell in block.cells {
            let vertices = cell.vertices
            for (i, line) in cell.sideLines.enumerated() where line.level == classLevel {
                let way = vertices[(i + 1) % vertices.count] - vertices[i]
                twice += (way * way).sum().squareRoot()
            }
            // Tiles count the sides along which outputs tie; outside them three outputs may be close to each other.
            if case .all = block.codes, isCertain { isCertain = !cell.mayHaveIdleTie(classLevel: classLevel) }
        }
    }

    mutating func merge(_ other: BoundaryLength) {
        twice += other.twice
        isCertain = isCertain && other.isCertain
    }
}

extension CellBlock.Cell {
    /// Whether another output may tie with the cell's at one of its corners, but for those at the ends of their common side.
    fileprivate func mayHaveIdleTie(classLevel: Int) -> Bool {
        let whole = exactly
        guard let winner = whole.codes.last?.first else { return false }
        let program = block.network.program
        let outputs = program.prefix(steps: program.steps.count - 1)
        guard outputs.outputCount == block.network.original.counts[outputs.last] else { return true }
        var subdivision = PlanarSubdivision(of: outputs, on: whole.prefix(classLevel))
        subdivision.run(from: outputs.steps.count)
        let corners = whole.lines.count
        return (outputs.outputCount == 1 ? [-1] : (0..<outputs.outputCount).filter { $0 != Int(winner) }).contains { rival in
            (0..<corners).contains { corner in
                let beside = [whole.lines[corner], whole.lines[(corner + corners - 1) % corners]]
                if beside.contains(where: { $0.level == classLevel && $0.compares(rival, Int(winner)) }) { return false }
                return subdivision.mayTie(Int(winner), rival, at: corner)
            }
        }
    }
}

extension Line {
    /// Whether a class changes here between two outputs, or from one to the single output's other sign (−1).
    fileprivate func compares(_ a: Int, _ b: Int) -> Bool {
        switch self {
        case .border: false
        case .knot: a < 0 || b < 0
        case .tie(_, let unit, let other, _, _): Set([unit, other]) == Set([a, b])
        }
    }
}
