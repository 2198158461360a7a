// How many affine maps the network has on its cells: fewer than cells, where a unit switches that the output does not see.

import Geometry

/// Counts different affine maps (A, b), as functions of the domain's coordinates, exactly and without keeping the cells.
///
/// Cells go by twice. Different residues prove maps different. Where residues are equal, so are the maps if the output sees the same units
/// on the same pieces; if not, exact arithmetic compares.
struct DistinctMaps: Sendable {
    private let program: PiecewiseAffineProgram
    private let residuePrograms: [ResidueProgram]
    /// Of all cells that went by.
    private var residues: [UInt64] = []

    init(_ program: PiecewiseAffineProgram) { (self.program, residuePrograms) = (program, ResidueProgram.programs(program)) }

    /// The number of cells that went by.
    var cellCount: Int { residues.count }

    /// Takes the cells of the history's last level.
    mutating func add(_ history: CodeHistory) { residues += residues(of: history) }

    mutating func merge(_ other: DistinctMaps) { residues += other.residues }

    /// What is known when all cells have gone by once: the number of residues, and what is left to compare.
    consuming func settled() -> (residueCount: Int, contest: Contest) {
        var (contested, count) = (Set<UInt64>(), 0)
        residues.sort()
        for (i, residue) in residues.enumerated() {
            if i == 0 || residue != residues[i - 1] { count += 1 } else { contested.insert(residue) }
        }
        residues = []
        return (count, Contest(maps: self, residues: contested))
    }

    /// One number for each cell of the history's last level.
    private func residues(of history: CodeHistory) -> [UInt64] {
        let (first, second) = (residuePrograms[0].outputs(on: history), residuePrograms[1].outputs(on: history))
        let width = program.outputCount
        return stride(from: 0, to: first.count, by: width).map { start in
            // Of one output both residues, of several a mixture.
            var mixed: UInt64 = 0
            for i in start..<start + width { mixed = (mixed &* 0x9E37_79B9_7F4A_7C15) ^ (UInt64(first[i]) << 27 | UInt64(second[i])) }
            return mixed
        }
    }

    /// Cells of equal residues: in the second pass.
    struct Contest: Sendable {
        private let maps: DistinctMaps
        private let residues: Set<UInt64>
        private var members: [UInt64: [RelevantCode: CodeHistory]] = [:]

        fileprivate init(maps: DistinctMaps, residues: Set<UInt64>) { (self.maps, self.residues) = (maps, residues) }

        var isEmpty: Bool { residues.isEmpty }

        mutating func add(_ history: CodeHistory) {
            for (cell, residue) in maps.residues(of: history).enumerated() where residues.contains(residue) {
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
