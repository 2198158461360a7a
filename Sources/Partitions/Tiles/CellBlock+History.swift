// What the cells of a block have in common, level by level: a program need not be run on what many cells share more than once.

extension CellBlock {
    /// The block's cells as a history: cells with equal codes up to a nonlinearity are one cell of its level. Those of the last level are
    /// the block's, in order.
    var history: CodeHistory {
        var history = CodeHistory()
        var ancestors = [Int](repeating: 0, count: count)
        for layer in network.codeStarts.indices.dropLast() {
            let range = network.codeStarts[layer]..<network.codeStarts[layer + 1]
            let codes = codes.layer(range, of: count)
            var numbers: [Key: Int] = [:]
            var (parents, rows) = ([Int32](), [UInt16]())
            for cell in 0..<count {
                let key = Key(parent: ancestors[cell], words: codes.key(of: cell))
                let fresh = parents.count
                let number = numbers[key] ?? fresh
                if number == fresh {
                    numbers[key] = fresh
                    parents.append(Int32(truncatingIfNeeded: ancestors[cell]))
                    codes.append(cell, to: &rows)
                }
                ancestors[cell] = number
            }
            history.levels.append(CodeHistory.Level(parents: parents, codes: rows, width: range.count))
        }
        return history
    }

    private struct Key: Hashable {
        let parent: Int
        let words: [UInt64]
    }
}

extension CellBlock.Codes {
    /// One nonlinearity's codes of all cells.
    fileprivate struct Layer {
        /// The codes that all cells share, or none.
        let shared: ArraySlice<UInt16>
        let varying: [(unit: Int, delta: Int)]
        /// For each cell as many words, of which those within `masks` belong to the layer.
        let bits: [UInt64]
        let masks: [UInt64]
        /// Cell by cell, where they are not shared.
        let rows: [UInt16]
        let rowLength: Int
        let range: Range<Int>

        func key(of cell: Int) -> [UInt64] {
            if rowLength > 0 { return row(cell).map { UInt64($0) } }
            return masks.indices.map { bits[cell * masks.count + $0] & masks[$0] }
        }

        func append(_ cell: Int, to codes: inout [UInt16]) {
            if rowLength > 0 {
                codes += row(cell)
                return
            }
            let start = codes.count
            codes += shared
            for (i, entry) in varying.enumerated()
            where range.contains(entry.unit) && bits[cell * masks.count + i / 64] >> UInt64(i % 64) & 1 == 1 {
                let place = start + entry.unit - range.lowerBound
                codes[place] = UInt16(truncatingIfNeeded: Int(codes[place]) + entry.delta)
            }
        }

        private func row(_ cell: Int) -> ArraySlice<UInt16> {
            rows[cell * rowLength + range.lowerBound..<cell * rowLength + range.upperBound]
        }
    }

    fileprivate func layer(_ range: Range<Int>, of count: Int) -> Layer {
        switch self {
        case .varying(let shared, let units, let bits):
            var masks = [UInt64](repeating: 0, count: (units.count + 63) / 64)
            for (i, entry) in units.enumerated() where range.contains(entry.unit) { masks[i / 64] |= 1 << UInt64(i % 64) }
            return Layer(shared: shared[range], varying: units, bits: bits, masks: masks, rows: [], rowLength: 0, range: range)
        case .all(let rows):
            return Layer(
                shared: [], varying: [], bits: [], masks: [], rows: rows, rowLength: rows.count / max(count, 1), range: range)
        }
    }
}
