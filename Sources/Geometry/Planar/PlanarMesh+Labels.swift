// What a labelling of a mesh's cells says about the plane: where labels meet, and of what shape each label's region is. All of it is
// topology, so it is exact whatever the coordinates.

extension PlanarMesh {
    /// A maximal line along which two labels meet, between places where it ends, forks, or comes back.
    public struct Chain: Hashable, Sendable {
        /// Where a chain ends.
        public enum End: String, Hashable, Sendable {
            /// On the border of the whole.
            case border
            /// Where other chains meet it.
            case junction
        }
        /// In order, `left` to the left; a closed chain ends with the vertex that it starts with.
        public let vertices: [Int]
        /// The smaller of the two labels.
        public let left: Int
        public let right: Int
        /// How it starts and how it ends; `nil` for a closed chain without a junction.
        public let start: End?
        public let end: End?

        public var isClosed: Bool { start == nil }
    }

    /// All lines along which labels meet.
    public struct Interface: Hashable, Sendable {
        /// In the order of their first edges, those with ends first.
        public let chains: [Chain]
        /// In how many connected pieces the lines lie: their Betti number b₀.
        public let componentCount: Int
        /// How many independent closed ways there are along them: their Betti number b₁ = E − V + b₀.
        public let loopCount: Int
    }

    /// The lines along which cells of different labels meet.
    ///
    /// A line goes on through a vertex where exactly two of its edges meet inside the whole; elsewhere it ends.
    /// - Precondition: one label a cell.
    public func interface(of labels: [Int]) -> Interface {
        precondition(labels.count == cellCount, "\(labels.count) labels of \(cellCount) cells")
        var degree = [Int](repeating: 0, count: vertexCount)
        var isBorder = [Bool](repeating: false, count: vertexCount)
        var sets = DisjointSets(count: vertexCount)
        var edges = 0
        /// Whether the labels differ across a half-edge, the smaller to its left.
        func isInterface(_ half: Int) -> Bool {
            let (a, b) = (cell[half], cell[half ^ 1])
            return a >= 0 && b >= 0 && labels[Int(a)] < labels[Int(b)]
        }
        for half in origin.indices {
            if cell[half] < 0 { (isBorder[Int(origin[half])], isBorder[target(half)]) = (true, true) }
            guard isInterface(half) else { continue }
            edges += 1
            for vertex in [Int(origin[half]), target(half)] { degree[vertex] += 1 }
            sets.unite(Int(origin[half]), target(half))
        }
        func goesOn(_ vertex: Int) -> Bool { degree[vertex] == 2 && !isBorder[vertex] }
        func end(_ vertex: Int) -> Chain.End { isBorder[vertex] ? .border : .junction }

        var visited = [Bool](repeating: false, count: origin.count)
        var chains: [Chain] = []
        func follow(from start: Int, isClosed: Bool) {
            var vertices = [Int(origin[start])]
            var half = start
            while true {
                visited[half] = true
                vertices.append(target(half))
                guard goesOn(target(half)) else { break }
                half = Int(next[half])
                while !isInterface(half) { half = Int(next[half ^ 1]) }
                if half == start { break }
            }
            chains.append(
                Chain(
                    vertices: vertices, left: labels[Int(cell[start])], right: labels[Int(cell[start ^ 1])],
                    start: isClosed ? nil : end(vertices[0]), end: isClosed ? nil : end(vertices[vertices.count - 1])))
        }
        for half in origin.indices where isInterface(half) && !goesOn(Int(origin[half])) { follow(from: half, isClosed: false) }
        for half in origin.indices where isInterface(half) && !visited[half] { follow(from: half, isClosed: true) }
        let touched = degree.indices.filter { degree[$0] > 0 }
        let components = touched.count { sets.root($0) == $0 }
        return Interface(chains: chains, componentCount: components, loopCount: edges - touched.count + components)
    }

    /// The cells of one label together with the edges and vertices that only they surround: an open set of the plane.
    public struct Region: Hashable, Sendable {
        public let label: Int
        public let cellCount: Int
        /// Connected parts, b₀: cells belong together that share an edge; such as touch in a point only do not.
        public let componentCount: Int
        /// Holes, b₁: the bounded connected parts of what is left of the plane.
        public let holeCount: Int
    }

    /// The region of every label that some cell has, labels ascending.
    ///
    /// The region retracts onto a complex with a point for each cell, a line for each edge and a face for each vertex inside it, so
    /// b₀ − b₁ = F − E + V.
    /// - Precondition: one label a cell.
    public func regions(of labels: [Int]) -> [Region] {
        precondition(labels.count == cellCount, "\(labels.count) labels of \(cellCount) cells")
        var sets = DisjointSets(count: cellCount)
        var euler: [Int: Int] = [:]
        var cells: [Int: Int] = [:]
        for label in labels {
            euler[label, default: 0] += 1
            cells[label, default: 0] += 1
        }
        for edge in 0..<edgeCount {
            let (left, right) = self.cells(of: edge)
            guard left >= 0, right >= 0, labels[Int(left)] == labels[Int(right)] else { continue }
            sets.unite(Int(left), Int(right))
            euler[labels[Int(left)]]! -= 1
        }
        for vertex in 0..<vertexCount {
            guard let label = commonLabel(labels, around: vertex) else { continue }
            euler[label]! += 1
        }
        var components: [Int: Int] = [:]
        for index in 0..<cellCount where sets.root(index) == index { components[labels[index], default: 0] += 1 }
        return cells.keys.sorted().map { label in
            Region(
                label: label, cellCount: cells[label]!, componentCount: components[label]!, holeCount: components[label]! - euler[label]!)
        }
    }

    /// The label of all cells round a vertex, or `nil` where they differ or one is the outside.
    private func commonLabel(_ labels: [Int], around vertex: Int) -> Int? {
        let start = Int(outgoing[vertex])
        guard cell[start] >= 0 else { return nil }
        let label = labels[Int(cell[start])]
        var walk = start
        repeat {
            guard cell[walk] >= 0, labels[Int(cell[walk])] == label else { return nil }
            walk = Int(next[walk ^ 1])
        } while walk != start
        return label
    }
}

/// Sets that are united and asked whether they are one (Tarjan 1975), the smallest member standing for each.
package struct DisjointSets {
    private var parents: [Int]

    package init(count: Int) { parents = Array(0..<count) }

    package mutating func root(_ element: Int) -> Int {
        var element = element
        while parents[element] != element {
            parents[element] = parents[parents[element]]
            element = parents[element]
        }
        return element
    }

    package mutating func unite(_ a: Int, _ b: Int) {
        let (first, second) = (root(a), root(b))
        parents[max(first, second)] = min(first, second)
    }
}
