// One arena (DESIGN §4, step 5): regions whose lifetimes do not meet share addresses, all decided before anything is allocated.

/// The steps during which a region's contents matter, both ends included.
struct Lifetime: Hashable {
    var first: Int
    var last: Int

    func overlaps(_ other: Lifetime) -> Bool { first <= other.last && other.first <= last }
}

/// Offsets for regions of known size and lifetime.
struct ArenaPlan {
    /// A stretch of the arena and the steps during which it is taken.
    struct Placement: Hashable {
        let offset: Int
        let byteCount: Int
        let lifetime: Lifetime
    }

    static let alignment = 64
    /// How many requests are fitted among all others; time grows with the square of it.
    private static let fittedCount = 4096
    private(set) var placements: [Placement] = []
    private(set) var byteCount = 0

    /// Places the largest requests first, each at the lowest offset that no living neighbour covers; beyond the first few thousand, which
    /// are small beside these, in order of time.
    init(_ requests: [(byteCount: Int, lifetime: Lifetime)]) {
        var placed = [Placement?](repeating: nil, count: requests.count)
        let bySize = requests.indices.sorted { (requests[$1].byteCount, $0) < (requests[$0].byteCount, $1) }
        var sorted: [Placement] = []  // by offset
        for index in bySize.prefix(ArenaPlan.fittedCount) {
            let (byteCount, lifetime) = (ArenaPlan.aligned(requests[index].byteCount), requests[index].lifetime)
            var offset = 0
            for neighbour in sorted where neighbour.lifetime.overlaps(lifetime) {
                if neighbour.offset >= offset + byteCount { break }
                offset = max(offset, neighbour.offset + neighbour.byteCount)
            }
            let placement = Placement(offset: offset, byteCount: byteCount, lifetime: lifetime)
            placed[index] = placement
            sorted.insert(placement, at: sorted.firstIndex { $0.offset > offset } ?? sorted.count)
            self.byteCount = max(self.byteCount, offset + byteCount)
        }
        for (index, placement) in placements(inTime: bySize.dropFirst(ArenaPlan.fittedCount), of: requests) {
            placed[index] = placement
            self.byteCount = max(self.byteCount, placement.offset + placement.byteCount)
        }
        placements = placed.map { $0! }
    }

    /// Places requests beyond what is placed so far, each where one of about its size has ended.
    private func placements(
        inTime chosen: ArraySlice<Int>, of requests: [(byteCount: Int, lifetime: Lifetime)]
    ) -> [(index: Int, placement: Placement)] {
        var end = byteCount
        var free: [Int: [Int]] = [:]
        var ending: [Int: [(size: Int, offset: Int)]] = [:]
        var step = 0
        return chosen.sorted { (requests[$0].lifetime.first, $0) < (requests[$1].lifetime.first, $1) }.map { index in
            let (lifetime, byteCount) = (requests[index].lifetime, ArenaPlan.aligned(requests[index].byteCount))
            while step < lifetime.first {
                for ended in ending.removeValue(forKey: step) ?? [] { free[ended.size, default: []].append(ended.offset) }
                step += 1
            }
            var size = ArenaPlan.alignment
            while size < byteCount { size *= 2 }
            let offset = free[size, default: []].popLast() ?? end
            if offset == end { end += size }
            ending[lifetime.last, default: []].append((size, offset))
            return (index, Placement(offset: offset, byteCount: byteCount, lifetime: lifetime))
        }
    }

    static func aligned(_ byteCount: Int) -> Int { (max(byteCount, 1) + alignment - 1) / alignment * alignment }

    /// Whether no two placements overlap in memory while both live. O(n²).
    var isConsistent: Bool {
        placements.indices.allSatisfy { i in
            let a = placements[i]
            return a.offset + a.byteCount <= byteCount
                && placements[..<i].allSatisfy { b in
                    !a.lifetime.overlaps(b.lifetime) || a.offset + a.byteCount <= b.offset || b.offset + b.byteCount <= a.offset
                }
        }
    }
}
