// What codes tell: which training samples each layer treats like a test sample (ICML18 fig. 4), and how many regions are visited.

public import Analysis
import Graphs
import Interchange
public import Splines
import Tensors

/// Codes of many samples, layer by layer.
public struct CodesReading: Sendable {
    /// A test sample and its neighbours at each layer.
    public struct Query: Sendable {
        public let index: Int
        public let label: Int
        /// One list for each layer with a code, nearest first.
        public let neighbors: [[CodeNeighbor]]
    }

    /// The layers with a code, first to last.
    public let layers: [SplineLayer]
    /// Over the test samples, one for each layer.
    public private(set) var occupancies: [Occupancy]
    /// Of all layers' codes together: the cells.
    public private(set) var cells = Occupancy()
    public private(set) var queries: [Query] = []
    /// Whether neighbours are training samples, or other test samples.
    public let searchesTrain: Bool
    public let searchedCount: Int

    /// Reads the codes of the test samples `indices`, and searches the neighbours of `queries` among `searched`.
    public init(_ data: ReportData, _ indices: [Int], queries: [Int], neighborCount: Int, searched: [Int], progress: ReportProgress) throws
    {
        let reader = try CodeReader(data.model.readable, batch: 32)
        layers = reader.layers
        (searchesTrain, searchedCount) = (data.train != nil, searched.count)
        occupancies = reader.layers.map { _ in Occupancy() }
        let total = indices.count + searched.count
        try data.batches(data.test, indices, size: reader.batch) { range, x in
            let codes = try reader.read(x).codes
            for (layer, code) in codes.enumerated() { occupancies[layer].add(code) }
            if let joint = CodesReading.joined(codes) { cells.add(joint) }
            progress("codes", range.upperBound, total)
        }
        var searches: [[CodeNeighborSearch]] = []
        try data.batches(data.test, queries, size: reader.batch) { range, x in
            let codes = try reader.read(x).codes
            for (row, place) in range.enumerated() {
                searches.append(
                    codes.map {
                        CodeNeighborSearch(
                            query: $0.rows(row..<row + 1), count: neighborCount, excluding: data.train == nil ? queries[place] : nil)
                    })
            }
        }
        try data.batches(data.train ?? data.test, searched, size: reader.batch) { range, x in
            let codes = try reader.read(x).codes
            for (row, place) in range.enumerated() {
                for (layer, code) in codes.enumerated() {
                    let sample = code.rows(row..<row + 1)
                    for query in searches.indices { searches[query][layer].add(sample, first: searched[place]) }
                }
            }
            progress("codes", indices.count + range.upperBound, total)
        }
        self.queries = zip(queries, searches).map { index, found in
            Query(index: index, label: data.test.labels[index], neighbors: found.map(\.neighbors))
        }
    }

    /// The layers' codes side by side, `[N, units]`.
    private static func joined(_ codes: [Code]) -> Code? {
        guard let count = codes.first?.shape[0] else { return nil }
        let rows = (0..<count).flatMap { row in codes.flatMap { $0.rows(row..<row + 1).elements } }
        return Code(shape: [count, rows.count / max(count, 1)], elements: rows)
    }

    /// The share of neighbours of a layer that have their query's class; `labels` are those of the samples searched.
    func agreement(layer: Int, labels: [Int]) -> Double {
        let found = queries.flatMap { query in query.neighbors[layer].map { labels[$0.index] == query.label } }
        return found.isEmpty ? 0 : Double(found.count(where: \.self)) / Double(found.count)
    }
}
