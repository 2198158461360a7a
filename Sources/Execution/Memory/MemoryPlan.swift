// Where every region of a plan lies: the arena by lifetimes, and beside it what must outlive a replay.

import Graphs

/// Addresses, relative to one allocation, of a plan's regions.
struct MemoryPlan {
    /// For each region its offset; `nil` for inputs that may be bound elsewhere.
    private(set) var offsets: [Int?]
    /// For each step, and each static step, the offset of its scratch memory.
    private(set) var scratch: [Int] = []
    let staticScratch: Int
    /// Inputs in memory of the plan's own, used unless the caller shares his.
    private(set) var inputs: [String: (offset: Int, byteCount: Int)] = [:]
    let byteCount: Int
    let arena: ArenaPlan

    init(regions: [RegionDescription], steps: [Step], staticSteps: [Step], targets: [Region]) {
        // Regions that a step may lay over one that it has read for the last time.
        var lifetimes = [Lifetime?](repeating: nil, count: regions.count)
        for (index, step) in steps.enumerated() {
            for region in step.reads + step.writes {
                lifetimes[region.index] = Lifetime(first: lifetimes[region.index]?.first ?? index, last: index)
            }
        }
        for target in targets { lifetimes[target.index]?.last = steps.count }
        var root = Array(regions.indices)
        for (index, step) in steps.enumerated() {
            var taken = Set<Int>()
            for pair in step.replaceable {
                let (write, read) = (step.writes[pair.write].index, root[step.reads[pair.read].index])
                guard root[write] == write, regions[write].home == .arena, regions[read].home == .arena, !taken.contains(read),
                    lifetimes[read]?.last == index, regions[write].byteCount <= regions[read].byteCount
                else { continue }
                taken.insert(read)
                root[write] = read
                lifetimes[read]!.last = lifetimes[write]!.last
            }
        }

        var requests: [(byteCount: Int, lifetime: Lifetime)] = []
        var requestOf = [Int?](repeating: nil, count: regions.count)
        for (index, region) in regions.enumerated() where region.home == .arena && root[index] == index {
            guard let lifetime = lifetimes[index] else { continue }
            requestOf[index] = requests.count
            requests.append((region.byteCount, lifetime))
        }
        let firstScratch = requests.count
        for (index, step) in steps.enumerated() { requests.append((step.kernel.scratchByteCount, Lifetime(first: index, last: index))) }
        let arena = ArenaPlan(requests)
        self.arena = arena

        offsets = regions.indices.map { index in requestOf[root[index]].map { arena.placements[$0].offset } }
        scratch = steps.indices.map { arena.placements[firstScratch + $0].offset }
        var end = arena.byteCount
        staticScratch = end
        end += ArenaPlan.aligned(staticSteps.map(\.kernel.scratchByteCount).max() ?? 0)
        for (index, region) in regions.enumerated() {
            switch region.home {
            case .arena: continue
            case .persistent, .constant: offsets[index] = end
            case .input(let name): inputs[name] = (end, region.byteCount)
            }
            end += ArenaPlan.aligned(region.byteCount)
        }
        byteCount = end
    }
}
