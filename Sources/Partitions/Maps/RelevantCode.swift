// Which units the output sees on a cell: where the codes of those agree, the affine maps are the same by their form alone.

/// The codes of a cell's units that reach the output; of all others nothing.
struct RelevantCode: Equatable, Sendable {
    static let none = UInt16.max

    /// What the codes of a batch's cells have in common.
    final class Base: Sendable {
        /// The codes that all cells see; `none` of all other units.
        let common: [UInt16]
        /// Those that some cells see, each by the number of the units that are seen together with it.
        let shared: [(unit: Int, code: UInt16, number: Int)]
        /// The units whose codes vary.
        let varying: [Int]

        init(common: [UInt16], shared: [(unit: Int, code: UInt16, number: Int)], varying: [Int]) {
            (self.common, self.shared, self.varying) = (common, shared, varying)
        }
    }

    private let base: Base
    /// For each number a bit, whether its units are seen.
    private let seen: [UInt64]
    /// Those of the varying units.
    private let codes: [UInt16]
    /// Of what is seen.
    private let hash: UInt64

    init(_ base: Base, seen: [UInt64], codes: [UInt16], hash: UInt64) {
        (self.base, self.seen, self.codes, self.hash) = (base, seen, codes, hash)
    }

    /// The code of every unit.
    private var whole: [UInt16] {
        var whole = base.common
        for entry in base.shared where seen[entry.number / 64] >> UInt64(entry.number % 64) & 1 == 1 { whole[entry.unit] = entry.code }
        for (unit, code) in zip(base.varying, codes) { whole[unit] = code }
        return whole
    }

    static func == (a: RelevantCode, b: RelevantCode) -> Bool {
        guard a.hash == b.hash else { return false }
        return a.base === b.base ? a.seen == b.seen && a.codes == b.codes : a.whole == b.whole
    }

    /// A cell with this code, from which exact arithmetic makes the outputs' forms: it asks for no unit that is not seen.
    func history(codeStarts: [Int]) -> CodeHistory {
        let whole = whole.map { $0 == RelevantCode.none ? 0 : Int($0) }
        return CodeHistory(codes: zip(codeStarts, codeStarts.dropFirst()).map { Array(whole[$0..<$1]) })
    }
}
