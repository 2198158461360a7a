// Which units the output sees on the cells of a batch: where the codes of those agree, the affine maps are the same by their form alone.
//
// The output sees a unit by ways through units that are not constant and members that win. Of most units a way goes through none that
// varies in the batch, or only through the same few as those of many others: these are seen together or not at all.

/// The relevance of a batch's units, as far as the cells share it.
struct BatchRelevance: Sendable {
    /// Sets of edges, a bit each: 0 is the output, seen always; one for each varying unit of a step, and for a varying maximum one for each
    /// member, which are seen where what reads them is and the code lets it through.
    private typealias Edges = [UInt64]

    private struct Reader: Sendable {
        let place: Int
        let edges: Edges
        let firstEdge: Int
        let passage: Passage
    }

    private enum Passage: Sendable {
        /// For each piece whether it is not constant.
        case pieces([Bool])
        /// The members' codes.
        case maximum([Int])
    }

    private let batch: CodeBatch
    private let base: RelevantCode.Base
    private var readers: [Reader] = []
    private var classes: [Edges] = []
    private var classHashes: [UInt64] = []
    private var varying: [Edges] = []
    private var commonHash: UInt64 = 0
    private let edgeWords: Int

    init(_ program: PiecewiseAffineProgram, _ batch: CodeBatch, codeStarts: [Int]) {
        self.batch = batch
        let depths = program.depths
        var places = [Int32](repeating: -1, count: batch.base.count)
        for (place, unit) in batch.units.enumerated() { places[unit] = Int32(truncatingIfNeeded: place) }
        func start(_ index: Int, _ shared: Int?) -> Int { codeStarts[depths[shared ?? index + 1] - 1] }

        // Edges are numbered first, so that their sets have a length.
        var edgeCount = 1
        for (index, step) in program.steps.enumerated() {
            switch step {
            case .affine: break
            case .pieces(_, let functions, let shared):
                let start = start(index, shared)
                edgeCount += functions.indices.count { places[start + $0] >= 0 }
            case .maximum(_, let groups):
                let start = start(index, nil)
                for (unit, group) in groups.enumerated() where places[start + unit] >= 0 { edgeCount += group.codes.count }
            }
        }
        let words = (edgeCount + 63) / 64
        edgeWords = words

        var seen = program.counts.map { [UInt64](repeating: 0, count: $0 * words) }
        var relevant = [UInt64](repeating: 0, count: batch.base.count * words)
        for unit in 0..<program.outputCount { seen[program.last][unit * words] = 1 }
        func unite(_ set: inout [UInt64], _ unit: Int, _ other: [UInt64], _ from: Int) {
            for w in 0..<words { set[unit * words + w] |= other[from * words + w] }
        }
        var edge = 1
        for (index, step) in program.steps.enumerated().reversed() {
            let above = seen[index + 1]
            seen[index + 1] = []
            switch step {
            case .affine(let terms, _):
                for term in terms { BatchRelevance.spread(above, through: term.matrix, to: &seen[term.source], words) }
            case .pieces(let source, let functions, let shared):
                let start = start(index, shared)
                for (unit, function) in functions.enumerated() {
                    guard above[unit * words..<(unit + 1) * words].contains(where: { $0 != 0 }) else { continue }
                    unite(&relevant, start + unit, above, unit)
                    if places[start + unit] < 0 {
                        if function.slopes[Int(batch.base[start + unit])] != 0 { unite(&seen[source], unit, above, unit) }
                        continue
                    }
                    readers.append(
                        Reader(
                            place: Int(places[start + unit]), edges: Array(above[unit * words..<(unit + 1) * words]), firstEdge: edge,
                            passage: .pieces(function.slopes.map { $0 != 0 })))
                    seen[source][unit * words + edge / 64] |= 1 << UInt64(edge % 64)
                    edge += 1
                }
            case .maximum(let source, let groups):
                let start = start(index, nil)
                for (unit, group) in groups.enumerated() {
                    guard above[unit * words..<(unit + 1) * words].contains(where: { $0 != 0 }) else { continue }
                    unite(&relevant, start + unit, above, unit)
                    if places[start + unit] < 0 {
                        let winner = group.codes.firstIndex(of: Int(batch.base[start + unit]))!
                        unite(&seen[source], group.members[winner], above, unit)
                        continue
                    }
                    readers.append(
                        Reader(
                            place: Int(places[start + unit]), edges: Array(above[unit * words..<(unit + 1) * words]), firstEdge: edge,
                            passage: .maximum(group.codes)))
                    for member in group.members {
                        seen[source][member * words + edge / 64] |= 1 << UInt64(edge % 64)
                        edge += 1
                    }
                }
            }
        }

        var common = [UInt16](repeating: RelevantCode.none, count: batch.base.count)
        var shared: [(unit: Int, code: UInt16, number: Int)] = []
        var numbers: [Edges: Int] = [:]
        for unit in common.indices where places[unit] < 0 {
            let code = batch.base[unit]
            if relevant[unit * words] & 1 == 1 {
                common[unit] = code
                commonHash &+= mixedBits(unit, Int(code))
                continue
            }
            let edges = Array(relevant[unit * words..<(unit + 1) * words])
            guard edges.contains(where: { $0 != 0 }) else { continue }
            let number = numbers[edges] ?? classes.count
            if number == classes.count {
                numbers[edges] = number
                classes.append(edges)
                classHashes.append(0)
            }
            classHashes[number] &+= mixedBits(unit, Int(code))
            shared.append((unit, code, number))
        }
        varying = batch.units.map { Array(relevant[$0 * words..<($0 + 1) * words]) }
        base = RelevantCode.Base(common: common, shared: shared, varying: batch.units)
    }

