// The answers about a partition of a box in any dimension, from its cells as they go by.

import Geometry

extension PartitionSummary {
    /// The summary of a partition in any dimension; counts, the number of maps and both volumes are exact.
    ///
    /// - Parameter progress: told how many cells have gone by.
    public init(_ partition: SolidPartition, progress: (Int) -> Void = { _ in }) {
        var (maps, volumes, count) = (DistinctMaps.Contest(of: partition.program), VolumeExtremes(), 0)
        let outcome = partition.forEachCell { cell in
            maps.add(CodeHistory(codes: cell.codes))
            volumes.add(cell.polytope)
            count += 1
            progress(count)
        }
        let range = volumes.range()
        (cellCount, cellCounts, distinctMapCount, boundaryLength, filter) = (count, outcome.cellCounts, maps.mapCount, nil, nil)
        (minVolume, maxVolume, unboundedCount) = (range.lowerBound, range.upperBound, 0)
    }
}

/// The smallest and the largest volume of a stream of polytopes: Doubles choose the candidates, with bounds on their errors, and exact
/// arithmetic decides among them.
private struct VolumeExtremes {
    private var least: [(floor: Double, polytope: Polytope)] = []
    private var most: [(ceiling: Double, polytope: Polytope)] = []
    /// Bounds on the least and the largest volume.
    private var (ceiling, floor) = (Double.infinity, 0.0)

    mutating func add(_ polytope: Polytope) {
        let (volume, bound) = polytope.roundedVolume
        if volume - bound <= ceiling {
            if volume + bound < ceiling {
                ceiling = volume + bound
                least.removeAll { $0.floor > ceiling }
            }
            least.append((volume - bound, polytope))
        }
        if volume + bound >= floor {
            if volume - bound > floor {
                floor = volume - bound
                most.removeAll { $0.ceiling < floor }
            }
            most.append((volume + bound, polytope))
        }
        // Equal cells, as symmetric networks have, are settled now and then.
        if least.count > 64 { settleLeast() }
        if most.count > 64 { settleMost() }
    }

    private mutating func settleLeast() {
        guard let best = least.map({ ($0.polytope, $0.polytope.volume) }).min(by: { $0.1 < $1.1 }) else { return }
        let value = best.1.doubleValue
        (least, ceiling) = ([(value.nextDown, best.0)], value.nextUp)
    }

    private mutating func settleMost() {
        guard let best = most.map({ ($0.polytope, $0.polytope.volume) }).max(by: { $0.1 < $1.1 }) else { return }
        let value = best.1.doubleValue
        (most, floor) = ([(value.nextUp, best.0)], value.nextDown)
    }

    /// Both, rounded once.
    mutating func range() -> ClosedRange<Double> {
        settleLeast()
        settleMost()
        return (least.first?.polytope.volume.doubleValue ?? 0)...(most.first?.polytope.volume.doubleValue ?? 0)
    }
}
