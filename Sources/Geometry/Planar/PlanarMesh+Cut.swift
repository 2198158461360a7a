// Cutting a mesh along the zero set of a function that is affine on every cell, and undoing edges that turned out not to matter.

extension PlanarMesh {
    /// Divides every edge whose ends have opposite signs and gives the new vertices the sign 0.
    ///
    /// - Returns: the edges divided; the i-th made vertex `signs.count` (before) + i and edge `edgeCount` (before) + i.
    public mutating func splitEdges(where signs: inout [Int8]) -> [Int] {
        var split: [Int] = []
        for edge in 0..<edgeCount where signs[Int(origin[2 * edge])] * signs[Int(origin[2 * edge + 1])] < 0 {
            split.append(edge)
        }
        for edge in split {
            splitEdge(edge)
            signs.append(0)
        }
        return split
    }

    /// Divides a cell between its two vertices of sign 0 if it has both positive and negative ones; the positive part is the new cell.
    ///
    /// - Returns: whether it did.
    /// - Precondition: no edge of the cell has ends of opposite signs.
    @discardableResult public mutating func splitCell(_ index: Int, where signs: [Int8], label: Int32) -> Bool {
        let start = Int(boundary[index])
        var (rise, fall) = (-1, -1)
        var walk = start
        repeat {
            let following = Int(next[walk])
            if signs[Int(origin[walk])] == 0 {
                let sign = signs[Int(origin[following])]
                if sign > 0 { rise = walk }
                if sign < 0 { fall = walk }
            }
            walk = following
        } while walk != start
        guard rise >= 0, fall >= 0 else { return false }
        splitCell(from: rise, to: fall, label: label)
        return true
    }

    /// Labels the edge that was made last.
    public mutating func relabelLastEdge(_ label: Int32) { edgeLabels[edgeCount - 1] = label }

    /// Unites cells of equal `group` across their common edges, then edges that meet in a vertex with no third.
    ///
    /// - Returns: for every former cell its number now, and for every vertex now its former number; `nil` where nothing changed.
    public mutating func unite(_ group: [Int32]) -> (cells: [Int], vertices: [Int])? {
        let removable = (0..<edgeCount).filter { edge in
            let (left, right) = cells(of: edge)
            return left >= 0 && right >= 0 && group[Int(left)] == group[Int(right)]
        }
        guard !removable.isEmpty else { return nil }
        var deadEdges = [Bool](repeating: false, count: edgeCount)
        var representative = Array(0..<cellCount)
        func find(_ cell: Int) -> Int {
            var root = cell
            while representative[root] != root { root = representative[root] }
            return root
        }
        for edge in removable {
            let (h, t) = (2 * edge, 2 * edge + 1)
            let (a, b) = (find(Int(cell[h])), find(Int(cell[t])))
            representative[max(a, b)] = min(a, b)
            deadEdges[edge] = true
            link(Int(previous[h]), Int(next[t]))
            link(Int(previous[t]), Int(next[h]))
            for (vertex, other) in [(Int(origin[h]), Int(next[t])), (Int(origin[t]), Int(next[h]))] { outgoing[vertex] = Int32(other) }
        }
        var deadVertices = [Bool](repeating: false, count: vertexCount)
        for vertex in 0..<vertexCount { joinEdges(at: vertex, &deadVertices, &deadEdges) }
        return compact(deadVertices, deadEdges, representative.map { find($0) })
    }

    private mutating func link(_ first: Int, _ second: Int) {
        next[first] = Int32(second)
        previous[second] = Int32(first)
    }

    /// Makes one edge of two that meet in a vertex of degree 2, unless it is a corner of the whole (edges of different labels outside).
    private mutating func joinEdges(at vertex: Int, _ deadVertices: inout [Bool], _ deadEdges: inout [Bool]) {
        let out = Int(outgoing[vertex])
        if deadEdges[out / 2] {  // the last edge at an inner vertex has gone
            deadVertices[vertex] = true
            return
        }
        let second = Int(next[out ^ 1])
        guard second != out, Int(next[second ^ 1]) == out else { return }
        if cell[out] < 0 || cell[out ^ 1] < 0, edgeLabels[out / 2] != edgeLabels[second / 2] { return }
        // second ^ 1 comes in along the other edge: far → vertex → target(out); extend `out` back to `far`.
        let far = origin[second ^ 1]
        link(Int(previous[second ^ 1]), out)
        link(out ^ 1, Int(next[second]))
        origin[out] = far
        if Int(outgoing[Int(far)]) == second ^ 1 { outgoing[Int(far)] = Int32(out) }
        deadVertices[vertex] = true
        deadEdges[second / 2] = true
    }

    /// Renumbers what is left.
    private mutating func compact(_ deadVertices: [Bool], _ deadEdges: [Bool], _ representative: [Int]) -> (cells: [Int], vertices: [Int]) {
        var cellNumber = [Int](repeating: -1, count: cellCount)
        var cellsNow = 0
        for c in 0..<cellCount where representative[c] == c {
            cellNumber[c] = cellsNow
            cellsNow += 1
        }
        let cellMap = representative.map { cellNumber[$0] }
        let vertexList = (0..<vertexCount).filter { !deadVertices[$0] }
        var vertexNumber = [Int32](repeating: -1, count: vertexCount)
        for (new, old) in vertexList.enumerated() { vertexNumber[old] = Int32(new) }
        let edgeList = (0..<edgeCount).filter { !deadEdges[$0] }
        var halfNumber = [Int32](repeating: -1, count: origin.count)
        for (new, old) in edgeList.enumerated() { (halfNumber[2 * old], halfNumber[2 * old + 1]) = (Int32(2 * new), Int32(2 * new + 1)) }
        let halves = edgeList.flatMap { [2 * $0, 2 * $0 + 1] }
        let old = self
        origin = halves.map { vertexNumber[Int(old.origin[$0])] }
        next = halves.map { halfNumber[Int(old.next[$0])] }
        previous = halves.map { halfNumber[Int(old.previous[$0])] }
        cell = halves.map { old.cell[$0] < 0 ? PlanarMesh.outside : Int32(cellMap[Int(old.cell[$0])]) }
        edgeLabels = edgeList.map { old.edgeLabels[$0] }
        boundary = [Int32](repeating: -1, count: cellsNow)
        outgoing = [Int32](repeating: -1, count: vertexList.count)
        for h in origin.indices {
            outgoing[Int(origin[h])] = Int32(h)
            if cell[h] >= 0 { boundary[Int(cell[h])] = Int32(h) }
        }
        return (cellMap, vertexList)
    }
}
