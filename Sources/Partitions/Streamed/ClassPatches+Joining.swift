// Matching the sides of blocks' borders.
//
// Two blocks put a vertex that they share at places that may differ, each within its error of where it is exactly. Vertices that may be one
// by that are in one cluster. A side's true partner begins and ends in the clusters in which the side ends and begins: so where it must have
// gone by, and a pair of clusters has one side in each direction, these are partners, whatever else may be near. Where that leaves sides
// when all blocks have gone by, their clusters' vertices are to be put better, and exactly in the end: then equal points are the clusters.

import Geometry

extension ClassPatches {
    enum Joined {
        case boundary(StreamedBoundary)
        /// Vertices put at these places are to be known as well as this first.
        case open([SIMD2<Double>: Precision])
        case tooMany
    }

    /// The whole, when all blocks have gone by.
    consuming func joined() -> Joined {
        if isTooLarge { return .tooMany }
        for side in sides.indices { sides[side].depth = Side.handedOn }
        let clusters = clusters()
        let (partners, unclear) = partners(clusters)
        if unclear.isEmpty {
            forget(partners)
            return .boundary(whole)
        }
        var places: [SIMD2<Double>: Precision] = [:]
        for (v, vertex) in vertices.enumerated() where unclear.contains(clusters[v]) && vertex.point == nil {
            if vertex.isInPairs || places[vertex.place] == nil { places[vertex.place] = vertex.isInPairs ? .exact : .pairOfDoubles }
        }
        // Were every vertex exact, sides would not lack partners.
        return places.isEmpty ? .tooMany : .open(places)
    }

    /// Matches what sides can be matched so far.
    mutating func settle() {
        var (depth, place) = (Int32.max, finished.count)
        for side in sides.indices.reversed() {
            while place > 0, finished[place - 1].sideCount > side {
                place -= 1
                depth = min(depth, finished[place].depth)
            }
            if sides[side].depth > depth { sides[side].depth = Side.handedOn }
        }
        finished = []
        forget(partners(clusters()).partners)
    }

    /// For each side its partner, or −1; and the clusters between which sides have gone by whose partners are not clear.
    private func partners(_ clusters: [Int32]) -> (partners: [Int32], unclear: Set<Int32>) {
        struct End: Comparable {
            let low: Int32
            let high: Int32
            let isForward: Bool
            let side: Int32
            static func < (a: End, b: End) -> Bool { (a.low, a.high, a.side) < (b.low, b.high, b.side) }
        }
        let ends = sides.enumerated().map { number, side in
            let (start, end) = (clusters[Int(side.start)], clusters[Int(side.end)])
            return End(low: min(start, end), high: max(start, end), isForward: start < end, side: Int32(truncatingIfNeeded: number))
        }.sorted()
        var partners = [Int32](repeating: -1, count: sides.count)
        var unclear = Set<Int32>()
        var first = 0
        while first < ends.count {
            var last = first
            while last + 1 < ends.count, ends[last + 1].low == ends[first].low, ends[last + 1].high == ends[first].high { last += 1 }
            let (a, b) = (ends[first], ends[last])
            // The partner of a side that has one is among these.
            if (first...last).contains(where: { sides[Int(ends[$0].side)].depth == Side.handedOn }) {
                if last == first + 1, a.low == a.high || a.isForward != b.isForward {
                    (partners[Int(a.side)], partners[Int(b.side)]) = (b.side, a.side)
                } else {
                    unclear.formUnion([a.low, a.high])
                }
            }
            first = last + 1
        }
        return (partners, unclear)
    }

    /// For each vertex its cluster; where all of a cluster's vertices are exact, equal ones are one.
    private func clusters() -> [Int32] {
        // In a direction in which no lines are to be expected: of two that may be one, the intervals of their keys meet.
        let intervals = vertices.map { vertex in
            let place = vertex.position
            let (key, reach) = (place.x + 0.618_033_988_75 * place.y, 1.7 * vertex.error + 0x1p-48 * extent)
            return (low: key - reach, high: key + reach)
        }
        let order = vertices.indices.sorted { intervals[$0].low < intervals[$1].low }
        var sets = DisjointSets(count: vertices.count)
        for (n, i) in order.enumerated() {
            var m = n + 1
            while m < order.count, intervals[order[m]].low <= intervals[i].high {
                if vertices[i].mayBe(vertices[order[m]]) { sets.unite(i, order[m]) }
                m += 1
            }
        }
        var clusters = vertices.indices.map { Int32(truncatingIfNeeded: sets.root($0)) }
        guard precisions.values.contains(.exact) else { return clusters }
        var members: [Int32: [Int]] = [:]
        for (v, cluster) in clusters.enumerated() { members[cluster, default: []].append(v) }
        for group in members.values where group.allSatisfy({ vertices[$0].point != nil }) {
            var known: [ExactPoint: Int32] = [:]
            for v in group {
                let number = known[vertices[v].point!] ?? Int32(truncatingIfNeeded: v)
                known[vertices[v].point!] = number
                clusters[v] = number
            }
        }
        return clusters
    }

