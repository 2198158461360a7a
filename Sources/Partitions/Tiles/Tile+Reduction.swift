// Going on with a reduced network on a small tile.

import CKernels

extension Tile {
    /// Whether, in the first nonlinearity, few of its units may change their piece on the tile.
    var isReducible: Bool {
        network.reductionLimit > 0 && network.depths[step] == 0 && openCount <= network.reductionLimit
    }

    /// How many units change their piece on the tile, or may do so.
    private var openCount: Int { open.count + sides.count(where: \.isHinge) }

    /// Goes on with a network reduced to the units that may change their piece on the tile.
    mutating func reduce() {
        let first = network.steps[step]
        let reduction = NetworkReduction(of: network, on: rectangle, openCount: openCount)
        let hingeCount = sides.count(where: \.isHinge)
        let matrix: ColumnMatrix
        switch first {
        case .affine, .shared: preconditionFailure("step \(step) has no code")
        case .pieces(let source, let functions, let knots):
            matrix = values[source]!
            // A unit has its knots one after the other, there and here.
            var starts = [Int32](repeating: -1, count: matrix.unitCount)
            for (place, knot) in knots.enumerated() where starts[Int(knot.unit)] < 0 { starts[Int(knot.unit)] = Int32(place) }
            sides = reduction.first.units.flatMap { unit in functions[unit].knots.indices.map { sides[Int(starts[unit]) + $0] } }
        case .maximum(let source, _, _):
            matrix = values[source]!
            rivals = reduction.first.groups.map { group, positions in
                // Of a group that is decided, only the winner need be kept.
                let (side, pair) = (sides[group], rivals[group])
                if side == .unknown { return SIMD2(0, 0) }
                let (a, b) = (side == .above ? pair.y : pair.x, side == .below ? pair.x : pair.y)
                guard let first = positions.firstIndex(of: Int(a)), let second = positions.firstIndex(of: Int(b)) else {
                    preconditionFailure("a member that is largest on the tile was not kept")
                }
                return SIMD2(Int32(first), Int32(second))
            }
            sides = reduction.first.groups.map { sides[$0.group] }
        }
        precondition(sides.count(where: \.isHinge) == hingeCount, "a unit that cuts the tile was not kept")
        let units = reduction.first.units
        let kept = ColumnMatrix(
            store, unitCount: units.count, columnCount: matrix.columnCount, dense: (0..<Int32(units.count)).map { $0 })
        for (i, unit) in units.enumerated() {
            for j in 0..<matrix.columnCount { kept.column(j)[i] = matrix.column(j)[unit] }
            kept.eta[i] = matrix.eta[unit]
        }
        (network, step) = (reduction.network, 1)
        open = sides.indices.filter { sides[$0] == .unknown }.map { Int32($0) }
        values = [ColumnMatrix?](repeating: nil, count: network.steps.count + 1)
        (values[0], values[1]) = (Tile.position(store), kept)
        codes.expansion = network.expansion
    }

    /// A rectangle that all vertices lie in.
    private var rectangle: Enclosure.Rectangle {
        var (low, high, displacement) = (mesh.position(0), mesh.position(0), 0.0)
        for v in 0..<mesh.vertexCount {
            (low, high) = (pointwiseMin(low, mesh.position(v)), pointwiseMax(high, mesh.position(v)))
            displacement = max(displacement, mesh.vertices[v].displacement)
        }
        let half = 0.5 * (high - low) * (1 + 0x1p-20) + 2 * (displacement + grain)
        return .init(center: 0.5 * (low + high), half: half)
    }
}
