// Power diagrams of units and layers: of a max-affine operator by itself, and of every layer of a partitioned network in the input space.

import Geometry
public import Splines
import Tensors

extension PowerDiagram {
    /// The regions of unit k of a max-affine spline operator, one for each piece that it has, in the operator's inputs.
    ///
    ///     μ_r = A_{k,r},  ρ_r = ‖A_{k,r}‖² + 2 B_{k,r}          THEORY §8
    public init(unit k: Int, of spline: MaxAffineOperator) {
        let d = spline.inputCount
        self.init(
            (0..<spline.pieceCount).filter { spline.offsets[k, $0] > -.infinity }.map { r in
                let start = (k * spline.pieceCount + r) * d
                return PowerCell(slope: Array(spline.slopes.elements[start..<start + d]), offset: spline.offsets[k, r])
            })
    }
}

extension PowerCell {
    /// The joint region of a max-affine spline operator's units, of the code r.
    ///
    ///     μ = Σ_k A_{k,r_k},  ρ = ‖μ‖² + 2 Σ_k B_{k,r_k}          THEORY §8
    public init(code: [Int], of spline: MaxAffineOperator) {
        precondition(code.count == spline.unitCount, "a code of \(code.count) units, expected \(spline.unitCount)")
        let d = spline.inputCount
        var sum = [Double](repeating: 0, count: d + 1)
        for (k, r) in code.enumerated() {
            let start = (k * spline.pieceCount + r) * d
            for i in 0..<d { sum[i] += spline.slopes.elements[start + i] }
            sum[d] += spline.offsets[k, r]
        }
        self.init(sum: sum)
    }
}

extension PiecewiseAffineProgram {
    /// Whether the units of a nonlinearity are maxima of their pieces: then its regions are power cells. Leaky ReLU with a slope above 1,
    /// clips and minima are not (THEORY E1).
    public func isMaxAffine(layer: Int) -> Bool {
        switch steps[nonlinearSteps[layer]] {
        case .affine, .maximum: true
        case .pieces(_, let pieces, _): pieces.allSatisfy { zip($0.slopes, $0.slopes.dropFirst()).allSatisfy { $0 <= $1 } }
        }
    }
}

extension PlanarPartition {
    /// The cells of one layer's regions in the input space: for each cell of the partition after nonlinearity `layer`, as
    /// `Cell.ancestor(afterLayer:)` numbers them, its centre and radius and the cell of the layers before in which the diagram holds.
    ///
    /// Layer 0 has one diagram for the whole plane. A deeper layer has one inside each cell ω of the layers before, with map z = A_ω x + b_ω
    /// of its inputs: μ = A_ωᵀ Σ_k A_{k,r_k} and ρ = ‖μ‖² + 2 ⟨b_ω, Σ_k A_{k,r_k}⟩ + 2 Σ_k B_{k,r_k} (THEORY §8).
    public func powerCells(ofLayer layer: Int) -> [(cell: PowerCell, parent: Int)] {
        let value = program.nonlinearSteps[layer] + 1
        let level = subdivision.history.levels[layer]
        return level.parents.indices.map { cell in
            let rows = subdivision.rows(of: value, on: cell, at: layer + 1)
            let sum = (0..<3).map { i in stride(from: i, to: rows.count, by: 3).reduce(0) { $0 + rows[$1] } }
            return (PowerCell(sum: sum), Int(level.parents[cell]))
        }
    }

    /// The same sums exactly, [slope…, offset] of the layer's units added up.
    package func exactPowerForms(ofLayer layer: Int) -> [(form: AffineForm, parent: Int)] {
        let value = program.nonlinearSteps[layer] + 1
        var forms = ExactForms(program: program)
        let level = subdivision.history.levels[layer]
        return level.parents.indices.map { cell in
            var sum = AffineForm.constant(0, dimension: 2)
            for unit in 0..<program.counts[value] {
                sum.add(.one, times: forms.form(of: value, unit: unit, on: cell, at: layer + 1, in: subdivision.history))
            }
            return (sum, Int(level.parents[cell]))
        }
    }
}
