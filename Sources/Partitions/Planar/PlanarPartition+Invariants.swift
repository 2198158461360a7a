// What must hold of every planar partition, as functions that tests call.

import Geometry

extension PlanarPartition {
    /// The first broken invariant in words, or `nil`: the mesh's own, and every cell's corners round it counter-clockwise.
    public func brokenInvariant() -> String? {
        if let broken = subdivision.mesh.brokenInvariant() { return broken }
        for cell in cells where cell.area < 0 { return "cell \(cell.index) has area \(cell.area)" }
        return nil
    }

    /// The same in exact arithmetic, and more: areas add up to the domain's, and at every corner of a cell every unit has a value that its
    /// code on the cell allows.
    package func brokenExactInvariant() -> String? {
        if let broken = brokenInvariant() { return broken }
        var subdivision = subdivision
        var forms = ExactForms(program: program)
        var total = Rational.zero
        for cell in 0..<cellCount {
            let area = subdivision.exactArea(of: cell)
            if area.signum <= 0 { return "cell \(cell) has area \(area.doubleValue)" }
            total = total + area
            let corners = subdivision.mesh.vertices(of: cell).map { subdivision.point($0) }
            func form(_ value: Int, _ unit: Int) -> AffineForm {
                forms.form(of: value, unit: unit, on: cell, at: subdivision.history.levels.count, in: subdivision.history)
            }
            for (layer, index) in program.nonlinearSteps.enumerated() {
                let code = subdivision.code(of: cell, atLevel: layer + 1)
                var conditions: [(unit: Int, form: AffineForm)] = []
                switch program.steps[index] {
                case .affine: break
                case .pieces(let source, let functions, _):
                    for (unit, function) in functions.enumerated() {
                        if code[unit] > 0 { conditions.append((unit, form(source, unit) - Dyadic(function.knots[code[unit] - 1]))) }
                        if code[unit] < function.knots.count {
                            conditions.append((unit, -(form(source, unit) - Dyadic(function.knots[code[unit]]))))
                        }
                    }
                case .maximum(let source, let groups):
                    for (unit, group) in groups.enumerated() {
                        guard let winner = group.codes.firstIndex(of: code[unit]) else { return "code \(code[unit]) is no member's" }
                        for rival in group.members where rival != group.members[winner] {
                            conditions.append((unit, form(source, group.members[winner]) - form(source, rival)))
                        }
                    }
                }
                for (unit, condition) in conditions where corners.contains(where: { condition.sign(at: $0) < 0 }) {
                    return "cell \(cell): unit \(unit) of nonlinearity \(layer) is on the wrong side at a corner"
                }
            }
        }
        guard horizon == nil, let polygon = try? domain.polygon() else { return nil }
        var twice = Dyadic.zero
        for (p, q) in zip(polygon, polygon.dropFirst() + polygon.prefix(1)) {
            twice = twice + Dyadic(p.x) * Dyadic(q.y) - Dyadic(p.y) * Dyadic(q.x)
        }
        return total * Rational(2.0) == Rational(twice) ? nil : "areas sum to \(total.doubleValue), the domain has \(twice.doubleValue / 2)"
    }
}