    /// Takes in what sides with partners know, and forgets them, with all that no other side is about.
    private mutating func forget(_ partners: [Int32]) {
        var (patchSets, cornerSets) = (DisjointSets(count: patches.count), DisjointSets(count: corners.count))
        func corner(_ vertex: Int32) -> Int { Int(vertices[Int(vertex)].corner) }
        for (number, side) in sides.enumerated() where number < partners[number] {
            let partner = sides[Int(partners[number])]
            cornerSets.unite(corner(side.start), corner(partner.end))
            cornerSets.unite(corner(side.end), corner(partner.start))
            let label = patches[Int(side.patch)].label
            if label == patches[Int(partner.patch)].label {
                patchSets.unite(Int(side.patch), Int(partner.patch))
                euler[Int(label)] -= 1
            } else {
                changeCount += 1
                let way = vertices[Int(side.end)].position - vertices[Int(side.start)].position
                length += (way * way).sum().squareRoot()
            }
        }
        for tie in ties where partners[Int(tie.side)] >= 0 {
            let own = patches[Int(sides[Int(tie.side)].patch)].label
            let beyond = patches[Int(sides[Int(partners[Int(tie.side)])].patch)].label
            if tie.rival < 0 ? beyond == own : beyond != tie.rival { isAmbiguous = true }
        }
        for number in corners.indices {
            let root = cornerSets.root(number)
            if corners[number].label != corners[root].label { corners[root].label = -1 }
            if corners[number].isOnBorder { corners[root].isOnBorder = true }
        }
        for number in patches.indices where patches[number].isOnBorder { patches[patchSets.root(number)].isOnBorder = true }

        // The sides that are left, and what they are about, by new numbers.
        let old = self
        (vertices, corners, sides, patches, ties) = ([], [], [], [], [])
        var vertexNumbers = [Int32](repeating: -1, count: old.vertices.count)
        var cornerNumbers = [Int32](repeating: -1, count: old.corners.count)
        var patchNumbers = [Int32](repeating: -1, count: old.patches.count)
        var sideNumbers = [Int32](repeating: -1, count: old.sides.count)
        func keep(_ vertex: Int32, _ patches: inout ClassPatches) -> Int32 {
            if vertexNumbers[Int(vertex)] < 0 {
                var kept = old.vertices[Int(vertex)]
                let root = cornerSets.root(Int(kept.corner))
                if cornerNumbers[root] < 0 {
                    cornerNumbers[root] = Int32(truncatingIfNeeded: patches.corners.count)
                    patches.corners.append(old.corners[root])
                }
                kept.corner = cornerNumbers[root]
                vertexNumbers[Int(vertex)] = Int32(truncatingIfNeeded: patches.vertices.count)
                patches.vertices.append(kept)
            }
            return vertexNumbers[Int(vertex)]
        }
        for (number, side) in old.sides.enumerated() where partners[number] < 0 {
            let root = patchSets.root(Int(side.patch))
            if patchNumbers[root] < 0 {
                patchNumbers[root] = Int32(truncatingIfNeeded: patches.count)
                patches.append(old.patches[root])
            }
            sideNumbers[number] = Int32(truncatingIfNeeded: sides.count)
            let (start, end) = (keep(side.start, &self), keep(side.end, &self))
            sides.append(Side(start: start, end: end, patch: patchNumbers[root], depth: side.depth))
        }
        for tie in old.ties where sideNumbers[Int(tie.side)] >= 0 {
            ties.append(Tie(side: sideNumbers[Int(tie.side)], rival: tie.rival))
        }

        // About all others everything is known: the sides round a vertex lead from part to part until the first one, or to the domain's border.
        for (number, corner) in old.corners.enumerated() where cornerSets.root(number) == number && cornerNumbers[number] < 0 {
            if corner.label == -1 { changeVertexCount += 1 } else if !corner.isOnBorder { euler[Int(corner.label)] += 1 }
        }
        for (number, patch) in old.patches.enumerated() where patchSets.root(number) == number && patchNumbers[number] < 0 {
            if patch.isOnBorder { outerCounts[Int(patch.label)] += 1 } else { innerCounts[Int(patch.label)] += 1 }
        }
    }

    /// What is known when no side is left.
    private var whole: StreamedBoundary {
        // Round each connected part of a class that the domain's border does not bound goes a loop, and no other loop is independent: the
        // boundary's complement in the plane has b₁ + 1 parts. And b₀ − b₁ = V − E.
        let loops = innerCounts.reduce(0, +)
        return StreamedBoundary(
            length: length, isAmbiguous: isAmbiguous, pieceCount: changeVertexCount - changeCount + loops, loopCount: loops,
            regions: (0..<classCount).map { label in
                let count = innerCounts[label] + outerCounts[label]
                return LabelledRegion(label: label, area: areas[label], componentCount: count, holeCount: count - euler[label])
            })
    }
}

extension ClassPatches.Vertex {
    /// Where it is, as well as a Double tells.
    var position: SIMD2<Double> { place + shift }
    /// How far that is from its place.
    fileprivate var reach: Double { max(abs(shift.x), abs(shift.y)) }

    /// Whether two vertices may be the same, by how far they may be from where they are put.
    fileprivate func mayBe(_ other: ClassPatches.Vertex) -> Bool {
        let (apart, back) = (place - other.place, shift - other.shift)
        let way = apart + back
        // Each difference and their sum round once.
        let rounding = 0x1p-50 * (max(abs(apart.x), abs(apart.y)) + reach + other.reach)
        return max(abs(way.x), abs(way.y)) <= (error + other.error) * (1 + 0x1p-40) + rounding + 0x1p-1060
    }
}
