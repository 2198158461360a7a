// Matching the sides of blocks' borders.
//
// Two blocks put a vertex that they share at places that may differ, each within its error of where it is exactly. Vertices that may be one
// by that are in one cluster. A side's true partner begins and ends in the clusters in which the side ends and begins: so where a pair of
// clusters has one side in each direction, these are partners, whatever else may be near. Otherwise the clusters' vertices are to be made
// exact, and then equal points are the clusters.

import Geometry

extension ClassPatches {
    enum Joined {
        case boundary(StreamedBoundary)
        /// Vertices put at these places are to be made exact first.
        case open(Set<SIMD2<Double>>)
        case tooMany
    }

    /// Vertices that may be further from their places than this share of the domain are made exact: sweeping would take long.
    private static let looseness = 0x1p-24

    func joined() -> Joined {
        if isTooLarge { return .tooMany }
        let extent = vertices.reduce(0) { max($0, abs($1.place.x), abs($1.place.y)) }
        let loose = vertices.filter { $0.error > ClassPatches.looseness * extent && $0.point == nil }
        if !loose.isEmpty { return .open(Set(loose.map(\.place))) }
        let clusters = clusters(extent)

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
            if last == first + 1, a.low == a.high || a.isForward != b.isForward {
                (partners[Int(a.side)], partners[Int(b.side)]) = (b.side, a.side)
            } else {
                unclear.formUnion([a.low, a.high])
            }
            first = last + 1
        }
        if unclear.isEmpty { return .boundary(whole(partners)) }
        let places = vertices.indices.filter { unclear.contains(clusters[$0]) && vertices[$0].point == nil }.map { vertices[$0].place }
        // Were every vertex exact, sides would not lack partners.
        return places.isEmpty ? .tooMany : .open(Set(places))
    }

    /// For each vertex its cluster; where all of a cluster's vertices are exact, equal ones are one.
    private func clusters(_ extent: Double) -> [Int32] {
        // In a direction in which no lines are to be expected.
        let keys = vertices.map { $0.place.x + 0.618_033_988_75 * $0.place.y }
        let order = vertices.indices.sorted { keys[$0] < keys[$1] }
        let widest = vertices.reduce(0) { max($0, $1.error) }
        var sets = DisjointSets(count: vertices.count)
        for (n, i) in order.enumerated() {
            let reach = 1.7 * (vertices[i].error + widest) + 0x1p-48 * extent
            var m = n + 1
            while m < order.count, keys[order[m]] - keys[i] <= reach {
                let j = order[m]
                let (way, error) = (vertices[i].place - vertices[j].place, vertices[i].error + vertices[j].error)
                if max(abs(way.x), abs(way.y)) <= error * (1 + 0x1p-40) + 0x1p-1060 { sets.unite(i, j) }
                m += 1
            }
        }
        var clusters = vertices.indices.map { Int32(truncatingIfNeeded: sets.root($0)) }
        guard !exactPlaces.isEmpty else { return clusters }
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

    /// All blocks together, each side with its partner.
    private func whole(_ partners: [Int32]) -> StreamedBoundary {
        var (changeCount, changeVertexCount, length, euler) = (changeCount, changeVertexCount, length, euler)
        var (patchSets, vertexSets) = (DisjointSets(count: patches.count), DisjointSets(count: vertices.count))
        for (number, side) in sides.enumerated() {
            let partner = sides[Int(partners[number])]
            vertexSets.unite(Int(side.start), Int(partner.end))
            guard number < partners[number] else { continue }
            vertexSets.unite(Int(side.end), Int(partner.start))
            let label = patches[Int(side.patch)].label
            if label == patches[Int(partner.patch)].label {
                patchSets.unite(Int(side.patch), Int(partner.patch))
                euler[Int(label)] -= 1
            } else {
                changeCount += 1
                let way = vertices[Int(side.end)].place - vertices[Int(side.start)].place
                length += (way * way).sum().squareRoot()
            }
        }

        var (labels, onBorder) = ([Int32](repeating: -2, count: vertices.count), [Bool](repeating: false, count: vertices.count))
        for (v, vertex) in vertices.enumerated() {
            let root = vertexSets.root(v)
            labels[root] = labels[root] == -2 || labels[root] == vertex.label ? vertex.label : -1
            onBorder[root] = onBorder[root] || vertex.isOnBorder
        }
        for (v, label) in labels.enumerated() where label != -2 {
            if label == -1 { changeVertexCount += 1 } else if !onBorder[v] { euler[Int(label)] += 1 }
        }

        var reaches = [Bool](repeating: false, count: patches.count)
        for (number, patch) in patches.enumerated() where patch.isOnBorder { reaches[patchSets.root(number)] = true }
        var components = innerCounts
        // Round each connected part of a class that the domain's border does not bound goes a loop, and no other loop is independent: the
        // boundary's complement in the plane has b₁ + 1 parts. And b₀ − b₁ = V − E.
        var loops = innerCounts.reduce(0, +)
        for number in patches.indices where patchSets.root(number) == number {
            components[Int(patches[number].label)] += 1
            if !reaches[number] { loops += 1 }
        }
        let isIdle = ties.contains { tie in
            let own = patches[Int(sides[Int(tie.side)].patch)].label
            let beyond = patches[Int(sides[Int(partners[Int(tie.side)])].patch)].label
            return tie.rival < 0 ? beyond == own : beyond != tie.rival
        }
        return StreamedBoundary(
            length: length, isAmbiguous: isAmbiguous || isIdle, pieceCount: changeVertexCount - changeCount + loops, loopCount: loops,
            regions: (0..<classCount).map { label in
                LabelledRegion(
                    label: label, area: areas[label], componentCount: components[label], holeCount: components[label] - euler[label])
            })
    }
}
