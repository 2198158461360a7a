// Nearest neighbours in code distance, layer by layer (ICML18 (15), fig. 4): which samples a layer treats alike.

public import Graphs
import Tensors
import Splines

/// A sample and its code distance to the query.
public struct CodeNeighbor: Hashable, Sendable {
    public let index: Int
    public let distance: Double

    public init(index: Int, distance: Double) { (self.index, self.distance) = (index, distance) }
}

/// The nearest samples to one query, gathered batch by batch so that no codes of the data are kept.
public struct CodeNeighborSearch: Sendable {
    private let query: [Int32]
    private let count: Int
    private let excluded: Int?
    /// Nearest first; equal distances by index.
    public private(set) var neighbors: [CodeNeighbor] = []

    /// - Parameters:
    ///   - query: the query's code.
    ///   - count: how many neighbours to keep.
    ///   - excluded: the index of the query itself among the samples.
    public init(query: Code, count: Int, excluding excluded: Int? = nil) {
        (self.query, self.count, self.excluded) = (query.elements, count, excluded)
    }

    /// Adds the codes, shape `[N] + units`, of samples `first`, `first` + 1, …
    public mutating func add(_ codes: Code, first: Int) {
        let units = query.count
        for row in 0..<codes.shape[0] where first + row != excluded {
            let distance = CodeDistance.between(query[...], codes.elements[row * units..<(row + 1) * units])
            if neighbors.count == count, let last = neighbors.last, last.distance <= distance { continue }
            let place = neighbors.firstIndex { $0.distance > distance } ?? neighbors.count
            neighbors.insert(CodeNeighbor(index: first + row, distance: distance), at: place)
            if neighbors.count > count { neighbors.removeLast() }
        }
    }
}
