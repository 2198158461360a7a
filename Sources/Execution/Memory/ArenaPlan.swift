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
    private(set) var placements: [Placement] = []
    private(set) var byteCount = 0

    /// Places the largest requests first, each at the lowest offset that no living neighbour covers.
    init(_ requests: [(byteCount: Int, lifetime: Lifetime)]) {
        var placed = [Placement?](repeating: nil, count: requests.count)
        let bySize = requests.indices.sorted { (requests[$1].byteCount, $0) < (requests[$0].byteCount, $1) }
        var sorted: [Placement] = []  // by offset
        for index in bySize {
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
        placements = placed.map { $0! }
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
