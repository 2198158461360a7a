// The answers about a partition of a box in any dimension, from its cells as they go by.

import Geometry

extension PartitionSummary {
    /// The summary of a partition in any dimension; counts, the number of maps and both volumes are exact.
    ///
    /// - Parameter progress: told how many cells have gone by.
    public init(_ partition: SolidPartition, progress: (Int) -> Void = { _ in }) {
        var (maps, volumes, count) = (DistinctMaps(partition.program), VolumeExtremes(), 0)
        let outcome = partition.forEachHistory { history, parts in
            maps.add(history)
            for part in parts { volumes.add(part) }
            count += parts.count
            progress(count)
        }
        let (residueCount, contest) = maps.settled()
        var second = contest
        if !contest.isEmpty { partition.forEachHistory { history, _ in second.add(history) } }
        let range = volumes.range()
        (cellCount, cellCounts, distinctMapCount, boundaryLength, filter) = (count, outcome.cellCounts, residueCount + second.surplus(), nil, nil)
        (minVolume, maxVolume, unboundedCount) = (range.lowerBound, range.upperBound, 0)
    }
}

/// The smallest and the largest volume of a stream of parts: Doubles choose the candidates, with bounds on their errors, and exact
/// arithmetic decides among them.
private struct VolumeExtremes {
    private var least: [(floor: Double, part: SolidPart)] = []
    private var most: [(ceiling: Double, part: SolidPart)] = []
    /// Bounds on the least and the largest volume.
    private var (ceiling, floor) = (Double.infinity, 0.0)

    mutating func add(_ part: SolidPart) {
        let (volume, bound) = part.roundedVolume
        if volume - bound <= ceiling {
            if volume + bound < ceiling {
                ceiling = volume + bound
                least.removeAll { $0.floor > ceiling }
            }
            least.append((volume - bound, part))
        }
        if volume + bound >= floor {
            if volume - bound > floor {
                floor = volume - bound
                most.removeAll { $0.ceiling < floor }
            }
            most.append((volume + bound, part))
        }
        // Equal cells, as symmetric networks have, are settled now and then.
        if least.count > 64 { settleLeast() }
        if most.count > 64 { settleMost() }
    }

    private mutating func settleLeast() {
        guard let best = least.map({ ($0.part, $0.part.polytope.volume) }).min(by: { $0.1 < $1.1 }) else { return }
        let value = best.1.doubleValue
        (least, ceiling) = ([(value.nextDown, best.0)], value.nextUp)
    }

    private mutating func settleMost() {
        guard let best = most.map({ ($0.part, $0.part.polytope.volume) }).max(by: { $0.1 < $1.1 }) else { return }
        let value = best.1.doubleValue
        (most, floor) = ([(value.nextUp, best.0)], value.nextDown)
    }

    /// Both, rounded once.
    mutating func range() -> ClosedRange<Double> {
        settleLeast()
        settleMost()
        return (least.first?.part.polytope.volume.doubleValue ?? 0)...(most.first?.part.polytope.volume.doubleValue ?? 0)
    }
}

extension SolidPartition {
    /// Calls `body` with the cells by the thousand, and their common history: a program need not be run on what they share more than once.
    @discardableResult fileprivate func forEachHistory(_ body: (CodeHistory, [SolidPart]) -> Void) -> Outcome {
        var (history, parts) = (CodeHistory(), [SolidPart]())
        func flush() {
            body(history, parts)
            (history, parts) = (CodeHistory(), [])
        }
        let outcome = forEachCell { cell in
            history.append(cell.codes)
            parts.append(cell.part)
            if parts.count == 1000 { flush() }
        }
        if !parts.isEmpty { flush() }
        return outcome
    }
}
