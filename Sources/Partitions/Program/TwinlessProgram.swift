// Units that are exactly the same function: a slice through images with a constant background has thousands of them, and every comparison
// between two would be a tie for exact arithmetic to find.

/// A program that has one unit for each class of units that are the same function of the inputs, as far as the structure shows it: equal
/// weights on units of equal classes. No number is rounded, so the outputs and the cells are those of the original. In large programs
/// units that read the same place stand side by side, as the channels of a convolution do.
package struct TwinlessProgram: Sendable {
    package let program: PiecewiseAffineProgram
    /// For each nonlinearity and each of the original's units, the unit here that stands for it.
    package let expansions: [[Int32]]
    /// For each value and each of the original's units, the unit here that stands for it.
    let classes: [[Int32]]
    /// For each value and each unit here, the first of the original's units that it stands for.
    package let originals: [[Int32]]

    package init(_ original: PiecewiseAffineProgram) {
        var merger = TwinMerger(original)
        for step in original.steps { merger.take(step) }
        program = merger.program
        expansions = original.nonlinearSteps.map { merger.classes[$0 + 1] }
        (classes, originals) = (merger.classes, merger.originals)
    }

    /// The original's code at nonlinearity `layer`, from the code here.
    package func expand(_ code: some RandomAccessCollection<UInt16>, ofLayer layer: Int) -> [Int] {
        expansions[layer].map { Int(code[code.index(code.startIndex, offsetBy: Int($0))]) }
    }
}

/// The making of a program without twins, step by step.
private struct TwinMerger {
    private(set) var program: PiecewiseAffineProgram
    private(set) var classes: [[Int32]]
    private(set) var originals: [[Int32]]
    /// For each value and class whether it is 0 everywhere.
    private var zeros: [[Bool]]
    /// For each value and unit what later steps, unit by unit, do with it: only units of equal uses may be one.
    private let uses: [[Int]]
    private let isLarge: Bool

    init(_ original: PiecewiseAffineProgram) {
        program = PiecewiseAffineProgram(inputCount: original.inputCount)
        classes = [(0..<Int32(original.inputCount)).map { $0 }]
        originals = classes
        zeros = [[Bool](repeating: false, count: original.inputCount)]
        uses = TwinMerger.uses(of: original)
        isLarge = original.isLarge
    }

    private static func uses(of program: PiecewiseAffineProgram) -> [[Int]] {
        var uses = program.counts.map { [Int](repeating: 0, count: $0) }
        // The outputs stay as many as they are.
        uses[program.last] = Array(0..<program.outputCount)
        var numbers: [SIMD3<Int>: Int] = [SIMD3(0, 0, 0): 0]
        var last = (key: SIMD3(0, 0, 0), number: 0)
        var functions: [PiecewiseFunction: Int] = [:]
        for (index, step) in program.steps.enumerated().reversed() {
            guard case .pieces(let source, let pieces, _) = step else { continue }
            var previous: (function: PiecewiseFunction, number: Int)?
            for unit in pieces.indices {
                if previous?.function != pieces[unit] {
                    let fresh = functions.count
                    let number = functions[pieces[unit]] ?? fresh
                    functions[pieces[unit]] = number
                    previous = (pieces[unit], number)
                }
                let key = SIMD3(uses[source][unit], previous!.number, uses[index + 1][unit])
                if key != last.key {
                    let fresh = numbers.count
                    last = (key, numbers[key] ?? fresh)
                    numbers[key] = last.number
                }
                uses[source][unit] = last.number
            }
        }
        return uses
    }

    mutating func take(_ step: PiecewiseAffineProgram.Step) {
        let use = uses[classes.count]
        switch step {
        case .affine(let terms, let offset): takeAffine(terms, offset, use)
        case .pieces(let source, let pieces, let code):
            // One unit for one: the source's units differ already where the pieces do.
            let kept = originals[source].map { pieces[Int($0)] }
            append(.pieces(source: source, pieces: kept, code: code), classes[source], originals[source])
            zeros.append(zip(zeros[source], kept).map { isZero, function in isZero && function(0) == 0 })
        case .maximum(let source, let groups): takeMaximum(source, groups, use)
        }
    }

    private mutating func append(_ step: PiecewiseAffineProgram.Step, _ classes: [Int32], _ originals: [Int32]) {
        do { try program.append(step) } catch { preconditionFailure("\(error)") }
        self.classes.append(classes)
        self.originals.append(originals)
    }

    // MARK: Affine steps

    private struct Entry: Hashable, Comparable {
        let term: Int
        let column: Int32
        let weight: Double

        static func < (a: Entry, b: Entry) -> Bool { (a.term, a.column, a.weight) < (b.term, b.column, b.weight) }

        /// Mixed so that the sum over a row's entries, in any order, tells rows apart.
        var hash: UInt64 {
            var x = weight.bitPattern ^ (UInt64(UInt32(bitPattern: column)) &* 0x9E37_79B9_7F4A_7C15) ^ (UInt64(term) << 57)
            x = (x ^ (x >> 30)) &* 0xBF58_476D_1CE4_E5B9
            x = (x ^ (x >> 27)) &* 0x94D0_49BB_1331_11EB
            return x ^ (x >> 31)
        }
    }

