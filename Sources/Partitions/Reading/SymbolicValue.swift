// A value of a graph while it is read: an affine map of values of the program, not yet made one. Compositions that would round are never
// taken; the parts become steps instead, so the program is the graph exactly.

/// Rows of (column, weight) for each source, and an offset for each row.
struct SymbolicValue {
    typealias Row = [(column: Int, value: Double)]

    /// The terms, by source value: one row for each entry.
    var terms: [(source: Int, rows: [Row])]
    var offset: [Double]

    var count: Int { offset.count }

    static func identity(of source: Int, count: Int) -> SymbolicValue {
        SymbolicValue(terms: [(source, (0..<count).map { [(column: $0, value: 1)] })], offset: [Double](repeating: 0, count: count))
    }

    /// Whether every row is one entry of weight 1 of one source, or nothing: then any matrix composes with it without rounding.
    var isSelection: Bool {
        terms.count <= 1 && offset.allSatisfy { $0 == 0 }
            && terms.allSatisfy { $0.rows.allSatisfy { $0.count <= 1 && $0.allSatisfy { $0.value == 1 } } }
    }

    /// Whether it is the whole of one value, entry by entry.
    var wholeSource: Int? {
        guard isSelection, let term = terms.first else { return nil }
        return term.rows.indices.allSatisfy { term.rows[$0].first?.column == $0 } ? term.source : nil
    }

    /// Entries by position; `nil` is 0.
    func gathered(_ positions: [Int?]) -> SymbolicValue {
        SymbolicValue(
            terms: terms.map { term in (term.source, positions.map { $0.map { term.rows[$0] } ?? [] }) },
            offset: positions.map { $0.map { offset[$0] } ?? 0 })
    }

    /// A matrix, by rows, times a selection.
    func applying(_ rows: [Row]) -> SymbolicValue {
        let composed = rows.map { row in
            row.compactMap { entry -> (column: Int, value: Double)? in
                terms[0].rows[entry.column].first.map { (column: $0.column, value: entry.value) }
            }
        }
        return SymbolicValue(terms: [(terms[0].source, composed)], offset: [Double](repeating: 0, count: rows.count))
    }
}
