// How many affine maps the network has on its cells: fewer than cells, where a unit switches that the output does not see.

import Geometry

/// Counts different affine maps (A, b), as functions of the domain's coordinates, exactly and without keeping the cells.
///
/// Cells go by twice. Different residues prove maps different. Where residues are equal, so are the maps if the output sees the same units
/// on the same pieces; if not, exact arithmetic compares.
struct DistinctMaps: Sendable {
    /// Weights times cells up to which maps are compared, and exact forms made where residues leave it open: some ten seconds' work each.
    private static let (comparedWeights, exactWeights) = (200_000_000_000, 200_000_000)
    /// Where a matrix is mostly zeros, a unit that varies reaches few others.
    private static let sparseShare = 16
    /// More cells than this, and their residues alone would take too much memory.
    private static let cellLimit = 50_000_000

    /// How many cells' maps can be compared in tolerable time.
    static func comparedCellCount(of program: PiecewiseAffineProgram) -> Int {
        let work = program.steps.reduce(0) { sum, step in
            guard case .affine(let terms, _) = step else { return sum }
            return sum + terms.reduce(0) { $0 + $1.matrix.values.count / ($1.matrix.isSparse ? sparseShare : 1) }
        }
        return min(cellLimit, comparedWeights / max(work, 1))
    }

    /// What all threads read.
    private final class Network: Sendable {
        let program: PiecewiseAffineProgram
        let residuePrograms: [ResidueProgram]
        let codeStarts: [Int]

        init(_ program: PiecewiseAffineProgram, _ matrices: [[ColumnwiseMatrix]]) {
            self.program = program
            let matrices = program.steps.enumerated().map { index, step -> [ColumnwiseMatrix] in
                guard case .affine(let terms, _) = step else { return [] }
                return index < matrices.count ? matrices[index] : terms.map { ColumnwiseMatrix($0) }
            }
            residuePrograms = ResidueField.fields.map { ResidueProgram(program, matrices, over: $0) }
            codeStarts = program.nonlinearSteps.reduce(into: [0]) { $0.append($0[$0.count - 1] + program.counts[$1 + 1]) }
        }
    }

    private let network: Network
    /// Of all cells that went by.
    private var residues: [UInt64] = []

    /// - Parameter matrices: those of the affine steps, as far as they are there already.
    init(_ program: PiecewiseAffineProgram, matrices: [[ColumnwiseMatrix]] = []) { network = Network(program, matrices) }

    /// Takes cells.
    mutating func add(_ batch: CodeBatch) {
        residues += mixtures(on: batch)
    }

    mutating func merge(_ other: DistinctMaps) { residues += other.residues }

    /// What is known when all cells have gone by once: the number of residues, and what is left to compare.
    consuming func settled() -> (residueCount: Int, contest: Contest) {
        var (contested, count) = (Set<UInt64>(), 0)
        residues.sort()
        for (i, residue) in residues.enumerated() {
            if i == 0 || residue != residues[i - 1] { count += 1 } else { contested.insert(residue) }
        }
        residues = []
        return (count, Contest(self, among: contested))
    }

    /// One number for each cell, of the outputs' residues in both fields: of several outputs a mixture.
    private func mixtures(on batch: CodeBatch) -> [UInt64] {
        let both = network.residuePrograms.map { BatchResidues($0, batch, codeStarts: network.codeStarts).outputs() }
        let outputs = zip(both[0], both[1]).map { UInt64($0) << 27 | UInt64($1) }
        let width = network.program.outputCount
        return stride(from: 0, to: outputs.count, by: width).map { start in
            outputs[start..<start + width].reduce(0) { ($0 &* 0x9E37_79B9_7F4A_7C15) ^ $1 }
        }
    }

    /// Cells of equal residues, in the second pass; or all cells, where they are few enough to be kept and go by once.
    struct Contest: Sendable {
        private let maps: DistinctMaps
        /// All where `nil`.
        private let residues: Set<UInt64>?
        private var members: [UInt64: [RelevantCode]] = [:]

        fileprivate init(_ maps: DistinctMaps, among residues: Set<UInt64>) { (self.maps, self.residues) = (maps, residues) }

        init(of program: PiecewiseAffineProgram) { (maps, residues) = (DistinctMaps(program), nil) }

        var isEmpty: Bool { residues?.isEmpty ?? false }

        /// The number of different maps among the cells.
        var mapCount: Int { members.count + surplus() }

        mutating func add(_ batch: CodeBatch) {
            let network = maps.network
            var relevance: BatchRelevance?
            for (cell, residue) in maps.mixtures(on: batch).enumerated() where residues?.contains(residue) ?? true {
                let known = relevance ?? BatchRelevance(network.program, batch, codeStarts: network.codeStarts)
                relevance = known
                insert(known.code(of: cell), residue)
            }
        }

        mutating func merge(_ other: Contest) {
            for (residue, codes) in other.members { for code in codes { insert(code, residue) } }
        }

        private mutating func insert(_ code: RelevantCode, _ residue: UInt64) {
            if members[residue, default: []].contains(where: { $0 == code }) { return }
            members[residue, default: []].append(code)
        }

        /// Whether exact arithmetic compares what is left in tolerable time.
        var isTolerable: Bool {
            let count = members.values.reduce(0) { $0 + ($1.count > 1 ? $1.count : 0) }
            return count <= 1000 || count * maps.network.program.weightCount <= DistinctMaps.exactWeights
        }

        /// How many more maps there are than residues.
        func surplus() -> Int { members.values.reduce(0) { $0 + ($1.count > 1 ? count($1) - 1 : 0) } }

        private func count(_ members: [RelevantCode]) -> Int {
            let program = maps.network.program
            var maps = Set<[AffineForm]>()
            for member in members {
                var forms = ExactForms(program: program)
                let history = member.history(codeStarts: self.maps.network.codeStarts)
                maps.insert(
                    (0..<program.outputCount).map {
                        forms.form(of: program.last, unit: $0, on: 0, at: history.levels.count, in: history)
                    })
            }
            return maps.count
        }
    }
}

extension PlanarPartition {
    /// The number of different affine maps (A, b) among the cells, as functions of the domain's coordinates, counted exactly.
    public func distinctMapCount() -> Int {
        var maps = DistinctMaps(program)
        for batch in subdivision.history.batches { maps.add(batch) }
        var (count, contest) = maps.settled()
        if contest.isEmpty { return count }
        for batch in subdivision.history.batches { contest.add(batch) }
        return count + contest.surplus()
    }
}