    /// to[column] |= from[row] for every entry of the matrix.
    private static func spread(_ from: [UInt64], through matrix: SparseMatrix, to: inout [UInt64], _ words: Int) {
        to.withUnsafeMutableBufferPointer { to in
            matrix.columns.withUnsafeBufferPointer { columns in
                for row in 0..<matrix.rowCount {
                    for w in 0..<words where from[row * words + w] != 0 {
                        let edges = from[row * words + w]
                        for entry in matrix.rowStarts[row]..<matrix.rowStarts[row + 1] { to[Int(columns[entry]) * words + w] |= edges }
                    }
                }
            }
        }
    }

    /// What the output sees on a cell.
    func code(of cell: Int) -> RelevantCode {
        var active = [UInt64](repeating: 0, count: edgeWords)
        active[0] = 1
        func meets(_ edges: Edges) -> Bool { edges.indices.contains { edges[$0] & active[$0] != 0 } }
        let first = cell * batch.units.count
        // Whatever reads comes after what it reads, and before it here.
        for reader in readers where meets(reader.edges) {
            let code = Int(batch.codes[first + reader.place])
            let edge: Int
            switch reader.passage {
            case .pieces(let pass):
                if !pass[code] { continue }
                edge = reader.firstEdge
            case .maximum(let codes): edge = reader.firstEdge + codes.firstIndex(of: code)!
            }
            active[edge / 64] |= 1 << UInt64(edge % 64)
        }
        var hash = commonHash
        var seen = [UInt64](repeating: 0, count: (classes.count + 63) / 64)
        for (number, edges) in classes.enumerated() where meets(edges) {
            seen[number / 64] |= 1 << UInt64(number % 64)
            hash &+= classHashes[number]
        }
        var codes = [UInt16](repeating: RelevantCode.none, count: batch.units.count)
        for (place, edges) in varying.enumerated() where meets(edges) {
            codes[place] = batch.codes[first + place]
            hash &+= mixedBits(batch.units[place], Int(codes[place]))
        }
        return RelevantCode(base, seen: seen, codes: codes, hash: hash)
    }
}
