// Regions of max-affine layers are power cells: sampled, and in exact arithmetic at every vertex.

import Geometry
import Partitions
import Splines
import TestSupport
import Tensors
import Testing

@Suite struct PowerDiagramTests {
    @Test("Law: a max-affine unit's region is its power cell, and so is an operator's joint region")
    func operators() throws {
        for seed in UInt64(0)..<20 {
            var rng = RandomGenerator(seed: seed, purpose: "power")
            let spline = try MaxAffineOperator(
                slopes: Sampler.generic.tensor([3, 4, 2], using: &rng), offsets: Sampler.generic.tensor([3, 4], using: &rng))
            let joint = (0..<64).map { [$0 / 16, $0 / 4 % 4, $0 % 4] }
            let diagram = PowerDiagram(joint.map { PowerCell(code: $0, of: spline) })
            let units = (0..<3).map { PowerDiagram(unit: $0, of: spline) }
            for _ in 0..<50 {
                let x = [rng.uniform(-2, 2), rng.uniform(-2, 2)]
                let code = spline.code(at: x)
                #expect(units.map { $0.cell(of: x) } == code)
                #expect(joint[diagram.cell(of: x)] == code)
                // The definition, by distances: least ‖x − μ‖² − ρ.
                let powers = units[0].cells.map { $0.power(of: x) }
                #expect(powers.indices.min { powers[$0] < powers[$1] } == code[0])
            }
        }
    }

    @Test("By hand: ReLU x has centres 0 and 1, radii² 0 and 1: the border is where x² = (x − 1)² − 1, at 0")
    func relu() throws {
        let spline = try MaxAffineOperator(
            slopes: Tensor(shape: [1, 2, 1], elements: [0, 1]), offsets: Tensor(shape: [1, 2], elements: [0, 0]))
        let diagram = PowerDiagram(unit: 0, of: spline)
        #expect(diagram.cells == [PowerCell(center: [0], squaredRadius: 0), PowerCell(center: [1], squaredRadius: 1)])
        #expect(diagram.cells[0].power(of: [0]) == diagram.cells[1].power(of: [0]) && diagram.cell(of: [0]) == 0)
        #expect(diagram.cell(of: [0.1]) == 1 && diagram.cell(of: [-0.1]) == 0)
    }

    @Test("Law: every layer's cells in the plane are power cells inside their parents, exactly", arguments: NetworkSampler.allCases)
    func layers(_ sampler: NetworkSampler) throws {
        for seed in UInt64(0)..<12 {
            var rng = RandomGenerator(seed: seed, purpose: "power layers \(sampler.rawValue)")
            let program = try sampler.program(inputs: 2, &rng)
            for layer in program.nonlinearSteps.indices where program.isMaxAffine(layer: layer) {
                let partition = try PlanarPartition(of: program.prefix(throughNonlinearity: layer), on: .box([-1...1, -1...1]))
                let (cells, forms) = (partition.powerCells(ofLayer: layer), partition.exactPowerForms(ofLayer: layer))
                #expect(cells.count == partition.cellCount)
                for (a, cell) in partition.cells.enumerated() {
                    // At the cell's corners its own affine value is the largest in its parent; elsewhere than there it is reached by
                    // neighbours only.
                    for corner in partition.exactVertices(of: a) {
                        let own = forms[a].form.value(at: corner)
                        for b in forms.indices where forms[b].parent == forms[a].parent {
                            #expect(!(own < forms[b].form.value(at: corner)), "seed \(seed), layer \(layer)")
                        }
                    }
                    // In Doubles: the centroid belongs to its own power cell (or to one with the same piece).
                    let siblings = forms.indices.filter { forms[$0].parent == forms[a].parent }
                    let diagram = PowerDiagram(siblings.map { cells[$0].cell })
                    let center = [cell.centroid.x, cell.centroid.y]
                    let best = diagram.cells.map { $0.affineValue(at: center) }.max() ?? 0
                    #expect(cells[a].cell.affineValue(at: center) >= best - 1e-9 * (1 + abs(best)))
                }
            }
        }
    }
}