    private mutating func takeAffine(_ terms: [PiecewiseAffineProgram.Term], _ offset: [Double], _ use: [Int]) {
        let (known, zero) = (classes, zeros)
        func entries(_ row: Int) -> [Entry] {
            terms.enumerated().flatMap { index, term in
                term.matrix.row(row).compactMap { column, weight in
                    let twin = known[term.source][column]
                    return zero[term.source][Int(twin)] ? nil : Entry(term: index, column: twin, weight: weight)
                }
            }
        }
        // Where no source has twins, rows that are equal have equal first and last entries.
        let isPlain = terms.allSatisfy { program.counts[$0.source] == known[$0.source].count && !zero[$0.source].contains(true) }
        func hash(_ row: Int) -> UInt64 {
            var hash = offset[row].bitPattern &+ UInt64(use[row]) &* 0xD6E8_FEB8_6659_FD93
            for (index, term) in terms.enumerated() {
                let (matrix, known, zero) = (term.matrix, known[term.source], zero[term.source])
                let range = matrix.rowStarts[row]..<matrix.rowStarts[row + 1]
                if isPlain {
                    guard let last = range.last else { continue }
                    hash &+= Entry(term: index, column: matrix.columns[range.lowerBound], weight: matrix.values[range.lowerBound]).hash
                    hash &+= Entry(term: index, column: matrix.columns[last], weight: matrix.values[last]).hash
                } else {
                    for i in range where !zero[Int(known[Int(matrix.columns[i])])] {
                        hash &+= Entry(term: index, column: known[Int(matrix.columns[i])], weight: matrix.values[i]).hash
                    }
                }
            }
            return hash
        }
        let hashes = offset.indices.map { hash($0) }
        let sorted = hashes.sorted()
        let areDistinct = !zip(sorted, sorted.dropFirst()).contains { $0 == $1 }
        var classes = areDistinct ? offset.indices.map { Int32($0) } : []
        var originals = classes
        // The last class of each hash, and for each class the one before it with the same hash.
        var members = [UInt64: Int32](minimumCapacity: areDistinct ? 0 : offset.count)
        var before: [Int32] = []
        for (row, hash) in hashes.enumerated() where !areDistinct {
            let last = members[hash] ?? -1
            var twin = last
            while twin >= 0 {
                let first = Int(originals[Int(twin)])
                if use[first] == use[row] && offset[first].bitPattern == offset[row].bitPattern,
                    entries(first).sorted() == entries(row).sorted()
                {
                    break
                }
                twin = before[Int(twin)]
            }
            if twin >= 0 {
                classes.append(twin)
            } else {
                let new = Int32(originals.count)
                classes.append(new)
                members[hash] = new
                before.append(last)
                originals.append(Int32(row))
            }
        }
        if isLarge, let first = terms.first {
            arrange(&classes, &originals) { row in first.matrix.row(row).reduce(.max) { min($0, known[first.source][$1.column]) } }
        } else if isPlain, originals.count == offset.count {
            append(.affine(terms, offset: offset), classes, originals)
            zeros.append(offset.indices.map { row in offset[row] == 0 && terms.allSatisfy { $0.matrix.row(row).isEmpty } })
            return
        }
        let kept = terms.map { term in
            let (matrix, known, zero) = (term.matrix, known[term.source], zero[term.source])
            return PiecewiseAffineProgram.Term(
                source: term.source,
                matrix: SparseMatrix(
                    rowCount: originals.count, columnCount: self.originals[term.source].count, entryCount: matrix.values.count
                ) { row in
                    matrix.row(Int(originals[row])).compactMap { zero[Int(known[$0.column])] ? nil : (known[$0.column], $0.value) }
                })
        }
        let shifts = originals.map { offset[Int($0)] }
        append(.affine(kept, offset: shifts), classes, originals)
        zeros.append(shifts.indices.map { row in shifts[row] == 0 && kept.allSatisfy { $0.matrix.row(row).isEmpty } })
    }

    /// Numbers the classes by the places of their first units.
    private func arrange(_ classes: inout [Int32], _ originals: inout [Int32], place: (Int) -> Int32) {
        let places = originals.map { place(Int($0)) }
        let order = originals.indices.sorted { (places[$0], $0) < (places[$1], $1) }
        var rank = [Int32](repeating: 0, count: order.count)
        for (new, old) in order.enumerated() { rank[old] = Int32(truncatingIfNeeded: new) }
        classes = classes.map { rank[Int($0)] }
        originals = order.map { originals[$0] }
    }

    // MARK: Maxima

    private struct GroupKey: Hashable {
        let members: [Int]
        let codes: [Int]
        let use: Int
    }

    private mutating func takeMaximum(_ source: Int, _ groups: [PiecewiseAffineProgram.Group], _ use: [Int]) {
        var numbers: [GroupKey: Int32] = [:]
        var (classes, originals, kept) = ([Int32](), [Int32](), [PiecewiseAffineProgram.Group]())
        for (k, group) in groups.enumerated() {
            // Of members that are the same, the first stands for all.
            var (members, codes) = ([Int](), [Int]())
            for (member, code) in zip(group.members, group.codes) {
                let twin = Int(self.classes[source][member])
                guard !members.contains(twin) else { continue }
                members.append(twin)
                codes.append(code)
            }
            let key = GroupKey(members: members, codes: codes, use: use[k])
            if let number = numbers[key] {
                classes.append(number)
                continue
            }
            numbers[key] = Int32(kept.count)
            classes.append(Int32(kept.count))
            originals.append(Int32(k))
            kept.append(.init(members: members, codes: codes))
        }
        if isLarge {
            let numbered = originals
            arrange(&classes, &originals) { group in self.classes[source][groups[group].members[0]] }
            let groups = Dictionary(uniqueKeysWithValues: zip(numbered, kept))
            kept = originals.map { groups[$0]! }
        }
        append(.maximum(source: source, groups: kept), classes, originals)
        zeros.append(kept.map { group in group.members.allSatisfy { zeros[source][$0] } })
    }
}
