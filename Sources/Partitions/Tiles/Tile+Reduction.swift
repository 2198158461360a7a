// Going on with a reduced network on a small tile.

import CKernels

extension Tile {
    /// Whether, in the first nonlinearity, few of its units may change their piece on the tile.
    var isReducible: Bool {
        network.reductionLimit > 0 && network.depths[step] == 0 && open.count + sides.count(where: \.isHinge) <= network.reductionLimit
    }

    /// Goes on with a network reduced to the units that may change their piece on the tile.
    mutating func reduce() {
        guard case .pieces(let source, _, let knots) = network.steps[step] else { preconditionFailure("step \(step) is not elementwise") }
        let reduction = NetworkReduction(of: network, on: rectangle)
        let matrix = values[source]!
        let kept = ColumnMatrix(
            store, unitCount: reduction.kept.count, columnCount: matrix.columnCount, dense: (0..<Int32(reduction.kept.count)).map { $0 })
        for (i, unit) in reduction.kept.enumerated() {
            for j in 0..<matrix.columnCount { kept.column(j)[i] = matrix.column(j)[unit] }
            kept.eta[i] = matrix.eta[unit]
        }

        // A unit has its knots one after the other, there and here.
        var starts = [Int32](repeating: -1, count: matrix.unitCount)
        for (place, knot) in knots.enumerated() where starts[Int(knot.unit)] < 0 { starts[Int(knot.unit)] = Int32(place) }
        network = reduction.network
        step = 1
        guard case .pieces(_, let functions, _) = network.steps[step] else { preconditionFailure("a reduced network begins with pieces") }
        let hingeCount = sides.count(where: \.isHinge)
        sides = zip(reduction.kept, functions).flatMap { unit, function in
            function.knots.indices.map { sides[Int(starts[unit]) + $0] }
        }
        precondition(sides.count(where: \.isHinge) == hingeCount, "a unit that cuts the tile was not kept")
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
