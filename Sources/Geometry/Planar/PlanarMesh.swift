// A convex polygon divided into convex cells: half-edges with their next and previous, twins side by side. It knows topology only;
// where vertices lie, and on which side of a line, is for its users to decide and to certify.

/// A subdivision of a convex polygon into convex cells, as a half-edge structure.
///
/// Edge e is the half-edges 2e and 2e + 1, its twins. A cell lies to the left of its half-edges, which go round it counter-clockwise.
public struct PlanarMesh: Sendable {
    /// The cell number of the outside.
    public static let outside: Int32 = -1

    /// Where each half-edge starts.
    public internal(set) var origin: [Int32] = []
    /// The following half-edge round the same cell.
    public internal(set) var next: [Int32] = []
    /// The preceding half-edge round the same cell.
    public internal(set) var previous: [Int32] = []
    /// The cell to the left of each half-edge, or `outside`.
    public internal(set) var cell: [Int32] = []
    /// A half-edge of each cell.
    public internal(set) var boundary: [Int32] = []
    /// A half-edge out of each vertex.
    public internal(set) var outgoing: [Int32] = []
    /// What the user says of each edge; the halves of a split edge inherit it.
    public internal(set) var edgeLabels: [Int32] = []

    public var vertexCount: Int { outgoing.count }
    public var edgeCount: Int { edgeLabels.count }
    public var cellCount: Int { boundary.count }

    /// One cell with `cornerCount` corners; edge i runs from corner i to the next and has the label i.
    public init(cornerCount n: Int) {
        precondition(n >= 3, "\(n) corners")
        for i in 0..<n {
            origin += [Int32(i), Int32((i + 1) % n)]
            next += [Int32(2 * ((i + 1) % n)), Int32(2 * ((i + n - 1) % n) + 1)]
            previous += [Int32(2 * ((i + n - 1) % n)), Int32(2 * ((i + 1) % n) + 1)]
            cell += [0, PlanarMesh.outside]
            outgoing.append(Int32(2 * i))
            edgeLabels.append(Int32(i))
        }
        boundary = [0]
    }

    /// Where a half-edge ends.
    @inlinable public func target(_ halfEdge: Int) -> Int { Int(origin[halfEdge ^ 1]) }

    /// Puts a new vertex on an edge: the edge keeps the part at `origin[2 · edge]`, a new edge gets the rest.
    public mutating func splitEdge(_ edge: Int) {
        let (h, t) = (2 * edge, 2 * edge + 1)
        let vertex = Int32(vertexCount)
        let (newH, newT) = (Int32(origin.count), Int32(origin.count + 1))
        let (after, before) = (next[h], previous[t])
        origin += [vertex, origin[t]]
        cell += [cell[h], cell[t]]
        edgeLabels.append(edgeLabels[edge])
        // h: a → vertex, newH: vertex → b; newT: b → vertex, t: vertex → a
        next += [after == Int32(t) ? newT : after, Int32(t)]
        previous += [Int32(h), before == Int32(h) ? newH : before]
        next[h] = newH
        previous[t] = newT
        previous[Int(next[Int(newH)])] = newH
        next[Int(previous[Int(newT)])] = newT
        let far = Int(origin[Int(newT)])
        if outgoing[far] == Int32(t) { outgoing[far] = newT }
        origin[t] = vertex
        outgoing.append(newH)
    }

    /// Divides a cell by a new edge from the start of half-edge `from` to the start of `to`; the part from `from` to `to` becomes the new
    /// cell, which lies to the left of the new edge's second half.
    public mutating func splitCell(from: Int, to: Int, label: Int32) {
        let old = cell[from]
        let new = Int32(cellCount)
        let (h, t) = (Int32(origin.count), Int32(origin.count + 1))
        let (beforeFrom, beforeTo) = (previous[from], previous[to])
        origin += [origin[from], origin[to]]
        cell += [old, new]
        next += [Int32(to), Int32(from)]
        previous += [beforeFrom, beforeTo]
        edgeLabels.append(label)
        previous[to] = h
        next[Int(beforeFrom)] = h
        previous[from] = t
        next[Int(beforeTo)] = t
        boundary[Int(old)] = h
        boundary.append(t)
        var walk = from
        while walk != Int(t) {
            cell[walk] = new
            walk = Int(next[walk])
        }
    }

    /// The half-edges round a cell, counter-clockwise.
    public func halfEdges(of cell: Int) -> [Int] {
        var edges: [Int] = []
        let start = Int(boundary[cell])
        var walk = start
        repeat {
            edges.append(walk)
            walk = Int(next[walk])
        } while walk != start
        return edges
    }

    /// The vertices round a cell, counter-clockwise.
    public func vertices(of cell: Int) -> [Int] { halfEdges(of: cell).map { Int(origin[$0]) } }

    /// The cells on the two sides of an edge: left of its first and of its second half.
    public func cells(of edge: Int) -> (left: Int32, right: Int32) { (cell[2 * edge], cell[2 * edge + 1]) }

    /// A cell at a vertex.
    public func someCell(at vertex: Int) -> Int {
        var walk = Int(outgoing[vertex])
        while cell[walk] < 0 { walk = Int(next[walk ^ 1]) }
        return Int(cell[walk])
    }
}
