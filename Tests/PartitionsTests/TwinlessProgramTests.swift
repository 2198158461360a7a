// Units that are the same function merged into one: the cells and the codes stay the same.

import Geometry
import Partitions
import Tensors
import TestSupport
import Testing

@Suite struct TwinlessProgramTests {
    @Test("Hand-worked: equal rows are one unit, and weights on them stay apart") func equalRows() throws {
        var program = PiecewiseAffineProgram(inputCount: 2)
        let rows = [[1.0, 0], [0, 1], [1, 0], [0, 0], [1, 0]]
        try program.append(.affine([.init(source: 0, matrix: SparseMatrix(dense: rows, columnCount: 2))], offset: [0, 0, 0, 0, 1]))
        try program.append(.pieces(source: 1, pieces: [PiecewiseFunction](repeating: .relu, count: 5)))
        let output = SparseMatrix(dense: [[0x1p-60, 2, 1, 7, 3]], columnCount: 5)
        try program.append(.affine([.init(source: 2, matrix: output)], offset: [0]))
        let twinless = TwinlessProgram(program)
        // Units 0 and 2 are equal; 4 has another offset; 3 is 0 everywhere and read no more.
        #expect(twinless.program.counts == [2, 4, 4, 1])
        #expect(twinless.expansions == [[0, 1, 0, 2, 3]])
        #expect(twinless.originals[1] == [0, 1, 3, 4])
        #expect(twinless.expand([1, 0, 0, 1] as [UInt16], ofLayer: 0) == [1, 0, 1, 0, 1])
        guard case .affine(let terms, _) = twinless.program.steps[2] else { return #expect(Bool(false)) }
        // 2⁻⁶⁰ + 1 is no Double.
        #expect(terms[0].matrix.columns == [0, 0, 1, 3])
        #expect(terms[0].matrix.values.sorted() == [0x1p-60, 1, 2, 3])
    }

    @Test("Hand-worked: of equal members of a group the first stands for all, with its code") func equalMembers() throws {
        var program = PiecewiseAffineProgram(inputCount: 2)
        let rows = [[1.0, 0], [1, 0], [0, 1]]
        try program.append(.affine([.init(source: 0, matrix: SparseMatrix(dense: rows, columnCount: 2))], offset: [0, 0, 0]))
        try program.append(
            .maximum(source: 1, groups: [.init(members: [0, 1, 2], codes: [3, 4, 7]), .init(members: [0, 2], codes: [3, 7])]))
        try program.append(.affine([.init(source: 2, matrix: .identity(2))], offset: [0, 0]))
        let twinless = TwinlessProgram(program)
        #expect(twinless.program.counts == [2, 2, 1, 2])
        guard case .maximum(_, let groups) = twinless.program.steps[1] else { return #expect(Bool(false)) }
        #expect(groups == [.init(members: [0, 1], codes: [3, 7])])
    }

    @Test("Law: without twins the cells are the same, and the codes expand to the original's", arguments: NetworkSampler.allCases)
    func cells(_ sampler: NetworkSampler) throws {
        for seed in UInt64(300)..<340 {
            var rng = RandomGenerator(seed: seed, purpose: sampler.rawValue)
            let program = try sampler.program(inputs: 2, &rng)
            let box = Domain.box([-1...1, -1...1])
            let twinless = TwinlessProgram(program)
            var (expected, found) = (Set<TiledPartitionTests.Seen>(), Set<TiledPartitionTests.Seen>())
            try ExactSubdivision(of: program, on: box).forEachCell { expected.insert(.init(codes: $0.codes, area: $0.polytope.volume)) }
            try ExactSubdivision(of: twinless.program, on: box).forEachCell { cell in
                let codes = cell.codes.enumerated().map { layer, code in twinless.expand(code.map { UInt16($0) }, ofLayer: layer) }
                found.insert(.init(codes: codes, area: cell.polytope.volume))
            }
            #expect(expected == found, "seed \(seed)")
        }
    }
}
