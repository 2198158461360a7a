// The codes of cells that are neighbours: nearly all are common to all of them.

/// The codes of some cells, those of all nonlinearities one after the other.
struct CodeBatch: Sendable {
    let count: Int
    /// Of all units; of those that vary, some cell's.
    let base: [UInt16]
    /// The units whose codes are not those in `base` for all cells, ascending.
    let units: [Int]
    /// Cell by cell, those of `units`.
    let codes: [UInt16]

    private init(count: Int, base: [UInt16], units: [Int], codes: [UInt16]) {
        (self.count, self.base, self.units, self.codes) = (count, base, units, codes)
    }

    /// From all codes of `count` cells, cell by cell.
    init(rows: [UInt16], count: Int) {
        let width = rows.count / max(count, 1)
        let base = Array(rows.prefix(width))
        var varies = [Bool](repeating: false, count: width)
        for cell in 1..<max(count, 1) { for unit in 0..<width where rows[cell * width + unit] != base[unit] { varies[unit] = true } }
        let units = varies.indices.filter { varies[$0] }
        self.init(
            count: count, base: base, units: units, codes: (0..<count).flatMap { cell in units.map { rows[cell * width + $0] } })
    }

    init(_ block: CellBlock) {
        let entries = block.codes.units
        let units = Set(entries.map(\.unit)).sorted()
        let places = Dictionary(uniqueKeysWithValues: units.enumerated().map { ($0.element, $0.offset) })
        let numbered = entries.map { (place: places[$0.unit]!, delta: $0.delta) }
        let first = units.map { block.codes.shared[$0] }
        var codes: [UInt16] = []
        codes.reserveCapacity(block.count * units.count)
        for cell in 0..<block.count {
            let start = codes.count
            codes += first
            for (i, entry) in numbered.enumerated() where block.codes.has(i, cell: cell) {
                codes[start + entry.place] = UInt16(truncatingIfNeeded: Int(codes[start + entry.place]) + entry.delta)
            }
        }
        self.init(count: block.count, base: block.codes.shared, units: units, codes: codes)
    }

    /// How many cells of a history make a batch: fewer share less, of more some unit varies that most share.
    static let cellCount = 256
}

extension CodeHistory {
    /// The cells of the last level, some at a time.
    var batches: some Sequence<CodeBatch> {
        let count = levels.last?.parents.count ?? 1
        let width = levels.reduce(0) { $0 + $1.width }
        return stride(from: 0, to: count, by: CodeBatch.cellCount).lazy.map { start in
            let cells = start..<min(start + CodeBatch.cellCount, count)
            var rows: [UInt16] = []
            rows.reserveCapacity(cells.count * width)
            for cell in cells {
                for (index, level) in levels.enumerated() {
                    let ancestor = ancestor(of: cell, at: levels.count, up: index + 1)
                    rows += level.codes[ancestor * level.width..<(ancestor + 1) * level.width]
                }
            }
            return CodeBatch(rows: rows, count: cells.count)
        }
    }
}

/// Bits for a unit with a code that look random (the finaliser of SplitMix64, Steele et al. 2014).
func mixedBits(_ unit: Int, _ code: Int) -> UInt64 {
    var x = UInt64(truncatingIfNeeded: unit) &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(truncatingIfNeeded: code)
    x = (x ^ (x >> 30)) &* 0xBF58_476D_1CE4_E5B9
    x = (x ^ (x >> 27)) &* 0x94D0_49BB_1331_11EB
    return x ^ (x >> 31)
}
