// The parts of a strip from left to right: cells of a tiled partition whose last nonlinearity is the class.

import Geometry

/// A part of a line on which every unit has one code, and one class wins.
struct LinearPiece: Sendable {
    let cell: CellBlock.Cell
    private(set) var low: Double
    private(set) var high: Double
    /// How far the ends may be from where they are exactly.
    private var error: Double

    /// Ends nearer than this share of the line to where they are exactly are taken as they are; of large networks, where every exact end
    /// would take long, those nearer than a larger share.
    private static func grain(of program: PiecewiseAffineProgram) -> Double { program.weightCount < 100_000 ? 0x1p-42 : 0x1p-20 }

    private init(_ cell: CellBlock.Cell) {
        self.cell = cell
        let xs = cell.vertices.map(\.x)
        (low, high) = (xs.min() ?? 0, xs.max() ?? 0)
        error = cell.vertexErrors.max() ?? 0
    }

    /// All parts in order, and the number of cells after each nonlinearity, the class as the last.
    static func pieces(of tiles: TiledPartition, threads: Int) -> ([LinearPiece], TiledPartition.Outcome) {
        let add = { @Sendable (pieces: inout [LinearPiece], block: CellBlock) in pieces += block.cells.map { LinearPiece($0) } }
        var pieces: [LinearPiece] = []
        let outcome: TiledPartition.Outcome
        if threads > 1 {
            (pieces, outcome) = tiles.reduce(into: [], threads: threads, add, { $0 += $1 })
        } else {
            outcome = tiles.forEachBlock { add(&pieces, $0) }
        }
        pieces.sort { $0.middle < $1.middle }
        settle(&pieces)
        let grain = grain(of: tiles.program) * ((pieces.last?.high ?? 0) - (pieces.first?.low ?? 0))
        for i in pieces.indices.dropFirst() {
            // One end for both neighbours, from the better known of them.
            let known = pieces[i - 1].error < pieces[i].error ? pieces[i - 1].high : pieces[i].low
            let isRough = min(pieces[i - 1].error, pieces[i].error) > grain
            let end = max(isRough ? pieces[i].exactEnds.low.doubleValue : known, pieces[i - 1].low)
            (pieces[i - 1].high, pieces[i].low, pieces[i].high) = (end, end, max(pieces[i].high, end))
        }
        return (pieces, outcome)
    }

    private var middle: Double { low / 2 + high / 2 }

    /// Orders exactly those neighbours whose order rounding leaves open.
    private static func settle(_ pieces: inout [LinearPiece]) {
        func isCertain(_ i: Int) -> Bool {
            let (a, b) = (pieces[i - 1], pieces[i])
            return b.middle - a.middle > 2 * (a.error + b.error) + 0x1p-50 * max(abs(a.middle), abs(b.middle))
        }
        var start = 0
        for end in 1..<max(pieces.count + 1, 1) where end == pieces.count || isCertain(end) {
            if end - start > 1 {
                let exact = pieces[start..<end].map { (piece: $0, low: $0.exactEnds.low) }.sorted { $0.low < $1.low }
                pieces.replaceSubrange(start..<end, with: exact.map(\.piece))
            }
            start = end
        }
    }

    private var exactEnds: (low: Rational, high: Rational) {
        let ends = cell.exactVertices.map { $0[0] }
        guard let low = ends.min(), let high = ends.max() else { preconditionFailure("a cell without corners") }
        return (low, high)
    }

    /// The code at each nonlinearity.
    var codes: [[Int]] { Array(cell.codes.dropLast()) }
    /// The class that wins.
    var classIndex: Int { Int(cell.flatCode.last ?? 0) }

    /// Whether another part of the same segment has the same codes.
    func hasCodes(of other: LinearPiece) -> Bool { cell.flatCode.dropLast() == other.cell.flatCode.dropLast() }

    /// How many nonlinearities from the first on have the codes that they have on another part of the same segment.
    func commonLayerCount(with other: LinearPiece) -> Int {
        let (a, b, starts) = (cell.flatCode, other.cell.flatCode, cell.codeStarts)
        let first = a.indices.first { a[$0] != b[$0] } ?? a.count
        return (starts.dropFirst().firstIndex { first < $0 } ?? starts.count) - 1
    }
}

/// The cells that the segments of a polyline meet, by their codes: up to each nonlinearity, equal codes are one cell.
struct CodeClasses {
    /// For each nonlinearity, the cells of the codes up to there by a hash of these codes; each with a part that lies in it.
    private var cells: [[UInt64: [(number: Int, piece: LinearPiece)]]]
    /// For each nonlinearity how many cells there are.
    private(set) var counts: [Int]
    /// Where the last part lies, after each nonlinearity.
    private var places: [Int]

    init(layerCount: Int) {
        cells = [[UInt64: [(number: Int, piece: LinearPiece)]]](repeating: [:], count: layerCount)
        counts = [Int](repeating: 0, count: layerCount)
        places = counts
    }

    /// The number of a part's cell; `previous` is the part before it on its segment.
    mutating func number(of piece: LinearPiece, after previous: LinearPiece?) -> Int {
        let known = previous.map { min($0.commonLayerCount(with: piece), counts.count) } ?? 0
        guard known < counts.count else { return places.last ?? 0 }
        let codes = piece.codes
        var hash: UInt64 = 0
        for layer in counts.indices {
            for (unit, code) in codes[layer].enumerated() where code != 0 {
                hash = (hash ^ UInt64(unit &* 31 &+ code)) &* 0x9E37_79B9_7F4A_7C15
                hash ^= hash >> 29
            }
            guard layer >= known else { continue }
            let twins = cells[layer][hash, default: []]
            if let twin = twins.first(where: { Array($0.piece.codes[...layer]) == Array(codes[...layer]) }) {
                places[layer] = twin.number
            } else {
                places[layer] = counts[layer]
                cells[layer][hash, default: []].append((counts[layer], piece))
                counts[layer] += 1
            }
        }
        return places[counts.count - 1]
    }
}
