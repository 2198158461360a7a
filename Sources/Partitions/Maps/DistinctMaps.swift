// How many affine maps the network has on its cells: fewer than cells, where a unit switches that the output does not see.

import Geometry

/// Counts different affine maps (A, b), as functions of the domain's coordinates, exactly and without keeping the cells.
///
/// Cells go by twice. Different residues prove maps different. Where residues are equal, so are the maps if the output sees the same units
/// on the same pieces; if not, exact arithmetic compares.
struct DistinctMaps: Sendable {
    /// Weights times cells up to which maps are compared: some ten seconds' work.
    private static let comparedWeights = 200_000_000_000
    /// How much longer a weight takes in a matrix that is mostly zeros.
    private static let sparseFactor = 20

    /// How many cells' maps can be compared in tolerable time.
    static func comparedCellCount(of program: PiecewiseAffineProgram) -> Int {
        let work = program.steps.reduce(0) { sum, step in
            guard case .affine(let terms, _) = step else { return sum }
            return sum + terms.reduce(0) { $0 + $1.matrix.values.count * ($1.matrix.isSparse ? sparseFactor : 1) }
        }
        return comparedWeights / max(work, 1)
    }

    private let program: PiecewiseAffineProgram
    private let residuePrograms: [ResidueProgram]
    /// Of all cells that went by.
    private var residues: [UInt64] = []
    /// Whether on the whole of a cell two outputs may be equal, or the only one 0.
    private(set) var mayHaveTies = false

    init(_ program: PiecewiseAffineProgram) { (self.program, residuePrograms) = (program, ResidueProgram.programs(program)) }

    /// Takes the cells of the history's last level.
    mutating func add(_ history: CodeHistory) {
        let outputs = outputs(on: history)
        let width = program.outputCount
        for row in stride(from: 0, to: outputs.count, by: width).map({ outputs[$0..<$0 + width] }) where !mayHaveTies {
            mayHaveTies = width == 1 ? row.first == 0 : Set(row).count < width
        }
        residues += mixtures(of: outputs)
    }

    mutating func merge(_ other: DistinctMaps) {
        residues += other.residues
        mayHaveTies = mayHaveTies || other.mayHaveTies
    }

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

    /// The outputs' residues in both fields on each cell of the history's last level, cell by cell.
    private func outputs(on history: CodeHistory) -> [UInt64] {
        zip(residuePrograms[0].outputs(on: history), residuePrograms[1].outputs(on: history)).map { UInt64($0) << 27 | UInt64($1) }
    }

    /// One number for each cell: of several outputs a mixture.
    private func mixtures(of outputs: [UInt64]) -> [UInt64] {
        stride(from: 0, to: outputs.count, by: program.outputCount).map { start in
            outputs[start..<start + program.outputCount].reduce(0) { ($0 &* 0x9E37_79B9_7F4A_7C15) ^ $1 }
        }
    }

    /// Cells of equal residues, in the second pass; or all cells, where they are few enough to be kept and go by once.
    struct Contest: Sendable {
        private let maps: DistinctMaps
        /// All where `nil`.
        private let residues: Set<UInt64>?
        private var members: [UInt64: [RelevantCode: CodeHistory]] = [:]

        fileprivate init(_ maps: DistinctMaps, among residues: Set<UInt64>) { (self.maps, self.residues) = (maps, residues) }

        init(of program: PiecewiseAffineProgram) { (maps, residues) = (DistinctMaps(program), nil) }

        var isEmpty: Bool { residues?.isEmpty ?? false }

        /// The number of different maps among the cells.
        var mapCount: Int { members.count + surplus() }

        mutating func add(_ history: CodeHistory) {
            for (cell, residue) in maps.mixtures(of: maps.outputs(on: history)).enumerated() where residues?.contains(residue) ?? true {
                let code = RelevantCode(of: cell, in: history, maps.program)
                if members[residue]?[code] == nil { members[residue, default: [:]][code] = history.path(of: cell) }
            }
        }

        mutating func merge(_ other: Contest) {
            for (residue, group) in other.members { members[residue, default: [:]].merge(group) { kept, _ in kept } }
        }

        /// How many more maps there are than residues.
        func surplus() -> Int {
            members.values.reduce(0) { $0 + ($1.count > 1 ? count(Array($1.values)) - 1 : 0) }
        }

        private func count(_ members: [CodeHistory]) -> Int {
            var maps = Set<[AffineForm]>()
            for member in members {
                var forms = ExactForms(program: self.maps.program)
                maps.insert(
                    (0..<self.maps.program.outputCount).map {
                        forms.form(of: self.maps.program.last, unit: $0, on: 0, at: member.levels.count, in: member)
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
        maps.add(subdivision.history)
        var (count, contest) = maps.settled()
        if contest.isEmpty { return count }
        contest.add(subdivision.history)
        return count + contest.surplus()
    }
}
